package wire

import "sekisho"

// fetch gets things from web servers outside that mails point to. It holds nothing else, and what it got is opened by
// inspect only.

// FetchPicture gets one picture that a mail refers to, with nothing in the request that tells whose mail it is. NotFound
// means that there is none to be had: the server said so, what came is no picture by its own word, or the address is not
// public. TooMany means that the asking process asks too fast.
var FetchPicture = define[PictureQuery, FetchedPicture](sekisho.Fetch, 1, "picture", 8<<20, sekisho.Webmail)

// PictureQuery names a picture.
type PictureQuery struct{ URL string }

// FetchedPicture is what the server sent, unopened.
type FetchedPicture struct {
	Type string // as the server says: "image/png"
	Body []byte
}

// FetchPolicy gets the MTA-STS policy of a domain (RFC 8461 section 3.3): no redirect, a certificate that the web's authorities stand behind,
// at most 64 KB. NotFound means that none is to be had; its text says why.
var FetchPolicy = define[PolicyQuery, FetchedPolicy](sekisho.Fetch, 2, "policy", 128<<10, sekisho.Post)

// PolicyQuery names the domain that mail goes to.
type PolicyQuery struct{ Domain string }

// FetchedPolicy is what the server sent, unread.
type FetchedPolicy struct{ Body []byte }
