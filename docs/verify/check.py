#!/usr/bin/env python3
"""Checks what a Sekisho ledger gives out, with nothing but Python: a checkpoint (signed note), a proof of one entry
(.tlog-proof) or a statement bundle (folder or zip with statement.json and proofs/).

    check.py KEY FILE...     KEY: name+id+base64, as the operator publishes it

Sources: c2sp.org/signed-note, tlog-checkpoint, tlog-proof; RFC 8032 (Ed25519); RFC 9162 section 2.1.3.2 (audit paths)."""
import base64, hashlib, json, os, struct, sys, zipfile
P = 2**255 - 19
Q = 2**252 + 27742317777372353535851937790883648493
D = -121665 * pow(121666, -1, P) % P
I = pow(2, (P - 1) // 4, P)
def add(a, b):
    x, y, t, z = (a[1] - a[0]) * (b[1] - b[0]), (a[1] + a[0]) * (b[1] + b[0]), 2 * a[3] * b[3] * D, 2 * a[2] * b[2]
    e, f, g, h = y - x, z - t, z + t, y + x
    return e * f % P, g * h % P, f * g % P, e * h % P
def mul(n, p):
    r = (0, 1, 1, 0)
    while n:
        r, p, n = add(r, p) if n & 1 else r, add(p, p), n >> 1
    return r
def point(b):
    y = int.from_bytes(b, "little"); sign = y >> 255; y &= 2**255 - 1
    u, v = y * y - 1, D * y * y + 1
    x = u * v**3 * pow(u * v**7 % P, (P - 5) // 8, P) % P
    if (v * x * x - u) % P: x = x * I % P
    if y >= P or (v * x * x - u) % P or (x == 0 and sign): raise ValueError("no point of the curve")
    if x & 1 != sign: x = P - x
    return x, y, 1, x * y % P
def ed25519(key, text, sig):
    base = point((4 * pow(5, -1, P) % P).to_bytes(32, "little"))
    s = int.from_bytes(sig[32:], "little")
    k = int.from_bytes(hashlib.sha512(sig[:32] + key + text).digest(), "little") % Q
    a, b = mul(s, base), add(point(sig[:32]), mul(k, point(key)))
    return len(sig) == 64 and s < Q and (a[0] * b[2] - b[0] * a[2]) % P == 0 and (a[1] * b[2] - b[1] * a[2]) % P == 0
def checkpoint(note, vkey):
    name, key_id, b64 = vkey.strip().split("+", 2)
    kind_key = base64.b64decode(b64, validate=True)
    want = hashlib.sha256(name.encode() + b"\n" + kind_key).digest()[:4]
    if kind_key[0] != 1 or len(kind_key) != 33 or want.hex() != key_id: raise ValueError("not a key")
    text, _, lines = note.rpartition("\n\n")
    text += "\n"
    for line in lines.splitlines():
        dash, who, b64 = line.split(" ")
        sig = base64.b64decode(b64, validate=True)
        if (dash, who, sig[:4]) == ("\u2014", name, want):
            if not ed25519(kind_key[1:], text.encode(), sig[4:]): raise ValueError("the signature does not hold")
            origin, size, root = text.split("\n")[:3]
            if origin != name: raise ValueError("another origin")
            return int(size), base64.b64decode(root, validate=True)
    raise ValueError("not signed by this key")
def sha(*b): return hashlib.sha256(b"".join(b)).digest()
def root_of(leaf, index, size, path):
    if index >= size: raise ValueError("index beyond the tree")
    at, last, h = index, size - 1, leaf
    for p in path:
        if not last: raise ValueError("path too long")
        if at & 1 or at == last:
            h = sha(b"\1", p, h)
            while at and not at & 1: at, last = at >> 1, last >> 1
        else:
            h = sha(b"\1", h, p)
        at, last = at >> 1, last >> 1
    if last: raise ValueError("path too short")
    return h
def proof(text, vkey):
    head, note = text.split("\n\n", 1)
    magic, extra, index, *path = head.split("\n")
    x = base64.b64decode(extra.removeprefix("extra "), validate=True)
    if magic != "c2sp.org/tlog-proof@v1" or x[:8] != b"sekisho1": raise ValueError("not a proof of an entry")
    size, root = checkpoint(note, vkey)
    node, cell, role, stream_size, _, stream_root = struct.unpack("<HHB3xQQ32s", x[8:64])
    number, row, blind, hashes = *struct.unpack("<Q80s16s", x[64:168]), x[168:]
    if root_of(sha(b"\0", row, blind), number, stream_size, [hashes[i:i + 32] for i in range(0, len(hashes), 32)]) != stream_root:
        raise ValueError("the row is not in its stream")
    if root_of(sha(b"\0", x[8:64]), int(index.removeprefix("index ")), size, [base64.b64decode(p) for p in path]) != root:
        raise ValueError("the head is not under the checkpoint")
    if row[77] != role: raise ValueError("the row is of another role than its stream")
    return (node, role, cell), number, row
def bundle(read, vkey):
    s = json.loads(read("statement.json"))
    for e in s["evidence"]:
        (node, role, cell), number, row = proof(read(e["proof"]).decode(), vkey)
        stream = e["stream"].split("-")
        if (int(stream[0]), int(stream[2]), e["row"], bytes.fromhex(e["entry"])) != (node, cell, number, row):
            raise ValueError(e["proof"] + ": of another entry")
        if struct.unpack("<Q", row[24:32])[0] != s["contract"]: raise ValueError(e["proof"] + ": of another contract")
    return "all %d entries of evidence about contract %d proven" % (len(s["evidence"]), s["contract"])
def check(path, vkey):
    if os.path.isdir(path): return bundle(lambda n: open(os.path.join(path, n), "rb").read(), vkey)
    if zipfile.is_zipfile(path): return bundle(zipfile.ZipFile(path).read, vkey)
    text = open(path, encoding="utf-8", newline="").read()
    if text.startswith("c2sp.org/tlog-proof@"): return "entry %d proven: %s" % (proof(text, vkey)[1], proof(text, vkey)[2].hex())
    return "checkpoint of %d heads" % checkpoint(text, vkey)[0]
if __name__ == "__main__":
    bad = 0
    for f in sys.argv[2:]:
        try: print(f + ": " + check(f, sys.argv[1]))
        except Exception as e: bad = 1; print(f + ": NOT VALID: %s" % (e or type(e).__name__))
    sys.exit(bad if len(sys.argv) > 2 else 2)
