"""Stub zones: the zone's servers are known, and whoever asks is sent to them."""

import contextlib
import os
import socket
import struct
import threading

import dns.exception
import dns.flags
import dns.message
import dns.rcode
import dns.rdatatype
import dns.update
import pytest

from harness import ADDRESS, SUBJECT, configuration, free_port, rndc, wait_for, with_control
from test_secondary import SOON
from test_tsig import key_statement
from tls_files import NAME

ZONE = """\
$TTL 300
@ SOA ns1 hostmaster %d %s 60
@ NS ns1
@ NS ns2.sub
@ NS ns.elsewhere.test.
@ NS www.deleg
@ MX 10 mx
ns1 A 192.0.2.1
ns1 AAAA 2001:db8::1
ns2.sub A 192.0.2.2
mx A 192.0.2.25
deleg NS www.deleg
www.deleg A 192.0.2.3
"""
SERVERS = ["ns.elsewhere.test.", "ns1.example.", "ns2.sub.example.", "www.deleg.example."]
GLUE = ["ns1.example. A 192.0.2.1", "ns1.example. AAAA 2001:db8::1", "ns2.sub.example. A 192.0.2.2"]


def zone_text(serial=1, timers="7200 900 604800", extra=""):
    return ZONE % (serial, timers) + extra


def stub_text(primary_port, clause="", options="", statements="", primaries=None, file='file "example.stub";'):
    return configuration(
        options="%s %s" % (SOON, options),
        statements=statements + 'zone "example" { type stub; %s primaries { %s }; %s };'
        % (file, primaries or "%s port %d;" % (ADDRESS, primary_port), clause), zone=False)


def servers_told(named, name="www.example.", rrtype="A"):
    """The servers that a referral names, or None when the answer is no referral."""
    with contextlib.suppress(dns.exception.Timeout):
        answer = named.query(name, rrtype)
        if answer.rcode() == 0 and not answer.answer and not answer.flags & dns.flags.AA and answer.authority:
            assert {(str(r.name), r.rdtype) for r in answer.authority} == {("example.", dns.rdatatype.NS)}
            return sorted(r[0].to_text() for r in answer.authority)
    return None


def addresses_told(named):
    return sorted("%s %s %s" % (r.name, dns.rdatatype.to_text(r.rdtype), r[0]) for r in named.query("www.example.").additional)


def start_primary(start, options="allow-transfer { none; };", clause="", files=None, statements=""):
    return start(configuration(options=options, statements=statements + 'zone "example" { type primary; file "example.zone"; %s };' % clause, zone=False),
                 files=files or {"example.zone": zone_text()})


def start_stub(start, primary, control=None, **how):
    text = stub_text(primary.port, **how)
    stub = start(with_control(text, control) if control else text, running=False)
    stub.start()
    wait_for(lambda: servers_told(stub), "the servers of the zone:\n%s" % stub.log())
    return stub


def test_every_question_is_referred_to_the_zones_servers(start):
    stub = start_stub(start, start_primary(start))
    for name, rrtype in (("example.", "SOA"), ("example.", "NS"), ("example.", "A"), ("example.", "ANY"), ("example.", "DS"), ("www.example.", "A"),
                         ("ns1.example.", "A"), ("ns1.example.", "AAAA"), ("ns2.sub.example.", "A"), ("nothing.example.", "MX"), ("x.deleg.example.", "A")):
        assert servers_told(stub, name, rrtype) == SERVERS, (name, rrtype)
    assert addresses_told(stub) == GLUE
    answer = stub.query("example.", "SOA", want_dnssec=True)
    assert not answer.flags & dns.flags.AA and not answer.answer and {r.rdtype for r in answer.authority} == {dns.rdatatype.NS}


def test_a_stub_gives_no_transfer_and_takes_no_update(start):
    stub = start_stub(start, start_primary(start), options="allow-transfer { any; };")
    for rrtype in ("AXFR", "IXFR"):
        query = dns.message.make_query("example.", rrtype)
        assert stub.ask(query, tcp=True).rcode() == dns.rcode.NOTAUTH
    change = dns.update.Update("example.")
    change.add("new", 60, "A", "192.0.2.9")
    assert stub.ask(change).rcode() == dns.rcode.NOTAUTH


def test_before_the_primary_has_answered_there_is_no_answer(start):
    stub = start(stub_text(free_port()))
    assert stub.query("www.example.").rcode() == dns.rcode.SERVFAIL


def test_the_saved_copy_is_used_with_the_primary_down(start):
    primary = start_primary(start)
    stub = start_stub(start, primary)
    path = os.path.join(stub.directory, "example.stub")
    wait_for(lambda: os.path.exists(path), "the copy")
    with open(path) as f:
        assert "ns2.sub" in f.read(), "text unless the configuration says otherwise"
    primary.stop()
    stub.stop()
    stub.start()
    wait_for(lambda: servers_told(stub) == SERVERS, "the servers of the copy")
    assert addresses_told(stub) == GLUE


def test_a_notify_brings_the_new_servers(start):
    primary = start_primary(start, clause="notify explicit;")
    stub = start_stub(start, primary)
    primary.configure(configuration(options="notify-delay 0;" if SUBJECT == "bind" else "", statements='zone "example" { type primary; file "example.zone"; notify explicit; '
                                    'also-notify { %s port %d; }; };' % (ADDRESS, stub.port), zone=False))
    primary.write("example.zone", zone_text(2, extra="@ NS ns3\nns3 A 192.0.2.30\n"))
    primary.reload()
    wait_for(lambda: servers_told(stub) == sorted(SERVERS + ["ns3.example."]), "the third server:\n%s" % LogOf(stub))
    assert addresses_told(stub) == sorted(GLUE + ["ns3.example. A 192.0.2.30"])


def test_refreshes_follow_the_soa_and_the_zone_expires(start):
    primary = start_primary(start, files={"example.zone": zone_text(timers="1 1 4")})
    stub = start_stub(start, primary)
    primary.write("example.zone", zone_text(2, "1 1 4", "@ NS ns3\nns3 A 192.0.2.30\n"))
    primary.reload()
    wait_for(lambda: "ns3.example." in (servers_told(stub) or []), "the third server")
    primary.stop()
    wait_for(lambda: stub.query("www.example.").rcode() == dns.rcode.SERVFAIL, "the end of the zone")
    stub.wait_log("expired")
    primary.start()
    if SUBJECT != "bind":  # which waits for long before it asks again
        wait_for(lambda: servers_told(stub), "the zone again")


def test_rndc_refreshes_fills_anew_and_tells(start):
    port = free_port()
    primary = start_primary(start)
    stub = start_stub(start, primary, control=port)
    primary.write("example.zone", zone_text(2, extra="@ NS ns3\nns3 A 192.0.2.30\n"))
    primary.reload()
    wait_for(lambda: primary.query("example.", "SOA").answer[0][0].serial == 2, "the version at the primary")
    assert rndc(stub, port, "refresh", "example") == (0, "zone refresh queued")
    wait_for(lambda: "ns3.example." in servers_told(stub), "the third server")
    # An older version, which only a retransfer takes.
    primary.write("example.zone", zone_text(1))
    primary.stop()
    primary.start()
    assert rndc(stub, port, "retransfer", "example")[0] == 0
    wait_for(lambda: servers_told(stub) == SERVERS, "the older version")
    told = rndc(stub, port, "zonestatus", "example")[1]
    for line in ("name: example", "type: stub", "files: example.stub", "serial: 1", "next refresh: ", "expires: ", "dynamic: no"):
        assert any(found.startswith(line) for found in told.splitlines()), told


def test_stubs_are_added_and_deleted_by_command(start):
    port = free_port()
    primary = start_primary(start)
    stub = start(with_control(configuration(options="allow-new-zones yes;", zone=False), port))
    for file in ("", 'file "added.stub";'):
        added = rndc(stub, port, "addzone", "example { type stub; %s primaries { %s port %d; }; };" % (file, ADDRESS, primary.port))
        assert added[0] == 0, added
        wait_for(lambda: servers_told(stub) == SERVERS, "the servers")
        stub.stop()
        stub.start()
        wait_for(lambda: servers_told(stub) == SERVERS, "the servers after a restart")
        assert rndc(stub, port, "delzone", "example")[0] == 0
        wait_for(lambda: stub.query("www.example.").rcode() == dns.rcode.REFUSED, "the end of the zone")


def test_questions_to_primaries_are_signed(start):
    primary = start_primary(start, clause="allow-query { key k; };", statements=key_statement("k"))
    stub = start_stub(start, primary, statements=key_statement("k"), primaries="%s port %d key k;" % (ADDRESS, primary.port))
    assert servers_told(stub) == SERVERS
    other = start(stub_text(primary.port))
    other.wait_log("zone example/IN: refresh: ")
    assert servers_told(other) is None


def test_a_primary_that_is_gone_is_passed_over(start):
    primary = start_primary(start)
    start_stub(start, primary, primaries="%s port %d; %s port %d;" % (ADDRESS, free_port(), ADDRESS, primary.port))


# ---------------------------------------------------------------- named lists, TLS, views
@pytest.mark.parametrize("word", ["primaries", "masters"])
def test_primaries_may_stand_in_named_lists(start, word):
    primary = start_primary(start, clause="allow-query { key k; };", statements=key_statement("k"))
    lists = '%s inner port %d { %s key k; };\n%s outer { %s port %d; inner; };\n' % (word, primary.port, ADDRESS, word, ADDRESS, free_port())
    stub = start_stub(start, primary, statements=key_statement("k") + lists, primaries="outer;")
    assert addresses_told(stub) == GLUE


def start_tls_primary(start, tls_text):
    """It answers questions over TLS alone; `named.tls_port` says where."""
    port = free_port()
    named = start_primary(start, options="listen-on port %d tls t { %s; };" % (port, ADDRESS), statements="tls t { %s };\n" % tls_text)
    named.tls_port = port
    return named


@pytest.mark.parametrize("primaries", ["%s port %d tls t;", "list;"])
def test_servers_are_asked_for_over_tls(start, authority, primaries):
    primary = start_tls_primary(start, authority.server + authority.trusted())
    one = "%s port %d tls t;" % (ADDRESS, primary.tls_port)
    who = 'tls t { remote-hostname "%s"; %s };\n' % (NAME, authority.trusted() + authority.client)
    stub = start_stub(start, primary, statements=who + "primaries list { %s };\n" % one, primaries=one if "port" in primaries else primaries)
    assert servers_told(stub) == SERVERS
    if SUBJECT != "bind":  # which takes the whole zone where it is to use TLS
        assert addresses_told(stub) == GLUE


def test_a_primary_of_another_name_is_not_believed(start, authority):
    primary = start_tls_primary(start, authority.server)
    stub = start(stub_text(0, statements='tls t { remote-hostname "other.example"; %s };\n' % authority.trusted(),
                           primaries="%s port %d tls t;" % (ADDRESS, primary.tls_port)))
    stub.wait_log("TLS peer certificate verification failed")
    assert servers_told(stub) is None


def test_each_view_has_stubs_of_its_own(start):
    inside = start_primary(start)
    outside = start_primary(start, files={"example.zone": zone_text(7, extra="@ NS ns3\nns3 A 192.0.2.30\n")})
    port = free_port()
    zone = 'zone "example" { type stub; file "%s.stub"; primaries { %s port %d; }; };'
    stub = start(with_control(configuration(options=SOON, zone=False, statements="""
view inside { match-clients { 127.0.0.1; }; %s zone "both" { type primary; file "example.zone"; }; };
view outside { match-clients { any; }; %s };
view shares { match-clients { any; }; zone "example" { in-view inside; }; };
""" % (zone % ("inside", ADDRESS, inside.port), zone % ("outside", ADDRESS, outside.port))), port))

    def told(source):
        return sorted(r[0].to_text() for r in stub.query("www.example.", source=source).authority)
    wait_for(lambda: told("127.0.0.1") == SERVERS, "the servers inside:\n%s" % LogOf(stub))
    wait_for(lambda: told("127.0.0.2") == sorted(SERVERS + ["ns3.example."]), "the servers outside:\n%s" % LogOf(stub))
    inside.write("example.zone", zone_text(2, extra="@ NS ns4\nns4 A 192.0.2.40\n"))
    inside.reload()
    wait_for(lambda: inside.query("example.", "SOA").answer[0][0].serial == 2, "the version at the primary")
    assert rndc(stub, port, "refresh", "example", "IN", "inside") == (0, "zone refresh queued")
    wait_for(lambda: "ns4.example." in told("127.0.0.1"), "the new server inside")
    assert told("127.0.0.2") == sorted(SERVERS + ["ns3.example."])
    assert "serial: 2" in rndc(stub, port, "zonestatus", "example", "IN", "inside")[1]
    assert "serial: 7" in rndc(stub, port, "zonestatus", "example", "IN", "outside")[1]


class LogOf:
    def __init__(self, named):
        self.named = named

    def __str__(self):
        return self.named.log()


class SmallPrimary:
    """Answers over TCP as a test says: `answer(question, message)` changes the reply, or returns None to close."""

    def __init__(self, answer):
        self.answer, self.asked = answer, []
        self.listener = socket.create_server((ADDRESS, 0))
        self.port = self.listener.getsockname()[1]
        threading.Thread(target=self.run, daemon=True).start()

    def run(self):
        with contextlib.suppress(OSError):
            while True:
                connection, _ = self.listener.accept()
                threading.Thread(target=self.serve, args=(connection,), daemon=True).start()

    def serve(self, connection):
        with connection, contextlib.suppress(OSError, struct.error):
            while True:
                size, = struct.unpack(">H", connection.recv(2, socket.MSG_WAITALL))
                query = dns.message.from_wire(connection.recv(size, socket.MSG_WAITALL))
                question = query.question[0]
                self.asked.append((str(question.name), dns.rdatatype.to_text(question.rdtype)))
                reply = self.answer(query, dns.message.make_response(query))
                if reply is None:
                    return
                wire = reply.to_wire()
                connection.sendall(struct.pack(">H", len(wire)) + wire)

    def close(self):
        self.listener.close()


def answer_with(ns="@", soa=1, aa=True):
    def answer(query, reply):
        question = query.question[0]
        reply.flags |= dns.flags.AA if aa else 0
        lines = {"SOA": ["ns1.example. h.example. 1 7200 900 604800 60"] * soa, "NS": ["ns1.example."] if ns == "@" else ns, "A": ["192.0.2.1"]}
        found = lines.get(dns.rdatatype.to_text(question.rdtype), [])
        if found:
            reply.answer.append(dns.rrset.from_text(question.name, 60, "IN", question.rdtype, *found))
        return reply
    return answer


@pytest.mark.skipif(SUBJECT == "bind", reason="BIND asks for the SOA over UDP first")
@pytest.mark.parametrize("answer", [answer_with(ns=[]), answer_with(soa=0), answer_with(aa=False), lambda query, reply: None])
def test_an_answer_that_makes_no_sense_changes_nothing(start, answer):
    primary = SmallPrimary(answer)
    stub = start(stub_text(primary.port))
    stub.wait_log("refresh: stub: could not be had from primary")
    assert servers_told(stub) is None
    primary.close()


@pytest.mark.skipif(SUBJECT == "bind", reason="BIND asks for the SOA over UDP first")
def test_only_servers_in_the_zone_are_asked_for(start):
    primary = SmallPrimary(answer_with(ns=["ns1.example.", "ns.elsewhere.test."]))
    stub = start(stub_text(primary.port))
    wait_for(lambda: servers_told(stub), "the servers")
    assert primary.asked == [("example.", "SOA"), ("example.", "NS"), ("ns1.example.", "A"), ("ns1.example.", "AAAA")]
    primary.close()
