package specimen

import (
	"fmt"
	"strings"
)

// house makes an ordinary address of an ordinary company.
func (m *maker) person(japanese bool) (name, address string) {
	if japanese {
		family, given := m.pick(pools["姓"]), m.pick(pools["名"])
		name = m.one(family+" "+given, family+given, family, "株式会社"+m.pick(pools["社"])+" "+family, family+"("+m.pick(pools["社"])+")")
		address = m.pick(pools["box"]) + "@" + m.pick(pools["house-ja"])
		return name, address
	}
	g, f := m.pick(pools["given"]), m.pick(pools["family"])
	name = m.one(g+" "+f, f+", "+g, g)
	address = strings.ToLower(m.one(g+"."+f, g[:1]+f, g)) + "@" + m.pick(pools["house"])
	return name, address
}

// text are the paragraphs of the kind.
func (m *maker) text() []string { return m.some(m.kind.lines, 1, max(m.kind.most, 2)) }

// letterForm is mail between people.
func letterForm(japanese bool) func(*maker) letter {
	return func(m *maker) letter {
		l := letter{japanese: japanese}
		l.name, l.from = m.person(japanese)
		l.subject = m.pick(m.kind.subjects)
		if m.IntN(3) == 0 {
			l.subject, l.answer = m.one("Re: ", "RE: ", "Fwd: ")+l.subject, true
		}
		if japanese {
			l.lines = append([]string{m.fill(m.one("{姓}様\n\nお世話になっております。{社}の{名}です。", "{姓}さん\n\nお疲れ様です。{名}です。", "{姓}様\n\nいつもお世話になっております。", "お疲れさまです。", "各位\n\nお疲れ様です。", "{社} {姓}様"))}, m.text()...)
			l.lines = append(l.lines, m.fill(m.one("よろしくお願いいたします。", "以上、よろしくお願いします。", "ご確認のほどよろしくお願いいたします。", "取り急ぎご連絡まで。", "引き続きよろしくお願いいたします。")))
		} else {
			l.lines = append([]string{m.fill(m.one("Hi {given},", "Hello {given},", "Dear {given},", "{given},", "Hi all,", "Hi team,", "Dear colleagues,"))}, m.text()...)
			l.lines = append(l.lines, m.fill(m.one("Thanks,\n{given}", "Best regards,\n{family}", "Cheers", "Kind regards,\n{given} {family}", "See you {day}.")))
		}
		if m.IntN(3) == 0 {
			l.links = []string{"https://" + m.one("wiki.", "www.", "docs.", "") + m.pick(pools["house"]) + "/" + m.one("projects/", "page/", "")}
		}
		if m.IntN(4) == 0 {
			l.attach = m.one("minutes.pdf", "quote.pdf", "invoice_"+m.mix(5)+".pdf", "report.pdf")
		}
		l.page = m.IntN(3) == 0
		if m.IntN(4) == 0 {
			l.lines = append(l.lines, m.one("On {day}, {given} wrote:\n> ", "> ")+m.pick(m.kind.lines))
			l.lines[len(l.lines)-1] = m.fill(l.lines[len(l.lines)-1])
		}
		return l
	}
}

// noticeForm is mail of companies to their customers, from their own domains with their own links.
func noticeForm(japanese bool) func(*maker) letter {
	return func(m *maker) letter {
		b := m.choose(japanese)
		site := b.Domains[0]
		l := letter{japanese: japanese, page: m.IntN(5) > 0}
		l.name = m.brandName() + m.one("", "", " "+m.one("Support", "Team", "Notifications"))
		if japanese {
			l.name = m.brandName() + m.one("", "", "カスタマーサービス", " お知らせ")
		}
		l.from = m.one("no-reply", "info", "noreply", "account", "news", "support", "notification") + "@" + m.one("", "mail.", "e.", "notice.") + site
		l.subject, l.lines = m.pick(m.kind.subjects), m.text()
		l.link = "https://www." + site + "/" + m.one("orders/", "account/", "help/", "campaign/", "login?", "") + m.mix(6+m.IntN(20))
		l.shown = m.one("View details", "Your account", "Open", "See more")
		if japanese {
			l.shown = m.one("詳細を見る", "マイページ", "こちら", "注文を確認する", "https://www."+site+"/")
		}
		l.links = []string{"https://www." + site + "/unsubscribe?id=" + m.mix(12), "https://help." + site + "/"}
		l.picture = "https://img." + site + "/logo.png"
		return l
	}
}

// smallForm is mail of small companies and services that nobody knows, with links of their own or of who sends for them.
func smallForm(japanese bool) func(*maker) letter {
	return func(m *maker) letter {
		site := m.pick(pools["house"])
		if japanese {
			site = m.pick(pools["house-ja"])
		}
		l := letter{japanese: japanese, page: m.IntN(4) > 0}
		l.name = m.pick(pools["service"])
		if japanese {
			l.name = m.pick(pools["社"]) + m.one("", " メールマガジン", " 事務局", "通信")
		}
		l.from = m.one("news", "info", "hello", "newsletter", "noreply", "support", "billing", "team") + "@" + m.one("", "", "mail.", "em.") + site
		l.subject, l.lines = m.pick(m.kind.subjects), m.text()
		way := m.one("https://www."+site+"/", "https://"+site+"/", "https://click."+site+"/", "https://u"+fmt.Sprint(1000+m.IntN(9000))+".ct.sendgrid.net/ls/click?upn=", "https://"+m.letters(6)+".list-manage.com/track/click?u=")
		l.link = way + m.mix(6+m.IntN(30))
		l.shown = m.one("Read more", "View online", "Register", "See the details", "Shop now", "Open the report")
		if japanese {
			l.shown = m.one("続きを読む", "詳しくはこちら", "お申し込みはこちら", "ご購入はこちら", "ログイン")
		}
		for range 1 + m.IntN(5) {
			l.links = append(l.links, way+m.mix(10))
		}
		l.links = append(l.links, way+"unsubscribe/"+m.mix(8))
		l.picture = "https://" + m.one("img.", "cdn.", "static.") + site + "/h.png"
		return l
	}
}

// trap is a link of a swindler.
func (m *maker) trap() string {
	word := m.one("login", "verify", "secure", "account", "update", "webmail", "signin", "auth", "id", "my", "check", "service")
	label := m.one(m.letters(6+m.IntN(6)), m.pick(pools["hacked"]), m.mix(9), m.pick(pools["hacked"])+"-"+m.letters(3))
	zone := m.one("com", "net", "xyz", "top", "cn", "ru", "shop", "com.br", "in", "online", "click", "info", "icu", "site", "co.za", "org")
	if m.family == Check {
		zone = m.one("com", "net", "cfd", "club", "vip", "tk", "store", "com.mx", "pl", "live", "link", "biz", "buzz", "life", "com.tr", "org")
	}
	path := m.one("/"+m.mix(6), "/"+word+"/", "/"+word+".php?id="+m.mix(10), "/wp-content/plugins/"+m.letters(6)+"/index.html", "/"+m.mix(10)+"/"+word, "", "/?e="+m.to, "/#"+m.to, "/jp", "/"+m.letters(5)+".html")
	name := m.slot("brand")
	_ = name
	own := strings.Split(m.brand.Domains[0], ".")[0]
	switch m.IntN(9) {
	case 0:
		return "https://" + m.mix(8) + "." + m.one("pages.dev", "workers.dev", "netlify.app", "weebly.com", "web.app", "github.io") + path
	case 1:
		return "https://" + own + "-" + word + "." + zone + path
	case 2:
		return "http://" + fmt.Sprintf("%d.%d.%d.%d", 20+m.IntN(180), m.IntN(250), m.IntN(250), 1+m.IntN(250)) + path
	case 3:
		return "https://" + word + "." + own + "." + label + "." + zone + path
	case 4:
		return "https://" + m.one("docs.google.com/forms/d/e/"+m.mix(40)+"/viewform", "forms.gle/"+m.mix(12), "bit.ly/"+m.mix(7), "t.co/"+m.mix(8), "cutt.ly/"+m.mix(7))
	}
	return m.one("https://", "http://") + m.one("", "www.", word+".") + label + "." + zone + path
}

// phishForm is mail of swindlers in a company's name.
func phishForm(japanese bool) func(*maker) letter {
	return func(m *maker) letter {
		b := m.choose(japanese)
		l := letter{japanese: japanese, page: m.IntN(8) > 0}
		l.name = m.brandName() + m.one("", " "+m.one("Support", "Security", "Service", "Team", "Notification"), "")
		if japanese {
			l.name = m.brandName() + m.one("", "カスタマーサポート", "【重要】", "お客様サービス", "事務局")
		}
		if m.IntN(5) == 0 {
			l.name = m.one("Support", "Notification", "Customer Service", "")
		}
		own := strings.Split(b.Domains[0], ".")[0]
		l.from = m.one("no-reply", "support", "info", "admin", own, "service", m.letters(7), "account-update") + "@" + m.swindler(own)
		if m.IntN(8) == 0 {
			l.from = m.one("no-reply", "info", "service") + "@" + b.Domains[0]
		}
		l.subject, l.lines = m.pick(m.kind.subjects), m.text()
		l.link, l.shown = m.trap(), m.one("Click here", "Verify now", "Sign in", "Update", "Continue", "Review")
		if japanese {
			l.shown = m.one("こちらをクリック", "ログイン", "ご確認はこちら", "今すぐ更新", "https://www."+b.Domains[0]+"/")
		} else if m.IntN(6) == 0 {
			l.shown = "https://www." + b.Domains[0] + "/signin"
		}
		if m.IntN(3) == 0 {
			l.picture = "https://www." + b.Domains[0] + "/logo.png"
		}
		if m.IntN(4) == 0 {
			l.links = []string{"https://www." + b.Domains[0] + "/privacy"}
		}
		if m.IntN(6) == 0 {
			l.reply = m.letters(8) + fmt.Sprint(m.IntN(100)) + "@" + m.one("gmail.com", "outlook.com", "mail.ru")
		}
		return l
	}
}

// swindler is a domain from which swindlers send.
func (m *maker) swindler(own string) string {
	switch m.IntN(5) {
	case 0:
		return own + "-" + m.one("support", "service", "mail", "jp", "secure") + "." + m.one("com", "net", "top", "info")
	case 1:
		return m.letters(7+m.IntN(5)) + "." + m.one("com", "cn", "top", "shop", "com.br", "xyz")
	case 2:
		return m.one("gmail.com", "outlook.com", "yahoo.co.jp", "hotmail.com")
	}
	return m.pick(pools["hacked"]) + "." + m.one("com", "net", "co.in", "com.br", "de", "co.uk", "org", "it")
}

// officeForm is mail of swindlers in the name of the recipient's own mail service or of an unnamed one.
func officeForm(japanese bool) func(*maker) letter {
	return func(m *maker) letter {
		l := letter{japanese: japanese, page: m.IntN(6) > 0}
		l.name = m.fill(m.one("{host} Support", "Mail Administrator", "IT Help Desk", "{host}", "Mail Server", "Admin", "{box}", "Voicemail Service", "HR Department", "Document Center"))
		if japanese {
			l.name = m.fill(m.one("{host} 管理者", "メール管理者", "システム管理部", "{host}", "メールサポート", "ITヘルプデスク"))
		}
		l.from = m.one("admin", "support", "noreply", "info", m.letters(6), "mailer") + "@" + m.swindler("mail")
		l.subject, l.lines = m.pick(m.kind.subjects), m.text()
		l.link, l.shown = m.trap(), m.one("Keep my password", "View document", "Release messages", "Upgrade now", "Listen", "Open")
		if japanese {
			l.shown = m.one("パスワードを維持", "メールを受信する", "容量を増やす", "こちらで確認", "ログイン")
		}
		if m.IntN(6) == 0 {
			l.link, l.attach = "", m.one("document.html", "voice_"+m.mix(4)+".htm", "invoice.shtml", "scan.html")
		}
		return l
	}
}

// foulForm is other unwanted mail, without a company's name.
func foulForm(japanese, link bool) func(*maker) letter {
	return func(m *maker) letter {
		l := letter{japanese: japanese, page: link && m.IntN(2) == 0}
		l.name, _ = m.person(japanese)
		if m.IntN(4) == 0 {
			l.name = ""
		}
		l.from = m.letters(4+m.IntN(6)) + m.one("", fmt.Sprint(m.IntN(1000))) + "@" + m.swindler(m.letters(6))
		l.subject, l.lines = m.pick(m.kind.subjects), m.text()
		if link && m.IntN(4) > 0 {
			l.link, l.shown = m.trap(), m.one("Click here", "More", "Start now")
			if japanese {
				l.shown = m.one("こちら", "今すぐ登録", "詳細")
			}
		}
		if !link && m.IntN(2) == 0 || m.IntN(6) == 0 {
			l.reply = m.letters(8) + fmt.Sprint(m.IntN(1000)) + "@" + m.one("gmail.com", "outlook.com", "yandex.com", "proton.me")
		}
		return l
	}
}

// favourForm is mail of swindlers in the name of a chief or a partner.
func favourForm(japanese bool) func(*maker) letter {
	return func(m *maker) letter {
		l := letter{japanese: japanese, page: m.IntN(4) == 0}
		l.name, _ = m.person(japanese)
		l.from = m.one("ceo.office", "president", "director", m.letters(6), "mobile.mail", "private"+fmt.Sprint(m.IntN(99))) + "@" + m.one("gmail.com", "outlook.com", m.swindler("office"), "icloud.com")
		l.subject, l.lines = m.pick(m.kind.subjects), m.text()
		if m.IntN(3) == 0 {
			l.reply = m.letters(7) + "@" + m.one("gmail.com", "mail.com", "proton.me")
		}
		return l
	}
}

// insideForm is mail of the recipient's own house: of its service desk, its administration, its colleagues.
func insideForm(japanese bool) func(*maker) letter {
	return func(m *maker) letter {
		_, host, _ := strings.Cut(m.to, "@")
		l := letter{japanese: japanese, page: m.IntN(2) == 0}
		l.subject, l.lines = m.pick(m.kind.subjects), m.text()
		switch m.IntN(3) {
		case 0:
			l.name, l.from = m.person(japanese)
			l.from = l.from[:strings.IndexByte(l.from, '@')] + "@" + host
		default:
			l.name = m.one("IT", "Service Desk", "IT Support", "Human Resources", "Facility Management", "Administration", "Payroll")
			if japanese {
				l.name = m.one("情報システム部", "総務部", "人事部", "ヘルプデスク", "経理部", "社内広報")
			}
			l.from = m.one("it", "helpdesk", "hr", "office", "admin", "info", "soumu", "facility") + "@" + host
		}
		if m.IntN(2) == 0 {
			l.link = "https://" + m.one("intranet.", "portal.", "wiki.", "hr.", "status.") + host + "/" + m.one("", "news/", "help/") + m.mix(5)
			l.shown = m.one("Intranet", "More on the intranet", "Status page", l.link)
			if japanese {
				l.shown = m.one("社内ポータル", "詳細はこちら", l.link)
			}
		}
		return l
	}
}

// toolForm is mail of services that people work with: trackers, calendars, shared folders, in the name of a colleague.
func toolForm(japanese bool) func(*maker) letter {
	return func(m *maker) letter {
		l := smallForm(japanese)(m)
		site := m.pick(pools["tool"])
		who, _ := m.person(japanese)
		l.name = who + m.one(" ("+strings.Split(site, ".")[0]+")", "", " via "+strings.Split(site, ".")[0])
		l.from = m.one("notifications", "no-reply", "noreply", "jira", "comments-noreply", "calendar", m.letters(9)) + "@" + site
		l.link = "https://" + m.one("", "app.", "www.", "acme.") + site + "/" + m.one("t/", "browse/", "d/", "p/") + m.mix(12)
		l.shown = m.one("Open", "View ticket", "Go to folder", "Reply", "Join", "View the comment", "Review document")
		if japanese {
			l.shown = m.one("開く", "チケットを表示", "返信する", "会議に参加", "フォルダを開く")
		}
		l.links = []string{"https://" + site + "/settings/notifications"}
		l.picture = ""
		return l
	}
}
