package photos

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path"
	"strings"
	"syscall"
	"time"

	"github.com/vticket/vticket/models"
)

// Files that are not whole yet: no key begins with a dot. Whoever is cut off leaves one behind, and nobody writes
// for an hour.
const (
	unfinished      = ".put-"
	unfinishedFor   = time.Hour
	folderMode      = 0o750
	fileMode        = 0o600
	createExclusive = os.O_WRONLY | os.O_CREATE | os.O_EXCL
)

// Disk keeps pictures in a folder and cannot leave it, whatever a key or a link says. Several processes may share
// the folder.
type Disk struct{ root *os.Root }

// OpenDisk opens the folder, makes it when it is not there, and removes what was cut off long ago. It fails at once
// when the folder cannot be written.
func OpenDisk(folder string) (*Disk, error) {
	if err := os.MkdirAll(folder, folderMode); err != nil {
		return nil, fmt.Errorf("make the photo folder: %w", err)
	}
	root, err := os.OpenRoot(folder)
	if err != nil {
		return nil, fmt.Errorf("open the photo folder: %w", err)
	}
	d := &Disk{root}
	if err := d.sweep(); err != nil {
		return nil, errors.Join(fmt.Errorf("try the photo folder: %w", err), root.Close())
	}
	return d, nil
}

// Close lets go of the folder.
func (d *Disk) Close() error { return d.root.Close() }

// Put keeps what r reads under the key, in place of what was there: all of it or nothing. When it returns, the
// picture survives a power cut.
func (d *Disk) Put(ctx context.Context, key string, r io.Reader) error {
	if !ours(key) {
		return fmt.Errorf("put photo: %q is not a key of ours", key[:min(len(key), maxKey)])
	}
	temp := unfinished + rand.Text()
	err := d.write(temp, reader{ctx, r})
	if err == nil {
		err = d.settle(temp, key)
	}
	if err != nil {
		_ = d.root.Remove(temp) // it may not be there; OpenDisk removes what stays
		return fmt.Errorf("put photo %s: %w", key, err)
	}
	return nil
}

// Open reads the picture with the key.
func (d *Disk) Open(ctx context.Context, key string) (io.ReadCloser, error) {
	if err := ctx.Err(); err != nil {
		return nil, fmt.Errorf("open photo: %w", err)
	}
	if err := d.present(key); err != nil {
		return nil, fmt.Errorf("open photo: %w", err)
	}
	file, err := d.root.Open(key)
	if err != nil {
		return nil, fmt.Errorf("open photo: %w", absent(err))
	}
	return file, nil
}

// Delete removes the picture with the key.
func (d *Disk) Delete(ctx context.Context, key string) error {
	if err := ctx.Err(); err != nil {
		return fmt.Errorf("delete photo: %w", err)
	}
	err := d.present(key)
	if err == nil {
		err = absent(d.root.Remove(key))
	}
	switch {
	case errors.Is(err, models.ErrNotFound):
		return nil
	case err != nil:
		return fmt.Errorf("delete photo: %w", err)
	default:
		return d.sync(path.Dir(key))
	}
}

// Forget removes the pictures of one folder that were put before a time, by the clock of the file system, and counts
// them. A folder that is not there holds none.
func (d *Disk) Forget(ctx context.Context, folder string, before time.Time) (gone int, err error) {
	entries, err := fs.ReadDir(d.root.FS(), folder)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return 0, fmt.Errorf("forget photos: %w", err)
	}
	for _, entry := range entries {
		kept, err := entry.Info()
		if err != nil || !kept.Mode().IsRegular() || !kept.ModTime().Before(before) {
			continue // its owner was quicker, or it is to stay
		}
		if err := d.Delete(ctx, path.Join(folder, entry.Name())); err != nil {
			return gone, err
		}
		gone++
	}
	return gone, nil
}

func (d *Disk) write(name string, r io.Reader) (err error) {
	file, err := d.root.OpenFile(name, createExclusive, fileMode)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, file.Close()) }()
	if _, err := io.Copy(file, r); err != nil {
		return err
	}
	return file.Sync()
}

// settle gives a whole file its name, and makes the name last: up to the root, since a folder may be new, and made
// by a neighbour who has not come to this line yet.
func (d *Disk) settle(temp, key string) error {
	folder := path.Dir(key)
	if err := d.root.MkdirAll(folder, folderMode); err != nil {
		return err
	}
	if err := d.root.Rename(temp, key); err != nil {
		return err
	}
	for ; folder != "."; folder = path.Dir(folder) {
		if err := d.sync(folder); err != nil {
			return err
		}
	}
	return d.sync(".")
}

func (d *Disk) sync(folder string) error {
	f, err := d.root.Open(folder)
	if err != nil {
		return err
	}
	return errors.Join(f.Sync(), f.Close())
}

// present says whether the key holds a picture: a folder is none.
func (d *Disk) present(key string) error {
	if !ours(key) {
		return models.ErrNotFound
	}
	switch entry, err := d.root.Lstat(key); {
	case err != nil:
		return absent(err)
	case !entry.Mode().IsRegular():
		return models.ErrNotFound
	default:
		return nil
	}
}

// absent turns the words of the file system for "there is none" into ours.
func absent(err error) error {
	if errors.Is(err, fs.ErrNotExist) || errors.Is(err, syscall.ENOTDIR) {
		return models.ErrNotFound
	}
	return err
}

// sweep removes unfinished files older than the limit, by the clock of the file system: its own file tells the time.
func (d *Disk) sweep() error {
	probe := unfinished + rand.Text()
	if err := d.write(probe, strings.NewReader("")); err != nil {
		return err
	}
	now, err := d.root.Stat(probe)
	if err != nil {
		return err
	}
	names, err := fs.Glob(d.root.FS(), unfinished+"*")
	if err != nil {
		return err
	}
	for _, name := range names {
		entry, err := d.root.Stat(name)
		if err != nil {
			continue // its owner was quicker
		}
		if name == probe || now.ModTime().Sub(entry.ModTime()) > unfinishedFor {
			_ = d.root.Remove(name) // a neighbour who opens too may be quicker
		}
	}
	return nil
}

// reader stops when nobody waits any more.
type reader struct {
	ctx context.Context //nolint:containedctx // lives as long as one Put
	r   io.Reader
}

func (r reader) Read(p []byte) (int, error) {
	if err := r.ctx.Err(); err != nil {
		return 0, err
	}
	return r.r.Read(p)
}
