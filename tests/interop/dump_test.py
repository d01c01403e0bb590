"""The dumps of our named-checkzone and of Debian's, octet by octet, for zones made from seeds.

Owners in mixed case, RRsets scattered over the file with differing TTLs, every RR type of tests/vectors, escapes, $ORIGIN,
class CH, zones signed by dnssec-signzone and ldns-signzone with NSEC and NSEC3. NOMEN_CHECKZONE names the program.
"""

import os
import pathlib
import random
import re
import subprocess

import pytest

HERE = pathlib.Path(__file__).resolve().parent
BUILD = pathlib.Path(os.environ.get("NOMEN_BUILD", HERE.parents[1] / "build"))
OURS = os.environ.get("NOMEN_CHECKZONE", str(BUILD / "bin" / "named-checkzone"))
THEIRS = "/usr/bin/named-checkzone"

pytestmark = pytest.mark.skipif(not os.path.exists(THEIRS), reason="needs BIND's named-checkzone")

LABELS = ["a", "b", "c", "mail", "x-1", "*", "_tcp", "longer-label-here", "very-long-label-that-goes-beyond-any-column-there-is", r"a\.b", r"\000\255z",
          r"sp\032ace", r"\$\;\(", "0", "-", "ns", "1.2"]
# Types of which a name has one RR at most, or that are not for every name or every reader of ours and theirs.
NOT_ANYWHERE = {"SOA", "CNAME", "DNAME", "NS", "NSEC", "NSEC3", "RRSIG", "DNSKEY", "CDS", "CDNSKEY", "DS", "NSEC3PARAM", "NXT", "KEY", "SIG"}


def vectors():
    rows = [line.rstrip("\n").split("\t") for line in open(HERE.parents[1] / "tests" / "vectors" / "rdata.txt") if not line.startswith("#")]
    return [(row[0], row[1]) for row in rows if row[0] not in NOT_ANYWHERE and len(row[1]) < 3000]


VECTORS = vectors()


def respelled(rng, name, chance):
    if rng.random() > chance:
        return name
    return re.sub(r"\\\d\d\d|[a-z]", lambda m: m[0] if len(m[0]) > 1 else rng.choice((m[0], m[0].upper())), name)


class Zone:
    """The text of a zone: its names come in several spellings if `case`, its RRsets with several TTLs if `ttls`;
    `simple`: every reader knows its types."""

    def __init__(self, seed, case=True, ttls=True, simple=False, origin="example.com.", rr_class="IN"):
        self.rng = rng = random.Random(seed)
        self.case = rng.choice((0.1, 0.5, 0.9)) if case else 0
        self.ttls = ttls
        self.simple = simple
        self.origin = origin
        self.rr_class = rr_class
        self.lines = ["$TTL 3600"] if rng.random() < 0.9 or ttls else []
        self.lines.append("@ 300 SOA ns h %d 3600 900 1209600 300" % rng.randrange(2**32))
        self.lines += ["@ NS ns"] + rng.choice(([], ["@ NS NS2.elsewhere.test."]))
        names = ["@", "ns"]
        for _ in range(rng.randint(0, 25)):
            labels = [rng.choice(LABELS) for _ in range(rng.choice((1, 1, 2, 3)))]
            if "*" in labels[1:]:
                labels = [label for label in labels if label != "*"] or ["w"]
            if rng.random() < 0.5 and len(names) > 2:
                labels.append(rng.choice(names[2:]))
            name = ".".join(labels)
            if len(name) < 180 and not name.startswith("*.*"):
                names.append(name)
        self.names = names
        records = [record for name in names for record in self.records_at(name)]
        if rng.random() < 0.7:
            rng.shuffle(records)
        self.write(records)
        self.lines.append("ns A 192.0.2.1" if rr_class == "IN" else "ns TXT x")

    def records_at(self, name):
        rng = self.rng
        at_star = name.startswith("*")
        draw = rng.random()
        if draw < 0.08 and name not in ("@", "ns"):
            return [(name, "CNAME", rng.choice(self.names))]
        if draw < 0.25 and name not in ("@", "ns") and not at_star:
            sub = name if len(name) < 100 else "s"
            glue = [("ns%d.%s" % (i, sub), "A", "192.0.2.%d" % i) for i in range(2)] if self.rr_class == "IN" else []
            return [(name, "NS", "ns%d.%s" % (i, sub)) for i in range(2)] + glue
        if draw < 0.3 and name not in ("@", "ns") and not at_star:
            return [(name, "DNAME", "other.test.")]
        found = []
        for _ in range(rng.randint(1, 4)):
            if self.simple:
                rr_type, rdata = rng.choice((("A", "192.0.2.%d" % rng.randrange(4)), ("MX", "%d Mail" % rng.randrange(3)), ("TXT", '"a b" c')))
            elif self.rr_class == "IN":
                rr_type, rdata = rng.choice((rng.choice(VECTORS), ("A", "192.0.2.%d" % rng.randrange(4)), ("MX", "%d Mail" % rng.randrange(3))))
            else:
                rr_type, rdata = rng.choice((("TXT", "x%d" % rng.randrange(9)), ("A", "Net.test. %o" % rng.randrange(9)), ("MX", "1 m"),
                                             ("TYPE700", r"\# 1 0a"), ("PTR", "p")))
            found.append((name, rr_type, rdata))
        return found

    def write(self, records):
        rng = self.rng
        ttl_of = {}
        for name, rr_type, rdata in records:
            kind = (name, rr_type.upper())
            ttl = rng.choice(("", "", "60", "1h", "0", "90000"))
            if not self.ttls:
                ttl = ttl_of.setdefault(kind, ttl)
            spelled = respelled(rng, name, self.case)
            if spelled != "@" and rng.random() < 0.05:
                spelled += "." + respelled(rng, self.origin, self.case)
            self.lines.append("%s %s %s %s" % (spelled, ttl, rr_type, rdata))
            if rng.random() < 0.05:
                self.lines.append("$ORIGIN " + respelled(rng, self.origin, self.case))

    def text(self):
        return "\n".join(self.lines) + "\n"


def dump(program, path, options, zone="example.com"):
    result = subprocess.run([program, "-D", "-i", "none", "-k", "ignore", *options, zone, str(path)], capture_output=True, timeout=60)
    return result.returncode, result.stdout, result.stderr


def same_dumps(path, zone="example.com", options=(), styles=("full", "relative")):
    for style in styles:
        ours = dump(OURS, path, ["-s", style, *options], zone)
        theirs = dump(THEIRS, path, ["-s", style, *options], zone)
        assert ours[0] == theirs[0], (ours[2].decode(), theirs[2].decode())
        if ours[0] == 0:
            assert ours[1].decode("latin-1") == theirs[1].decode("latin-1")


@pytest.mark.parametrize("seed", range(60))
def test_plain(tmp_path, seed):
    path = tmp_path / "zone"
    path.write_text(Zone(seed, case=False, ttls=False).text())
    same_dumps(path)


@pytest.mark.parametrize("seed", range(60))
def test_ttls(tmp_path, seed):
    path = tmp_path / "zone"
    path.write_text(Zone(seed, case=False).text())
    same_dumps(path)


@pytest.mark.parametrize("seed", range(100))
def test_case(tmp_path, seed):
    path = tmp_path / "zone"
    path.write_text(Zone(seed).text())
    same_dumps(path)


@pytest.mark.parametrize("seed", range(20))
def test_class_ch(tmp_path, seed):
    path = tmp_path / "zone"
    path.write_text(Zone(seed, rr_class="CH").text())
    same_dumps(path, options=["-c", "CH"])


SIGNERS = {
    "dnssec-signzone nsec": ["dnssec-signzone", "-q", "-P"],
    "dnssec-signzone nsec3": ["dnssec-signzone", "-q", "-P", "-3", "AABB", "-H", "2"],
    "dnssec-signzone opt-out": ["dnssec-signzone", "-q", "-P", "-3", "-", "-A"],
    "ldns-signzone nsec": ["ldns-signzone"],
    "ldns-signzone nsec3": ["ldns-signzone", "-n", "-s", "cafe", "-t", "1"],
}


@pytest.fixture(scope="module")
def key(tmp_path_factory):
    """A folder with one key for example.com, as dnssec-keygen makes it; (folder, name)."""
    folder = tmp_path_factory.mktemp("key")
    made = subprocess.run(["dnssec-keygen", "-q", "-K", str(folder), "-a", "ED25519", "-f", "KSK", "example.com"], check=True, capture_output=True, text=True)
    return folder, made.stdout.strip()


@pytest.mark.parametrize("seed", range(8))
@pytest.mark.parametrize("signer", SIGNERS)
def test_signed(tmp_path, key, signer, seed):
    words = SIGNERS[signer]
    if not os.path.exists("/usr/bin/" + words[0]):
        pytest.skip("needs " + words[0])
    folder, name = key
    path = tmp_path / "zone"
    zone = Zone(seed, case=seed % 2 == 0, ttls=False, simple=words[0] == "ldns-signzone")
    path.write_text(zone.text() + (folder / (name + ".key")).read_text())
    times = {"ldns-signzone": ["-i", "20260101000000", "-e", "20360101000000", "-o", "example.com"],
             "dnssec-signzone": ["-z", "-s", "20260101000000", "-e", "20360101000000", "-o", "example.com"]}[words[0]]
    signed = str(path) + ".signed"
    done = subprocess.run([*words, *times, "-f", signed, str(path), str(folder / name)], capture_output=True, text=True, cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    same_dumps(signed)


@pytest.mark.parametrize("version", ["raw", "raw=0"])
@pytest.mark.parametrize("seed", range(20))
def test_raw(tmp_path, seed, version):
    """Raw files are as long as BIND's (whose RRsets of a name stand in the order in which they were loaded) and say the same."""
    path = tmp_path / "zone"
    path.write_text(Zone(seed).text())
    options = ["-D", "-i", "none", "-k", "ignore", "-F", version, "-L", "77"]
    made = [subprocess.run([program, *options, "-o", str(path) + name, "example.com", str(path)], capture_output=True)
            for program, name in ((OURS, ".ours"), (THEIRS, ".theirs"))]
    assert made[0].returncode == made[1].returncode, made
    if made[0].returncode:
        return
    ours, theirs = ((tmp_path / name).read_bytes() for name in ("zone.ours", "zone.theirs"))
    assert (len(ours), ours[:8]) == (len(theirs), theirs[:8])
    texts = [dump(program, str(path) + name, ["-f", "raw"]) for program in (OURS, THEIRS) for name in (".ours", ".theirs")]
    assert len({text[1] for text in texts}) == 1 and not texts[0][0]


EMPTY = {
    "nothing": "",
    "soa and ns": "$TTL 3600\n@ SOA ns.test. h 1 2 3 4 5\n@ NS ns.test.\n",
    "soa only": "$TTL 3600\n@ SOA ns.test. h 1 2 3 4 5\n",
    "no ttl": "@ SOA ns.test. h 1 2 3 4 5\n@ NS ns.test.\n",
    "upper origin": "$TTL 5\n$ORIGIN EXAMPLE.COM.\n@ SOA ns h 1 2 3 4 5\n@ NS ns\nns A 192.0.2.1\na.b TXT x\nc.B TXT y\n",
}


@pytest.mark.parametrize("zone", ["example.com", "EXAMPLE.com", "."])
@pytest.mark.parametrize("name", EMPTY)
def test_small(tmp_path, name, zone):
    path = tmp_path / "zone"
    path.write_text(EMPTY[name])
    same_dumps(path, zone)


@pytest.mark.parametrize("options", [["-l", "3600"], ["-l", "89999"], ["-l", "90000"], ["-j"], ["-c", "IN"], ["-n", "fail", "-m", "fail"]], ids=" ".join)
@pytest.mark.parametrize("seed", range(4))
def test_options(tmp_path, seed, options):
    path = tmp_path / "zone"
    path.write_text(Zone(seed).text())
    same_dumps(path, options=options)


def test_output_file(tmp_path):
    path = tmp_path / "zone"
    path.write_text(Zone(0).text())
    written = []
    for program in (OURS, THEIRS):
        out = tmp_path / "out"
        done = subprocess.run([program, "-i", "none", "-k", "ignore", "-s", "relative", "-D", "-o", str(out), "example.com", str(path)], capture_output=True)
        written.append((done.returncode, done.stdout.splitlines()[-1], out.read_bytes()))
    assert written[0] == written[1]
