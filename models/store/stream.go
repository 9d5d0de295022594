package store

import (
	"cmp"
	"fmt"

	"github.com/vticket/vticket/models"
)

// TicketDeliveries returns how far everything said about a ticket has come, in the order in which it goes out.
func (tx *Tx) TicketDeliveries(ticketID string) ([]models.Delivery, error) {
	var rows []models.Delivery
	err := tx.db().Where("message_id IN (SELECT id FROM messages WHERE ticket_id = ?)", ticketID).Order(inOrder).
		Find(&rows).Error
	if err != nil {
		return nil, fmt.Errorf("deliveries of ticket: %w", err)
	}
	return rows, nil
}

// MessageOf returns the message that a delivery brings, or ErrNotFound.
func (tx *Tx) MessageOf(deliveryID string) (models.Message, error) {
	var m models.Message
	err := one(tx.db().Take(&m, "id = (SELECT message_id FROM deliveries WHERE id = ?)", deliveryID).Error)
	if err != nil {
		return m, fmt.Errorf("message of delivery %s: %w", deliveryID, err)
	}
	return m, nil
}

// Names returns what staff and departments are called, by id: events hold ids only.
func (tx *Tx) Names(ids []string) (map[string]string, error) {
	var rows []struct{ ID, Name string }
	names := map[string]string{}
	if len(ids) == 0 {
		return names, nil
	}
	err := tx.db().Raw(`SELECT id, name FROM staff WHERE id IN ? UNION ALL
		SELECT id, name FROM departments WHERE id IN ?`, ids, ids).Scan(&rows).Error
	if err != nil {
		return nil, fmt.Errorf("names: %w", err)
	}
	for _, row := range rows {
		names[row.ID] = row.Name
	}
	return names, nil
}

// TicketPhones returns the numbers under which a ticket's reporters called or asked to be called back, by reporter;
// those without one are left out.
func (tx *Tx) TicketPhones(ticketID string) (map[string]string, error) {
	var rows []struct{ ID, Phone, Called string }
	err := tx.db().Raw(`SELECT r.reporter_id AS id, max(r.phone) AS phone,
			coalesce((SELECT max(external_id) FROM reporter_addresses a
				WHERE a.reporter_id = r.reporter_id AND a.channel = ? AND a.account = ?), '') AS called
		FROM reports r WHERE r.ticket_id = ? GROUP BY r.reporter_id`,
		models.ChannelPhone, phoneAccount, ticketID).Scan(&rows).Error
	if err != nil {
		return nil, fmt.Errorf("phones of ticket: %w", err)
	}
	phones := map[string]string{}
	for _, row := range rows {
		if number := cmp.Or(row.Called, row.Phone); number != "" {
			phones[row.ID] = number
		}
	}
	return phones, nil
}

// ReporterNames returns how a ticket's reporters are called, by reporter; those who did not say it are left out.
func (tx *Tx) ReporterNames(ticketID string) (map[string]string, error) {
	var rows []struct{ ID, Name string }
	err := tx.db().Raw(`SELECT id, name FROM reporters
		WHERE name <> '' AND id IN (SELECT reporter_id FROM reports WHERE ticket_id = ?)`, ticketID).Scan(&rows).Error
	if err != nil {
		return nil, fmt.Errorf("names of reporters: %w", err)
	}
	names := map[string]string{}
	for _, row := range rows {
		names[row.ID] = row.Name
	}
	return names, nil
}
