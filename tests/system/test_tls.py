"""DNS over TLS (RFC 7858) and zone transfers over TLS (RFC 9103): listeners, certificates, and who is turned away."""

import os
import shutil
import socket
import ssl
import struct
import subprocess

import dns.message
import dns.query
import dns.rcode
import dns.rdatatype
import pytest

from harness import ADDRESS, LIMIT_S, REPLY_S, SUBJECT, ZONE, configuration, framed, free_port, read_message, wait_for
from test_secondary import SOON, texts
from tls_files import NAME


def block(name, text):
    return "tls %s { %s };\n" % (name, text)


def primary(start, tls_text, options="allow-transfer { any; };", name="t", files=None, statements=""):
    """A server that also listens with the tls block; `named.tls_port` says where."""
    port = free_port()
    named = start(configuration(options="%s listen-on port %d tls %s { %s; };" % (options, port, name, ADDRESS),
                                statements=statements + (block(name, tls_text) if tls_text else "")), files)
    named.tls_port = port
    return named


def secondary(start, port, tls_text="", name="t", options="", clause=""):
    return start(configuration(
        options=SOON + options,
        statements=(block(name, tls_text) if name == "t" else "") +
        'zone "example" { type secondary; file "example.copy"; primaries { %s port %d tls %s; }; %s };' % (ADDRESS, port, name, clause), zone=False))


def context(authority=None, client=None, alpn="dot"):
    made = ssl.create_default_context(cafile=authority.file if authority else None)
    if not authority:
        made.check_hostname, made.verify_mode = False, ssl.CERT_NONE
    if client:
        made.load_cert_chain(client.path("client.pem"), client.path("client.key"))
    if alpn:
        made.set_alpn_protocols([alpn])
    return made


def connect(named, tls=None):
    raw = socket.create_connection((ADDRESS, named.tls_port), REPLY_S)
    return (tls or context()).wrap_socket(raw, server_hostname=NAME)


def ask(stream, name, rrtype):
    query = dns.message.make_query(name, rrtype)
    stream.sendall(framed(query.to_wire()))
    return dns.message.from_wire(read_message(stream), xfr=rrtype == "AXFR")


def test_questions_are_answered_over_tls(start, authority):
    named = primary(start, authority.server)
    with connect(named, context(authority)) as stream:
        assert stream.selected_alpn_protocol() == "dot"
        for _ in range(3):
            assert ask(stream, "www.example.", "A").answer
    named.assert_serving()


def test_a_server_without_certificate_makes_one(start):
    named = primary(start, None, name="ephemeral")
    with connect(named) as stream:
        assert ask(stream, "www.example.", "A").answer


def test_pipelined_questions_come_back_in_any_case(start):
    named = primary(start, None, name="ephemeral")
    with connect(named) as stream:
        queries = [dns.message.make_query("www.example.", "A") for _ in range(200)]
        stream.sendall(b"".join(framed(q.to_wire()) for q in queries))
        assert {dns.message.from_wire(read_message(stream)).id for _ in queries} == {q.id for q in queries}


def test_plain_text_at_the_port_of_tls_is_turned_away(start):
    named = primary(start, None, name="ephemeral")
    with socket.create_connection((ADDRESS, named.tls_port), REPLY_S) as s:
        s.sendall(framed(dns.message.make_query("www.example.", "A").to_wire()) + bytes(100))
        assert not wait_message(s)
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as s:
        s.settimeout(0.5)
        s.connect((ADDRESS, named.tls_port))
        with pytest.raises(OSError):
            s.send(dns.message.make_query("www.example.", "A").to_wire())
            s.recv(512)
    named.assert_serving()


def wait_message(s):
    try:
        while True:
            data = s.recv(4096)
            if not data:
                return False
            if b"www" in data:
                return True
    except ConnectionResetError:
        return False


@pytest.mark.skipif(SUBJECT == "bind", reason="BIND 9.18 keeps them longer")
def test_half_handshakes_leave_when_their_time_is_over(start):
    named = primary(start, None, name="ephemeral", options="tcp-initial-timeout 25; tcp-clients 3;")
    idle = [socket.create_connection((ADDRESS, named.tls_port), REPLY_S) for _ in range(3)]
    for s in idle:
        s.sendall(b"\x16\x03\x01\x02\x00")  # the head of a record that never comes
    for s in idle:
        s.settimeout(20)
        assert s.recv(100) == b""
        s.close()
    with connect(named) as stream:
        assert ask(stream, "www.example.", "A").answer


def test_a_client_without_certificate_is_turned_away_where_one_is_asked_for(start, authority, stranger):
    named = primary(start, authority.server + authority.trusted())
    with connect(named, context(authority, authority)) as stream:
        assert ask(stream, "www.example.", "A").answer
    for client in (None, stranger):
        with pytest.raises((ssl.SSLError, ConnectionError, TypeError)):  # at the latest when it is to answer
            with connect(named, context(authority, client)) as stream:
                ask(stream, "www.example.", "A")
    named.assert_serving()


def test_transfers_want_the_protocol_dot(start):
    """RFC 9103."""
    named = primary(start, None, name="ephemeral")
    with connect(named) as stream:
        assert ask(stream, "example.", "AXFR").answer
    with connect(named, context(alpn=None)) as stream:
        assert ask(stream, "www.example.", "A").answer
        assert ask(stream, "example.", "AXFR").rcode() == (dns.rcode.SERVFAIL if SUBJECT == "bind" else dns.rcode.REFUSED)
    if SUBJECT != "bind":  # which has no line for it
        named.wait_log("zone transfer 'example/AXFR/IN' denied")


@pytest.mark.parametrize("rule, over_tls, over_tcp", [("transport tls", True, False), ("transport tcp", False, True),
                                                      ("port 1", False, False), ("", True, True)])
def test_allow_transfer_says_by_what_way(start, rule, over_tls, over_tcp):
    named = primary(start, None, name="ephemeral", options="allow-transfer %s { any; };" % rule)
    with connect(named) as stream:
        assert (ask(stream, "example.", "AXFR").rcode() == 0) == over_tls
    query = dns.message.make_query("example.", "AXFR")
    with named.tcp() as s:
        s.sendall(framed(query.to_wire()))
        assert (dns.message.from_wire(read_message(s), xfr=True).rcode() == 0) == over_tcp


def test_a_slow_reader_of_a_large_zone_holds_up_nobody(start):
    text = ZONE + "".join("h%d TXT \"%s\"\n" % (i, "x" * 250) for i in range(20000))
    named = primary(start, None, name="ephemeral", files={"example.zone": text})
    with connect(named) as stream:
        stream.sendall(framed(dns.message.make_query("example.", "AXFR").to_wire()))
        for _ in range(20):
            named.assert_serving()
        records, soas = 0, 0
        while soas < 2:
            message = dns.message.from_wire(read_message(stream), xfr=True, one_rr_per_rrset=True)
            records += len(message.answer)
            soas += sum(r.rdtype == dns.rdatatype.SOA for r in message.answer)
    assert records == 20000 + 7


# ---------------------------------------------------------------- secondaries
def fetched(named):
    return wait_for(lambda: texts(named, "www.example."), "the zone:\n%s" % named.log())


def test_a_zone_and_its_changes_come_over_tls(start, authority):
    often = ZONE.replace(" 7200 900 ", " 1 1 ")
    source = primary(start, authority.server, options="allow-transfer transport tls { any; };", files={"example.zone": often})
    copy = secondary(start, source.tls_port, 'remote-hostname "%s";' % NAME + authority.trusted())
    assert fetched(copy)
    source.write("example.zone", often.replace("hostmaster 1 ", "hostmaster 2 ") + "new A 192.0.2.99\n")
    source.reload()
    wait_for(lambda: texts(copy, "new.example."), "the change:\n%s" % copy.log())


def test_a_whole_large_zone_comes_over_tls(start):
    text = ZONE + "".join("h%d TXT \"%s\"\n" % (i, "x" * 250) for i in range(20000))
    source = primary(start, None, name="ephemeral", files={"example.zone": text})
    copy = secondary(start, source.tls_port, name="ephemeral")
    fetched(copy)
    assert texts(copy, "h19999.example.", "TXT") == texts(source, "h19999.example.", "TXT")


def test_certificates_of_both_sides(start, authority, stranger):
    source = primary(start, authority.server + authority.trusted())
    who = 'remote-hostname "%s";' % NAME + authority.trusted()
    fetched(secondary(start, source.tls_port, who + authority.client))
    for refused in (secondary(start, source.tls_port, who), secondary(start, source.tls_port, who + stranger.client)):
        refused.wait_log("Transfer status: ")
        assert not texts(refused, "www.example.")


@pytest.mark.parametrize("trust", ["wrong name", "no name", "wrong authority"])
def test_a_primary_that_is_not_who_it_should_be_is_not_listened_to(start, authority, stranger, trust):
    source = primary(start, authority.server)
    copy = secondary(start, source.tls_port, {"wrong name": 'remote-hostname "other.example";' + authority.trusted(),
                                              "no name": authority.trusted(),
                                              "wrong authority": 'remote-hostname "%s";' % NAME + stranger.trusted()}[trust])
    copy.wait_log("TLS peer certificate verification failed")
    assert not texts(copy, "www.example.")
    assert "AXFR started" not in source.log()


def test_nothing_is_sent_in_plain_text_to_a_primary_without_tls(start, authority):
    """The primary here speaks plain TCP and UDP only."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as udp, socket.socket() as tcp:
        tcp.bind((ADDRESS, 0))
        port = tcp.getsockname()[1]
        udp.bind((ADDRESS, port))
        tcp.listen(20)
        copy = secondary(start, port, name="ephemeral")
        tcp.settimeout(LIMIT_S)
        for _ in range(1 if SUBJECT == "bind" else 2):
            s, _ = tcp.accept()
            with s:
                s.settimeout(REPLY_S)
                hello = s.recv(4096)
                assert hello[0] == 22 and b"\7example" not in hello  # a handshake
                s.sendall(b"\0\1x")
        udp.setblocking(False)
        with pytest.raises(BlockingIOError):
            udp.recv(4096)
        assert not texts(copy, "www.example.")


# ---------------------------------------------------------------- configuration
def test_a_reload_reads_the_certificates_again(start, authority, tmp_path):
    names = [str(tmp_path / "c.pem"), str(tmp_path / "c.key")]

    def use(name):
        for kind, to in zip((".pem", ".key"), names):
            shutil.copy(authority.path(name + kind), to)
    use("server")
    named = primary(start, 'cert-file "%s"; key-file "%s";' % tuple(names))

    def subject():
        with connect(named, context(authority)) as stream:
            return dict(x[0] for x in stream.getpeercert()["subject"])["commonName"]
    assert subject() == "server"
    authority.sign("renewed", "DNS:" + NAME)
    use("renewed")
    named.reload()
    assert wait_for(lambda: subject() == "renewed", "the new certificate")


@pytest.mark.skipif(SUBJECT == "bind", reason="BIND says less")
def test_a_certificate_that_is_not_there_is_named(start, authority):
    named = primary(start, authority.server)
    text = configuration(options="listen-on port %d tls t { %s; };" % (named.tls_port, ADDRESS),
                         statements=block("t", 'cert-file "/nowhere.pem"; key-file "/nowhere.key";'))
    named.configure(text)
    since = named.mark()
    named.send_signal(1)
    named.wait_log("tls 't': cert-file '/nowhere.pem' cannot be used: No such file or directory", since)
    with connect(named, context(authority)) as stream:  # as before
        assert ask(stream, "www.example.", "A").answer
    named.stop()
    named.spawn()
    assert named.process.wait(60) != 0
    assert "loading configuration: tls 't': cert-file '/nowhere.pem' cannot be used" in named.log()[since:]


@pytest.mark.skipif(SUBJECT == "bind", reason="about our own report")
def test_a_listener_whose_block_has_no_certificate_is_refused(start):
    named = start(configuration(options="listen-on port 853 tls t { %s; };" % ADDRESS, statements=block("t", "")), running=False)
    named.spawn()
    assert named.process.wait(60) != 0
    assert "has neither cert-file nor key-file" in named.log()


def test_a_port_may_turn_from_tls_to_plain_and_back(start):
    port = free_port()

    def text(kind):
        return configuration(options="listen-on port %d tls %s { %s; };" % (port, kind, ADDRESS))
    named = start(text("ephemeral"))
    named.tls_port = port
    with connect(named) as stream:
        assert ask(stream, "www.example.", "A").answer
    named.configure(text("none"))
    named.reload()
    query = dns.message.make_query("www.example.", "A")
    for way in (dns.query.udp, dns.query.tcp):
        assert way(query, ADDRESS, port=port, timeout=REPLY_S).answer
    named.configure(text("ephemeral"))
    named.reload()
    with connect(named) as stream:
        assert ask(stream, "www.example.", "A").answer


def test_kdig_asks_and_transfers(start, authority):
    if not shutil.which("kdig"):
        pytest.skip("kdig is not installed")
    named = primary(start, authority.server)
    how = ["kdig", "@" + ADDRESS, "-p", str(named.tls_port), "+tls-ca=" + authority.file, "+tls-hostname=" + NAME]
    asked = subprocess.run([*how, "www.example.", "A"], capture_output=True, text=True, timeout=60)
    assert "192.0.2.80" in asked.stdout, asked.stdout + asked.stderr
    whole = subprocess.run([*how, "example.", "AXFR"], capture_output=True, text=True, timeout=60)
    assert whole.stdout.count("SOA") >= 2, whole.stdout + whole.stderr


@pytest.mark.skipif(SUBJECT == "bind", reason="BIND 9.18 sends NOTIFY in plain text, whatever tls says")
@pytest.mark.parametrize("trusted", [True, False])
def test_a_notify_goes_over_tls(start, authority, stranger, trusted):
    port = free_port()
    source = primary(start, authority.server)
    copy = start(configuration(options=SOON + "listen-on port %d tls t { %s; };" % (port, ADDRESS), zone=False,
                               statements=block("t", authority.server) +
                               'zone "example" { type secondary; file "example.copy"; primaries { %s port %d tls ephemeral; }; };' % (ADDRESS, source.tls_port)))
    fetched(copy)
    who = authority if trusted else stranger
    text = configuration(
        options="allow-transfer { any; }; listen-on port %d tls t { %s; };" % (source.tls_port, ADDRESS), zone=False,
        statements=block("t", authority.server) + block("other", 'remote-hostname "%s";' % NAME + who.trusted()) +
        'zone "example" { type primary; file "example.zone"; notify explicit; also-notify { %s port %d tls other; }; };' % (ADDRESS, port))
    source.configure(text)
    source.write("example.zone", ZONE.replace("hostmaster 1 ", "hostmaster 2 ") + "new A 192.0.2.99\n")
    source.reload()
    if trusted:
        wait_for(lambda: texts(copy, "new.example."), "the change")
        copy.wait_log("notify from")
    else:
        source.wait_log("TLS peer certificate verification failed")
        assert "notify from" not in copy.log()
