package edge

import (
	"crypto/sha256"
	"encoding/binary"
	"io"
	"maps"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"sync"

	"github.com/corazawaf/coraza-coreruleset/v4"
	"github.com/corazawaf/coraza/v3"
	"github.com/corazawaf/coraza/v3/types"

	"sekisho"
)

// ruleBody is the largest body that the rules read.
const ruleBody = 64 << 10

// ruleFiles are the parts of the rule set about requests. Those about answers are not used: what routes may answer is a list.
var ruleFiles = []string{"REQUEST-901-INITIALIZATION", "REQUEST-911-METHOD-ENFORCEMENT", "REQUEST-913-SCANNER-DETECTION", "REQUEST-920-PROTOCOL-ENFORCEMENT", "REQUEST-921-PROTOCOL-ATTACK",
	"REQUEST-922-MULTIPART-ATTACK", "REQUEST-930-APPLICATION-ATTACK-LFI", "REQUEST-931-APPLICATION-ATTACK-RFI", "REQUEST-932-APPLICATION-ATTACK-RCE", "REQUEST-933-APPLICATION-ATTACK-PHP",
	"REQUEST-934-APPLICATION-ATTACK-GENERIC", "REQUEST-941-APPLICATION-ATTACK-XSS", "REQUEST-942-APPLICATION-ATTACK-SQLI", "REQUEST-943-APPLICATION-ATTACK-SESSION-FIXATION",
	"REQUEST-944-APPLICATION-ATTACK-JAVA", "REQUEST-949-BLOCKING-EVALUATION"}

// ruleSet is the configuration at a paranoia level; the product's is 1.
func ruleSet(level int) string {
	var b strings.Builder
	b.WriteString("SecRuleEngine On\nSecRequestBodyAccess On\nSecRequestBodyLimit " + strconv.Itoa(2*ruleBody) + "\nSecRequestBodyInMemoryLimit " + strconv.Itoa(2*ruleBody) +
		"\nSecResponseBodyAccess Off\nSecAuditEngine Off\nSecArgumentSeparator &\nSecCookieFormat 0\n")
	b.WriteString(`SecRule REQUEST_HEADERS:Content-Type "^application/(?:[a-z0-9.-]+\+)?json" "id:1001,phase:1,t:none,t:lowercase,pass,nolog,ctl:requestBodyProcessor=JSON"` + "\n")
	// What JMAP and the administration use, besides what the rule set expects.
	b.WriteString(`SecAction "id:1002,phase:1,pass,t:none,nolog,setvar:'tx.allowed_methods=GET HEAD POST PUT PATCH DELETE',` +
		`setvar:'tx.allowed_request_content_type=|application/x-www-form-urlencoded| |multipart/form-data| |text/xml| |application/xml| |application/json| |application/merge-patch+json| |text/csv| |application/octet-stream| |message/rfc822|',` +
		`setvar:tx.blocking_paranoia_level=` + strconv.Itoa(level) + `,setvar:tx.detection_paranoia_level=` + strconv.Itoa(level) + `"` + "\n")
	b.WriteString("Include @crs-setup.conf.example\n")
	for _, f := range ruleFiles {
		b.WriteString("Include @owasp_crs/" + f + ".conf\n")
	}
	return b.String()
}

// Rules are the web rules: the OWASP core rule set on method, path, query, headers and the bodies of routes that carry no mail.
// They are a second wall: the first is each route's schema, which lets nothing through that is not named. Cookies and
// Authorization are not shown to them; mail is not theirs to judge, since a mail about an attack is a mail. Reading them takes a
// moment, some memory, and a directory for temporary files, which the reader of rules insists on seeing although nothing is
// written there: so it is done before the process is confined.
//
// What is shown without a body decides, so that the same line and headers need no second look: an app's requests for mail
// differ in their bodies only.
type Rules struct {
	waf coraza.WAF

	mu   sync.Mutex // guards seen
	seen map[[sha256.Size]byte]bool
}

// mostSeen bounds what is remembered; when it is reached everything is looked at again.
const mostSeen = 1 << 14

// LoadRules reads the web rules.
func LoadRules() (*Rules, error) {
	w, err := coraza.NewWAF(coraza.NewWAFConfig().WithRootFS(coreruleset.FS).WithDirectives(ruleSet(1)))
	if err != nil {
		return nil, sekisho.E("edge.rules", sekisho.Internal, err)
	}
	return &Rules{waf: w, seen: map[[sha256.Size]byte]bool{}}, nil
}

// hidden are headers that the rules do not see: they hold secrets.
var hidden = []string{"Cookie", "Authorization"}

// fine says whether the rules let a request through. Without rules nothing passes.
func (r *Rules) fine(x *exchange) bool {
	if r == nil {
		return false
	}
	body, unseen := x.body, hidden
	if x.route.mail { // an attachment may be of any type
		body, unseen = nil, append(slices.Clone(hidden), "Content-Type", "Content-Length")
	} else if len(body) > ruleBody {
		body = nil
	}
	digest := digestOf(x.r, unseen)
	if len(body) == 0 && r.saw(digest) {
		return true
	}
	tx := r.waf.NewTransaction()
	defer tx.Close()
	stopped := judge(tx, x.r, x.client.String(), body, unseen)
	if stopped == nil {
		if len(body) == 0 {
			r.see(digest)
		}
		return true
	}
	x.edge.config.Log.Warn("the web rules refused a request", "rule", stopped.RuleID, "method", x.r.Method, "path", shorten(x.r.URL.Path, 200), "client", x.client.String())
	return false
}

func (r *Rules) saw(digest [sha256.Size]byte) bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.seen[digest]
}

func (r *Rules) see(digest [sha256.Size]byte) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if len(r.seen) >= mostSeen {
		clear(r.seen)
	}
	r.seen[digest] = true
}

// digestOf stands for all that judge shows of a request but its body and where it comes from, which no rule asks for.
func digestOf(r *http.Request, unseen []string) (out [sha256.Size]byte) {
	h := sha256.New()
	put := func(s string) {
		h.Write(binary.BigEndian.AppendUint32(nil, uint32(len(s))))
		io.WriteString(h, s)
	}
	for _, s := range []string{r.Method, r.URL.RequestURI(), r.Proto, r.Host, strconv.FormatBool(r.ContentLength >= 0)} {
		put(s)
	}
	for _, name := range slices.Sorted(maps.Keys(r.Header)) {
		if slices.Contains(unseen, name) {
			continue
		}
		for _, v := range r.Header[name] {
			put(name)
			put(v)
		}
	}
	h.Sum(out[:0])
	return out
}

// judge shows a request without some headers to the rules: nil when they let it through.
func judge(tx types.Transaction, r *http.Request, client string, body []byte, unseen []string) *types.Interruption {
	tx.ProcessConnection(client, 0, "", 0)
	tx.ProcessURI(r.URL.RequestURI(), r.Method, r.Proto)
	tx.AddRequestHeader("Host", r.Host)
	tx.SetServerName(r.Host)
	for _, name := range slices.Sorted(maps.Keys(r.Header)) { // always in one order: what is decided must not hang on chance
		values := r.Header[name]
		if slices.Contains(unseen, name) {
			continue
		}
		for _, v := range values {
			tx.AddRequestHeader(name, v)
		}
	}
	if r.ContentLength >= 0 && len(body) > 0 && r.Header.Get("Content-Length") == "" {
		tx.AddRequestHeader("Content-Length", strconv.Itoa(len(body)))
	}
	if stopped := tx.ProcessRequestHeaders(); stopped != nil {
		return stopped
	}
	if len(body) > 0 {
		if stopped, _, err := tx.WriteRequestBody(body); err != nil || stopped != nil {
			return stopped
		}
	}
	stopped, err := tx.ProcessRequestBody()
	if err != nil {
		return &types.Interruption{Action: "deny"}
	}
	return stopped
}
