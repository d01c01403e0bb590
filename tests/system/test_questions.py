"""Odd headers, types, classes and opcodes; and how full the answers are. What is expected is what BIND 9.18 answers."""

import struct

import dns.flags
import pytest
from harness import SUBJECT, configuration, framed, opt_record, option, rcode, read_message, wire_query

NOERROR, FORMERR, NOTIMP, REFUSED, NOTAUTH = 0, 1, 4, 5, 9
A_RECORD = b"\0" + struct.pack(">HHIH", 1, 1, 0, 4) + b"1234"


def counts(wire):
    return struct.unpack(">HHHH", wire[4:12])


@pytest.mark.parametrize("rrtype", [0, 24, 25, 46, 47, 50, 100, 103, 256, 65280, 65535])
def test_an_absent_type_is_nodata(start, rrtype):
    reply = start().datagram(wire_query(rrtype=rrtype))
    assert (rcode(reply), counts(reply)) == (NOERROR, (1, 0, 1, 0)) and reply[2] == 0x84


@pytest.mark.parametrize("rrtype, expected", [(41, FORMERR), (128, FORMERR), (200, FORMERR), (248, FORMERR), (249, FORMERR), (250, FORMERR),
                                              (253, NOTIMP), (254, NOTIMP)])
def test_a_meta_type_is_turned_down(start, rrtype, expected):
    reply = start().datagram(wire_query(rrtype=rrtype))
    assert (rcode(reply), counts(reply)) == (expected, (1, 0, 0, 0)) and reply[2] == 0x80


@pytest.mark.parametrize("rrclass, expected", [(0, FORMERR), (2, NOTIMP), (3, REFUSED), (4, REFUSED), (5, NOTIMP), (254, FORMERR), (255, FORMERR), (4000, NOTIMP)])
def test_another_class_is_turned_down(start, rrclass, expected):
    reply = start().datagram(wire_query(rrclass=rrclass))
    assert (rcode(reply), counts(reply)) == (expected, (1, 0, 0, 0)) and reply[2] == 0x80


@pytest.mark.parametrize("opcode", [1, 2, 3, 6, 7, 8, 15])
def test_an_unknown_opcode_is_not_implemented(start, opcode):
    """The reply is a bare header that repeats the opcode."""
    reply = start().datagram(wire_query(bits=opcode << 11))
    assert (rcode(reply), counts(reply), reply[2]) == (NOTIMP, (0, 0, 0, 0), 0x80 | opcode << 3)


def test_no_question_is_a_format_error(start):
    assert rcode(start().datagram(struct.pack(">HHHHHH", 1, 0, 0, 0, 0, 0))) == FORMERR


def test_no_question_with_a_cookie_is_a_question_for_a_cookie(start):
    """RFC 7873 5.4"""
    reply = start().datagram(struct.pack(">HHHHHH", 1, 0, 0, 0, 0, 1) + opt_record(options=option(10, b"c" * 8)))
    assert (rcode(reply), counts(reply)) == (NOERROR, (0, 0, 0, 1))


def test_two_questions_are_a_format_error(start):
    """RFC 9619"""
    reply = start().datagram(struct.pack(">HHHHHH", 1, 0, 2, 0, 0, 0) + wire_query()[12:] * 2)
    assert (rcode(reply), counts(reply)) == (FORMERR, (0, 0, 0, 0))


@pytest.mark.parametrize("how", [{"counts": (1, 1, 0, 0)}, {"counts": (1, 0, 1, 0)}, {"counts": (1, 0, 0, 1)}, {}])
def test_what_stands_behind_the_question_is_ignored(start, how):
    reply = start().datagram(wire_query(tail=A_RECORD, **how))
    assert rcode(reply) == NOERROR and counts(reply)[1] == 1


@pytest.mark.parametrize("bits, answered", [(0x400, 0), (0x200, 0), (0x80, 0), (0x40, 0), (0x20, 0), (0x10, 0x10), (0x100, 0x100), (0x1, 0), (0x5, 0)])
def test_header_bits(start, bits, answered):
    """RD and CD are copied, the others are ours: AA set, no RA, no AD, no Z, the query's rcode ignored."""
    reply = start().datagram(wire_query(bits=bits))
    assert struct.unpack(">H", reply[2:4])[0] == 0x8400 | answered


@pytest.mark.parametrize("name", ["www.example.", "WWW.eXaMpLe.", "nx.EXAMPLE.", "FoReIgN."])
def test_the_questions_case_is_kept(start, name):
    query = wire_query(name)
    assert start().datagram(query)[12:len(query)] == query[12:]


@pytest.mark.parametrize("tcp", [False, True])
def test_a_foreign_name_is_refused(start, tcp):
    named = start()
    if tcp:
        with named.tcp() as s:
            s.sendall(framed(wire_query("foreign.")))
            reply = read_message(s)
    else:
        reply = named.datagram(wire_query("foreign."))
    assert (rcode(reply), counts(reply), reply[2]) == (REFUSED, (1, 0, 0, 0), 0x80)


@pytest.mark.parametrize("value, rd, expected", [
    ("no", False, (1, 1, 1, 1)), ("no", True, (1, 1, 1, 1)), ("yes", False, (1, 1, 0, 0)), ("yes", True, (1, 1, 0, 0)),
    ("no-auth", False, (1, 1, 0, 0)), ("no-auth", True, (1, 1, 0, 0)),
    ("no-auth-recursive", False, (1, 1, 1, 1)), ("no-auth-recursive", True, (1, 1, 0, 0))])
def test_minimal_responses(start, value, rd, expected):
    named = start(configuration(options="minimal-responses %s;" % value))
    assert counts(named.datagram(wire_query(bits=0x100 if rd else 0))) == expected


def test_the_default_is_no_auth_recursive(start):
    named = start()
    assert counts(named.datagram(wire_query())) == (1, 1, 1, 1)
    assert counts(named.datagram(wire_query(bits=0x100))) == (1, 1, 0, 0)


@pytest.mark.parametrize("options, ttl", [("", 0), ("zero-no-soa-ttl no;", 60), ("zero-no-soa-ttl yes;", 0)])
def test_the_soa_of_nxdomain_for_a_soa_question(start, options, ttl):
    named = start(configuration(options=options))
    assert named.query("nx.example.", "SOA").authority[0].ttl == ttl
    assert named.query("nx.example.", "A").authority[0].ttl == 60
    assert named.query("www.example.", "SOA").authority[0].ttl == 60


@pytest.mark.parametrize("minimal, tcp, several", [("no", False, True), ("yes", False, False), ("yes", True, True)])
def test_minimal_any(start, minimal, tcp, several):
    named = start(configuration(options="minimal-any %s;" % minimal))
    answer = named.query("example.", "ANY", tcp=tcp)
    assert (len({rrset.rdtype for rrset in answer.answer}) > 1) == several


@pytest.mark.parametrize("order, stays", [("fixed", None), ("none", True), ("cyclic", False)])
def test_rrset_order(start, order, stays):
    zone = "$TTL 300\n@ SOA ns h 1 7200 900 604800 60\n@ NS ns\nns A 192.0.2.1\n" + "".join("many A 192.0.2.%d\n" % i for i in range(1, 9))
    named = start(configuration(options="rrset-order { order %s; };" % order), {"example.zone": zone})
    firsts = [named.query("many.example.").answer[0][0].address for _ in range(16)]
    if stays is not None:
        assert (len(set(firsts)) == 1) == stays
    everything = named.query("many.example.", flags=dns.flags.RD).answer
    assert {r.address for rrset in everything for r in rrset} == {"192.0.2.%d" % i for i in range(1, 9)}


@pytest.mark.skipif(SUBJECT == "bind", reason="BIND sets TC for what nobody needs (RFC 2181 9)")
def test_ns_of_the_zone_that_do_not_fit_are_left_out_without_tc(start):
    zone = "$TTL 300\n@ SOA ns h 1 7200 900 604800 60\n" + "".join("@ NS %s%d.elsewhere.test.\n" % ("n" * 50, i) for i in range(3))
    zone += "big TXT %s\nsmall TXT x\n" % " ".join('"%s"' % ("t" * 100) for _ in range(4))
    named = start(configuration(statements='zone "full" { type primary; file "full.zone"; };'), {"full.zone": zone})
    assert named.query("small.full.", "TXT", flags=0).authority
    answer = named.query("big.full.", "TXT", flags=0)
    assert answer.answer and not answer.authority and not answer.flags & dns.flags.TC


def test_the_addresses_of_another_zone_are_not_given(start):
    """Only what the zone that answers says itself."""
    zone = "$TTL 300\n@ SOA ns h 1 7200 900 604800 60\n@ NS ns1.example.\n@ MX 10 mail\nmail A 192.0.2.25\n"
    named = start(configuration(statements='zone "other" { type primary; file "other.zone"; };'), {"other.zone": zone})
    answer = named.query("other.", "MX", flags=0)
    assert [rrset.name.to_text() for rrset in answer.additional] == ["mail.other."]


def test_glue_is_for_referrals_only(start):
    zone = "$TTL 300\n@ SOA ns h 1 7200 900 604800 60\n@ NS ns.sub\n@ MX 10 host.sub\nsub NS ns.sub\nns.sub A 192.0.2.53\nhost.sub A 192.0.2.25\n"
    named = start(configuration(options="check-integrity no;", statements='zone "cut" { type primary; file "cut.zone"; };'), {"cut.zone": zone})
    for rrtype in ("MX", "NS"):
        assert not named.query("cut.", rrtype, flags=0).additional
    assert [rrset.name.to_text() for rrset in named.query("sub.cut.", "MX", flags=0).additional] == ["ns.sub.cut."]
