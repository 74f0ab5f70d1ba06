package fetch

import (
	"context"
	"net"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"os"
	"strings"
	"testing"
	"time"

	"sekisho"
	"sekisho/wire"
)

// house is fetch with a dial that knows one server under every name but "lost.example".
type house struct {
	*Fetch
	server *httptest.Server
	seen   []*http.Request
}

var asker = sekisho.Caller{Role: sekisho.Webmail, Instance: 7}

func newHouse(t *testing.T, answer http.HandlerFunc) *house {
	t.Helper()
	h := &house{}
	h.server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		h.seen = append(h.seen, r)
		answer(w, r)
	}))
	t.Cleanup(h.server.Close)
	s := wire.NewService(sekisho.Dial, func(by sekisho.Caller, call string, why error) { t.Errorf("%s: %v", call, why) })
	wire.Handle(s, wire.DialLookup, func(_ context.Context, _ sekisho.Caller, q wire.Lookup) (wire.Records, error) {
		if q.Name == "lost.example" {
			return wire.Records{Void: true}, nil
		}
		return wire.Records{IP: []netip.Addr{netip.MustParseAddr("192.0.2.1")}}, nil
	})
	wire.Handle(s, wire.DialConnect, func(_ context.Context, _ sekisho.Caller, q wire.Connect) (wire.Connected, error) {
		if q.To.IsLoopback() {
			return wire.Connected{}, sekisho.E("dial.connect", sekisho.Denied, nil)
		}
		c, err := net.Dial("tcp", h.server.Listener.Addr().String())
		if err != nil {
			return wire.Connected{}, err
		}
		defer c.Close()
		f, err := c.(interface{ File() (*os.File, error) }).File()
		return wire.Connected{Conn: f}, err
	})
	peer := wire.NewPeer(sekisho.Dial)
	if err := wire.Local(t.Context(), sekisho.Caller{Role: sekisho.Fetch, Instance: 1}, s, peer); err != nil {
		t.Fatal(err)
	}
	h.Fetch = New(Config{}, Peers{Dial: peer})
	return h
}

// TestPicture gets one, and looks at what the server was told.
func TestPicture(t *testing.T) {
	h := newHouse(t, func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "image/png; charset=x")
		w.Header().Set("Set-Cookie", "who=you")
		w.Write([]byte("picture"))
	})
	for range 2 {
		got, err := h.picture(t.Context(), asker, wire.PictureQuery{URL: "http://shop.example/a.png?id=1#part"})
		if err != nil || got.Type != "image/png" || string(got.Body) != "picture" {
			t.Fatalf("%+v %v", got, err)
		}
	}
	r := h.seen[1]
	if r.Header.Get("Cookie") != "" || r.Header.Get("Referer") != "" || r.RequestURI != "/a.png?id=1" || r.Host != "shop.example" {
		t.Errorf("the server was told %s %v", r.RequestURI, r.Header)
	}
	for name := range r.Header {
		if name != "Accept" && name != "User-Agent" && name != "Accept-Encoding" && name != "Connection" {
			t.Errorf("the server was told %s", name)
		}
	}
}

// TestNoPicture has servers that lie and addresses that are none.
func TestNoPicture(t *testing.T) {
	long := strings.Repeat("x", mostBytes+1)
	h := newHouse(t, func(w http.ResponseWriter, r *http.Request) {
		switch r.URL.Path {
		case "/html":
			w.Header().Set("Content-Type", "text/html")
			w.Write([]byte("<script>"))
		case "/svg":
			w.Header().Set("Content-Type", "image/svg+xml")
			w.Write([]byte("<svg/>"))
		case "/gone":
			w.Header().Set("Content-Type", "image/png")
			w.WriteHeader(410)
		case "/empty":
			w.Header().Set("Content-Type", "image/png")
		case "/long":
			w.Header().Set("Content-Type", "image/png")
			w.Write([]byte(long))
		case "/round":
			http.Redirect(w, r, "/round", http.StatusFound)
		case "/inside":
			http.Redirect(w, r, "http://127.0.0.1/a.png", http.StatusFound)
		case "/file":
			http.Redirect(w, r, "file:///etc/hostname", http.StatusFound)
		case "/port":
			http.Redirect(w, r, "http://shop.example:25/", http.StatusFound)
		default:
			t.Errorf("asked for %s", r.URL)
		}
	})
	for _, u := range []string{"http://shop.example/html", "http://shop.example/svg", "http://shop.example/gone", "http://shop.example/empty",
		"http://shop.example/long", "http://shop.example/round", "http://shop.example/inside", "http://shop.example/file", "http://shop.example/port",
		"http://lost.example/a.png", "http://127.0.0.1/a.png", "http://[::1]/a.png", "ftp://shop.example/a", "javascript:alert(1)", "//shop.example/a", "http:///a",
		"http://user:word@shop.example/a", "http://shop.example:22/a", "http://shop.example/" + strings.Repeat("a", mostURL), "http://a b/", "", "\x00"} {
		if got, err := h.picture(t.Context(), asker, wire.PictureQuery{URL: u}); sekisho.KindOf(err) != sekisho.NotFound {
			t.Errorf("%.60q: %+v %v", u, got.Type, err)
		}
	}
}

// TestPace: one process may ask only so often, another is not kept waiting by it.
func TestPace(t *testing.T) {
	h := newHouse(t, func(w http.ResponseWriter, r *http.Request) {})
	now := time.Unix(6000, 0)
	h.config.Clock = func() time.Time { return now }
	for range mostPerMinute {
		h.spend(asker.Instance)
	}
	if _, err := h.picture(t.Context(), asker, wire.PictureQuery{URL: "http://shop.example/"}); sekisho.KindOf(err) != sekisho.TooMany {
		t.Errorf("the last one too many: %v", err)
	}
	if !h.spend(8) {
		t.Error("another process was kept waiting")
	}
	now = now.Add(time.Minute)
	if !h.spend(asker.Instance) {
		t.Error("a minute later it is still refused")
	}
}

func FuzzParse(f *testing.F) {
	for _, s := range []string{"http://a.example/b", "https://a.example:443/?q#f", "//a", "http://u@a/", "http://[::1]:80/", "javascript:1"} {
		f.Add(s)
	}
	x := New(Config{}, Peers{})
	f.Fuzz(func(t *testing.T, s string) {
		u, err := x.parse(s)
		if err == nil && (u.Hostname() == "" || u.User != nil || u.Scheme != "http" && u.Scheme != "https" || u.Fragment != "") {
			t.Errorf("%q is let through as %v", s, u)
		}
	})
}
