package store

import (
	"bufio"
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"sekisho"
	"sekisho/blob"
	"sekisho/wire"
)

const crashEnv = "SEKISHO_STORE_CRASH"

// TestMain runs the victim instead of the tests when it is told to.
func TestMain(m *testing.M) {
	if dir := os.Getenv(crashEnv); dir != "" {
		victim(dir)
	}
	os.Exit(m.Run())
}

// victim is a store under load until somebody kills it. It says what it was about to send and what was acknowledged,
// each line in one write.
func victim(dir string) {
	var accounts [2]sekisho.AccountID
	var contract sekisho.ContractID
	fmt.Sscan(os.Getenv(crashEnv+"_IDS"), &contract, &accounts[0], &accounts[1])
	s, err := New(Config{Dir: dir, Pass: fakePass, Reserve: 1, Segment: 1 << 20})
	if err != nil {
		fmt.Println("error", err)
		os.Exit(1)
	}
	ctx := context.Background()
	go s.Run(ctx)
	gate := wire.NewPeer(sekisho.Store)
	if err := wire.Local(ctx, sekisho.Caller{Role: sekisho.Gate}, s.Service(), gate); err != nil {
		os.Exit(1)
	}
	var say sync.Mutex
	tell := func(what string, id sekisho.MessageID) {
		say.Lock()
		defer say.Unlock()
		os.Stdout.WriteString(fmt.Sprintf("%s %d\n", what, id))
	}
	for range 16 {
		go func() {
			for {
				l, err := wire.StoreLease.Ask(ctx, gate, wire.Lease{Count: 1})
				if err != nil {
					return
				}
				tell("sent", l.First)
				if _, err := wire.StoreAccept.Ask(ctx, gate, crashArrival(contract, accounts, l.First)); err == nil {
					tell("kept", l.First)
				}
			}
		}()
	}
	reader := wire.NewPeer(sekisho.Store)
	if err := wire.Local(ctx, sekisho.Caller{Role: sekisho.Reader}, s.Service(), reader); err != nil {
		os.Exit(1)
	}
	for from, to := "INBOX", "Archive"; ; from, to = to, from { // somebody who cannot make up his mind
		sel, err := wire.StoreSelect.Ask(ctx, reader, wire.Select{Pass: passOf(contract, accounts[0]), Name: from})
		if err == nil {
			_, err = wire.StoreCopy.Ask(ctx, reader, wire.Copy{Pass: passOf(contract, accounts[0]), Mailbox: sel.Mailbox.ID, UIDs: uidsOf(sel), To: to, Move: true})
		}
		if err != nil {
			fmt.Println("error", err)
		}
	}
}

// crashArrival is one message for two people and the outside, the same for the same id.
func crashArrival(c sekisho.ContractID, accounts [2]sekisho.AccountID, id sekisho.MessageID) wire.Accept {
	m := wire.SealedMessage{ID: id, Contract: c, Size: 100, Summary: fmt.Appendf(nil, "summary of %d", id),
		Body: []byte(strings.Repeat(fmt.Sprintf("body of %d.", id), 1+int(id)%400)), Boxes: []wire.Box{{Account: accounts[0], Key: wire.AccountKey, Sealed: []byte("a")}, {Account: accounts[1], Key: wire.AccountKey, Sealed: []byte("b")}}}
	return wire.Accept{Messages: []wire.Arrival{{Sealed: m, Trace: wire.Trace{ID: sekisho.TraceID(id), Envelope: sekisho.Envelope{At: (&clock{}).Now().AddDate(2025, 0, int(id%300))}},
		Deliveries: []wire.Delivery{{Recipient: "a", Fate: wire.FateMailbox, Account: accounts[0]}, {Recipient: "b", Fate: wire.FateMailbox, Account: accounts[1]}, {Recipient: "c@out.example", Fate: wire.FateQueue}}}}}
}

// TestKill kills a store under load again and again. After each time: what was acknowledged is there exactly once and
// whole, what was not is there wholly or not at all, and repeating a message that is there adds nothing.
func TestKill(t *testing.T) {
	w := newWorld(t, "")
	w.stop()
	accounts := [2]sekisho.AccountID{w.accounts["alice"], w.accounts["bob"]}
	sent, kept := map[sekisho.MessageID]bool{}, map[sekisho.MessageID]bool{}
	rounds := 6
	if testing.Short() {
		rounds = 2
	}
	for round := range rounds {
		cmd := exec.Command(os.Args[0])
		cmd.Env = append(os.Environ(), crashEnv+"="+w.dir, fmt.Sprintf("%s_IDS=%d %d %d", crashEnv, w.contract, accounts[0], accounts[1]))
		out, err := cmd.StdoutPipe()
		if err != nil {
			t.Fatal(err)
		}
		if err := cmd.Start(); err != nil {
			t.Fatal(err)
		}
		lines := bufio.NewScanner(out)
		for n := 0; lines.Scan(); n++ {
			var what string
			var id sekisho.MessageID
			if _, err := fmt.Sscan(lines.Text(), &what, &id); err != nil || what == "error" {
				t.Fatal(lines.Text())
			}
			map[string]map[sekisho.MessageID]bool{"sent": sent, "kept": kept}[what][id] = true
			if n == 300+round*171 {
				cmd.Process.Kill() // what it has said already is still read
			}
		}
		cmd.Wait()
		w.start()
		w.checkWhole(accounts, sent, kept)
		w.stop()
		w.checkSegments()
	}
	if len(kept) < 300 {
		t.Fatalf("only %d were acknowledged", len(kept))
	}
}

// checkWhole compares what is there with what was said.
func (w *world) checkWhole(accounts [2]sekisho.AccountID, sent, kept map[sekisho.MessageID]bool) {
	w.t.Helper()
	there := map[sekisho.MessageID]int{}
	for _, name := range []string{"alice", "bob"} {
		seen := map[sekisho.MessageID]bool{}
		for _, box := range []string{"INBOX", "Archive"} {
			for _, m := range w.whole(name, box) {
				id := m.Sealed.ID
				want := crashArrival(w.contract, accounts, id).Messages[0].Sealed
				if seen[id] || string(m.Sealed.Body) != string(want.Body) || string(m.Sealed.Summary) != string(want.Summary) || len(m.Sealed.Boxes) != 1 {
					w.t.Fatalf("message %d is twice or damaged", id)
				}
				seen[id] = true
				there[id]++
			}
		}
	}
	for _, it := range ask(w, wire.StoreList, w.operator, wire.List{What: "queue", Most: 100000}).Queue {
		there[it.Message] += 10
	}
	for id := range kept {
		if there[id] != 12 {
			w.t.Fatalf("message %d was acknowledged, but is there as %d", id, there[id])
		}
	}
	again := 0
	for id, n := range there {
		if n != 12 || !sent[id] {
			w.t.Fatalf("message %d is there as %d, sent %v", id, n, sent[id])
		}
		if again++; again <= 20 {
			ask(w, wire.StoreAccept, w.gate, crashArrival(w.contract, accounts, id))
		}
	}
	if n := w.selected("bob", "", 0).Mailbox.Messages; int(n) != len(there) {
		w.t.Fatalf("repeating added messages: %d of %d", n, len(there))
	}
}

// whole reads a mailbox and checks its counter.
func (w *world) whole(name, box string) []wire.FetchedMessage {
	w.t.Helper()
	sel := w.selected(name, box, 0)
	uids := uidsOf(sel)
	if int(sel.Mailbox.Messages) != len(uids) {
		w.t.Fatalf("%d messages counted, %d are there", sel.Mailbox.Messages, len(uids))
	}
	return ask(w, wire.StoreFetch, w.reader, wire.Fetch{Pass: w.pass(name), Mailbox: sel.Mailbox.ID, UIDs: uids, Want: wire.Want{Summary: true, Body: true}}).Messages
}

// checkSegments reads the segments as an outsider: every record is whole.
func (w *world) checkSegments() {
	w.t.Helper()
	l, err := blob.Open(filepath.Join(w.dir, "segment"), blob.Options{})
	if err != nil {
		w.t.Fatal(err)
	}
	defer l.Close()
	if err := l.Scan(blob.Pos{}, func(_ blob.Pos, b []byte) error {
		if b[0] != recordVersion {
			return fmt.Errorf("record of version %d", b[0])
		}
		return nil
	}); err != nil {
		w.t.Fatal(err)
	}
}

// TestUnreferencedTail: what the database does not know of is cut off when store starts.
func TestUnreferencedTail(t *testing.T) {
	w := newWorld(t, "")
	w.mail("bob", "", 2)
	end, _ := w.s.log.End()
	for range 3 {
		if _, err := w.s.log.Append([][]byte{[]byte("nobody knows")}); err != nil {
			t.Fatal(err)
		}
	}
	w.restart()
	if now, _ := w.s.log.End(); now != end {
		t.Fatalf("the log ends at %s; want %s", now, end)
	}
	w.mail("bob", "", 1)
	if got := uidsOf(w.selected("bob", "", 0)); len(got) != 3 {
		t.Fatal(got)
	}
}

// TestSpaceComesBack: the bytes of mail that is gone are given back, those of a copy stay, and the segments stay whole.
func TestSpaceComesBack(t *testing.T) {
	w := newWorld(t, "")
	for range 30 {
		a := w.arrival(w.lease(1), w.to("bob"))
		a.Sealed.Body = make([]byte, 100000)
		w.accept(a)
		w.accept(a) // a repetition: its bytes are of no use at all
	}
	box := w.selected("bob", "", 0).Mailbox.ID
	ask(w, wire.StoreCopy, w.reader, wire.Copy{Pass: w.pass("bob"), Mailbox: box, UIDs: []sekisho.UID{7}, To: "Archive"})
	w.flag("bob", box, "add", wire.FlagDeleted, nil, 0, uidsOf(w.selected("bob", "", 0))...)
	ask(w, wire.StoreExpunge, w.reader, wire.Expunge{Pass: w.pass("bob"), Mailbox: box})
	if n := w.rows("dead"); n != 59 {
		t.Fatalf("%d records are dead", n)
	}
	used := func() int64 {
		var st unix.Stat_t
		if err := unix.Stat(filepath.Join(w.dir, "segment", "0000000001.seg"), &st); err != nil {
			t.Fatal(err)
		}
		return st.Blocks * 512
	}
	before := used()
	if err := w.s.bury(context.Background()); err != nil || w.rows("dead") != 59 {
		t.Fatal("given back while somebody may be reading", err)
	}
	w.clock.Add(time.Hour)
	w.restart()
	if err := w.s.bury(context.Background()); err != nil || w.rows("dead") != 0 {
		t.Fatal(err)
	}
	if after := used(); after > before/2 {
		t.Logf("this file system gives nothing back: %d bytes before, %d after", before, after)
	}
	w.restart()
	archive := w.selected("bob", "Archive", 0)
	f := ask(w, wire.StoreFetch, w.reader, wire.Fetch{Pass: w.pass("bob"), Mailbox: archive.Mailbox.ID, UIDs: uidsOf(archive), Want: wire.Want{Body: true, Index: true}})
	if len(f.Messages) != 1 || len(f.Messages[0].Sealed.Body) != 100000 || len(f.Messages[0].Sealed.Index) == 0 {
		t.Fatalf("%+v", f)
	}
	w.stop()
	w.checkSegments()
}

// TestLostSegment: a database that refers to what is not there is not opened.
func TestLostSegment(t *testing.T) {
	w := newWorld(t, "")
	w.mail("bob", "", 2)
	w.stop()
	if err := os.Truncate(filepath.Join(w.dir, "segment", "0000000001.seg"), 100); err != nil {
		t.Fatal(err)
	}
	if _, err := New(w.config); sekisho.KindOf(err) != sekisho.Corrupt {
		t.Fatal(err)
	}
}

// TestFullDisk runs on a file system of its own of 6 MiB, where that can be made.
func TestFullDisk(t *testing.T) {
	dir := t.TempDir()
	if err := unix.Mount("none", dir, "tmpfs", 0, "size=6m"); err != nil {
		t.Skipf("cannot mount a small file system: %v", err)
	}
	t.Cleanup(func() { unix.Unmount(dir, unix.MNT_DETACH) })
	for _, reserve := range []int64{1, 1 << 20} { // without a reserve the engines meet the full disk themselves
		w := &world{t: t, dir: filepath.Join(dir, fmt.Sprint(reserve)), clock: &clock{}, accounts: map[string]sekisho.AccountID{}}
		w.clock.now = w.clock.now.AddDate(2025, 0, 0)
		w.config = Config{Dir: w.dir, Clock: w.clock.Now, Pass: fakePass, Reserve: reserve}
		w.start()
		w.contract = w.admin(wire.Admin{Contract: &wire.AdminContract{Do: "add", Set: wire.Contract{Name: "Mori"}}}).Contract
		w.admin(wire.Admin{Domain: &wire.AdminDomain{Do: "add", Contract: w.contract, Set: wire.Domain{Name: "mori.example"}}})
		w.account("bob")
		ballast := filepath.Join(dir, "ballast")
		os.WriteFile(ballast, make([]byte, 3<<20), 0o600)
		n, full := 0, 0
		first := w.lease(10000)
		for full < 5 {
			a := w.arrival(first+sekisho.MessageID(n), w.to("bob"))
			a.Sealed.Body = make([]byte, 20000)
			_, err := wire.StoreAccept.Ask(context.Background(), w.gate, wire.Accept{Messages: []wire.Arrival{a}})
			switch sekisho.KindOf(err) {
			case 0:
				n++
			case sekisho.Full:
				full++
			default:
				t.Fatalf("reserve %d: %v", reserve, err)
			}
		}
		if got := len(uidsOf(w.selected("bob", "", 0))); got != n || n == 0 {
			t.Fatalf("%d messages of %d", got, n)
		}
		os.Remove(ballast)
		w.mail("bob", "", 5) // goes on by itself
		w.restart()
		if got := len(uidsOf(w.selected("bob", "", 0))); got != n+5 {
			t.Fatalf("%d messages of %d", got, n+5)
		}
		w.stop()
		w.checkSegments()
		os.RemoveAll(w.dir)
	}
}
