package test

import (
	"bytes"
	"crypto/aes"
	"crypto/cipher"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/base64"
	"encoding/json"
	"encoding/pem"
	"fmt"
	"io/fs"
	"math/big"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"
)

// FakeTransit answers as the transit engine of HashiCorp Vault does, as far as link asks: encrypt and decrypt with associated
// data, rotate, read, config, trim. It is no substitute for a test against the real server.
type FakeTransit struct {
	Server *httptest.Server
	CA     []byte // PEM

	mu     sync.Mutex
	token  string
	admin  bool // the token may change the key
	keys   map[int]cipher.AEAD
	latest int
	least  int // min_decryption_version
	calls  []string
}

// NewFakeTransit starts it with TLS on loopback.
func NewFakeTransit(t *testing.T, token string) *FakeTransit {
	t.Helper()
	f := &FakeTransit{token: token, admin: true, keys: map[int]cipher.AEAD{}, least: 1}
	f.rotate()
	f.Server = httptest.NewUnstartedServer(f)
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	c := &x509.Certificate{SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "key service"}, NotBefore: time.Now().Add(-time.Hour),
		NotAfter: time.Now().Add(time.Hour), IsCA: true, BasicConstraintsValid: true, IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1)}}
	der, err := x509.CreateCertificate(rand.Reader, c, c, key.Public(), key)
	if err != nil {
		t.Fatal(err)
	}
	f.CA = pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der})
	f.Server.TLS = &tls.Config{Certificates: []tls.Certificate{{Certificate: [][]byte{der}, PrivateKey: key}}}
	f.Server.StartTLS()
	t.Cleanup(f.Server.Close)
	return f
}

func (f *FakeTransit) rotate() {
	raw := make([]byte, 32)
	rand.Read(raw)
	b, _ := aes.NewCipher(raw)
	f.latest++
	f.keys[f.latest], _ = cipher.NewGCMWithRandomNonce(b)
}

// ServeHTTP answers one request.
func (f *FakeTransit) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	f.mu.Lock()
	defer f.mu.Unlock()
	fail := func(code int, why string) {
		w.WriteHeader(code)
		json.NewEncoder(w).Encode(map[string][]string{"errors": {why}})
	}
	if r.Header.Get("X-Vault-Token") != f.token {
		fail(403, "permission denied")
		return
	}
	path := strings.TrimPrefix(r.URL.Path, "/v1/transit/")
	f.calls = append(f.calls, path)
	var q struct {
		Plaintext  []byte `json:"plaintext"`
		Ciphertext string `json:"ciphertext"`
		Data       []byte `json:"associated_data"`
		Decrypt    int    `json:"min_decryption_version"`
		Available  int    `json:"min_available_version"`
	}
	if r.Method == "POST" {
		if err := json.NewDecoder(r.Body).Decode(&q); err != nil {
			fail(400, err.Error())
			return
		}
	}
	give := func(data map[string]any) { json.NewEncoder(w).Encode(map[string]any{"data": data}) }
	switch path {
	case "encrypt/sekisho":
		give(map[string]any{"ciphertext": fmt.Sprintf("vault:v%d:%s", f.latest, base64.StdEncoding.EncodeToString(f.keys[f.latest].Seal(nil, nil, q.Plaintext, q.Data)))})
	case "decrypt/sekisho":
		var v int
		var text string
		if _, err := fmt.Sscanf(strings.Replace(q.Ciphertext, ":v", ": ", 1), "vault: %d:%s", &v, &text); err != nil || v < f.least || f.keys[v] == nil {
			fail(400, "ciphertext or signature version is disallowed by policy (too old)")
			return
		}
		raw, err := base64.StdEncoding.DecodeString(text)
		if err == nil {
			raw, err = f.keys[v].Open(nil, nil, raw, q.Data)
		}
		if err != nil {
			fail(400, "cipher: message authentication failed")
			return
		}
		give(map[string]any{"plaintext": raw})
	case "keys/sekisho":
		give(map[string]any{"latest_version": f.latest})
	case "keys/sekisho/rotate":
		f.rotate()
		w.WriteHeader(204)
	case "keys/sekisho/config", "keys/sekisho/trim":
		if !f.admin {
			fail(403, "permission denied")
			return
		}
		f.least = max(f.least, q.Decrypt)
		for v := range f.keys {
			if v < q.Available {
				delete(f.keys, v)
			}
		}
		w.WriteHeader(204)
	default:
		fail(404, "unsupported path")
	}
}

// The root key is with a key management service, which vault reaches through link and dial: a house moves there by a
// rotation, its old root key file is gone, restarts work, a termination destroys the version before, and without the service
// or with another token nothing opens.
func TestKeyService(t *testing.T) {
	h := NewHouse(t, 0, false)
	dir := filepath.Dir(h.Data)
	f := NewFakeTransit(t, "token-of-the-house")
	token, ca := filepath.Join(dir, "token"), filepath.Join(dir, "ca.pem")
	for path, text := range map[string]string{token: f.token + "\n", ca: string(f.CA)} {
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	if err := deliver(h, "lena@partner.example", []string{"ken@kawa.example"}, []byte(note)); err != nil {
		t.Fatal(err)
	}
	h.Stop()
	h.Extra = fmt.Sprintf("[keys]\nroot = \"transit\"\naddress = %q\ntoken = %q\nca = %q\n", f.Server.URL, token, ca)
	h.StartServe()
	h.Run("vault", "rotate")
	if _, err := os.Stat(filepath.Join(h.Data, "vault", "root.key")); err == nil {
		t.Error("root.key is still there after the move")
	}
	h.Stop()
	h.StartServe()
	if !has(bodies(t, mailbox(t, h, "ken@kawa.example"), "INBOX"), "read after the restore") {
		t.Error("the mail is not readable with the root key from the service")
	}
	h.Run("contract", "terminate", "Mori Trading", "--confirm", "Mori Trading")
	f.mu.Lock()
	if len(f.keys) != 1 || f.keys[f.latest] == nil {
		t.Errorf("%d versions of the service's key are left", len(f.keys))
	}
	f.admin = false
	f.mu.Unlock()
	if out := h.Run("vault", "rotate"); !strings.Contains(out, "min_decryption_version") {
		t.Errorf("what the token may not do is not said: %s", out)
	}
	if !signsIn(t, h, "ken@kawa.example", h.Secret("ken@kawa.example")) || signsIn(t, h, "ann@mori.example", h.Secret("ann@mori.example")) {
		t.Error("the wrong people are locked out")
	}
	if n := strings.Count(h.Log(), "kind=denied"); n > 0 {
		t.Errorf("%d refused calls in honest work:\n%s", n, tailOf(h.Log()))
	}
	h.Stop()
	f.mu.Lock()
	f.token = "another"
	f.mu.Unlock()
	out, err := h.TryServe()
	if err == nil || !strings.Contains(out, "permission denied") {
		t.Errorf("started with a token that the service refuses: %v\n%s", err, tailOf(out))
	}
}

// The root key comes by a descriptor that the service was started with: vault reads it again when it is started anew, and it
// is in no file of the data directory.
func TestRootByDescriptor(t *testing.T) {
	for level, uid := range levels(t) {
		t.Run(level, func(t *testing.T) {
			h := NewHouse(t, uid, false)
			h.Stop()
			key := make([]byte, 32)
			rand.Read(key)
			path := filepath.Join(t.TempDir(), "key")
			if err := os.WriteFile(path, key, 0o600); err != nil {
				t.Fatal(err)
			}
			h.Extra = "[keys]\nroot = \"descriptor\"\ndescriptor = 3\n"
			h.Passed = path
			h.StartServe()
			h.Run("vault", "rotate")
			for _, c := range h.Children() {
				if c.Role == "vault" {
					syscall.Kill(c.Pid, syscall.SIGKILL)
				}
			}
			for end := time.Now().Add(20 * time.Second); ; time.Sleep(50 * time.Millisecond) {
				if ok, _ := trySignIn(h, "ken@kawa.example", h.Secret("ken@kawa.example")); ok {
					break
				}
				if time.Now().After(end) {
					t.Fatalf("nobody signs in after vault was started anew:\n%s", tailOf(h.Log()))
				}
			}
			h.Stop()
			filepath.WalkDir(h.Data, func(path string, d fs.DirEntry, err error) error {
				if err != nil || d.IsDir() {
					return err
				}
				if b, err := os.ReadFile(path); err != nil || bytes.Contains(b, key) || d.Name() == "root.key" {
					t.Errorf("%s holds the root key, or cannot be read: %v", path, err)
				}
				return nil
			})
			h.Passed = ""
			if out, err := h.TryServe(); err == nil || !strings.Contains(out, "descriptor") {
				t.Errorf("started without the descriptor: %v\n%s", err, tailOf(out))
			}
		})
	}
}
