package phish

import (
	"strings"
	"testing"

	"sekisho"
	"sekisho/scan/url"
	"sekisho/search"
)

// note makes what is known of a mail from a sender, a subject, a text and links ("img:..." for a picture).
func note(name, from, subject, text string, links ...string) *Mail {
	box, host, _ := strings.Cut(from, "@")
	m := &Mail{Fields: &sekisho.Fields{Subject: subject, From: []sekisho.Address{{Name: name, Mailbox: box, Host: host}}, To: []sekisho.Address{{Mailbox: "taro", Host: "mori.example"}}},
		Text: search.Fold(subject + "\n" + text), Subject: len(search.Fold(subject)), Recipients: []string{"taro@mori.example"}, Site: url.Site(host), Inside: func(string) bool { return false }, HTML: true,
		Free: host == "gmail.com"}
	for _, raw := range links {
		tag := "a"
		if strings.HasPrefix(raw, "img:") {
			tag, raw = "img", raw[4:]
		}
		if l, ok := url.Parse(raw); ok {
			m.Links = append(m.Links, Link{Link: l, Tag: tag})
		}
	}
	return m
}

// sum is the score of the facts, and their names.
func sum(m *Mail) (float64, string) {
	list, genuine, _ := Judge(m)
	total, names := 0.0, ""
	for _, f := range list {
		total += f.Score
		names += f.Name + " "
	}
	if genuine {
		names += "genuine"
	}
	return total, names
}

func TestFraud(t *testing.T) {
	for _, c := range []struct {
		m     *Mail
		least float64
		names string
	}{
		{note("PayPal", "x@quick-mailer.example", "Your account has been limited", "Dear customer, verify your account within 24 hours. Click here.", "https://paypal-secure.login-check.example/wp-content/x"), 8, "company-name lure company-in-host folder-of-another"},
		{note("三井住友カード", "info@abcdefg.top", "【重要】ご利用制限のお知らせ", "お客様各位 不正利用の可能性があるためご利用を制限しました。24時間以内に下記リンクよりご本人確認をお願いします。", "https://vpass-login.xyz/index"), 8, "company-name cheap-sender lure"},
		{note("mori.example Support", "a@hacked.example", "Password for taro@mori.example expires", "Dear taro, your password expires today. Keep the same password below.", "https://files.example/#taro@mori.example"), 8, "name-of-recipient address-in-subject address-in-link lure"},
		{note("Parcel", "b@odd.example", "Delivery failed", "Your parcel could not be delivered because of an incomplete address. A shipping fee is due within 24 hours.", "https://abc.pages.dev/x", "img:https://www.dhl.com/logo.png"), 3, "company-pictures free-hosting lure"},
		{note("Taro Mori", "ceo@gmail.com", "Quick task", "Are you available? I am in a meeting. Buy some gift cards and send me the codes, I will reimburse you."), 2.5, "favour"},
		{note("山田", "yamada@partner.example", "お振込みについて", "監査のため振込先口座を変更しました。本日中に新しい口座へお振込をお願いします。"), 1.5, "account-change"},
		{note("PayPal", "service@paypal.de", "Your account has been limited", "Verify your account within 24 hours.", "https://paypal.de.verify-id.example/"), 3, "company-name"},
		{note("PayPaI", "service@intl-limited.example", "Your account", "Please resolve the issue.", "https://intl-limited.example/pp"), 4, "company-disguised"},
		{note("N e t f l i x", "info@x.example", "On hold", "Update your payment details.", "https://x.example/n"), 4, "company-disguised"},
		{note("Onlinebanking", "service@dkb-kunde.example", "Ihre Mitteilung", "Sie haben eine neue Mitteilung.", "https://dkb-kunde.example"), 3, "company-in-domain"},
		{note("Kundenservice", "a@odd.example", "Konto gesperrt", "Sehr geehrter Kunde, Ihr Konto wurde gesperrt. Bestätigen Sie Ihre Daten innerhalb von 24 Stunden. Klicken Sie hier.", "https://x.pages.dev/1"), 3, "lure"},
		{note("Service", "a@odd.example", "Su cuenta ha sido bloqueada", "Estimado cliente, verifique su identidad en 24 horas. Haga clic aquí.", "https://x.pages.dev/1"), 2.5, "lure"},
		{note("", "z@w.example", "Hello", "I recorded you through your camera while you watched porn. Send 1000 dollars in bitcoin to my wallet address."), 5, "blackmail"},
	} {
		got, names := sum(c.m)
		if got < c.least {
			t.Errorf("%s: %.1f, want %.1f: %s", c.m.Fields.Subject, got, c.least, names)
		}
		for n := range strings.FieldsSeq(c.names) {
			if !strings.Contains(names, n) {
				t.Errorf("%s: no %s in %s", c.m.Fields.Subject, n, names)
			}
		}
	}
}

func TestHonest(t *testing.T) {
	for _, c := range []struct {
		m    *Mail
		most float64
	}{
		{note("PayPal", "service@paypal.com", "Security alert: new sign-in", "We noticed a new sign-in. If this wasn't you, reset your password within 24 hours.", "https://www.paypal.com/signin"), 0},
		{note("PayPal", "service@paypal.de", "Beleg für Ihre Zahlung", "Sie haben 9,99 EUR gesendet.", "https://www.paypal.com/activity/1"), 0.5},
		{note("佐藤", "sato@kawa.example", "打ち合わせの件", "お世話になっております。来週の打ち合わせですが、火曜日の10時でいかがでしょうか。"), 0},
		{note("Laura", "laura@harbor.example", "Invoice 123", "Please find our invoice attached. Payment is due within 30 days.", "https://www.harbor.example/"), 0.5},
		{note("Café Lindner", "info@cafe-lindner.example", "Neue Kurse", "Liebe Gäste, wir freuen uns auf Sie. Jetzt anmelden.", "https://cafe-lindner.example/"), 0.5},
		{note("Maria", "maria@pay-online.example", "Factura", "Adjunto la factura de marzo.", "https://pay-online.example/"), 0.5},
		{note("News", "news@shop.example", "Spring sale", "Until Friday you save 20 % on coffee. Read more.", "https://www.shop.example/sale", "https://www.shop.example/unsubscribe"), 0.5},
	} {
		if got, names := sum(c.m); got > c.most {
			t.Errorf("%s: %.1f: %s", c.m.Fields.Subject, got, names)
		}
	}
	if _, names := sum(note("PayPal", "service@paypal.com", "Receipt", "Thank you.", "https://www.paypal.com/")); !strings.Contains(names, "genuine") {
		t.Error("a company's own mail is not known as such")
	}
	forged := note("PayPal", "service@paypal.com", "Verify your account", "Your account is limited. Verify your account within 24 hours.", "https://www.paypal.com/")
	forged.Forged = true
	if _, names := sum(forged); strings.Contains(names, "genuine") || !strings.Contains(names, "lure") {
		t.Errorf("a forged sender is genuine: %s", names)
	}
	own := note("山田", "yamada@mori.example", "【重要】パスワードの変更", "至急パスワードを変更してください。アカウントが停止されます。", "https://portal.mori.example/")
	own.Own = true
	if _, names := sum(own); strings.Contains(names, "lure") {
		t.Errorf("mail of an own account that signed in: %s", names)
	}
}

// TestPhrases: every phrase of the tables is found where it stands alone, across a line break too.
func TestPhrases(t *testing.T) {
	for of, line := range lures {
		if tongues[of] != "" {
			line += "|" + tongues[of]
		}
		for p := range strings.SplitSeq(line, "|") {
			if search.Fold(p) != p {
				t.Errorf("%q is not folded", p)
			}
			if len(p) < shortest || !look("x, "+strings.ReplaceAll(p, " ", "\n ")+" y").has(topic(of)) {
				t.Errorf("%q is not found", p)
			}
		}
	}
	if look("unverify your accountant").has(secret) {
		t.Error("found inside of words")
	}
}

func TestRandom(t *testing.T) {
	for label, want := range map[string]bool{"a8f3k2m9x1": true, "xkqzrtpwvb": true, "northfield": false, "paypal": false, "web01": false, "freshrpms": false, "2024sale": false} {
		if random(label) != want {
			t.Errorf("%s: %v", label, !want)
		}
	}
}

func FuzzJudge(f *testing.F) {
	f.Add("PayPal Support", "a@b.example", "verify your account 振込先変更", "text click here", "https://a.b.example/#taro@mori.example")
	f.Add("", "", "", "", "")
	f.Fuzz(func(t *testing.T, name, from, subject, text, link string) {
		list, _, _ := Judge(note(name, from, subject, text, link))
		seen := make(map[string]bool)
		for _, x := range list {
			if seen[x.Name] || x.Score < 0 || x.Name == "" {
				t.Errorf("%+v", x)
			}
			seen[x.Name] = true
		}
	})
}
