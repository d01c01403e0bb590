"""Zones that are large or strange go from Nomen to BIND, NSD, Knot and PowerDNS and from them to Nomen: each must have, record
by record, what the primary's file says. Signed with TSIG by hmac-sha512."""

import os
import re
import subprocess
import time

import pytest

from peers import ADDRESS, PEERS
from test_transfers import SECRET, Peer, pair

HEAD = """\
$TTL 300
@ SOA ns1 hostmaster 1 3600 900 604800 60
@ NS ns1
ns1 A 192.0.2.1
www A 192.0.2.80
"""
LIMIT_S = 60


def many_records():
    return HEAD + "".join("h%d A 10.%d.%d.%d\n" % (i, i >> 16, i >> 8 & 255, i & 255) for i in range(100_000))


def large_rrsets():
    """An RRset that fills a message of 64 kB nearly."""
    return HEAD + "".join("several TXT %s\n" % " ".join('"%02d%s"' % (i, "x" * 248) for _ in range(8)) for i in range(31))


def large_record():
    """One RR of that size."""
    return HEAD + "one TXT %s\n" % " ".join('"%s"' % (chr(97 + i % 26) * 250) for i in range(250))


def strange_records():
    """Types that nobody knows, odd names, every kind of name in rdata that is or is not compressed."""
    return HEAD + """\
u1 TYPE65300 \\# 4 01020304
u2 TYPE1234 \\# 0
a\\.b TXT "a dot in a label"
\\000\\255 TXT "octets"
* MX 10 www
deep.er.and.deep.er AAAA 2001:db8::1
sub NS ns.sub
ns.sub A 192.0.2.53
mixed CNAME WwW.ExAmPlE.
dn DNAME elsewhere.test.
srv SRV 1 2 3 www
naptr NAPTR 100 10 "u" "E2U+sip" "!^.*$!sip:x@example.!" .
rp RP hostmaster.example. www.example.
svc SVCB 1 www alpn=h2,h3 ipv4hint=192.0.2.1
caa CAA 0 issue "ca.example"
loc LOC 51 30 12.748 N 0 7 39.611 W 0.00m 0.00m 0.00m 0.00m
sshfp SSHFP 1 1 123456789abcdef67890123456789abcdef67890
tlsa TLSA 3 1 1 0000000000000000000000000000000000000000000000000000000000000001
"""


def signed(directory):
    """NSEC3, every name signed."""
    os.makedirs(directory)
    path = os.path.join(directory, "unsigned")
    with open(path, "w") as f:
        f.write(HEAD + "".join("h%d A 10.0.%d.%d\n" % (i, i >> 8, i & 255) for i in range(300)))
    key = subprocess.run(["dnssec-keygen", "-q", "-K", directory, "-a", "ECDSAP256SHA256", "-f", "KSK", "example"],
                         check=True, capture_output=True, text=True).stdout.strip()
    with open(path, "a") as f, open(os.path.join(directory, key + ".key")) as k:
        f.write(k.read())
    subprocess.run(["dnssec-signzone", "-q", "-P", "-z", "-3", "-", "-K", directory, "-o", "example", "-f", path + ".signed", path], cwd=directory,
                   check=True, capture_output=True)
    with open(path + ".signed") as f:
        return f.read()


ZONES = {"100,000 records": lambda tmp_path: many_records(), "an RRset of 64 kB": lambda tmp_path: large_rrsets(),
         "an RR of 64 kB": lambda tmp_path: large_record(),
         "strange records": lambda tmp_path: strange_records(), "signed": lambda tmp_path: signed(str(tmp_path / "keys"))}


class Whole(Peer):
    """A server whose zone is a given text; transfers are signed."""

    algorithm = "hmac-sha512"
    text = None

    def write_zone(self):
        with open(self.file, "w") as f:
            f.write(self.text)

    def contents(self):
        """All records, as dig prints them but for case (NSD writes names in lower case) and the TTL of NSEC3PARAM (PowerDNS keeps
        it apart), in order. To a secondary of PowerDNS the key only opens its primary."""
        key = [] if (self.kind, self.role) == ("pdns", "secondary") else ["-y", "hmac-sha512:k.test.:" + SECRET]
        done = subprocess.run(["dig", "@" + ADDRESS, "-p", str(self.port), *key, "+noall", "+answer", "+onesoa", "+time=20", "+tries=1",
                               "example.", "AXFR"], capture_output=True, text=True, timeout=60)
        return sorted(re.sub(r"\t[0-9]+(\tin\tnsec3param)", r"\1", line.lower()) for line in done.stdout.splitlines() if line and not line.startswith(";"))


# NSD's messages of a transfer have 16 kB, PowerDNS reads no such line: they cannot have the RR, or not give it away.
CANNOT = {("nsd", "an RR of 64 kB"), ("pdns", "an RR of 64 kB")}


def whole(text):
    return type("WholeOf", (Whole,), {"text": text})


def difference(found, expected):
    lost, strange = sorted(set(expected) - set(found)), sorted(set(found) - set(expected))
    return "%d of %d records are there; the first lost: %s; the first strange: %s\n" % (len(found), len(expected), lost[:3], strange[:3])


@pytest.mark.parametrize("zone", ZONES)
@pytest.mark.parametrize("primary_kind, secondary_kind", [(peer, "nomen") for peer in PEERS] + [("nomen", peer) for peer in PEERS])
def test_every_record_arrives(tmp_path, primary_kind, secondary_kind, zone):
    if {(primary_kind, zone), (secondary_kind, zone)} & CANNOT:
        pytest.skip("beyond what the peer can do")
    text = ZONES[zone](tmp_path)
    with pair(tmp_path, primary_kind, secondary_kind, True, whole(text)) as (primary, secondary):
        expected = primary.contents()
        assert len(expected) > 4
        end = time.monotonic() + LIMIT_S
        while (found := secondary.contents()) != expected:
            assert time.monotonic() < end, difference(found, expected) + secondary.log(3000)
            time.sleep(0.2)
