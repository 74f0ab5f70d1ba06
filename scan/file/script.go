package file

import "bytes"

// mostScript is how much of a text is searched for the words of scripts.
const mostScript = 256 << 10

// script is a sort of text that a program of the system runs: one of the words, and, when there are more, one of those as well.
type script struct {
	name  string
	start bool // the words stand at the beginning
	words []string
	more  []string
}

// scripts are told by words that a letter or a table has no use for.
var scripts = [...]script{
	{"encoded script", true, []string{"#@~^"}, nil},
	{"registry file", true, []string{"windows registry editor version", "regedit4"}, nil},
	{"batch file", true, []string{"@echo off", "@echo  off", "@cls", "@setlocal"}, nil},
	{"shortcut", true, []string{"[internetshortcut]", "[desktop entry]"}, []string{"url=", "exec=", "iconfile="}},
	{"script component", false, []string{"<scriptlet", "<registration", "<package><job", "<job id=", "<job>"}, []string{"<script language", "<script "}},
	{"search connector", false, []string{"<searchconnectordescription", "<librarydescription", "<pcsettings>"}, []string{"simplelocation", "url", "deeplink"}},
	{"windows script", false, []string{"wscript.createobject", "wscript.shell", "new activexobject", "createobject(\"shell.application", "createobject(\"scripting.filesystemobject", "createobject(\"msxml2", "createobject(\"adodb.stream", "getobject(\"winmgmts:"},
		[]string{".run", ".exec", "shellexecute", ".savetofile", ".createtextfile", ".opentextfile", ".responsebody", "execute", "eval(", ".create(", ".expandenvironmentstrings", ".regwrite"}},
	{"powershell script", false, []string{"new-object net.webclient", "new-object system.net.webclient", "invoke-expression", "invoke-webrequest", "start-bitstransfer", "[system.convert]::frombase64string", "[convert]::frombase64string", "add-type -typedefinition", "set-executionpolicy"},
		[]string{"iex", "downloadstring", "downloadfile", "invoke-expression", "start-process", "-outfile", "reflection.assembly", "hidden", "$env:", "-uri", "dllimport", "bypass"}},
	{"powershell command", false, []string{"powershell"}, []string{"-encodedcommand", " -enc ", " -e ", "-windowstyle hidden", " -w hidden", "-executionpolicy bypass", " -ep bypass", "-nop "}},
}

// Script says which kind of program a text is; "" for none. It is for files that Sniff does not know: what begins with "#!" is a
// Shebang.
func Script(b []byte) string {
	b = plain(b[:min(len(b), mostScript)])
	if len(b) == 0 || bytes.IndexByte(b, 0) >= 0 {
		return ""
	}
	b = bytes.ToLower(b)
	for i := range scripts {
		s := &scripts[i]
		part := b
		if s.start {
			part = bytes.TrimLeft(b, " \t\r\n")
			part = part[:min(len(part), 64)]
		}
		if one(part, s.words) && (s.more == nil || one(b, s.more)) {
			return s.name
		}
	}
	return ""
}

func one(b []byte, words []string) bool {
	for _, w := range words {
		if bytes.Contains(b, []byte(w)) {
			return true
		}
	}
	return false
}

// plain gives a text of two bytes a character in one, as far as it is ASCII, and takes away the mark at the start.
func plain(b []byte) []byte {
	low := 0
	switch {
	case bytes.HasPrefix(b, []byte("\xef\xbb\xbf")):
		return b[3:]
	case bytes.HasPrefix(b, []byte("\xff\xfe")):
		b = b[2:]
	case bytes.HasPrefix(b, []byte("\xfe\xff")):
		b, low = b[2:], 1
	default:
		return b
	}
	out := make([]byte, 0, len(b)/2)
	for i := low; i < len(b); i += 2 {
		if high := i ^ 1; high < len(b) && b[high] != 0 {
			out = append(out, '?')
			continue
		}
		out = append(out, b[i])
	}
	return out
}

// texts are the endings of files that are opened as text, whatever is in them.
const texts = " txt log md csv tsv json yaml yml ini cfg conf srt tex patch diff htm html xhtml shtml svg xml css eml "

// Text says whether a file of this ending is opened as text.
func Text(ext string) bool { return listed(texts, ext) }
