"""Our named-checkzone beside Debian's: the same verdict on good and bad zones, and the same bytes of a dump.

Zones are classes written by hand (each one record or a few after a good apex) and random mixtures of good records.
NOMEN_CHECKZONE names the program; without it, build/bin/named-checkzone.
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

APEX = "$TTL 3600\n@ SOA ns h 1 3600 900 1209600 300\n@ NS ns\nns A 192.0.2.1\n"
DS = "1 8 2 " + 64 * "0"
KEY = "257 3 13 99d+vXTXZRLZHXbzo3Q4rd6OTAfbS2Hkz5kKFv3l8xFJUMLJAIJTZOgxZUBpY6PV0pvqFO0BWmNyOvVG8bTcQw=="

# What follows the apex; each is checked with every set of options.
RECORDS = {
    "nothing": "",
    "host": "www A 192.0.2.2",
    "cname and other": "x CNAME y\nx A 192.0.2.1",
    "other and cname": "x A 192.0.2.1\nx CNAME y",
    "other and cname apart": "x A 192.0.2.1\ny A 192.0.2.1\nx CNAME y",
    "two cnames": "x CNAME y\nx CNAME z",
    "one cname twice": "x CNAME y\nx CNAME Y",
    "cname and nsec": "x CNAME y\nx NSEC y CNAME",
    "cname at apex": "@ CNAME foo.test.",
    "dname and cname": "x DNAME y\nx CNAME z",
    "two dnames": "x DNAME y\nx DNAME z",
    "dname and ns": "x DNAME y\nx NS ns",
    "dname and below": "x DNAME y\nx A 192.0.2.1\na.x A 192.0.2.1",
    "dname above ns": "@ DNAME foo.test.",
    "second soa": "@ SOA ns h 2 3600 900 1209600 300",
    "soa below": "x SOA ns h 2 3600 900 1209600 300",
    "ds without ns": "x DS " + DS,
    "ds at apex": "@ DS " + DS,
    "ds with ns": "x NS foo.test.\nx DS " + DS,
    "occluded": "x NS ns.x\nns.x A 192.0.2.3\nb.x TXT foo\nx TXT bar",
    "ns without addresses": "@ NS gone",
    "ns cname": "@ NS c\nc CNAME ns",
    "ns below dname": "@ NS a.c\nc DNAME foo.test.",
    "ns at wildcard": "@ NS a.w\n*.w A 192.0.2.3",
    "ns of a wildcard": "*.w NS ns",
    "nsec3 of a wildcard": "* NSEC3 1 0 0 - 0p9mhaveqvm6t7vbl5lop2u3t2rp3tom A",
    "bit string": "\\[x1/1] TXT a",
    "bit string in a name": "x CNAME a.\\[x1/1]",
    "bracket by its number": "\\091x TXT a",
    "ns below cut": "@ NS a.w\nw NS a.w",
    "ns at ent": "@ NS a\nb.a A 192.0.2.3",
    "cut without glue": "x NS a.x",
    "cut without sibling glue": "x NS a.y\ny NS ns",
    "cut with cname": "x NS c\nc CNAME ns",
    "cut with dname": "x NS a.c\nc DNAME foo.test.",
    "ns address": "x NS 192.0.2.1",
    "ns address absolute": "x NS 192.0.2.1.",
    "ns address 6": "x NS 1::2",
    "mx address": "x MX 0 192.0.2.1",
    "mx address absolute": "x MX 0 192.0.2.1.",
    "mx not address": "x MX 0 300.0.2.1\nx MX 0 1.2.3",
    "mx missing": "x MX 0 gone",
    "mx cname": "x MX 0 c\nc CNAME ns",
    "mx dname": "x MX 0 a.c\nc DNAME foo.test.",
    "mx none": "x MX 0 .",
    "mx below cut": "x MX 0 a.y\ny NS ns",
    "mx out": "x MX 0 a.test.",
    "srv missing": "_a._tcp SRV 0 0 0 gone",
    "srv cname": "_a._tcp SRV 0 0 0 c\nc CNAME ns",
    "srv dname": "_a._tcp SRV 0 0 0 a.c\nc DNAME foo.test.",
    "srv none": "_a._tcp SRV 0 0 0 .",
    "bad owner": "a_b A 192.0.2.1",
    "bad owner hyphen": "-a A 192.0.2.1",
    "bad owner aaaa": "a_b AAAA ::1",
    "bad owner mx": "a_b MX 0 ns",
    "bad owner star": "a*b A 192.0.2.1",
    "odd owner txt": "a_b TXT x",
    "wildcard owner": "*.a A 192.0.2.1",
    "inner wildcard": "a.*.b TXT x",
    "inner wildcard host": "a.*.b A 192.0.2.1",
    "catalogue": "gc._msdcs A 192.0.2.1\ngc._msdcs AAAA ::1",
    "catalogue mx": "gc._msdcs MX 0 ns",
    "bad ns target": "x NS a_b.test.",
    "bad mx target": "x MX 0 a_b.test.",
    "bad srv target": "x SRV 0 0 0 a_b.test.",
    "odd cname target": "x CNAME a_b.test.",
    "bad rp": "x RP a.b_c.test. t.",
    "odd rp": "x RP a_b.test. c_d.",
    "bad rt": "x RT 0 a_b.test.",
    "bad afsdb": "x AFSDB 0 a_b.test.",
    "bad minfo": "x MINFO a.b_c.test. d.e.",
    "odd kx": "x KX 0 a_b.test.",
    "odd ptr": "x PTR a_b.test.",
    "spf alone": "x SPF \"v=spf1\"",
    "spf and txt": "x SPF \"v=spf1\"\nx TXT \"v=spf1\"",
    "duplicates": "x LP 1 a\nx LP 1 A",
    "duplicates nsec": "x NSEC a A\nx NSEC A A",
    "equal records": "x A 192.0.2.1\nx A 192.0.2.1\nx TXT a\nx TXT a",
    "ttls differ": "x 5 A 192.0.2.1\nx 6 A 192.0.2.2\ny 7 A 192.0.2.1",
    "high ttl": "x 1000000 A 192.0.2.1",
    "high ttl that gives way": "x 5 A 192.0.2.1\nx 1000000 A 192.0.2.2",
    "high ttl apart": "x 5 A 192.0.2.1\ny A 192.0.2.1\nx 1000000 A 192.0.2.2",
    "high ttl of another type": "x 5 A 192.0.2.1\nx 1000000 TXT a",
    "high ttl out of zone": "x.test. 1000000 A 192.0.2.2",
    "high ttl of all": "$TTL 1000000\nx A 192.0.2.2",
    "out of zone": "x.test. A 192.0.2.1",
    "nsec3param": "@ NSEC3PARAM 1 0 10 -",
    "nsec3param unknown": "@ NSEC3PARAM 2 0 10 -",
    "nsec3param many": "@ NSEC3PARAM 1 0 200 -",
    "cds alone": "@ CDS 1 13 2 " + 64 * "0",
    "cds with key": "@ CDS 1 13 2 " + 64 * "0" + "\n@ DNSKEY " + KEY,
    "cds other key": "@ CDS 1 8 2 " + 64 * "0" + "\n@ DNSKEY " + KEY,
    "cdnskey alone": "@ CDNSKEY " + KEY,
    "cdnskey with key": "@ CDNSKEY " + KEY + "\n@ DNSKEY " + KEY,
    "cds delete": "@ CDS 0 0 0 00",
    "signed": "@ DNSKEY " + KEY + "\n@ NSEC ns SOA\n@ RRSIG NSEC 13 2 300 20300101000000 20200101000000 1 example.com. AAAA",
    "repeated origin": "www.example.com A 192.0.2.1",
    "unknown type": "x FOO bar",
    "bad address": "x A 1.2.3",
    "missing rdata": "x A",
    "extra rdata": "x A 192.0.2.1 2",
    "bad ttl": "x 1y A 192.0.2.1",
    "label too long": 64 * "a" + " A 192.0.2.1",
    "empty label": "a..b A 192.0.2.1",
    "open parenthesis": "x TXT ( a",
    "stray parenthesis": "x TXT a )",
    "open quote": "x TXT \"a",
    "class ch": "x CH TXT a",
    "unknown directive": "$FOO bar",
    "missing include": "$INCLUDE does-not-exist",
    "generate": "$GENERATE 1-20/3 h$ A 192.0.2.$",
    "many of one type": "\n".join("x A 10.0.%d.%d" % (i // 256, i % 256) for i in range(300)),
}
OPTIONS = [["-i", "none"], ["-i", "local"], ["-i", "local-sibling"],
           ["-i", "local", "-k", "fail", "-n", "fail", "-r", "fail"],
           ["-i", "local", "-m", "fail", "-M", "fail", "-S", "fail"],
           ["-i", "local", "-k", "ignore", "-m", "ignore", "-n", "ignore", "-M", "ignore", "-S", "ignore",
            "-r", "ignore", "-T", "ignore", "-W", "ignore"],
           ["-i", "none", "-l", "86400"]]

WITHOUT_APEX = {
    "empty": "",
    "no soa": "$TTL 1\n@ NS ns\nns A 192.0.2.1\n",
    "no ns": "$TTL 1\n@ SOA a b 1 1 1 1 1\n",
    "no ttl": "@ A 192.0.2.1\n@ SOA a b 1 1 1 1 1\n@ NS foo.test.\n",
    "soa ttl only": "@ 5 SOA a b 1 1 1 1 1\n@ NS foo.test.\n",
    "no ttl at all": "@ SOA a b 1 1 1 1 1\n@ NS foo.test.\n",
    "only comments": "; nothing\n",
    "no owner": " SOA a b 1 1 1 1 1\n NS foo.test.\n",
    "soa values missing": "$TTL 1\n@ SOA a b 1 1 1 1\n@ NS foo.test.\n",
}

DATA = {
    "A": "192.0.2.7", "AAAA": "2001:db8::7", "MX": "10 mail", "TXT": '"v=x y" "z\\"\\\\"', "SRV": "1 2 3 srv",
    "CAA": '0 issue "ca.example.net"', "NAPTR": '100 10 "u" "E2U+sip" "!^.*$!sip:a@b!" .', "LOC": "52 22 23 N 4 53 32 E -2m 0m 10000m 10m",
    "SSHFP": "1 1 dd465c09cfa51fb45020cc83316fff21b9ec74ac", "TLSA": "3 1 1 " + 64 * "0", "HINFO": "PC Linux",
    "RP": "a.b txt", "PTR": "ptr.example.", "SVCB": "1 . alpn=h2 port=53", "URI": '10 1 "ftp://a.example/"',
    "TYPE1234": "\\# 3 010203", "DNSKEY": KEY, "SPF": '"v=spf1"', "EUI48": "00-00-5e-00-53-2a", "NS": "ns.elsewhere.test.",
    "OPENPGPKEY": 20 * "AwEAAcJ8", "CERT": "PGP 0 0 " + 10 * "AwEAAcJ8", "NSEC": "a A RRSIG NSEC",
    "RRSIG": "A 8 2 300 20300101000000 20200101000000 1 example.com. " + 20 * "AwEAAcJ8", "IPSECKEY": "10 1 2 192.0.2.38 AQNRU3mG7TVTO2BkR47usg==",
}


def run(program, options, zone, path, **more):
    return subprocess.run([program, *options, zone, str(path)], capture_output=True, timeout=60, **more)


def same_verdict(path, options, zone="example.com"):
    ours, theirs = run(OURS, options, zone, path), run(THEIRS, options, zone, path)
    said = (ours.stdout + ours.stderr).decode() + "---- BIND:\n" + (theirs.stdout + theirs.stderr).decode()
    assert ours.returncode == theirs.returncode, said
    last = "OK\n" if ours.returncode == 0 else "not loaded due to errors.\n"
    assert ours.stdout.decode().endswith(last), said
    # What BIND says about the zone as a whole, we say in the same words (but for the reason a file was not read).
    pattern = re.compile(r"^zone \S+: (?!loading from master file).*$", re.M)
    wanted = set(pattern.findall(theirs.stdout.decode()))
    found = set(pattern.findall(ours.stdout.decode()))
    assert wanted <= found, said
    assert all("repeats the name of the zone" in line or "CNAME and other data" in line or "singleton" in line
               for line in found - wanted), said


@pytest.mark.parametrize("options", OPTIONS, ids=" ".join)
@pytest.mark.parametrize("name", RECORDS)
def test_verdict(tmp_path, name, options):
    path = tmp_path / "zone"
    path.write_text(APEX + RECORDS[name] + "\n")
    same_verdict(path, options)


@pytest.mark.parametrize("name", WITHOUT_APEX)
def test_verdict_of_apex(tmp_path, name):
    path = tmp_path / "zone"
    path.write_text(WITHOUT_APEX[name])
    same_verdict(path, ["-i", "local"])


@pytest.mark.parametrize("zone", ["2.0.192.in-addr.arpa", "8.b.d.0.1.0.0.2.ip6.arpa"])
@pytest.mark.parametrize("owner", ["1", "lb._dns-sd._udp.1", "x._dns-sd._udp.1", "@"])
def test_verdict_of_reverse_names(tmp_path, zone, owner):
    path = tmp_path / "zone"
    path.write_text("$TTL 1\n@ SOA a b 1 1 1 1 1\n@ NS foo.test.\n%s PTR a_b.test.\n" % owner)
    same_verdict(path, ["-i", "local", "-k", "fail"], zone)


def random_zone(seed):
    rng = random.Random(seed)
    labels = ["a", "b", "c", "mail", "srv", "x-1", "*", "longer-label-here", "very-long-label-that-goes-beyond-any-column-there-is"]
    names = {".".join(rng.choice(labels) for _ in range(rng.randint(1, 4))) for _ in range(rng.randint(1, 30))}
    names = sorted(name for name in names if "*" not in name.split(".")[1:]) + ["@"]
    lines = []
    for name in names:
        ttl = rng.choice(["", "", "60", "86400", "0"])
        for rr_type in rng.sample(sorted(DATA), rng.randint(1, 5)):
            if rr_type in ("NS", "DNSKEY", "NSEC") and "*" in name:
                continue
            if rr_type == "NS" and name == "@":
                continue
            lines.append("%s %s %s %s" % (name, ttl, rr_type, DATA[rr_type]))
    rng.shuffle(lines)
    return APEX + "\n".join(lines) + "\n"


def dumps(program, options, zone, path):
    result = run(program, ["-D", "-i", "none", "-k", "ignore", *options], zone, path)
    assert result.returncode == 0, result.stderr.decode()
    return result.stdout.decode()


@pytest.mark.parametrize("style", ["full", "relative"])
@pytest.mark.parametrize("seed", range(100))
def test_dump(tmp_path, seed, style):
    path = tmp_path / "zone"
    path.write_text(random_zone(seed))
    assert dumps(OURS, ["-s", style], "example.com", path) == dumps(THEIRS, ["-s", style], "example.com", path)


@pytest.mark.parametrize("style", ["full", "relative"])
def test_dump_of_root(tmp_path, style):
    path = tmp_path / "zone"
    path.write_text("$TTL 5\n@ SOA . . 1 1 1 1 1\n@ NS a.\na. A 192.0.2.1\nb.c.d NS a.\n@ 7 TXT a\n")
    assert dumps(OURS, ["-s", style], ".", path) == dumps(THEIRS, ["-s", style], ".", path)


@pytest.mark.parametrize("version", ["raw", "raw=0"])
@pytest.mark.parametrize("seed", range(10))
def test_raw_both_ways(tmp_path, seed, version):
    path = tmp_path / "zone"
    path.write_text(random_zone(seed))
    text = dumps(THEIRS, [], "example.com", path)
    for writer, reader in ((OURS, THEIRS), (THEIRS, OURS), (OURS, OURS)):
        raw = tmp_path / "raw"
        made = run(writer, ["-i", "none", "-k", "ignore", "-F", version, "-o", str(raw)], "example.com", path)
        assert made.returncode == 0, made.stderr.decode()
        assert sorted(dumps(reader, ["-f", "raw"], "example.com", raw).splitlines()) == sorted(text.splitlines())


@pytest.mark.parametrize("options", [["-Z"], [], ["-i", "foo"], ["-k", "foo"], ["-F", "map"], ["-f", "foo"], ["-F", "raw=7"],
                                     ["-s", "foo"], ["-T", "fail"], ["-h"], ["-l", "x"], ["-L", "x"], ["-c", "FOO"], ["-w", "/nonexistent"]],
                         ids=" ".join)
def test_wrong_calls(tmp_path, options):
    path = tmp_path / "zone"
    path.write_text(APEX)
    arguments = [*options, "example.com", str(path)] if options else []
    ours = subprocess.run([OURS, *arguments], capture_output=True, timeout=60)
    theirs = subprocess.run([THEIRS, *arguments], capture_output=True, timeout=60)
    assert ours.returncode == theirs.returncode == 1
    assert ours.stderr


def test_quiet_and_missing_files(tmp_path):
    path = tmp_path / "zone"
    path.write_text(APEX)
    quiet = run(OURS, ["-q"], "example.com", path)
    assert (quiet.returncode, quiet.stdout, quiet.stderr) == (0, b"", b"")
    missing = run(OURS, [], "example.com", tmp_path / "missing")
    assert missing.returncode == 1
    assert missing.stdout.decode().splitlines()[-1] == "zone example.com/IN: not loaded due to errors."
    assert "file not found" in missing.stdout.decode()


def test_a_journal_is_not_passed_over(tmp_path):
    path = tmp_path / "zone"
    path.write_text(APEX)
    assert run(OURS, ["-j", "-i", "none"], "example.com", path).returncode == 0
    (tmp_path / "zone.jnl").write_bytes(b"x")
    refused = run(OURS, ["-j", "-i", "none"], "example.com", path)
    assert refused.returncode == 1 and b"journal" in refused.stderr
