package main

import (
	"context"
	"slices"
	"strconv"
	"sync"
	"time"
)

func itoa(n int) string { return strconv.Itoa(n) }

// sketch is a photo that is drawn ahead of the instant at which it is sent.
type sketch struct {
	photo demoPhoto
	at    time.Time
	raw   []byte
	err   error
	drawn chan struct{}
}

// The size of the demo's photos: what a chat leaves of a picture that was sent through it.
const (
	sketchWidth  = 640
	sketchHeight = 480
)

func (d *demo) sketch(scene demoScene, at time.Time, l *life) *sketch {
	return &sketch{
		at: at, drawn: make(chan struct{}), photo: demoPhoto{
			Scene: scene, Width: sketchWidth, Height: sketchHeight, Seed: d.random.Uint64(),
			Tags: demoTags{TakenAt: at.Add(-time.Minute), Lat: l.lat, Lon: l.lon},
		},
	}
}

// sketches decides on the photos of a life.
func (d *demo) sketches(l *life) {
	if l.story.Scene == "" || l.who.channel == "phone" || d.chance(20) {
		return
	}
	l.evidence = append(l.evidence, d.sketch(l.story.Scene, l.born, l))
	if d.chance(15) {
		l.evidence = append(l.evidence, d.sketch(l.story.Scene, l.born, l))
	}
}

// proof decides on the photo of the finished work.
func (d *demo) proof(l *life) {
	if l.category.Proof == "photo" && l.By > 0 && !d.chance(8) {
		l.after = append(l.after, d.sketch(l.story.Scene.done(), l.settle, l))
	}
}

// draw draws all sketches in the order in which they are needed, until ctx ends.
func draw(ctx context.Context, lives []*life, workers int) (wait func()) {
	var all []*sketch
	for _, l := range lives {
		all = append(append(all, l.evidence...), l.after...)
	}
	slices.SortStableFunc(all, func(a, b *sketch) int { return a.at.Compare(b.at) })
	next := make(chan *sketch)
	var running sync.WaitGroup
	running.Go(func() {
		defer close(next)
		for _, s := range all {
			select {
			case next <- s:
			case <-ctx.Done():
				return
			}
		}
	})
	for range workers {
		running.Go(func() {
			for s := range next {
				s.raw, s.err = s.photo.jpeg()
				close(s.drawn)
			}
		})
	}
	return running.Wait
}

// take waits until the sketch is drawn.
func (s *sketch) take(ctx context.Context) ([]byte, error) {
	select {
	case <-s.drawn:
		raw := s.raw
		s.raw = nil // it is sent once
		return raw, s.err
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}
