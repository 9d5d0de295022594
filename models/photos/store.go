package photos

import (
	"context"
	"io"
	"strings"
)

// Store keeps pictures by keys of our own making. Open answers models.ErrNotFound for a key that holds nothing, and
// Delete of such a key is done already.
type Store interface {
	Put(ctx context.Context, key string, r io.Reader) error
	Open(ctx context.Context, key string) (io.ReadCloser, error)
	Delete(ctx context.Context, key string) error
}

const maxKey = 200 // bytes

// ours says whether a key is of our making: names of a-z, 0-9, '.', '_', '-' between slashes, none of them empty or
// beginning with a dot.
func ours(key string) bool {
	if key == "" || len(key) > maxKey {
		return false
	}
	for name := range strings.SplitSeq(key, "/") {
		if name == "" || name[0] == '.' {
			return false
		}
	}
	return !strings.ContainsFunc(key, foreign)
}

func foreign(r rune) bool {
	return (r < 'a' || r > 'z') && (r < '0' || r > '9') && !strings.ContainsRune("/._-", r)
}
