-- +goose Up
-- the ticket that a note was written on, while that is merged into the one that has its reports
ALTER TABLE notes ADD COLUMN origin_id uuid REFERENCES tickets(id);
CREATE INDEX notes_origin ON notes (origin_id) WHERE origin_id IS NOT NULL;

-- notes of tickets that were merged before go where their reports are
WITH RECURSIVE way(id, at_id) AS (
  SELECT id, related_id FROM tickets WHERE state = 'merged' AND related_id IS NOT NULL
  UNION
  SELECT way.id, t.related_id FROM way JOIN tickets t ON t.id = way.at_id
    WHERE t.state = 'merged' AND t.related_id IS NOT NULL
), survivors(id, at_id) AS (
  SELECT way.id, way.at_id FROM way JOIN tickets t ON t.id = way.at_id WHERE t.state <> 'merged'
)
UPDATE notes SET origin_id = ticket_id,
  ticket_id = (SELECT at_id FROM survivors WHERE survivors.id = notes.ticket_id)
WHERE ticket_id IN (SELECT id FROM survivors);

-- +goose Down
UPDATE notes SET ticket_id = origin_id WHERE origin_id IS NOT NULL;
DROP INDEX notes_origin;
ALTER TABLE notes DROP COLUMN origin_id;
