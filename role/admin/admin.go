package admin

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"strconv"
	"strings"
	"time"

	"golang.org/x/sys/unix"

	"sekisho"
	"sekisho/wire"
)

// Config is what admin is told.
type Config struct {
	Name string // the installation's host name, for the records to publish
	Log  *slog.Logger
}

// Peers are the roles that admin asks.
type Peers struct{ Store, Vault, Inspect, Dial *wire.Peer }

// Admin answers commands.
type Admin struct {
	config Config
	peers  Peers
}

// New makes a admin that does not serve yet.
func New(c Config, p Peers) *Admin {
	if c.Log == nil {
		c.Log = slog.New(slog.DiscardHandler)
	}
	return &Admin{c, p}
}

// operator is who asks: his user number + 1, as the ledger has it.
type operator uint64

// String names him for the trace.
func (o operator) String() string { return "operator uid " + strconv.FormatUint(uint64(o)-1, 10) }

type operatorKey struct{}

// mostBody bounds a question: the largest are manifests of scopes.
const mostBody = 64 << 20

// callTime bounds one call.
const callTime = 2 * time.Minute

// Serve answers on the socket until ctx is done.
func (c *Admin) Serve(ctx context.Context, l net.Listener) error {
	s := &http.Server{Handler: c.routes(), ReadHeaderTimeout: 10 * time.Second, MaxHeaderBytes: 16 << 10,
		ErrorLog: slog.NewLogLogger(c.config.Log.Handler(), slog.LevelWarn),
		ConnContext: func(ctx context.Context, conn net.Conn) context.Context {
			return context.WithValue(ctx, operatorKey{}, peerUser(conn))
		}}
	stop := context.AfterFunc(ctx, func() {
		grace, cancel := context.WithTimeout(context.Background(), 5*time.Second)
		defer cancel()
		s.Shutdown(grace)
	})
	defer stop()
	go c.resume(ctx)
	if err := s.Serve(l); !errors.Is(err, http.ErrServerClosed) {
		return err
	}
	return nil
}

// peerUser asks the kernel who opened the socket; 0 when it does not say.
func peerUser(conn net.Conn) operator {
	u, ok := conn.(*net.UnixConn)
	if !ok {
		return 0
	}
	raw, err := u.SyscallConn()
	if err != nil {
		return 0
	}
	var who operator
	raw.Control(func(fd uintptr) {
		if cred, err := unix.GetsockoptUcred(int(fd), unix.SOL_SOCKET, unix.SO_PEERCRED); err == nil {
			who = operator(cred.Uid) + 1
		}
	})
	return who
}

func (c *Admin) routes() http.Handler {
	m := http.NewServeMux()
	route(m, "contract/add", c.contractAdd)
	route(m, "contract/set", c.contractSet)
	route(m, "contract/list", c.contractList)
	route(m, "contract/policy", c.contractPolicy)
	route(m, "urls", c.urls)
	route(m, "insider", c.insiders)
	route(m, "feed/list", c.feeds)
	route(m, "feed/set", c.feedSet)
	route(m, "urls/clicks", c.clicks)
	route(m, "contract/policy-versions", c.policyVersions)
	route(m, "contract/policy-undo", c.policyUndo)
	route(m, "domain/add", c.domainAdd)
	route(m, "domain/route", c.domainRoute)
	route(m, "domain/sts", c.domainSTS)
	route(m, "domain/rotate", c.domainRotate)
	route(m, "domain/list", c.domainList)
	route(m, "domain/dns", c.domainDNS)
	route(m, "account/add", c.accountAdd)
	route(m, "account/set", c.accountSet)
	route(m, "account/delegate", c.delegate)
	route(m, "account/list", c.accountList)
	route(m, "account/app-password", c.appPassword)
	route(m, "alias/add", c.aliasAdd)
	route(m, "digest/send", c.digestSend)
	route(m, "learn/status", c.learnStatus)
	route(m, "learn/reset", c.learnReset)
	route(m, "alias/list", c.aliasList)
	route(m, "fingerprint/key", c.fingerprintKey)
	route(m, "fingerprint/put", c.fingerprintPut)
	route(m, "fingerprint/drop", c.fingerprintDrop)
	route(m, "fingerprint/list", c.fingerprintList)
	route(m, "group/set", c.groupSet)
	route(m, "group/list", c.groupList)
	route(m, "kept/list", c.keptList)
	route(m, "kept/show", c.keptShow)
	route(m, "queue/list", c.queueList)
	route(m, "report/dmarc", c.reportDMARC)
	route(m, "report/tls", c.reportTLS)
	route(m, "report/send", c.reportSend)
	route(m, "act", c.act)
	route(m, "trace", c.trace)
	c.ledgerRoutes(m)
	route(m, "tls/issue", c.tlsIssue)
	route(m, "tls/list", c.tlsList)
	route(m, "tls/request", c.tlsRequest)
	route(m, "tls/install", c.tlsInstall)
	route(m, "contract/officers", c.officers)
	route(m, "contract/terminate", c.terminate)
	route(m, "contract/certificate", c.certificates)
	route(m, "contract/contact", c.contact)
	route(m, "archive/open", c.archiveOpen)
	route(m, "archive/list", c.archiveList)
	route(m, "archive/close", c.archiveClose)
	route(m, "account/recover", c.recover)
	route(m, "rotate", c.rotate)
	route(m, "backup", c.backup)
	route(m, "incident/open", c.incidentOpen)
	route(m, "incident/add", c.incidentAdd)
	route(m, "incident/scope", c.incidentScope)
	route(m, "incident/close", c.incidentClose)
	route(m, "incident/show", c.incidentShow)
	route(m, "incident/list", c.incidentList)
	route(m, "incident/address", c.incidentAddress)
	return m
}

// route makes an HTTP handler of a call: strict JSON in, JSON out, errors by kind.
func route[Q, A any](m *http.ServeMux, name string, f func(context.Context, operator, Q) (A, error)) {
	m.HandleFunc("POST /"+name, func(w http.ResponseWriter, r *http.Request) {
		ctx, cancel := context.WithTimeout(r.Context(), callTime)
		defer cancel()
		who, _ := ctx.Value(operatorKey{}).(operator)
		var q Q
		d := json.NewDecoder(http.MaxBytesReader(w, r.Body, mostBody))
		d.DisallowUnknownFields()
		if err := d.Decode(&q); err != nil {
			fail(w, sekisho.E(name, sekisho.Invalid, err))
			return
		}
		if who == 0 {
			fail(w, sekisho.E(name, sekisho.Denied, errors.New("the kernel does not say who asks")))
			return
		}
		a, err := f(ctx, who, q)
		if err != nil {
			fail(w, err)
			return
		}
		w.Header().Set("Content-Type", "application/json")
		json.NewEncoder(w).Encode(a)
	})
}

// statuses are the HTTP codes of error kinds.
var statuses = map[sekisho.ErrorKind]int{sekisho.Invalid: 400, sekisho.Denied: 403, sekisho.NotFound: 404, sekisho.Exists: 409,
	sekisho.Conflict: 409, sekisho.TooLarge: 413, sekisho.TooMany: 429, sekisho.Unavailable: 503, sekisho.Full: 507}

func fail(w http.ResponseWriter, err error) {
	kind := sekisho.KindOf(err)
	code := statuses[kind]
	if code == 0 {
		code = 500
	}
	text := err.Error()
	var known *sekisho.Error
	if errors.As(err, &known) && known.Err != nil {
		text = known.Err.Error()
	}
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(code)
	json.NewEncoder(w).Encode(Fault{kind.String(), text})
}

// list asks store for rows.
func (c *Admin) list(ctx context.Context, what string, q Query) (wire.Listed, error) {
	l := wire.List{What: what, Match: q.Match, ID: q.ID, Most: q.Most, All: q.All}
	if q.Since > 0 {
		l.Since = time.Now().Add(-q.Since)
	}
	if q.Contract != "" {
		k, err := c.contract(ctx, q.Contract)
		if err != nil {
			return wire.Listed{}, err
		}
		l.Contract = k.ID
	}
	return wire.StoreList.Ask(ctx, c.peers.Store, l)
}

// contract finds a contract by number, name or one of its domains.
func (c *Admin) contract(ctx context.Context, name string) (wire.Contract, error) {
	all, err := wire.StoreList.Ask(ctx, c.peers.Store, wire.List{What: "contract", Most: 20_000})
	if err != nil {
		return wire.Contract{}, err
	}
	for _, k := range all.Contracts {
		if k.Name == name || strconv.FormatUint(uint64(k.ID), 10) == name {
			return k, nil
		}
		for _, d := range k.Domains {
			if strings.EqualFold(d.Name, name) {
				return k, nil
			}
		}
	}
	return wire.Contract{}, sekisho.E("contract", sekisho.NotFound, fmt.Errorf("no contract %q: see \"sekisho contract list\"", name))
}
