package workflow_test

import (
	"github.com/vticket/vticket/models"
	"github.com/vticket/vticket/models/store"
	"github.com/vticket/vticket/workflow"
)

// The verbs as tests write them: who, which ticket, and as little else as the verb accepts.

func act(who models.Actor, t models.Ticket) workflow.Act {
	return workflow.Act{Actor: who, Ticket: t.ID}
}

func resolve(a workflow.Act) verb {
	return func(tx *store.Tx) (models.Ticket, error) {
		return desk.Resolve(tx, workflow.ResolveInput{
			Act: a, Outcome: models.OutcomeFixed, Text: "Đã vá xong.", NoPhoto: "máy hư",
		})
	}
}

func reopen(a workflow.Act) verb {
	return func(tx *store.Tx) (models.Ticket, error) { return desk.Reopen(tx, workflow.ReopenInput{Act: a}) }
}

func closing(a workflow.Act) verb {
	return func(tx *store.Tx) (models.Ticket, error) { return desk.Close(tx, workflow.CloseInput{Act: a}) }
}

func accept(a workflow.Act) verb {
	return func(tx *store.Tx) (models.Ticket, error) { return desk.Accept(tx, workflow.AcceptInput{Act: a}) }
}

func returning(a workflow.Act) verb {
	return func(tx *store.Tx) (models.Ticket, error) {
		return desk.Return(tx, workflow.ReturnInput{Act: a, Text: "Không phải của chúng tôi."})
	}
}

func ask(a workflow.Act) verb {
	return func(tx *store.Tx) (models.Ticket, error) {
		return desk.Ask(tx, workflow.AskInput{Act: a, Text: "Trước số nhà nào?"})
	}
}

func reply(a workflow.Act) verb {
	return func(tx *store.Tx) (models.Ticket, error) {
		return desk.Reply(tx, workflow.ReplyInput{Act: a, Text: "Đội đang tới."})
	}
}

func note(a workflow.Act) verb {
	return func(tx *store.Tx) (models.Ticket, error) {
		return desk.Note(tx, workflow.NoteInput{Act: a, Text: "Gọi lại sau."})
	}
}

func attach(a workflow.Act) verb {
	return func(tx *store.Tx) (models.Ticket, error) { return desk.Attach(tx, workflow.AttachInput{Act: a}) }
}

func withdraw(a workflow.Act) verb {
	return func(tx *store.Tx) (models.Ticket, error) { return desk.Withdraw(tx, workflow.WithdrawInput{Act: a}) }
}

func pause(a workflow.Act) verb {
	return func(tx *store.Tx) (models.Ticket, error) { return desk.Pause(tx, workflow.PauseInput{Act: a}) }
}

func expire(a workflow.Act) verb {
	return func(tx *store.Tx) (models.Ticket, error) { return desk.Expire(tx, workflow.ExpireInput{Act: a}) }
}

func assign(a workflow.Act, department string) verb {
	return func(tx *store.Tx) (models.Ticket, error) {
		return desk.Assign(tx, workflow.AssignInput{Act: a, DepartmentID: department})
	}
}

func triage(a workflow.Act, category string, priority models.Priority) verb {
	return func(tx *store.Tx) (models.Ticket, error) {
		return desk.Triage(tx, workflow.TriageInput{Act: a, Category: category, Priority: priority})
	}
}

func amend(a workflow.Act, words string, at *point) verb {
	return func(tx *store.Tx) (models.Ticket, error) {
		in := workflow.AmendInput{Act: a, Words: words}
		if at != nil {
			in.Lat, in.Lon = &at.lat, &at.lon
		}
		return desk.Amend(tx, in)
	}
}

func locate(a workflow.Act, at point) verb {
	return func(tx *store.Tx) (models.Ticket, error) {
		return desk.Locate(tx, workflow.LocateInput{Act: a, Lat: at.lat, Lon: at.lon})
	}
}

func judge(a workflow.Act, v models.Verdict) verb {
	return func(tx *store.Tx) (models.Ticket, error) {
		return desk.Judge(tx, workflow.JudgeInput{Act: a, Verdict: v})
	}
}

func done(a workflow.Act) verb {
	return func(tx *store.Tx) (models.Ticket, error) {
		t, _, err := desk.Done(tx, workflow.CloseInput{Act: a})
		return t, err
	}
}

func notDone(a workflow.Act) verb {
	return func(tx *store.Tx) (models.Ticket, error) {
		t, _, err := desk.NotDone(tx, workflow.ReopenInput{Act: a})
		return t, err
	}
}

func merge(a workflow.Act, into models.Ticket) verb {
	return func(tx *store.Tx) (models.Ticket, error) {
		return desk.Merge(tx, workflow.MergeInput{Act: a, Into: into.ID})
	}
}

func unmerge(a workflow.Act) verb {
	return func(tx *store.Tx) (models.Ticket, error) { return desk.Unmerge(tx, workflow.UnmergeInput{Act: a}) }
}

func rate(a workflow.Act, stars int) verb {
	return func(tx *store.Tx) (models.Ticket, error) {
		return desk.Rate(tx, workflow.RateInput{Act: a, Stars: stars})
	}
}
