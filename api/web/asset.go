package web

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"mime"
	"net/http"
	"path"
	"strings"
	"time"

	"github.com/gin-gonic/gin"
)

// assets are the files of static/ under the names that pages use, and as they are served. The stylesheets of
// static/css are one file, vticket.css, in the order of their names; resident.css has only those that residents need,
// for who comes from a chat on a slow phone.
type assets map[string]asset

type asset struct {
	hash  string
	bytes []byte
}

// firstOfStaff begins the names of the stylesheets that only colleagues need.
const firstOfStaff = "4"

func loadAssets() (assets, error) {
	all := assets{}
	var sheet, resident bytes.Buffer
	err := fs.WalkDir(files, "static", func(name string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return err
		}
		raw, err := fs.ReadFile(files, name)
		if err != nil {
			return err
		}
		if path.Dir(name) == "static/css" {
			sheet.Write(raw)
			if path.Base(name) < firstOfStaff {
				resident.Write(raw)
			}
			return nil
		}
		all.add(strings.TrimPrefix(name, "static/"), raw)
		return nil
	})
	if errors.Is(err, fs.ErrNotExist) {
		err = nil
	}
	if err != nil {
		return nil, fmt.Errorf("read static files: %w", err)
	}
	all.add("vticket.css", sheet.Bytes())
	all.add("resident.css", resident.Bytes())
	return all, nil
}

func (a assets) add(name string, raw []byte) {
	sum := sha256.Sum256(raw)
	a[name] = asset{hash: hex.EncodeToString(sum[:6]), bytes: raw}
}

func (a assets) address(name string) string {
	found, ok := a[name]
	if !ok {
		return ""
	}
	return "/static/" + found.hash + "/" + name
}

// Static serves the files of the pages: an address holds a sum of the contents, so it may be kept for ever. Files that
// name others by relative address (fonts in a stylesheet) find them under any sum.
func (p *Pages) Static(c *gin.Context) {
	name := strings.TrimPrefix(c.Param("name"), "/")
	found, ok := p.assets[name]
	if !ok {
		c.Status(http.StatusNotFound)
		return
	}
	if c.Param("hash") == found.hash || strings.HasPrefix(name, "vendor/") {
		c.Header("Cache-Control", "public, max-age=31536000, immutable")
	}
	c.Header("X-Content-Type-Options", "nosniff")
	c.Header("Content-Type", mime.TypeByExtension(path.Ext(name)))
	http.ServeContent(c.Writer, c.Request, name, time.Time{}, bytes.NewReader(found.bytes))
}

// PhotoURL is the address of an attachment: 1600 and 320 are a picture's longer edge in pixels, "original" is what
// came (api/rest/photo.go serves all). Without a size it ends in a slash, for a template to go on.
func PhotoURL(attachmentID, size string) string { return "/api/v1/photos/" + attachmentID + "/" + size }
