package scan

import (
	"bytes"
	"strings"
	"unicode/utf8"

	"sekisho"
	"sekisho/scan/archive"
	"sekisho/scan/file"
	"sekisho/scan/office"
	"sekisho/scan/password"
	"sekisho/search"
)

// deepest is how deep archives in archives are opened; beyond archive.Limit.Depth that is a finding already, but a known
// virus below is worth being named.
const deepest = 16

// inside is the depth of files that stand within others in a form that was made for it: in links, scripts, signed mail.
const inside = 6

// file inspects one attached file, or a member of an archive, depth levels below the mail.
func (j *job) file(name string, data []byte, where string, depth int) {
	if j.quick {
		return
	}
	j.name(name, where)
	if v := j.s.engine.Find(data); v != "" {
		j.find(sekisho.KindVirus, v, where, 30, "known malware")
	}
	t := file.Sniff(data)
	switch {
	case t.Program():
		j.find(sekisho.KindActive, "program", where, 0, string(t))
		j.find(sekisho.KindExecutable, "program", where, programWeight(t), "content is "+string(t))
		if t == file.Link {
			j.find(sekisho.KindActive, "shell-link", where, 5, "a link that runs a command when it is opened")
		}
		if t.Disk() {
			j.archive(t, data, where, depth)
		}
	case t.Closed():
		j.rep.Unscannable = true
		j.find(sekisho.KindAmbiguous, "unscannable", where, 5, "nobody here reads "+string(t))
	case t.Archive():
		j.archive(t, data, where, depth)
	default:
		j.script(t, name, data, where)
	}
	if t != file.Zip && t != file.OLE && archive.EndOfZip(data) {
		j.find(sekisho.KindAmbiguous, "polyglot", where, 3, "a zip behind something else")
		j.archive(file.Zip, data, where, depth)
	}
	if !t.Disk() && file.Mounted(data) {
		j.find(sekisho.KindAmbiguous, "polyglot", where, 3, "a disk image behind something else")
		j.find(sekisho.KindExecutable, "program", where, 10, "content is a disk image too")
		j.archive(file.Image, data, where, depth)
	}
	j.content(t, name, data, where, depth)
}

// script looks for program texts by content, and for parts of archives that are split, of which nothing can be said.
func (j *job) script(t file.Type, name string, data []byte, where string) {
	if t == file.Unknown && file.Volume(name) && !text(data) {
		j.rep.Unscannable = true
		j.find(sekisho.KindAmbiguous, "volume", where, 5, "a part of an archive that is split")
	}
	if t != file.Unknown && t != file.XML && t != file.HTML {
		return
	}
	kind, certain := file.Script(data)
	switch {
	case kind == "" || t == file.HTML && kind != "HTA":
	case certain:
		j.find(sekisho.KindExecutable, "script", where, 8, kind)
		j.find(sekisho.KindActive, "script", where, 0, kind)
	default:
		j.find(sekisho.KindActive, "script", where, 3, kind)
	}
}

// text says whether data is a text in UTF-8, by its beginning, which may end within a letter.
func text(data []byte) bool {
	head := data[:min(len(data), 1024)]
	if bytes.IndexByte(head, 0) >= 0 {
		return false
	}
	for range utf8.UTFMax {
		if utf8.Valid(head) {
			return true
		}
		head = head[:max(len(head)-1, 0)]
	}
	return false
}

// name looks at the name of a file.
func (j *job) name(name, where string) {
	if name == "" {
		return
	}
	n := file.Name(name)
	if n.Runs {
		j.find(sekisho.KindActive, "runs", where, 0, name)
	}
	switch {
	case n.Double:
		j.find(sekisho.KindExecutable, "double-extension", where, 12, name)
	case n.Runs && n.Turned:
		j.find(sekisho.KindExecutable, "turned-name", where, 15, strings.ToValidUTF8(name, "?"))
	case n.Runs && file.Ext(name) == "url":
		j.find(sekisho.KindExecutable, "extension", where, 4, name)
	case n.Runs:
		j.find(sekisho.KindExecutable, "extension", where, 10, name)
	case n.Turned:
		j.find(sekisho.KindExecutable, "turned-name", where, 8, strings.ToValidUTF8(name, "?"))
	}
	if n.Spaced {
		j.find(sekisho.KindExecutable, "spaced-name", where, 5, name)
	}
	if n.Hidden && n.Runs {
		j.find(sekisho.KindExecutable, "hidden-characters", where, 5, name)
	}
}

// archive inspects the files of an archive.
func (j *job) archive(t file.Type, data []byte, where string, depth int) {
	if depth >= j.budget.Depth {
		j.rep.Unscannable = true
		j.find(sekisho.KindBomb, "depth", short(where), 10, "more archives in archives than are opened")
		if depth >= deepest {
			return
		}
	}
	j.passwords(t)
	data = j.unlocked(t, data, where)
	locked := 0
	var paper office.Text
	notes := archive.Walk(j.ctx, t, data, j.budget, func(m *archive.Member) {
		place := where + "/" + m.Name
		if escapes(m.Name) {
			j.find(sekisho.KindActive, "path", place, 5, "a name that leads out of the folder: "+m.Name)
		}
		switch {
		case m.Encrypted:
			if locked++; locked <= 10 {
				j.name(m.Name, place)
			}
			j.find(sekisho.KindEncrypted, string(t)+"-password", where, 3, m.Name)
		case m.Link:
			j.find(sekisho.KindActive, "link-member", place, 5, "leads to "+string(m.Data[:min(len(m.Data), 100)]))
		default:
			if m.Cut {
				j.rep.Unscannable = true
			}
			if t == file.Zip && office.Paper(m.Name, m.Data) {
				paper.Add(m.Name, m.Data)
				j.paper = place
			}
			j.file(m.Name, m.Data, place, depth+1)
			if t == file.Zip {
				j.member(m, where)
			}
		}
	})
	j.read(paper.String(), where)
	for _, n := range notes {
		j.remark(n, t, where)
	}
}

// passwords looks for what may open archives, once, in the texts of the mail.
func (j *job) passwords(t file.Type) {
	if j.budget.Passwords != nil || t != file.Zip && t != file.SevenZ && t != file.Rar {
		return
	}
	text := strings.Join(j.words, "\n")
	for _, kind := range []string{"plain", "html"} {
		if p := j.mail.Shown(kind); p != nil {
			text += "\n" + j.mail.Text(p)
		}
	}
	if j.budget.Passwords = password.Candidates(text, mostPasswords); j.budget.Passwords == nil {
		j.budget.Passwords = []string{}
	}
}

// read searches what people read in a document for leaks, and keeps it to be found by.
func (j *job) read(text, where string) {
	left := maxLeakText - j.leaky
	if strings.TrimSpace(text) == "" || left <= 0 {
		return
	}
	text = strings.ToValidUTF8(text[:min(len(text), left)], "")
	j.leaky += len(text)
	j.leaks(text, search.Fold(text), where, "")
	j.papers = append(j.papers, text)
}

// escapes says whether a name in an archive leads out of the folder into which it is unpacked.
func escapes(name string) bool {
	name = strings.ReplaceAll(name, "\\", "/")
	return strings.HasPrefix(name, "/") || strings.HasPrefix(name, "../") || strings.Contains(name, "/../") || len(name) > 2 && name[1] == ':' && name[2] == '/'
}

// remark turns what is odd about an archive into a finding.
func (j *job) remark(n archive.Remark, t file.Type, where string) {
	switch n.Name {
	case "encrypted":
		j.find(sekisho.KindEncrypted, string(t)+"-password", where, 3, n.Evidence)
	case "opened":
		j.find(sekisho.KindAmbiguous, "opened", where, 0, n.Evidence)
	case "bomb":
		j.rep.Unscannable = true
		j.find(sekisho.KindBomb, "archive", where, 10, n.Evidence)
	case "conflict":
		j.find(sekisho.KindAmbiguous, "archive-conflict", where, 5, n.Evidence)
	default:
		j.rep.Unscannable = true
		j.find(sekisho.KindAmbiguous, "archive-"+n.Name, where, 3, n.Evidence)
	}
}

// short keeps a place readable when archives are nested endlessly.
func short(where string) string {
	if len(where) > 100 {
		return where[:100]
	}
	return where
}

// programWeight is the weight of a program by content: a script of Unix does nothing by itself where most people read mail.
func programWeight(t file.Type) float64 {
	if t == file.Shebang {
		return 3
	}
	return 10
}
