package brand

// table has a line for each company: names as they stand in mails, folded and parted by "|", then a colon and the domains
// that it sends from or links to. A name that begins with "=" is also an ordinary word: it counts only where it stands
// alone, as the whole of a displayed name or before a word such as "support".
const table = `
paypal|ペイパル: paypal.com paypal.jp paypalobjects.com paypal.me xoom.com
amazon|アマゾン|amazon prime|amazon.co.jp|amazonプライム: amazon.co.jp amazon.com amazon.de amazon.co.uk amazon.fr amazon.it amazon.es amazon.ca amazon.in amazon.com.au amazonaws.com amazonses.com awscloud.com media-amazon.com ssl-images-amazon.com a2z.com primevideo.com audible.com audible.co.jp
apple id|apple support|appleサポート|icloud|app store|itunes|apple pay|=apple: apple.com icloud.com me.com itunes.com cdn-apple.com mzstatic.com
microsoft|office 365|office365|microsoft 365|outlook web|onedrive|sharepoint|microsoft teams|hotmail|=outlook|windows defender: microsoft.com office.com live.com outlook.com hotmail.com microsoftonline.com office365.com sharepoint.com onedrive.com windows.com msn.com office.net azure.com skype.com xbox.com microsoft365.com
google|gmail|google drive|google workspace|グーグル|youtube: google.com google.co.jp gmail.com googlemail.com youtube.com gstatic.com googleapis.com googleusercontent.com goo.gl withgoogle.com android.com google.de google.co.uk
facebook|instagram|whatsapp|meta business|=meta: facebook.com facebookmail.com instagram.com whatsapp.com meta.com fb.com fb.me fbcdn.net mail.instagram.com
netflix|ネットフリックス: netflix.com nflxso.net nflxext.com
docusign: docusign.com docusign.net
adobe|adobe sign|adobe acrobat|acrobat sign: adobe.com adobesign.com acrobat.com echosign.com behance.net
dropbox|dropbox sign|hellosign: dropbox.com dropboxmail.com hellosign.com dropboxusercontent.com
linkedin: linkedin.com licdn.com
twitter|=x corp: twitter.com x.com t.co twimg.com
tiktok: tiktok.com tiktokv.com bytedance.com
telegram: telegram.org t.me
spotify: spotify.com scdn.co
ebay: ebay.com ebay.co.uk ebay.de ebaystatic.com ebayimg.com
=steam|=valve: steampowered.com steamcommunity.com valvesoftware.com
=discord: discord.com discord.gg discordapp.com
github: github.com githubusercontent.com
gitlab: gitlab.com
slack technologies|=slack: slack.com slack-edge.com
zoom meeting|zoom video|=zoom: zoom.us zoom.com
wetransfer: wetransfer.com we.tl
atlassian|jira|confluence: atlassian.com atlassian.net jira.com trello.com
salesforce: salesforce.com force.com exacttarget.com
shopify: shopify.com myshopify.com
godaddy: godaddy.com secureserver.net
namecheap: namecheap.com
cloudflare: cloudflare.com
wordpress: wordpress.com wordpress.org wp.com automattic.com
cpanel|roundcube|zimbra: cpanel.net cpanel.com roundcube.net zimbra.com
squarespace: squarespace.com
wix.com|=wix: wix.com
mailchimp: mailchimp.com intuit.com
intuit|quickbooks|turbotax: intuit.com quickbooks.com turbotax.com
stripe: stripe.com
xero: xero.com
venmo: venmo.com
zelle: zellepay.com
cash app|=square: cash.app squareup.com square.com block.xyz
=wise|transferwise: wise.com transferwise.com
western union: westernunion.com
moneygram: moneygram.com
revolut: revolut.com
klarna: klarna.com
coinbase: coinbase.com
binance: binance.com
kraken.com|=kraken: kraken.com
metamask: metamask.io consensys.io
trust wallet|trustwallet: trustwallet.com
ledger wallet|ledger live: ledger.com
trezor: trezor.io satoshilabs.com
blockchain.com: blockchain.com
crypto.com: crypto.com
opensea: opensea.io
bitflyer|ビットフライヤー: bitflyer.com
coincheck|コインチェック: coincheck.com
gmoコイン|gmo coin: coin.z.com
chase bank|chase online|jpmorgan|=chase: chase.com jpmorgan.com jpmorganchase.com
wells fargo: wellsfargo.com
bank of america: bankofamerica.com bofa.com
citibank|citi bank|=citi: citi.com citibank.com citigroup.com
capital one: capitalone.com
u.s. bank|us bank: usbank.com
pnc bank: pnc.com
td bank|td canada trust: td.com tdbank.com
truist: truist.com
regions bank: regions.com
fifth third: 53.com
huntington bank: huntington.com
navy federal: navyfederal.org
usaa: usaa.com
m&t bank: mtb.com
key bank|keybank: key.com
citizens bank: citizensbank.com
charles schwab: schwab.com
fidelity investments: fidelity.com
vanguard: vanguard.com
american express|amex|アメリカン・エキスプレス|アメックス: americanexpress.com aexp.com amex.co.jp americanexpress.co.jp amexnetwork.com
mastercard|マスターカード: mastercard.com mastercard.co.jp mastercard.us
visa card|visaカード|=visa: visa.com visa.co.jp
discover card|discover bank: discover.com
hsbc: hsbc.com hsbc.co.uk hsbc.com.hk
barclays|barclaycard: barclays.com barclays.co.uk barclaycard.co.uk
lloyds bank|lloyds: lloydsbank.com lloydsbank.co.uk lloydsbankinggroup.com
natwest: natwest.com
santander: santander.com santander.co.uk santander.es gruposantander.com
halifax bank: halifax.co.uk
nationwide building: nationwide.co.uk
royal bank of scotland: rbs.co.uk
standard chartered: sc.com
tesco bank: tescobank.com
monzo: monzo.com
royal bank of canada|rbc royal: rbc.com rbcroyalbank.com
scotiabank: scotiabank.com
cibc: cibc.com
bmo bank|bank of montreal: bmo.com
interac e-transfer|interac: interac.ca
commonwealth bank|commbank|netbank: commbank.com.au cba.com.au
westpac: westpac.com.au
anz bank: anz.com anz.com.au
national australia bank: nab.com.au
asb bank: asb.co.nz
dbs bank|posb: dbs.com dbs.com.sg
ocbc: ocbc.com
uob bank: uob.com.sg uobgroup.com
maybank: maybank2u.com.my maybank.com
icici bank: icicibank.com
hdfc bank: hdfcbank.com hdfcbank.net
state bank of india|sbi yono: sbi.co.in onlinesbi.sbi sbi.bank.in
axis bank: axisbank.com
paytm: paytm.com
first national bank: fnb.co.za
standard bank: standardbank.co.za
absa: absa.co.za absa.africa
nedbank: nedbank.co.za
deutsche bank: deutsche-bank.de db.com
commerzbank: commerzbank.de commerzbank.com
sparkasse: sparkasse.de
volksbank|volksbanken: vr.de volksbank.de
postbank: postbank.de
comdirect: comdirect.de
n26: n26.com
ing-diba|ing bank: ing.de ing.com ing.nl ing-diba.de
dkb bank: dkb.de
rabobank: rabobank.nl rabobank.com
abn amro: abnamro.nl abnamro.com
kbc bank: kbc.be kbc.com
belfius: belfius.be
bnp paribas: bnpparibas.com bnpparibas mabanque.bnpparibas bnpparibasfortis.be
credit agricole|crédit agricole: credit-agricole.fr credit-agricole.com
societe generale|société générale: societegenerale.fr societegenerale.com
la banque postale: labanquepostale.fr
caisse d'epargne|caisse d'épargne: caisse-epargne.fr
credit mutuel|crédit mutuel: creditmutuel.fr
intesa sanpaolo: intesasanpaolo.com
unicredit: unicredit.it unicreditgroup.eu
poste italiane|postepay|bancoposta: poste.it postepay.it posteitaliane.it
nexi: nexi.it
bbva: bbva.com bbva.es bbva.mx
caixabank: caixabank.es caixabank.com
banco do brasil: bb.com.br
itau|itaú: itau.com.br
bradesco: bradesco.com.br
nubank: nubank.com.br
mercado libre|mercado livre|mercado pago: mercadolibre.com mercadolivre.com.br mercadopago.com mercadopago.com.br mercadolibre.com.mx mercadolibre.com.ar
ubs: ubs.com
credit suisse: credit-suisse.com
postfinance: postfinance.ch
raiffeisen: raiffeisen.ch raiffeisen.at raiffeisen.com
swisscom: swisscom.ch swisscom.com bluewin.ch
dhl express|dhl: dhl.com dhl.de dhl.co.jp dhl.co.uk dpdhl.com deutschepost.de
fedex|フェデックス: fedex.com
ups delivery|united parcel|ups my choice|=ups: ups.com upsemail.com
usps|u.s. postal|us postal: usps.com
royal mail: royalmail.com
evri|myhermes|=hermes: evri.com myhermes.co.uk hermesworld.com
dpd: dpd.co.uk dpd.com dpd.de dpdlocal.co.uk dpd.fr
gls parcel|gls group: gls-group.eu gls-group.com
post office ltd: postoffice.co.uk
canada post|postes canada: canadapost.ca canadapost-postescanada.ca
australia post|auspost: auspost.com.au
la poste|chronopost|colissimo: laposte.fr chronopost.fr colissimo.fr laposte.net laposte.info
correos: correos.es
singpost: singpost.com
swiss post|die post: post.ch
postnl: postnl.nl postnl.com
tnt express: tnt.com
aramex: aramex.com
maersk: maersk.com
internal revenue service|irs refund|=irs: irs.gov
hm revenue|hmrc: hmrc.gov.uk gov.uk tax.service.gov.uk
social security administration: ssa.gov
medicare: medicare.gov cms.gov
dvla: dvla.gov.uk gov.uk
canada revenue agency: canada.ca cra-arc.gc.ca
australian taxation office|mygov: ato.gov.au my.gov.au
national health service|nhs: nhs.uk nhs.net
walmart: walmart.com
costco: costco.com costco.co.jp
best buy|geek squad: bestbuy.com geeksquad.com
home depot: homedepot.com
lowe's: lowes.com
target corporation: target.com
ikea: ikea.com
aliexpress|alibaba: aliexpress.com alibaba.com alibaba-inc.com
temu: temu.com temuemail.com
shein: shein.com
wayfair: wayfair.com
airbnb: airbnb.com
booking.com: booking.com
expedia: expedia.com expediamail.com
uber: uber.com
doordash: doordash.com
disney+|disney plus|disneyplus|ディズニープラス: disney.com disneyplus.com disney.co.jp
hulu|hbo max: hulu.com hbomax.com max.com hulu.jp
verizon: verizon.com verizonwireless.com
at&t: att.com att.net
t-mobile: t-mobile.com
comcast|xfinity: comcast.com xfinity.com comcast.net
spectrum internet|charter communications: spectrum.com spectrum.net charter.com
vodafone: vodafone.com vodafone.co.uk vodafone.de
orange s.a.|orange france: orange.fr orange.com
o2 uk|o2 online: o2.co.uk o2online.de
bt group|bt internet|british telecom: bt.com btinternet.com
deutsche telekom|t-online|telekom: telekom.de t-online.de telekom.com
1&1|ionos: ionos.com ionos.de ionos.co.uk 1und1.de 1and1.com
strato ag|=strato: strato.de strato.com
ovhcloud|ovh: ovh.com ovhcloud.com ovh.net ovh.co.uk
web.de|gmx: web.de gmx.net gmx.de gmx.com mail.com 1und1.de
yahoo mail|yahoo!|yahoo! japan|yahoo!ショッピング|ヤフー: yahoo.com yahoo.co.jp yahooinc.com yahoo-corp.jp yimg.jp lycorp.co.jp yahoo-net.jp
aol mail|=aol: aol.com
proton mail|protonmail: proton.me protonmail.com
icloud mail: icloud.com
=norton|lifelock|nortonlifelock: norton.com lifelock.com nortonlifelock.com gendigital.com
mcafee|マカフィー: mcafee.com
avast: avast.com
kaspersky: kaspersky.com kaspersky.co.jp
trend micro|トレンドマイクロ|ウイルスバスター: trendmicro.com trendmicro.co.jp
malwarebytes: malwarebytes.com
lastpass: lastpass.com
1password: 1password.com agilebits.com
okta: okta.com
duo security: duosecurity.com duo.com
barracuda: barracuda.com barracudanetworks.com
mimecast: mimecast.com
proofpoint: proofpoint.com
sap concur|=concur: concur.com sap.com concursolutions.com
adp payroll|adp: adp.com
workday: workday.com myworkday.com
=oracle: oracle.com oraclecloud.com
dell technologies: dell.com
hewlett packard|hp instant ink: hp.com hpe.com
xerox: xerox.com
=canon: canon.com canon.co.jp canon.jp
sony|playstation|プレイステーション: sony.com sony.co.jp playstation.com sonyentertainmentnetwork.com playstation.net
nintendo|任天堂: nintendo.com nintendo.co.jp nintendo.net
epic games: epicgames.com
roblox: roblox.com
blizzard|battle.net: blizzard.com battle.net
riot games: riotgames.com
samsung: samsung.com
huawei: huawei.com
xiaomi: xiaomi.com mi.com
toyota|トヨタ: toyota.com toyota.jp toyota.co.jp
tesla motors: tesla.com
shell oil: shell.com
marriott: marriott.com
hilton: hilton.com
emirates airline: emirates.com
delta air lines: delta.com
american airlines: aa.com
united airlines: united.com
楽天市場|楽天カード|楽天銀行|楽天証券|楽天モバイル|楽天ペイ|楽天グループ|rakuten|楽天: rakuten.co.jp rakuten-card.co.jp rakuten-bank.co.jp rakuten-sec.co.jp rakuten.com rakuten.ne.jp rmail.jp rakuten-bank.com r10s.jp infoseek.co.jp
三井住友カード|vpass|smbc card: smbc-card.com vpass.ne.jp contact.vpass.ne.jp smbc-card.co.jp
三井住友銀行|smbcダイレクト|smbc: smbc.co.jp smbc.com smbcgroup.com smbcnikko.co.jp
smbc日興証券|日興証券: smbcnikko.co.jp
三菱ufj銀行|三菱ufj|mufg|三菱ufjニコス|mufgカード: mufg.jp mufg.co.jp bk.mufg.jp nicos.co.jp cr.mufg.jp sc.mufg.jp
三菱ufj eスマート証券|auカブコム: kabu.com
みずほ銀行|みずほ証券|みずほ: mizuhobank.co.jp mizuho-fg.co.jp mizuho-sc.com mizuhobank.com
りそな銀行|埼玉りそな|りそな: resonabank.co.jp resona-gr.co.jp saitamaresona.co.jp
ゆうちょ銀行|ゆうちょダイレクト|ゆうちょ: japanpost.jp jp-bank.japanpost.jp
日本郵便|郵便局|日本郵政: japanpost.jp
paypay銀行|paypayカード|paypay: paypay.ne.jp paypay-bank.co.jp paypay-corp.co.jp paypay-card.co.jp paypay-sec.co.jp
auじぶん銀行|じぶん銀行: jibunbank.co.jp
au pay|auペイ|kddi|auひかり|auかんたん決済: kddi.com au.com auone.jp aupay.jp kddi.ne.jp ezweb.ne.jp
住信sbiネット銀行|住信sbi: netbk.co.jp
sbi証券|sbi新生銀行|sbi新生: sbisec.co.jp sbishinseibank.co.jp sbigroup.co.jp
ソニー銀行: sonybank.jp sonybank.net
イオン銀行|イオンカード|aeonカード|イオンクレジット|イオンフィナンシャル: aeonbank.co.jp aeon.co.jp aeonfinancial.co.jp aeonmarket.com aeoncredit.co.jp
セブン銀行: sevenbank.co.jp
ローソン銀行: lawsonbank.jp
横浜銀行: boy.co.jp
千葉銀行: chibabank.co.jp
福岡銀行: fukuokabank.co.jp
京都銀行: kyotobank.co.jp
静岡銀行: shizuokabank.co.jp
農業協同組合|jaネットバンク|jaバンク|農林中央金庫: jabank.jp jabank.org nochubank.or.jp ja-group.jp
労働金庫|ろうきん: rokin.com rokin.or.jp
信用金庫: shinkin.co.jp shinkin.jp
jcbカード|my jcb|myjcb|=jcb: jcb.co.jp jcbcorporate.com
エポスカード|epos card: eposcard.co.jp 01epos.jp
セゾンカード|クレディセゾン|ucカード: saisoncard.co.jp uccard.co.jp saison-card.co.jp
オリコカード|オリエントコーポレーション|オリコ: orico.co.jp orico.jp
ジャックス|jaccs: jaccs.co.jp
ポケットカード: pocketcard.co.jp
ビューカード|viewカード|jr東日本|モバイルsuica|suica|えきねっと: viewcard.jp viewsnet.jp eki-net.com jreast.co.jp mobilesuica.com jre-point.jp suica.jp
jr西日本|エクスプレス予約|スマートex|jr東海|j-west: westjr.co.jp jr-odekake.net expy.jp smart-ex.jp jr-central.co.jp
アコム: acom.co.jp
プロミス: promise.co.jp
アイフル: aiful.co.jp
ライフカード: lifecard.co.jp
dカード|d払い|nttドコモ|ドコモ|dアカウント|docomo: docomo.ne.jp nttdocomo.co.jp nttdocomo.com dcm-b.jp dcard.docomo.ne.jp spmode.ne.jp
ソフトバンク|softbank|ワイモバイル: softbank.jp softbank.co.jp ymobile.jp mb.softbank.jp softbank.ne.jp
ntt東日本|ntt西日本|ntt docomo business|ocn: ntt-east.co.jp ntt-west.co.jp ntt.com ocn.ne.jp ntt.co.jp flets.com
iij|iijmio: iij.ad.jp iijmio.jp iij.jp
=nifty|ニフティ|@nifty: nifty.com nifty.co.jp
biglobe|ビッグローブ: biglobe.ne.jp biglobe.co.jp
so-net|ソネット: so-net.ne.jp so-net.net sonynetwork.co.jp
ぷらら|plala: plala.or.jp plala.jp
さくらインターネット|さくらのメール: sakura.ad.jp sakura.ne.jp
お名前.com|gmoインターネット|gmoペパボ|ロリポップ|ムームードメイン: onamae.com gmo.jp gmo.com pepabo.com lolipop.jp muumuu-domain.com
エックスサーバー|xserver: xserver.ne.jp xserver.co.jp xserver.jp
サイボウズ|cybozu|kintone: cybozu.co.jp cybozu.com kintone.com
sansan: sansan.com
chatwork: chatwork.com
freee: freee.co.jp
マネーフォワード|money forward: moneyforward.com
弁護士ドットコム|クラウドサイン|cloudsign: cloudsign.jp bengo4.com
ヤマト運輸|クロネコヤマト|クロネコメンバーズ|クロネコ|宅急便: kuronekoyamato.co.jp yamatofinancial.jp yamato-hd.co.jp
佐川急便|sagawa: sagawa-exp.co.jp sg-hldgs.co.jp
日本通運|福山通運|西濃運輸: nittsu.co.jp nipponexpress.com fukutsu.co.jp seino.co.jp
etc利用照会サービス|etc利用照会|etcサービス|etcマイレージ: etc-meisai.jp smile-etc.jp go-etc.jp
国税庁|e-tax|税務署|国税電子申告: nta.go.jp e-tax.nta.go.jp
総務省|マイナポータル|マイナポイント|デジタル庁|マイナンバー総合: soumu.go.jp myna.go.jp digital.go.jp mynumbercard.point.soumu.go.jp
厚生労働省|日本年金機構|ねんきんネット: mhlw.go.jp nenkin.go.jp
警察庁|警視庁: npa.go.jp metro.tokyo.jp
東京電力|tepco|くらしtepco: tepco.co.jp tepco.com
関西電力|はぴeみる電: kepco.co.jp kanden.jp
中部電力|カテエネ|東北電力|九州電力: chuden.co.jp chuden.jp tohoku-epco.co.jp kyuden.co.jp
東京ガス|大阪ガス|my tokyo gas: tokyo-gas.co.jp osakagas.co.jp tokyogas.jp
nhk|nhkプラス: nhk.or.jp nhk.jp
東京都水道局: waterworks.metro.tokyo.lg.jp metro.tokyo.lg.jp
メルカリ|mercari|メルペイ: mercari.com mercari.jp merpay.com
zozotown|zozo: zozo.jp zozo.com
ヨドバシカメラ|ヨドバシ.com|ヨドバシ: yodobashi.com
ビックカメラ: biccamera.com
ユニクロ|uniqlo: uniqlo.com fastretailing.com
ニトリ: nitori-net.jp nitori.co.jp
セブンイレブン|セブン-イレブン|7pay|オムニ7: sej.co.jp 7andi.com omni7.jp 7id.omni7.jp
ファミリーマート|ファミペイ: family.co.jp famipay.co.jp
ローソン|ponta: lawson.co.jp ponta.jp loyalty.co.jp
マクドナルド|mcdonald's: mcdonalds.co.jp mcdonalds.com
スターバックス|starbucks: starbucks.co.jp starbucks.com
ana マイレージ|全日空|anaマイレージクラブ|=ana: ana.co.jp 121.ana.co.jp
jalマイレージ|日本航空|jalマイレージバンク: jal.co.jp jal.com
じゃらん|リクルート|ホットペッパー: jalan.net recruit.co.jp hotpepper.jp r.recruit.co.jp
=ライン|=line|line pay|lineヤフー: line.me linecorp.com lycorp.co.jp line-scdn.net
野村證券|野村証券: nomura.co.jp nomuraholdings.com
大和証券: daiwa.co.jp daiwa.jp
マネックス証券|monex: monex.co.jp
松井証券: matsui.co.jp
gmoクリック証券: click-sec.com
dmm|dmm.com|dmm fx: dmm.com dmm.co.jp
岩井コスモ証券|岡三証券|東海東京証券: iwaicosmo.co.jp okasan-online.co.jp okasan.co.jp tokaitokyo.co.jp
日本生命|第一生命|明治安田|住友生命: nissay.co.jp dai-ichi-life.co.jp meijiyasuda.co.jp sumitomolife.co.jp
かんぽ生命: jp-life.japanpost.jp japanpost.jp
アフラック: aflac.co.jp aflac.com
日本年金: nenkin.go.jp
東急カード|東急: topcard.co.jp tokyu.co.jp
エムアイカード|三越伊勢丹: micard.co.jp isetan.co.jp mistore.jp imhds.co.jp
高島屋|髙島屋: takashimaya.co.jp
出前館: demae-can.com
ウォルマート: walmart.com
trezor suite|exodus wallet|phantom wallet|uniswap|=okx|bybit|gemini exchange: trezor.io exodus.com phantom.app phantom.com uniswap.org okx.com bybit.com gemini.com
livelo|smiles milhas|serasa|detran|correios|caixa econômica|caixa economica|receita federal: livelo.com.br smiles.com.br serasa.com.br serasaexperian.com.br detran.sp.gov.br correios.com.br caixa.gov.br gov.br
banco santander|agencia tributaria|seguridad social|=dgt: santander.com santander.com.br bancosantander.es agenciatributaria.gob.es seg-social.es dgt.es gob.es
aruba.it|=aruba|agenzia delle entrate|=inps|=spid|tim telecom|enel energia: aruba.it arubapec.it agenziaentrate.gov.it inps.it spid.gov.it tim.it enel.it
assurance maladie|ameli|=antai|impots.gouv|free mobile|=edf|leboncoin|vinted|sncf: ameli.fr antai.gouv.fr impots.gouv.fr gouv.fr free.fr edf.fr leboncoin.fr vinted.fr vinted.com sncf-connect.com sncf.com connect.sncf sncf.fr
elster|=adac|barmer|techniker krankenkasse|zalando|otto versand|deutsche bahn|=bahn: elster.de adac.de barmer.de tk.de zalando.de zalando.com zalando.fr zalando.co.uk zalando.it zalando.es otto.de bahn.de deutschebahn.com
digid|belastingdienst|=kpn|ziggo|=odido|bol.com|=bol: digid.nl belastingdienst.nl kpn.com ziggo.nl odido.nl bol.com
iberdrola|endesa|movistar|telefonica: iberdrola.es iberdrola.com endesa.com endesaclientes.com movistar.es movistar.com telefonica.com
naver|네이버|카카오|kakao|국세청|쿠팡|coupang: naver.com navercorp.com kakao.com kakaocorp.com daum.net hometax.go.kr nts.go.kr coupang.com
阿里云|支付宝|淘宝|顺丰|微信|腾讯: aliyun.com alipay.com taobao.com sf-express.com weixin.qq.com qq.com tencent.com
eventbrite|=meetup|substack|=notion|=figma|=asana|hubspot: eventbrite.com event.eventbrite.com meetup.com substack.com notion.so notion.com figma.com asana.com hubspot.com hubspotemail.net
`
