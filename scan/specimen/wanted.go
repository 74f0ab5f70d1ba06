package specimen

// inside is wanted mail of many sorts: what offices, shops, schools, machines and families write on ordinary days. Much of it uses the very
// words of swindlers (accounts, passwords, payments, documents, parcels) without wanting anything that its reader would regret.
var inside = []kind{
	{name: "ham-inside-en", share: 7, form: insideForm(false), most: 4, subjects: []string{
		"Planned maintenance on {day}", "Mail server update this weekend", "Fire drill on {date}", "New password rules from {date}", "Payslips for this month", "Parking during the works", "VPN: please update your client", "Office closed on {date}", "Reminder: annual leave", "Your mailbox is nearly full",
		"New printers on the second floor", "Staff survey closes {day}", "Security awareness training", "Welcome {given}", "Phone system change", "Canteen menu", "Updated travel policy", "Salary statements are online", "Short outage of the wiki", "Backup of laptops"},
		lines: []string{
			"Dear colleagues, the file server will be down on {day} from {time} for about an hour while we replace a disk.", "The mail system will be restarted on {day} night. Mail that arrives meanwhile is delivered afterwards; you need not do anything.",
			"From {date} passwords need at least fourteen characters. Change yours in the usual place on the intranet; we never ask for it by mail or phone.", "Payslips for this month are in the staff portal. Questions go to payroll, extension {n}1.",
			"There will be a fire drill on {date} at {time}. Please leave the building by the nearest stairs.", "Your mailbox uses more than nine tenths of its space. Please move what you no longer need to the archive.",
			"The new printers are set up. Hold your badge to the reader to collect your pages.", "Please update the VPN client before {day}; the old version will stop working. The package is in the software centre.",
			"The survey takes five minutes and is anonymous. So far {n} people have taken part.", "The training about phishing has to be done once a year. You find it in the learning system under your name.",
			"{given} joins the accounts team on {day}. Please make {given} feel welcome.", "The revised travel rules apply from the first of next month. The main change is the mileage rate.",
			"If something does not work afterwards, call the service desk on {n}00.", "Cars must be moved from the yard by {day}, because the surface is renewed.",
			"Please hand in leave requests for the summer by {date}, so that every team is covered.", "Your annual statement of pension contributions was sent to your home address.",
			"The service desk", "Facility management", "Human resources", "Thank you for your patience."}},
	{name: "ham-receipt-en", share: 5, form: smallForm(false), most: 5, subjects: []string{
		"Receipt for your payment", "Your receipt from {service} [{n}-{n}]", "Invoice {id} from {service}", "Payment received, thank you", "Order {id} confirmed", "Refund issued", "You paid {service}", "Your bill for this month", "Renewal receipt", "Credit note {id}"},
		lines: []string{
			"Amount paid: ${n}.00. Date paid: {date}. Payment method: card ending in 42{n}.", "Thanks for your payment. This mail is your receipt; no further action is needed.",
			"Subtotal {n}.00, tax {n}.10, total {amount}. Charged to your card on {date}.", "Invoice number {id}, billing period {date} to {date}. A PDF copy is available in your account.",
			"We have refunded {amount} to your original payment method. It can take five to ten days to appear.", "Your plan renews automatically each month until you cancel it in the billing settings.",
			"Billed to {given} {family}. If you have questions about this charge, reply to this mail and we will help.", "We were paid; the order {id} is being packed and leaves on {day}.",
			"The credit note for the returned {product} is attached. It will be set off against your next order.", "The direct debit of {amount} will be taken on or after {date}."}},
	{name: "ham-code-en", share: 5, form: noticeForm(false), most: 3, subjects: []string{
		"Your verification code", "{n}{n}{n} is your sign-in code", "Security code", "A new device signed in", "Two-step verification was turned on", "Your email address was changed", "Confirm it is you", "An access token was added to your account", "Password changed", "Recovery codes were viewed"},
		lines: []string{
			"Your code is {n}{n}{n}. It is valid for ten minutes. Never give it to anybody.", "Use the following code to finish signing in: {n}4{n}7.",
			"Someone signed in to your account from a browser on Linux. If it was you, no action is needed.", "If you did not ask for this code, somebody may have typed your address by mistake and you can ignore this mail.",
			"Two-step verification is now on. Keep your backup codes in a safe place.", "A token named deploy was created with read access. You can review or delete it in your settings.",
			"Your password was changed on {date}. If you did not do this, reset it from the sign-in page.", "The address of your account was changed as you asked. The old one receives this last message."}},
	{name: "ham-tool-en", share: 8, form: toolForm(false), most: 4, subjects: []string{
		"[{id}] {given} commented on your ticket", "{given} shared a folder with you", "{given} assigned {id} to you", "Merge request !{n} was approved", "{given} mentioned you", "Invitation: {thing-en} @ {day} {time}", "{given} has joined your meeting", "Re: [{id}] Printer offline", "Comment on {thing-en}", "Build {n} failed: main",
		"Your weekly summary", "Accepted: {thing-en}", "Alert: disk usage above {n}%", "Resolved: alert {id}", "{given} edited a page", "You were added to a channel", "Form answers: {n} new", "Canceled: call about {thing-en}", "Please sign: {thing-en}", "All have signed {thing-en}"},
		lines: []string{
			"{given} {family} commented: I have freed some space, please check whether the backup runs again.", "{given} ({box}) invited you to the folder {thing-en}. You can open it with your usual account.",
			"{given} moved the ticket from open to in progress. Priority: normal. Component: network.", "The pipeline failed in the stage test after {n} minutes. The log is attached to the job.",
			"{given} wrote in the channel general: lunch is in the kitchen, first come first served.", "When: {day} {time}, for 45 minutes. Where: room 2 and video call. Organiser: {given} {family}.",
			"{given} approved these changes and left a remark on line {n}.", "The disk of the host db{n} is {n} per cent full. The alert fires when it stays so for ten minutes.",
			"You are receiving this because you follow the page. Change your notification settings at any time.", "This week: {n} tasks done, {n} added, {n} overdue.",
			"{given} {family} sent you a document to sign: {thing-en}. Message: as agreed on the phone, thanks.", "Everybody has signed. The finished copy is kept in the case and attached here.",
			"The meeting was cancelled by the organiser. Your calendar is updated.", "{given} answered your question: yes, the second option is the cheaper one."}},
	{name: "ham-reading-en", share: 6, form: smallForm(false), most: 6, subjects: []string{
		"The morning briefing", "Your {day} digest", "Five things to read this weekend", "What the new budget means", "Issue {n}: rivers", "The week in review", "Live now: our autumn lecture", "Top answers for you", "New from authors you follow", "In today's edition",
		"{n} new posts in your groups", "Podcast: how bridges are built", "Recipe of the week", "Your photos from {date}"},
		lines: []string{
			"Good morning. Temperatures fall across the north today, and trains in the west run late.", "The council voted on {day} for a new bicycle road along the river. Work begins in spring.",
			"Our reporter visited a village that repairs its own machines. A long read for a quiet evening.", "In this edition: an interview with a beekeeper, {n} books for winter, and the puzzle.",
			"Researchers found that old maps of the coast were more exact than believed.", "The match ended two to one. Here are the tables and the goals in pictures.",
			"You follow {n} authors; three of them published something this week.", "Soak the beans overnight, then cook them slowly with bay leaf and a little salt.",
			"You get this letter because you subscribed. Unsubscribe with one click.", "The festival begins on {date}. Tickets at the door, children free.",
			"Share this edition with a friend, or read it on our site.", "Shares closed higher after the bank left its rate unchanged."}},
	{name: "ham-sale-en", share: 5, form: smallForm(false), most: 5, subjects: []string{
		"New arrivals just landed", "{n}% off until Sunday", "Winter sale: everything for the garden", "Back in stock: {product}", "A little thank you", "Free delivery this week", "Members only: early access", "Your basket is waiting", "You have {n} points", "Gifts under 30",
		"Happy birthday from {service}", "The new catalogue is here"},
		lines: []string{
			"Our new collection is in the shop and online. Delivery is free from thirty euro.", "Only until Sunday: {n} per cent off the whole range with the code WINTER{n}.",
			"You left {product} in your basket. We keep it for you for two days.", "Good news: {product} is back in stock, in all sizes.",
			"As a member you can buy two days before everybody else.", "Every order comes with a packet of seeds this month.",
			"You have collected {n} points. They can be used at the till or online.", "Visit our shop in the old town; we are open on Saturday until six.",
			"Prices include tax. Offer valid while stocks last. Unsubscribe here.", "Have a look at what other customers bought with it."}},
	{name: "ham-travel-en", share: 4, form: noticeForm(false), most: 4, subjects: []string{
		"Your booking {id}", "Check-in is open", "Your e-ticket", "Itinerary for {date}", "Change to your train", "How was your stay?", "Your ride on {day}", "Boarding pass", "Reservation confirmed: table for {n}", "Your parcel arrives today between {time} and {time}"},
		lines: []string{
			"Thank you for booking with us. Reservation {id}, arrival {date}, two nights, breakfast included.", "You can check in now and choose a seat. Please be at the gate by {time}.",
			"Your ticket is attached as a PDF. Show it on your phone or print it.", "The train on {date} leaves at {time} instead, from platform {n}.",
			"Cancellation is free until two days before arrival.", "Your driver was {given}. Trip fare {amount}, paid by card.",
			"We look forward to seeing you at {time}. If you are late, call the restaurant.", "Your parcel is in the van. There are {n} stops before yours."}},
	{name: "ham-private-en", share: 7, form: letterForm(false), most: 3, subjects: []string{
		"Sunday", "Photos from the hike", "Class trip on {date}", "Parents' evening", "Keys", "Training cancelled {day}", "Your old bike", "Cat sitting in July", "Mum's birthday", "Rehearsal moved to {time}", "Notes", "Dinner?", "General meeting of the club", "Flat viewing {day}", "Doctor's appointment", "Recipe"},
		lines: []string{
			"Are you coming for lunch on Sunday? Dad is making his soup. Call me.", "I put the pictures from Saturday here, the good ones are at the end.",
			"The children need packed lunch, rain clothes and three euro for the bus on {date}.", "Training is cancelled on {day} because the hall is closed. See you next week.",
			"Could you feed the cat while we are away? The key is with {given} next door.", "Is the bike still for sale? I could come by on {day} after {time}.",
			"The general meeting is on {date} at {time} in the back room. Motions please to the board by {day}.", "We thought of giving her a voucher for the theatre; would you put in ten?",
			"Two cups of flour, three eggs, a pinch of salt, and let it rest for an hour.", "The landlord can show the flat on {day} at {time}. Please bring a copy of your passport and the last three payslips.",
			"I will be late, the tram is stuck again. Start without me.", "The doctor's office rang: your appointment is moved to {date}, {time}.",
			"Love, {given}", "Miss you all."}},
	{name: "ham-list-en", share: 6, form: letterForm(false), most: 4, subjects: []string{
		"[dev] {id}: segfault in parser", "Re: patch for review", "[users] Question about configuration", "[announce] Version 2.{n} released", "Proposal: drop support for old compilers", "Slow queries after upgrade", "RFC: new on-disk format", "mirror out of date", "[bug {n}] wrong sort order", "Call for papers", "Minutes of the working group", "[sec] advisory {id}"},
		lines: []string{
			"I can reproduce this on the current branch, but not on the last release. A bisect points at the change of {day}.", "The attached patch fixes the leak for me. Please test; I ran the suite on two machines.",
			"Does anybody know whether the option is read before or after the include files?", "We are happy to announce version 2.{n}. It fixes {n} bugs; see the changelog for credits.",
			"I object to the second part. Nobody has shown numbers for real workloads yet.", "The index is used when I set the cost by hand, so it must be the estimate.",
			"Quoting is broken when the name contains a backslash. Test case below.", "The mirror in the north has not synced since {date}; I wrote to its admin.",
			"An attacker who can write to the socket may read memory of the process. Update to 2.{n}; there is no workaround.", "Submissions close on {date}. Short papers are welcome.",
			"On a 64 bit machine the struct grows by eight bytes, which is why the checksum differs.", "+1 from me, with the rename that {given} suggested."}},
	{name: "ham-money-en", share: 5, form: noticeForm(false), most: 4, subjects: []string{
		"Your statement is ready", "A direct debit is due on {date}", "We could not take your payment", "Your card was used abroad", "Transfer received", "Your tax document is available", "Interest rates change on {date}", "Your new card is on its way", "Card payment {amount} at a shop", "Your policy documents"},
		lines: []string{
			"Your statement for the month is ready in online banking. We never send links that ask for your PIN.", "We will collect {amount} on {date} by direct debit, reference {id}.",
			"Your last payment did not go through, probably because your card expired. You can change the card in your account when it suits you; nothing stops for ten days.", "You paid {amount} with the card ending in {n}. If you do not know this payment, call the number on the back of your card.",
			"A transfer of {amount} from {given} {family} reached your account.", "Your new card will be in your letter box within a week. The old one works until then.",
			"From {date} we change the interest on instant access savings. The table is enclosed.", "The documents of your home insurance are enclosed. Please check that the address is right."}},
	{name: "ham-trade-en", share: 6, form: letterForm(false), most: 5, subjects: []string{
		"Quotation {id}", "Re: delivery dates", "Enquiry: {n} units", "Application as technician", "Interview on {day}", "Order confirmation {id}", "Samples", "Updated price list", "Re: overdue invoice {id}", "Our new bank details", "Contract for signature", "References"},
		lines: []string{
			"Please quote for {n} pieces of the attached drawing, delivered to our works in {day}'s truck.", "Our price is {amount} ex works, valid until {date}. Delivery four weeks after order.",
			"The invoice {id} is now two weeks overdue. If you have paid meanwhile, please take no notice of this letter.", "I apply for the position in your service team. My curriculum and certificates are attached.",
			"Thank you for coming in. We would like to invite you to a second talk on {day} at {time}.", "As announced by letter in spring, we moved our account to another bank. Please call me on the number you know before you change it in your system.",
			"The samples left here today with the usual carrier, number {id}.", "The contract is attached in two copies. Please return one with your signature.",
			"We confirm your order of {date}. Partial deliveries are possible.", "The price list from {date} is attached; only the bearings went up.",
			"Could you split the delivery? We need half of it before {date}.", "Our buyer {given} is on leave; until then please write to me."}},
}
