package phish

// topic is what a phrase is about.
type topic uint8

// The topics of fraud.
const (
	secret    topic = iota // asks to prove who one is, or for a password or card
	threat                 // something is blocked, closed, or was misused
	hurry                  // at once, or else
	mailbox                // quota, held mails, upgrades of the mail service
	document               // somebody has sent a file, a voice message, something to sign
	parcel                 // a delivery that failed or costs
	tax                    // refunds, fines and duties
	payment                // a payment that failed, an invoice, a subscription
	account                // bank details of a partner or for wages that change
	transfer               // asks for a transfer or vouchers
	private                // asks for silence or a quick favour
	prize                  // won, chosen, inherited
	blackmail              // has seen, has recorded
	coin                   // wallets and money made fast
	press                  // click here
	stranger               // greets nobody in particular
	topics
)

// words are the topics in both languages, for reasons.
var words = [topics]string{
	secret: "asks for a password or proof of identity", threat: "says that an account is blocked or misused", hurry: "urges", mailbox: "talks of a full or expiring mailbox",
	document: "offers a document or voice message", parcel: "talks of a delivery", tax: "talks of taxes or a refund", payment: "talks of a payment that failed or is due",
	account: "announces other bank details", transfer: "asks for a transfer or vouchers", private: "asks for a quick favour or silence", prize: "promises money",
	blackmail: "blackmails", coin: "talks of wallets or fast profit", press: "asks to click", stranger: "greets nobody in particular",
}

// lures are the phrases of each topic, folded, parted by "|". A blank stands for any white space.
var lures = [topics]string{
	secret: "verify your account|verify your identity|verify your information|verify your email|verify your e-mail|verify your details|verify your mailbox|verify your billing|verify account|verify now|verify it's you|verify that it's you|" +
		"confirm your account|confirm your identity|confirm your information|confirm your email|confirm your details|confirm your password|confirm your billing|confirm ownership|confirm account|account verification|identity verification|" +
		"account confirmation|validate your account|validate your email|validate your mailbox|validate account|revalidate|re-validate|re-confirm|reconfirm your|authenticate your account|update your account|update your information|update your billing|update your payment|" +
		"update your details|update your records|update your profile|update account|update your password|restore your account|restore access|restore your access|regain access|reactivate your account|re-activate|reactivate your|recover your account|" +
		"unlock your account|unlock account|sign in to your account|sign-in to your account|log in to your account|login to your account|log into your account|keep your password|keep same password|keep current password|retain password|" +
		"same password|password expires|password will expire|password is about to expire|password has expired|password is set to expire|password expiration|password expiry|password reset|reset your password|change your password immediately|" +
		"your credentials|login credentials|security verification|security question|social security number|card number|credit card information|cvv|one-time passcode|two-factor authentication|2fa|multi-factor authentication|mfa|secret phrase|" +
		"recovery phrase|seed phrase|review your account|review your information|review recent activity|review activity|complete the verification|complete verification|verification process|verification required|verification is required|kyc|" +
		"ご本人確認|本人確認のため|本人確認が必要|本人認証|本人様確認|アカウントの確認|アカウント情報の確認|アカウント情報の更新|アカウントの更新|会員情報の更新|会員情報を更新|会員情報のご確認|お客様情報の確認|お客様情報の更新|お客様情報を更新|情報を更新してください|" +
		"登録情報の確認|登録情報の更新|登録情報をご確認|ご登録情報|パスワードの有効期限|パスワードの変更を|パスワードを変更|パスワードを更新|パスワードの更新|パスワードの期限|パスワードの確認|パスワードを維持|現在のパスワード|同じパスワード|暗証番号|カード番号|" +
		"カード情報の更新|カード情報を更新|カード情報の再登録|お支払い方法を更新|お支払い方法の更新|支払い方法を更新|支払い情報を更新|お支払い情報の更新|お支払い方法の変更|認証を完了|認証手続き|再認証|確認手続き|更新手続き|ログインして確認|ログインして、|" +
		"ログイン情報|認証コード|ワンタイムパスワード|追加認証|多要素認証|2段階認証|二段階認証|デバイス認証|確認用アカウント|メールアドレスの認証|メールアカウントの確認|アカウントの検証|アカウントを検証|アカウントを確認|利用確認|ご利用確認",
	threat: "account has been suspended|account is suspended|account suspended|account will be suspended|account suspension|temporarily suspended|been suspended|account has been limited|account is limited|account limited|limited access|temporarily limited|" +
		"account has been locked|account is locked|account locked|account will be locked|temporarily locked|been locked|account has been disabled|account will be disabled|account disabled|will be disabled|be deactivated|account deactivation|" +
		"will be deactivated|been deactivated|will be terminated|account termination|will be closed|account closure|will be deleted|permanently deleted|permanently closed|permanently disabled|permanently suspended|been restricted|account restricted|" +
		"restricted access|account on hold|placed on hold|been placed on hold|been blocked|account blocked|will be blocked|unusual activity|unusual sign|unusual login|unusual attempt|suspicious activity|suspicious login|suspicious sign|" +
		"suspicious transaction|unauthorized access|unauthorised access|unauthorized login|unauthorized transaction|unauthorized activity|unauthorized use|unrecognized device|unrecognised device|unknown device|new device|someone tried|" +
		"someone has your password|attempted to sign in|attempted login|failed login|login attempt|sign-in attempt|security alert|security notice|security warning|security breach|security issue|security update|policy violation|violation of our|" +
		"copyright infringement|copyright violation|community standards|loss of access|lose access|service interruption|avoid interruption|avoid suspension|avoid termination|avoid losing|avoid deactivation|avoid closure|fraudulent|we noticed|" +
		"we detected|we have detected|we've detected|we have noticed|we were unable to|unable to verify|could not verify|did not recognize|if this wasn't you|wasn't you|was not you|not authorized by you|" +
		"アカウントが停止|アカウントを停止|アカウントの停止|アカウント停止|アカウントがロック|アカウントをロック|アカウントロック|アカウントが制限|アカウントを制限|アカウントの制限|アカウントが凍結|アカウントを凍結|アカウントが無効|アカウントの利用を|アカウントを一時|アカウントは一時|" +
		"利用停止|ご利用を制限|利用を制限|利用制限|ご利用を一時|一時停止|一時的に停止|一時的に制限|一時的に凍結|一時的にロック|一時保留|口座を凍結|口座の凍結|取引を制限|お取引を制限|お取引の停止|取引制限|サービスを停止|サービス停止|サービスの停止|永久に|凍結|失効|" +
		"不正アクセス|不正ログイン|不正なログイン|不正利用|不正使用|不正な取引|不正取引|不正な操作|第三者による|第三者不正|第三者の不正|異常なログイン|異常なアクセス|異常な取引|異常ログイン|異常を検知|異常が検出|不審なログイン|不審なアクセス|不審な取引|身に覚えのない|" +
		"心当たりのない|いつもと異なる|通常と異なる|普段と異なる|新しいデバイス|新しい端末|別の端末|セキュリティ警告|セキュリティ上の理由|セキュリティ強化|セキュリティシステム|セキュリティ通知|異常検知|ログインを検知|ログインが検出|ログインがありました|自動解約|強制解約|退会処理|規約違反",
	hurry: "within 24 hours|within 48 hours|within 12 hours|within 72 hours|within 24hrs|within 48hrs|in 24 hours|in the next 24|next 24 hours|next 48 hours|24 hours of|48 hours of|24-48 hours|immediate action|act now|act immediately|action required|" +
		"urgent action|take action now|immediate attention|urgent attention|requires your attention|attention required|immediately to avoid|as soon as possible to avoid|final notice|final warning|last warning|final reminder|last notice|expires today|" +
		"expire today|expires soon|expiring today|before it's too late|failure to do so|failure to comply|failure to verify|if you do not verify|if you fail to|if no action|if not verified|urgent response|urgent notice|urgent notification|important notice|" +
		"24時間以内|48時間以内|72時間以内|12時間以内|24時間以内に|本日中に|至急|早急に|直ちに|今すぐ|お急ぎください|最終通知|最終警告|最終案内|最終確認|最後の通知|重要なお知らせ|緊急のお知らせ|緊急のご連絡|緊急連絡|【重要】|【緊急】|【至急】|【最終|【警告】|【要確認】|【ご注意】|" +
		"必ずご確認|期限切れ|期限内に|期限までに|ご対応をお願い|ご対応ください|お手続きをお願い|お手続きください|手続きを完了|手続きが完了しない|確認が取れない場合|ご確認いただけない場合|ご返信いただけない場合|ご回答がない場合|放置|法的措置|差し押さえ|差押",
	mailbox: "mailbox is full|mailbox full|mailbox is almost full|mailbox almost full|mailbox storage|mailbox quota|mailbox size|mailbox has exceeded|exceeded its storage|exceeded the storage|exceeded your storage|storage limit|storage quota|quota exceeded|" +
		"quota limit|email quota|out of storage|storage is full|storage full|almost out of|running out of space|low disk space|upgrade your mailbox|mailbox upgrade|email upgrade|webmail upgrade|upgrade your email|upgrade your account|mailbox update|" +
		"mail upgrade|server upgrade|account upgrade|upgrade quota|increase your storage|pending messages|pending emails|pending mails|pending incoming|messages pending|incoming messages|undelivered messages|undelivered mails|undelivered emails|" +
		"unreceived|failed to sync|failed to deliver|sync error|held messages|messages on hold|emails on hold|mails on hold|quarantined messages|quarantined emails|quarantine notification|release messages|release your messages|release all|" +
		"release to inbox|deliver messages|retrieve messages|retrieve your messages|recover messages|view messages|review messages|webmail|web-mail|email administrator|mail administrator|email admin|mail admin|it help desk|it helpdesk|it-helpdesk|help desk|" +
		"it support|it department|it service|it desk|email support|mail support|email service|mail service|mail server|email server|system administrator|email termination|email deactivation|email shutdown|deactivation request|termination request|" +
		"request to deactivate|request to terminate|request to close|cancel request|cancel this request|cancel deactivation|mail delivery|dear email user|dear webmail|dear account user|email account|email verification|mailbox owner|mailbox user|imap|" +
		"メールボックスの容量|メールボックスがいっぱい|メールボックスが満杯|メールボックス容量|容量を超え|容量が不足|容量不足|容量制限|保留中のメール|保留中のメッセージ|未配信|未受信|配信保留|受信保留|受信できません|配信できなかった|隔離されたメール|メールサーバー|メールサーバの|" +
		"メールの保管|メール管理者|メール管理チーム|メールシステム管理|ウェブメール|webメール|メールアカウントが|メールアカウントは|メールアドレスは|メールサービスの",
	document: "shared a document|shared a file|shared with you|shared document|shared file|has shared|document shared|document has been shared|file has been shared|view document|view the document|view file|view shared|review document|review and sign|" +
		"review the document|open document|access document|access the document|access file|download document|download file|download attachment|download invoice|view attachment|view invoice|view message|view voicemail|view fax|preview document|" +
		"sign the document|sign document|please sign|please docusign|completed document|document for signature|e-signature|electronic signature|secure document|secure message|secured message|encrypted message|protected message|protected document|" +
		"encrypted document|confidential document|scanned document|scanned file|scan from|scanner|new voicemail|voicemail|voice mail|voice message|missed call|missed a call|new voice|audio message|call recording|caller id|caller|new fax|fax message|" +
		"incoming fax|fax received|received a fax|efax|e-fax|remittance advice|remittance|payment advice|swift copy|payment copy|proof of payment|payment slip|payment confirmation attached|purchase order|new order|request for quotation|rfq|" +
		"quotation request|statement of account|overdue invoice|salary review|salary increase|payroll|bonus|employee handbook|annual leave|performance review|benefits|hr department|human resources|policy update|onedrive|sharepoint|wetransfer|docusign|" +
		"共有されました|ファイルを共有|ドキュメントを共有|共有ファイル|文書を確認|文書の確認|書類を確認|ドキュメントを表示|ドキュメントを開く|ファイルを表示|ファイルを開く|ファイルをダウンロード|ダウンロードしてください|請求書を表示|電子署名|署名をお願い|署名してください|" +
		"音声メッセージ|ボイスメール|不在着信|ファックス|fax受信|スキャンされた|暗号化されたメッセージ|保護されたメッセージ|給与改定|給与明細|賞与|人事部より",
	parcel: "your package|your parcel|your shipment|your delivery|package delivery|parcel delivery|delivery attempt|delivery failed|failed delivery|delivery failure|delivery notification|unable to deliver|could not be delivered|couldn't be delivered|" +
		"could not deliver|couldn't deliver|missed delivery|missed your delivery|reschedule|redelivery|re-delivery|redeliver|shipping fee|shipping fees|shipping cost|delivery fee|customs fee|customs fees|customs duty|customs charge|unpaid customs|" +
		"import duty|tracking number|track your package|track your parcel|track shipment|tracking code|held at|on hold at|at our depot|distribution center|incomplete address|incorrect address|wrong address|address information|confirm your address|" +
		"update your address|delivery address|schedule your delivery|schedule delivery|waiting for delivery|awaiting delivery|pending delivery|package is waiting|package is pending|package pending|" +
		"再配達|お荷物|配達できません|配達できなかった|配達に失敗|配送できません|配送できなかった|配送先の住所|配送先住所|住所が不明|住所不明|住所に誤り|住所の確認|ご不在|不在のため|持ち帰り|配達状況|配送状況|配達予定|配送手数料|配送料金|送料のお支払い|関税|通関|荷物の追跡|追跡番号|荷物が保管|保管期限|配送センター",
	tax: "tax refund|tax return|tax rebate|tax payment|unpaid tax|outstanding tax|eligible for a refund|eligible to receive a refund|you are eligible|refund amount|claim your refund|claim refund|refund is pending|refund pending|refund request|" +
		"refund notification|unclaimed refund|pending refund|council tax|stimulus|government grant|unpaid toll|toll invoice|unpaid fine|parking fine|traffic fine|speeding|penalty charge|court notice|notice to appear|" +
		"還付金|税金の還付|未払い税金|未納税金|未納の税金|税金のお支払い|滞納|所得税|住民税|延滞金|未払いの|督促|給付金|支援金|協力金|マイナポイント|ポイント付与|ポイントが失効|ポイントの有効期限|ポイント進呈|プレゼントキャンペーン|確定申告",
	payment: "payment failed|payment failure|payment declined|payment was declined|payment unsuccessful|payment could not be processed|could not process your payment|couldn't process your payment|unable to process your payment|payment issue|payment problem|" +
		"billing problem|billing issue|billing information|billing details|payment information|payment method|payment details|payment has been declined|card was declined|card has been declined|card has expired|subscription has expired|subscription expired|" +
		"subscription will|subscription has been|membership has expired|membership expired|auto-renew|auto renew|auto-renewal|automatically renew|renewal of your|renew your|renewed for|renew now|cancel your subscription|cancel the order|cancel order|cancel this order|" +
		"cancel the transaction|cancel payment|dispute this|has been charged|will be charged|been debited|charged to your|order confirmation|invoice number|invoice no|unpaid invoice|outstanding invoice|past due|overdue|amount due|domain renewal|domain name|" +
		"domain expiry|domain expiration|domain expires|domain will expire|hosting|renewal notice|expiration notice|toll-free|toll free|call us at|call our|customer support number|helpline|" +
		"お支払いが確認できません|お支払いが確認できない|お支払いが完了していません|お支払いができません|お支払いに失敗|支払いに失敗|決済に失敗|決済ができません|決済できません|決済エラー|引き落とし|引落し|口座振替|ご請求金額|請求金額|お支払い金額|ご利用明細|ご利用のお知らせ|カード利用のお知らせ|" +
		"未払い|料金未納|料金のお支払い|利用料金|お支払い期限|支払期限|会費のお支払い|会費|プライム会員|自動更新|更新できません|更新できませんでした|更新に失敗|有効期限が切れ|有効期限切れ|注文の確認|ご注文の確認|注文をキャンセル|キャンセルする|ドメインの更新|契約更新",
	account: "change of bank|change in bank|changed our bank|changed bank|new bank account|new bank details|new account details|new banking|bank details have changed|bank details has changed|updated bank|updated banking|update our bank|bank account change|" +
		"change our bank|change my bank|change my direct deposit|direct deposit|update my direct deposit|update my payroll|update my bank|change my payroll|payroll information|payroll details|payroll account|different account|alternative account|" +
		"account has changed|account is under audit|account under audit|undergoing audit|currently being audited|bank audit|beneficiary account|account on file|previous account|old account|banking details|bank information|remit to|remit payment|" +
		"振込先変更|振込先の変更|振込先が変|振込先を変|振込先口座|口座変更|口座の変更|口座が変|口座を変更|新しい口座|新口座|別の口座|取引銀行の変更|銀行口座を変更|銀行口座の変更|入金先|送金先の変更|送金先が変|給与振込口座|給与の振込先|監査のため|会計監査",
	transfer: "wire transfer|bank transfer today|process a payment|process a transfer|make a payment|make a transfer|urgent payment|payment today|same day payment|same-day|ach payment|ach transfer|initiate a|wire instructions|wiring instructions|payment be made|" +
		"settle an invoice|settle the invoice|outstanding payment|gift card|gift cards|giftcard|itunes card|amazon card|google play card|steam card|apple card|scratch|send me the codes|purchase some|buy some|reimburse|reimbursement|aging report|ageing report|" +
		"accounts receivable|w-2|w2 form|available balance|account balance|how much do we have|ギフトカード|ギフト券|プリペイドカード|itunesカード|アマゾンギフト|電子マネー|至急お振込|至急振込|至急送金|送金をお願い|送金して|振込をお願い|お振込をお願い|振り込んで|本日中に振込|本日中にお振込|本日中に送金|支払い処理|支払処理|立て替え|立替|口座残高|残高を教え|買掛金",
	private: "are you available|are you free|are you at your desk|are you in the office|are you at the office|are you busy|are you around|quick favor|quick favour|quick task|quick request|quick question|small favor|do me a favor|a favor|personal favor|need your help|" +
		"need you to|handle this|get this done|take care of|cell number|your cell|mobile number|whatsapp number|whatsapp|phone number so|text you|in a meeting|on a conference call|can't talk|cannot talk|can't take calls|can't call|cannot take calls|no calls|just reply|reply by email|email me back|keep this confidential|" +
		"strictly confidential|keep this between|between us|discreet|confidential acquisition|do not discuss|surprise|sent from my|" +
		"お手すき|お時間ありますか|手は空いて|今会社にいますか|今オフィスに|席にいますか|ご在席|頼みたいことが|お願いしたいことが|急ぎで頼|会議中|電話に出られません|電話には出られ|電話できません|電話はできません|メールで返信|メールにて返信|メールで連絡|内密に|極秘|他言無用|口外しない|line グループ|lineグループ|lineのグループ|qrコードを送|グループを作成",
	prize: "you have won|you've won|you won|winning notification|congratulations|lucky winner|lottery|claim your prize|claim your reward|claim your gift|claim now|have been selected|been selected|been chosen|you are chosen|free gift|exclusive reward|survey reward|reward points|" +
		"loyalty reward|loyalty program|inheritance|next of kin|deceased|late client|beneficiary|million dollars|million usd|million united states|million euro|us$|usd$|fund transfer|unclaimed funds|unclaimed fund|compensation fund|compensation payment|" +
		"atm card|atm visa card|consignment|diplomat|barrister|attorney at law|foundation donation|donation|donate|humanitarian|widow|cancer|investment proposal|business proposal|mutual benefit|mutual interest|joint venture|confidential business|foreign partner|transaction is|" +
		"ご当選|当選しました|当選おめでとう|当選されました|ご当選者|抽選の結果|賞金|受け取り手続き|受取手続き|遺産|寄付金|支援させて|差し上げます|お受け取りください|高額|億円|万円を",
	blackmail: "recorded you|i recorded|video of you|your webcam|your camera|through your camera|adult site|adult website|porn|masturbating|masturbation|pleasing yourself|hacked your|i hacked|i have hacked|i have access to your|full access to your|gained access to|trojan|rat software|" +
		"malware on your|spyware|your browsing history|your contacts|all your contacts|your secret|embarrass|reputation|your password is|i know your password|is your password|send the video|destroy the video|delete the video|48 hours to pay|50 hours|" +
		"あなたのデバイス|あなたのパソコン|あなたのカメラ|あなたのウェブカメラ|カメラを通じて|カメラへのアクセス|録画しました|ビデオを作成|あなたの動画|アダルトサイト|ポルノ|自慰|ハッキングしました|ハッキングされ|乗っ取りました|トロイの木馬|トロイウイルス|マルウェアを|恥ずかしい|あなたの連絡先|削除します|評判",
	coin: "bitcoin|btc wallet|btc address|bitcoin address|cryptocurrency|crypto wallet|wallet address|your wallet|connect wallet|connect your wallet|wallet connect|walletconnect|wallet verification|airdrop|token claim|usdt|ethereum|staking|nft|mining|trading platform|" +
		"guaranteed profit|guaranteed return|passive income|earn daily|per day from home|work from home|financial freedom|make money|double your|risk free|risk-free|trading signals|forex|investment opportunity|loan offer|instant loan|personal loan|business loan|low interest|" +
		"ビットコイン|仮想通貨|暗号資産|ウォレット|エアドロップ|副業|在宅ワーク|誰でも簡単|簡単に稼|確実に稼|稼げる|月収|日給|高収入|不労所得|元本保証|必ず儲|儲かる|投資セミナー|投資グループ|銘柄を無料|急騰|株の情報|融資|即日融資|審査なし",
	press: "click here|click below|click the link|click the button|click on the link|click on the button|click this link|click on this|click link|by clicking|clicking here|clicking the|follow the link|follow this link|follow the instructions|use the link|link below|button below|" +
		"log in here|login here|sign in here|log in now|login now|sign in now|get started|proceed here|continue here|start here|tap here|scan the qr|scan the code|scan this qr|qr code|copy and paste|" +
		"こちらをクリック|ここをクリック|下記リンク|以下のリンク|次のリンク|下記のリンク|以下のurl|下記url|下記のurl|リンクをクリック|urlをクリック|ボタンをクリック|クリックして|下記より|以下より|下記からログイン|以下からログイン|こちらからログイン|ログインはこちら|確認はこちら|こちらから確認|手続きはこちら|お手続きはこちら|詳細はこちら|こちらへアクセス|アクセスしてください|qrコードを読み|qrコードをスキャン|コピーして",
	stranger: "dear customer|dear user|dear client|dear valued|valued customer|dear member|dear account|dear sir|dear madam|dear friend|dear beloved|dear beneficiary|dear winner|dear email|dear subscriber|dear employee|dear owner|dear cardholder|dear card|dear recipient|" +
		"attention:|attn:|hello dear|dear user,|hi dear|good day|greetings|dearest|my dear|dear all staff|dear staff|dear colleague|お客様各位|会員各位|会員様|ユーザー様|ユーザ様|ご利用者様|お客様へ|カード会員様|親愛なる|拝啓|尊敬する|こんにちは、あなた|お客さま各位|利用者各位",
}
