package post

import (
	"fmt"
	"time"

	"sekisho/office"
	"sekisho/wire"
)

// warning is what the owner of an account is told about signing in; the text takes address, time, device and network address.
type warning struct{ subject, text string }

// warnings are the sentences: true is Japanese.
var warnings = map[string]map[bool]warning{
	wire.WarnDevice: {
		false: {"A new device signed in", "Somebody signed in as %s from a device that was not seen before: %s, %s, address %s.\r\n\r\nIf it was not you, change your password at once, end the other sessions under Security, and tell your administrator.\r\n"},
		true:  {"新しい端末からのサインイン", "%s に、これまで使われていない端末からサインインがありました（%s、%s、アドレス %s）。\r\n\r\n心当たりがない場合は、ただちにパスワードを変更し、「セキュリティ」で他のセッションを終了して、管理者にご連絡ください。\r\n"}},
	wire.WarnPassword: {
		false: {"Your password was changed", "The password of %s was changed: %s, %s, address %s. All other sessions have ended.\r\n\r\nIf it was not you, tell your administrator at once.\r\n"},
		true:  {"パスワードが変更されました", "%s のパスワードが変更されました（%s、%s、アドレス %s）。他のセッションはすべて終了しました。\r\n\r\n心当たりがない場合は、ただちに管理者にご連絡ください。\r\n"}},
	wire.WarnFactor: {
		false: {"How you sign in was changed", "A passkey, code, recovery code or app password of %s was made or removed: %s, %s, address %s.\r\n\r\nIf it was not you, change your password, look at Security, and tell your administrator.\r\n"},
		true:  {"サインイン方法が変更されました", "%s のパスキー、認証コード、リカバリーコード、またはアプリパスワードが作成または削除されました（%s、%s、アドレス %s）。\r\n\r\n心当たりがない場合は、パスワードを変更し、「セキュリティ」を確認して、管理者にご連絡ください。\r\n"}},
}

func (w warning) notice(n wire.NoticeDue, to string, now time.Time) office.Notice {
	return office.Notice{To: to, At: now, Subject: w.subject, Text: fmt.Sprintf(w.text, to, n.At.UTC().Format("2006-01-02 15:04:05 UTC"), n.By, n.Reason)}
}
