package dialogue

import "github.com/vticket/vticket/models/understand"

// Unclear is the question for the type, of a reading made by hand.
func (m Mind) Unclear(d Draft, read understand.Result) (Effect, bool) { return m.unclear(d, read) }
