package store

import (
	"fmt"

	"github.com/vticket/vticket/models"
)

// ReporterReports returns a reporter's own submissions to some tickets, by the ticket's id: of several the first, and
// none that they took back.
func (tx *Tx) ReporterReports(reporterID string, tickets []models.Ticket) (map[string]models.Report, error) {
	ids := make([]string, 0, len(tickets))
	for _, t := range tickets {
		ids = append(ids, t.ID)
	}
	var rows []models.Report
	err := tx.db().Where("reporter_id = ? AND ticket_id IN ? AND withdrawn_at IS NULL", reporterID, ids).
		Order("created_at DESC, id DESC").Find(&rows).Error
	if err != nil {
		return nil, fmt.Errorf("reports of reporter: %w", err)
	}
	own := map[string]models.Report{}
	for _, r := range rows {
		own[r.TicketID] = r
	}
	return own, nil
}
