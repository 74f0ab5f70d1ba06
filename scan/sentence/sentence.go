// Package sentence has what the findings about spam and fraud say to people, in English and Japanese.
package sentence

// Sentence is what a finding says.
type Sentence struct{ English, Japanese string }

// Of is what the finding of that name says; false when there is nothing for it.
func Of(name string) (Sentence, bool) {
	s, ok := sentences[name]
	return s, ok
}

var sentences = map[string]Sentence{
	"words":                     {"Words, form and links of the mail are like those of unwanted (or, below zero, wanted) mail.", "本文、体裁、リンクが迷惑メール(負の値なら必要なメール)に似ています。"},
	"company-name":              {"The sender's name is a well-known company's, the address is not.", "差出人名は有名企業ですが、アドレスはその企業のものではありません。"},
	"company-subject":           {"The subject names a well-known company that neither sent it nor is linked.", "件名に有名企業の名がありますが、差出人もリンク先もその企業ではありません。"},
	"company-text":              {"The text speaks for a well-known company, sender and links are not its own.", "本文は有名企業を名乗りますが、差出人もリンク先もその企業ではありません。"},
	"company-links":             {"The sender is a company's domain, but all links lead elsewhere.", "差出人は企業のドメインですが、リンク先はすべて別の場所です。"},
	"company-pictures":          {"Pictures come from a company, links lead elsewhere.", "画像は企業のサイトから、リンクは別の場所へつながっています。"},
	"company-mailbox":           {"A company's name stands before the @ of another domain.", "別のドメインの@の前に企業名が使われています。"},
	"company-in-host":           {"A company's name stands in the host name of somebody else.", "リンク先のホスト名に無関係な企業名が含まれています。"},
	"company-in-path":           {"A company's name stands in the path of somebody else's site.", "リンク先のパスに無関係な企業名が含まれています。"},
	"office-freemail":           {"Calls itself a service and writes from a free mail provider.", "窓口や事務局を名乗りますが、フリーメールから送られています。"},
	"name-of-recipient":         {"The sender's name is that of the recipient's own domain, the address is not.", "差出人名は受信者自身のドメインですが、アドレスは異なります。"},
	"cheap-sender":              {"The sender's domain has an ending that fraud often uses.", "差出人のドメインの末尾は詐欺によく使われるものです。"},
	"cheap-link":                {"A link leads to a domain ending that fraud often uses.", "リンク先のドメインの末尾は詐欺によく使われるものです。"},
	"free-hosting":              {"A link leads to a service where anybody has a page within minutes.", "リンク先は誰でもすぐにページを作れるサービスです。"},
	"redirector":                {"A link hides where it leads behind another service.", "リンクは転送サービスで行き先を隠しています。"},
	"shortener":                 {"A link is shortened and hides where it leads.", "短縮URLで行き先が隠されています。"},
	"bait-in-host":              {"The host name of a link says \"log in\" or \"verify\".", "リンク先のホスト名がログインや認証を装っています。"},
	"bait-in-path":              {"The path of a link says \"log in\" or \"verify\".", "リンク先のパスがログインや認証を装っています。"},
	"random-host":               {"The host name of a link is random.", "リンク先のホスト名が無作為な文字列です。"},
	"folder-of-another":         {"A link leads into a program folder of a site: probably taken over.", "リンク先はサイトのプログラム用フォルダーで、乗っ取られた可能性があります。"},
	"address-in-link":           {"The link carries the recipient's address, to fill in a form.", "リンクに受信者のアドレスが埋め込まれています。"},
	"address-in-subject":        {"The subject contains the recipient's own address or domain.", "件名に受信者自身のアドレスやドメインが入っています。"},
	"address-as-greeting":       {"Greets the recipient by the mail address instead of a name.", "名前ではなくメールアドレスで呼びかけています。"},
	"lure":                      {"Says what swindlers say to make people log in or pay.", "ログインや支払いをさせる詐欺の言い回しがあります。"},
	"pressure":                  {"Urges, and something about the sender is strange.", "急がせる文面で、差出人に不審な点があります。"},
	"account-change":            {"Announces other bank details.", "振込先や口座の変更を知らせています。"},
	"favour":                    {"Asks for a quick favour that costs money.", "急ぎの頼み事として金銭を求めています。"},
	"advance-fee":               {"Promises a large sum of money.", "多額の金銭を約束しています。"},
	"blackmail":                 {"Blackmails the recipient.", "受信者を脅迫しています。"},
	"form":                      {"Contains a form that sends elsewhere.", "外部へ送信する入力欄があります。"},
	"password-form":             {"Asks for a password in the mail.", "メール内でパスワードの入力を求めています。"},
	"picture-only":              {"Is a picture with a link and hardly a word.", "画像とリンクだけで、文章がほとんどありません。"},
	"invisible-letters":         {"Has invisible characters inside of words.", "単語の中に見えない文字が入っています。"},
	"mixed-letters":             {"Writes words with letters of other scripts that look alike.", "似た形の別の文字を混ぜて書かれています。"},
	"spaced-letters":            {"Writes words letter by letter.", "単語を一文字ずつ離して書いています。"},
	"shown-elsewhere":           {"A link shows another address than the one it leads to.", "表示されたURLと実際のリンク先が異なります。"},
	"hidden-host":               {"A link hides its host by odd spelling.", "リンク先のホスト名が特殊な書き方で隠されています。"},
	"hidden-number":             {"A link hides a number address.", "リンク先のIPアドレスが隠されています。"},
	"number-host":               {"A link leads to a number instead of a name.", "リンク先が名前ではなくIPアドレスです。"},
	"userinfo":                  {"A link has a name before the host.", "リンクのホスト名の前に利用者名があります。"},
	"look-alike-typo":           {"The sender's domain is one letter away from a known one.", "差出人のドメインが既知のドメインと一文字違いです。"},
	"look-alike-homograph":      {"The sender's domain is written to be read as a known one.", "差出人のドメインが既知のドメインと紛らわしい綴りです。"},
	"link-look-alike-typo":      {"A link's domain is one letter away from a known one.", "リンク先のドメインが既知のドメインと一文字違いです。"},
	"link-look-alike-homograph": {"A link's domain is written to be read as a known one.", "リンク先のドメインが既知のドメインと紛らわしい綴りです。"},
	"new-path":                  {"Nothing proves the sender, and mail of this organisation came another way until now.", "差出人の証明がなく、この組織のこれまでのメールとは異なる経路から届きました。"},
	"thread-look-alike":         {"Goes on with a conversation from a domain that looks like that of one who took part.", "やり取りの相手と紛らわしいドメインから会話を続けています。"},
	"thread-other-address":      {"Goes on with a conversation under the name of one who took part, from another address.", "やり取りの相手の名前で、別のアドレスから会話を続けています。"},
	"display-name":              {"The sender's name is a colleague's, the address is not.", "差出人名は社内の人ですが、アドレスが異なります。"},
	"name-is-address":           {"The sender's name is another mail address.", "差出人名が別のメールアドレスになっています。"},
	"own-domain":                {"Claims to come from inside, and nothing proves it.", "社内からのメールを装っていますが、証明がありません。"},
	"reply-freemail":            {"Answers go to a free mail provider.", "返信先がフリーメールです。"},
	"reply-elsewhere":           {"Answers go to another domain.", "返信先が別のドメインです。"},
	"dmarc-fail":                {"The sender's domain disowns this mail (DMARC).", "差出人のドメインが否認しています(DMARC)。"},
	"spf-fail":                  {"The sending server is not allowed for this domain (SPF).", "送信サーバーが許可されていません(SPF)。"},
}
