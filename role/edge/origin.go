package edge

import (
	"strings"
)

// origin is one of the host names that edge is reached as. Each has its own apps, routes and policy; browsers keep them apart.
type origin struct {
	url    string // "https://mail.example.com"
	policy string // Content-Security-Policy
	framed bool   // it is shown in a frame of another origin
	routes []*route
	signIn bool // people sign in here
}

// policyNone is for answers that are never shown.
const policyNone = "default-src 'none'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'; sandbox"

// policyApp lets an app load its own files and nothing else; there is no inline script or style, and no string becomes script or
// markup. The frame for mails is the one thing from elsewhere.
func policyApp(frame string) string {
	p := "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' blob: data:; font-src 'self'; connect-src 'self'; manifest-src 'self'; "
	types := "trusted-types sekisho"
	if frame != "" {
		p += "frame-src " + frame + "; "
		types += " ProseMirrorClipboard" // the editor reads what is pasted into a document that is never shown
	}
	return p + "form-action 'none'; base-uri 'none'; frame-ancestors 'none'; require-trusted-types-for 'script'; " + types
}

// policyContent is of the frame in which mails are shown: its one script, pictures that it is handed as bytes. No connection
// leaves it. It names itself by its address, since in the sandbox it has an origin of its own that is nobody's.
func policyContent(self, parent string) string {
	return "sandbox allow-scripts; default-src 'none'; script-src " + self + "; style-src " + self + "; img-src blob:; form-action 'none'; base-uri 'none'; frame-ancestors " + parent +
		"; require-trusted-types-for 'script'; trusted-types sekisho"
}

// origins are edge's own, by host name.
func (e *Edge) origins() map[string]*origin {
	c := e.config
	at := func(host string) string {
		if c.Port != "" {
			return "https://" + host + ":" + c.Port
		}
		return "https://" + host
	}
	mail, content := at(c.Mail), at(c.Content)
	routes := e.routes()
	out := map[string]*origin{}
	for host, o := range map[string]*origin{
		c.Mail:    {url: mail, policy: policyApp(content), routes: routes.mail, signIn: true},
		c.Console: {url: at(c.Console), policy: policyApp(""), routes: routes.console, signIn: true},
		c.Desk:    {url: at(c.Desk), policy: policyApp(""), routes: routes.desk},
		c.Content: {url: content, policy: policyContent(content, mail), framed: true, routes: routes.content},
	} {
		out[strings.ToLower(host)] = o
	}
	return out
}

// secure sets the headers that every answer has.
func (x *exchange) secure(policy string) {
	h := x.w.Header()
	h.Set("Content-Security-Policy", policy)
	h.Set("Strict-Transport-Security", "max-age=63072000; includeSubDomains")
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("Referrer-Policy", "no-referrer")
	h.Set("X-Frame-Options", "DENY")
	h.Set("Cross-Origin-Opener-Policy", "same-origin")
	h.Set("Cross-Origin-Embedder-Policy", "require-corp")
	h.Set("Cross-Origin-Resource-Policy", "same-origin")
	h.Set("X-Permitted-Cross-Domain-Policies", "none")
	h.Set("Origin-Agent-Cluster", "?1")
	h.Set("Cache-Control", "no-store")
	h.Set("Permissions-Policy", "accelerometer=(), camera=(), display-capture=(), geolocation=(), gyroscope=(), hid=(), idle-detection=(), magnetometer=(), microphone=(), midi=(), payment=(), serial=(), usb=(), "+
		"publickey-credentials-create=(self), publickey-credentials-get=(self)")
	if x.origin == nil || !x.origin.framed {
		return
	}
	h.Del("X-Frame-Options") // frame-ancestors says who may
	h.Del("Origin-Agent-Cluster")
	h.Set("Cross-Origin-Resource-Policy", "cross-origin") // the frame's origin is nobody's
	h.Set("Access-Control-Allow-Origin", "*")             // its script is loaded with CORS; there is nothing secret here
	h.Set("Permissions-Policy", strings.ReplaceAll(h.Get("Permissions-Policy"), "(self)", "()"))
}
