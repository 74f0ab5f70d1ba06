package edge

import (
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"errors"
	"io/fs"
	"net/http"
	"path"
	"strings"
)

// static holds the browser apps as they were built into the program.
type static struct{ from fs.FS }

// unbuilt is the page of an app that was not built in.
const unbuilt = "<!doctype html>\n<html lang=\"en\">\n<meta charset=\"utf-8\">\n<title>Sekisho</title>\n<p>This program was built without its browser apps: run \"make ui\" and build it again.</p>\n<p lang=\"ja\">このプログラムにはブラウザー用アプリが含まれていません。「make ui」を実行してから、もう一度ビルドしてください。</p>\n"

// fileTypes are all that there is.
var fileTypes = map[string]string{".html": "text/html; charset=utf-8", ".js": "text/javascript; charset=utf-8", ".css": "text/css; charset=utf-8", ".svg": "image/svg+xml", ".png": "image/png", ".ico": "image/x-icon",
	".woff2": "font/woff2", ".webmanifest": "application/manifest+json", ".json": "application/json", ".txt": "text/plain; charset=utf-8"}

// page gives a file of an app. Names under assets carry a hash of what they hold, so that they are good for ever.
func (x *exchange) page() {
	name, hashed := "index.html", false
	if rest, ok := strings.CutPrefix(x.r.URL.Path, "/sign-in/assets/"); ok {
		name, hashed = "assets/"+rest, true
	} else if rest, ok := strings.CutPrefix(x.r.URL.Path, "/assets/"); ok {
		name, hashed = "assets/"+rest, true
	} else if b := path.Base(x.r.URL.Path); b == "favicon.ico" || b == "robots.txt" {
		name = b
	}
	kind, known := fileTypes[path.Ext(name)]
	if !known || strings.HasSuffix(name, ".gz") {
		x.nothing(nil)
		return
	}
	b, zipped, err := x.file(path.Join(x.route.page, name))
	if errors.Is(err, fs.ErrNotExist) && name == "robots.txt" {
		b, zipped, err = []byte("User-agent: *\nDisallow: /\n"), false, nil
	}
	if errors.Is(err, fs.ErrNotExist) && name == "favicon.ico" { // browsers ask for it unasked
		x.write(http.StatusNoContent, "", nil)
		return
	}
	if errors.Is(err, fs.ErrNotExist) && name == "index.html" {
		b, zipped, err = []byte(unbuilt), false, nil
	}
	if err != nil {
		x.nothing(nil)
		return
	}
	h := x.w.Header()
	sum := sha256.Sum256(b)
	tag := `"` + base64.RawURLEncoding.EncodeToString(sum[:12]) + `"`
	h.Set("ETag", tag)
	h.Set("Vary", "Accept-Encoding")
	h.Set("Cache-Control", "no-cache")
	if hashed {
		h.Set("Cache-Control", "public, max-age=31536000, immutable")
	}
	if x.r.Header.Get("If-None-Match") == tag {
		x.w.WriteHeader(http.StatusNotModified)
		return
	}
	if zipped {
		h.Set("Content-Encoding", "gzip")
	}
	x.write(http.StatusOK, kind, b)
}

// file reads one, compressed when it lies there compressed and the browser takes that.
func (x *exchange) file(name string) (b []byte, zipped bool, err error) {
	f := x.edge.static.from
	if f == nil {
		return nil, false, fs.ErrNotExist
	}
	if strings.Contains(x.r.Header.Get("Accept-Encoding"), "gzip") {
		if b, err = fs.ReadFile(f, name+".gz"); err == nil {
			return b, true, nil
		}
	}
	b, err = fs.ReadFile(f, name)
	return b, false, err
}

func validJSON(b []byte) bool { return json.Valid(b) }
