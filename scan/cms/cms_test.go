package cms

import (
	"bytes"
	"strings"
	"testing"
)

// der encodes a value.
func der(tag byte, parts ...string) string {
	body := strings.Join(parts, "")
	if len(body) < 0x80 {
		return string([]byte{tag, byte(len(body))}) + body
	}
	return string([]byte{tag, 0x82, byte(len(body) >> 8), byte(len(body))}) + body
}

// ber encodes a value of indefinite length.
func ber(tag byte, parts ...string) string {
	return string([]byte{tag, 0x80}) + strings.Join(parts, "") + "\x00\x00"
}

const data = "\x06\x09\x2a\x86\x48\x86\xf7\x0d\x01\x07\x01"

func TestContent(t *testing.T) {
	text := strings.Repeat("Content-Type: text/plain\r\n\r\nhello\r\n", 10)
	whole := der(0x30, signedData, der(0xa0, der(0x30, der(2, "\x01"), der(0x31), der(0x30, data, der(0xa0, der(4, text))), der(0x31))))
	pieces := ber(0x30, signedData, ber(0xa0, ber(0x30, der(2, "\x01"), der(0x31), ber(0x30, data, ber(0xa0, ber(0x24, der(4, text[:100]), der(4, text[100:])))), der(0x31))))
	for name, b := range map[string]string{"DER": whole, "BER": pieces, "cut": pieces[:len(pieces)-9]} {
		if got := Content([]byte(b)); string(got) != text {
			t.Errorf("%s: %q", name, got)
		}
	}
	for _, b := range []string{"", whole[:30], strings.Replace(whole, signedData, data, 1), der(0x30, signedData)} {
		if got := Content([]byte(b)); got != nil {
			t.Errorf("%q: %q", b, got)
		}
	}
}

func FuzzContent(f *testing.F) {
	f.Add([]byte(ber(0x30, signedData, ber(0xa0, ber(0x30, der(2, "\x01"), der(0x31), ber(0x30, data, ber(0xa0, ber(0x24, der(4, "x")))))))))
	f.Add(bytes.Repeat([]byte{0x30, 0x80}, 50))
	f.Fuzz(func(t *testing.T, b []byte) {
		if got := Content(b); len(got) > len(b) {
			t.Fatal("more than there was")
		}
	})
}
