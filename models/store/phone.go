package store

import (
	"fmt"

	"gorm.io/gorm"
)

// A telephone number that somebody called from is an address like any other, of the channel "phone". One that was typed
// on a page proves nothing: it is noted on its reporter for whoever calls back, and opens nobody's reports.
const (
	phoneChannel = "phone"
	phoneAccount = "hotline"
)

// NotePhone notes under which number, in the form that NormalPhone gives it, a reporter asks to be called back.
func (tx *Tx) NotePhone(reporterID, phone string) error {
	if err := tx.db.Exec("UPDATE reporters SET phone = ? WHERE id = ?", phone, reporterID).Error; err != nil {
		return fmt.Errorf("note phone: %w", err)
	}
	return nil
}

// PhoneReporter returns the reporter behind a number, made on the first call.
func (tx *Tx) PhoneReporter(phone string) (reporterID string, err error) {
	a, err := tx.Address(phoneChannel, phoneAccount, phone)
	return a.ReporterID, err
}

// NameReporter notes how a reporter is called.
func (tx *Tx) NameReporter(id, name string) error {
	if err := tx.db.Exec("UPDATE reporters SET name = ? WHERE id = ?", name, id).Error; err != nil {
		return fmt.Errorf("name reporter: %w", err)
	}
	return nil
}

// reportedBy limits tickets to those that a number has reported: by calling, or by asking to be called back. Only staff
// may look by it.
func (tx *Tx) reportedBy(phone string) *gorm.DB {
	return tx.db.Where(`tickets.id IN (SELECT r.ticket_id FROM reports r JOIN reporters p ON p.id = r.reporter_id
		WHERE p.phone = ? OR p.id IN (SELECT reporter_id FROM reporter_addresses
			WHERE external_id = ? AND channel = ? AND account = ?))`, phone, phone, phoneChannel, phoneAccount)
}
