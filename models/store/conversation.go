package store

import (
	"database/sql"
	"fmt"

	"gorm.io/gorm"
	"gorm.io/gorm/clause"

	"github.com/vticket/vticket/models"
)

var forUpdate = clause.Locking{Strength: "NO KEY UPDATE"}

// LockConversation takes the conversation with a sender for this transaction; ok is false when another turn has it.
// On first contact reporter, address and conversation are made.
func (tx *Tx) LockConversation(channel, account, sender string) (c models.Conversation, ok bool, err error) {
	address, err := tx.Address(channel, account, sender)
	if err != nil {
		return c, false, err
	}
	if err = tx.meet(address); err != nil {
		return c, false, err
	}
	lock := clause.Locking{Strength: forUpdate.Strength, Options: clause.LockingOptionsSkipLocked}
	rows := []models.Conversation{}
	if err = tx.db().Clauses(lock).Where("address_id = ?", address.ID).Find(&rows).Error; err != nil {
		return c, false, fmt.Errorf("lock conversation: %w", err)
	}
	if len(rows) == 0 {
		return c, false, nil
	}
	return rows[0], true, nil
}

// MeetConversation takes the conversation with an address for this transaction, made on first contact. It waits while
// a turn of the bot has it: a turn is short, and a page's form is not sent again by itself.
func (tx *Tx) MeetConversation(a models.Address) (c models.Conversation, err error) {
	if err = tx.meet(a); err != nil {
		return c, err
	}
	if err = one(tx.db().Clauses(forUpdate).Take(&c, "address_id = ?", a.ID).Error); err != nil {
		return c, fmt.Errorf("meet %s: %w", a.ID, err)
	}
	return c, nil
}

// Address returns the address of a sender, made on first contact together with its reporter.
func (tx *Tx) Address(channel, account, sender string) (models.Address, error) {
	a, found, err := tx.FindAddress(channel, account, sender)
	if err != nil || found {
		return a, err
	}
	r := models.Reporter{ID: models.NewID(), CreatedAt: tx.Now}
	a = models.Address{
		ID: models.NewID(), ReporterID: r.ID, Channel: channel, Account: account, ExternalID: sender, CreatedAt: tx.Now,
	}
	if err := tx.db().Create(&r).Error; err != nil {
		return a, fmt.Errorf("create reporter: %w", err)
	}
	made := tx.db().Clauses(clause.OnConflict{DoNothing: true}).Create(&a)
	if made.Error != nil {
		return a, fmt.Errorf("create address: %w", made.Error)
	}
	if made.RowsAffected == 1 {
		return a, nil
	}
	if err := tx.db().Delete(&r).Error; err != nil { // somebody else met them first
		return a, fmt.Errorf("drop reporter: %w", err)
	}
	a, _, err = tx.FindAddress(channel, account, sender)
	return a, err
}

// FindAddress returns the address of a sender if we have met them.
func (tx *Tx) FindAddress(channel, account, sender string) (a models.Address, found bool, err error) {
	rows := []models.Address{}
	err = tx.db().Where("external_id = ? AND channel = ? AND account = ?", sender, channel, account).Find(&rows).Error
	if err != nil {
		return a, false, fmt.Errorf("find address: %w", err)
	}
	if len(rows) == 0 {
		return a, false, nil
	}
	return rows[0], true, nil
}

func (tx *Tx) meet(a models.Address) error {
	err := tx.db().Exec(`INSERT INTO conversations
		(id, address_id, reporter_id, channel, language, last_interaction_at, created_at)
		SELECT ?, ?, ?, ?, 'vi', ?, ? WHERE NOT EXISTS (SELECT 1 FROM conversations WHERE address_id = ?)
		ON CONFLICT DO NOTHING`,
		models.NewID(), a.ID, a.ReporterID, a.Channel, tx.Now, tx.Now, a.ID).Error
	if err != nil {
		return fmt.Errorf("create conversation: %w", err)
	}
	return nil
}

// Conversation returns one conversation, or ErrNotFound.
func (tx *Tx) Conversation(id string) (models.Conversation, error) {
	var c models.Conversation
	if err := one(tx.db().Take(&c, "id = ?", id).Error); err != nil {
		return c, fmt.Errorf("conversation %s: %w", id, err)
	}
	return c, nil
}

// SaveConversation keeps what a turn changed; only the holder of its lock may call it.
func (tx *Tx) SaveConversation(c models.Conversation) error {
	if tx.begun != nil && tx.begun.ID == c.ID {
		*tx.begun = c
		return nil
	}
	return tx.set("conversations", func(db *gorm.DB) *gorm.DB {
		return db.Model(&c).Select("Language", "LastInteractionAt", "TakenOverUntil", "Unsent", "PersonSince", "WakeAt",
			"Epoch", "Wakes", "pace_minute_at", "pace_minute", "pace_said_at", "pace_said", "pace_day_at", "pace_day",
			"pace_insulted_at", "pace_insults", "pace_told_at", "pace_quiet_until").UpdateColumns(&c)
	})
}

// OpenDraft returns the open draft of a conversation, if there is one.
func (tx *Tx) OpenDraft(conversationID string) (d models.Draft, found bool, err error) {
	rows := []models.Draft{}
	err = tx.db().Where("conversation_id = ? AND status = ?", conversationID, models.DraftOpen).Find(&rows).Error
	if err != nil {
		return d, false, fmt.Errorf("open draft: %w", err)
	}
	if len(rows) == 0 {
		return d, false, nil
	}
	return rows[0], true, nil
}

// Draft returns one draft, or ErrNotFound.
func (tx *Tx) Draft(id string) (models.Draft, error) {
	var d models.Draft
	if err := one(tx.db().Take(&d, "id = ?", id).Error); err != nil {
		return d, fmt.Errorf("draft %s: %w", id, err)
	}
	return d, nil
}

// SaveDraft keeps a draft, made or changed, and asks for its next wake-up.
func (tx *Tx) SaveDraft(d *models.Draft) error {
	d.Epoch++
	d.Wakes = 0
	isNew := d.ID == ""
	if isNew {
		d.ID, d.CreatedAt = models.NewID(), tx.Now
	}
	err := tx.set("drafts", func(db *gorm.DB) *gorm.DB { // a new one too: it may only come when the one before is over
		if isNew {
			return db.Create(d)
		}
		return db.Model(d).Select("Status", "Slots", "TicketID", "WakeAt", "Epoch", "Wakes").UpdateColumns(d)
	})
	if err != nil {
		return err
	}
	if d.WakeAt != nil {
		tx.Wake(models.Wake{Kind: models.KindSettle, ID: d.ID, Epoch: d.Epoch, At: *d.WakeAt})
	}
	return nil
}

// ConversationWith returns the conversation with an address, or ErrNotFound before the first message was read.
func (tx *Tx) ConversationWith(addressID string) (models.Conversation, error) {
	var c models.Conversation
	if err := one(tx.db().Take(&c, "address_id = ?", addressID).Error); err != nil {
		return c, fmt.Errorf("conversation with %s: %w", addressID, err)
	}
	return c, nil
}

// Notify notes that a reporter is told something; true when this is the first time for this version of the text.
func (tx *Tx) Notify(reporterID, kind string, version int) (first bool, err error) {
	err = tx.set("notices", func(db *gorm.DB) *gorm.DB {
		return db.Exec(`INSERT INTO notices (id, reporter_id, kind, version, told_at) VALUES (?, ?, ?, ?, ?)
			ON CONFLICT DO NOTHING RETURNING id`, models.NewID(), reporterID, kind, version, tx.Now)
	})
	if err != nil {
		return false, err
	}
	return first, tx.ask(func(*sql.Rows) error { first = true; return nil })
}
