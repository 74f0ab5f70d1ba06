package file

import (
	"bytes"
	"encoding/binary"
	"strings"
	"unicode/utf16"
)

// sign is a kind of program text, and what it begins with or has.
type sign struct {
	kind string
	word string
}

// heads are what program texts begin with, in lower case, behind blanks and comments.
var heads = [...]sign{
	{"batch", "@echo off"}, {"batch", "@cls"}, {"batch", "@setlocal"}, {"registry", "windows registry editor version"}, {"registry", "regedit4"},
	{"internet shortcut", "[internetshortcut]"}, {"desktop entry", "[desktop entry]"}, {"web query", "web\r\n1\r\n"}, {"web query", "web\n1\n"},
	{"remote desktop", "full address:s:"}, {"remote desktop", "screen mode id:i:"}, {"setup information", "[version]\r\nsignature"}, {"shell command", "[shell]\r\ncommand="},
}

// lines are what a line of a program text begins with, whatever stands before it, in lower case. Such files have lines of the form
// name=value or name:type:value.
var lines = [...]sign{
	{"internet shortcut", "[internetshortcut]"}, {"desktop entry", "[desktop entry]"}, {"remote desktop", "full address:s:"}, {"remote desktop", "alternate shell:s:"},
	{"remote desktop", "remoteapplicationprogram:s:"}, {"folder settings", "[.shellclassinfo]"}, {"theme", "scrnsave.exe="}, {"theme", "[masterthemeselector]"},
	{"setup information", "[defaultinstall]"}, {"setup information", "runpresetupcommands="}, {"shell command", "[shell]"}, {"automatic start", "[autorun]"},
}

// marks are what program texts of Windows have somewhere, in lower case.
var marks = [...]sign{
	{"VBScript", `createobject("wscript.shell")`}, {"VBScript", `createobject("scripting.filesystemobject")`}, {"VBScript", `createobject("shell.application")`},
	{"VBScript", `createobject("msxml2.`}, {"VBScript", `createobject("microsoft.xmlhttp")`}, {"VBScript", "wscript.createobject("}, {"JScript", "new activexobject("},
	{"JScript", "wscript.shell"}, {"VBScript", "wscript.echo"}, {"JScript", "wscript.scriptfullname"}, {"PowerShell", "new-object net.webclient"}, {"PowerShell", "new-object system.net.webclient"},
	{"PowerShell", "[system.reflection.assembly]::load"}, {"PowerShell", "[convert]::frombase64string("}, {"PowerShell", "[system.convert]::frombase64string("},
	{"PowerShell", "invoke-expression"}, {"PowerShell", "invoke-webrequest"}, {"PowerShell", "start-process"}, {"PowerShell", "set-executionpolicy"}, {"PowerShell", "-executionpolicy bypass"}, {"PowerShell", "powershell -enc"},
	{"PowerShell", "powershell.exe -"}, {"AutoIt", "#include <autoitconstants.au3>"}, {"AutoIt", "#notrayicon"}, {"AutoHotkey", "#singleinstance"},
}

// roots are elements of XML that Windows and others run or follow, without prefixes of namespaces, in lower case.
var roots = [...]sign{
	{"HTA", "<hta:application"}, {"script component", "<scriptlet"}, {"script file", "<job"}, {"script file", "<package>"},
	{"library", "<librarydescription"}, {"search connector", "<searchconnectordescription"}, {"saved search", "<persistedquery"}, {"settings content", "<pcsettings"},
	{"management console", "<mmc_consolefile"}, {"web start", "<jnlp"}, {"ClickOnce", "urn:schemas-microsoft-com:asm.v"}, {"build project", "developer/msbuild/2003"},
	{"app installer", "<appinstaller"}, {"playlist", "<asx"}, {"stylesheet with script", "urn:schemas-microsoft-com:xslt"}, {"scheduled task", "schemas.microsoft.com/windows/2004/02/mit/task"}, {"Windows sandbox", "<logoncommand"},
}

// Script names the kind of program text that data is, by content; "" for none that is known. certain says that the whole form is one,
// not only words in it, which a text about programs has too.
func Script(data []byte) (kind string, certain bool) {
	text := strings.ToLower(narrow(data[:min(len(data), 256<<10)]))
	head := strings.TrimLeft(text, " \t\r\n\x00")
	if bytes.HasPrefix(data, []byte("#@~^")) || strings.Contains(head[:min(len(head), 400)], "#@~^") {
		return "encoded script", true
	}
	if strings.HasPrefix(head, "<") {
		for _, s := range roots {
			if s.kind == "playlist" && !strings.Contains(head, "file:") && !strings.Contains(head, `"\\`) {
				continue
			}
			if strings.Contains(head[:min(len(head), 4096)], s.word) && (s.kind != "script file" || strings.Contains(head, "<script")) {
				return s.kind, true
			}
		}
		return "", false
	}
	body := bare(head)
	for _, s := range heads {
		if strings.HasPrefix(body, s.word) {
			return s.kind, true
		}
	}
	if kind := settings(head); kind != "" {
		return kind, true
	}
	for _, s := range marks {
		if strings.Contains(text, s.word) {
			return s.kind, false
		}
	}
	return "", false
}

// settings names the kind of a file of settings that starts something, by its lines. Prose has such lines hardly ever, and never first
// ones that look like settings.
func settings(head string) string {
	if first, _, _ := strings.Cut(bare(head), "\n"); !strings.ContainsAny(first, "=:[") || strings.Contains(first, ": ") {
		return ""
	}
	n := 0
	for line := range strings.SplitSeq(head[:min(len(head), 16<<10)], "\n") {
		if n++; n > 300 {
			break
		}
		for _, s := range lines {
			if strings.HasPrefix(line, s.word) {
				return s.kind
			}
		}
	}
	return ""
}

// bare is a text behind the comments of its head: those of batch files, of initialisation files and of shells.
func bare(s string) string {
	for {
		s = strings.TrimLeft(s, " \t\r\n")
		comment := false
		for _, p := range []string{"rem ", "::", ";", "#", "'"} {
			comment = comment || strings.HasPrefix(s, p)
		}
		i := strings.IndexByte(s, '\n')
		if !comment || i < 0 {
			return s
		}
		s = s[i:]
	}
}

// narrow is a text in UTF-8 of one in UTF-16, as Windows runs it too.
func narrow(b []byte) string {
	big := bytes.HasPrefix(b, []byte("\xfe\xff"))
	if !big && !bytes.HasPrefix(b, []byte("\xff\xfe")) {
		if len(b) < 8 || b[1] != 0 || b[3] != 0 || b[0] == 0 || b[2] == 0 {
			return strings.TrimPrefix(string(b), "\ufeff")
		}
	}
	u := make([]uint16, 0, len(b)/2)
	for i := 0; i+1 < len(b); i += 2 {
		if big {
			u = append(u, binary.BigEndian.Uint16(b[i:]))
		} else {
			u = append(u, binary.LittleEndian.Uint16(b[i:]))
		}
	}
	return strings.TrimPrefix(string(utf16.Decode(u)), "\ufeff")
}

// Disk names the kind of disk image that data is; "" for none. A double click shows the programs in it as a drive.
func Disk(b []byte) string {
	tail := func(n int) []byte { return b[max(0, len(b)-n):] }
	switch {
	case bytes.HasPrefix(b, []byte("KDMV")):
		return "vmdk"
	case bytes.HasPrefix(b, []byte("MSWIM\x00\x00\x00")):
		return "wim"
	case bytes.HasPrefix(b, []byte("QFI\xfb")):
		return "qcow"
	case bytes.HasPrefix(b, []byte("hsqs")):
		return "squashfs"
	case bytes.HasPrefix(tail(512), []byte("koly")):
		return "dmg"
	case len(b) > 1024 && bytes.HasPrefix(tail(512), []byte("conectix")), len(b) > 1024 && bytes.HasPrefix(tail(511), []byte("conectix")):
		return "vhd"
	case len(b) > 0x8006 && (string(b[0x8001:0x8006]) == "BEA01" || string(b[0x8001:0x8006]) == "NSR02" || string(b[0x8001:0x8006]) == "NSR03"):
		return "udf"
	case len(b) > 0x9006 && string(b[0x8801:0x8806]) == "BEA01":
		return "udf"
	case len(b) > 0x9319 && string(b[0x9319:0x931e]) == "CD001": // sectors of 2352 bytes
		return "raw cd"
	case len(b) >= 1024 && b[510] == 0x55 && b[511] == 0xaa && (b[0] == 0xeb || b[0] == 0xe9 || string(b[512:520]) == "EFI PART" || partitioned(b)):
		return "img"
	case len(b) > 1082 && b[1080] == 0x53 && b[1081] == 0xef && len(b)%1024 == 0 && bytes.Count(b[:1024], []byte{0}) == 1024:
		return "ext"
	}
	return ""
}

// partitioned says whether the first sector is a table of partitions.
func partitioned(b []byte) bool {
	used := 0
	for i := 446; i < 510; i += 16 {
		if b[i]&0x7f != 0 {
			return false
		}
		if b[i+4] != 0 {
			used++
		}
	}
	return used > 0
}

// Volume says whether a name is that of a later part of an archive that is split: its content tells nothing.
func Volume(name string) bool {
	ext := Ext(name)
	digits := func(s string) bool {
		return s != "" && strings.Trim(s, "0123456789") == ""
	}
	switch {
	case len(ext) == 3 && digits(ext): // .002 of a 7z or zip
		return true
	case len(ext) == 3 && (ext[0] == 'z' || ext[0] == 'r' || ext[0] == 's') && digits(ext[1:]):
		return true
	case len(ext) == 3 && ext[0] == 'a' && digits(ext[1:]), len(ext) == 3 && ext[0] == 'c' && digits(ext[1:]): // ARJ, ACE
		return true
	}
	return false
}
