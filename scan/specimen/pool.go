package specimen

// pools are words for slots.
var pools = map[string][]string{
	"box":      {"taro", "h.sato", "ann", "k.mori", "info", "suzuki", "m.tanaka", "sales", "john.smith", "yamada", "keiko", "contact", "lee", "p.garcia", "office", "nakamura", "dev", "maria", "t.ito", "kobayashi"},
	"house":    {"northfield.example", "harborworks.example", "bluepine.example", "castor-labs.example", "oakridge.example", "meridian-co.example", "fernway.example", "quarrytech.example", "lindenhall.example", "stonebay.example", "tallgrass.example", "copperline.example", "rivermill.example", "westgate-ltd.example"},
	"house-ja": {"mori-kogyo.example", "kawa-shoji.example", "hoshino.example", "aozora-ds.example", "tanabe-ss.example", "midori-seiki.example", "sakuragi.example", "hikari-denki.example", "minato-unyu.example", "yamato-kanri.example", "fujimi-net.example", "ishikawa-ken.example"},
	"given":    {"Alice", "Robert", "Maria", "Kenji", "Laura", "Peter", "Sofia", "Daniel", "Emma", "Tom", "Grace", "Victor", "Hannah", "Oliver", "Nina", "Paul"},
	"family":   {"Walker", "Hughes", "Garcia", "Sato", "Novak", "Keller", "Rossi", "Brown", "Olsen", "Murphy", "Chen", "Patel", "Turner", "Adams", "Fischer", "Lopez"},
	"姓":        {"佐藤", "鈴木", "高橋", "田中", "伊藤", "渡辺", "山本", "中村", "小林", "加藤", "吉田", "山田", "佐々木", "山口", "松本", "井上", "木村", "林"},
	"名":        {"健一", "太郎", "美咲", "由美子", "大輔", "翔太", "恵子", "直樹", "裕子", "浩", "真由", "和也"},
	"社":        {"森工業", "河商事", "星野製作所", "青空デザイン", "田辺システム", "みどり精機", "桜木建設", "ひかり電機", "湊運輸", "大和管理", "富士見ネット", "石川研究所"},
	"service":  {"Fernway Weekly", "Northfield Cloud", "The Oak Letter", "Copperline Store", "Meridian Events", "Stonebay Travel", "Linden Reader", "Quarry CI", "Tallgrass Garden", "Bluepine Books", "Castor Analytics", "Rivermill Gym"},
	"tool":     {"tickettree.example", "plankboard.example", "mergeyard.example", "cloudshelf.example", "meetround.example", "watchlamp.example", "signleaf.example", "formfield.example", "teamhearth.example", "calgrid.example"},
	"hacked":   {"panaderialuna", "gardenhotel", "smithplumbing", "kidsdental", "greenvalleyfarm", "autohausmeyer", "cityyoga", "starprinting", "oceanview-inn", "brightschool", "metalworks", "eventdecor", "cafeorient", "happytails", "rapidmovers", "sunrisetiles"},
	"thing-en": {"the budget", "the new server", "the contract draft", "the quarterly numbers", "the sample parts", "the schedule", "the onboarding plan", "the test results", "the floor plan", "the translation"},
	"thing-ja": {"見積書", "議事録", "新しいサーバ", "契約書案", "四半期の数字", "サンプル部品", "日程表", "テスト結果", "図面", "翻訳"},
	"product":  {"running shoes", "a desk lamp", "coffee beans", "a keyboard", "winter jacket", "a bookshelf", "headphones", "garden tools", "a backpack", "a camera lens"},
	"品":        {"ランニングシューズ", "デスクライト", "コーヒー豆", "キーボード", "ダウンジャケット", "本棚", "イヤホン", "園芸用品", "リュックサック", "文房具セット"},
}
