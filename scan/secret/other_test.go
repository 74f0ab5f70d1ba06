package secret

import (
	"encoding/base64"
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"
)

// pasted is a text with one secret, as people and programs other than those of maker write it.
func (m maker) pasted() string {
	pass := m.of(m.from(small, 5)+m.from(figures, 3)+m.of("!", "#", "$", "@", "%")+m.from(big, 3), m.from(all, 12), m.from(big, 1)+m.from(small, 6)+m.from(figures, 3)+"!")
	key := m.of(m.from(all, 32), m.from(all, 43), m.from(hex, 64), m.from(all, 22)+"-"+m.from(all, 17), m.uuid())
	host := m.from(small, 6) + m.of(".example.jp", ".internal", ".local")
	switch m.IntN(26) {
	case 0:
		return "ログイン情報です。\nID: sato\nパスワード: " + pass
	case 1:
		return "初期パスワードは「" + pass + "」です。"
	case 2:
		return "PW：" + pass + "\nURL https://" + host
	case 3:
		return "password for the file is " + pass
	case 4:
		return "<add name=\"db\" connectionString=\"Server=" + host + ";User Id=sa;Password=" + pass + ";\" />"
	case 5:
		return "jdbc:mysql://" + host + "/app?user=app&password=" + m.from(all, 14)
	case 6:
		return "AZURE: DefaultEndpointsProtocol=https;AccountName=" + m.from(small, 8) + ";AccountKey=" + base64.StdEncoding.EncodeToString([]byte(m.from(all, 64))) + ";EndpointSuffix=core.windows.net"
	case 7:
		return "machine " + host + " login deploy password " + m.from(all, 16)
	case 8:
		return "curl -H 'X-Api-Key: " + key + "' https://" + host + "/v1"
	case 9:
		return "Authorization: Basic " + base64.StdEncoding.EncodeToString([]byte("deploy:"+m.from(all, 12)))
	case 10:
		return "https://hooks.slack.com/services/T" + m.from(big+figures, 9) + "/B" + m.from(big+figures, 9) + "/" + m.from(all, 24)
	case 11:
		return "aws_secret_access_key = " + m.from(all+"/+", 40)
	case 12:
		return "APIキー：" + key
	case 13:
		return "シークレットキー\n" + key
	case 14:
		return "-----BEGIN " + m.of("EC ", "", "ENCRYPTED ", "DSA ") + "PRIVATE KEY-----\n" + m.from(all, 64) + "\n"
	case 15:
		return "-----BEGIN PGP PRIVATE KEY BLOCK-----\n\n" + m.from(all, 64)
	case 16:
		return fmt.Sprintf("<client><client_secret>%s</client_secret></client>", key)
	case 17:
		return "db:\n  password: " + m.from(all, 16) + "\n"
	case 18:
		return "$env:API_TOKEN = '" + key + "'"
	case 19:
		return "github_pat_" + m.from(all, 22) + "_" + m.from(all, 59)
	case 20:
		return "アクセストークン: " + key
	case 21:
		return "sshpass -p '" + pass + "' ssh root@" + host
	case 22:
		return "ZIPのパスワードは " + pass + " です"
	case 23:
		return "sk-ant-api03-" + m.from(all, 93) + "AA"
	case 24:
		return "PuTTY-User-Key-File-3: ssh-ed25519\nEncryption: none"
	}
	return "wifi SSID: guest / 暗号化キー: " + m.from(all, 14)
}

// random is a text without a secret: identifiers, digests, words at random, talk about passwords.
func (m maker) random() string {
	word := func() string { return m.from(small, 3+m.IntN(9)) }
	var words []string
	for range 20 {
		words = append(words, m.of(m.from(hex, 4+m.IntN(60)), word(), m.from(all, 8+m.IntN(40))))
	}
	switch m.IntN(20) {
	case 16:
		return "次の操作はパスワードの入力です:\n" + word() + "-" + m.from(figures, 3) + "\n" + words[0]
	case 17:
		return "ホテルの予約番号 " + m.from(big, 6) + m.from(figures, 4) + "、チェックインは15:00です。キーは受付で。"
	case 18:
		return "PW: 来週送付 / pass: the exam on 2026-11-29"
	case 19:
		return "Zoom passcode: " + m.from(figures, 8) + "\nhttps://zoom.example/j/" + m.from(figures, 11) + "?pwd=" + m.from(small, 3)
	case 0, 1, 2:
		return strings.Join(words, " ")
	case 3:
		return "パスワードは別メールでお送りします。"
	case 4:
		return "パスワードを忘れた場合は、管理者にお問い合わせください。"
	case 5:
		return "password reset: https://" + word() + ".example.jp/reset"
	case 6:
		return "the password must have at least 12 characters"
	case 7:
		return "API keys and tokens are kept in the vault: " + word() + "/" + word()
	case 8:
		return "build " + m.from(hex, 40) + " image@sha256:" + m.from(hex, 64)
	case 9:
		return "https://" + word() + ".example.jp/unsubscribe?u=" + m.from(hex, 32) + "&t=" + m.from(all, 24)
	case 10:
		return "X-Request-Id: " + m.uuid() + " trace " + m.from(hex, 32)
	case 11:
		return "token: see the ticket\nsecret: none\nkey: value"
	case 12:
		return "パスワード：（別途ご連絡）\nID：sato"
	case 13:
		return "暗証番号は4桁です。秘密の質問を設定してください。"
	case 14:
		return "password: string\napi_key: required\nsecret_key: optional"
	}
	return "DKIM p=" + m.from(all, 200) + " cid:" + m.from(hex, 16) + "@" + word()
}

// TestOther measures texts of other shapes than TestMade.
func TestOther(t *testing.T) {
	m := maker{rand.New(rand.NewPCG(11, 2026))}
	const each = 10_000
	right, wrong, missed := 0, 0, 0
	for range each {
		if l := m.pasted(); len(Default().Find(l, "")) > 0 {
			right++
		} else if missed++; missed < 40 {
			t.Logf("missed: %.150q", l)
		}
		l := m.random()
		if hits := Default().Find(l, ""); len(hits) > 0 {
			if wrong++; wrong < 20 {
				t.Logf("%s: %.150q in %.300q", hits[0].Rule, l[hits[0].Start:hits[0].End], l)
			}
		}
	}
	precision, recall := float64(right)/float64(right+wrong), float64(right)/each
	f1 := 2 * precision * recall / (precision + recall)
	t.Logf("precision %.4f recall %.4f F1 %.4f", precision, recall, f1)
	if f1 < 0.95 || wrong*200 > each {
		t.Errorf("F1 %.4f, %d of %d taken", f1, wrong, each)
	}
}
