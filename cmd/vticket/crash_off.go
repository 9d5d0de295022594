//go:build !crash

package main

import (
	"github.com/vticket/vticket/bots"
	"github.com/vticket/vticket/models/photos"
	"github.com/vticket/vticket/models/store"
)

// The program that people run has no crash points: see crash.go.

func armStore(*store.Store) {}

func armAdapters(all map[string]bots.Adapter) map[string]bots.Adapter { return all }

func armPhotos(kept photos.Store) photos.Store { return kept }
