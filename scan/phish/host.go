package phish

import (
	"strings"
	"sync"
)

// hosting are services where anybody has a page within minutes, by the end of a host name: the page says nothing about
// the service, and the service nothing about the page.
const hosting = `weebly.com weeblysite.com wixsite.com wixstudio.com wixstudio.io editorx.io square.site godaddysites.com webflow.io framer.website framer.app carrd.co yolasite.com
jimdosite.com jimdofree.com strikingly.com mystrikingly.com ucraft.net webnode.page webnode.com site123.me tilda.ws webador.com simdif.com zyrosite.com hostingersite.com
000webhostapp.com byethost.com infinityfreeapp.com epizy.com rf.gd great-site.net freehosting.com awardspace.info 42web.io altervista.org atwebpages.com mywebcommunity.org
glitch.me netlify.app vercel.app now.sh pages.dev workers.dev r2.dev web.app firebaseapp.com github.io gitlab.io surge.sh herokuapp.com onrender.com fly.dev railway.app
repl.co replit.app replit.dev deno.dev codesandbox.io csb.app stackblitz.io lovable.app bubbleapps.io softr.app typedream.app gitbook.io notion.site super.site canva.site my.canva.site
blogspot.com blogspot.jp tumblr.com hatenablog.com livedoor.blog sites.google.com docs.google.com forms.gle script.google.com storage.googleapis.com appspot.com
forms.office.com sway.office.com sway.cloud.microsoft azurewebsites.net azureedge.net azurefd.net cloudapp.azure.com web.core.windows.net blob.core.windows.net
s3.amazonaws.com amazonaws.com awsapprunner.com cloudfront.net amplifyapp.com backblazeb2.com digitaloceanspaces.com ondigitalocean.app linodeobjects.com wasabisys.com
ipfs.io dweb.link cf-ipfs.com cloudflare-ipfs.com nftstorage.link w3s.link fleek.co fleek.cool arweave.net pinata.cloud mypinata.cloud infura-ipfs.io
ngrok.io ngrok-free.app ngrok.app trycloudflare.com loca.lt serveo.net duckdns.org ddns.net no-ip.org hopto.org zapto.org sytes.net myftp.org dynv6.net servehttp.com
typeform.com jotform.com formstack.com wufoo.com surveymonkey.com cognitoforms.com zohopublic.com zfrmz.com formspree.io 123formbuilder.com paperform.co airtable.com
cprapid.com plesk.page mybluehost.me temporary.site hostinger.page sviluppo.host tempurl.host temp-site.link codeanyapp.com myshopify.com wpenginepowered.com start.page linktr.ee bio.link
telegra.ph t.me graph.org rentry.co justpaste.it evernote.com padlet.com genially.com view.genial.ly prezi.com flipsnack.com issuu.com slab.com clickup.com miro.com coda.io nicepage.io`

// passing are services that lead on to wherever a link says.
const passing = `google.com/url google.com/amp google.com/travel bing.com/ck bing.com/amp youtube.com/redirect youtube.com/attribution linkedin.com/slink linkedin.com/redir facebook.com/l.php l.facebook.com l.instagram.com
doubleclick.net googleadservices.com adservice.google.com translate.goog r.duckduckgo.com baidu.com/link slack-redir.net vk.com/away href.li cutt.us bit.ly tinyurl.com t.co ow.ly is.gd rb.gy rebrand.ly cutt.ly shorturl.at tiny.cc lnkd.in t.ly bl.ink
x.gd s.id v.gd clck.ru u.to qrco.de me-qr.com scnv.io q-r.to l.ead.me tinyurl.es shorten.is goo.su vo.la han.gl urlz.fr lc.cx dub.sh onelink.me page.link app.link lihi.cc reurl.cc`

// cheap are endings under which names cost next to nothing, and fraud is many times as frequent as elsewhere.
const cheap = ` xyz top icu club online site shop website space fun live life world today click link cfd sbs rest monster lat bond buzz cyou quest beauty hair makeup skin mom boats autos
homes motorcycles yachts tk ml ga cf gq pw cc ws su cam bid loan win review trade date party stream download racing men work gdn vip wang store tech host press support email center services run
network agency digital solutions company group guru ninja rocks zone city direct express delivery finance financial money cash loans credit tax fit lol pics zip mov dad foo pro ink wiki ltd
ru cn rw vn id pk ng ke tz ug bd lk np kz `

// bait are parts of host names and paths that say "log in here" where nobody has a reason to.
const bait = ` login log-in signin sign-in logon secure security verify verification verified validate validation confirm confirmation account accounts myaccount unlock restore recover recovery
suspend suspended auth authenticate authentication authorize webmail webapp office365 microsoftonline sharepoint onedrive
password passwd billing invoice wallet onlinebanking netbank ebanking ebank refund redelivery
docusign sso mfa 2fa otp quota mailbox helpdesk paypal netflix dhl usps ups fedex chase
wellsfargo rakuten smbc mufg jcb aeon saison epos vpass docomo ntt ekinet eki japanpost yamato sagawa nta mercari paypay jibun netbk co-jp cojp ne-jp or-jp go-jp com-jp `

// suffixes is a list of host names, with paths for some.
type suffixes map[string]bool

func list(words string) func() suffixes {
	return sync.OnceValue(func() suffixes {
		m := make(suffixes)
		for w := range strings.FieldsSeq(words) {
			m[w] = true
		}
		return m
	})
}

var (
	hosts = list(hosting)
	ways  = list(passing)
	baits = list(bait)
)

// has says which entry a host, or host and first part of a path, stands under; "" for none.
func (s suffixes) has(host, path string) string {
	for h := host; h != ""; {
		if s[h] {
			return h
		}
		if path != "" {
			p := path
			if i := strings.IndexAny(p[1:], "/?"); i >= 0 {
				p = p[:i+1]
			}
			if s[h+p] {
				return h + p
			}
		}
		_, after, ok := strings.Cut(h, ".")
		if !ok {
			break
		}
		h = after
	}
	return ""
}

// zone is the last label of a host.
func zone(host string) string { return host[strings.LastIndexByte(host, '.')+1:] }

// tokens calls each for the words of a host name or path.
func tokens(s string, each func(w string)) {
	start := -1
	for i := 0; i <= len(s); i++ {
		if i < len(s) && latin(s[i]|0x20) {
			if start < 0 {
				start = i
			}
			continue
		}
		if start >= 0 {
			each(s[start:i])
			start = -1
		}
	}
}

// random says whether a label looks as if nobody had chosen it: long, with digits among letters, or hardly any vowels.
func random(label string) bool {
	if len(label) < 8 {
		return false
	}
	digits, vowels, turns, letters := 0, 0, 0, 0
	last := byte(0)
	for i := 0; i < len(label); i++ {
		c := label[i] | 0x20
		kind := byte('l')
		switch {
		case label[i] >= '0' && label[i] <= '9':
			digits++
			kind = 'd'
		case strings.IndexByte("aeiouy", c) >= 0:
			vowels++
			letters++
		case c >= 'a' && c <= 'z':
			letters++
		default:
			kind = last
		}
		if last != 0 && kind != last {
			turns++
		}
		last = kind
	}
	return turns >= 4 || len(label) >= 24 && digits > 3 || letters >= 10 && vowels*7 < letters
}
