package policy

import (
	"errors"
	"fmt"
	"strings"
	"time"
)

// Approval says whose word a held mail waits for. It is nil where a rule names nobody: then whoever has the duty decides.
type Approval struct {
	Stages     [][]string // in order; one word of each is needed
	Remind     time.Duration
	Escalate   time.Duration // how long a stage waits before EscalateTo is asked too
	EscalateTo []string
}

// Who may be named as an approver besides an address.
const (
	Self       = "self"       // the sender: only where the rule says so may he approve what is his
	Supervisor = "supervisor" // whom the sender's account names
	GroupMark  = "group:"     // before the name of a group of the contract
)

// Bounds of what one rule may ask of people.
const (
	mostStages    = 8
	mostApprovers = 50
	leastPause    = time.Minute // between reminders
)

// approval reads who approves.
func (c *compiled) approval() error {
	stages := c.Stages
	if len(c.Approvers) > 0 {
		if len(stages) > 0 {
			return errors.New("approvers is one stage, stages are several: write one of them")
		}
		stages = [][]string{c.Approvers}
	}
	if len(stages) == 0 {
		if c.Remind+c.Escalate != "" || len(c.EscalateTo) > 0 {
			return errors.New("remind and escalate need approvers or stages")
		}
		return nil
	}
	if c.Action != Approve {
		return fmt.Errorf("approvers and stages are of use with approve only")
	}
	if len(stages) > mostStages {
		return fmt.Errorf("%d stages, at most %d", len(stages), mostStages)
	}
	for _, s := range append(stages[:len(stages):len(stages)], c.EscalateTo) {
		if len(s) > mostApprovers {
			return fmt.Errorf("%d approvers, at most %d", len(s), mostApprovers)
		}
		for _, who := range s {
			if !approver(who) {
				return fmt.Errorf("approver %.100q: write \"supervisor\", \"self\", \"group:NAME\" or an address", who)
			}
		}
	}
	for i, s := range stages {
		if len(s) == 0 {
			return fmt.Errorf("stage %d names nobody", i+1)
		}
	}
	if (c.Escalate == "") != (len(c.EscalateTo) == 0) {
		return errors.New("escalate says when, escalate_to whom: it takes both")
	}
	c.asks = &Approval{Stages: stages, EscalateTo: c.EscalateTo}
	var err error
	if c.asks.Remind, err = pauseOf("remind", c.Remind); err != nil {
		return err
	}
	c.asks.Escalate, err = pauseOf("escalate", c.Escalate)
	return err
}

// approver says whether somebody can be named so.
func approver(who string) bool {
	if name, ok := strings.CutPrefix(who, GroupMark); ok {
		return name != "" && len(name) <= 200
	}
	i := strings.LastIndexByte(who, '@')
	return who == Self || who == Supervisor || i > 0 && i < len(who)-1 && len(who) <= 320 && !strings.ContainsAny(who, " \r\n\x00<>")
}

func pauseOf(key, text string) (time.Duration, error) {
	if text == "" {
		return 0, nil
	}
	d, err := time.ParseDuration(text)
	if err != nil || d < leastPause || d > longestPeriod {
		return 0, fmt.Errorf("%s %q: write a time of at least a minute, such as \"4h\"", key, text)
	}
	return d, nil
}
