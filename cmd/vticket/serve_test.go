package main

import (
	"net"
	"strings"
	"testing"
	"time"
)

// TestServeEndsWhenItCannotListen: an operator whose port is taken is to read so at once, not to watch a program that
// serves nobody.
func TestServeEndsWhenItCannotListen(t *testing.T) {
	taken, err := (&net.ListenConfig{}).Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer taken.Close()
	began := time.Now()
	out, err := attempt(t, append(embeddedStack(t), "LISTEN_ADDR="+taken.Addr().String()), "", "serve")
	if took := time.Since(began); took > 20*time.Second {
		t.Errorf("it is to end by itself, it ran for %v", took)
	}
	if err == nil || !strings.Contains(out, "address already in use") {
		t.Errorf("it is to fail and say that the address is in use, got %v:\n%s", err, out)
	}
}
