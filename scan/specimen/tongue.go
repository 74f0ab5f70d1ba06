package specimen

import "strings"

// tongue is what wanted and unwanted mails say in one language. Every second entry of a list belongs to the other family.
type tongue struct {
	code                string
	good, goodLines     []string
	bad, badLines       []string
	goodShown, badShown []string
}

// tongues are the kinds of other languages.
func tongues() []kind {
	var out []kind
	for i := range others {
		t := &others[i]
		out = append(out,
			kind{name: "ham-" + t.code, share: 4, form: t.wanted, most: 4, subjects: t.good, lines: t.goodLines},
			kind{name: "phish-" + t.code, bad: true, share: 3, form: t.fraud, most: 4, subjects: t.bad, lines: t.badLines})
	}
	return out
}

// wanted is a letter, a notice of a company, or news of a small one.
func (t *tongue) wanted(m *maker) letter {
	var l letter
	switch m.IntN(3) {
	case 0:
		l.name, l.from = m.person(false)
		l.page = m.IntN(3) == 0
		if l.answer = m.IntN(3) == 0; l.answer {
			l.subject = m.one("Re: ", "AW: ", "RE: ", "回复:")
		}
		if m.IntN(4) == 0 {
			l.attach = m.one("rapport.pdf", "2025-04.pdf", "contract_v2.pdf", m.mix(6)+".pdf")
		}
	case 1:
		l = noticeForm(false)(m)
		l.shown = m.pick(t.goodShown)
	default:
		l = smallForm(false)(m)
		l.shown = m.pick(t.goodShown)
	}
	l.subject += m.pick(t.good)
	l.lines = m.text()
	return l
}

// fraud is mail of swindlers, in a company's name or in that of the recipient's mail service.
func (t *tongue) fraud(m *maker) letter {
	l := phishForm(false)(m)
	if m.IntN(3) == 0 {
		l = officeForm(false)(m)
	}
	l.subject, l.lines = m.pick(t.bad), m.text()
	if l.link != "" && !strings.HasPrefix(l.shown, "https:") {
		l.shown = m.pick(t.badShown)
	}
	return l
}

var others = []tongue{
	{code: "de",
		good: []string{"Termin am {date}", "Ihre Bestellung {id}", "Rechnung {id}", "Protokoll der Sitzung", "Ihre Buchungsbestätigung", "Neues aus unserem Laden", "Angebot für {n} Stück", "Ihre Sendung ist unterwegs", "Urlaub im Juli", "Einladung zum Sommerfest", "Ihr Kontoauszug liegt bereit", "Anmeldung von einem neuen Gerät"},
		goodLines: []string{"Guten Tag, vielen Dank für Ihre Bestellung. Wir melden uns, sobald die Ware unser Lager verlässt.", "Hallo, können wir den Termin auf {time} Uhr verschieben? Der Zug hat Verspätung.", "Im Anhang finden Sie die Rechnung. Bitte überweisen Sie den Betrag innerhalb von 14 Tagen.", "Ihr Paket wird voraussichtlich am {date} zugestellt.",
			"Liebe Kolleginnen und Kollegen, am Freitag ist das Büro ab Mittag geschlossen.", "Sie erhalten diese Nachricht, weil Sie unseren Newsletter abonniert haben. Abmelden", "Ihr Kontoauszug steht in Ihrem Postfach bereit. Die Anmeldung erfolgt wie gewohnt.", "Anbei das unterschriebene Angebot. Die Lieferung erfolgt in der kommenden Woche.",
			"Wir haben die Zahlung von {amount} Euro erhalten. Danke!", "Bitte bestätigen Sie Ihre E-Mail-Adresse, um die Registrierung abzuschließen.", "Mit freundlichen Grüßen", "Viele Grüße aus Hamburg", "Am Wochenende gibt es frisches Brot und Kuchen zum halben Preis.", "Für Ihren Einkauf haben Sie {n} Punkte gesammelt."},
		bad: []string{"Ihr Konto wurde vorübergehend gesperrt", "Wichtige Mitteilung zu Ihrem Konto", "Ihr Paket wartet auf Zustellung", "Zahlung fehlgeschlagen", "Handlungsbedarf: Daten bestätigen", "Ihr Abonnement läuft ab", "Letzte Mahnung", "Sicherheitsupdate erforderlich", "Ihr TAN-Verfahren läuft ab", "Ungewöhnliche Aktivität festgestellt"},
		badLines: []string{"Sehr geehrter Kunde, aus Sicherheitsgründen haben wir Ihr Konto vorübergehend eingeschränkt.", "Bitte bestätigen Sie Ihre Daten innerhalb von 24 Stunden, sonst wird Ihr Konto gesperrt.", "Ihre letzte Zahlung konnte nicht verarbeitet werden. Aktualisieren Sie Ihre Zahlungsmethode.", "Ihr Paket konnte nicht zugestellt werden. Es fallen Gebühren von {n},99 EUR an.",
			"Wir haben einen ungewöhnlichen Zugriff auf Ihr Konto festgestellt.", "Klicken Sie auf den folgenden Link, um die Sperrung aufzuheben.", "Ihr pushTAN-Verfahren läuft am {date} ab. Eine Verlängerung ist zwingend erforderlich.", "Bei ausbleibender Bestätigung wird Ihr Zugang dauerhaft deaktiviert.", "Sie haben Anspruch auf eine Rückerstattung von {amount} EUR.", "Ihr Kundenservice", "Dies ist eine automatische Nachricht, bitte antworten Sie nicht.", "Melden Sie sich an, um Ihre Identität zu überprüfen."},
		goodShown: []string{"Sendung verfolgen", "Zum Kundenkonto", "Mehr erfahren", "Details ansehen", "Online ansehen", "Bestellung ansehen"}, badShown: []string{"Jetzt bestätigen", "Konto verifizieren", "Hier klicken", "Jetzt aktualisieren", "Zur Anmeldung", "Gebühr bezahlen"}},
	{code: "fr",
		good: []string{"Réunion du {date}", "Votre commande {id}", "Facture de mars", "Compte rendu", "Votre billet", "Les nouveautés du mois", "Devis pour {n} pièces", "Votre colis est en route", "Congés d'été", "Invitation à notre soirée", "Votre relevé est disponible", "Nouvelle connexion à votre compte"},
		goodLines: []string{"Bonjour, merci pour votre commande. Nous vous écrirons dès son expédition.", "Bonjour, pouvons-nous décaler la réunion à {time} ? Le train a du retard.", "Vous trouverez la facture ci-jointe. Merci de la régler avant la fin du mois.", "Votre colis sera livré le {date}.",
			"Chers collègues, le bureau ferme à midi vendredi.", "Vous recevez cet email car vous êtes inscrit à notre lettre. Se désinscrire", "Votre relevé mensuel est disponible dans votre espace client.", "Ci-joint le devis signé. La livraison aura lieu la semaine prochaine.", "Nous avons bien reçu votre paiement de {amount} euros.", "Merci de confirmer votre adresse email pour terminer l'inscription.", "Cordialement", "Bien à vous, à jeudi", "Ce week-end, les tartes sont à moitié prix.", "Vous avez gagné {n} points de fidélité avec cet achat."},
		bad: []string{"Votre compte a été suspendu", "Information importante concernant votre compte", "Votre colis est en attente", "Échec de paiement", "Action requise : confirmez vos informations", "Votre abonnement a expiré", "Dernier rappel", "Mise à jour de sécurité obligatoire", "Votre carte arrive à expiration", "Activité inhabituelle détectée"},
		badLines: []string{"Cher client, pour des raisons de sécurité, votre compte a été temporairement limité.", "Veuillez confirmer votre identité sous 24 heures, faute de quoi votre compte sera bloqué.", "Votre dernier paiement a été refusé. Mettez à jour votre moyen de paiement.", "Votre colis n'a pas pu être livré. Des frais de {n},99 € sont à régler.",
			"Nous avons détecté une connexion inhabituelle sur votre compte.", "Cliquez sur le lien ci-dessous pour rétablir votre accès.", "Votre nouvelle carte est disponible. Remplissez le formulaire pour la recevoir.", "Sans action de votre part, votre accès sera définitivement désactivé.", "Vous avez droit à un remboursement de {amount} €.", "Le service client", "Ceci est un message automatique, merci de ne pas répondre.", "Connectez-vous pour vérifier vos informations personnelles."},
		goodShown: []string{"Suivre mon colis", "Mon espace client", "En savoir plus", "Voir la commande", "Voir en ligne", "Lire la suite"}, badShown: []string{"Confirmer maintenant", "Vérifier mon compte", "Cliquez ici", "Mettre à jour", "Accéder à mon compte", "Payer les frais"}},
	{code: "es",
		good: []string{"Reunión del {date}", "Su pedido {id}", "Factura de marzo", "Acta de la reunión", "Su reserva está confirmada", "Novedades del mes", "Presupuesto para {n} piezas", "Su paquete está en camino", "Vacaciones de verano", "Invitación a la fiesta", "Su extracto está disponible", "Nuevo inicio de sesión"},
		goodLines: []string{"Hola, gracias por su pedido. Le avisaremos cuando salga del almacén.", "Buenos días, ¿podemos mover la reunión a las {time}? El tren llega tarde.", "Adjunto la factura. Le ruego que la abone antes de fin de mes.", "Su paquete llegará el {date}.", "Compañeros, el viernes la oficina cierra a mediodía.", "Recibe este correo porque se suscribió a nuestro boletín. Darse de baja", "Su extracto mensual ya está disponible en su área de cliente.", "Adjunto el presupuesto firmado. La entrega será la próxima semana.",
			"Hemos recibido su pago de {amount} euros.", "Confirme su dirección de correo para terminar el registro.", "Saludos cordiales", "Un abrazo, hasta el jueves", "Este fin de semana los pasteles están a mitad de precio.", "Ha conseguido {n} puntos con su compra."},
		bad: []string{"Su cuenta ha sido suspendida", "Información importante sobre su cuenta", "Su paquete está retenido", "Pago rechazado", "Acción necesaria: confirme sus datos", "Su suscripción ha caducado", "Último aviso", "Actualización de seguridad obligatoria", "Su tarjeta ha sido bloqueada", "Actividad inusual detectada"},
		badLines: []string{"Estimado cliente, por motivos de seguridad hemos limitado su cuenta temporalmente.", "Confirme su identidad en 24 horas o su cuenta será bloqueada.", "Su último pago fue rechazado. Actualice su método de pago.", "Su paquete no ha podido ser entregado. Debe abonar {n},99 € de gastos.", "Hemos detectado un acceso no autorizado a su cuenta.", "Haga clic en el siguiente enlace para restablecer el acceso.", "Active su dispositivo de seguridad para seguir operando.", "De lo contrario su acceso será desactivado definitivamente.",
			"Tiene derecho a un reembolso de {amount} €.", "Atención al cliente", "Este es un mensaje automático, no responda.", "Inicie sesión para verificar sus datos personales."},
		goodShown: []string{"Seguir el envío", "Área de cliente", "Más información", "Ver pedido", "Ver en línea", "Seguir leyendo"}, badShown: []string{"Confirmar ahora", "Verificar mi cuenta", "Haga clic aquí", "Actualizar", "Acceder", "Pagar gastos"}},
	{code: "it",
		good: []string{"Riunione del {date}", "Il suo ordine {id}", "Fattura di marzo", "Verbale della riunione", "La tua prenotazione", "Le novità del mese", "Preventivo per {n} pezzi", "Il tuo pacco è in arrivo", "Ferie estive", "Invito alla festa", "Il tuo estratto conto è disponibile", "Nuovo accesso al tuo account"},
		goodLines: []string{"Buongiorno, grazie per il suo ordine. La avviseremo alla partenza della merce.", "Ciao, possiamo spostare la riunione alle {time}? Il treno è in ritardo.", "In allegato la fattura. Il pagamento è previsto a 30 giorni.", "Il pacco sarà consegnato il {date}.", "Cari colleghi, venerdì l'ufficio chiude a mezzogiorno.", "Ricevi questa email perché sei iscritto alla newsletter. Annulla iscrizione", "L'estratto conto è disponibile nella tua area clienti.", "In allegato il preventivo firmato. La consegna sarà la prossima settimana.",
			"Abbiamo ricevuto il pagamento di {amount} euro.", "Conferma il tuo indirizzo email per completare la registrazione.", "Cordiali saluti", "A presto, ci vediamo giovedì", "Nel fine settimana le torte costano la metà.", "Con questo acquisto hai raccolto {n} punti."},
		bad: []string{"Il suo conto è stato sospeso", "Comunicazione importante sul tuo conto", "Il tuo pacco è in giacenza", "Pagamento non riuscito", "Azione richiesta: conferma i tuoi dati", "Il tuo abbonamento è scaduto", "Ultimo avviso", "Aggiornamento di sicurezza obbligatorio", "La tua carta è stata bloccata", "Attività anomala rilevata"},
		badLines: []string{"Gentile cliente, per motivi di sicurezza abbiamo limitato il suo conto.", "Confermi la sua identità entro 24 ore, altrimenti il conto sarà bloccato.", "L'ultimo pagamento è stato rifiutato. Aggiorna il metodo di pagamento.", "Non è stato possibile consegnare il pacco. Sono dovute spese di {n},99 €.", "Abbiamo rilevato un accesso anomalo al tuo conto.", "Clicca sul link seguente per ripristinare l'accesso.", "Verifica i tuoi dati per continuare a usare i servizi.", "In caso contrario l'accesso sarà disattivato definitivamente.",
			"Hai diritto a un rimborso di {amount} €.", "Servizio clienti", "Questo è un messaggio automatico, non rispondere.", "Accedi per verificare i tuoi dati personali."},
		goodShown: []string{"Segui la spedizione", "Area clienti", "Scopri di più", "Vedi ordine", "Vedi online", "Continua a leggere"}, badShown: []string{"Conferma ora", "Verifica il conto", "Clicca qui", "Aggiorna", "Accedi", "Paga le spese"}},
	{code: "pt",
		good: []string{"Reunião de {date}", "Seu pedido {id}", "Fatura de março", "Ata da reunião", "Sua reserva está confirmada", "Novidades do mês", "Orçamento para {n} peças", "Seu pacote está a caminho", "Férias de verão", "Convite para a festa", "Sua fatura já está disponível", "Novo acesso à sua conta"},
		goodLines: []string{"Olá, obrigado pelo seu pedido. Avisaremos quando sair do depósito.", "Bom dia, podemos mudar a reunião para as {time}? O trem está atrasado.", "Segue em anexo a nota do serviço prestado. O pagamento pode ser feito até o fim do mês.", "Seu pacote chega no dia {date}.", "Pessoal, na sexta o escritório fecha ao meio-dia.", "Você recebe este email porque assinou nosso boletim. Cancelar inscrição", "Sua fatura está disponível na área do cliente.", "Segue o orçamento assinado. A entrega será na próxima semana.",
			"Recebemos seu pagamento de {amount} reais.", "Confirme seu endereço de email para concluir o cadastro.", "Atenciosamente", "Um abraço, até quinta", "No fim de semana os bolos estão pela metade do preço.", "Você ganhou {n} pontos nesta compra."},
		bad: []string{"Sua conta foi suspensa", "Seus pontos expiram hoje", "Seu pacote foi retido", "Pagamento recusado", "Ação necessária: confirme seus dados", "Sua assinatura expirou", "Último aviso", "Atualização de segurança obrigatória", "Seu cartão foi bloqueado", "Pendência em seu CPF"},
		badLines: []string{"Prezado cliente, por motivos de segurança sua conta foi limitada.", "Confirme sua identidade em 24 horas ou sua conta será bloqueada.", "Seu último pagamento foi recusado. Atualize sua forma de pagamento.", "Não foi possível entregar seu pacote. Pague a taxa de R$ {n},99.", "Detectamos um acesso não autorizado em sua conta.", "Clique no link abaixo para regularizar a situação.", "Seus {amount} pontos vencem hoje. Resgate agora mesmo.", "Caso contrário seu acesso será desativado definitivamente.",
			"Você tem direito a um reembolso de R$ {amount}.", "Central de atendimento", "Mensagem automática, não responda.", "Evite o bloqueio e atualize seu dispositivo de segurança."},
		goodShown: []string{"Acompanhar entrega", "Área do cliente", "Saiba mais", "Ver pedido", "Ver online", "Continue lendo"}, badShown: []string{"Confirmar agora", "Regularizar", "Clique aqui", "Atualizar", "Resgatar agora", "Pagar taxa"}},
	{code: "nl",
		good:      []string{"Vergadering op {date}", "Je bestelling {id}", "Factuur maart", "Notulen", "Je reservering is bevestigd", "Nieuws van deze maand", "Offerte voor {n} stuks", "Je pakket is onderweg", "Vakantie in juli", "Uitnodiging zomerfeest", "Je afschrift staat klaar", "Nieuwe aanmelding bij je account"},
		goodLines: []string{"Hallo, bedankt voor je bestelling. We laten het weten zodra die is verzonden.", "Goedemorgen, kunnen we de afspraak verzetten naar {time} uur?", "In de bijlage vind je de factuur. Graag betalen binnen 14 dagen.", "Je pakket wordt op {date} bezorgd.", "Beste collega's, vrijdag sluit het kantoor om twaalf uur.", "Je ontvangt deze mail omdat je bent ingeschreven voor onze nieuwsbrief. Uitschrijven", "Je afschrift staat klaar in je klantomgeving.", "Bijgaand de getekende offerte. De levering is volgende week.", "We hebben je betaling van {amount} euro ontvangen.", "Bevestig je e-mailadres om de registratie af te ronden.", "Met vriendelijke groet", "Groeten en tot donderdag"},
		bad:       []string{"Uw rekening is geblokkeerd", "Belangrijke mededeling over uw rekening", "Uw pakket wordt vastgehouden", "Betaling mislukt", "Actie vereist: bevestig uw gegevens", "Uw bankpas verloopt", "Laatste herinnering", "Verplichte beveiligingsupdate"},
		badLines:  []string{"Geachte klant, uit veiligheidsoverwegingen is uw rekening tijdelijk beperkt.", "Bevestig uw gegevens binnen 24 uur, anders wordt uw rekening geblokkeerd.", "Uw laatste betaling is geweigerd. Werk uw betaalgegevens bij.", "Uw pakket kon niet worden bezorgd. Betaal {n},99 euro verzendkosten.", "Wij hebben een ongebruikelijke inlogpoging vastgesteld.", "Klik op de onderstaande link om de blokkering op te heffen.", "Uw huidige bankpas verloopt. Vraag direct een nieuwe pas aan.", "Zonder bevestiging wordt uw toegang definitief uitgeschakeld."},
		goodShown: []string{"Volg je pakket", "Mijn omgeving", "Lees meer", "Bekijk bestelling"}, badShown: []string{"Nu bevestigen", "Gegevens controleren", "Klik hier", "Nieuwe pas aanvragen"}},
	{code: "zh",
		good:      []string{"关于下周会议", "您的订单{id}", "三月发票", "会议纪要", "预订成功通知", "本月新闻", "{n}件产品报价", "您的包裹已发出", "假期安排", "活动邀请", "账单已生成", "新设备登录提醒"},
		goodLines: []string{"您好,感谢您的订购,发货后我们会再通知您。", "下周的会议能否改到{time}?请告知。", "附件是本月发票,请在月底前付款。", "您的包裹预计{date}送达。", "各位同事,周五下午放假。", "您收到此邮件是因为订阅了我们的通讯。退订", "您的账单已生成,可登录官网查看。", "附件是签好的合同,下周交货。", "我们已收到您的付款{amount}元。", "请确认您的邮箱地址以完成注册。", "此致敬礼", "祝工作顺利"},
		bad:       []string{"您的邮箱容量已满", "账户异常通知", "关于发放劳动补贴的通知", "邮箱停用警告", "系统升级通知", "您有未送达的邮件", "密码即将过期", "备案通知"},
		badLines:  []string{"尊敬的用户,您的邮箱存储空间已满,请立即升级。", "请在24小时内验证您的账户,否则将被停用。", "请扫描二维码申领补贴,逾期视为放弃。", "系统检测到您的账户存在异常登录。", "请点击下面的链接完成备案认证。", "您的密码即将过期,点击保持当前密码。", "若未及时处理,您的邮箱将被永久关闭。", "请填写银行卡号和身份证号码以便发放。"},
		goodShown: []string{"查看订单", "了解更多", "在线阅读", "查看物流"}, badShown: []string{"立即验证", "点击升级", "保持密码", "立即办理"}},
	{code: "ko",
		good:      []string{"다음 주 회의 일정", "주문 {id} 확인", "3월 세금계산서", "회의록", "예약이 완료되었습니다", "이번 달 소식", "견적 요청 {n}개", "상품이 발송되었습니다", "휴가 안내", "행사 초대", "이용 명세서 안내", "새로운 기기 로그인 알림"},
		goodLines: []string{"안녕하세요. 주문해 주셔서 감사합니다. 발송되면 다시 안내드리겠습니다.", "회의를 {time}로 옮길 수 있을까요? 확인 부탁드립니다.", "첨부한 계산서를 확인하시고 월말까지 입금 부탁드립니다.", "상품은 {date}에 도착할 예정입니다.", "금요일은 정오에 사무실을 닫습니다.", "본 메일은 소식지를 구독하신 분께 발송됩니다. 수신거부", "이번 달 명세서는 홈페이지에서 확인하실 수 있습니다.", "서명한 계약서를 첨부합니다. 납품은 다음 주입니다.", "{amount}원이 입금되었습니다.", "가입을 완료하려면 이메일 주소를 확인해 주세요.", "감사합니다.", "좋은 하루 되세요."},
		bad:       []string{"회원님의 계정이 보호조치 되었습니다", "비정상적인 로그인 시도 안내", "메일 용량이 초과되었습니다", "비밀번호가 곧 만료됩니다", "배송 주소 오류 안내", "결제 실패 안내", "미수신 메일 안내", "환급금 안내"},
		badLines:  []string{"고객님의 계정에서 비정상적인 로그인이 감지되었습니다.", "24시간 이내에 본인 확인을 완료하지 않으면 계정이 정지됩니다.", "메일함 용량이 가득 찼습니다. 지금 업그레이드하세요.", "비밀번호가 만료됩니다. 아래 버튼으로 현재 비밀번호를 유지하세요.", "주소 오류로 배송할 수 없습니다. 수수료를 결제해 주세요.", "결제가 거절되었습니다. 결제 정보를 업데이트하세요.", "아래 링크를 클릭하여 보류된 메일을 받으세요.", "확인하지 않으면 서비스 이용이 영구 제한됩니다."},
		goodShown: []string{"주문 확인", "자세히 보기", "온라인으로 보기", "배송 조회"}, badShown: []string{"본인 확인", "지금 업그레이드", "비밀번호 유지", "결제하기"}},
}
