package specimen

// more is further wanted mail in other languages: of the recipient's house, of shops and services, of clubs and families.
func more() []kind {
	var out []kind
	for i := range further {
		t := &further[i]
		forms := []func(*maker) letter{insideForm(false), noticeForm(false), smallForm(false), letterForm(false)}
		out = append(out, kind{name: "ham-day-" + t.code, share: 6, most: 4, subjects: t.good, lines: t.goodLines, form: func(m *maker) letter {
			l := forms[m.IntN(len(forms))](m)
			l.subject, l.lines = m.pick(t.good), m.text()
			if l.link != "" {
				l.shown = m.pick(t.goodShown)
			}
			return l
		}})
	}
	return out
}

var further = []tongue{
	{code: "de",
		good: []string{"Wartung am Wochenende", "Ihr Sicherheitscode", "Beleg für Ihre Zahlung", "Einladung zur Jahreshauptversammlung", "{n} % Rabatt bis Sonntag", "Elternabend am {date}", "Ihre Reise am {date}", "Neue Passwortregeln", "Gehaltsabrechnung verfügbar", "Sonntag", "{given} hat einen Ordner geteilt", "Anfrage über {n} Stück", "Neue Anmeldung", "Ihre Lastschrift am {date}", "Ihr Postfach ist fast voll", "Danke für gestern"},
		goodLines: []string{"Liebe Kolleginnen und Kollegen, der Mailserver wird in der Nacht neu gestartet. Sie müssen nichts tun.", "Ihr Code lautet {n}{n}{n}. Er gilt zehn Minuten. Geben Sie ihn niemandem weiter.", "Sie haben {amount} EUR gezahlt. Die Einzelheiten finden Sie in Ihrem Konto.", "Wir laden herzlich zur Versammlung am {date} um {time} Uhr ein. Anträge bitte bis Freitag.",
			"Nur bis Sonntag gibt es {n} Prozent Rabatt auf das ganze Sortiment. Solange der Vorrat reicht.", "Der Elternabend findet am {date} im Klassenzimmer statt.", "Ihr Zug fährt von Gleis {n}. Die Fahrkarte finden Sie im Anhang.", "Ab dem nächsten Monat müssen Passwörter vierzehn Zeichen lang sein. Wir fragen nie per Mail danach.",
			"Die Abrechnung steht im Mitarbeiterportal. Fragen beantwortet die Personalabteilung.", "Kommst du am Sonntag zum Essen? Papa kocht.", "{given} hat Sie zum Ordner Planung eingeladen.", "Bitte bieten Sie uns {n} Stück nach beiliegender Zeichnung an.",
			"In Ihrem Konto gab es eine neue Anmeldung. Wenn Sie das waren, ist nichts zu tun.", "Wir buchen {amount} EUR am {date} von Ihrem Konto ab.", "Ihr Postfach ist zu neun Zehnteln gefüllt. Bitte räumen Sie auf.", "Herzliche Grüße vom Vorstand"},
		goodShown: []string{"Zum Portal", "Details anzeigen", "Jetzt shoppen", "Zur Reise", "Zum Intranet", "Beleg ansehen"}},
	{code: "fr",
		good: []string{"Maintenance ce week-end", "Votre code de sécurité", "Reçu pour votre paiement", "Assemblée générale", "-{n} % jusqu'à dimanche", "Réunion des parents le {date}", "Votre voyage du {date}", "Nouvelles règles de mot de passe", "Bulletin de paie disponible", "Dimanche", "{given} a partagé un dossier", "Demande de prix pour {n} pièces", "Nouvelle connexion", "Prélèvement du {date}", "Votre boîte est presque pleine", "Merci pour hier"},
		goodLines: []string{"Chers collègues, le serveur de messagerie sera redémarré cette nuit. Vous n'avez rien à faire.", "Votre code est {n}{n}{n}. Il est valable dix minutes. Ne le donnez à personne.", "Vous avez payé {amount} euros. Le détail se trouve dans votre compte.", "L'assemblée aura lieu le {date} à {time}. Les propositions sont attendues avant vendredi.",
			"Jusqu'à dimanche, {n} % de remise sur toute la boutique.", "La réunion des parents a lieu le {date} dans la classe.", "Votre train part de la voie {n}. Le billet est en pièce jointe.", "Dès le mois prochain, les mots de passe auront quatorze caractères. Nous ne les demandons jamais par mail.",
			"Le bulletin se trouve dans l'espace du personnel.", "Tu viens déjeuner dimanche ? Papa fait la cuisine.", "{given} vous invite au dossier Planning.", "Merci de nous faire une offre pour {n} pièces selon le plan joint.",
			"Une nouvelle connexion a eu lieu. Si c'était vous, tout va bien.", "Nous prélèverons {amount} euros le {date}.", "Votre boîte est pleine aux neuf dixièmes. Merci de faire du rangement.", "Amicalement, le bureau"},
		goodShown: []string{"Ouvrir le portail", "Voir le détail", "J'en profite", "Mon voyage", "Intranet", "Voir le reçu"}},
	{code: "es",
		good: []string{"Mantenimiento el sábado", "Su código de seguridad", "Recibo de su pago", "Asamblea general", "{n} % de descuento hasta el domingo", "Reunión de padres", "Su viaje del {date}", "Nuevas reglas de contraseñas", "Nómina disponible", "Domingo", "{given} compartió una carpeta", "Solicitud de presupuesto", "Nuevo inicio de sesión", "Recibo domiciliado", "Su buzón está casi lleno", "Gracias por ayer"},
		goodLines: []string{"Estimados compañeros: el servidor de correo se reiniciará esta noche. No tienen que hacer nada.", "Su código es {n}{n}{n}. Vale diez minutos. No lo comparta con nadie.", "Ha pagado {amount} euros. Los detalles están en su cuenta.", "La asamblea será el {date} a las {time}. Las propuestas, antes del viernes.",
			"Hasta el domingo, {n} % de descuento en toda la tienda.", "La reunión de padres es el {date} en el aula.", "Su tren sale del andén {n}. El billete va adjunto.", "Desde el mes que viene las contraseñas tendrán catorce caracteres. Nunca las pedimos por correo.",
			"La nómina está en el portal del empleado.", "¿Vienes a comer el domingo? Cocina papá.", "{given} le invitó a la carpeta Planificación.", "Les rogamos oferta por {n} piezas según el plano adjunto.",
			"Hubo un inicio de sesión nuevo. Si fue usted, no haga nada.", "Cargaremos {amount} euros el {date}.", "Su buzón está lleno en nueve décimas partes.", "Saludos de la junta"},
		goodShown: []string{"Abrir el portal", "Ver detalles", "Comprar", "Mi viaje", "Intranet", "Ver recibo"}},
	{code: "it",
		good: []string{"Manutenzione sabato", "Il tuo codice di sicurezza", "Ricevuta del pagamento", "Assemblea dei soci", "Sconto del {n} % fino a domenica", "Riunione dei genitori", "Il tuo viaggio del {date}", "Nuove regole per le password", "Busta paga disponibile", "Domenica", "{given} ha condiviso una cartella", "Richiesta di offerta"},
		goodLines: []string{"Cari colleghi, il server di posta sarà riavviato stanotte. Non dovete fare nulla.", "Il codice è {n}{n}{n}. Vale dieci minuti. Non darlo a nessuno.", "Hai pagato {amount} euro. I dettagli sono nel tuo account.", "L'assemblea si terrà il {date} alle {time}.",
			"Fino a domenica sconto del {n} % su tutto il negozio.", "La riunione dei genitori è il {date} in classe.", "Il treno parte dal binario {n}. Il biglietto è allegato.", "Dal mese prossimo le password avranno quattordici caratteri. Non le chiediamo mai per posta.",
			"La busta paga è nel portale del personale.", "Vieni a pranzo domenica? Cucina papà.", "{given} ti ha invitato alla cartella Piani.", "Vi preghiamo di farci un'offerta per {n} pezzi secondo il disegno allegato."},
		goodShown: []string{"Apri il portale", "Vedi i dettagli", "Acquista", "Il mio viaggio"}},
	{code: "pt",
		good: []string{"Manutenção no sábado", "Seu código de segurança", "Recibo do pagamento", "Assembleia geral", "{n} % de desconto até domingo", "Reunião de pais", "Sua viagem de {date}", "Novas regras de senhas", "Holerite disponível", "Domingo", "{given} compartilhou uma pasta", "Pedido de orçamento"},
		goodLines: []string{"Prezados colegas, o servidor de e-mail será reiniciado esta noite. Não é preciso fazer nada.", "Seu código é {n}{n}{n}. Vale por dez minutos. Não o passe a ninguém.", "Você pagou {amount} reais. Os detalhes estão na sua conta.", "A assembleia será em {date} às {time}.",
			"Até domingo, {n} % de desconto em toda a loja.", "A reunião de pais é em {date} na sala de aula.", "O ônibus sai da plataforma {n}. A passagem está em anexo.", "A partir do mês que vem as senhas terão catorze caracteres. Nunca as pedimos por e-mail.",
			"O holerite está no portal do funcionário.", "Vem almoçar domingo? O pai cozinha.", "{given} convidou você para a pasta Planos.", "Pedimos orçamento para {n} peças conforme o desenho anexo."},
		goodShown: []string{"Abrir o portal", "Ver detalhes", "Comprar", "Minha viagem"}},
	{code: "nl",
		good: []string{"Onderhoud zaterdag", "Uw beveiligingscode", "Bon van uw betaling", "Ledenvergadering", "{n} % korting tot zondag", "Ouderavond", "Uw reis op {date}", "Nieuwe regels voor wachtwoorden", "Loonstrook beschikbaar", "Zondag", "{given} deelde een map", "Offerteaanvraag"},
		goodLines: []string{"Beste collega's, de mailserver wordt vannacht herstart. U hoeft niets te doen.", "Uw code is {n}{n}{n}. Hij is tien minuten geldig. Geef hem aan niemand.", "U hebt {amount} euro betaald. De details staan in uw account.", "De vergadering is op {date} om {time} uur.",
			"Tot zondag {n} % korting op het hele assortiment.", "De ouderavond is op {date} in het lokaal.", "Uw trein vertrekt van spoor {n}. Het kaartje is bijgevoegd.", "Vanaf volgende maand hebben wachtwoorden veertien tekens. We vragen er nooit per mail om.",
			"De loonstrook staat in het personeelsportaal.", "Kom je zondag eten? Papa kookt.", "{given} nodigde u uit voor de map Planning.", "Graag een offerte voor {n} stuks volgens bijgaande tekening."},
		goodShown: []string{"Naar het portaal", "Details bekijken", "Nu kopen", "Mijn reis"}},
}
