package main

import (
	"cmp"
	"context"
	"time"

	"github.com/vticket/vticket/models/places"
	"github.com/vticket/vticket/workflow/geocode"
)

// geocoder is whom to ask for points of addresses; nil when none is configured.
func (c Config) geocoder() *geocode.Client {
	if c.GeocoderURL == "" {
		return nil
	}
	return &geocode.Client{
		URL: c.GeocoderURL, Now: time.Now,
		Agent: "Vticket (+" + cmp.Or(c.PublicURL, "https://github.com/vticket/vticket") + ")",
	}
}

// geocoder asks for a house that every map of the city has: whether it is found plays no part.
func (d *doctor) geocoder(ctx context.Context) {
	asked := d.config.geocoder()
	if asked == nil {
		d.ok("GEOCODER_URL is empty: an address without a point stays without, which is enough")
		return
	}
	city, err := places.Approximate()
	if err != nil {
		d.fail("mend models/places and build", "%v", err)
		return
	}
	if _, err := asked.Find(ctx, places.Door{Number: "1", Street: "Đồng Khởi"}, city.Bounds()); err != nil {
		d.warn("is GEOCODER_URL a Nominatim, up and in reach? Until then addresses get no points", "%v", err)
		return
	}
	d.ok("it answers")
}
