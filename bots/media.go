package bots

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"slices"
	"strings"
	"syscall"
	"time"

	"github.com/vticket/vticket/models"
)

// MaxMedia is the largest media item that is taken, in bytes.
const MaxMedia = 20 << 20

const (
	mediaTimeout   = 20 * time.Second
	mediaRedirects = 3
)

// Source says where the bytes of an attachment are to be had: which adapter, and what it fetches.
type Source struct {
	Channel string `json:"channel"`
	Account string `json:"account,omitempty"`
	Media
}

// Releaser is an adapter that keeps uploads of its own: they are let go of when they are no longer needed.
type Releaser interface {
	Release(ctx context.Context, m Media) error
}

// errMediaHost refuses an address for good: trying again would not make it another.
var errMediaHost = models.Invalid{Field: "media", Key: "error_media_host"}

// errMediaSize refuses what is larger than MaxMedia.
var errMediaSize = models.Invalid{Field: "media", Key: "error_media_size"}

// MediaClient fetches from the hosts of one platform only, and never from a private network, whatever an address, a
// redirect or a name server says. Its errors name hosts, never paths or queries: those hold tokens.
type MediaClient struct {
	hosts   []string
	private bool
	client  *http.Client
}

// NewMediaClient returns a client for some hosts: "host" or "*.suffix". AllowPrivate is for a local fake of the
// platform: plain http, other ports and private addresses are then taken, of the same hosts only.
func NewMediaClient(hosts []string, allowPrivate bool) *MediaClient {
	return newMediaClient(hosts, allowPrivate, nil)
}

func newMediaClient(hosts []string, allowPrivate bool, names *net.Resolver) *MediaClient {
	c := &MediaClient{hosts: hosts, private: allowPrivate}
	dialer := &net.Dialer{Timeout: 5 * time.Second, Resolver: names, Control: c.connect}
	c.client = &http.Client{
		Timeout: mediaTimeout,
		Transport: &http.Transport{ // without Proxy: the environment has no say
			DialContext: dialer.DialContext, TLSHandshakeTimeout: 5 * time.Second,
			ResponseHeaderTimeout: 10 * time.Second, MaxIdleConnsPerHost: 4, IdleConnTimeout: time.Minute,
		},
		CheckRedirect: func(req *http.Request, via []*http.Request) error {
			if len(via) > mediaRedirects {
				return errors.New("too many redirects")
			}
			req.Header.Del("Referer") // it would tell the next host an address that holds a token
			return c.check(req.URL)
		},
	}
	return c
}

// Open fetches an address. It fails with models.Invalid when the address can never be taken. The body ends one byte
// after MaxMedia, so that whoever reads it learns that it is too large.
func (c *MediaClient) Open(ctx context.Context, address string) (io.ReadCloser, error) {
	u, err := url.Parse(address)
	if err != nil {
		return nil, fmt.Errorf("fetch media: %w", errMediaHost) // the parser's own error repeats the address
	}
	if err := c.check(u); err != nil {
		return nil, fmt.Errorf("fetch media: %w", err)
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, u.String(), nil)
	if err != nil {
		return nil, fmt.Errorf("fetch media: %w", errMediaHost)
	}
	res, err := c.client.Do(req)
	if failed, ok := errors.AsType[*url.Error](err); ok {
		err = failed.Err // without the address
	}
	if err != nil {
		return nil, fmt.Errorf("fetch media from %s: %w", u.Hostname(), err)
	}
	switch {
	case res.StatusCode != http.StatusOK:
		err = fmt.Errorf("fetch media from %s: status %d", u.Hostname(), res.StatusCode)
	case res.ContentLength > MaxMedia:
		err = fmt.Errorf("fetch media from %s: %w", u.Hostname(), errMediaSize)
	default:
		return limited{io.LimitReader(res.Body, MaxMedia+1), res.Body}, nil
	}
	_ = res.Body.Close()
	return nil, err
}

type limited struct {
	io.Reader
	io.Closer
}

// check tells whether an address may be asked for at all.
func (c *MediaClient) check(u *url.URL) error {
	host := strings.ToLower(u.Hostname())
	listed := slices.ContainsFunc(c.hosts, func(pattern string) bool {
		if suffix, ok := strings.CutPrefix(pattern, "*"); ok {
			return strings.HasSuffix(host, suffix) && len(host) > len(suffix)
		}
		return host == pattern
	})
	secure := u.Scheme == "https" && (u.Port() == "" || u.Port() == "443")
	fake := c.private && (u.Scheme == "http" || u.Scheme == "https")
	if !listed || u.User != nil || u.Opaque != "" || !secure && !fake {
		return errMediaHost
	}
	return nil
}

// connect looks at the address that is really connected to: what the name was said to mean before does not count.
func (c *MediaClient) connect(_, address string, _ syscall.RawConn) error {
	if c.private {
		return nil
	}
	to, err := netip.ParseAddrPort(address)
	if err != nil || !public(to.Addr()) {
		return errMediaHost
	}
	return nil
}

// reserved are the networks that are not the public internet, beside those that netip knows (IANA special-purpose
// registries), and those that lead to IPv4 addresses of the sender's choice.
var reserved = []netip.Prefix{
	netip.MustParsePrefix("0.0.0.0/8"),
	netip.MustParsePrefix("100.64.0.0/10"),    // carrier-grade NAT; 100.100.100.200 is a metadata service
	netip.MustParsePrefix("168.63.129.16/32"), // the metadata service of Azure
	netip.MustParsePrefix("192.0.0.0/24"),
	netip.MustParsePrefix("192.0.2.0/24"),
	netip.MustParsePrefix("192.88.99.0/24"),
	netip.MustParsePrefix("198.18.0.0/15"),
	netip.MustParsePrefix("198.51.100.0/24"),
	netip.MustParsePrefix("203.0.113.0/24"),
	netip.MustParsePrefix("240.0.0.0/4"),
	netip.MustParsePrefix("2001::/23"), // Teredo among others
	netip.MustParsePrefix("2001:db8::/32"),
	netip.MustParsePrefix("2002::/16"), // 6to4
	netip.MustParsePrefix("3fff::/20"),
}

var globalUnicast6 = netip.MustParsePrefix("2000::/3")

// public tells whether an address belongs to the public internet.
func public(ip netip.Addr) bool {
	ip = ip.Unmap().WithZone("")
	if ip.IsLoopback() || ip.IsPrivate() || ip.IsUnspecified() || ip.IsMulticast() || ip.IsLinkLocalUnicast() {
		return false
	}
	if ip.Is6() && !globalUnicast6.Contains(ip) {
		return false
	}
	return !slices.ContainsFunc(reserved, func(p netip.Prefix) bool { return p.Contains(ip) })
}
