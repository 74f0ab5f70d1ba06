package main

import (
	"archive/zip"
	"bytes"
	"crypto/tls"
	"crypto/x509"
	"encoding/base64"
	"errors"
	"fmt"
	"hash/crc32"
	"net"
	"os"
	"strings"
	"time"

	"github.com/emersion/go-sasl"
	"github.com/emersion/go-smtp"
)

// mail is one of the demonstration's first mails.
type mail struct {
	name     string
	from, to string
	signIn   bool // sent by one of our people through submission; otherwise it comes from outside to the MX
	raw      string
}

// firstMails are real-looking mails that show each kind of decision once.
func firstMails() []mail {
	return []mail{
		{"clean", "lena@partner.example", "ann@mori.example", false,
			text("Lena Berg <lena@partner.example>", "Ann Mori <ann@mori.example>", "Minutes of Tuesday's call",
				"Hello Ann,\n\nthank you for your time on Tuesday. I have put the three open points into the list we share:\nthe delivery dates, the spare parts and the visit in March. Could you look at the dates by Friday?\n\nBest regards\nLena\n")},
		{"clean (Japanese)", "haru@minato.example", "sato@mori.example", false,
			text("=?UTF-8?B?5rmKIOaYpQ==?= <haru@minato.example>", "sato@mori.example", "打ち合わせの日程について",
				"佐藤様\n\nいつもお世話になっております。港の湊です。\n来週の打ち合わせですが、水曜日の午後二時からでいかがでしょうか。\nご都合をお知らせください。\n\n湊 春\n")},
		{"spam", "offers@deals.example", "ann@mori.example", false,
			text("Best Offers <offers@deals.example>", "ann@mori.example", "!!! FREE MONEY - 100% guaranteed - act now !!!",
				"Dear friend,\n\nYou have been selected!!! Make money fast from home, no experience needed, 100% free, risk free.\nClick here now to claim your $$$ cash bonus: http://deals.example/claim?id=8812\nCheap pills, viagra, lowest prices, order now, limited time offer, act now, call now!\nLose weight fast. Refinance your mortgage. Work at home and earn thousands of dollars a week.\nTo be removed from our mailing list reply with REMOVE in the subject.\n")},
		{"phish", "security@hoshi-bank.example", "ann@mori.example", false,
			html("Hoshi Bank Security <security@hoshi-bank.example>", "ann@mori.example", "Your account will be suspended within 24 hours",
				`<p>Dear customer,</p><p>we noticed unusual activity. Verify your password and card number now, or your account will be suspended:</p><p><a href="http://203.0.113.7/login.php?acct=ann">https://www.hoshi-bank.example/login</a></p>`)},
		{"impersonation", "sato.hanako@m0ri.example", "ann@mori.example", false,
			text("=?UTF-8?B?5L2Q6JekIOiKseWtkA==?= <sato.hanako@m0ri.example>", "ann@mori.example", "至急：振込のお願い",
				"アンさん\n\n佐藤です。今会議中で電話に出られません。至急、下記の口座へ振込をお願いします。\n詳細は後で説明します。このメールのことは他の人には言わないでください。\n")},
		{"virus in a zip", "lena@partner.example", "ann@mori.example", false,
			attached("lena@partner.example", "ann@mori.example", "The file you asked for", "Please find it attached.\n", "report.zip", zipped("report.txt", eicar()))},
		{"locked zip", "haru@minato.example", "sato@mori.example", false,
			attached("haru@minato.example", "sato@mori.example", "見積書の送付", "見積書をお送りします。パスワードは別のメールでお知らせします。\n", "mitsumori.zip", locked("mitsumori.xlsx"))},
		{"hidden program", "lena@partner.example", "ann@mori.example", false,
			attached("lena@partner.example", "ann@mori.example", "Invoice 2231", "See the invoice.\n", "invoice_2231.pdf.exe", append([]byte("MZ\x90\x00"), make([]byte, 600)...))},
		{"two readings", "lena@partner.example", "ann@mori.example", false,
			"From: lena@partner.example\nTo: ann@mori.example\nSubject: Two readers, two mails\nDate: " + date() + "\nMessage-ID: <two@partner.example>\nMIME-Version: 1.0\n" +
				"Content-Type: multipart/mixed; boundary=aaa\nContent-Type: multipart/mixed; boundary=bbb\n\n--aaa\nContent-Type: text/plain\n\nThis is what one reader shows.\n--aaa--\n--bbb\nContent-Type: text/plain\n\nAnd this another.\n--bbb--\n"},
		{"outbound", "ann@mori.example", "yamada@kawa.example", true,
			text("Ann Mori <ann@mori.example>", "yamada@kawa.example", "Visit on 12 March", "Dear Yamada-san,\n\nthe visit on 12 March suits us. We arrive at ten.\n\nAnn\n")},
		{"outbound (Japanese)", "yamada@kawa.example", "sato@mori.example", true,
			text("=?UTF-8?B?5bGx55SwIOWkqumDjg==?= <yamada@kawa.example>", "sato@mori.example", "ご来社の件", "佐藤様\n\n三月十二日、お待ちしております。\n\n山田\n")},
		{"outbound, mis-sent", "ann@mori.example", "yamada@kavva.example", true,
			attached("ann@mori.example", "yamada@kavva.example", "Price list 2027", "Dear Yamada-san,\n\nour prices for next year, in confidence.\n\nAnn\n", "prices-2027.csv", []byte("item,price\nbolt M6,12\nnut M6,9\n"))},
		{"outbound, leak", "sato@mori.example", "haru@minato.example", true,
			text("sato@mori.example", "haru@minato.example", "名簿", "従業員の名簿です。\n\n佐藤 一郎 マイナンバー 1234 5678 9018\n鈴木 次郎 マイナンバー 2345 6789 0124\n高橋 三郎 マイナンバー 3456 7890 1230\nカード 4111 1111 1111 1111\nカード 5555 5555 5555 4444\n")},
	}
}

func date() string { return time.Now().Format(time.RFC1123Z) }

func head(from, to, subject string) string {
	if strings.ContainsFunc(subject, func(r rune) bool { return r > '~' }) {
		subject = "=?UTF-8?B?" + base64.StdEncoding.EncodeToString([]byte(subject)) + "?="
	}
	return fmt.Sprintf("From: %s\nTo: %s\nSubject: %s\nDate: %s\nMessage-ID: <%x.%s>\nMIME-Version: 1.0\n", from, to, subject, date(),
		crc32.ChecksumIEEE([]byte(subject+to)), strings.Trim(from[strings.LastIndexByte(from, '@')-1:], "<>"))
}

func text(from, to, subject, body string) string {
	return head(from, to, subject) + "Content-Type: text/plain; charset=utf-8\nContent-Transfer-Encoding: 8bit\n\n" + body
}

func html(from, to, subject, body string) string {
	return head(from, to, subject) + "Content-Type: text/html; charset=utf-8\n\n<html><body>" + body + "</body></html>\n"
}

func attached(from, to, subject, body, name string, file []byte) string {
	data := base64.StdEncoding.EncodeToString(file)
	var lines strings.Builder
	for len(data) > 76 {
		lines.WriteString(data[:76] + "\n")
		data = data[76:]
	}
	lines.WriteString(data + "\n")
	return head(from, to, subject) + "Content-Type: multipart/mixed; boundary=\"=_first\"\n\n--=_first\nContent-Type: text/plain; charset=utf-8\nContent-Transfer-Encoding: 8bit\n\n" + body +
		"\n--=_first\nContent-Type: application/octet-stream; name=\"" + name + "\"\nContent-Disposition: attachment; filename=\"" + name +
		"\"\nContent-Transfer-Encoding: base64\n\n" + lines.String() + "--=_first--\n"
}

// eicar is the anti-malware test file (eicar.org), put together here so that this program is not taken for one.
func eicar() []byte {
	return []byte("X5O!P%@AP[4\\PZX54(P^)7CC)7}" + "$EICAR-STANDARD-" + "ANTIVIRUS-TEST-FILE!$H+H*")
}

func zipped(name string, file []byte) []byte {
	var b bytes.Buffer
	z := zip.NewWriter(&b)
	w, err := z.Create(name)
	if err == nil {
		_, err = w.Write(file)
	}
	if err = errors.Join(err, z.Close()); err != nil {
		panic(err) // into memory
	}
	return b.Bytes()
}

// locked is a zip whose one member is marked as encrypted.
func locked(name string) []byte {
	var b bytes.Buffer
	z := zip.NewWriter(&b)
	secret := bytes.Repeat([]byte{0x5a, 0xc3, 0x17, 0x99}, 40)
	w, err := z.CreateRaw(&zip.FileHeader{Name: name, Method: zip.Store, Flags: 1, CRC32: crc32.ChecksumIEEE(secret),
		CompressedSize64: uint64(len(secret)), UncompressedSize64: uint64(len(secret) - 12)})
	if err == nil {
		_, err = w.Write(secret)
	}
	if err = errors.Join(err, z.Close()); err != nil {
		panic(err) // into memory
	}
	return b.Bytes()
}

// send hands a mail to the port where it would really arrive, and gives the final answer.
func (d *guide) send(m mail) (string, error) {
	port := d.Ports["mx"]
	if m.signIn {
		port = d.Ports["submissions"]
	}
	conn, err := net.DialTimeout("tcp", net.JoinHostPort(d.Host, fmt.Sprint(port)), 10*time.Second)
	if err != nil {
		return "", err
	}
	if m.signIn {
		pem, err := os.ReadFile(d.ready.CA)
		if err != nil {
			return "", err
		}
		roots := x509.NewCertPool()
		roots.AppendCertsFromPEM(pem)
		conn = tls.Client(conn, &tls.Config{ServerName: "localhost", RootCAs: roots})
	}
	c := smtp.NewClient(conn)
	defer c.Close()
	if err := c.Hello("client." + m.from[strings.LastIndexByte(m.from, '@')+1:]); err != nil {
		return "", err
	}
	if m.signIn {
		for _, a := range d.ready.Accounts {
			if a.Address == m.from {
				err = c.Auth(sasl.NewPlainClient("", a.Address, a.AppPassword))
			}
		}
		if err != nil {
			return "", err
		}
	}
	answer, err := transaction(c, m)
	var refused *smtp.SMTPError
	if errors.As(err, &refused) {
		return fmt.Sprintf("%d %s", refused.Code, refused.Message), nil
	}
	return answer, err
}

func transaction(c *smtp.Client, m mail) (string, error) {
	if err := c.Mail(m.from, nil); err != nil {
		return "", err
	}
	if err := c.Rcpt(m.to, nil); err != nil {
		return "", err
	}
	w, err := c.Data()
	if err != nil {
		return "", err
	}
	if _, err := w.Write([]byte(strings.ReplaceAll(m.raw, "\n", "\r\n"))); err != nil {
		return "", err
	}
	r, err := w.CloseWithResponse()
	if err != nil {
		return "", err
	}
	return r.StatusText, nil
}
