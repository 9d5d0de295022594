package store

import (
	"embed"

	"gorm.io/gorm"
)

// Migrations are the files of both dialects.
func Migrations() embed.FS { return migrations }

// DB lets tests look behind the store, and break what it promises.
func (tx *Tx) DB() *gorm.DB { return tx.db() }

// Waiting tells how many callers of Put have not been taken yet.
func (b *Inbox) Waiting() int { return len(b.queue) }
