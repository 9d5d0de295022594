package store

import (
	"fmt"

	"github.com/vticket/vticket/models"
)

// A telephone number that somebody called from is an address like any other, of the channel "phone". One that was typed
// on a page proves nothing: it is noted on its report for whoever calls back, and opens nobody's reports.
const phoneAccount = "hotline"

// PhoneReporter returns the reporter behind a number, made on the first call.
func (tx *Tx) PhoneReporter(phone string) (reporterID string, err error) {
	a, err := tx.Address(models.ChannelPhone, phoneAccount, phone)
	return a.ReporterID, err
}

// ProvePhone notes that a number is a resident's own, as their platform vouches for it: who called from it before was
// the same person, and is one reporter with them from now on.
func (tx *Tx) ProvePhone(reporterID, phone string) error {
	err := tx.db().Exec("UPDATE reporters SET phone = ?, phone_proved_at = ? WHERE id = ?", phone, tx.Now,
		reporterID).Error
	if err != nil {
		return fmt.Errorf("prove phone: %w", err)
	}
	called, found, err := tx.FindAddress(models.ChannelPhone, phoneAccount, phone)
	if err != nil || !found || called.ReporterID == reporterID {
		return err
	}
	for _, table := range []string{"reporter_addresses", "conversations", "reports"} {
		err := tx.db().Exec("UPDATE "+table+" SET reporter_id = ? WHERE reporter_id = ?",
			reporterID, called.ReporterID).Error
		if err != nil {
			return fmt.Errorf("prove phone: %w", err)
		}
	}
	return nil
}

// NameReporter notes how a reporter is called.
func (tx *Tx) NameReporter(id, name string) error {
	if err := tx.db().Exec("UPDATE reporters SET name = ? WHERE id = ?", name, id).Error; err != nil {
		return fmt.Errorf("name reporter: %w", err)
	}
	return nil
}

// reportedBy are the tickets that a number has reported: by calling, or by asking to be called back. Only staff look
// by it. Arguments: the number, twice, the channel and the account.
const reportedBy = `SELECT ticket_id FROM reports WHERE phone = ?
	UNION SELECT ticket_id FROM reports WHERE reporter_id IN (SELECT reporter_id FROM reporter_addresses
		WHERE external_id = ? AND channel = ? AND account = ?)`
