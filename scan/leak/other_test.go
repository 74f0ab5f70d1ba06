package leak

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"

	"sekisho/scan/html"
)

// writer makes whole documents, in which a value stands as other programs and people write it than those of maker.
type writer struct{ maker }

// wide writes digits and hyphens in full width.
func wide(s string) string {
	return strings.Map(func(r rune) rune {
		if r >= '0' && r <= '9' || r == '-' {
			return r - '!' + '！'
		}
		return r
	}, s)
}

// value writes digits in groups, in one of the ways of forms, scans and people.
func (w writer) value(d string, groups ...int) string {
	var parts []string
	for rest := d; len(groups) > 0; groups = groups[1:] {
		parts, rest = append(parts, rest[:groups[0]]), rest[groups[0]:]
	}
	switch w.IntN(12) {
	case 0, 1, 2:
		return d
	case 3:
		return wide(d)
	case 4:
		return wide(strings.Join(parts, "-"))
	case 5:
		return strings.Join(parts, "  ")
	case 6:
		return strings.Join(parts, " - ")
	case 7:
		return strings.Join(strings.Split(d, ""), " ") // one box for each digit
	case 8:
		return strings.Join(parts, "\u2011")
	case 9:
		return strings.Join(parts, "・")
	case 10:
		return strings.Join(parts, "-")
	}
	return strings.Join(parts, " ")
}

func (w writer) who() string {
	return w.of("梶谷 伊織", "Hirokazu Nagase", "志村様", "Lê Thị Hoa", "ｻﾄｳ ﾏﾘ", "小鳥遊 蓮", "Müller, Jens", "李 秀英")
}

// holds puts a value with its label into a document; keys are for programs, labels for people.
func (w writer) holds(labels, keys []string, v string) string {
	l, k, who := w.of(labels...), w.of(keys...), w.who()
	switch w.IntN(24) {
	case 0:
		return html.Read("<p>お世話になります。</p><table><tr><th>氏名</th><th>" + l + "</th></tr><tr><td>" + who + "</td><td>" + v + "</td></tr></table>").Text
	case 1:
		return html.Read("<div><span>" + l + "</span><span>" + v + "</span></div>").Text
	case 2:
		return html.Read("<dl><dt>" + l + "</dt><dd>" + v + "</dd></dl>").Text
	case 3:
		return fmt.Sprintf("no;name;%s;memo\r\n1;%s;%s;\r\n2;;;\r\n", k, who, v)
	case 4:
		return fmt.Sprintf("\"%s\",\"氏名\",\"所属\"\n\"%s\",\"%s\",\"営業\"\n", l, v, who)
	case 5:
		return fmt.Sprintf("{\n  \"person\": {\n    \"name\": \"%s\",\n    \"%s\": \"%s\"\n  }\n}", who, k, v)
	case 6:
		return fmt.Sprintf("<person><name>%s</name><%s>%s</%s></person>", who, k, v, k)
	case 7:
		return fmt.Sprintf("person:\n  name: %s\n  %s: '%s'\n  memo: ok\n", who, k, v)
	case 8:
		return fmt.Sprintf("%s\n\n> 承知しました。\n> %s：%s\n> 以上です。\n\n2026/11/20 10:15 に書きました:\n>> ありがとう", "了解です。", l, v)
	case 9:
		return fmt.Sprintf("ご返信ありがとうございます。先日ご依頼のありました%sですが、%sで間違いございません。", l, v)
	case 10:
		return fmt.Sprintf("%s [%s]", l, v)
	case 11:
		return fmt.Sprintf("%s ………… %s", l, v)
	case 12:
		return fmt.Sprintf("氏名\n%s\n%s\n%s\n住所\n別紙", who, l, v)
	case 13:
		return fmt.Sprintf("氏名\t%s\t%s\t%s\n", l, "部署", "備考") + fmt.Sprintf("%s\t%s\t総務\t\n", who, v)
	case 14:
		return fmt.Sprintf("■%s\n　%s\n", l, v)
	case 15:
		return fmt.Sprintf("* %s -> %s *", l, v)
	case 16:
		return fmt.Sprintf("UPDATE employee SET %s = '%s' WHERE id = 7;", k, v)
	case 17:
		return fmt.Sprintf("%s=%s&name=test", k, v)
	case 18:
		return fmt.Sprintf("①%s　%s　②%s", l, v, who)
	case 19:
		return fmt.Sprintf("+------+----------------+\n| %s | %s |\n+------+----------------+", l, v)
	case 20:
		return fmt.Sprintf("%sは、\n%s\nとなります。", l, v)
	case 21:
		return fmt.Sprintf("%s (%s): %s / tel 03-5555-%s", who, l, v, w.figures(4))
	case 22:
		return fmt.Sprintf("%s欄に「%s」とご記入ください。", l, v)
	}
	return fmt.Sprintf("%s:\n\n    %s\n\nRegards,\n%s", l, v, who)
}

var (
	personLabels = []string{"個人番号（マイナンバー）", "マイナンバー（12桁）", "ﾏｲﾅﾝﾊﾞｰ", "My Number (Individual Number)", "Japanese individual number", "個人番号", "本人の個人番号", "MyNumber", "社会保障・税番号", "マイナンバーカードの番号", "扶養家族の個人番号"}
	personKeys   = []string{"myNumber", "my_number", "kojin_bangou", "individualNumber", "mynumber", "MY_NUMBER", "kojinBango", "my-number"}
	cardLabels   = []string{"クレジットカード番号", "カード番号", "ご利用カード", "Card number", "Credit card no.", "card #", "Kreditkartennummer", "Numéro de carte", "信用卡号", "신용카드 번호", "VISA", "アメックス", "Tarjeta de crédito", "法人カード"}
	cardKeys     = []string{"cardNumber", "card_number", "pan", "cc_no", "creditCardNumber", "CARD_NO", "primaryAccountNumber", "card-number"}
	alikeLabels  = []string{"注文番号", "ご注文No", "受注ID", "送り状番号", "配送伝票", "問い合わせ番号", "お客様番号", "会員番号", "JANコード", "ISBN", "製造番号", "シリアルNo.", "IMEI", "請求書番号", "Order ID", "Tracking no.", "Shipment", "Invoice", "Reference", "Serial number",
		"Customer no", "Ticket", "Bestellnummer", "Sendungsnummer", "Numéro de commande", "订单号", "운송장 번호", "Transaction ID", "管理コード", "機器ID", "端末識別番号", "社員コード", "ロットNo", "契約ID", "ポイントカード番号", "図書カード番号", "Loyalty card number", "決裁番号", "タイムスタンプ", "口座振替依頼番号"}
	alikeKeys = []string{"orderId", "order_no", "trackingNumber", "tracking_code", "invoice_id", "serial_no", "jan", "isbn13", "transactionId", "shipment_id", "customerCode", "ts", "created_at", "requestId", "deviceId", "session_id", "ticketNo", "lotNumber", "loyaltyCardNumber", "employee_code", "sku", "barcode"}
)

// alike is a document with a number that has the length, and in one of three the check digit, of what it is not.
func (w writer) alike(right bool) string {
	d, groups := w.figures(12), []int{4, 4, 4}
	if w.IntN(2) == 0 {
		d, groups = w.of("4", "51", "35")+w.figures(15), []int{4, 4, 4, 4}
		d = d[:16]
	}
	if right {
		if d = w.person(); len(groups) == 4 {
			d = w.card()
			groups = cardGroups(d)
		}
	}
	return w.holds(alikeLabels, alikeKeys, w.value(d, groups...))
}

// free is a document with numbers that no label explains.
func (w writer) free() string {
	h := func(n int) string { return w.from("0123456789abcdef", n) }
	switch w.IntN(14) {
	case 0:
		return fmt.Sprintf("%s-%s-%s-%s-%s", w.figures(8), w.figures(4), w.figures(4), w.figures(4), w.figures(12))
	case 1:
		return fmt.Sprintf("%d [INFO] done in 12 ms", 1_600_000_000_000+w.IntN(300_000_000_000))
	case 2:
		return fmt.Sprintf("https://shop.example/dp/%s/ref=%s", w.figures(12), w.figures(16))
	case 3:
		return "4" + w.figures(15) + ".pdf"
	case 4:
		return fmt.Sprintf("IMG_%s_%s.jpg", w.figures(8), w.figures(12))
	case 5:
		return fmt.Sprintf("%s %s %s %s", h(4), h(4), h(4), h(4))
	case 6:
		return fmt.Sprintf("0x%s", w.figures(16))
	case 7:
		return fmt.Sprintf("9784%s", w.figures(9))
	case 8:
		return fmt.Sprintf("lat 35.%s, lon 139.%s", w.figures(12), w.figures(12))
	case 9:
		return fmt.Sprintf("$ %s.%s", w.figures(12), w.figures(2))
	case 10:
		return fmt.Sprintf("会議ID: %s %s %s パスコード: %s", w.figures(3), w.figures(4), w.figures(4), w.figures(6))
	case 11:
		return fmt.Sprintf("Meeting ID: %s %s %s", w.figures(4), w.figures(4), w.figures(4))
	case 12:
		return fmt.Sprintf("cid:%s@%s", w.figures(16), h(8))
	}
	return fmt.Sprintf("2026 %s\n2027 %s", w.figures(4)+" "+w.figures(4)+" "+w.figures(4), w.figures(4)+" "+w.figures(4))
}

func (w writer) from(alphabet string, n int) string {
	b := make([]byte, n)
	for i := range b {
		b[i] = alphabet[w.IntN(len(alphabet))]
	}
	return string(b)
}

// score counts documents of one kind and gives F1 against as many without.
type score struct{ right, missed, extra, shown int }

func (s *score) f1() float64 { return 2 * float64(s.right) / float64(2*s.right+s.missed+s.extra) }

// judge makes n documents with one value of a kind and n without.
func judge(t *testing.T, kind Kind, n int, with, without func() string) score {
	t.Helper()
	var s score
	for range n {
		text := with()
		c := kindsOf(text)[kind]
		s.right += min(c, 1)
		s.extra += max(c-1, 0)
		if c != 1 {
			s.missed += 1 - min(c, 1)
			if s.shown++; s.shown <= 25 {
				t.Logf("%s: %d in %q", kind, c, text)
			}
		}
	}
	wrong, shown := 0, 0
	for range n {
		text := without()
		if kindsOf(text)[kind] > 0 {
			wrong++
			if shown++; shown <= 15 {
				t.Logf("%s: taken for one: %q", kind, text)
			}
		}
	}
	s.extra += wrong
	t.Logf("%s: F1 %.4f, missed %.2f %%, taken %.2f %%", kind, s.f1(), 100*float64(s.missed)/float64(n), 100*float64(wrong)/float64(n))
	return s
}

// TestOther measures documents that are made in another way than those the rules were written with.
func TestOther(t *testing.T) {
	w := writer{maker{rand.New(rand.NewPCG(99, 2026))}}
	const n = 6000
	for _, x := range []struct {
		kind          Kind
		least         float64
		with, without func() string
	}{
		{MyNumber, 0.98, func() string { return w.holds(personLabels, personKeys, w.value(w.person(), 4, 4, 4)) }, func() string { return w.alike(w.IntN(3) == 0) }},
		{MyNumber, 0.98, func() string { return w.holds(personLabels, personKeys, w.value(w.person(), 4, 4, 4)) }, w.free},
		{Card, 0.98, func() string { d := w.card(); return w.holds(cardLabels, cardKeys, w.value(d, cardGroups(d)...)) }, func() string { return w.alike(w.IntN(3) == 0) }},
		{Card, 0.98, func() string { d := w.card(); return w.holds(cardLabels, cardKeys, w.value(d, cardGroups(d)...)) }, w.free},
	} {
		if s := judge(t, x.kind, n, x.with, x.without); s.f1() < x.least {
			t.Errorf("%s: F1 %.4f, at least %.2f", x.kind, s.f1(), x.least)
		}
	}
}

// TestOtherKinds measures what has no check digit: what the text says must decide.
func TestOtherKinds(t *testing.T) {
	w := writer{maker{rand.New(rand.NewPCG(5, 2026))}}
	phone := func() string {
		a, b := w.figures(4), w.figures(4)
		return w.of("090-"+a+"-"+b, "０８０－"+a+"－"+b, "070"+a+b, "03-"+a+"-"+b, "(06) "+a+"-"+b, "0"+w.of("45", "52", "92")+"-"+w.figures(3)+"-"+b, "+81 90 "+a+" "+b, "+81-3-"+a+"-"+b, "050 "+a+" "+b, "0120-"+w.figures(3)+"-"+w.figures(3), "(+81) 80-"+a+"-"+b,
			"090("+a+")"+b, "090."+a+"."+b, "0"+w.of("466", "422", "739")+"-"+w.figures(2)+"-"+b)
	}
	plain := func() string {
		return w.of("改訂 2026-03-1"+w.figures(1), "10.0.12."+w.figures(2), "v1.02.33-"+w.figures(4), "型番 AB-0"+w.figures(2)+"-"+w.figures(4), "会議室 3-12-"+w.figures(2), "P.12-"+w.figures(3), "09:30-10:45", "ISBN 978-4-"+w.figures(2)+"-"+w.figures(6)+"-1", "比率 0."+w.figures(10), "合計 "+w.figures(3)+","+w.figures(3)+"円", "0x0"+w.figures(9),
			"commit 09"+w.figures(7)+"af", "2026/11/29 10:15:0"+w.figures(1), "受注番号 09012345"+w.figures(3), "注文 0"+w.figures(2)+"-"+w.figures(7)+"-"+w.figures(7))
	}
	town := func() string {
		no := w.of("%d-%d-%d", "%d丁目%d番%d号", "%d－%d－%d", "%d丁目%d-%d", "%d番地%d %d号室")
		return w.of("東京都新宿区西新宿", "大阪府大阪市北区梅田", "神奈川県横浜市港北区新横浜", "北海道札幌市中央区南一条西", "京都市下京区東塩小路町", "福岡市博多区博多駅前", "愛知県名古屋市中村区名駅", "長野県北佐久郡軽井沢町軽井沢", "千代田区丸の内", "沖縄県那覇市おもろまち", "奈良県吉野郡十津川村小原") + fmt.Sprintf(no, 1+w.IntN(8), 1+w.IntN(40), 1+w.IntN(30))
	}
	nowhere := func() string {
		return w.of("市場調査は3-5-7の順で", "東京都の人口は1,400万人", "区画 3-2-1 を確認", "都市計画 第2-3-1版", "町内会の予算 3-2-1", "大阪府の最低賃金は1,114円", "全国3-5-1位", "村上様、1-2-3 の件", "郡部では2-3割", "品川区役所に3時に集合", "市況 3月-5月")
	}
	code := func(a string) string { return w.of(a, strings.ToLower(a), wide(a)) }
	passport := func() string {
		return w.of("旅券番号：", "パスポートNo. ", "Passport number: ", "passport_no=", "Passport #", "旅券の番号は") + code(w.from("TMNR", 1)+w.from("ABCDEFGHKLRSTZ", 1)+w.figures(7)) + w.of("", "\n発給国 JPN", " です", ", exp 2031")
	}
	parts := func() string {
		return w.of("品番 ", "Part no. ", "便名 ", "Order ", "型式 ", "伝票 ", "在庫コード:") + w.from("TMNRAB", 2) + w.figures(7)
	}
	license := func() string {
		return w.of("免許証番号 第", "運転免許証の番号：", "Driver's licence number ", "免許番号は", "driverLicenseNo: ", "\"license_number\": \"", "運転免許証\n番号 第 ") + w.of("30", "62", "11", "45") + w.figures(10) + w.of(" 号", "号です", "\"", "")
	}
	bank := func() string {
		return w.of("みずほ銀行 新宿支店 普通 ", "振込先：三井住友銀行 渋谷支店（普通）", "口座番号：", "りそな銀行 本店営業部\n当座 ", "MUFG Bank, Shibuya branch, account no. ", "口座種別,口座番号\n普通,", "ゆうちょ銀行 記号 12340 番号 1", "bankAccountNumber: ", "\"account_number\": \"") + w.figures(7) + w.of("", "\n名義 カ）ヤマダ", " ", "\"")
	}
	no7 := func() string {
		return w.of("郵便番号 ", "注文番号 ", "管理番号:", "ticket ", "売上 ", "閲覧数 ", "社員番号 ", "普通の部品 ", "図面番号 ") + w.figures(7)
	}
	birth := func() string {
		return w.of("生年月日：", "生年月日(西暦) ", "誕生日は", "DOB: ", "date of birth - ", "birthDate\": \"", "氏名,生年月日\n梶谷,", "生年月日　", "Born: ") + fmt.Sprintf(w.of("19%02d年%d月%d日", "19%02d/%d/%d", "19%02d-%02d-%02d", "19%02d%02d%02d", "昭和%d年%d月%d日", "S%d.%d.%d", "19%02d.%02d.%02d"), 10+w.IntN(53), 1+w.IntN(12), 1+w.IntN(28))
	}
	day := func() string {
		return w.of("納期：", "会議は", "発行日 ", "期限 ", "due: ", "契約日 ", "date: ", "created ") + fmt.Sprintf(w.of("20%02d年%d月%d日", "20%02d/%d/%d", "20%02d-%02d-%02d"), 10+w.IntN(20), 1+w.IntN(12), 1+w.IntN(28))
	}
	name := func() string {
		n := w.of("佐藤", "高橋", "渡邊", "長谷川", "小笠原", "梶谷", "志村", "小鳥遊", "安達", "下山", "海老原", "武者小路", "氏家", "奥山", "鬼頭", "園田") + w.of("", " ", "　") + w.of("健太", "陽菜", "玲子", "一輝", "伊織", "紗英", "千紘", "健一郎", "彩音", "由佳", "光希", "遼太郎", "実里", "琢磨")
		return w.of(n+"様", "氏名："+n, "担当 "+n, n+"さん", "氏名,部署\n"+n+",営業", "お名前（漢字）　"+n, "申込者氏名: "+n, n+" 殿", "<name>"+n+"</name>", "\"name\": \""+n+"\"")
	}
	thing := func() string {
		return w.of("お客様各位", "東京都様式", "担当部署 経理部", "営業担当 未定", "氏名 （記入してください）", "中央集権", "関東地方", "会社案内", "森林 浩瀚", "お疲れ様です", "皆様", "御社", "名前: config.yaml", "name: 経理共有", "株式会社山本製作所 御中", "林道 通行止め様子")
	}
	for _, x := range []struct {
		kind          Kind
		least         float64
		with, without func() string
	}{{Phone, 0.97, phone, plain}, {Address, 0.95, town, nowhere}, {Passport, 0.97, passport, parts}, {License, 0.97, license, func() string { return w.alike(false) }}, {Bank, 0.95, bank, no7}, {Birth, 0.97, birth, day}, {Name, 0.9, name, thing}} {
		if s := judge(t, x.kind, 2000, x.with, x.without); s.f1() < x.least {
			t.Errorf("%s: F1 %.4f, at least %.2f", x.kind, s.f1(), x.least)
		}
	}
}
