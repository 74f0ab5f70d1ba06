// Package office looks into documents of Word, Excel, PowerPoint and Outlook for what acts: macros (VBA and the older
// Excel 4), DDE commands, embedded objects, templates and objects that are fetched from elsewhere, and for encryption.
//
// There are three families: compound files (to 2003, and every encrypted document), zip files of XML (since 2007, each
// file of which is given to Member), and texts (RTF, XML of 2003, CSV). Facts are named alike for all. Nothing is run and
// nothing fetched; all work is linear in the size of the file, whatever its tables claim.
package office

// Fact is something that a document does or has.
type Fact struct {
	Name     string // one of the names below
	Evidence string
}

// The names of facts.
const (
	Macro     = "vba"               // has VBA code
	Auto      = "vba-auto"          // code that runs when the document is opened or closed
	Shell     = "vba-shell"         // code that starts programs, fetches or writes files
	XLM       = "xlm"               // has Excel 4 macro sheets
	DDE       = "dde"               // commands another program through DDE
	Object    = "embedded-object"   // has an embedded object or file
	External  = "external-object"   // takes an object, frame or picture from elsewhere when it is opened
	Template  = "external-template" // takes its template, with macros, from elsewhere
	ActiveX   = "activex"           // has ActiveX controls
	Encrypted = "office-password"   // cannot be read without a password
	Installer = "installer"         // installs programs when it is opened
	Broken    = "broken"            // claims to be a document and cannot be read
)

// Embedded is a file inside a document.
type Embedded struct {
	Name string
	Data []byte
}

// Document is what was found.
type Document struct {
	Facts []Fact
	Files []Embedded
	Links []string // addresses that the document takes something from
}

func (d *Document) fact(name, evidence string) {
	for i := range d.Facts {
		if d.Facts[i].Name == name {
			return
		}
	}
	d.Facts = append(d.Facts, Fact{name, evidence})
}

func (d *Document) file(name string, data []byte) {
	if len(d.Files) < 100 && len(data) > 0 {
		d.Files = append(d.Files, Embedded{name, data})
	}
}
