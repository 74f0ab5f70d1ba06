#!/usr/bin/env python3
"""Measures Sekisho beside real peers on this machine, in one run, and prints medians and ratios.

  bench/run.py accept    mail in: inspected, sealed, entered, durable   beside Postfix -> Dovecot (no filter)
  bench/run.py relay     gateway: in, inspected, DKIM-signed, out       beside Postfix with rspamd as milter
  bench/run.py scan      inspection of the same mails, CPU a mail       beside rspamd
  bench/run.py imap      IMAP over TLS, 50,000 mails in one folder      beside Dovecot
  bench/run.py growth    delivery into a folder of 50,000 mails         beside an empty one
  bench/run.py rest      memory at rest and start to ready
  bench/run.py all

It needs the load generator and the peers' scripts: a folder with mailbench, bench.py and peers/, named by --peers or found as
$SEKISHO_SHARED/bench. It is copied to bench/out before use. Peers come from Debian: postfix dovecot-imapd dovecot-lmtpd rspamd redis-server.
Everything listens on loopback and is ended by the process number it was started with. Runs of the targets alternate, so that
whatever else the machine does falls on all of them alike: read ratios, and CPU where rates swing.
"""
import argparse, json, os, re, resource, shutil, signal, statistics, subprocess, sys, time

HERE = os.path.dirname(os.path.abspath(__file__))
OUT = HERE + "/out"
TOOLS = OUT + "/tools"
BINARY = os.path.dirname(HERE) + "/bin/sekisho"
MAILBENCH = TOOLS + "/bin/mailbench"

ZONE = """$TTL 60
mx.bench.example.       A   127.0.0.1
partner.example.        TXT "v=spf1 ip4:127.0.0.0/8 -all"
partner.example.        MX  10 mx.partner.example.
mx.partner.example.     A   127.0.0.1
bench.partner.example.  A   127.0.0.1
remote.partner.example. MX  10 sink.partner.example.
sink.partner.example.   A   127.0.0.1
"""

CONFIG = """name = "mx.bench.example"
data = "{data}"
[listen]
mx = "127.0.0.1:{smtp}"
submission = ""
submissions = ""
imap = ""
imaps = "127.0.0.1:{imaps}"
https = "127.0.0.1:{https}"
[dns]
zone = "{zone}"
[limit]
exempt = ["127.0.0.0/8"]
[post]
private = true
port = {sink}
"""


def tools(peers):
    """Copies the load generator and the peers' scripts, gives Dovecot TLS beside plain, and builds mailbench."""
    if not os.path.exists(MAILBENCH):
        if not peers or not os.path.isdir(peers):
            sys.exit("no load generator: name its folder with --peers, or set SEKISHO_SHARED")
        os.makedirs(OUT, exist_ok=True)
        shutil.copytree(peers, TOOLS, dirs_exist_ok=True)
        subprocess.run(["chmod", "-R", "u+w", TOOLS], check=True)
        path = TOOLS + "/peers/dovecot.sh"
        text = open(path).read()
        text = text.replace("ssl = no", "ssl = yes\nssl_cert = <$RUN/cert.pem\nssl_key = <$RUN/key.pem").replace("    port = 0\n", "    port = 1439\n    ssl = yes\n")
        open(path, "w").write(text.replace("\tneed_user\n", "\tneed_user; need_cert\n", 1))
        path = TOOLS + "/src/mailbench/imap.go"  # one more test: what a mail program asks when it comes back
        text = open(path).read()
        open(path, "w").write(text.replace('\tcase "list":\n', '\tcase "flags":\n\t\tone("FETCH 1:* (FLAGS)")\n\tcase "list":\n', 1))
        subprocess.run(["go", "build", "-o", "../bin/", "./mailbench"], cwd=TOOLS + "/src", check=True)


class House:
    """A Sekisho of its own, as an operator would start it."""

    def __init__(self, name, base, network=None, domain="example.test"):
        self.dir = f"{OUT}/{name}"
        shutil.rmtree(self.dir, ignore_errors=True)
        os.makedirs(self.dir)
        self.smtp, self.imaps, self.sink, self.https = base + 25, base + 993, base + 26, base + 443
        open(self.dir + "/zone", "w").write(ZONE)
        self.config = self.dir + "/sekisho.toml"
        open(self.config, "w").write(CONFIG.format(data=self.dir + "/data", zone=self.dir + "/zone", smtp=self.smtp, imaps=self.imaps, sink=self.sink, https=self.https))
        self.network, self.domain = network, domain

    def __enter__(self):
        self.log = open(self.dir + "/log", "w")
        begun = time.time()
        self.process = subprocess.Popen([BINARY, "serve", "--config", self.config], stdout=self.log, stderr=self.log)
        for _ in range(500):
            if subprocess.run([BINARY, "contract", "list", "--config", self.config], capture_output=True).returncode == 0:
                break
            time.sleep(0.02)
        self.ready = time.time() - begun
        self.run("contract", "add", "Bench", *(["--network", self.network] if self.network else []))
        self.run("domain", "add", "Bench", self.domain)
        # The generated mails are no prose: with the default rules some would go to Junk or quarantine and not be counted.
        # The default rules are evaluated all the same, as notes, before the one that delivers.
        rules = re.sub(r'(?m)^(\[\[rule\]\])$', r'\1\nobserve = true', self.run("contract", "policy", "Bench"))
        for d in ("inbound", "outbound"):
            rules += f'\n[[rule]]\nname = "deliver-{d}"\ndirection = "{d}"\nwhen = "true"\naction = "pass"\nreason = "measured"\n'
        open(self.dir + "/rules.toml", "w").write(rules)
        self.run("contract", "policy", "Bench", "--set", self.dir + "/rules.toml")
        return self

    def accounts(self, n):
        self.passwords = self.dir + "/passwords"
        with open(self.passwords, "w") as f:
            for k in range(1, n + 1):
                a = json.loads(self.run("account", "add", f"u{k}@{self.domain}", "--json"))
                f.write(f"u{k}@{self.domain}\t{a['app_password']}\n")
        os.environ["IMAP_PASSWORDS"] = self.passwords

    def run(self, *args):
        r = subprocess.run([BINARY, *args, "--config", self.config], capture_output=True, text=True)
        if r.returncode:
            sys.exit(f"sekisho {' '.join(args)}: {r.stderr}\n{open(self.dir + '/log').read()[-3000:]}")
        return r.stdout

    def __exit__(self, *a):
        self.process.send_signal(signal.SIGTERM)
        self.process.wait(30)
        alerts = [l for l in open(self.dir + "/log") if "ALERT" in l]
        if alerts:
            print("".join(alerts[:10]), file=sys.stderr)


class Peers:
    def __init__(self, *specs):
        self.specs = specs

    def script(self, spec, act):
        w = spec.split()
        if subprocess.run([f"{TOOLS}/peers/{w[0]}.sh", act] + w[1:], stdout=subprocess.DEVNULL).returncode and act == "start":
            sys.exit(f"{spec} did not start")

    def __enter__(self):
        for s in self.specs:
            self.script(s, "start")
        return self

    def pids(self, *names):
        return ",".join(open(f"{TOOLS}/run/{n}.pid").read().strip() for n in names)

    def __exit__(self, *a):
        for s in reversed(self.specs):
            self.script(s, "stop")
        subprocess.run(["bash", "-c", f". {TOOLS}/peers/lib.sh; dns_down"])


def mailbench(rows, label, *args, timeout=900):
    p = subprocess.run([MAILBENCH] + [str(a) for a in args] + ["-label", label], capture_output=True, text=True, timeout=timeout)
    if p.returncode or not p.stdout.strip():
        print(f"{label}: {' '.join(map(str, args))}: {p.stderr.strip()[-400:]}", file=sys.stderr)
        return None
    r = json.loads(p.stdout)
    rows.append(r)
    with open(OUT + "/rows.jsonl", "a") as f:
        f.write(json.dumps(r) + "\n")
    return r


def table(rows, base, columns):
    groups = {}
    for r in rows:
        key = (r["test"], r.get("size", ""), r.get("conns", ""))
        groups.setdefault(key, {}).setdefault(r["label"], []).append(r)
    print("\n| test | bytes | conns | server | " + " | ".join(columns) + " |\n|---|---|---|---|" + "---|" * len(columns))
    for key, by in groups.items():
        for label, rs in by.items():
            cells = []
            for c in columns:
                v = [r[c] for r in rs if c in r]
                b = [r[c] for r in by.get(base, []) if c in r]
                text = f"{statistics.median(v):.4g}" if v else ""
                if v and b and label != base and statistics.median(b):
                    text += f" ({statistics.median(v) / statistics.median(b):.2f}x)"
                cells.append(text)
            print("| " + " | ".join(map(str, key)) + f" | {label} | " + " | ".join(cells) + " |")
    bad = sum(r.get("failed", 0) for r in rows)
    if bad:
        print(f"\n{bad} mails FAILED")


def count(size, conns):
    n = {1: 200, 10: 800}.get(conns, 1200)
    return max(conns, n // 8 if size >= 1000000 else n // 2 if size >= 50000 else n)


def accept(a):
    rows = []
    with Peers("dovecot", "postfix") as p, House("accept", a.base) as h:
        h.accounts(10)
        targets = {"postfix-dovecot": ("127.0.0.1:2501", "127.0.0.1:1431", p.pids("postfix", "dovecot")),
                   "sekisho": (f"127.0.0.1:{h.smtp}", f"tls+127.0.0.1:{h.imaps}", str(h.process.pid))}
        passwords = os.environ.pop("IMAP_PASSWORDS")
        for smtp, _, _ in targets.values():
            subprocess.run([MAILBENCH, "smtp", "-addr", smtp, "-n", "200", "-conns", "10"], capture_output=True)
        for size in a.sizes:
            for conns in a.conns:
                for _ in range(a.runs):
                    for label, (smtp, imap, tree) in targets.items():
                        if label == "sekisho":
                            os.environ["IMAP_PASSWORDS"] = passwords
                        n = count(size, conns) * (1 if label != "sekisho" else 4 if size < 1000000 else 2)
                        mailbench(rows, label, "smtp", "-addr", smtp, "-imap", imap, "-login", "u%d@example.test", "-tree", tree, "-size", size, "-conns", conns, "-n", n)
                        os.environ.pop("IMAP_PASSWORDS", None)
    table(rows, "postfix-dovecot", ["accept_per_s", "delivered_per_s", "p50_ms", "p99_ms", "server_cpu_ms_per_op", "other_cpu_pct"])


def relay(a):
    rows = []
    with Peers("redis", "rspamd", "postfix name=relay-rspamd mode=relay port=2503 sink=2601 milter=127.0.0.1:11382") as p, \
            House("relay", a.base + 1000, network="127.0.0.0/8", domain="partner.example") as h:
        targets = {"postfix-rspamd": ("127.0.0.1:2503", "127.0.0.1:2601", p.pids("relay-rspamd", "rspamd", "redis")),
                   "sekisho": (f"127.0.0.1:{h.smtp}", f"127.0.0.1:{h.sink}", str(h.process.pid))}
        for size in a.sizes:
            for conns in a.conns:
                for _ in range(a.runs):
                    for label, (smtp, sink, tree) in targets.items():
                        n = count(size, conns) * (1 if label != "sekisho" else 4 if size < 1000000 else 2)
                        mailbench(rows, label, "relay", "-addr", smtp, "-sink", sink, "-tree", tree, "-size", size, "-conns", conns, "-n", n,
                                  "-rcpt", "r%d@remote.partner.example")
    table(rows, "postfix-rspamd", ["accept_per_s", "relay_per_s", "accept_p50_ms", "e2e_p50_ms", "e2e_p99_ms", "server_cpu_ms_per_op", "other_cpu_pct"])


def scan(a):
    """The same mails through rspamd's HTTP interface and through `sekisho scan`; CPU of the servers, and of the whole command."""
    rows = []
    corpus = TOOLS + "/corpus/mixed"
    mail = os.path.join(os.environ.get("SEKISHO_SHARED", ""), "data/mail")
    if not os.path.exists(corpus):
        subprocess.run([TOOLS + "/make_corpus.py"], check=True)
        real = mail + "/spamassassin"
        if os.path.isdir(real):
            shutil.rmtree(corpus)
            os.makedirs(corpus)
            for kind in ("ham", "spam"):
                for i, f in enumerate(sorted(os.listdir(f"{real}/{kind}"))[:250]):
                    shutil.copy(f"{real}/{kind}/{f}", f"{corpus}/{kind}{i:04d}.eml")
    n = len(os.listdir(corpus))
    with Peers("redis", "rspamd") as p:
        mailbench([], "warm", "filter", "-addr", "127.0.0.1:11383", "-corpus", corpus, "-n", 100, "-conns", 2)
        for _ in range(a.runs):
            mailbench(rows, "rspamd", "filter", "-addr", "127.0.0.1:11383", "-tree", p.pids("rspamd", "redis"), "-corpus", corpus, "-n", n, "-conns", 2)
            before, begun = resource.getrusage(resource.RUSAGE_CHILDREN), time.time()
            out = subprocess.run([BINARY, "scan", "--json", corpus], capture_output=True, text=True)
            after = resource.getrusage(resource.RUSAGE_CHILDREN)
            k = len(out.stdout.splitlines())
            cpu = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
            rows.append({"test": "filter", "label": "sekisho", "conns": 2, "n": k, "failed": n - k, "msgs_per_s": k / (time.time() - begun), "server_cpu_ms_per_op": cpu * 1000 / k})
    table(rows, "rspamd", ["msgs_per_s", "server_cpu_ms_per_op", "p50_ms"])


def big(h, n):
    """Fills the folder Big of u9 by delivery through APPEND, as a person's program would."""
    r = subprocess.run([MAILBENCH, "imap", "-addr", f"tls+127.0.0.1:{h.imaps}", "-user", "u9@example.test", "-test", "append", "-box", "Big", "-n", str(n), "-conns", "4", "-size", "4000"],
                       capture_output=True, text=True)
    if r.returncode:
        sys.exit("filling: " + r.stderr)
    print("filled: " + r.stdout.strip(), flush=True)


def create(h, user, box):
    import imaplib, ssl
    c = ssl.create_default_context()
    c.check_hostname, c.verify_mode = False, ssl.CERT_NONE
    m = imaplib.IMAP4_SSL("127.0.0.1", h.imaps, ssl_context=c)
    m.login(user, dict(l.split("\t") for l in open(h.passwords).read().splitlines())[user])
    m.create(box)
    m.logout()


def imap(a):
    rows = []
    with Peers("dovecot") as p, House("imap", a.base + 2000) as h:
        h.accounts(10)
        create(h, "u9@example.test", "Big")
        big(h, a.messages)
        dovecot = dict(os.environ)
        dovecot.pop("IMAP_PASSWORDS")
        subprocess.run([TOOLS + "/load_big.sh", str(a.messages), "dovecot"], check=True, env=dovecot)
        passwords = os.environ.pop("IMAP_PASSWORDS")
        targets = {"dovecot": ("tls+127.0.0.1:1439", p.pids("dovecot"), ""), "sekisho": (f"tls+127.0.0.1:{h.imaps}", str(h.process.pid), passwords)}

        def run(test, user, *more, runs=a.runs):
            for i in range(runs):
                for label, (addr, tree, pw) in targets.items():
                    if pw:
                        os.environ["IMAP_PASSWORDS"] = pw
                    name = label + "-first" if test == "fetch" and i == 0 and label == "sekisho" else label
                    mailbench(rows, name, "imap", "-addr", addr, "-tree", tree, "-user", user, "-test", test, *more)
                    os.environ.pop("IMAP_PASSWORDS", None)
        run("fetch", "u9@example.test", "-box", "Big", "-conns", 4, "-n", a.messages // 5, runs=a.runs + 1)
        run("fetch", "u9@example.test", "-box", "Big", "-conns", 1, "-n", a.messages // 5)
        run("select", "u9@example.test", "-box", "Big", "-n", 10)
        for t in ("flags", "list", "envelope", "header", "search"):
            run(t, "u9@example.test", "-box", "Big")
        for c in (1, 10):
            run("append", "u%d@example.test", "-users", 8, "-conns", c, "-n", 100 if c == 1 else 400)
        run("idle", "u%d@example.test", "-users", 8, "-n", a.idle, runs=1)
    table(rows, "dovecot", ["msgs_per_s", "p50_ms", "first_ms", "ms", "rows_per_s", "pss_kib_per_conn", "notify_p50_ms", "server_cpu_ms_per_op"])


def growth(a):
    rows = []
    with House("growth", a.base + 3000) as h:
        h.accounts(10)
        create(h, "u9@example.test", "Big")
        tree = str(h.process.pid)
        args = ["-addr", f"tls+127.0.0.1:{h.imaps}", "-tree", tree, "-test", "append", "-conns", 4]
        subprocess.run([MAILBENCH, "smtp", "-addr", f"127.0.0.1:{h.smtp}", "-n", "200", "-conns", "10", "-rcpt", "u1@example.test"], capture_output=True)
        smtp = ["-addr", f"127.0.0.1:{h.smtp}", "-tree", tree, "-conns", 10, "-n", 1000]
        mailbench([], "fill", "smtp", "-addr", f"127.0.0.1:{h.smtp}", "-conns", 50, "-n", a.messages, "-rcpt", "u9@example.test", "-size", 2000, timeout=1800)
        for _ in range(a.runs):
            mailbench(rows, "empty", "smtp", *smtp, "-rcpt", "u2@example.test")
            mailbench(rows, "full", "smtp", *smtp, "-rcpt", "u9@example.test")
    table(rows, "empty", ["accept_per_s", "p50_ms", "server_cpu_ms_per_op"])


def rest(a):
    """PSS of all roles of the demonstration after its first mails, and start to ready."""
    for _ in range(a.runs):
        data = OUT + "/rest"
        shutil.rmtree(data, ignore_errors=True)
        begun = time.time()
        p = subprocess.Popen([BINARY, "demo", "--data", data, "--port-base", str(a.base + 4000), "--ready-file", OUT + "/ready.json"], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        while not os.path.exists(OUT + "/ready.json"):
            time.sleep(0.01)
        ready = time.time() - begun
        time.sleep(15)
        total = 0
        for pid in subprocess.run(["ps", "-o", "pid=", "--ppid", str(p.pid)], capture_output=True, text=True).stdout.split() + [str(p.pid)]:
            try:
                total += int(re.search(r"^Pss:\s+(\d+)", open(f"/proc/{pid}/smaps_rollup").read(), re.M).group(1))
            except (OSError, AttributeError):
                pass
        os.remove(OUT + "/ready.json")
        p.send_signal(signal.SIGTERM)
        p.wait(30)
        print(f"start to ready, first start {ready:.2f} s; at rest {total / 1024:.1f} MiB PSS in all")


def main():
    p = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parts = {"accept": accept, "relay": relay, "scan": scan, "imap": imap, "growth": growth, "rest": rest}
    p.add_argument("part", choices=[*parts, "all"])
    p.add_argument("--peers", default=os.path.join(os.environ["SEKISHO_SHARED"], "bench") if "SEKISHO_SHARED" in os.environ else None)
    p.add_argument("--base", type=int, default=21000, help="ports from here on")
    p.add_argument("--runs", type=int, default=3)
    p.add_argument("--sizes", type=lambda s: [int(x) for x in s.split(",")], default=[5000, 50000, 1000000])
    p.add_argument("--conns", type=lambda s: [int(x) for x in s.split(",")], default=[1, 10, 50])
    p.add_argument("--messages", type=int, default=50000)
    p.add_argument("--idle", type=int, default=1000)
    a = p.parse_args()
    if not os.path.exists(BINARY):
        sys.exit("make build first")
    tools(a.peers)
    for name, f in parts.items():
        if a.part in (name, "all"):
            print(f"\n## {name}", flush=True)
            f(a)


main()
