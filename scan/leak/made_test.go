package leak

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"

	"sekisho/search"
)

// maker makes texts with and without personal data, in other forms than the shared samples have.
type maker struct{ *rand.Rand }

func (m maker) of(list ...string) string { return list[m.IntN(len(list))] }

func (m maker) figures(n int) string {
	b := make([]byte, n)
	for i := range b {
		b[i] = byte('0' + m.IntN(10))
	}
	return string(b)
}

// person is a valid My Number: eleven digits at random, then the one of twelve that fits.
func (m maker) person() string {
	for {
		d := m.figures(11)
		for c := range 10 {
			if x := d + string(rune('0'+c)); myNumber(x) && !stamp(x) && !abroad(x) {
				return x
			}
		}
	}
}

func (m maker) card() string {
	for {
		prefix := m.of("4", "51", "55", "2221", "2720", "3530", "3589", "6011", "65", "34", "37", "300", "36", "38", "62")
		n := 16
		switch prefix {
		case "34", "37":
			n = 15
		case "300", "36", "38":
			n = 14
		}
		d := prefix + m.figures(n-len(prefix)-1)
		for c := range 10 {
			if x := d + string(rune('0'+c)); luhn(x) && issuer(x) {
				return x
			}
		}
	}
}

// spell writes a number in groups with a separator of many kinds, perhaps in full width.
func (m maker) spell(d string, groups []int) string {
	sep := m.of("", "", "-", " ", "‐", "－", "−", "–", "　", "ー", "\u00a0", ".")
	if sep != "" {
		var parts []string
		for _, n := range groups {
			parts = append(parts, d[:n])
			d = d[n:]
		}
		d = strings.Join(parts, sep)
	}
	if m.IntN(5) == 0 {
		d = strings.Map(func(r rune) rune {
			if r >= '0' && r <= '9' {
				return r - '0' + '０'
			}
			return r
		}, d)
	}
	return d
}

func cardGroups(d string) []int {
	switch len(d) {
	case 15:
		return []int{4, 6, 5}
	case 14:
		return []int{4, 6, 4}
	}
	return []int{4, 4, 4, 4}
}

func (m maker) myNumberText() string {
	n := m.spell(m.person(), []int{4, 4, 4})
	name := m.of("大塚 慎也", "Emi Hirata", "木下さん", "J. Okafor", "ﾀﾅｶ ｹｲｺ")
	switch m.IntN(13) {
	case 0:
		return fmt.Sprintf("年末調整の件、%sの個人番号は%sです。よろしくお願いします。", name, n)
	case 1:
		return fmt.Sprintf("My Number: %s\nName: %s", n, name)
	case 2:
		return fmt.Sprintf("Hi, please register %s (individual number %s) for payroll.", name, n)
	case 3:
		return fmt.Sprintf("%s %s", name, n)
	case 4:
		return fmt.Sprintf("{\"employee\":\"%s\",\"my_number\":\"%s\"}", name, n)
	case 5:
		return fmt.Sprintf("扶養親族のマイナンバー\n%s\n以上", n)
	case 6:
		return fmt.Sprintf("社員番号,氏名,マイナンバー\n10023,%s,%s\n", name, n)
	case 7:
		return fmt.Sprintf("| 氏名 | 個人番号 | 備考 |\n|---|---|---|\n| %s | %s | 済 |", name, n)
	case 8:
		return fmt.Sprintf("%s がマイナンバーです（%s）", n, name)
	case 9:
		return fmt.Sprintf("部署\t氏名\t個人番号（12桁）\n総務\t%s\t%s\n", name, n)
	case 10:
		return fmt.Sprintf("注文番号 A-%s の方のマイナンバーは %s", m.figures(5), n)
	case 11:
		return "【ﾏｲﾅﾝﾊﾞｰ】" + n + "　続柄：妻"
	}
	return fmt.Sprintf("電話 090-%s-%s\n個人番号 %s", m.figures(4), m.figures(4), n)
}

func (m maker) cardText() string {
	d := m.card()
	n := m.spell(d, cardGroups(d))
	switch m.IntN(11) {
	case 0:
		return fmt.Sprintf("クレジットカード番号は%sでお願いします。", n)
	case 1:
		return fmt.Sprintf("Visa %s exp 09/29 CVC 123", n)
	case 2:
		return fmt.Sprintf("Order 88213 was paid with %s, please refund.", n)
	case 3:
		return fmt.Sprintf("name,card_number,exp\nM. Silva,%s,11/30\n", n)
	case 4:
		return n
	case 5:
		return fmt.Sprintf("お支払いは以下でお願いいたします。\n%s\n名義 OTSUKA SHINYA", n)
	case 6:
		return fmt.Sprintf("{\"pan\": \"%s\", \"cvv\": \"123\"}", n)
	case 7:
		return fmt.Sprintf("ご注文の決済カード: %s (JCB)", n)
	case 8:
		return fmt.Sprintf("Here is my credit card: %s. Thanks!", n)
	case 9:
		return fmt.Sprintf("会員番号 1234567 カード番号 %s", n)
	}
	return fmt.Sprintf("カード %s\n有効期限 2028/11", n)
}

// lookalike is a text with a number that has the length of a My Number or a card and is neither.
func (m maker) lookalike() string {
	d12, d16 := m.figures(12), m.of("4", "5", "3", "6", "2")+m.figures(15)
	g12 := m.spell(d12, []int{4, 4, 4})
	g16 := m.spell(d16, []int{4, 4, 4, 4})
	y := fmt.Sprintf("20%02d%02d%02d%02d%02d%02d", 10+m.IntN(20), 1+m.IntN(12), 1+m.IntN(28), m.IntN(24), m.IntN(60), m.IntN(60))
	list := []string{
		"ご注文番号：" + g12, "お問い合わせ送り状No. " + g12, "Tracking number: " + g12, "Your order " + d12 + " has shipped", "Order #" + g16, "invoice no. " + d16,
		"受付番号は" + g12 + "です", "品番 " + g12, "伝票：" + g12, "Booking reference " + d12, "会員番号 " + g16, "ポイントカード番号 " + g16, "JAN " + m.of("49", "45") + m.figures(11), "ISBN 978" + m.figures(10),
		"UPC " + d12, y, y[:12], "log " + y + "00", fmt.Sprintf("%s-%s-%s-%s-%s", m.figures(8), m.figures(4), m.figures(4), m.figures(4), d12), "sha1 " + m.figures(40), "IMEI " + "35" + m.figures(13),
		"serial " + d16, "S/N: " + d12, "https://example.jp/item/" + d12 + "?id=" + d16, "合計 " + d12 + "円", "transactionId=" + d16, "trace_id: " + d16, "part no " + g12, "Waybill " + g12, "契約番号　" + g12, "見積番号:" + g12,
		"荷物の番号は追跡番号 " + g12, "AB" + d12, d12 + "ABC", "x" + d16, "T" + m.figures(13), "+8190" + m.figures(8), "819" + m.of("0") + m.figures(8), "0." + d12, "-" + d16[:15] + ".5",
		"| 注文番号 | " + g12 + " |", "商品コード,数量\n" + d12 + ",3\n", "order_id\tstatus\n" + d16 + "\tok\n", "{\"orderId\": \"" + d12 + "\"}", "{\"tracking_no\":\"" + g12 + "\"}", "<gtin>" + m.figures(14) + "</gtin>",
		"Confirmation code " + d12, "管理番号\n" + g12, "学籍番号 " + d12, "診察券番号 " + g12, "ギフトカード番号 " + g16, "ヤマト運輸 " + g12, "FedEx " + d12, "PO number " + d12, "Ticket ID: " + d12, "機番コード：" + d12,
		"port 443 pid " + d12, "commit " + d12 + "abcdef", "ETag: \"" + d12 + "-" + m.figures(6) + "\"", "Message-ID: <" + y + "." + d12 + "@example.jp>", "1,234,567,890,123", "電話 0" + m.figures(2) + "-" + m.figures(3) + "-" + m.figures(4), "fax 0" + m.figures(9),
	}
	var several strings.Builder
	for range 8 {
		several.WriteString(m.figures(12) + "\n")
	}
	list = append(list, several.String(), strings.ReplaceAll(strings.TrimSpace(several.String()), "\n", ","))
	return list[m.IntN(len(list))]
}

func kindsOf(text string) map[Kind]int {
	n := map[Kind]int{}
	for _, h := range Find(search.Fold(text)) {
		n[h.Kind]++
	}
	return n
}

// TestMade measures against texts of other shapes than the samples: F1 of at least 0.98 for My Number and cards, and less than
// one look-alike of a hundred taken for either.
func TestMade(t *testing.T) {
	m := maker{rand.New(rand.NewPCG(20261129, 1))}
	const each, alike = 10_000, 50_000
	for _, x := range []struct {
		kind Kind
		make func() string
	}{{MyNumber, m.myNumberText}, {Card, m.cardText}} {
		right, extra, missed := 0, 0, 0
		for range each {
			text := x.make()
			n := kindsOf(text)
			right += min(n[x.kind], 1)
			extra += max(n[x.kind]-1, 0)
			if missed++; n[x.kind] == 1 {
				missed--
			} else if missed < 6 {
				t.Logf("%s: %d in %q", x.kind, n[x.kind], text)
			}
		}
		false1, shown := 0, 0
		for range alike {
			text := m.lookalike()
			if n := kindsOf(text)[x.kind]; n > 0 {
				false1++
				if shown++; shown <= 12 {
					t.Logf("%s: %d in look-alike %q", x.kind, n, text)
				}
			}
		}
		precision := float64(right) / float64(right+extra+false1*each/alike)
		recall := float64(right) / each
		f1 := 2 * precision * recall / (precision + recall)
		t.Logf("%s: recall %.4f, F1 %.4f (as many look-alikes as texts), look-alikes taken %d of %d (%.2f %%)", x.kind, recall, f1, false1, alike, 100*float64(false1)/alike)
		if f1 < 0.98 || false1*100 >= alike {
			t.Errorf("%s: F1 %.4f, %d of %d look-alikes", x.kind, f1, false1, alike)
		}
	}
}

// BenchmarkTable reads a table of 20,000 rows.
func BenchmarkTable(b *testing.B) {
	m := maker{rand.New(rand.NewPCG(1, 1))}
	var t strings.Builder
	t.WriteString("氏名,電話,個人番号,生年月日,注文番号\n")
	for range 20_000 {
		fmt.Fprintf(&t, "佐藤 健,090-%s-%s,%s,1985-04-12,%s\n", m.figures(4), m.figures(4), m.person(), m.figures(12))
	}
	text := search.Fold(t.String())
	b.SetBytes(int64(len(text)))
	for b.Loop() {
		Find(text)
	}
}
