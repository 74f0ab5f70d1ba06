package scan

import (
	"bytes"
	"context"
	"encoding/base64"
	"testing"

	"sekisho"
)

// An archive whose password stands in the same mail is looked into; else it is a finding of its own. Passwords get into no finding.
func TestPasswordInMail(t *testing.T) {
	data, err := lockedProgram()
	if err != nil {
		t.Fatal(err)
	}
	s := scanner(t)
	for text, open := range map[string]bool{"パスワードは「Kawa-2026」です。": true, "Hello": false, "The password follows in another mail.": false} {
		r := s.Scan(context.Background(), bytes.Replace(wrap("a.zip", data), []byte("Hello"), []byte(text), 1), Context{})
		if has(r, sekisho.KindExecutable) != open || has(r, sekisho.KindEncrypted) == open {
			t.Errorf("%q: %+v", text, r.Findings)
		}
		for _, f := range r.Findings {
			if bytes.Contains([]byte(f.Evidence+f.Where), []byte("Kawa")) {
				t.Errorf("the password is told: %+v", f)
			}
		}
		r = s.Attachment(context.Background(), text, "a.zip", data)
		if has(r, sekisho.KindEncrypted) == open {
			t.Errorf("alone, %q: %+v", text, r.Findings)
		}
	}
}

// lockedProgram is a zip with a program that Info-ZIP wrote, under the password Kawa-2026.
func lockedProgram() ([]byte, error) {
	return base64.StdEncoding.DecodeString("UEsDBBQACQAIAM45fV0ptmcaFAAAAC4BAAAIABwAcHJvZy50eHRVVAkAA9TQC2vU0AtrdXgLAAEEAAAAAAQAAAAAvrpUGImba4l/DAQsX8CmhxGsaARQSwcI" +
		"KbZnGhQAAAAuAQAAUEsBAh4DFAAJAAgAzjl9XSm2ZxoUAAAALgEAAAgAGAAAAAAAAAAAAKSBAAAAAHByb2cudHh0VVQFAAPU0AtrdXgLAAEEAAAAAAQAAAAA" +
		"UEsFBgAAAAABAAEATgAAAGYAAAAAAA==")
}
