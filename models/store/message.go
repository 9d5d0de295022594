package store

import (
	"database/sql"
	"fmt"
	"slices"
	"time"

	"gorm.io/gorm"
	"gorm.io/gorm/clause"

	"github.com/vticket/vticket/models"
)

// Say keeps an outgoing message and queues its first delivery to the conversation's address.
func (tx *Tx) Say(m models.Message) (models.Message, error) {
	m.ID, m.Direction, m.CreatedAt = models.NewID(), models.DirectionOut, tx.Now
	if err := tx.insertMessage(&m); err != nil {
		return m, err
	}
	if err := tx.see("conversations"); err != nil {
		return m, err
	}
	tx.spoken = append(tx.spoken, m.ConversationID)
	return m, tx.later("deliveries", func(db *gorm.DB) *gorm.DB {
		return db.Exec(`INSERT INTO deliveries (id, message_id, address_id, step, part, status, not_before, created_at)
			SELECT ?, ?, address_id, 0, 0, ?, ?, ? FROM conversations WHERE id = ?`,
			models.NewID(), m.ID, models.DeliveryQueued, tx.Now, tx.Now, m.ConversationID)
	})
}

// wakeAddresses writes what was kept, and asks for the deliveries of everything that was said in this transaction.
func (tx *Tx) wakeAddresses() error {
	err := tx.set("reporter_addresses", func(db *gorm.DB) *gorm.DB {
		return db.Exec(`UPDATE reporter_addresses SET epoch = epoch + 1, wakes = 1, wake_at = ?
			WHERE id IN (SELECT address_id FROM conversations WHERE id IN ?) RETURNING id, epoch`,
			tx.Now.Add(wakeAfter), tx.spoken)
	})
	if err != nil {
		return err
	}
	return tx.ask(func(rows *sql.Rows) error {
		w := models.Wake{Kind: models.KindDeliver}
		err := rows.Scan(&w.ID, &w.Epoch)
		tx.Wake(w)
		return err
	})
}

// Heard keeps an incoming message.
func (tx *Tx) Heard(m models.Message) (models.Message, error) {
	m.ID, m.Direction, m.Key = models.NewID(), models.DirectionIn, models.KeyVerbatim
	if m.CreatedAt.IsZero() {
		m.CreatedAt = tx.Now
	}
	return m, tx.insertMessage(&m)
}

func (tx *Tx) insertMessage(m *models.Message) error {
	if m.Args == nil {
		m.Args = models.Args{}
	}
	if m.Buttons == nil {
		m.Buttons = []models.Button{}
	}
	return tx.add("messages", m)
}

// LinkMessages says that messages belong to a ticket.
func (tx *Tx) LinkMessages(ids []string, ticketID string) error {
	if len(ids) == 0 {
		return nil
	}
	return tx.set("messages", func(db *gorm.DB) *gorm.DB {
		return db.Exec("UPDATE messages SET ticket_id = ? WHERE id IN ?", ticketID, ids)
	})
}

// Said is a message as its conversation shows it: the words that came in, or the text as it was sent, and when.
type Said struct {
	models.Message
	Shown  string
	SentAt *time.Time // nil for what came in
}

// MessagesAfter returns what a conversation has shown after a message (empty: from the beginning), in the order in
// which it was shown: what came in when it was read, what went out when it was sent. ErrNotFound: it has not shown that
// message.
func (tx *Tx) MessagesAfter(conversationID, after string, limit int) ([]Said, error) {
	shown := tx.db().Table("messages m").
		Select("m.*, coalesce(d.text, m.text) AS shown, d.sent_at, coalesce(d.sent_at, m.created_at) AS shown_at").
		Joins("LEFT JOIN deliveries d ON d.message_id = m.id AND d.status = 'sent' AND d.part = 0").
		Where("m.conversation_id = ? AND (m.direction = 'in' OR d.id IS NOT NULL)", conversationID)
	q := tx.db().Table("(?) AS s", shown)
	if after != "" {
		last := tx.db().Table("(?) AS l", shown).Select("shown_at").Where("id = ?", after)
		q = q.Where("(shown_at, id) > ((?), ?)", last, after)
	}
	var rows []Said
	if err := q.Order("shown_at, id").Limit(limit).Find(&rows).Error; err != nil {
		return nil, fmt.Errorf("messages: %w", err)
	}
	if len(rows) > 0 || after == "" {
		return rows, nil
	}
	var known int64
	if err := tx.db().Table("(?) AS l", shown).Where("id = ?", after).Count(&known).Error; err != nil {
		return nil, fmt.Errorf("messages: %w", err)
	}
	if known == 0 {
		return nil, fmt.Errorf("messages after %s: %w", after, models.ErrNotFound)
	}
	return rows, nil
}

// said tells of an outgoing message, by the name of its row in a query, whether its resident may have read it: some of
// it was sent, is being sent, may have arrived, or was queued a moment ago with nothing that waits before it. What is
// held, waits for a later try or was given up has not been said.
func said(row string) string {
	return fmt.Sprintf(`EXISTS (SELECT 1 FROM deliveries d WHERE d.message_id = %s.id AND (
		d.status IN ('sent','sending') OR d.ambiguous OR
		d.status = 'queued' AND d.error_class = '' AND d.not_before = d.created_at AND NOT EXISTS (
			SELECT 1 FROM deliveries h WHERE h.address_id = d.address_id AND h.status IN ('queued','sending')
				AND h.message_id < d.message_id AND (h.error_class <> '' OR h.not_before <> h.created_at))))`, row)
}

// LastQuestion returns the last thing said to a conversation: its buttons are what a bare number answers.
func (tx *Tx) LastQuestion(conversationID string) (m models.Message, found bool, err error) {
	told, _, err := tx.LastTold(conversationID)
	if err != nil || told == nil {
		return m, false, err
	}
	return *told, true, nil
}

// LastTold returns the last thing said to a conversation, and what is newer than that and waits to be said; nil for
// none of them.
func (tx *Tx) LastTold(conversationID string) (told, waits *models.Message, err error) {
	out := tx.db().Table("messages m").Select("m.*, "+said("m")+" AS said").
		Where("m.conversation_id = ? AND m.direction = 'out'", conversationID)
	newest := tx.db().Model(&models.Message{}).Select("id").
		Where("conversation_id = ? AND direction = 'out'", conversationID).Order("id DESC").Limit(1)
	rows := []struct {
		models.Message
		Said bool
	}{}
	err = tx.db().Table("(?) AS m", out).Where("m.said OR m.id = (?)", newest).Order("m.id DESC").Limit(2).
		Find(&rows).Error
	if err != nil {
		return nil, nil, fmt.Errorf("last told: %w", err)
	}
	for i := range rows {
		if rows[i].Said {
			return &rows[i].Message, waits, nil
		}
		waits = &rows[i].Message
	}
	return nil, waits, nil
}

// TicketMessages returns everything said about a ticket, oldest first.
func (tx *Tx) TicketMessages(ticketID string) ([]models.Message, error) {
	var rows []models.Message
	if err := tx.db().Where("ticket_id = ?", ticketID).Order("id").Find(&rows).Error; err != nil {
		return nil, fmt.Errorf("ticket messages: %w", err)
	}
	return rows, nil
}

// SaidSince tells whether an author has said the same words in a conversation since an instant: a form that is sent
// twice says nothing new.
func (tx *Tx) SaidSince(conversationID, author, text string, since time.Time) (bool, error) {
	var rows []models.Message
	err := tx.db().Where("conversation_id = ? AND author = ? AND created_at > ?", conversationID, author, since).
		Find(&rows).Error
	if err != nil {
		return false, fmt.Errorf("said since: %w", err)
	}
	same := func(m models.Message) bool { return m.Text == text || m.Args["text"] == text }
	return slices.ContainsFunc(rows, same), nil
}

// ToSend is a message with what its platform needs to show which one it answers.
type ToSend struct {
	models.Message
	Quoted string // the platform's id of the resident's message; empty: none, or that was unsent
}

// MessageToSend returns a message that is about to be sent, or ErrNotFound.
func (tx *Tx) MessageToSend(id string) (m ToSend, err error) {
	err = one(tx.db().Table("messages m").Select(`m.*, coalesce((SELECT q.external_id FROM messages q
		WHERE q.id = m.quote_id AND q.conversation_id = m.conversation_id AND q.direction = 'in' AND
			q.hidden_at IS NULL), '') AS quoted`).Where("m.id = ?", id).Take(&m).Error)
	if err != nil {
		return m, fmt.Errorf("message %s: %w", id, err)
	}
	return m, nil
}

// Message returns one message, or ErrNotFound.
func (tx *Tx) Message(id string) (models.Message, error) {
	var m models.Message
	if err := one(tx.db().Take(&m, "id = ?", id).Error); err != nil {
		return m, fmt.Errorf("message %s: %w", id, err)
	}
	return m, nil
}

// LeaseFor is how long one sender may hold an address. Every call to a platform ends 5 s before (design §4).
const LeaseFor = 20 * time.Second

// ClaimAddress takes the lease of an address under a new token; ok is false while another sender holds it.
func (tx *Tx) ClaimAddress(id string) (a models.Address, ok bool, err error) {
	rows := []models.Address{}
	err = tx.db().Raw(`UPDATE reporter_addresses SET lease_until = ?, lease_token = ?
		WHERE id = ? AND (lease_until IS NULL OR lease_until <= ?) RETURNING *`,
		tx.Now.Add(LeaseFor), models.NewToken(), id, tx.Now).Scan(&rows).Error
	if err != nil {
		return a, false, fmt.Errorf("claim address: %w", err)
	}
	if len(rows) == 0 {
		return a, false, nil
	}
	return rows[0], true, nil
}

// HoldAddress prolongs the lease; ErrConflict means that it was lost: whatever its holder learned since is stale.
func (tx *Tx) HoldAddress(a models.Address) error {
	res := tx.db().Exec("UPDATE reporter_addresses SET lease_until = ? WHERE id = ? AND lease_token = ?",
		tx.Now.Add(LeaseFor), a.ID, a.LeaseToken)
	if res.Error != nil {
		return fmt.Errorf("hold address: %w", res.Error)
	}
	if res.RowsAffected == 0 {
		return fmt.Errorf("lease of address %s: %w", a.ID, models.ErrConflict)
	}
	return nil
}

// DropQuote lets a message quote nothing any more.
func (tx *Tx) DropQuote(id string) error {
	return tx.set("messages", func(db *gorm.DB) *gorm.DB {
		return db.Exec("UPDATE messages SET quote_id = NULL WHERE id = ?", id)
	})
}

// CutDelivery queues the further parts of a message whose first delivery is d; those that are queued already stay.
func (tx *Tx) CutDelivery(d models.Delivery, parts int) error {
	for part := 1; part < parts; part++ {
		row := models.Delivery{
			ID: models.NewID(), MessageID: d.MessageID, AddressID: d.AddressID, Step: d.Step, Part: part,
			Status: models.DeliveryQueued, NotBefore: tx.Now, CreatedAt: tx.Now,
		}
		if err := tx.db().Clauses(clause.OnConflict{DoNothing: true}).Create(&row).Error; err != nil {
			return fmt.Errorf("cut delivery: %w", err)
		}
	}
	return nil
}

// inOrder is the order in which deliveries of one address go out.
const inOrder = "message_id, step, part"

// NextDelivery returns the first delivery of an address that may go out now. Those before it that wait for a later
// try hold it back; dead ones do not, nor those that let people sleep.
func (tx *Tx) NextDelivery(addressID string) (d models.Delivery, found bool, err error) {
	if d, found, err = tx.openDelivery(addressID); err != nil {
		return d, false, fmt.Errorf("next delivery: %w", err)
	}
	return d, found && !d.NotBefore.After(tx.Now), nil
}

// openDelivery returns the delivery of an address whose turn it is, now or later.
func (tx *Tx) openDelivery(addressID string) (d models.Delivery, found bool, err error) {
	rows := []models.Delivery{}
	err = tx.db().Where("address_id = ? AND status IN ('queued','sending')", addressID).Clauses(clause.OrderBy{
		Expression: clause.Expr{
			SQL: "error_class = ? AND not_before > ?, " + inOrder, Vars: []any{models.QuietHours, tx.Now},
		},
	}).Limit(1).Find(&rows).Error
	if err != nil || len(rows) == 0 {
		return d, false, err
	}
	return rows[0], true, nil
}

// SaveDelivery keeps how far a delivery has come.
func (tx *Tx) SaveDelivery(d models.Delivery) error {
	return tx.set("deliveries", func(db *gorm.DB) *gorm.DB {
		return db.Model(&d).Select("Status", "Attempts", "NotBefore", "Ambiguous", "PlatformID", "ErrorClass", "Text",
			"SentAt").UpdateColumns(&d)
	})
}

// ReleaseAddress gives the lease back and asks for the next waiting delivery, if there is one, not before an instant.
// ErrNotFound means that the lease was lost.
func (tx *Tx) ReleaseAddress(a models.Address, after time.Time) error {
	var held []models.Address // the update comes first: whoever queues a delivery now waits for our COMMIT
	err := tx.db().Raw(`UPDATE reporter_addresses SET lease_until = NULL, lease_token = '', wake_at = NULL, wakes = 0
		WHERE id = ? AND lease_token = ? RETURNING *`, a.ID, a.LeaseToken).Scan(&held).Error
	if err != nil {
		return fmt.Errorf("release address: %w", err)
	}
	if len(held) == 0 {
		return fmt.Errorf("release address %s: %w", a.ID, models.ErrNotFound)
	}
	next, found, err := tx.openDelivery(a.ID)
	if err != nil {
		return fmt.Errorf("release address: %w", err)
	}
	if !found {
		return nil
	}
	at := later(later(next.NotBefore, after), tx.Now)
	w := models.Wake{Kind: models.KindDeliver, ID: a.ID, Epoch: held[0].Epoch + 1, At: at}
	tx.Wake(w)
	return tx.set("reporter_addresses", func(db *gorm.DB) *gorm.DB {
		return db.Exec("UPDATE reporter_addresses SET wake_at = ?, epoch = ? WHERE id = ?", w.At, w.Epoch, w.ID)
	})
}

// BlockAddress notes that the resident blocked us, or writes again.
func (tx *Tx) BlockAddress(id string, blocked bool) error {
	var at *time.Time
	if blocked {
		at = &tx.Now
	}
	if err := tx.db().Exec("UPDATE reporter_addresses SET blocked_at = ? WHERE id = ?", at, id).Error; err != nil {
		return fmt.Errorf("block address: %w", err)
	}
	return nil
}

func later(a, b time.Time) time.Time {
	if a.After(b) {
		return a
	}
	return b
}
