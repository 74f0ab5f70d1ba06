package scan

import (
	"bytes"
	"slices"

	"sekisho"
	"sekisho/scan/file"
	"sekisho/scan/office"
)

// mostLocks is how many passwords are tried with documents of one mail: the keys of Office are made to take long.
const mostLocks = 24

// openedBy is the evidence for what was opened.
const openedBy = "with a password that stands in the mail"

// known are the words of the mail that may be passwords.
func (j *job) known() []string {
	j.passwords(file.Zip)
	return j.budget.Passwords
}

// another says whether one more password may be tried with a document.
func (j *job) another() bool {
	j.locks++
	return j.locks <= mostLocks && j.ctx.Err() == nil
}

// compound inspects a document of Office that is a compound file: decrypted, when a word of the mail or the password that Excel tries by
// itself opens it.
func (j *job) compound(data []byte, where string, depth int) {
	d := office.OLE(data)
	locked := slices.IndexFunc(d.Facts, func(f office.Fact) bool { return f.Name == office.Encrypted })
	if locked < 0 {
		j.document(d, where, depth)
		return
	}
	words := j.known()
	plain, word := office.Unlock(data, append([]string{office.Everybody}, words...), j.another)
	if plain == nil || depth >= deepest {
		j.document(d, where, depth)
		return
	}
	if word == office.Everybody {
		j.find(sekisho.KindEncrypted, "everybody-password", where, 0.5, "encrypted so that scanners cannot look into it, and opens without a question")
	} else {
		j.find(sekisho.KindAmbiguous, "opened", where, 0, openedBy)
		if i := slices.Index(words, word); i > 0 {
			copy(words[1:i+1], words[:i])
			words[0] = word
		}
	}
	d.Facts = slices.Delete(d.Facts, locked, locked+1)
	j.document(d, where, depth)
	j.inner("decrypted", plain, where, depth)
}

// unlocked is an OpenDocument without its encryption, when a word of the mail opens it; everything else as it is.
func (j *job) unlocked(t file.Type, data []byte, where string) []byte {
	if t != file.Zip || !bytes.Contains(data[:min(len(data), 100)], []byte("mimetypeapplication/vnd.oasis.opendocument")) || len(j.budget.Passwords) == 0 {
		return data
	}
	plain, _ := office.UnlockOpen(data, j.budget.Passwords, j.another)
	if plain == nil {
		return data
	}
	j.find(sekisho.KindAmbiguous, "opened", where, 0, openedBy)
	return plain
}
