"""Updates that reach a secondary go on to its primaries (RFC 2136 6), and the answer comes back."""

import dns.message
import dns.opcode
import dns.rcode
import dns.update
import pytest

from harness import ADDRESS, SUBJECT, configuration, free_port, wait_for
from test_secondary import SOON, Pair, texts
from test_tsig import key_statement, keyring

OPEN = "allow-update-forwarding { any; };"


def change(name, ring=None):
    made = dns.update.Update("example.")
    made.add(name, 60, "A", "192.0.2.55")
    if ring:
        made.use_tsig(ring)
    return made


@pytest.mark.parametrize("tcp", [False, True], ids=["udp", "tcp"])
def test_an_update_goes_on_to_the_primary_and_comes_back_as_a_version(start, tcp):
    pair = Pair(start, secondary={"clause": OPEN})
    pair.wait_served()
    assert pair.secondary.ask(change("host"), tcp=tcp).rcode() == 0
    assert texts(pair.primary, "host.example.") == ["192.0.2.55"]
    pair.wait_for_name("host.example.")
    pair.secondary.wait_log("forwarding update for zone 'example/IN'")


def test_a_signature_holds_from_end_to_end(start):
    pair = Pair(start, primary={"statements": key_statement()}, secondary={"clause": OPEN, "statements": key_statement()})
    text = open(pair.primary.directory + "/named.conf").read().replace("allow-update { any; }", 'allow-update { key "k.test"; }')
    pair.primary.configure(text)
    pair.primary.reload()
    pair.wait_served()
    answer = pair.secondary.ask(change("signed", keyring()))
    assert answer.rcode() == 0 and answer.had_tsig
    assert pair.secondary.ask(change("unsigned")).rcode() == dns.rcode.REFUSED
    assert texts(pair.primary, "signed.example.") and not texts(pair.primary, "unsigned.example.")


def test_what_the_primary_refuses_is_refused(start):
    pair = Pair(start, secondary={"clause": OPEN})
    pair.wait_served()
    twice = dns.update.Update("example.")
    twice.present("nobody")
    twice.add("host", 60, "A", "192.0.2.55")
    assert pair.secondary.ask(twice).rcode() == dns.rcode.NXDOMAIN


def test_nobody_may_unless_allowed(start):
    pair = Pair(start)
    pair.wait_served()
    assert pair.secondary.ask(change("host")).rcode() == dns.rcode.REFUSED
    pair.secondary.wait_log("update forwarding 'example/IN' denied")


def test_the_next_primary_is_asked_when_one_is_away(start):
    pair = Pair(start, secondary={"clause": OPEN})
    pair.wait_served()
    closed = free_port()
    text = open(pair.secondary.directory + "/named.conf").read()
    pair.secondary.configure(text.replace("primaries {", "primaries { %s port %d;" % (ADDRESS, closed)))
    pair.secondary.reload()
    assert wait_for(lambda: pair.secondary.ask(change("host")).rcode() == 0, "the second primary's answer")
    assert texts(pair.primary, "host.example.")


def test_without_a_primary_the_client_is_told(start):
    pair = Pair(start, secondary={"clause": OPEN})
    pair.wait_served()
    pair.primary.stop()
    assert pair.secondary.ask(change("host")).rcode() == dns.rcode.SERVFAIL
    pair.secondary.assert_serving()


@pytest.mark.skipif(SUBJECT == "bind", reason="BIND 9.18 forwards in plain text")
def test_an_update_goes_on_over_tls(start):
    port = free_port()
    primary = start(configuration(options="allow-transfer { any; }; listen-on port %d tls ephemeral { %s; };" % (port, ADDRESS), zone=False,
                                  statements='zone "example" { type primary; file "example.zone"; allow-update { any; }; };'))
    secondary = start(configuration(options=SOON, zone=False, statements='zone "example" { type secondary; file "copy"; %s primaries { %s port %d tls ephemeral; }; };'
                                    % (OPEN, ADDRESS, port)))
    wait_for(lambda: texts(secondary, "www.example."), "the zone")
    assert secondary.ask(change("host")).rcode() == 0
    assert texts(primary, "host.example.") == ["192.0.2.55"]
