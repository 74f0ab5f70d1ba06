package secret

import (
	"math/rand/v2"
	"strings"
	"testing"
)

const (
	small   = "abcdefghijklmnopqrstuvwxyz"
	big     = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
	figures = "0123456789"
	hex     = "0123456789abcdef"
	all     = small + big + figures
)

type maker struct{ *rand.Rand }

func (m maker) of(list ...string) string { return list[m.IntN(len(list))] }

func (m maker) from(alphabet string, n int) string {
	b := make([]byte, n)
	for i := range b {
		b[i] = alphabet[m.IntN(len(alphabet))]
	}
	return string(b)
}

func (m maker) uuid() string {
	return m.from(hex, 8) + "-" + m.from(hex, 4) + "-4" + m.from(hex, 3) + "-a" + m.from(hex, 3) + "-" + m.from(hex, 12)
}

// known is a token of a published form.
func (m maker) known() string {
	return m.of("AKIA"+m.from(big+"234567", 16), "ghp_"+m.from(all, 36), "glpat-"+m.from(all, 20), "xoxb-"+m.from(figures, 12)+"-"+m.from(figures, 12)+"-"+m.from(all, 24), "AIza"+m.from(all, 35),
		"sk_live_"+m.from(all, 24), "npm_"+m.from(all, 36), "SG."+m.from(all, 22)+"."+m.from(all, 43), "sk-proj-"+m.from(all, 48), "hf_"+m.from(small+big, 34), "dop_v1_"+m.from(hex, 64), "shpat_"+m.from(hex, 32),
		"eyJhbGciOiJIUzI1NiJ9.eyJ"+m.from(all, 40)+"."+m.from(all, 43), m.from(figures, 10)+":A"+m.from(all, 34), "hvs."+m.from(all, 95), "dapi"+m.from(hex, 32), "pul-"+m.from(hex, 40), "PMAK-"+m.from(hex, 24)+"-"+m.from(hex, 34))
}

// line is a line with a secret, in the forms in which people paste them.
func (m maker) line() string {
	if m.IntN(2) == 0 {
		return m.of("", "key: ", "こちらのキーです ", "export X=", "\"", "(", "> ") + m.known() + m.of("", "\"", " です", ")", ",", "\n")
	}
	vendor := m.of("adafruit", "datadog", "okta", "mapbox", "finicity", "kintone", "chatwork", "BITBANK", "sakura", "line", "freee", "backlog", "ACME", "internal")
	name := m.of("api_key", "ApiKey", "_token", "-secret", "_SECRET_KEY", "AccessToken", ".client.secret", "_password", "ClientSecret", "Passwd", "-auth-token")
	value := m.of(m.from(all, 20), m.from(all, 32), m.from(hex, 32), m.from(hex, 40), m.from(small+figures, 24), m.from(all, 40), m.uuid())
	return m.of(vendor+name+" = \""+value+"\"", "export "+strings.ToUpper(vendor+"_KEY")+"="+value, "\""+vendor+name+"\": \""+value+"\",", vendor+name+": "+value, vendor+name+" := '"+value+"'",
		m.of("postgres", "mysql", "amqp", "https", "redis")+"://"+vendor+":"+m.from(all, 12)+"@db."+vendor+".internal:5432/x",
		"-----BEGIN RSA PRIVATE KEY-----\nMIIE", "-----BEGIN OPENSSH PRIVATE KEY-----\nb3Bl", "Authorization: Bearer "+m.from(all, 40), "curl -u "+vendor+":"+m.from(all, 14)+" https://x.internal/")
}

// harmless is a line that resembles one.
func (m maker) harmless() string {
	return m.of("commit "+m.from(hex, 40), "sha256:"+m.from(hex, 64), "uuid "+m.uuid(), "API_KEY=your_api_key_here", "token = \"${GITHUB_TOKEN}\"",
		"password: ********", "password = \"<your password here>\"", "The key to success is patience, said the author.", "Message-ID: <"+m.from(all, 30)+"@mail.example.jp>", "primary_key = users_organisation_id", "ETag: \""+m.from(hex, 32)+"\"",
		"https://example.jp/page?session="+m.from(figures, 12), "-----BEGIN PUBLIC KEY-----\n"+m.from(all, 60), "-----BEGIN CERTIFICATE-----\n"+m.from(all, 60), "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5"+m.from(all, 44)+" me@host", "api_version: 2026-11-29",
		"data:image/png;base64,iVBORw0KGgo"+m.from(all, 80), "integrity=\"sha512-"+m.from(all, 86)+"==\"", "パスワードは別途お送りします。", "secretariat: meeting at 10:00", "tokenizer = AutoTokenizer.from_pretrained(name)", "auth_url = https://login.example.jp/oauth2/authorize",
		"DKIM-Signature: b="+m.from(all, 100), "keyboard: HHKB-Professional-2", "author = \"Taro Yamada <taro@example.jp>\"", "order key 20261129-0001", "AKIA is how the ids begin", "ghp_ is a prefix", "password = os.environ[\"DB_PASSWORD\"]",
		"secret_name: projects/my-project/secrets/db", "keywords: mail, security, phishing-2026", "X-Api-Version: 2.4.1", "key = config.get('database.password.name')", "tracking key "+m.from(figures, 12), "module "+m.from(small, 20)+"-"+m.from(small, 12), "password: "+m.of("password", "changeme", "none", "example"),
		"csrf_token = request.form.csrf", "token_type: bearer", "fingerprint SHA256:"+m.from(all, 43), "public_key = "+m.from(all, 43), "日付 2026-11-29 時刻 10:00 担当 佐藤", "client_id: web-frontend")
}

// TestMade measures lines with and without secrets.
func TestMade(t *testing.T) {
	m := maker{rand.New(rand.NewPCG(7, 20261129))}
	const each = 20_000
	right, wrong, missed := 0, 0, 0
	for range each {
		if l := m.line(); len(Default().Find(l, "")) > 0 {
			right++
		} else if missed++; missed < 12 {
			t.Logf("missed: %s", l)
		}
		l := m.harmless()
		if hits := Default().Find(l, ""); len(hits) > 0 {
			if wrong++; wrong < 12 {
				t.Logf("%s: %s", hits[0].Rule, l)
			}
		}
	}
	precision, recall := float64(right)/float64(right+wrong), float64(right)/each
	f1 := 2 * precision * recall / (precision + recall)
	t.Logf("precision %.4f recall %.4f F1 %.4f", precision, recall, f1)
	if f1 < 0.95 {
		t.Errorf("F1 %.4f", f1)
	}
}

func FuzzFind(f *testing.F) {
	f.Add("token = \"ghp_0123456789abcdefghij0123456789abcdefgh\"\n-----BEGIN RSA PRIVATE KEY-----", "a/b.env")
	f.Add("あkeyい=\xff\xfe postgres://a:b1c2d3e4@h/", "")
	f.Fuzz(func(t *testing.T, s, path string) {
		for _, h := range Default().Find(s, path) {
			if h.Start < 0 || h.End < h.Start || h.End > len(s) {
				t.Fatalf("%+v", h)
			}
		}
	})
}

func FuzzParse(f *testing.F) {
	f.Add([]byte("[[rules]]\nid = \"a\"\nregex = '''a(b)'''\nsecretGroup = 1\nkeywords = [\"a\"]\n"))
	f.Add([]byte("[[rules]]\nid = \"a\"\nregex = '''('''\n[allowlist]\nregexes=['x']"))
	f.Fuzz(func(_ *testing.T, b []byte) {
		if s, _, err := Parse(b); err == nil {
			s.Find("ab abc", "x")
		}
	})
}

func BenchmarkFind(b *testing.B) {
	t := strings.Repeat("いつもお世話になっております。The author of the key document asked for the API in the meeting.\n", 1000)
	b.SetBytes(int64(len(t)))
	for b.Loop() {
		Default().Find(t, "")
	}
}
