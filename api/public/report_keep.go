package public

import (
	"encoding/json"
	"fmt"
	"time"

	"github.com/gin-gonic/gin"

	"github.com/vticket/vticket/api/web"
	"github.com/vticket/vticket/bots"
	"github.com/vticket/vticket/models"
	"github.com/vticket/vticket/models/store"
	"github.com/vticket/vticket/workflow"
)

// keep makes a ticket of a form and returns the token of the page on which it is followed. What was said stands in the
// browser's chat too: the receipt and the answers come there.
func (p *Pages) keep(c *gin.Context, s submission) (track string, err error) {
	token, lang := p.giveToken(c), web.Language(c)
	repeated := false
	err = p.Store.Tx(c.Request.Context(), func(tx *store.Tx) error {
		track, repeated = "", false
		address, err := tx.Address(models.ChannelWebchat, models.AccountWebchat, models.TokenKey(token))
		if err != nil {
			return err
		}
		key := models.IdempotencyKey{Owner: "form", Key: s.form, BodyHash: s.bodyHash}
		known, found, err := tx.ClaimIdempotencyKey(key)
		if err != nil {
			return err
		}
		if found {
			track, repeated = known.Response, true
			return nil
		}
		if s.gone {
			return models.Invalid{Field: "photo", Key: "report_photo_gone"}
		}
		if track, err = p.file(tx, address, lang, s); err != nil {
			return err
		}
		key.Response = track
		return tx.KeepIdempotencyKey(key)
	})
	if repeated { // the first one has its own
		p.uploads().Drop(c.Request.Context(), s.photos)
	}
	return track, err
}

// file writes a submission: the conversation's lock comes first, then the ticket.
func (p *Pages) file(tx *store.Tx, from models.Address, lang string, s submission) (track string, err error) {
	talk, err := tx.MeetConversation(from)
	if err != nil {
		return "", err
	}
	if _, spoken, err := tx.LastQuestion(talk.ID); err != nil {
		return "", err
	} else if !spoken {
		talk.Language = lang
	}
	talk.LastInteractionAt = tx.Now
	if err := tx.SaveConversation(talk); err != nil {
		return "", err
	}
	message, err := hear(tx, talk, s)
	if err != nil {
		return "", err
	}
	if err := p.warn(tx, talk, s.words); err != nil {
		return "", err
	}
	t, err := p.Desk.Submit(tx, workflow.SubmitInput{
		Actor:      models.Actor{Kind: models.ActorResident, ID: from.ReporterID},
		ReporterID: from.ReporterID, ConversationID: &talk.ID, Channel: models.ChannelWebchat,
		Words: s.words, Lat: s.lat, Lon: s.lon, Address: s.address, Phone: s.phone, MessageIDs: []string{message.ID},
	})
	if err != nil {
		return "", err
	}
	reports, err := tx.Reports(t.ID)
	if err != nil || len(reports) == 0 {
		return "", fmt.Errorf("report of %s: %w", t.Code, err)
	}
	return reports[0].TrackToken, nil
}

// hear keeps what a form says as a message with its pictures, as if it had been said in the chat.
func hear(tx *store.Tx, talk models.Conversation, s submission) (models.Message, error) {
	message, err := tx.Heard(models.Message{
		ConversationID: talk.ID, Author: "resident", Text: s.words, Lat: s.lat, Lon: s.lon,
	})
	if err != nil {
		return message, err
	}
	for _, media := range s.photos {
		source, err := json.Marshal(bots.Source{
			Channel: models.ChannelWebchat, Account: models.AccountWebchat, Media: media,
		})
		if err != nil {
			return message, fmt.Errorf("encode media: %w", err)
		}
		err = tx.InsertAttachment(&models.Attachment{
			ConversationID: &talk.ID, MessageID: &message.ID, Kind: models.AttachmentEvidence,
			Media: models.MediaImage, Source: string(source),
		})
		if err != nil {
			return message, err
		}
	}
	return message, nil
}

const (
	warnedFor = 15 * time.Minute // in which the same is not warned of again
	selfHarm  = "self_harm"      // what is said to a life that somebody may end
)

// warn says first what to do about a danger and whom to call, as the chat does. Where somebody may end their life it
// calls a person.
func (p *Pages) warn(tx *store.Tx, talk models.Conversation, words string) error {
	read := p.Desk.Model.Classify(words)
	if read.SelfHarm {
		return p.callPerson(tx, talk)
	}
	if !read.Danger {
		return nil
	}
	_, err := tx.Say(models.Message{
		ConversationID: talk.ID, Author: "bot", Key: workflow.WarningKey,
		Args: p.Desk.Catalogue.Category(read.Category).Warning(read.Life),
	})
	return err
}

// warnAgain warns as warn does, but not of what the chat has just been warned of.
func (p *Pages) warnAgain(tx *store.Tx, talk models.Conversation, words string) error {
	read, since := p.Desk.Model.Classify(words), tx.Now.Add(-warnedFor)
	var told bool
	var err error
	switch {
	case !read.SureDanger():
		return nil
	case read.SelfHarm:
		told, err = tx.ToldLately(talk.ID, selfHarm, since)
		told = told && talk.PersonSince != nil
	default:
		told, err = p.Desk.Warned(tx, talk.ID, p.Desk.Catalogue.Category(read.Category).Warning(read.Life), since)
	}
	if err != nil || told {
		return err
	}
	return p.warn(tx, talk, words)
}

func (p *Pages) callPerson(tx *store.Tx, talk models.Conversation) error {
	_, err := tx.Say(models.Message{ConversationID: talk.ID, Author: "bot", Key: selfHarm})
	if err != nil {
		return err
	}
	called, err := p.Desk.CallPerson(tx, &talk)
	if err != nil {
		return err
	}
	if _, err := tx.Say(called); err != nil {
		return err
	}
	return tx.SaveConversation(talk)
}
