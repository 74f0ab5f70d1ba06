package test

import (
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"encoding/base64"
	"fmt"
	"net"
	"net/smtp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"sekisho/mail/arc"
	"sekisho/mail/dkim"
	"sekisho/mail/zone"
	"sekisho/office"
	"sekisho/role/admin"
)

const onwardZone = `
shop.example.     MX 10 mx.shop.example.
shop.example.     TXT "v=spf1 ip4:127.0.0.1 -all"
mx.shop.example.  A 127.0.0.3
home.example.     MX 10 mx.home.example.
mx.home.example.  A 127.0.0.3
mori.example.     MX 10 mx.mori.example.
mx.mori.example.  A 127.0.0.1
`

// onwardWorld has a contract whose alias "news" goes on to home.example, and somebody else's server for the other domains.
func onwardWorld(t *testing.T, with ...func(*World)) (*World, *FakeMTA) {
	t.Helper()
	w := NewWorld(t, onwardZone, with...)
	settle(t, w.Admin, "Mori", "mori.example", 1)
	Ask[admin.Contract](t, w.Admin, "contract/set", admin.ContractSet{Contract: "Mori", Policy: "version = 1\n"}) // what is in the mails is not tried here
	Ask[admin.AliasAdd](t, w.Admin, "alias/add", admin.AliasAdd{Address: "news@mori.example", Targets: []string{"taro@home.example"}})
	Ask[admin.AliasAdd](t, w.Admin, "alias/add", admin.AliasAdd{Address: "old@mori.example", Targets: []string{"gone@home.example"}})
	_, port, _ := net.SplitHostPort(w.Address["mx"])
	n, err := strconv.Atoi(port)
	if err != nil {
		t.Fatal(err)
	}
	return w, NewFakeMTA(t, n)
}

func handIn(t *testing.T, w *World, from, to string, raw []byte) error {
	t.Helper()
	c, err := smtp.Dial(w.Address["mx"])
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	return sendOne(c, from, to, raw)
}

// A mail that an alias sends on leaves with a return path of the alias's domain; what comes back to that goes to the original sender,
// with the null sender. Nobody else can use such an address.
func TestOnward(t *testing.T) {
	w, remote := onwardWorld(t)
	if err := handIn(t, w, "Hana@shop.example", "news@mori.example", message("hana@shop.example", "news@mori.example", "first", 500)); err != nil {
		t.Fatal(err)
	}
	m := remote.await(t, "taro@home.example", 1)
	if !strings.HasPrefix(m.from, "SRS0=") || !strings.HasSuffix(m.from, "=shop.example=Hana@mori.example") {
		t.Fatalf("it left with %q", m.from)
	}
	if strings.Contains(m.raw, "DKIM-Signature: ") {
		t.Error("somebody else's mail was signed")
	}
	bounce := message("mailer-daemon@home.example", m.from, "bounce", 300)
	if err := handIn(t, w, "", m.from, bounce); err != nil {
		t.Fatal(err)
	}
	if back := remote.await(t, "Hana@shop.example", 1); back.from != "" {
		t.Errorf("the notification left with %q, not the null sender", back.from)
	}
	for what, c := range map[string]struct{ from, to, want string }{
		"a sender that is not null": {"x@shop.example", m.from, "550"},
		"another person":            {"", strings.Replace(m.from, "Hana", "taro", 1), "550"},
		"another domain":            {"", strings.Replace(m.from, "=shop.example", "=home.example", 1), "550"},
	} {
		if err := handIn(t, w, c.from, c.to, bounce); err == nil || !strings.HasPrefix(err.Error(), c.want) {
			t.Errorf("%s: %v", what, err)
		}
	}
}

// The null sender stays null, and our own notification about a forward that failed goes to the original sender.
func TestOnwardNull(t *testing.T) {
	w, remote := onwardWorld(t)
	if err := handIn(t, w, "", "news@mori.example", message("mailer-daemon@shop.example", "news@mori.example", "second", 300)); err != nil {
		t.Fatal(err)
	}
	if m := remote.await(t, "taro@home.example", 1); m.from != "" {
		t.Errorf("it left with %q", m.from)
	}
	if err := handIn(t, w, "hana@shop.example", "old@mori.example", message("hana@shop.example", "old@mori.example", "third", 300)); err != nil {
		t.Fatal(err)
	}
	m := remote.await(t, "hana@shop.example", 1)
	if m.from != "" || !strings.Contains(m.raw, "\r\nTo: <hana@shop.example>\r\n") {
		t.Errorf("the notification left with %q to\n%.600s", m.from, m.raw)
	}
}

// With seals on, who gets a mail that is sent on can read what was seen when it came, sealed by the domain that sends it on. A chain that is
// not whole is not gone on with.
func TestOnwardSealed(t *testing.T) {
	w, remote := onwardWorld(t, func(w *World) { w.Seal = true })
	if err := handIn(t, w, "hana@shop.example", "news@mori.example", message("hana@shop.example", "news@mori.example", "first", 500)); err != nil {
		t.Fatal(err)
	}
	m := remote.await(t, "taro@home.example", 1)
	var master strings.Builder
	for _, r := range Ask[[]office.Record](t, w.Admin, "domain/dns", admin.Query{Match: "mori.example"}) {
		if strings.Contains(r.Name, "_domainkey") {
			fmt.Fprintf(&master, "%s. TXT", r.Name)
			for v := r.Value; v != ""; v = v[min(len(v), 200):] {
				fmt.Fprintf(&master, " %q", v[:min(len(v), 200)])
			}
			master.WriteString("\n")
		}
	}
	z, err := zone.Parse(strings.NewReader(master.String()), ".")
	if err != nil {
		t.Fatal(err)
	}
	got := arc.Verify(t.Context(), dkim.Open([]byte(m.raw)), z, time.Now())
	if got.Value != arc.Pass || len(got.Sealers) != 1 || got.Sealers[0] != "mori.example" || !strings.Contains(got.Results, "spf=pass") {
		t.Fatalf("%+v\n%s", got, m.raw)
	}
	if err := handIn(t, w, "hana@shop.example", "news@mori.example", []byte(strings.Replace(m.raw, "Subject: ", "Subject: x", 1))); err != nil { // nobody here can have its key
		t.Fatal(err)
	}
	if again := remote.await(t, "taro@home.example", 2); strings.Contains(again.raw, "ARC-Seal: i=2") {
		t.Errorf("a broken chain is gone on with:\n%s", again.raw)
	}
}

// A contract can trust forwarders that the operator does not: what they saw pass is not refused, for this contract alone.
func TestSealersOfContract(t *testing.T) {
	private, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		t.Fatal(err)
	}
	public, err := x509.MarshalPKIXPublicKey(private.Public())
	if err != nil {
		t.Fatal(err)
	}
	record := "v=DKIM1; k=rsa; p=" + base64.StdEncoding.EncodeToString(public)
	w := NewWorld(t, fmt.Sprintf("strict.example. TXT \"v=spf1 -all\"\n_dmarc.strict.example. TXT \"v=DMARC1; p=reject\"\nstrict.example. MX 10 mx.strict.example.\n"+
		"s._domainkey.list.example. TXT %q %q\nlist.example. TXT \"v=spf1 ip4:127.0.0.1 -all\"\n", record[:200], record[200:]))
	settle(t, w.Admin, "Mori", "mori.example", 1)
	raw := message("hana@strict.example", "u1@mori.example", "from the list", 300)
	set, err := arc.Seal(dkim.Open(raw), arc.Sealing{Chain: arc.Result{Value: arc.None}, Results: "list.example; dmarc=pass header.from=strict.example", Domain: "list.example", Selector: "s", Key: private, Now: time.Now()})
	if err != nil {
		t.Fatal(err)
	}
	try := func() error {
		return handIn(t, w, "bounces@list.example", "u1@mori.example", append(slices.Clone(set), raw...))
	}
	const rule = "[[rule]]\nname = \"strict\"\ndirection = \"inbound\"\nwhen = 'dmarc == \"fail\" && dmarc_policy == \"reject\" && !arc_trusted'\naction = \"reject\"\n"
	use := func(head string) {
		Ask[admin.Contract](t, w.Admin, "contract/set", admin.ContractSet{Contract: "Mori", Policy: "version = 1\n" + head + rule})
	}
	use("sealers = [\"other.example\"]\n")
	if err := try(); err == nil || !strings.HasPrefix(err.Error(), "550") {
		t.Fatalf("nobody who is trusted vouches: %v", err)
	}
	use("sealers = [\"list.example\"]\n")
	if err := try(); err != nil {
		t.Fatalf("a trusted forwarder vouches: %v", err)
	}
}
