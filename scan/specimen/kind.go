package specimen

import "slices"

// kinds are the sorts of mail, with what they say. Every second entry of a list belongs to the other family.
var kinds = slices.Concat(english, japanese, inside, insideJapanese, tongues(), more())

// english are the kinds in English.
var english = []kind{
	{name: "ham-letter-en", share: 10, form: letterForm(false), most: 4, subjects: []string{
		"Meeting on {day}", "{thing-en}", "Question about {thing-en}", "Lunch {day}?", "Notes from today's call", "Invoice {id} for March", "Draft agenda", "Holiday schedule", "Access to the shared drive", "Payment terms", "Visit next week", "Quick update",
		"Purchase order {id}", "Password for the guest wifi", "Travel expenses", "New bank holiday calendar", "Review of {thing-en}", "Thanks for yesterday"},
		lines: []string{
			"Could we move the meeting to {day} at {time}? {given} is travelling and would join by phone.", "I have attached {thing-en}. Please let me know if anything is missing.",
			"The numbers look fine to me, but I would like {given} to check the second page before we send it.", "We received the goods on {date}; two boxes were damaged and I have taken pictures.",
			"Please find our invoice {id} attached. Payment is due within 30 days as agreed.", "Can you send me the address of the hotel? I will book the train tonight.",
			"The build broke after the last merge. I reverted the change and opened a ticket.", "Do you have time for a short call about {thing-en}? Half an hour should be enough.",
			"I talked to the supplier, and they can deliver by the {n}th. The price stays at {amount} euro.", "The server will be restarted on {day} night; mail may be slow for ten minutes.",
			"Attached is the signed contract. The original goes out by post today.", "Our accounting needs the order number on every invoice, could you add it and send it again?",
			"I am out of the office until {day}. For urgent matters please call {given}.", "Thank you for the quick answer. That explains why the totals were different.",
			"Let me know which days suit you and I will set up a room.", "As discussed, here is the list of open points: {thing-en}, {thing-en} and the training.",
			"The new colleague starts on {day}. Please prepare an account and a laptop.", "We wired the amount this morning, it should be on your account by {day}.",
			"The receipt for the train tickets is attached; please book it on the project.", "Here are the figures of the last quarter: {n} % more orders, the margin fell by one point.",
			"The survey is closed. {n} people answered, most of them want longer opening hours.", "I moved the plans to the shared folder, the old place is read only now.",
			"select count(*) from orders where day > '{date}' gives {n} rows; can you compare that with your log?", "The customer asks for a quotation for {n} pieces, with delivery before {date}.",
			"Our address changes on {date}; please use the new one on all delivery notes.", "Please enter your working hours until {day} noon so that payroll can close the month.",
			"The certificate of the test server expired, I renewed it and restarted the proxy.", "Minutes: 1. budget approved, 2. {given} looks for a new supplier, 3. next meeting on {day}.",
			"Would you check my slides before the talk? The second half is still rough.", "The access card of {given} does not open the side door, could facility have a look?",
			"Congratulations on the new job! We will miss you in the team.", "The free seats were taken within an hour, so we booked a larger room.",
			"The account manager at the bank confirmed that the guarantee is in place.", "Remember to update the contact list: {given} moved to sales, phone 555-01{n}."}},
	{name: "ham-notice-en", share: 10, form: noticeForm(false), most: 4, subjects: []string{
		"Your order {id} has shipped", "Your receipt", "Your monthly statement is ready", "New sign-in to your account", "Your password was changed", "Confirm your email address", "Your delivery arrives {day}", "Payment received", "Changes to our terms", "Your subscription renews soon",
		"Your invoice {id}", "Security alert for your account", "Thanks for your order", "Your trial ends in {n} days", "Reset your password", "Rate your purchase"},
		lines: []string{
			"Thank you for your order of {product}. We will tell you when it leaves our warehouse.", "Your package with {product} was handed to the carrier. The tracking number is {id}.",
			"We noticed a new sign-in to your account from a new device. If this was you, you need not do anything.", "Your payment of {amount} was received. You find the receipt in your account.",
			"You asked us to reset your password. The link works for one hour. If you did not ask for it, ignore this mail.", "Your statement for this month is ready. Sign in to see it.",
			"Your subscription renews on {date}. You can change or cancel it at any time in the settings.", "To finish the registration please confirm your address with the button below.",
			"We are changing our terms of service on {date}. A summary of the changes is on our site.", "You receive this mail because you have an account with us. Please do not reply to it.",
			"Your card ending in {n} was charged {amount}.", "Need help? Our help pages answer the most frequent questions."}},
	{name: "ham-news-en", share: 8, form: smallForm(false), most: 6, subjects: []string{
		"What is new in {day}'s issue", "{n}% off {product}", "Our spring collection", "Five tips for better sleep", "Webinar: {thing-en}", "Release notes 4.{n}", "Last chance: early bird tickets", "Build #{n} passed", "Your weekly report", "Members' evening on {day}",
		"New stories for you", "Sale ends tonight", "Invitation: open house", "Job alert: {n} new jobs"},
		lines: []string{
			"This week we look at how small teams plan their work, and why lists are not enough.", "Until {day} you save {n}% on {product}. No code needed.",
			"The new version is faster and fixes the bug with long file names. Read the full notes online.", "Join us on {date} at {time} for an evening with short talks and drinks.",
			"Your usage this week: {n} builds, {n} minutes, no failures.", "Our bakery opens a second shop. Come by for a free coffee on the first day.",
			"Three readers asked how to keep plants alive in winter. Here is what our gardener says.", "We picked these {n} jobs for you: analyst, technician, assistant.",
			"Early bird tickets are available until the end of the month.", "You are receiving this newsletter because you signed up on our site. Unsubscribe at any time.",
			"Pipeline {id} finished with status passed in {n} minutes.", "The recording of the last webinar is online, together with the slides."}},
	{name: "phish-en", bad: true, share: 12, form: phishForm(false), most: 5, subjects: []string{
		"Your account has been suspended", "Unusual sign-in activity", "Action required: verify your account", "Payment declined", "Your package could not be delivered", "[{brand}] Security alert {id}", "Important: update your billing information", "Refund notification {id}",
		"We have limited your account", "Your {brand} account will be closed", "Re: case {id}", "Final notice", "Confirm your recent transaction", "{brand} - Shipping fee unpaid", "Your membership has expired", "New device logged in", "Verify your wallet", "Account notification for {to}"},
		lines: []string{
			"Dear customer,", "Dear {to},", "Dear valued {brand} user,", "Hello,",
			"We detected unusual activity on your account and have temporarily limited it.", "Someone tried to sign in to your {brand} account from an unknown device.",
			"To restore full access you must verify your identity within 24 hours.", "Your account will be permanently closed if you do not confirm your information.",
			"Your last payment was declined by your bank. Please update your payment method to avoid interruption of service.", "We could not deliver your parcel because of an incomplete address. A shipping fee of {n}.99 is due.",
			"You are eligible for a refund of {amount}. Fill in the form to receive it.", "Your membership has expired today. Extend it for free for 90 days.",
			"For your security, please click the button below and follow the instructions.", "If you do not complete the verification, your wallet and all funds will be locked.",
			"This is an automatic message. Do not reply.", "A charge of {amount} USD is pending on your account. If you did not authorise this, cancel it now.",
			"Our system shows that your card on file is no longer valid.", "Failure to comply leads to suspension of all services.",
			"Thank you for helping us to protect you.\n{brand} Security Team", "Case number: {id}. Customer protection department."}},
	{name: "phish-office-en", bad: true, share: 10, form: officeForm(false), most: 5, subjects: []string{
		"Password for {to} expires today", "Mailbox almost full", "You have {n} undelivered messages", "New voicemail from +1 ({n}0) 555-01{n}", "Shared document: Q{n} report", "{host} - mail server upgrade", "Incoming fax {id}", "Salary review {date}", "Action needed: deactivation request",
		"Document {id} is waiting for your signature", "Quarantine report for {box}", "Remittance advice {id}", "IT: multi-factor update", "Scan from printer {id}", "Re: contract", "Email termination notice", "Payroll update", "Purchase order {id}"},
		lines: []string{
			"Dear {box},", "Attention: {to}", "Hi {box},", "Dear user,",
			"The password of your mailbox {to} expires in 24 hours. Keep the same password below.", "You have {n} messages held on the {host} mail server because your storage is full.",
			"A request to close your email account was received. If this was a mistake, cancel the request now.", "You received a new voice message. Duration: 00:{n} seconds. Listen to it in your portal.",
			"A document was shared with you securely. Sign in with your email to view it.", "All users must upgrade to the new webmail today or lose access.",
			"Your organisation requires that you set up your authenticator again. Scan the QR code with your phone.", "Please review and sign the attached agreement.",
			"Incoming messages are pending since {date}. Release them to your inbox.", "Find attached the payment advice for your review. Use your email password to open it.",
			"Human resources has shared the revised salary scale for this year. See your own document.", "Your mailbox has reached 98% of its quota. You will not be able to send or receive.",
			"{host} mail administrator. This notice was sent to {to}.", "Do not share this e-mail. Access code: {id}. Powered by secure cloud mail."}},
	{name: "favour-en", bad: true, share: 5, form: favourForm(false), most: 3, subjects: []string{
		"Quick task", "Are you available?", "Request", "Urgent", "Direct deposit", "Change of bank details", "Follow up", "Favor", "Payment", "Payroll update", "Invoice payment today", "Confidential"},
		lines: []string{
			"Are you at your desk? I need you to handle something for me discreetly.", "I am in a meeting and cannot take calls, so reply by mail only.",
			"I want to surprise some of the staff with gift cards. Can you buy them today? I will reimburse you.", "We need to make a wire transfer to a new vendor this morning. What do you need to process it?",
			"I changed my bank and would like my salary to go to the new account before the next pay day.", "Please note that our bank account is under audit; use the new account below for all invoices.",
			"Send me your mobile number, I have a task for you.", "How soon can you get this done? Scratch the cards and send me pictures of the codes.",
			"Keep this between us until the deal is announced.", "Kindly confirm when the payment can be made; the beneficiary details will follow.",
			"Let me know the balance of our account and the list of overdue customers.", "Sent from my phone"}},
	{name: "foul-en", bad: true, share: 10, form: foulForm(false, true), most: 5, subjects: []string{
		"Re: your website", "Investment opportunity", "You have been selected", "Lose weight without diet", "Business loan at 3%", "Lonely tonight?", "Guaranteed first page on search engines", "Earn {amount} a week", "Cheap medications online", "Crypto trading robot", "Replica watches", "Work from home",
		"LED lights direct from factory", "Buy leads list", "Your reward is waiting", "Hot deal for you"},
		lines: []string{
			"We looked at your website and found that it is not on the first page. We can bring it there for a small monthly fee.", "Our trading robot makes 5% a day with no risk. Start with 250 dollars and watch it grow.",
			"Doctors hate this trick: lose {n} pounds in a month without diet or exercise.", "No prescription needed. Best prices for all popular pills, shipped discreetly.",
			"You have been chosen to receive a free phone. Answer three questions and claim it.", "We offer business and personal loans at 3% interest, no credit check, approved in 24 hours.",
			"Single girls in your area want to chat with you tonight. Join free.", "We are a professional manufacturer of LED lights and offer best quality and low price.",
			"Make money from home, no experience needed, get paid every day.", "We have a list of 5 million business contacts for sale, verified and cheap.",
			"Luxury watches at a fraction of the price, nobody sees the difference.", "Reply with your phone number for a free quotation.",
			"Limited offer, act now!!!", "To be removed reply with remove in the subject.", "Thousands have changed their life already.", "100% satisfaction or money back."}},
	{name: "fee-en", bad: true, share: 5, form: foulForm(false, false), most: 6, subjects: []string{
		"Dear beneficiary", "Business proposal", "I have access to your device", "Inheritance fund", "From the desk of {given} {family}", "Your files and your secret", "Donation for you", "Payment from your account", "Urgent reply needed", "Compensation award"},
		lines: []string{
			"I am {given} {family}, a lawyer. A late client of mine who bears your name left {n} million dollars without next of kin.", "I am a widow with cancer and want to donate my fortune to charity through you.",
			"Your fund of {n}.5 million USD has been approved by the bank and will be released as an ATM card.", "I ask for your assistance in a confidential transaction that will benefit both of us.",
			"I recorded you through your webcam while you visited adult sites and will send the video to all your contacts.", "My program gave me full access to your device, your mail and your messenger.",
			"Transfer 1400 dollars in bitcoin to my wallet within 50 hours and I delete everything.", "Bitcoin address: bc1q" + "{id}" + "x7example. After the payment you never hear of me again.",
			"Send me your full name, address and telephone for the transfer.", "I wait for your urgent reply. God bless you.", "This is no scam, keep it strictly confidential.", "Do not try to contact the police, the mail cannot be traced."}},
}
