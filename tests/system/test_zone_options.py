"""EDNS options about a zone: EXPIRE (RFC 7314) and ZONEVERSION (RFC 9660) of primaries and secondaries, and the digest between Nomen servers."""

import re
import struct
import subprocess

import dns.edns
import dns.message
import dns.query
import pytest
from harness import ADDRESS, SUBJECT, ZONE, configuration, wait_for
from test_secondary import Pair, serial

EXPIRE, ZONEVERSION, DIGEST = 9, 19, 65314
ours = pytest.mark.skipif(SUBJECT == "bind", reason="BIND 9.18 does not answer it")
SOA_EXPIRE = 604800


def options(named, code, name="example.", rrtype="SOA", tcp=False):
    """The values of the options of this code in the answer to a question that asks for it."""
    query = dns.message.make_query(name, rrtype, use_edns=0, options=[dns.edns.GenericOption(code, b"")])
    return [o.to_wire() for o in named.ask(query, tcp).options if o.otype == code]


def expire(named, **more):
    values = options(named, EXPIRE, **more)
    return struct.unpack(">I", values[0])[0] if values else None


def test_a_primary_tells_the_expire_of_its_soa(start):
    named = start()
    assert expire(named) == SOA_EXPIRE
    assert expire(named, tcp=True) == SOA_EXPIRE
    assert expire(named, name="www.example.", rrtype="A") is None
    answer = named.query("example.", "SOA", use_edns=0)
    assert not answer.options


def test_dig_shows_it(start):
    named = start()
    out = subprocess.run(["dig", "+expire", "@" + ADDRESS, "-p", str(named.port), "example.", "SOA"], capture_output=True, text=True, check=True).stdout
    assert re.search(r"; EXPIRE: %d " % SOA_EXPIRE, out), out
    out = subprocess.run(["dig", "+expire", "+qr", "@" + ADDRESS, "-p", str(named.port), "example.", "AXFR"], capture_output=True, text=True, check=True).stdout
    assert "hostmaster" in out


@ours
def test_a_secondary_tells_what_is_left(start):
    pair = Pair(start, files={"example.zone": ZONE.replace(str(SOA_EXPIRE), "3600")})
    pair.wait_served()
    wait_for(lambda: expire(pair.secondary) is not None, "EXPIRE at the secondary")
    assert 3500 < expire(pair.secondary) <= 3600
    # Nothing refreshes it any more: it goes down.
    pair.primary.stop()
    before = expire(pair.secondary)
    wait_for(lambda: expire(pair.secondary) < before, "EXPIRE to go down")


@ours
def test_a_secondary_of_a_secondary_lives_no_longer_than_its_primary(start):
    """RFC 7314 4: what is left at the primary is where the copy begins, and refreshing from there does not add to it."""
    pair = Pair(start, files={"example.zone": ZONE.replace(str(SOA_EXPIRE), "3600")})
    pair.wait_served()
    pair.primary.stop()
    wait_for(lambda: expire(pair.secondary) < 3599, "the secondary's copy to age")
    third = start(configuration(
        options="min-refresh-time 1; min-retry-time 1;",
        statements='zone "example" { type secondary; file "c"; primaries { %s port %d; }; };' % (ADDRESS, pair.secondary.port), zone=False))
    wait_for(lambda: third.query("www.example.").answer, "the copy of the copy")
    assert expire(third) <= expire(pair.secondary) + 1


@ours
def test_the_transfer_client_asks_and_the_server_answers_it(start):
    """AXFR and IXFR, too, and only when asked."""
    named = start(configuration(options="allow-transfer { any; };"))
    for rrtype in ("AXFR", "IXFR"):
        query = dns.message.make_query("example.", rrtype, use_edns=0, options=[dns.edns.GenericOption(EXPIRE, b"")])
        if rrtype == "IXFR":
            query.authority.append(dns.rrset.from_text("example.", 0, "IN", "SOA", ". . 1 0 0 0 0"))
        with named.tcp() as connection:
            dns.query.send_tcp(connection, query.to_wire())
            answer, _ = dns.query.receive_tcp(connection)
        assert [struct.unpack(">I", o.to_wire())[0] for o in answer.options if o.otype == EXPIRE] == [SOA_EXPIRE]


@ours
def test_the_version_goes_with_what_the_zone_says(start):
    named = start(files={"example.zone": ZONE + "sub NS ns.sub\nns.sub A 192.0.2.9\n"})
    for name in ("example.", "www.example.", "alias.example.", "nothing.example.", "x.wild.example."):
        assert options(named, ZONEVERSION, name, "A") == [b"\x01\x00" + struct.pack(">I", 1)], name
    for name in ("www.sub.example.", "elsewhere.test."):
        assert options(named, ZONEVERSION, name, "A") == [], name


@ours
def test_two_servers_with_the_same_data_have_the_same_digest(start):
    pair = Pair(start, secondary={"options": "allow-transfer { any; };"})
    pair.wait_served()

    def digest(named):
        """It is worked out when it is asked for."""
        def known():
            value = options(named, DIGEST)[0]
            return value if len(value) == 37 else None
        return wait_for(known, "the digest")

    assert digest(pair.primary) == digest(pair.secondary)
    assert digest(pair.primary)[:5] == struct.pack(">IB", 1, 1)
    pair.update("more")
    pair.wait_for_name("more.example.")
    wait_for(lambda: digest(pair.primary)[:4] == struct.pack(">I", 2), "the digest of the new version")
    wait_for(lambda: digest(pair.secondary) == digest(pair.primary), "the same digest")
    assert serial(pair.secondary) == 2


@ours
def test_the_digest_is_for_those_who_may_have_the_zone(start):
    named = start(configuration(options="allow-transfer { none; };"))
    assert options(named, DIGEST) == []
    assert options(named, ZONEVERSION) != []
