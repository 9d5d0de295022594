package store_test

import (
	"net"
	"net/url"
	"sync"
	"testing"
	"time"

	"github.com/vticket/vticket/models/modelstest"
	"github.com/vticket/vticket/models/store"
)

// behindGate returns a PostgreSQL store whose connections fall silent, as in a network that drops packets, from stop
// to resume.
func behindGate(t *testing.T, now func() time.Time) (s *store.Store, stop, resume func()) {
	t.Helper()
	address, err := url.Parse(modelstest.PostgresDSN(t))
	if err != nil {
		t.Fatal(err)
	}
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	var gate sync.RWMutex
	go accept(listener, address.Host, &gate)
	address.Host = listener.Addr().String()
	if s, err = store.Open(address.String(), store.Options{Now: now}); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = s.Close()
		_ = listener.Close()
	})
	if err := s.Migrate(t.Context()); err != nil {
		t.Fatal(err)
	}
	return s, gate.Lock, gate.Unlock
}

func accept(listener net.Listener, server string, gate *sync.RWMutex) {
	for {
		client, err := listener.Accept()
		if err != nil {
			return
		}
		upstream, err := net.Dial("tcp", server)
		if err != nil {
			_ = client.Close()
			continue
		}
		go pass(client, upstream, gate)
		go pass(upstream, client, gate)
	}
}

// pass hands bytes on while the gate is open.
func pass(from, to net.Conn, gate *sync.RWMutex) {
	defer func() {
		_ = from.Close()
		_ = to.Close()
	}()
	buffer := make([]byte, 32<<10)
	for {
		n, err := from.Read(buffer)
		gate.RLock()
		_, writeErr := to.Write(buffer[:n])
		gate.RUnlock()
		if err != nil || writeErr != nil {
			return
		}
	}
}
