package store

import (
	"fmt"
	"time"

	"gorm.io/gorm"
	"gorm.io/gorm/clause"

	"github.com/google/uuid"

	"github.com/vticket/vticket/models"
)

// Climb queues the next step of a message's ladder, or holds it until the resident writes. The parts of the step before
// that wait are dropped for the same reason. A step that was queued before stays as it is.
func (tx *Tx) Climb(from, to models.Delivery) error {
	err := tx.set("deliveries", func(db *gorm.DB) *gorm.DB {
		return db.Exec(`UPDATE deliveries SET status = ?, error_class = ?
			WHERE message_id = ? AND step = ? AND status = ?`,
			models.DeliveryDead, from.ErrorClass, from.MessageID, from.Step, models.DeliveryQueued)
	})
	if err != nil {
		return err
	}
	to.ID, to.MessageID, to.CreatedAt, to.NotBefore = models.NewID(), from.MessageID, tx.Now, tx.Now
	made := tx.db().Clauses(clause.OnConflict{DoNothing: true}).Create(&to)
	if made.Error != nil {
		return fmt.Errorf("climb: %w", made.Error)
	}
	if made.RowsAffected == 0 {
		return nil
	}
	if to.Status == models.DeliveryHeld {
		return tx.Hold(to.AddressID)
	}
	if to.AddressID != from.AddressID {
		return tx.wakeAddress(to.AddressID)
	}
	return nil // whoever holds the address goes on with it
}

// Hold notes that something waits until the resident at an address writes.
func (tx *Tx) Hold(addressID string) error {
	return tx.set("reporter_addresses", func(db *gorm.DB) *gorm.DB {
		return db.Exec("UPDATE reporter_addresses SET held = ? WHERE id = ?", true, addressID)
	})
}

// AmbiguousWait is how long a platform that did not answer is left alone: until it may have come back.
const AmbiguousWait = 30 * time.Second

// Resume queues what was held for an address, and what waited for the morning or for another try: they have written to
// us, so their platform works. An approved text that still waits goes as an answer instead, and is due: nothing that
// they are told now is held back by it. What may have arrived is due in AmbiguousWait at the latest.
func (tx *Tx) Resume(addressID string) error {
	// The address comes before its deliveries: the order in which whoever sends them takes both.
	err := tx.db().Exec("UPDATE reporter_addresses SET held = ? WHERE id = ?", false, addressID).Error
	if err != nil {
		return fmt.Errorf("resume deliveries: %w", err)
	}
	err = tx.db().Exec(`UPDATE deliveries SET step = ?, attempts = 0, not_before = ?
		WHERE address_id = ? AND status = ? AND step = ?`,
		models.StepHeld, tx.Now, addressID, models.DeliveryQueued, models.StepTemplate).Error
	if err != nil {
		return fmt.Errorf("resume deliveries: %w", err)
	}
	err = tx.db().Exec(`UPDATE deliveries SET status = ?, not_before = ? WHERE address_id = ? AND (status = ? OR
		status = ? AND (error_class = ? OR error_class = ? AND NOT ambiguous))`,
		models.DeliveryQueued, tx.Now, addressID, models.DeliveryHeld,
		models.DeliveryQueued, models.QuietHours, models.TryAgain).Error
	if err != nil {
		return fmt.Errorf("resume deliveries: %w", err)
	}
	soon := tx.Now.Add(AmbiguousWait)
	err = tx.db().Exec(`UPDATE deliveries SET not_before = ?
		WHERE address_id = ? AND status = ? AND error_class = ? AND ambiguous AND not_before > ?`,
		soon, addressID, models.DeliveryQueued, models.TryAgain, soon).Error
	if err != nil {
		return fmt.Errorf("resume deliveries: %w", err)
	}
	return tx.wakeAddress(addressID)
}

// wakeAddress asks for the deliveries of one address.
func (tx *Tx) wakeAddress(id string) error {
	var w models.Wake
	err := tx.db().Raw(`UPDATE reporter_addresses SET epoch = epoch + 1, wakes = 1, wake_at = ? WHERE id = ?
		RETURNING id, epoch`, tx.Now.Add(wakeAfter), id).Scan(&w).Error
	if err != nil {
		return fmt.Errorf("wake address: %w", err)
	}
	w.Kind = models.KindDeliver
	tx.Wake(w)
	return nil
}

// OtherAddress returns another address of a reporter on one of some channels, the one they wrote from last.
func (tx *Tx) OtherAddress(a models.Address, channels []string) (other models.Address, found bool, err error) {
	rows := []models.Address{}
	err = tx.db().Table("reporter_addresses AS a").Select("a.*").
		Joins("LEFT JOIN conversations c ON c.address_id = a.id").
		Where("a.reporter_id = ? AND a.id <> ? AND a.blocked_at IS NULL AND a.channel IN ?",
			a.ReporterID, a.ID, channels).
		Order("c.last_interaction_at DESC").Limit(1).Find(&rows).Error
	if err != nil || len(rows) == 0 {
		return other, false, err
	}
	return rows[0], true, nil
}

// Spend books what a message cost on a day of a channel, in đồng.
func (tx *Tx) Spend(channel, day string, cost int64) error {
	return tx.set("spendings", func(db *gorm.DB) *gorm.DB {
		return db.Exec(`INSERT INTO spendings (channel, day, spent) VALUES (?, ?, ?)
			ON CONFLICT (channel, day) DO UPDATE SET spent = spendings.spent + excluded.spent`, channel, day, cost)
	})
}

// Spent is what the messages of a day of a channel have cost, in đồng.
func (tx *Tx) Spent(channel, day string) (spent int64, err error) {
	err = tx.db().Raw("SELECT spent FROM spendings WHERE channel = ? AND day = ?", channel, day).Scan(&spent).Error
	if err != nil {
		return 0, fmt.Errorf("spent: %w", err)
	}
	return spent, nil
}

// Arrived notes what a platform says of messages that it brought to an address: that they came, or were read. Ids are
// the platform's; without ids everything sent until then is meant.
func (tx *Tx) Arrived(addressID string, ids []string, at time.Time, read bool) error {
	column := "arrived_at"
	if read {
		column = "read_at"
	}
	where, what := "platform_id IN ?", any(ids)
	if len(ids) == 0 {
		where, what = "sent_at <= ?", any(at)
	}
	err := tx.db().Exec("UPDATE deliveries SET "+column+" = ? WHERE address_id = ? AND status = ? AND "+column+
		" IS NULL AND "+where, at, addressID, models.DeliverySent, what).Error
	if err != nil {
		return fmt.Errorf("note arrival: %w", err)
	}
	return nil
}

// tracked notes that a delivery of ours has come, of which an event without a conversation tells, and reads the event.
func (tx *Tx) tracked(e models.InboxEvent, deliveryID string) error {
	if id, err := uuid.Parse(deliveryID); err == nil { // else it is none of ours
		err := tx.db().Exec(`UPDATE deliveries SET arrived_at = ? WHERE id = ? AND status = ? AND arrived_at IS NULL
			AND address_id IN (SELECT id FROM reporter_addresses WHERE channel = ? AND account = ?)`,
			e.OccurredAt, id.String(), models.DeliverySent, e.Channel, e.Account).Error
		if err != nil {
			return fmt.Errorf("note arrival: %w", err)
		}
	}
	return tx.ReadEvents([]string{e.ID})
}

// Phone is a number of a reporter. Proved: their platform vouched for it, or they called the hotline from it. One that
// they only typed may be anybody's, whom their reports are no business of.
type Phone struct {
	Number string // empty: none is known
	Proved bool
}

// Phone returns the number by which a reporter is reached: the one they gave us if it is proved, else the one they
// called from, else the one they typed.
func (tx *Tx) Phone(reporterID string) (p Phone, err error) {
	var rows []struct {
		Phone    string
		ProvedAt *time.Time
		Called   *string
	}
	err = tx.db().Raw(`SELECT r.phone, r.phone_proved_at AS proved_at, (SELECT a.external_id FROM reporter_addresses a
			WHERE a.reporter_id = r.id AND a.channel = ? AND a.account = ? ORDER BY a.id DESC LIMIT 1) AS called
		FROM reporters r WHERE r.id = ?`, models.ChannelPhone, phoneAccount, reporterID).Scan(&rows).Error
	if err == nil && len(rows) == 0 {
		err = models.ErrNotFound
	}
	if err != nil {
		return p, fmt.Errorf("phone of reporter: %w", err)
	}
	r := rows[0]
	if p = (Phone{Number: r.Phone, Proved: r.ProvedAt != nil && r.Phone != ""}); !p.Proved && r.Called != nil {
		p = Phone{Number: *r.Called, Proved: true}
	}
	return p, nil
}

// Introduce keeps the name and the phone that a resident typed for us; an empty one changes nothing. Another number
// than the one before is not proved.
func (tx *Tx) Introduce(reporterID, name, phone string) error {
	if name != "" {
		if err := tx.NameReporter(reporterID, name); err != nil {
			return err
		}
	}
	if phone == "" {
		return nil
	}
	err := tx.db().Exec(`UPDATE reporters SET phone = ?,
		phone_proved_at = CASE WHEN phone = ? THEN phone_proved_at END WHERE id = ?`, phone, phone, reporterID).Error
	if err != nil {
		return fmt.Errorf("introduce: %w", err)
	}
	return nil
}
