package main

import (
	"context"
	"errors"
	"io/fs"
	"net/url"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	"github.com/vticket/vticket/api/web"
	"github.com/vticket/vticket/models/photos"
	"github.com/vticket/vticket/models/store"
	"github.com/vticket/vticket/workflow/tasks"
)

const (
	oldestPostgres = 15
	oldestRedis    = 7
	clockApart     = time.Second
	megabyte       = 1 << 20
)

// database opens the store for the checks after it.
func (d *doctor) database(ctx context.Context) {
	d.without = levelFail // until it is known to be good
	if d.config.DatabaseURL == "" && !d.embeddedFile() {
		return
	}
	c := d.config
	c.DatabaseURL = impatient(c.DatabaseURL)
	s, err := openStore(c, quietly())
	if err != nil {
		d.fail("start it, or set DATABASE_URL right", "no connection: %v", because(err))
		return
	}
	d.store = s
	name, number, err := s.Version(ctx)
	if err != nil {
		d.fail("start it, or set DATABASE_URL right", "no answer: %v", because(err))
		return
	}
	if s.Postgres() && number < oldestPostgres*10000 {
		d.fail("upgrade it", "%s is too old, %d is the oldest that will do", name, oldestPostgres)
		return
	}
	if size, err := s.Size(ctx); err == nil {
		d.ok("%s, %d MB", name, size/megabyte)
	} else {
		d.ok("%s", name)
	}
	d.schema(ctx)
	d.clock(ctx)
}

// embeddedFile tells whether there is an embedded database to look at: opening one that is not there would make it.
func (d *doctor) embeddedFile() bool {
	file := filepath.Join(d.config.DataDir, "vticket.db")
	_, err := os.Stat(file)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		d.without = levelWarn
		d.warn("vticket serve makes it", "%s is not there yet", file)
		return false
	case err != nil:
		d.fail("let this user read it", "%v", err)
		return false
	}
	try, err := os.CreateTemp(d.config.DataDir, ".doctor-")
	if err != nil {
		d.fail("let this user write into DATA_DIR", "the folder of the SQLite file: %v", err)
		return false
	}
	_ = try.Close()
	_ = os.Remove(try.Name())
	return true
}

func (d *doctor) schema(ctx context.Context) {
	missing, unknown, err := d.store.Schema(ctx)
	switch {
	case err != nil:
		d.fail("let the user of DATABASE_URL read the schema", "%v", because(err))
	case len(missing) > 0 && !d.store.Postgres():
		d.without = levelWarn
		d.warn("vticket serve applies them", "%d migrations are missing", len(missing))
	case len(missing) > 0:
		d.fail("vticket migrate", "%d migrations are missing, from %s on", len(missing), missing[0])
	case unknown > 0:
		d.without = ""
		d.warn("upgrade this program", "%d migrations are from a newer program than this one", unknown)
	default:
		d.without = ""
		d.ok("every migration is applied")
	}
}

func (d *doctor) clock(ctx context.Context) {
	apart, err := d.store.ClockDifference(ctx)
	apart = apart.Abs().Round(time.Millisecond)
	switch {
	case err != nil:
		d.fail("see why the database does not answer", "%v", because(err))
	case !d.store.Postgres(): // one clock
	case apart >= clockApart:
		d.fail("keep the time of both machines by NTP", "its clock is %v from this machine's", apart)
	default:
		d.ok("its clock is %v from this machine's", apart)
	}
}

// impatient gives a connection five seconds, where the address says nothing: the driver's own limit is minutes.
func impatient(address string) string {
	u, err := url.Parse(address)
	if err != nil || address == "" || u.Query().Has("connect_timeout") {
		return address
	}
	query := u.Query()
	query.Set("connect_timeout", "5")
	u.RawQuery = query.Encode()
	return u.String()
}

func (d *doctor) redis(ctx context.Context) {
	tasks.LogRedis(quietly())
	if d.config.RedisURL == "" {
		d.ok("embedded, for trying only: a city sets DATABASE_URL and REDIS_URL")
		return
	}
	version, err := tasks.RedisVersion(ctx, d.config.RedisURL)
	if err != nil {
		d.fail("start it, or set REDIS_URL right", "%v", because(err))
		return
	}
	major, _, _ := strings.Cut(version, ".")
	if n, err := strconv.Atoi(major); err != nil || n < oldestRedis {
		d.fail("upgrade it", "Redis %s is too old, %d is the oldest that will do", version, oldestRedis)
	} else {
		d.ok("Redis %s", version)
	}
	if err := tasks.CheckRedis(ctx, d.config.RedisURL); err != nil {
		d.fail("start it with --appendonly yes --maxmemory-policy noeviction", "%v", because(err))
		return
	}
	d.ok("it keeps what it was told: appendonly yes, maxmemory-policy noeviction")
}

func (d *doctor) photos(context.Context) {
	folder := filepath.Join(d.config.DataDir, "photos")
	if _, err := os.Stat(folder); errors.Is(err, fs.ErrNotExist) {
		d.warn("vticket serve makes it", "%s is not there yet", folder)
		return
	}
	disk, err := photos.OpenDisk(folder)
	if err != nil {
		d.fail("let this user write into "+folder, "%v", err)
		return
	}
	_ = disk.Close()
	free, err := diskFree(folder)
	switch {
	case err != nil:
		d.warn("look yourself", "how much is free of its disk is not known: %v", err)
	case free <= web.DiskFloor:
		d.fail("make room: photos would be refused", "%s has only %d MB free", folder, free/megabyte)
	default:
		d.ok("%s can be written, %d GB free", folder, free/web.DiskFloor)
	}
}

func (d *doctor) work(ctx context.Context) {
	var b store.Backlog
	err := d.store.Read(ctx, func(tx *store.Tx) (err error) {
		b, err = tx.Backlog()
		return err
	})
	if err != nil {
		d.fail("see why the database does not answer", "%v", because(err))
		return
	}
	const worker = "is vticket serve --role worker running? its log says why"
	stuck := false
	for _, line := range []struct {
		level level
		count int64
		what  string
		do    string
	}{
		{levelFail, b.Unread, "events of residents unread for 5 minutes", worker},
		{levelFail, b.Overdue, "timers overdue by 5 minutes", worker},
		{
			levelWarn, b.Aside, "events of residents set aside unread within 30 days",
			"the worker's log says why (“set aside”); inbox_events.fault and payload have them",
		},
		{levelWarn, b.Waiting, "photos and files not fetched for 10 minutes", worker},
		{
			levelWarn, b.Late, "parts of messages late by 5 minutes",
			"does the platform take them? the worker's log says why",
		},
		{
			levelWarn, b.Dead, "parts of messages given up within a day",
			"the tickets' pages show which; deliveries.error_class says why",
		},
	} {
		if line.count > 0 {
			stuck = true
			d.say(line.level, line.do, "%d %s", line.count, line.what)
		}
	}
	if !stuck {
		d.ok("nothing is stuck")
	}
}

// rights counts the residents who asked to be erased: those who are due and have no open tickets are gone soon.
func (d *doctor) rights(ctx context.Context) {
	var asked, waiting int64
	err := d.store.Read(ctx, func(tx *store.Tx) (err error) {
		asked, waiting, err = tx.Erasures()
		return err
	})
	if err != nil {
		d.fail("see why the database does not answer", "%v", because(err))
		return
	}
	d.ok("%d residents wait to be erased, %d of them until their tickets are closed", asked, waiting)
}
