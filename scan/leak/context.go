package leak

import (
	"slices"
	"strings"
	"sync"
	"unicode/utf8"

	automaton "sekisho/scan/word"
)

// sense is what the words around a number say that it is.
type sense int

// The senses. unsaid is a number of which the text says nothing, other is one that the text calls by a name that is no
// personal datum: an order, a parcel, a part.
const (
	unsaid sense = iota
	other
	isMyNumber
	isCard
	isCorporate
	isLicense
	isPassport
	isBank
	isPhone
	isInsurer
	isPension
	isResidence
	isBirth
	loose // a word for something else stands near, but not as its name
)

// label is a word that says what the number behind it is.
type label struct {
	word string
	is   sense
}

// labels are in the form of search.Fold. Where one word is the end of another, the longer one counts.
var labels = [...]label{
	{"マイナンバー", isMyNumber}, {"マイナ番号", isMyNumber}, {"個人番号", isMyNumber}, {"mynumber", isMyNumber}, {"my number", isMyNumber}, {"my_number", isMyNumber},
	{"my-number", isMyNumber}, {"individual number", isMyNumber}, {"individual_number", isMyNumber}, {"individualnumber", isMyNumber}, {"kojin bango", isMyNumber}, {"kojin_bango", isMyNumber},
	{"kojinbango", isMyNumber}, {"personal number", isMyNumber}, {"social security and tax number", isMyNumber}, {"通知カード", isMyNumber}, {"個人no", isMyNumber}, {"マイナンバーカード", isMyNumber},
	{"個人番号カード", isMyNumber}, {"マイナカード", isMyNumber}, {"my number card", isMyNumber}, {"特定個人情報", isMyNumber}, {"jpki", isMyNumber}, {"税番号", isMyNumber}, {"kojin_bangou", isMyNumber}, {"kojinbangou", isMyNumber}, {"kojin bangou", isMyNumber}, {"personal_number", isMyNumber},
	{"kojin-bango", isMyNumber}, {"個人ナンバー", isMyNumber}, {"マイナンバ", isMyNumber},
	{"カード番号", isCard}, {"カードナンバー", isCard}, {"カードno", isCard}, {"クレジット", isCard}, {"クレカ", isCard}, {"デビット", isCard}, {"card", isCard}, {"カード", isCard},
	{"cc number", isCard}, {"ccnum", isCard}, {"cardnumber", isCard}, {"card_number", isCard}, {"creditcard", isCard}, {"credit_card", isCard}, {"pan", isCard}, {"visa", isCard},
	{"mastercard", isCard}, {"amex", isCard}, {"american express", isCard}, {"アメックス", isCard}, {"ビザ", isCard}, {"マスターカード", isCard}, {"jcb", isCard}, {"diners", isCard}, {"ダイナース", isCard},
	{"discover", isCard}, {"unionpay", isCard}, {"銀聯", isCard}, {"charge", isCard}, {"決済", isCard}, {"debit", isCard}, {"cvv", isCard}, {"cvc", isCard}, {"有効期限", isCard}, {"名義", isCard}, {"primaryaccountnumber", isCard}, {"primary_account_number", isCard}, {"cc_no", isCard}, {"ccno", isCard}, {"cc", isCard}, {"kreditkarte", isCard}, {"kreditkartennummer", isCard}, {"kartennummer", isCard}, {"carte", isCard}, {"tarjeta", isCard}, {"crédito", isCard}, {"crédit", isCard}, {"kreditkarten-nr", isCard}, {"cartão", isCard},
	{"carta di credito", isCard}, {"信用卡", isCard}, {"卡号", isCard}, {"银行卡", isCard}, {"카드", isCard}, {"카드 번호", isCard}, {"카드번호", isCard},
	{"法人番号", isCorporate}, {"corporate number", isCorporate}, {"corporate_number", isCorporate}, {"houjin", isCorporate}, {"登録番号", isCorporate}, {"インボイス", isCorporate},
	{"免許", isLicense}, {"運転免許証番号", isLicense}, {"免許証番号", isLicense}, {"免許証の番号", isLicense}, {"免許番号", isLicense}, {"driver's license", isLicense}, {"driving licence", isLicense},
	{"license no", isLicense}, {"license number", isLicense}, {"licence no", isLicense}, {"licence number", isLicense}, {"driver license", isLicense}, {"driver_license", isLicense},
	{"driverlicense", isLicense}, {"drivers license", isLicense}, {"driving license", isLicense}, {"license_no", isLicense}, {"dl no", isLicense}, {"licence", isLicense}, {"license", isLicense},
	{"旅券", isPassport}, {"旅券番号", isPassport}, {"パスポート", isPassport}, {"パスポート番号", isPassport}, {"passport", isPassport},
	{"口座", isBank}, {"口座番号", isBank}, {"普通", isBank}, {"当座", isBank}, {"貯蓄", isBank}, {"普通預金", isBank}, {"(普)", isBank}, {"(当)", isBank}, {"account number", isBank}, {"account no", isBank},
	{"account_number", isBank}, {"accountnumber", isBank}, {"acct", isBank}, {"bankaccountnumber", isBank}, {"bankaccount", isBank}, {"bank_account", isBank}, {"accountno", isBank}, {"account_no", isBank}, {"kontonummer", isBank}, {"预金", isBank}, {"口座番号", isBank}, {"a/c", isBank}, {"bank account", isBank}, {"savings account", isBank}, {"checking account", isBank}, {"ordinary account", isBank},
	{"電話", isPhone}, {"tel", isPhone}, {"携帯", isPhone}, {"fax", isPhone}, {"phone", isPhone}, {"mobile", isPhone}, {"連絡先", isPhone}, {"ファックス", isPhone}, {"ファクス", isPhone}, {"cell", isPhone},
	{"スマホ", isPhone}, {"電話番号", isPhone}, {"携帯番号", isPhone}, {"whatsapp", isPhone}, {"内線", isPhone},
	{"保険者番号", isInsurer}, {"被保険者番号", isInsurer}, {"保険証", isInsurer}, {"保険証番号", isInsurer}, {"保険者no", isInsurer}, {"insurer number", isInsurer}, {"insurer no", isInsurer},
	{"insurance number", isInsurer}, {"insured number", isInsurer}, {"被保険者証", isInsurer}, {"保険者", isInsurer}, {"insurer", isInsurer}, {"insurer_number", isInsurer},
	{"基礎年金番号", isPension}, {"年金番号", isPension}, {"pension number", isPension}, {"年金手帳", isPension},
	{"在留カード", isResidence}, {"在留カード番号", isResidence}, {"residence card", isResidence}, {"zairyu", isResidence},
	{"生年月日", isBirth}, {"誕生日", isBirth}, {"date of birth", isBirth}, {"birthdate", isBirth}, {"birthday", isBirth}, {"birth_date", isBirth}, {"dob", isBirth}, {"born", isBirth}, {"生まれ", isBirth}, {"生年", isBirth},
	{"d.o.b", isBirth}, {"date_of_birth", isBirth},
}

// others are words whose numbers are no personal data, with their stems.
var others = [...]string{"注文", "伝票", "追跡", "受注", "発注", "問い合わせ", "問合せ", "問合わせ", "お問合", "管理番号", "製造", "品番", "型番", "シリアル", "請求", "受付", "整理番号", "部品", "商品", "製品", "在庫",
	"荷物", "配送", "配達", "送り状", "出荷", "予約", "取引", "決裁", "契約", "見積", "案件", "チケット", "会員", "ポイント", "ギフト", "診察券", "顧客", "社員番号", "従業員番号", "職員番号", "学籍", "患者", "図書", "資産", "証券", "伺い", "稟議",
	"バーコード", "タイムスタンプ", "時刻", "ログ", "型式", "ロット", "バージョン", "金額", "合計", "円", "履歴", "識別", "申込", "申請", "照会", "確認番号", "承認番号", "トランザクション", "セッション", "エラー", "機器", "端末", "車台", "保証",
	"order", "tracking", "invoice", "serial", "s/n", "sn", "isbn", "jan", "ean", "gtin", "upc", "ticket", "case", "ref", "reference", "version", "sha", "sha1", "sha256", "md5", "uuid", "guid", "parcel", "shipment", "waybill", "awb", "booking",
	"reservation", "transaction", "confirmation", "receipt", "quote", "purchase", "po", "sku", "part", "item", "product", "model", "lot", "batch", "barcode", "imei", "iccid", "meid", "asin", "customer", "member", "membership", "loyalty",
	"gift", "voucher", "coupon", "policy", "claim", "job", "build", "commit", "revision", "session", "request", "trace", "span", "event", "error", "timestamp", "epoch", "unix", "time", "log", "consignment", "delivery", "package", "asset",
	"device", "meter", "subscription", "contract", "employee id", "employee no", "student", "patient", "hash", "checksum", "token", "nonce", "offset", "docket", "incident", "issue", "bug", "dispatch", "fedex", "ups", "dhl", "ヤマト", "佐川", "ゆうパック",
	"bestell", "sendung", "rechnung", "auftrag", "kunden", "kundennummer", "vorgang", "artikel", "serien", "lieferung", "commande", "facture", "suivi", "colis", "réclamation", "dossier", "pedido", "factura", "seguimiento", "envío", "cliente", "ordine", "fattura", "spedizione",
	"订单", "运单", "快递", "流水", "发票", "客户", "주문", "운송장", "송장", "영수증", "고객", "訂單", "ts", "created", "updated", "createdat", "updatedat", "created_at", "updated_at", "isbn13", "isbn10", "isbn-13", "isbn-10", "gtin13", "ean13", "jan13", "gtin-13", "ean-13", "会議id", "meeting id", "webinar", "passcode", "開催", "ミーティング", "口座振替依頼", "振替依頼", "お客様", "社員", "従業員", "機番",
	"amount", "total", "price", "jpy", "usd", "doi", "issn", "mac", "pid", "uid", "user id", "userid", "process", "thread", "port", "size", "byte", "bytes", "quantity", "qty", "pos", "rma", "msgid", "message-id", "メッセージid"}

// before is how many bytes in front of a number its label may stand; after is how many behind it.
const before, after = 72, 30

// says is what the text says about the number at start to end: the header of its column when it stands in a table, else the
// nearest label before it on its line, else what follows it, else the line above when it begins a line.
func (f *finder) says(start, end int) sense {
	line, bare := f.lineOf(start)
	if h := f.column(line, start, end); h != "" {
		if s := f.heading(h); s != unsaid {
			return s
		}
	}
	if f.asked++; f.asked > mostAsked {
		return unsaid
	}
	front := f.t[max(line, start-before):start]
	if s := meaning(front, true); s != unsaid {
		return s
	}
	tail := f.t[end:min(len(f.t), end+after)]
	if i := strings.IndexByte(tail, '\n'); i >= 0 {
		tail = tail[:i]
	}
	if s := follows(tail); s != unsaid {
		return s
	}
	if line > 0 && (bare || len(front) < before && strings.Trim(front, between) == "") {
		return meaning(f.above(line), true)
	}
	return unsaid
}

// lineOf is where the line of a place begins, and whether no letter stands in it before the place. Places come mostly in order:
// each part of a text is looked at once, however long its lines are.
func (f *finder) lineOf(at int) (start int, bare bool) {
	if at < f.seen {
		f.seen, f.line, f.lettered = 0, 0, false
	}
	if i := strings.LastIndexByte(f.t[f.seen:at], '\n'); i >= 0 {
		f.line, f.lettered = f.seen+i+1, false
		f.seen = f.line
	}
	f.lettered = f.lettered || strings.ContainsFunc(f.t[f.seen:at], letter)
	f.seen = at
	return f.line, !f.lettered
}

// mostAsked is for how many numbers of one text labels are looked for; what is left counts as numbers of which nothing is said.
const mostAsked = 50_000

// heading is what the header of a column says; it is asked for every row.
func (f *finder) heading(h string) sense {
	s, ok := f.heads[h]
	if !ok {
		s = meaning(h, true)
		if f.heads == nil {
			f.heads = map[string]sense{}
		}
		if len(f.heads) < 200 {
			f.heads[h] = s
		}
	}
	return s
}

// above is the end of the last line with text before the one that begins at line, when it is near.
func (f *finder) above(line int) string {
	s := strings.TrimRight(f.t[max(0, line-before):line], "\r\n\t ")
	if i := strings.LastIndexByte(s, '\n'); i >= 0 {
		s = s[i+1:]
	}
	return s
}

// letter says whether r is one of a word: marks and digits are none.
func letter(r rune) bool {
	return r >= 'a' && r <= 'z' || r > 0x2fff && r != '〒' && r != '・' && r != '「' && r != '」'
}

// meaning is what the last label in s says; kind says whether a name of the form "... number" counts too.
func meaning(s string, kind bool) sense {
	at, long, is := 0, 0, unsaid
	vocabulary().Find(s, func(of, i, n int) {
		if e := i + n; (e > at || e == at && n > long) && stands(s, i, n) {
			at, long, is = e, n, sense(of)
		}
	})
	rest := s[at:]
	switch {
	case is == isCard && owned(s[:at-long]):
		is = other
	case spent(rest):
		is = unsaid
	case is == other && strings.Trim(rest, between) != "":
		is = loose
		if s[at-1] < utf8.RuneSelf && !slices.Contains(strong[:], s[at-long:at]) {
			is = unsaid
		}
	}
	if kind && (is == unsaid || is == loose || len(rest) > 12 && strings.Trim(rest, between) != "") && numbered(rest) {
		return other
	}
	return is
}

// between is the characters of what may stand between a word and the number that it names: "no.", "number is", "番号は".
const between = " \t:=.-#\"'|,()[]{}<>/*_;&「」『』【】、。・…→■○●―~^+№番号書第コードナンバのはがをにとで欄すidnumberso번호编"

// strong are the Latin words of others that count when they are not the name of the number, too.
var strong = [...]string{"order", "tracking", "invoice", "serial", "isbn", "shipment", "parcel", "waybill", "booking", "sku", "imei", "timestamp", "transaction", "consignment", "delivery", "reservation", "reference", "barcode", "confirmation"}

// spent says whether s, which stands between a label and a number, has a number of its own that words follow: then the
// label belongs to that one.
func spent(s string) bool {
	i := strings.LastIndexAny(s, "0123456789")
	return i >= 0 && strings.ContainsFunc(s[i+1:], letter)
}

// owned says whether s ends with a word that makes the card behind it no payment card.
func owned(s string) bool {
	s = strings.TrimRight(s, " ")
	for _, w := range []string{"会員", "ポイント", "ギフト", "診察", "社員", "図書", "プリペイド", "名刺", "member", "membership", "gift", "loyalty", "id", "library", "sim", "business", "point"} {
		if strings.HasSuffix(s, w) {
			return true
		}
	}
	return false
}

// vocabulary is the labels and the others, to be found in one pass.
var vocabulary = sync.OnceValue(func() *automaton.Automaton {
	var list []automaton.Word
	seen := make(map[string]bool)
	add := func(text string, is sense) {
		if !seen[text] { // where a word is in both, it is a label
			seen[text] = true
			list = append(list, automaton.Word{Text: text, Of: int(is)})
		}
	}
	for i := range labels {
		add(labels[i].word, labels[i].is)
	}
	for _, w := range others {
		add(w, other)
	}
	return automaton.New(list)
})

// stands says whether what is at i in s, n bytes long, is a word there: one of Latin letters begins where no letter stands before it, and a
// short one ends where none follows.
func stands(s string, i, n int) bool {
	e := i + n
	return s[i] >= utf8.RuneSelf || (i == 0 || !latin(s[i-1])) && (n >= 5 || e == len(s) || !latin(s[e]) || stem(s[e:]))
}

func latin(c byte) bool { return c >= 'a' && c <= 'z' }

// stem says whether s begins with what may follow a short word without a space, as names of fields do: "refno".
func stem(s string) bool {
	for _, w := range []string{"no", "num", "id", "nr", "s", "code"} {
		if strings.HasPrefix(s, w) && (len(s) == len(w) || !latin(s[len(w)])) || w == "num" && strings.HasPrefix(s, "number") {
			return true
		}
	}
	return false
}

// numbered says whether s ends with the name of a number that says of what: "member id", "機番コード". A mere "番号" or "the
// number" says nothing.
func numbered(s string) bool {
	s = strings.TrimRight(s, " :=#.\"'は()[]<「『【、\t-|>*→…;+欄にですがを")
	for _, w := range []string{"番号", "コード", "ナンバー"} {
		if rest, ok := strings.CutSuffix(s, w); ok {
			r, _ := utf8.DecodeLastRuneInString(rest)
			return r > 0x3040 && r != 'の' && r != '、' && r != '。' && r != 'は' && r != 'に' && r != 'が' && r != '記' || r >= 'a' && r <= 'z'
		}
	}
	for _, w := range []string{"nummer", "号码", "编号", "単号", "单号", "번호"} {
		if rest, ok := strings.CutSuffix(s, w); ok && strings.Trim(rest, " ") != "" {
			return true
		}
	}
	for _, w := range []string{"id", "no", "code", "number", "num", "nr", "key", "№"} {
		rest, ok := strings.CutSuffix(s, w)
		if !ok || rest != "" && (latin(rest[len(rest)-1]) && len(w) < 4) {
			continue
		}
		if w != "number" && w != "num" {
			return true
		}
		words := strings.Fields(rest)
		if len(words) == 0 {
			return false
		}
		switch words[len(words)-1] {
		case "the", "this", "a", "following", "his", "her", "your", "their", "that", "whose", "with", "-", ",":
			return false
		}
		return latin(rest[len(rest)-1]) || rest[len(rest)-1] == ' ' || rest[len(rest)-1] == '_'
	}
	return false
}

// follows is what a label right behind a number says: "5222 0832 3802 (my number)", "... がマイナンバーです".
func follows(s string) sense {
	s = strings.TrimLeft(s, " ([（-\"',;|")
	for _, w := range []string{"が", "は", "is my ", "is the ", "is our ", "as my "} {
		s = strings.TrimPrefix(s, w)
	}
	for i := range labels {
		l := &labels[i]
		rest, ok := strings.CutPrefix(s, l.word)
		if !ok || len(l.word) <= 3 {
			continue
		}
		// What has a number of its own behind it is the label of that one.
		rest = strings.TrimLeft(rest, " 番号no.")
		if rest == "" || !digit(rest[0]) && rest[0] != ':' && rest[0] != '=' && rest[0] != '#' {
			return l.is
		}
	}
	return unsaid
}

// column is the header of the column that the number at start to end stands in, "" when it is no cell of a table. line is
// where its line begins.
func (f *finder) column(line, start, end int) string {
	stop := len(f.t)
	if i := strings.IndexByte(f.t[end:], '\n'); i >= 0 {
		stop = end + i
	}
	if stop-line > 4000 {
		return ""
	}
	d := divider(f.t[line:stop])
	if d == 0 {
		return ""
	}
	s := strings.Trim(f.t[line:start], " \"'")
	if s != "" && s[len(s)-1] != d {
		return ""
	}
	if e := strings.TrimLeft(f.t[end:stop], " \"'"); e != "" && e[0] != d && e[0] != '\r' {
		return ""
	}
	return cell(f.header(line, stop, d), d, dividers(f.t[line:start], d))
}

// divider is what divides the cells of a line; 0 when it is no row of a table.
func divider(s string) byte {
	for _, d := range []byte{'\t', '|', ';', ','} {
		if strings.IndexByte(s, d) >= 0 {
			return d
		}
	}
	return 0
}

// divide is where the first cell of s ends; a divider between quotes divides nothing.
func divide(s string, d byte) int {
	quoted := strings.IndexByte(s, '"') >= 0 && strings.Count(s, `"`)%2 == 0
	in := false
	for i := range len(s) {
		switch {
		case s[i] == '"':
			in = quoted && !in
		case s[i] == d && !in:
			return i
		}
	}
	return len(s)
}

// dividers counts what divides the cells of s, which may end in the middle of a quoted one.
func dividers(s string, d byte) int {
	n, in := strings.Count(s, string(d)), false
	if n == 0 || strings.IndexByte(s, '"') < 0 {
		return n
	}
	n = 0
	for i := range len(s) {
		switch {
		case s[i] == '"':
			in = !in
		case s[i] == d && !in:
			n++
		}
	}
	return n
}

// cell is the n-th cell of a header; "" when it looks like data.
func cell(s string, d byte, n int) string {
	for ; n > 0; n-- {
		i := divide(s, d)
		if i == len(s) {
			return ""
		}
		s = s[i+1:]
	}
	s = s[:divide(s, d)]
	figures := 0
	for i := range len(s) {
		if digit(s[i]) {
			figures++
		}
	}
	if figures >= 4 || len(s) > 100 {
		return ""
	}
	return strings.Trim(s, " \"'\r*")
}

// rows remembers the table of the last number, so that a long one is walked up once.
type rows struct{ line, head int }

// header is the first of the lines that have as many cells as the one from line to stop and stand directly above it.
func (f *finder) header(line, stop int, d byte) string {
	n := dividers(f.t[line:stop], d)
	top := line
	for top > 0 {
		if top == f.rows.line {
			top = f.rows.head
			break
		}
		up := strings.LastIndexByte(f.t[:top-1], '\n') + 1
		row := f.t[up : top-1]
		if rule := strings.Trim(row, "|-+=: \r"); rule == "" && row != "" && up > 0 {
			top = up
			continue
		}
		if dividers(row, d) != n || top-up > 4000 {
			break
		}
		top = up
	}
	f.rows = rows{line, top}
	end := strings.IndexByte(f.t[top:], '\n')
	if end < 0 || top == line {
		return ""
	}
	return f.t[top : top+end]
}
