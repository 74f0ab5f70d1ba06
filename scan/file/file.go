// Package file tells what a file is: by its first bytes, and by its name.
//
// Names lie: people see the name, programs open by the ending, and the content is a third thing. So all three are asked
// here, and a difference between them is a fact for the inspection. Everything works on bytes; nothing is opened.
package file

import (
	"bytes"
	"strings"
	"unicode/utf8"
)

// Type is what the content of a file is.
type Type string

// The types that the inspection tells apart.
const (
	Unknown Type = ""
	Zip     Type = "zip"
	SevenZ  Type = "7z"
	Rar     Type = "rar"
	Tar     Type = "tar"
	Gzip    Type = "gzip"
	Bzip2   Type = "bzip2"
	Xz      Type = "xz"
	Zstd    Type = "zstd"
	LZ4     Type = "lz4"
	Lzip    Type = "lzip"
	LZW     Type = "compress"
	Cab     Type = "cab"
	Lzh     Type = "lzh"
	Arj     Type = "arj"
	Ace     Type = "ace"
	OLE     Type = "ole" // compound file: Word, Excel, PowerPoint to 2003, msi, msg
	RTF     Type = "rtf"
	PDF     Type = "pdf"
	HTML    Type = "html"
	SVG     Type = "svg"
	XML     Type = "xml"
	PNG     Type = "png"
	JPEG    Type = "jpeg"
	GIF     Type = "gif"
	BMP     Type = "bmp"
	WebP    Type = "webp"
	PE      Type = "pe"
	ELF     Type = "elf"
	MachO   Type = "macho"
	Shebang Type = "script"
	Link    Type = "lnk"
	ISO     Type = "iso"
	VHD     Type = "vhd"
	OneNote Type = "onenote"
	Class   Type = "java"
	Wasm    Type = "wasm"
	CHM     Type = "chm"
	TNEF    Type = "tnef"
	Dex     Type = "dex"
	AutoIt  Type = "autoit"
	Package Type = "package" // of software: deb, rpm, xar
	Image   Type = "disk"
	Alz     Type = "alz"
	Egg     Type = "egg"
	Zoo     Type = "zoo"
	StuffIt Type = "stuffit"
	UUE     Type = "uuencode"
	Biff    Type = "biff" // a sheet of Excel outside of a compound file
)

// magic is a type and the bytes at its start.
type magic struct {
	bytes string
	kind  Type
}

var magics = [...]magic{
	{"PK\x03\x04", Zip}, {"PK\x05\x06", Zip}, {"PK\x07\x08PK", Zip},
	{"7z\xbc\xaf\x27\x1c", SevenZ}, {"Rar!\x1a\x07", Rar}, {"\x1f\x8b", Gzip}, {"\xfd7zXZ\x00", Xz},
	{"\x28\xb5\x2f\xfd", Zstd}, {"\x04\x22\x4d\x18", LZ4}, {"LZIP\x01", Lzip}, {"MSCF\x00\x00\x00\x00", Cab},
	{"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", OLE}, {"{\\rt", RTF}, {"\x89PNG\r\n\x1a\n", PNG}, {"\xff\xd8\xff", JPEG},
	{"GIF87a", GIF}, {"GIF89a", GIF}, {"\x7fELF", ELF}, {"\xfe\xed\xfa\xce", MachO}, {"\xfe\xed\xfa\xcf", MachO},
	{"\xce\xfa\xed\xfe", MachO}, {"\xcf\xfa\xed\xfe", MachO}, {"\xca\xfe\xba\xbe", Class}, {"#!/", Shebang}, {"#! /", Shebang},
	{"L\x00\x00\x00\x01\x14\x02\x00", Link}, {"\x00asm", Wasm}, {"ITSF", CHM}, {"\x78\x9f\x3e\x22", TNEF},
	{"\xe4\x52\x5c\x7b\x8c\xd8\xa7\x4d", OneNote}, {"vhdxfile", VHD}, {"conectix", VHD},
	{"dex\n0", Dex}, {"\xa3\x48\x4b\xbe\x98\x6c\x4a\xa9", AutoIt}, {"!<arch>\ndebian", Package}, {"\xed\xab\xee\xdb", Package}, {"xar!\x00", Package},
	{"ALZ\x01", Alz}, {"EGGA", Egg}, {"ZOO ", Zoo}, {"SIT!", StuffIt}, {"StuffIt (c)", StuffIt}, {"PK00PK\x03\x04", Zip}, {"!<arch>\n", Package},
	{"\x09\x08\x10\x00\x00\x06", Biff}, {"\x09\x08\x08\x00\x00\x05", Biff}, {"\x09\x04\x06\x00", Biff}, {"\x09\x02\x06\x00", Biff}, {"\x09\x00\x04\x00", Biff},
}

// Sniff tells the type by content. Text is Unknown unless it is marked as something.
func Sniff(b []byte) Type {
	if len(b) < 2 {
		return Unknown
	}
	for i := range magics {
		if m := &magics[i]; m.bytes[0] == b[0] && bytes.HasPrefix(b, []byte(m.bytes)) {
			return m.kind
		}
	}
	switch {
	case b[0] == 'M' && b[1] == 'Z' && len(b) >= 64:
		return PE
	case len(b) > 14 && string(b[:3]) == "BZh" && b[3] >= '1' && b[3] <= '9' && (string(b[4:10]) == "1AY&SY" || string(b[4:10]) == "\x17rE8P\x90"):
		return Bzip2
	case len(b) > 11 && b[0] == 0x60 && b[1] == 0xea && b[4] >= 0x1e && b[10] == 2:
		return Arj
	case len(b) > 3 && b[0] == 0x1f && b[1] == 0x9d && b[2]&0x60 == 0 && b[2]&0x1f >= 9 && b[2]&0x1f <= 16:
		return LZW
	case b[0] == 'B' && b[1] == 'M' && len(b) > 26 && b[6] == 0 && b[7] == 0:
		return BMP
	case bytes.HasPrefix(b, []byte("RIFF")) && len(b) > 12 && string(b[8:12]) == "WEBP":
		return WebP
	case len(b) > 7 && b[2] == '-' && b[3] == 'l' && b[6] == '-':
		return Lzh
	case len(b) > 14 && string(b[7:14]) == "**ACE**":
		return Ace
	case bytes.Contains(b[:min(len(b), 1024)], []byte("%PDF-")):
		return PDF // readers accept it anywhere in the first kilobyte
	case len(b) > 262 && string(b[257:262]) == "ustar":
		return Tar
	case len(b) > 0x8006 && string(b[0x8001:0x8006]) == "CD001":
		return ISO
	case uuencoded(b):
		return UUE
	case Disk(b) != "":
		return Image
	case tarred(b):
		return Tar
	}
	return markup(b)
}

// uuencoded says whether a text begins as uuencode does, perhaps behind a few lines.
func uuencoded(b []byte) bool {
	head := b[:min(len(b), 1024)]
	i := bytes.Index(head, []byte("begin "))
	if i < 0 || i > 0 && head[i-1] != '\n' || len(head) < i+12 {
		return false
	}
	mode := bytes.TrimPrefix(head[i+6:], []byte("-base64 "))
	return len(mode) > 4 && mode[0] >= '0' && mode[0] <= '7' && mode[1] >= '0' && mode[1] <= '7' && mode[2] >= '0' && mode[2] <= '7' && (mode[3] == ' ' || mode[4] == ' ')
}

// tarred says whether b begins with a header of the oldest tar, which has no mark: its sum of bytes is right.
func tarred(b []byte) bool {
	if len(b) < 512 || b[0] == 0 {
		return false
	}
	sum := 8 * int(' ')
	for i, c := range b[:512] {
		if i < 148 || i >= 156 {
			sum += int(c)
		}
	}
	said, digits := 0, 0
	for _, c := range bytes.Trim(b[148:156], " \x00") {
		if c < '0' || c > '7' {
			return false
		}
		said, digits = said*8+int(c-'0'), digits+1
	}
	return digits >= 3 && said == sum
}

// markup tells HTML, SVG and XML by their first tags.
func markup(b []byte) Type {
	head := b[:min(len(b), 2048)]
	head = bytes.TrimPrefix(head, []byte("\xef\xbb\xbf"))
	head = bytes.TrimLeft(head, " \t\r\n\x00")
	if len(head) == 0 || head[0] != '<' {
		return Unknown
	}
	low := bytes.ToLower(head)
	for _, tag := range []string{"<!doctype html", "<html", "<head", "<body", "<script", "<meta", "<title", "<iframe", "<table", "<div", "<form", "<a "} {
		if bytes.HasPrefix(low, []byte(tag)) {
			return HTML
		}
	}
	switch {
	case bytes.HasPrefix(low, []byte("<svg")) || bytes.Contains(low, []byte("<svg")) || bytes.Contains(low, []byte(":svg")) && bytes.Contains(low, []byte("www.w3.org/2000/svg")):
		return SVG
	case bytes.Contains(low, []byte("<html")):
		return HTML
	case bytes.HasPrefix(low, []byte("<?xml")):
		return XML
	}
	return Unknown
}

// Archive says whether t holds other files that can be taken out.
func (t Type) Archive() bool {
	switch t {
	case Zip, SevenZ, Rar, Tar, Gzip, Bzip2, Xz, Zstd, LZ4, Lzip, TNEF, OneNote, Cab, Lzh, Arj:
		return true
	}
	return false
}

// Disk says whether t is an image of a disk, which a double click shows as a drive.
func (t Type) Disk() bool { return t == ISO || t == VHD || t == Image }

// Mounted says whether b is such an image whatever it begins with: the first 32 kB of a CD are free, and some images have their mark at
// the end.
func Mounted(b []byte) bool {
	if len(b) > 0x8006 && string(b[0x8001:0x8006]) == "CD001" {
		return true
	}
	switch Disk(b) {
	case "vhd", "udf", "dmg", "raw cd":
		return true
	}
	return false
}

// Closed says whether t holds other files that nobody here can take out.
func (t Type) Closed() bool {
	switch t {
	case Ace, LZW, Alz, Egg, Zoo, StuffIt:
		return true
	}
	return false
}

// Program says whether t runs when it is opened, or shows others that do.
func (t Type) Program() bool {
	switch t {
	case PE, ELF, MachO, Shebang, Link, Class, Wasm, CHM, ISO, VHD, Dex, AutoIt, Package, Image:
		return true
	}
	return false
}

// Picture says whether t is a picture.
func (t Type) Picture() bool { return t == PNG || t == JPEG || t == GIF || t == BMP || t == WebP }

// Ext is the ending of a file name in lower case, without its dot; trailing dots and blanks, which Windows drops, do not
// count.
func Ext(name string) string {
	name = strings.TrimRight(name, " .\t\u3000")
	i := strings.LastIndexAny(name, "./\\")
	if i < 0 || name[i] != '.' {
		return ""
	}
	return strings.ToLower(name[i+1:])
}

// runs are the endings of files that run when they are opened.
const runs = " exe com scr pif bat cmd cpl dll sys drv ocx msi msp mst js jse vbs vbe wsf wsh wsc hta ps1 ps2 psm1 psd1 ps1xml lnk url scf inf reg jar " +
	"iso img vhd vhdx udf chm hlp msc mshxml gadget application appref-ms appx msix settingcontent-ms library-ms searchconnector-ms search-ms " +
	"xll wll sct shb shs vb ws ade adp mde mda mdz cdb iqy slk diagcab themepack rdp sh command app dmg pkg deb rpm apk elf desktop " +
	"website xbap job ops osd isp ins prg fxp pyw pyc pyz au3 a3x ahk jnlp wsb csproj ppkg appinstaller msixbundle appxbundle vmdk wim run " +
	"msh msh1 msh2 theme deskthemepack diagpkg diagcfg grp pcd bas hpj msu xnk vsmacros appimage ksh csh bash zsh fish action workflow terminal class dex " // a list of words: searched as " word "

// decoys are the endings that people take for harmless.
const decoys = " pdf doc docx docm xls xlsx xlsm ppt pptx txt csv rtf jpg jpeg png gif bmp tif tiff mp3 mp4 avi mov zip htm html xml eml msg odt ods jtd jpe webp "

func listed(list, ext string) bool {
	return ext != "" && len(ext) <= 20 && strings.Contains(list, " "+ext+" ")
}

// Runs says whether a file of this ending runs when it is opened.
func Runs(ext string) bool { return listed(runs, ext) }

// Names are the facts about a name.
type Names struct {
	Runs   bool // the ending is that of a program
	Double bool // a harmless ending stands before that of a program: "invoice.pdf.exe"
	Turned bool // it has characters that turn the direction of writing, so that the ending is shown elsewhere
	Spaced bool // many blanks push the ending out of sight
	Hidden bool // characters without width, or that look like a dot or slash
}

// Name looks at a file name.
func Name(name string) Names {
	var n Names
	if i := strings.LastIndexAny(name, "/\\"); i >= 0 {
		name = name[i+1:]
	}
	plain := true
	for i := 0; i < len(name); i++ {
		if name[i] >= utf8.RuneSelf {
			plain = false
			break
		}
	}
	if !plain {
		name = n.strange(name)
	}
	ext := Ext(name)
	n.Runs = Runs(ext)
	if !n.Runs {
		return n
	}
	rest := strings.TrimRight(name, " .\t\u3000")
	rest = rest[:len(rest)-len(ext)-1]
	n.Spaced = strings.HasSuffix(rest, "   ") || strings.HasSuffix(rest, "\u3000\u3000")
	n.Double = listed(decoys, Ext(rest))
	return n
}

// strange looks for characters that deceive, and gives the name without them, as programs read it.
func (n *Names) strange(name string) string {
	return strings.Map(func(r rune) rune {
		switch {
		case r >= 0x202a && r <= 0x202e || r >= 0x2066 && r <= 0x2069 || r == 0x200e || r == 0x200f || r == 0x061c:
			if r == 0x202e || r == 0x202d || r == 0x2067 || r == 0x202b {
				n.Turned = true
			}
			return -1
		case r >= 0x200b && r <= 0x200d || r == 0xfeff || r == 0x2060 || r == 0x00ad:
			n.Hidden = true
			return -1
		case r == 0x2024 || r == 0xff0e:
			n.Hidden = n.Hidden || r == 0x2024
			return '.'
		}
		return r
	}, name)
}
