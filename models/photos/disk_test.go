package photos_test

import (
	"bytes"
	"context"
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"testing/iotest"
	"time"

	"github.com/vticket/vticket/models"
	"github.com/vticket/vticket/models/photos"
)

func disk(tb testing.TB) (store *photos.Disk, folder string) {
	tb.Helper()
	folder = filepath.Join(tb.TempDir(), "photos")
	store, err := photos.OpenDisk(folder)
	if err != nil {
		tb.Fatal(err)
	}
	tb.Cleanup(func() {
		if err := store.Close(); err != nil {
			tb.Error(err)
		}
	})
	return store, folder
}

func files(tb testing.TB, folder string) (names []string) {
	tb.Helper()
	err := filepath.WalkDir(folder, func(path string, entry fs.DirEntry, err error) error {
		if err == nil && !entry.IsDir() {
			names = append(names, path)
		}
		return err
	})
	if err != nil {
		tb.Fatal(err)
	}
	return names
}

func content(tb testing.TB, store photos.Store, key string) string {
	tb.Helper()
	r, err := store.Open(tb.Context(), key)
	if err != nil {
		tb.Fatal(err)
	}
	defer r.Close()
	b, err := io.ReadAll(r)
	if err != nil {
		tb.Fatal(err)
	}
	return string(b)
}

func TestDiskKeepsReplacesAndForgets(t *testing.T) {
	t.Parallel()
	store, folder := disk(t)
	const key = "ab/cd-1_2.jpg"
	for _, words := range []string{"first", "second"} {
		if err := store.Put(t.Context(), key, strings.NewReader(words)); err != nil {
			t.Fatal(err)
		}
		if got := content(t, store, key); got != words {
			t.Errorf("%q, want %q", got, words)
		}
	}
	for range 2 { // what is gone already is no fault
		if err := store.Delete(t.Context(), key); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := store.Open(t.Context(), key); !errors.Is(err, models.ErrNotFound) {
		t.Error(err)
	}
	if left := files(t, folder); left != nil {
		t.Errorf("left: %v", left)
	}
}

func TestDiskForgetsWhatIsOldInOneFolder(t *testing.T) {
	store, folder := disk(t)
	now := time.Now()
	for key, age := range map[string]time.Duration{"incoming/old": 2 * time.Hour, "incoming/new": 0, "photos/old": 2 * time.Hour} {
		if err := store.Put(t.Context(), key, strings.NewReader(key)); err != nil {
			t.Fatal(err)
		}
		if err := os.Chtimes(filepath.Join(folder, key), now, now.Add(-age)); err != nil {
			t.Fatal(err)
		}
	}
	gone, err := store.Forget(t.Context(), "incoming", now.Add(-time.Hour))
	if left := files(t, folder); err != nil || gone != 1 || len(left) != 2 {
		t.Errorf("of an old and a new upload and an old photo one is to go: %d gone, left %v, %v", gone, left, err)
	}
	if gone, err := store.Forget(t.Context(), "nothing", now); err != nil || gone != 0 {
		t.Errorf("a folder that is not there holds nothing: %d %v", gone, err)
	}
}

func TestDiskRefusesKeysThatAreNotOurs(t *testing.T) {
	t.Parallel()
	store, folder := disk(t)
	outside := filepath.Join(filepath.Dir(folder), "outside")
	if err := os.WriteFile(outside, []byte("secret"), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink(outside, filepath.Join(folder, "link")); err != nil {
		t.Fatal(err)
	}
	for _, key := range []string{
		"", ".", "..", "/", "../outside", "a/../../outside", "a/./b", "a//b", "/a", "a/", outside, ".put-a", "a/.b",
		"a\x00b", "A", "a b", "a\\b", "ả", "a\u202eb", "a\nb", "%2e%2e/outside", "a:b", strings.Repeat("a", 4096),
	} {
		if err := store.Put(t.Context(), key, strings.NewReader("x")); err == nil {
			t.Errorf("put %q", key)
		}
		if _, err := store.Open(t.Context(), key); !errors.Is(err, models.ErrNotFound) {
			t.Errorf("open %q: %v", key, err)
		}
		if err := store.Delete(t.Context(), key); err != nil {
			t.Errorf("delete %q: %v", key, err)
		}
	}
	if _, err := store.Open(t.Context(), "link"); !errors.Is(err, models.ErrNotFound) {
		t.Errorf("followed a link: %v", err)
	}
	if b, err := os.ReadFile(outside); err != nil || string(b) != "secret" {
		t.Errorf("outside: %q %v", b, err)
	}
}

func TestDiskFolderIsNoPicture(t *testing.T) {
	t.Parallel()
	store, _ := disk(t)
	if err := store.Put(t.Context(), "a/b", strings.NewReader("x")); err != nil {
		t.Fatal(err)
	}
	for _, key := range []string{"a", "a/b/c"} {
		if _, err := store.Open(t.Context(), key); !errors.Is(err, models.ErrNotFound) {
			t.Errorf("open %s: %v", key, err)
		}
		if err := store.Put(t.Context(), key, strings.NewReader("x")); err == nil {
			t.Errorf("put %s", key)
		}
	}
	if got := content(t, store, "a/b"); got != "x" {
		t.Error(got)
	}
}

func TestDiskPutIsAllOrNothing(t *testing.T) {
	t.Parallel()
	store, folder := disk(t)
	if err := store.Put(t.Context(), "kept", strings.NewReader("before")); err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	for _, key := range []string{"kept", "new/one"} {
		half := io.MultiReader(strings.NewReader("half"), iotest.ErrReader(io.ErrUnexpectedEOF))
		if err := store.Put(t.Context(), key, half); !errors.Is(err, io.ErrUnexpectedEOF) {
			t.Error(err)
		}
		if err := store.Put(ctx, key, strings.NewReader("late")); !errors.Is(err, context.Canceled) {
			t.Error(err)
		}
	}
	if left := files(t, folder); len(left) != 1 || content(t, store, "kept") != "before" {
		t.Errorf("left: %v", left)
	}
}

func TestDiskPutsOfOneKeyTogether(t *testing.T) {
	t.Parallel()
	store, folder := disk(t)
	var all sync.WaitGroup
	for i := range 16 {
		all.Go(func() {
			if err := store.Put(t.Context(), "a/b", bytes.NewReader(bytes.Repeat([]byte{byte('a' + i)}, 1<<16))); err != nil {
				t.Error(err)
			}
			got := content(t, store, "a/b")
			if len(got) != 1<<16 || strings.Count(got, got[:1]) != 1<<16 {
				t.Errorf("%d bytes, mixed", len(got))
			}
		})
	}
	all.Wait()
	if left := files(t, folder); len(left) != 1 {
		t.Errorf("left: %v", left)
	}
}

func TestOpenDiskRemovesWhatWasCutOffLongAgo(t *testing.T) {
	t.Parallel()
	_, folder := disk(t)
	old, young := filepath.Join(folder, ".put-OLD"), filepath.Join(folder, ".put-YOUNG")
	for _, name := range []string{old, young} {
		if err := os.WriteFile(name, nil, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	yesterday := time.Now().Add(-24 * time.Hour)
	if err := os.Chtimes(old, yesterday, yesterday); err != nil {
		t.Fatal(err)
	}
	again, err := photos.OpenDisk(folder)
	if err != nil {
		t.Fatal(err)
	}
	defer again.Close()
	if left := files(t, folder); len(left) != 1 || left[0] != young {
		t.Errorf("left: %v", left)
	}
}
