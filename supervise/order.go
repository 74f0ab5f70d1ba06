//go:build !redteam

package supervise

import "errors"

// Orders to probe the sandbox exist only in builds for red-team tests. In this build they are unexpected messages.

func (c *Child) probe(message) error { return errors.New("unexpected message") }

func (s *Supervisor) probed(*process, message) error { return errors.New("unexpected message") }

// taken is the part of a child that only those builds have.
type taken struct{}

func newTaken() taken { return taken{} }

// redteam is the part of a process that only those builds have.
type redteam struct{}

func newRedteam() redteam { return redteam{} }
