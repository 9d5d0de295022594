package public

import (
	"errors"
	"net/http"
	"regexp"

	"github.com/gin-gonic/gin"

	"github.com/vticket/vticket/api/web"
	"github.com/vticket/vticket/models"
	"github.com/vticket/vticket/models/store"
)

// tokenForm is how our tokens look: anything else is not looked for.
var tokenForm = regexp.MustCompile(`^[a-z2-7]{26}$`)

// chatToken is the secret by which a browser's chat is known, empty when it has none.
func chatToken(c *gin.Context) string {
	if token := web.Token(c, web.ChatCookie); tokenForm.MatchString(token) {
		return token
	}
	return ""
}

// giveToken makes sure that the browser has a secret before it sends anything, so that a form which is sent twice comes
// from the same resident twice. Nothing is kept of those who only look.
func (p *Pages) giveToken(c *gin.Context) string {
	token := chatToken(c)
	if token == "" {
		token = c.GetString(web.ChatCookie) // given by this request already
	}
	if token == "" {
		token = models.NewToken()
		p.Cookies.Set(c, web.ChatCookie, token)
		c.Set(web.ChatCookie, token)
	}
	return token
}

// conversation is the chat of a browser, or ErrNotFound when nothing was said in it.
func conversation(tx *store.Tx, token string) (models.Conversation, error) {
	if token == "" {
		return models.Conversation{}, models.ErrNotFound
	}
	address, found, err := tx.FindAddress(models.ChannelWebchat, models.AccountWebchat, models.TokenKey(token))
	if err == nil && !found {
		err = models.ErrNotFound
	}
	if err != nil {
		return models.Conversation{}, err
	}
	return tx.ConversationWith(address.ID)
}

// chats tells whether the browser has an address that it can write from.
func (p *Pages) chats(c *gin.Context, token string) (found bool, err error) {
	err = p.Store.Read(c.Request.Context(), func(tx *store.Tx) (err error) {
		_, found, err = tx.FindAddress(models.ChannelWebchat, models.AccountWebchat, models.TokenKey(token))
		return err
	})
	return found, err
}

// openChat makes the address behind the browser's secret, so that the chat can write to /api/v1.
func (p *Pages) openChat(c *gin.Context) {
	if err := p.Intake.Meet(c.ClientIP(), web.Language(c)); err != nil {
		p.refuse(c, err)
		return
	}
	token := p.giveToken(c)
	err := p.Store.Tx(c.Request.Context(), func(tx *store.Tx) error {
		_, err := tx.Address(models.ChannelWebchat, models.AccountWebchat, models.TokenKey(token))
		return err
	})
	if err != nil {
		p.refuse(c, err)
		return
	}
	c.Status(http.StatusNoContent)
}

// refuse answers a script of ours with a problem.
func (p *Pages) refuse(c *gin.Context, err error) {
	problem := web.ProblemOf(err, web.Language(c))
	if problem.Status >= http.StatusInternalServerError && !errors.Is(err, c.Request.Context().Err()) {
		p.Log.ErrorContext(c, "request not served", "route", c.FullPath(), "error", err)
	}
	problem.Announce(c)
	c.Header("Content-Type", problem.ContentType(""))
	c.AbortWithStatusJSON(problem.Status, problem)
}
