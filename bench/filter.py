#!/usr/bin/env python3
"""Measures spam filters from Debian on the same mails and the same training as `sekisho eval`, and prints the same table.

  bin/sekisho eval --write DIR        writes the mails of the tests
  bench/filter.py --corpus LABELLED --mails DIR [--only bogofilter,spamassassin,rspamd] [--stream]
  bench/filter.py --cpu --mails DIR   processor time a mail of rspamd and of Sekisho, on the same mails in one run

LABELLED is a folder with labels.tsv (path, label, split, date); its split "train" teaches each filter. Filters that are not
installed are left out. Nothing is asked over the network. --stream also scores every mail of LABELLED by date and then
teaches it, with bogofilter. rspamd is started by the peers' scripts (see run.py); SpamAssassin's Bayes lives in a folder of its own.
"""
import argparse, itertools, json, os, shutil, subprocess, sys, tempfile, time, urllib.request

HERE = os.path.dirname(os.path.abspath(__file__))
TOOLS = HERE + "/out/tools"


def rows(folder):
    """The entries of a list of labels."""
    lines = open(folder + "/labels.tsv").read().splitlines()
    names = lines[0].split("\t")
    for l in lines[1:]:
        r = dict(zip(names, l.split("\t")))
        r["file"] = os.path.join(folder, r["path"])
        r["bad"] = r["label"] != "ham"
        yield r


def curve(results):
    """1-AUC in per cent, and what is caught at 0.1 and 1 % false positives; ties count as in scan/gauge."""
    bad = sum(b for _, b in results)
    good = len(results) - bad
    b = g = 0
    lost, at = 0.0, {0.001: 0.0, 0.01: 0.0}
    for _, group in itertools.groupby(sorted(results, key=lambda r: -r[0]), key=lambda r: r[0]):
        group = list(group)
        db = sum(x[1] for x in group)
        dg = len(group) - db
        lost += dg * (bad - b - db + db / 2)
        b, g = b + db, g + dg
        for share in at:
            if g <= share * good:
                at[share] = b / bad
    return 100 * lost / good / bad, at[0.001], at[0.01]


def tell(name, test, results, took):
    miss, low, one = curve(results)
    print(f"{name:14} {test:34} {sum(1 for r in results if not r[1]):6} {sum(1 for r in results if r[1]):6} {1 - miss / 100:9.6f} {miss:8.4f} {100 * low:7.2f}% {100 * one:7.2f}% {len(results) / took:8.0f}/s", flush=True)


class Bogofilter:
    program = "bogofilter"

    def __init__(self, work):
        self.db = work + "/bogofilter"
        os.makedirs(self.db)

    def learn(self, files, bad):
        subprocess.run(["bogofilter", "-d", self.db, "-b", "-s" if bad else "-n"], input="\n".join(files).encode(), check=True)

    def score(self, files):
        out = subprocess.run(["bogofilter", "-d", self.db, "-b", "-v", "-t"], input="\n".join(files).encode(), capture_output=True).stdout.decode("utf-8", "replace")
        got = {w[0]: float(w[2]) for w in (l.split() for l in out.splitlines()) if len(w) == 3}
        return [got.get(f, 0.5) for f in files]

    def one(self, file):
        w = subprocess.run(["bogofilter", "-d", self.db, "-t", "-I", file], capture_output=True).stdout.split()
        return float(w[1]) if len(w) > 1 else 0.5


class SpamAssassin:
    program = "spamassassin"

    def __init__(self, work):
        self.home = work + "/spamassassin"
        os.makedirs(self.home)
        self.rules = self.home + "/user_prefs"
        open(self.rules, "w").write(f"bayes_path {self.home}/bayes\nuse_bayes 1\nbayes_auto_learn 0\nskip_rbl_checks 1\ndns_available no\n")

    def learn(self, files, bad):
        listing = self.home + "/files"
        open(listing, "w").write("\n".join(files) + "\n")
        subprocess.run(["sa-learn", "-L", "-p", self.rules, "--spam" if bad else "--ham", "--no-sync", "-f", listing], check=True, capture_output=True)
        subprocess.run(["sa-learn", "-L", "-p", self.rules, "--sync"], check=True, capture_output=True)

    def score(self, files):
        """In groups: the program's start costs more than a mail."""
        return [x for i in range(0, len(files), 100) for x in self.group(files[i:i + 100])]

    def group(self, files):
        box = self.home + "/box"
        with open(box, "wb") as f:
            for name in files:
                body = open(name, "rb").read().replace(b"\r\n", b"\n").replace(b"\nFrom ", b"\n>From ")
                f.write(b"From a@b.example Mon Jan  1 00:00:00 2024\n" + body.rstrip(b"\n") + b"\n\n")
        text = subprocess.run(["spamassassin", "-L", "-p", self.rules, "--mbox", "--cf=report_safe 0"], stdin=open(box, "rb"), capture_output=True).stdout.decode("latin1")
        got = [float(l.split("score=")[1].split()[0]) for l in text.splitlines() if l.startswith("X-Spam-Status:") and "score=" in l]
        if len(got) == len(files):
            return got
        if len(files) == 1:
            return got[:1] or [0.0]
        return self.group(files[:len(files) // 2]) + self.group(files[len(files) // 2:])


class Rspamd:
    program = "rspamd"

    def __init__(self, work):
        env = dict(os.environ)
        for peer in ("redis", "rspamd"):
            subprocess.run([f"{TOOLS}/peers/{peer}.sh", "start"], check=True, env=env)

    def learn(self, files, bad):
        for f in files:
            self.ask("http://127.0.0.1:11384/learn" + ("spam" if bad else "ham"), f)

    def ask(self, url, file):
        try:
            return json.load(urllib.request.urlopen(urllib.request.Request(url, open(file, "rb").read(), {"Password": "x"}), timeout=30))
        except (OSError, ValueError):  # some answers of learning have no content
            return {}

    def score(self, files):
        return [self.ask("http://127.0.0.1:11383/checkv2", f).get("score", 0.0) for f in files]

    def close(self):
        for peer in ("rspamd", "redis"):
            subprocess.run([f"{TOOLS}/peers/{peer}.sh", "stop"], check=False)


def measure(a, kind):
    work = tempfile.mkdtemp(prefix="filter-")
    engine = kind(work)
    try:
        train = [r for r in rows(a.corpus) if r["split"] == "train"]
        begun = time.time()
        for bad in (False, True):
            engine.learn([r["file"] for r in train if r["bad"] == bad], bad)
        print(f"{kind.program:14} learnt {len(train)} mails in {time.time() - begun:.0f} s", flush=True)
        for test in sorted(os.listdir(a.mails)):
            folder = f"{a.mails}/{test}"
            for inner in [folder] if os.path.exists(folder + "/labels.tsv") else [f"{folder}/{d}" for d in sorted(os.listdir(folder))]:
                list_ = list(rows(inner))
                begun = time.time()
                scores = engine.score([r["file"] for r in list_])
                tell(kind.program, os.path.relpath(inner, a.mails), [(s, r["bad"]) for s, r in zip(scores, list_)], time.time() - begun)
        if a.stream and hasattr(engine, "one"):
            stream(a, kind(tempfile.mkdtemp(dir=work)))
    finally:
        if hasattr(engine, "close"):
            engine.close()
        shutil.rmtree(work, ignore_errors=True)


def stream(a, engine):
    results, begun = [], time.time()
    for r in sorted(rows(a.corpus), key=lambda r: r["date"]):
        results.append((engine.one(r["file"]), r["bad"]))
        engine.learn([r["file"]], r["bad"])
    tell(engine.program, "stream: score, then learn", results, time.time() - begun)


def used(name):
    """Processor time of all processes of that name until now, in seconds."""
    total = 0
    for pid in filter(str.isdigit, os.listdir("/proc")):
        try:
            head, _, tail = open(f"/proc/{pid}/stat").read().rpartition(")")
        except OSError:  # it has ended
            continue
        if name in head:
            total += sum(map(int, tail.split()[11:13]))
    return total / os.sysconf("SC_CLK_TCK")


def cpu(a):
    """Prints the processor time a mail: of rspamd's workers, and of one process of Sekisho less that of its start."""
    files = [os.path.join(d, f) for d, _, names in sorted(os.walk(a.mails)) for f in sorted(names) if f.endswith(".eml")]
    engine = Rspamd(tempfile.mkdtemp(prefix="filter-"))
    try:
        begun = used("rspamd")
        engine.score(files)
        theirs = (used("rspamd") - begun) / len(files)
    finally:
        engine.close()

    def own(path):
        best = None
        for _ in range(3):
            begun = os.times()
            subprocess.run([HERE + "/../bin/sekisho", "score", "--jsonl", path], stdout=subprocess.DEVNULL, check=True)
            now = os.times()
            took = now.children_user + now.children_system - begun.children_user - begun.children_system
            best = took if best is None else min(best, took)
        return best

    ours = (own(a.mails) - own(files[0])) / len(files)
    print(f"{len(files)} mails: rspamd {1000 * theirs:.2f} ms, Sekisho {1000 * ours:.3f} ms, {theirs / ours:.1f} times")


def main():
    p = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    p.add_argument("--corpus")
    p.add_argument("--mails", required=True)
    p.add_argument("--only", default="bogofilter,spamassassin,rspamd")
    p.add_argument("--stream", action="store_true")
    p.add_argument("--cpu", action="store_true")
    a = p.parse_args()
    if a.cpu:
        return cpu(a)
    if not a.corpus:
        p.error("--corpus is needed")
    for kind in (Bogofilter, SpamAssassin, Rspamd):
        if kind.program not in a.only.split(","):
            continue
        if not shutil.which(kind.program):
            print(f"{kind.program:14} is not installed")
            continue
        measure(a, kind)


if __name__ == "__main__":
    sys.exit(main())
