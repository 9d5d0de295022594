package main

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"io"
	"net"
	"net/http"
	"net/netip"
	"strings"
	"time"
)

const readyLimit = 3 * time.Second

// public asks the installation as the world reaches it.
func (d *doctor) public(ctx context.Context) {
	address := d.config.PublicURL
	if address == "" {
		d.warn("set PUBLIC_URL=https://…", "PUBLIC_URL is empty: messages have no links, and webhooks are off")
		return
	}
	if !strings.HasPrefix(address, "https://") {
		d.warn("put a reverse proxy with a certificate before it",
			"PUBLIC_URL is not https: passwords cross the network in the open")
	}
	if what, do := askReady(ctx, address); what != "" {
		d.fail(do, "%s/readyz from this machine: %s", strings.TrimRight(address, "/"), what)
		return
	}
	d.ok("%s/readyz answers", strings.TrimRight(address, "/"))
}

// ready asks the program on this machine.
func (d *doctor) ready(ctx context.Context) {
	address := d.config.ListenAddr
	if host, port, err := net.SplitHostPort(address); err == nil {
		if ip, err := netip.ParseAddr(host); host == "" || (err == nil && ip.IsUnspecified()) {
			address = net.JoinHostPort("127.0.0.1", port)
		}
	}
	if what, do := askReady(ctx, "http://"+address); what != "" {
		d.fail(do, "http://%s/readyz: %s", address, what)
		return
	}
	d.ok("http://%s/readyz answers", address)
}

// askReady asks /readyz of an address; what is empty when it is ready, else do says what may help.
func askReady(ctx context.Context, address string) (what, do string) {
	ctx, cancel := context.WithTimeout(ctx, readyLimit)
	defer cancel()
	address = strings.TrimRight(address, "/") + "/readyz"
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, address, http.NoBody)
	if err != nil {
		return err.Error(), "set the address right"
	}
	transport := &http.Transport{DisableKeepAlives: true}
	response, err := transport.RoundTrip(request)
	if err != nil {
		return unreached(err)
	}
	defer response.Body.Close()
	if response.StatusCode == http.StatusOK {
		return "", ""
	}
	said, _ := io.ReadAll(io.LimitReader(response.Body, 200))
	return response.Status + " " + strings.Join(strings.Fields(string(said)), " "),
		"see what it says; is it this program that answers there?"
}

// unreached explains why nobody answered: certificates are what operators trip over.
func unreached(err error) (what, do string) {
	if _, ok := errors.AsType[x509.UnknownAuthorityError](err); ok {
		return "its certificate is from nobody that this machine trusts",
			"serve the full chain, or install the authority's certificate here and with the platforms"
	}
	if wrong, ok := errors.AsType[x509.HostnameError](err); ok {
		return "its certificate is for another name: " + wrong.Error(), "get a certificate for this name"
	}
	if invalid, ok := errors.AsType[x509.CertificateInvalidError](err); ok {
		if invalid.Reason == x509.Expired {
			return "its certificate has expired, or a clock is wrong", "renew it, and set the clocks by NTP"
		}
		return "its certificate is not valid: " + invalid.Error(), "get another one"
	}
	if _, ok := errors.AsType[tls.RecordHeaderError](err); ok {
		return "it does not speak TLS", "is it the port of plain http?"
	}
	return because(err), "is it started, and is its name known and its port open from here?"
}
