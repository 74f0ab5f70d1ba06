package leak

import (
	"strings"
	"sync"
	"unicode/utf8"
)

// surnames are common in Japan; compiled by us, the most frequent first. They stand for most people, not for all.
const surnames = "佐藤 鈴木 高橋 田中 伊藤 渡辺 渡邊 渡邉 山本 中村 小林 加藤 吉田 山田 佐々木 山口 松本 井上 木村 林 斎藤 斉藤 齋藤 清水 山崎 森 池田 橋本 阿部 石川 山下 中島 石井 小川 前田 岡田 長谷川 藤田 後藤 近藤 村上 遠藤 青木 " +
	"坂本 福田 太田 西村 藤井 金子 岡本 藤原 中野 三浦 原田 中川 松田 竹内 小野 田村 中山 和田 石田 森田 上田 原 内田 柴田 酒井 宮崎 横山 高木 安藤 宮本 大野 小島 谷口 今井 工藤 高田 増田 丸山 杉山 村田 大塚 新井 小山 平野 藤本 河野 上野 野口 武田 松井 千葉 菅原 岩崎 " +
	"久保 木下 佐野 野村 松尾 市川 菊地 菊池 杉本 古川 大西 島田 水野 桜井 高野 渡部 吉川 山内 西田 飯田 西川 小松 北村 安田 五十嵐 川口 平田 関 中田 久保田 服部 東 岩田 土屋 川崎 福島 本田 辻 樋口 秋山 永井 山中 中西 吉村 川上 大橋 石原 松岡 浜田 馬場 森本 矢野 浅野 松下 星野 大久保 吉岡 小池 野田 荒木 大谷 " +
	"熊谷 松浦 内藤 黒田 尾崎 永田 川村 望月 松村 荒井 堀 西山 平井 大島 岩本 片山 本間 早川 横田 岡崎 鎌田 成田 宮田 小田 石橋 篠原 須藤 河合 大石 萩原 高山 沢田 栗原 伊東 松原 三宅 福井 大森 奥村 岡 内山 片岡 榎本 田口 大川 広瀬 中井 植田 川島 小澤 小沢 田辺 関口 坂井 根本 児玉 奥田 青山 金井 平山 牧野 甲斐 南 白石 岡部 高島 川田 永野 " +
	"八木 上原 松永 杉浦 木内 福永 中原 金沢 三輪 堀口 黒沢 村井 秋元 金田 花田 日高 日野 河村 瀬戸 大原 武藤 村山 小笠原 竹田 宮川 入江 比嘉 金城 島袋 大城 新垣 富永 神田 桑原 飯塚 田島 中尾 相川 浅井 足立 荒川 安部 石塚 泉 稲垣 今村 岩井 上村 梅田 大沢 大場 岡村 荻野 落合 " +
	"角田 川端 神谷 岸 北川 倉田 小泉 古賀 塚本 津田 土井 富田 戸田 豊田 長尾 中沢 西尾 西本 野崎 野中 長田 畑中 浜口 原口 樋口 平川 平松 深沢 古田 星 堀内 本多 前川 真鍋 三上 三好 向井 村松 森下 森川 森山 門田 矢島 柳沢 山岸 山根 横井 吉野 米田 若林 脇田 高瀬 滝沢 高井 田代 竹中 千田 手塚 徳永 西岡 根岸 野上 宇野 江口 " +
	"榊原 笠原 柏木 梶原 金山 亀井 川原 菅野 岸本 木原 久野 小西 小南 近江 佐久間 塩田 篠田 柴崎 白井 白川 島津 下田 庄司 進藤 杉原 瀬川 大東 高見 武井 立花 玉井 田原 堤 寺田 寺島 中嶋 長嶋 長島 永島 仲村 南部 西原 二宮 野沢 橋口 蜂谷 浜崎 早坂 東野 平岡 広田 福岡 福本 藤岡 藤川 藤沢 藤村 船橋 細川 堀田 町田 松崎 松山 水谷 溝口 皆川 宮内 宮下 宮島 宮原 村瀬 本村 森岡 諸橋 安達 梶谷 志村 小鳥遊 下山 海老原 武者小路 氏家 奥山 鬼頭 園田 浅田 朝倉 天野 荒 有馬 飯島 池上 石黒 石倉 石渡 磯部 板倉 市原 井手 稲葉 今泉 今野 岩瀬 岩間 植松 臼井 海野 江藤 遠山 大木 大崎 大澤 大竹 大滝 大津 大坪 大庭 大平 大宮 岡野 岡林 岡山 沖 荻原 奥野 長田 小倉 小沼 小原 尾形 尾上 各務 柿沼 風間 加賀 香川 片桐 勝又 加納 神山 亀田 川井 川合 川越 川嶋 川瀬 河原 神崎 神林 菊田 北島 北野 木下 木田 木元 桐山 草野 楠 楠本 窪田 熊田 倉本 栗山 黒木 桑田 小出 小坂 小菅 小谷 小寺 小柳 小宮 小室 古谷 権藤 斎木 坂口 坂田 坂上 櫻井 笹川 佐竹 里見 澤田 澤 塩谷 重松 品川 柴山 志田 新谷 菅 菅井 菅沼 杉田 鈴村 角 関根 相馬 曽根 園部 高倉 高杉 高津 高野 高谷 滝 滝川 武内 竹本 竹村 田尻 田淵 田部 多田 立石 田上 辻本 辻村 津村 鶴田 出口 寺本 土居 東條 戸塚 富岡 冨田 友田 永瀬 永山 中台 仲田 中谷 中津 中根 中林 並木 名取 難波 西岡 西沢 西野 西脇 丹羽 能登 野島 野々村 芳賀 橋爪 長谷 畠山 秦 初鹿野 花岡 羽田 羽生 林田 原島 春日 坂東 日比野 平尾 平賀 平沢 深田 深津 福原 福地 藤枝 藤崎 藤島 藤村 布施 古屋 逸見 保坂 星川 細田 細野 堀江 堀川 本庄 前野 牧 牧田 増井 増山 又吉 町田 松沢 松島 松林 丸田 丸尾 三木 三沢 三谷 三井 峰 箕輪 宮城 宮坂 宮沢 宮野 向山 武者 村岡 村木 村越 室井 毛利 元木 桃井 盛田 森岡 森島 守屋 八代 谷沢 柳 柳田 柳原 柳瀬 矢作 山形 山上 山城 山添 山辺 山室 山脇 湯川 横尾 横溝 吉井 吉原 吉崎 若松 和泉 渡会 渡瀬 綿貫 八田 安井 山村 湯浅 吉本 和久井"

// given are given names, written as they often are; compiled by us.
const given = "翔 蓮 大翔 陽翔 悠真 湊 樹 律 陸 陸斗 蒼 碧 朝陽 大和 颯真 颯太 悠斗 健太 健太郎 拓也 拓海 大輔 翔太 直樹 達也 和也 哲也 健一 健二 浩 浩一 浩二 隆 隆志 誠 茂 勇 勝 清 正 実 進 修 豊 稔 明 博 和夫 正雄 昭 昭二 昭夫 一郎 二郎 三郎 太郎 次郎 花子 " +
	"勉 學 学 亮 亮太 剛 武 司 匠 仁 聡 竜 龍 龍生 竜也 竜一 雄一 雄大 裕太 裕介 祐介 慎一 慎也 真一 信二 恵介 圭 圭介 啓介 大樹 大介 大地 海斗 海 空 陽太 優斗 優 優太 航 航平 涼太 涼 駿 隼人 智也 智 和樹 直人 直之 孝 孝之 孝志 康弘 康介 幸一 幸男 秀樹 秀明 英樹 英二 義男 義雄 文雄 武志 弘 弘樹 広志 宏 宏樹 徹 敦 淳 純 純一 潤 守 光 光男 貴之 貴志 晃 章 彰 " +
	"陽菜 葵 凛 結愛 結衣 結菜 紬 芽依 莉子 咲良 さくら 美咲 美月 美優 愛 愛子 愛美 彩 彩花 彩香 優奈 優花 七海 千尋 千夏 千春 真由 真由美 真理 真理子 麻衣 舞 遥 遥香 萌 桃子 桜 楓 莉奈 里奈 里美 梨花 由美 由美子 由紀 由紀子 裕子 裕美 祐子 優子 陽子 洋子 葉子 容子 京子 恭子 恵 恵子 恵美 恵理 智子 智美 知子 朋子 幸子 幸 幸恵 久美子 久美 和子 和美 一美 " +
	"美智子 美穂 美香 美紀 美和 美結 美奈 美代子 美咲 亜美 亜希子 亜由美 明美 明子 昌子 正子 芳子 良子 節子 文子 典子 紀子 則子 律子 礼子 玲子 怜 玲奈 麗 静子 静香 秀子 弘子 博子 浩子 順子 純子 淳子 敏子 俊子 利子 孝子 貴子 隆子 房子 富子 登美子 君子 喜美子 喜代子 清子 貞子 春子 春香 夏美 夏希 秋子 冬美 菜々子 奈々 奈美 奈緒 直子 直美 尚子 希 希美 望 瞳 仁美 香 香織 香奈 佳奈 佳子 沙織 早紀 咲 " +
	"めぐみ ひなた ひかり あかり ゆい みさき かおり まゆみ さゆり しおり ゆかり みどり きよ はるか あゆみ なつみ ほのか あおい はな こころ つむぎ ひろし たけし さとし たかし まこと けんじ しんじ 未来 栞 詩織 茜 雅子 雅美 政子 勝子 光子 照子 昭子 泰子 康子 道子 路子 悦子 郁子 妙子 啓子 圭子 桂子 敬子 景子 " +
	"蒼空 奏太 結翔 陽向 朔 新 暖 伊織 晴 凪 岳 瑛太 大雅 悠 悠人 悠太 結人 颯 颯汰 陽大 旭 怜央 凛太郎 虎太郎 龍之介 慶太 敬太 和真 智大 俊介 俊 駿介 祥太 昇 昇平 達郎 辰也 忠 忠志 哲 哲夫 利夫 敏夫 俊夫 春樹 治 久 尚樹 文也 雅之 雅人 昌弘 政夫 正人 正樹 正博 勝也 克也 光太郎 泰 泰介 靖 佑 佑樹 祐樹 義弘 良太 良介 凌 遼 遼太 玲 莉央 凜 琴音 杏 杏奈 心春 心結 心美 陽葵 咲希 花 花音 華 華子 柚希 柚葉 優月 結月 彩音 千紘 一輝 健一郎 光希 実里 琢磨 紗英 遼太郎 紗季 紗希 由佳 佳代 佳代子 佳奈子 智恵 智恵子 友美 友紀 有紀 有美 有希 真紀 真紀子 麻美 麻里 絵里 絵美 絵理 英子 栄子 美樹 千恵 千恵子 千代子 千鶴 弥生 聖子 早苗 志保 詩音 心咲 希空 結月 陸翔 奏 湊斗 湊太 悠翔 悠希 悠馬 拓真 拓実 匠海 晴斗 晴翔 陽斗 陽介 洋平 洋介 洋 康平 康太 康 恭平 恭介 京介 雄太 雄介 裕 裕也 裕樹 祐 祐太 祐也 佑介 佑太 佑真 伸也 伸一 信也 信 信行 信夫 紀之 典之 則之 俊之 敏之 敏 敏行 利之 利明 俊明 敏明 英明 英之 英夫 秀夫 秀雄 秀之 芳雄 良雄 義之 義明 吉雄 喜一 賢 賢治 賢一 健吾 健司 謙二 謙一 憲一 憲司 研二 建一 美桜 美羽 愛莉 澪 鈴 朱莉 芽衣 彩乃 彩葉 真央 真帆 千晴"

// titles stand behind a name.
var titles = [...]string{"様", "さま", "さん", "氏", "殿", "先生", "くん", "君", "部長", "課長", "社長"}

// marks stand before one.
var marks = [...]string{"氏名", "名前", "名義", "御名前", "お名前", "担当者", "担当", "宛名", "本人", "代表者", "受取人", "届出人", "被保険者", "世帯主", "保護者", "患者", "name", "fullname", "full name", "customer name", "cardholder"}

// dictionary is the two lists as sets.
type dictionary struct{ surname, given map[string]bool }

// names of the dictionary are made once, at the first text with Chinese characters.
var people = sync.OnceValue(newDictionary)

func newDictionary() dictionary {
	d := dictionary{map[string]bool{}, map[string]bool{}}
	for s := range strings.FieldsSeq(surnames) {
		d.surname[s] = true
	}
	for s := range strings.FieldsSeq(given) {
		d.given[s] = true
	}
	return d
}

// maxNames is how many names are looked for: more add nothing to a list.
const maxNames = 500

// names finds people: a surname of the list, then a given name of the list, where a title, a label or the cell of a table
// shows that a person is meant. A name alone in a sentence is none.
func (f *finder) names() {
	if !strings.ContainsFunc(f.t[:min(len(f.t), 1<<16)], func(r rune) bool { return r >= 0x4e00 && r < 0xa000 }) {
		return
	}
	d := people()
	found := 0
	for i := 0; i < len(f.t) && found < maxNames; {
		r, size := utf8.DecodeRuneInString(f.t[i:])
		if r < 0x4e00 || r >= 0xa000 {
			i += size
			continue
		}
		p, _ := utf8.DecodeLastRuneInString(f.t[:i])
		if p >= 0x4e00 && p < 0xa000 {
			i += size
			continue
		}
		if n := f.personAt(d, i); n > 0 {
			f.hit(Name, i, i+n)
			found++
			i += n
			continue
		}
		i += size
	}
}

// personAt is the length of the name that begins at i, where what stands around it shows that it is one; 0 for none. With a title
// or a label, half of a name needs to be in the dictionary, or none when a space divides it.
func (f *finder) personAt(d dictionary, i int) int {
	s := f.t[i:min(len(f.t), i+40)]
	if n := d.person(s); n > 0 && f.meant(i, i+n) != nothing {
		return n
	}
	for _, g := range d.guesses(s) {
		if c := f.meant(i, i+g.n); c == called || c == celled && g.spaced && g.known {
			return g.n
		}
	}
	return 0
}

// guess is a length that a name may have. known says that half of it is in the dictionary, spaced that a space divides it.
type guess struct {
	n             int
	known, spaced bool
}

// guesses are names that s may begin with, of which at least one half is known or which a space divides; the longest first.
func (d dictionary) guesses(s string) (list []guess) {
	first := ideographs(s, 5)
	rest := strings.TrimLeft(s[first:], " 　・")
	at := len(s) - len(rest)
	if second := ideographs(rest, 4); at > first && second > 0 && first <= 12 {
		a, b := s[:first], rest[:second]
		for _, t := range titles {
			b = strings.TrimSuffix(b, t)
		}
		if b != "" && !house(a) && !house(b) {
			list = append(list, guess{at + len(b), d.surname[a] || d.given[b], true})
		}
	}
	run := s[:ideographs(s, 8)]
	for _, t := range titles {
		run = strings.TrimSuffix(run, t)
	}
	if len(run) < 6 || len(run) > 18 || house(run) {
		return list
	}
	for k := 3; k < len(run); k += 3 {
		if a, b := run[:k], run[k:]; d.surname[a] && len(b) <= 9 && len(a)+len(b) >= 9 || d.given[b] && len(b) >= 6 && len(a) <= 12 {
			return append(list, guess{len(run), true, false})
		}
	}
	return list
}

// ideographs is how many bytes of Chinese characters s begins with, at most n of them.
func ideographs(s string, n int) int {
	for i, r := range s {
		if r != '々' && r != 'ヶ' && (r < 0x4e00 || r >= 0xa000) || n == 0 {
			return i
		}
		n--
	}
	return len(s)
}

// house says whether s ends as the names of firms, offices and things do.
func house(s string) bool {
	for _, w := range []string{"社", "店", "所", "部", "課", "係", "局", "室", "会", "組", "業", "事", "行", "院", "校", "園", "庁", "省", "県", "市", "区", "町", "村", "者", "位", "書", "式", "物", "品", "定", "先", "担当", "番号", "共有", "当", "中", "名", "住所"} {
		if strings.HasSuffix(s, w) {
			return true
		}
	}
	return false
}

// person is the length of the name that s begins with: surname, perhaps a space, given name. 0 for none.
func (d dictionary) person(s string) int {
	for _, n := range []int{9, 6, 3} {
		if n > len(s) || !d.surname[s[:n]] {
			continue
		}
		rest := strings.TrimLeft(s[n:], " 　・")
		at := len(s) - len(rest)
		for _, m := range []int{12, 9, 6, 3} {
			if m <= len(rest) && d.given[rest[:m]] {
				return at + m
			}
		}
	}
	return 0
}

// cue is how what stands around a name shows that it is one.
type cue int

const (
	nothing cue = iota
	celled      // it fills a cell or a line
	called      // a title or a label stands with it
)

// meant says what stands around a name.
func (f *finder) meant(start, end int) cue {
	tail := strings.TrimLeft(f.t[end:min(len(f.t), end+40)], " 　")
	for _, t := range titles {
		if after, ok := strings.CutPrefix(tail, t); ok && ideographs(after, 1) == 0 {
			return called
		}
	}
	front := f.t[max(0, start-60):start]
	front = strings.TrimRight(front[strings.LastIndexByte(front, '\n')+1:], " :=（(「\"'は　\t>【[")
	if i := strings.LastIndexByte(front, '('); i > 0 && strings.HasSuffix(front, ")") { // お名前（漢字）
		front = strings.TrimRight(front[:i], " ")
	}
	for _, m := range marks {
		if strings.HasSuffix(front, m) {
			return called
		}
	}
	r, _ := utf8.DecodeRuneInString(tail)
	open := tail == "" || strings.ContainsRune(",\t|;\n\r\"')）/<", r)
	if open && (front == "" || strings.IndexByte(",\t|;\"'/", front[len(front)-1]) >= 0 || strings.HasSuffix(f.t[:start], "(") || strings.HasSuffix(f.t[:start], "（")) {
		return celled
	}
	return nothing
}
