"""Transfers out: AXFR (RFC 5936) and IXFR (RFC 1995) over TCP and UDP, who may have them, and their log lines."""

import dns.flags
import dns.message
import dns.name
import dns.query
import dns.rcode
import dns.rdatatype
import dns.rrset
import dns.zone
import pytest

from harness import ADDRESS, REPLY_S, ZONE, configuration
from test_tsig import key_statement, keyring

OPEN = configuration(options="allow-transfer { any; };")


def transfer(named, name="example.", rrtype="AXFR", serial=None, **how):
    """All messages of a transfer."""
    query = dns.message.make_query(name, rrtype)
    if serial is not None:
        query.authority.append(dns.rrset.from_text(name, 0, "IN", "SOA", "ns1. hostmaster. %d 0 0 0 0" % serial))
    ring = how.pop("ring", None)
    if ring:
        query.use_tsig(ring)
    with named.tcp() as s:
        dns.query.send_tcp(s, query)
        messages, records, soas = [], [], 0
        context = None
        while True:
            size = int.from_bytes(exactly(s, 2), "big")
            message = dns.message.from_wire(exactly(s, size), keyring=ring, request_mac=query.mac, xfr=True, multi=True, tsig_ctx=context, one_rr_per_rrset=True)
            context = message.tsig_ctx
            messages.append(message)
            assert message.id == query.id
            if message.rcode() != 0:
                return messages, records
            for rrset in message.answer:
                records += [(rrset.name, rrset.rdtype, rrset.ttl, rd) for rd in rrset]
                soas += rrset.rdtype == dns.rdatatype.SOA
            if rrtype == "AXFR" and soas == 2 or rrtype == "IXFR" and soas >= 1:
                if ring:
                    assert message.had_tsig
                return messages, records


def exactly(s, size):
    data = b""
    while len(data) < size:
        piece = s.recv(size - len(data))
        assert piece, "the server closed the connection"
        data += piece
    return data


def zone_of(text):
    return dns.zone.from_text(text, "example.", relativize=False)


def as_set(records):
    return {(name, rrtype, ttl, rd) for name, rrtype, ttl, rd in records}


def zone_set(text):
    zone = zone_of(text)
    return {(name, rds.rdtype, rds.ttl, rd) for name, node in zone.nodes.items() for rds in node for rd in rds}


def test_a_whole_zone_begins_and_ends_with_its_soa(start):
    """RFC 5936 2.2."""
    messages, records = transfer(start(OPEN))
    assert records[0][1] == records[-1][1] == dns.rdatatype.SOA
    assert as_set(records) == zone_set(ZONE) and len(records) == len(zone_set(ZONE)) + 1
    assert messages[0].question and messages[0].flags & dns.flags.AA


def test_a_large_zone_comes_in_many_messages(start):
    text = ZONE + "".join("h%d A 10.0.%d.%d\nh%d TXT \"%s\"\n" % (i, i >> 8, i & 255, i, "x" * 100) for i in range(3000))
    messages, records = transfer(start(OPEN, {"example.zone": text}))
    assert len(messages) > 3
    assert as_set(records) == zone_set(text)


def test_a_signed_transfer_is_signed_through(start):
    """RFC 8945 5.3.1."""
    text = ZONE + "".join("h%d TXT \"%s\"\n" % (i, "x" * 200) for i in range(2000))
    named = start(configuration(options='allow-transfer { key "k.test"; };', statements=key_statement()), {"example.zone": text})
    messages, records = transfer(named, ring=keyring())
    assert as_set(records) == zone_set(text) and len(messages) > 3
    refused, _ = transfer(named)
    assert refused[0].rcode() == dns.rcode.REFUSED


def test_nobody_may_have_it_unless_allowed(start):
    named = start(configuration(options="allow-transfer { none; };"))
    messages, records = transfer(named)
    assert messages[0].rcode() == dns.rcode.REFUSED and not records
    named.wait_log("zone transfer 'example/AXFR/IN' denied")


def test_a_zone_that_is_not_ours_is_notauth(start):
    messages, _ = transfer(start(OPEN), "other.")
    assert messages[0].rcode() == dns.rcode.NOTAUTH


def test_a_whole_zone_does_not_go_over_udp(start):
    """RFC 5936 4.2."""
    answer = start(OPEN).query("example.", "AXFR")
    assert answer.rcode() == dns.rcode.FORMERR and not answer.answer


def test_who_has_the_newest_version_gets_its_soa_alone(start):
    """RFC 1995 4."""
    named = start(OPEN)
    for serial in (1, 7):
        _, records = transfer(named, rrtype="IXFR", serial=serial)
        assert [r[1] for r in records] == [dns.rdatatype.SOA]


def test_an_old_version_that_is_not_known_gets_the_whole_zone(start):
    """RFC 1995 4: an answer in the form of AXFR."""
    text = ZONE.replace("hostmaster 1 ", "hostmaster 9 ")
    named = start(OPEN, {"example.zone": text})
    query = dns.message.make_query("example.", "IXFR")
    query.authority.append(dns.rrset.from_text("example.", 0, "IN", "SOA", "ns1. hostmaster. 3 0 0 0 0"))
    answer = dns.query.tcp(query, ADDRESS, port=named.port, timeout=REPLY_S, one_rr_per_rrset=True)
    assert answer.answer[0].rdtype == answer.answer[-1].rdtype == dns.rdatatype.SOA
    assert len(answer.answer) == len(zone_set(text)) + 1


def test_over_udp_a_difference_that_does_not_fit_is_told_by_the_soa(start):
    """RFC 1995 2: the client goes on over TCP."""
    text = ZONE.replace("hostmaster 1 ", "hostmaster 9 ") + "".join("h%d TXT \"%s\"\n" % (i, "x" * 100) for i in range(50))
    named = start(OPEN, {"example.zone": text})
    query = dns.message.make_query("example.", "IXFR")
    query.authority.append(dns.rrset.from_text("example.", 0, "IN", "SOA", "ns1. hostmaster. 3 0 0 0 0"))
    answer = named.ask(query)
    assert [r.rdtype for r in answer.answer] == [dns.rdatatype.SOA] and answer.rcode() == 0


def test_other_questions_go_on_while_a_transfer_is_not_read(start):
    """A slow reader holds up nobody, and its connection is bounded in memory."""
    text = ZONE + "".join("h%d TXT \"%s\"\n" % (i, "x" * 250) for i in range(20000))
    named = start(OPEN, {"example.zone": text})
    with named.tcp() as s:
        dns.query.send_tcp(s, dns.message.make_query("example.", "AXFR"))
        for _ in range(20):
            named.assert_serving()
        total, soas = 0, 0
        while soas < 2:
            message = dns.message.from_wire(exactly(s, int.from_bytes(exactly(s, 2), "big")), xfr=True, one_rr_per_rrset=True)
            total += len(message.answer)
            soas += sum(r.rdtype == dns.rdatatype.SOA for r in message.answer)
    assert total == len(zone_set(text)) + 1


def test_the_log_says_when_it_began_and_ended(start):
    named = start(OPEN)
    transfer(named)
    named.wait_log("transfer of 'example/IN': AXFR started (serial 1)")
    line = named.wait_log("transfer of 'example/IN': AXFR ended: 1 messages, 7 records")
    assert "(serial 1)" in line


def test_transfers_out_bounds_how_many_go_at_once(start):
    text = ZONE + "".join("h%d TXT \"%s\"\n" % (i, "x" * 250) for i in range(20000))
    named = start(configuration(options="allow-transfer { any; }; transfers-out 1;"), {"example.zone": text})
    with named.tcp() as first:
        dns.query.send_tcp(first, dns.message.make_query("example.", "AXFR"))
        exactly(first, 2)
        with named.tcp() as second:
            dns.query.send_tcp(second, dns.message.make_query("example.", "AXFR"))
            second.settimeout(REPLY_S)
            size = int.from_bytes(exactly(second, 2), "big")
            assert dns.message.from_wire(exactly(second, size)).rcode() != 0
    named.assert_serving()


@pytest.mark.parametrize("form,many", [("many-answers", True), ("one-answer", False)])
def test_transfer_format_decides_how_many_records_a_message_has(start, form, many):
    messages, _ = transfer(start(configuration(options="allow-transfer { any; }; transfer-format %s;" % form)))
    assert (len(messages) == 1) == many
    assert many or all(len(m.answer) == 1 for m in messages)
