package dkim

import (
	"crypto"
	"crypto/ed25519"
	"crypto/rsa"

	"sekisho/mail/zone"
)

// Returned finds a signature over the header of a mail that one of our keys made, whatever became of its body: notifications of failure
// return the header of the mail that caused them, and often no more. key gives the public half for a domain and a selector, nil for those
// that are not ours. It proves that this header left here, not that this mail did: the one who sends the notification has read it.
func Returned(m *Mail, key func(domain, selector string) crypto.PublicKey) (domain string, ok bool) {
	tried := 0
	for i, f := range m.Fields {
		if !f.Is("DKIM-Signature") {
			continue
		}
		if tried++; tried > MostSignatures {
			break
		}
		tags, err := ParseTags(Body(m.Fields[i].Raw))
		if err != nil {
			continue
		}
		d, named := zone.Host(tags.Text("d"))
		seal, err := ReadSeal(tags)
		if !named || err != nil || !seal.Signs("From") {
			continue
		}
		k := Key{public: key(d, tags.Text("s"))}
		switch k.public.(type) {
		case *rsa.PublicKey, ed25519.PublicKey:
			if k.Verify(seal.headerSum(m, m.Fields[i].Raw), seal.signature) {
				return d, true
			}
		}
	}
	return "", false
}
