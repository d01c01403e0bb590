"""Access: allow-query, allow-query-on, blackhole, transfers."""

import dns.message
import pytest
from harness import configuration, extended_errors, wire_query

PROHIBITED = 18


def zone_with(option):
    return 'zone "guarded" { type primary; file "example.zone"; %s };' % option


def refused(answer):
    return answer.rcode() == 5 and not answer.answer and not answer.authority


def test_allow_query_of_the_options(start):
    named = start(configuration(options="allow-query { 127.0.0.1; };"))
    assert named.query("www.example.", source="127.0.0.1").answer
    assert refused(named.query("www.example.", source="127.0.0.2"))
    assert refused(named.query("www.example.", source="127.0.0.2", tcp=True))


def test_allow_query_of_a_zone_wins(start):
    named = start(configuration(options="allow-query { none; };", statements=zone_with("allow-query { 127.0.0.1; };")))
    assert refused(named.query("www.example."))
    assert named.query("www.guarded.").answer
    assert refused(named.query("www.guarded.", source="127.0.0.2"))


def test_a_refusal_carries_ede_prohibited(start):
    named = start(configuration(statements=zone_with("allow-query { none; };")))
    answer = named.query("www.guarded.", use_edns=0)
    assert refused(answer) and extended_errors(answer) == [PROHIBITED]
    assert not answer.flags & 0x0400, "AA is clear"


def test_a_refusal_without_edns_has_no_opt(start):
    named = start(configuration(statements=zone_with("allow-query { none; };")))
    assert named.query("www.guarded.").edns == -1


def test_a_name_of_no_zone_of_ours(start):
    """BIND 9.18 gives no extended error here."""
    answer = start().query("www.elsewhere.", use_edns=0)
    assert refused(answer) and extended_errors(answer) == []


@pytest.mark.parametrize("here, allowed", [("127.0.0.1;", True), ("127.0.0.2;", False), ("!127.0.0.1; any;", False)])
def test_allow_query_on(start, here, allowed):
    """The address that was asked decides, not the client's."""
    named = start(configuration(statements=zone_with("allow-query-on { %s };" % here)))
    assert (named.query("www.guarded.", source="127.0.0.2").rcode() == 0) == allowed


def test_blackhole_gets_no_reply(start):
    named = start(configuration(options="blackhole { 127.0.0.2; };"))
    with named.udp(source="127.0.0.2") as s:
        s.settimeout(1)
        s.send(wire_query())
        with pytest.raises(TimeoutError):
            s.recv(4096)
    named.assert_serving()


@pytest.mark.parametrize("elements, allowed", [
    ("any;", True), ("none;", False), ("localhost;", True), ("localnets;", True), ("127/8;", True), ("!127.0.0.1; any;", False),
    ("!{ 10/8; }; any;", True), ("{ 127.0.0.1; };", True), ("{ !127.0.0.1; any; }; 127.0.0.1;", True), ("::1;", False), ("! any;", False),
    ("mine;", True), ("!mine; any;", False)])
def test_elements_of_an_address_match_list(start, elements, allowed):
    named = start(configuration(statements="acl mine { 127.0.0.1; };" + zone_with("allow-query { %s };" % elements)))
    assert (named.query("www.guarded.").rcode() == 0) == allowed


@pytest.mark.parametrize("kind", ["AXFR", "IXFR"])
def test_a_transfer_that_is_not_allowed_is_refused(start, kind):
    named = start(configuration(options="allow-transfer { none; };"))
    query = dns.message.make_query("example.", kind)
    if kind == "IXFR":
        query.authority.append(dns.rrset.from_text("example.", 0, "IN", "SOA", ". . 0 0 0 0 0"))
    assert named.ask(query, tcp=True).rcode() == 5


def test_axfr_over_udp_is_turned_down(start):
    assert start().query("example.", "AXFR").rcode() in (1, 5)
