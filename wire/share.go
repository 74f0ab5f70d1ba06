package wire

import (
	"errors"
	"fmt"
	"net/netip"
	"time"

	"sekisho"
)

// Attachments that a rule wants to leave by a secure link are a stored message of their own: the list of files is its summary (class
// header), their contents stand one behind the other (class attachment), and its data key is boxed under ShareKey. Each recipient has a
// link that vault signed. Store gives box and bytes only to who has a link and, where the rule wants it, the code that was mailed to its
// recipient; vault gives keys only to who has both link and box.

// The calls about shared files.
var (
	StoreShareLook = define[ShareLook, ShareSeen](sekisho.Store, 180, "share-look", small, sekisho.Desk)
	StoreShareCode = define[ShareLook, Nothing](sekisho.Store, 181, "share-code", small, sekisho.Desk)
	StoreShareOpen = define[ShareEntry, ShareOpened](sekisho.Store, 182, "share-open", small, sekisho.Desk)
	StoreShareFile = define[ShareFetch, ShareFetched](sekisho.Store, 183, "share-file", large, sekisho.Desk)
	StoreShares    = define[ShareQuery, ShareRows](sekisho.Store, 184, "shares", large, sekisho.Admin, sekisho.Console, sekisho.Webmail)
	StoreShareStop = define[ShareQuery, Nothing](sekisho.Store, 185, "share-stop", small, sekisho.Admin, sekisho.Console, sekisho.Webmail)
	VaultShare     = define[ShareKeyQuery, Opened](sekisho.Vault, 180, "share", small, sekisho.Desk)
)

// ShareFile is one file of a share, in the order of their contents.
type ShareFile struct {
	Name string
	Type string
	Size int64
	Sum  []byte // SHA-256
}

// ShareList is the list of files, sealed as the summary of a share's message.
type ShareList struct{ Files []ShareFile }

// shareListVersion is the first byte of a list that is kept.
const shareListVersion = 1

// EncodeShareList writes a list as it is sealed and kept.
func EncodeShareList(l ShareList) []byte {
	e := encoder{b: []byte{shareListVersion}}
	planOf[ShareList]().encode(&e, &l)
	return e.b
}

// DecodeShareList reads what EncodeShareList wrote.
func DecodeShareList(b []byte) (l ShareList, err error) {
	if len(b) == 0 || b[0] != shareListVersion {
		return l, errors.New("a list of files of an unknown version")
	}
	return l, planOf[ShareList]().decode(b[1:], nil, &l)
}

// Content is the n-th file, from 0, of the contents of all.
func (l ShareList) Content(all []byte, n int) ([]byte, error) {
	at := int64(0)
	for i, f := range l.Files {
		if f.Size < 0 || f.Size > int64(len(all))-at {
			break
		}
		if i == n {
			return all[at : at+f.Size], nil
		}
		at += f.Size
	}
	return nil, sekisho.E("share.content", sekisho.NotFound, fmt.Errorf("no file %d", n+1))
}

// Share is what store knows of a share: who may have the files, and until when.
type Share struct {
	Trace   sekisho.TraceID // of the mail
	Sender  string
	Account sekisho.AccountID // of the sender; 0: he did not sign in
	To      []string
	Until   time.Time
	Opens   int  // how often each recipient may open it; 0: as often as he likes
	Code    bool // opening takes a code that is mailed to the recipient
	Files   int
}

// ShareLook shows a link, and asks for a code. Looking changes nothing.
type ShareLook struct {
	Token  []byte
	Client netip.Addr
}

// ShareSeen is what a link shows before it is opened: no file name, nothing of the mail.
type ShareSeen struct {
	State    string // "open", "used" up, "locked" after too many wrong codes
	To       string
	Sender   string
	Language string
	Until    time.Time
	Files    int
	Code     bool
	Left     int // openings that are left; -1: as many as he likes
}

// ShareEntry opens a share: with the code, where it takes one. It counts.
type ShareEntry struct {
	Token  []byte
	Code   string
	Client netip.Addr
}

// ShareOpened has a word that lets files be had for an hour, and the sealed list of them.
type ShareOpened struct {
	Word    []byte
	Message sekisho.MessageID
	Box     []byte
	Summary []byte
	Left    int
}

// ShareFetch asks for the sealed contents for one file, which is noted.
type ShareFetch struct {
	Token  []byte
	Word   []byte
	File   int // from 0
	Client netip.Addr
}

// ShareFetched are the sealed contents of all files.
type ShareFetched struct {
	Message    sekisho.MessageID
	Box        []byte
	Summary    []byte
	Attachment []byte
}

// ShareKeyQuery asks vault for the keys of a share: of its list, and with Contents those of what is in the files too.
type ShareKeyQuery struct {
	Token    []byte
	Box      []byte
	Contents bool
}

// ShareQuery asks for shares of the session's account, or of a contract for those who may see its traces; or stops one.
type ShareQuery struct {
	Pass     Pass               // Webmail, Console
	Contract sekisho.ContractID // Console, Admin; 0: all (Admin)
	Message  sekisho.MessageID  // one share; 0: all
	Most     int
	By       string // Admin: who stops it
}

// ShareRows are listed newest first. One that was stopped or is over is listed until its log is forgotten.
type ShareRows struct{ List []ShareRow }

// ShareRow is one share with what happened to it.
type ShareRow struct {
	Message  sekisho.MessageID
	Contract sekisho.ContractID
	At       time.Time
	State    string // "open", "stopped", "expired"
	Share
	Events []ShareEvent
	Opened []int // by recipient, in the order of To
}

// ShareEvent is a line of a share's log.
type ShareEvent struct {
	At        time.Time
	Recipient string
	What      string // "code", "wrong", "locked", "opened", "downloaded", "stopped", "expired"
	Who       string // the client's address; who stopped it
	File      int    // "downloaded": from 1
}
