// Package ui holds the browser apps as they were built: webmail, console, desk, the login page, and the frame in which the
// text of mails is shown. "make ui" builds them; a program built without it has none, and says so.
package ui

import (
	"embed"
	"io/fs"
)

//go:embed all:dist
var dist embed.FS

// Files gives one directory an app: webmail, console, desk, login, content. Each has an index.html and a directory assets,
// whose names carry a hash of what they hold; beside most files lies a .gz of them.
func Files() fs.FS {
	f, err := fs.Sub(dist, "dist")
	if err != nil {
		panic("ui: " + err.Error()) // the path is a constant
	}
	return f
}
