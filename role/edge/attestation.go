package edge

import (
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/elliptic"
	"crypto/rsa"
	"crypto/x509"
	"encoding/binary"
	"errors"
	"fmt"
	"math/big"
)

// attestation is what is used of an attestation object (W3C Web Authentication section 6.5): which authenticator it was is not
// asked for, so that its statement is not read.
type attestation struct {
	authenticator []byte // authenticator data
	id            []byte // of the credential
	public        []byte // PKIX
}

// COSE algorithms (RFC 9053).
const (
	algES256 = -7
	algEdDSA = -8
	algRS256 = -257
)

var errAttestation = errors.New("no attestation object")

// readAttestation reads one.
func readAttestation(b []byte) (attestation, error) {
	var out attestation
	c := cbor{b: b}
	v, err := c.value(0)
	if err != nil || len(c.b) > 0 {
		return out, errors.Join(errAttestation, err)
	}
	top, _ := v.(map[any]any)
	var ok bool
	if out.authenticator, ok = top["authData"].([]byte); !ok {
		return out, errAttestation
	}
	// Section 6.1: hash of the relying party, flags, counter; then AAGUID, length of the id, id, key.
	d := out.authenticator
	if len(d) < 37+18 || d[32]&(1<<6) == 0 {
		return out, errAttestation
	}
	d = d[37+16:]
	n := int(binary.BigEndian.Uint16(d))
	if n == 0 || n > 1023 || len(d) < 2+n {
		return out, errAttestation
	}
	out.id = d[2 : 2+n]
	key := cbor{b: d[2+n:]}
	if v, err = key.value(0); err != nil {
		return out, errors.Join(errAttestation, err)
	}
	fields, ok := v.(map[any]any)
	if !ok {
		return out, errAttestation
	}
	out.public, err = coseKey(fields)
	return out, err
}

// coseKey turns a COSE key (RFC 9052 section 7, RFC 9053) into PKIX.
func coseKey(f map[any]any) ([]byte, error) {
	number := func(k int64) int64 { n, _ := f[k].(int64); return n }
	bytes := func(k int64) []byte { b, _ := f[k].([]byte); return b }
	switch alg := number(3); {
	case alg == algES256 && number(1) == 2 && number(-1) == 1 && len(bytes(-2)) == 32 && len(bytes(-3)) == 32:
		point := append(append([]byte{4}, bytes(-2)...), bytes(-3)...)
		k, err := ecdsa.ParseUncompressedPublicKey(elliptic.P256(), point)
		if err != nil {
			return nil, err
		}
		return x509.MarshalPKIXPublicKey(k)
	case alg == algEdDSA && number(1) == 1 && number(-1) == 6 && len(bytes(-2)) == ed25519.PublicKeySize:
		return x509.MarshalPKIXPublicKey(ed25519.PublicKey(bytes(-2)))
	case alg == algRS256 && number(1) == 3 && len(bytes(-1)) >= 256 && len(bytes(-1)) <= 1024 && len(bytes(-2)) > 0 && len(bytes(-2)) <= 4:
		e := new(big.Int).SetBytes(bytes(-2)).Int64()
		if e < 3 || e%2 == 0 {
			return nil, errors.New("no RSA key")
		}
		return x509.MarshalPKIXPublicKey(&rsa.PublicKey{N: new(big.Int).SetBytes(bytes(-1)), E: int(e)})
	default:
		return nil, fmt.Errorf("no key of a known algorithm (%d)", alg)
	}
}

// cbor reads the part of RFC 8949 that authenticators write: definite lengths, whole numbers, strings, arrays, maps, and simple
// values. Anything else is an error.
type cbor struct{ b []byte }

var errCBOR = errors.New("CBOR that no authenticator writes")

const (
	cborDepth = 8
	cborMost  = 64 // members of an array or map
)

// head reads a major type and its argument.
func (c *cbor) head() (major byte, n uint64, err error) {
	if len(c.b) == 0 {
		return 0, 0, errCBOR
	}
	major, n = c.b[0]>>5, uint64(c.b[0]&31)
	c.b = c.b[1:]
	if n < 24 {
		return major, n, nil
	}
	size := 1 << (n - 24)
	if n > 27 || len(c.b) < size {
		return 0, 0, errCBOR
	}
	n = 0
	for _, x := range c.b[:size] {
		n = n<<8 | uint64(x)
	}
	c.b = c.b[size:]
	return major, n, nil
}

func (c *cbor) value(depth int) (any, error) {
	major, n, err := c.head()
	if err != nil || depth > cborDepth {
		return nil, errCBOR
	}
	switch major {
	case 0, 1:
		if n > 1<<62 {
			return nil, errCBOR
		}
		if major == 1 {
			return -1 - int64(n), nil
		}
		return int64(n), nil
	case 2, 3:
		if n > uint64(len(c.b)) {
			return nil, errCBOR
		}
		b := c.b[:n]
		c.b = c.b[n:]
		if major == 3 {
			return string(b), nil
		}
		return b, nil
	case 4:
		return c.array(n, depth)
	case 5:
		return c.table(n, depth)
	case 7:
		if n == 20 || n == 21 {
			return n == 21, nil
		}
		if n == 22 {
			return nil, nil
		}
	}
	return nil, errCBOR
}

func (c *cbor) array(n uint64, depth int) (any, error) {
	if n > cborMost {
		return nil, errCBOR
	}
	var out []any
	for range n {
		v, err := c.value(depth + 1)
		if err != nil {
			return nil, err
		}
		out = append(out, v)
	}
	return out, nil
}

func (c *cbor) table(n uint64, depth int) (any, error) {
	if n > cborMost {
		return nil, errCBOR
	}
	out := map[any]any{}
	for range n {
		k, err := c.value(depth + 1)
		if err != nil {
			return nil, err
		}
		switch k.(type) {
		case int64, string:
		default:
			return nil, errCBOR
		}
		if _, twice := out[k]; twice {
			return nil, errCBOR
		}
		if out[k], err = c.value(depth + 1); err != nil {
			return nil, err
		}
	}
	return out, nil
}
