package bots

import "net"

// NewMediaClientWith is NewMediaClient with a name server of the test's own.
func NewMediaClientWith(names *net.Resolver, hosts ...string) *MediaClient {
	return newMediaClient(hosts, false, names)
}

// Public is the check of connected addresses.
var Public = public
