"""Secondary zones and NOTIFY (RFC 1995, 1996, 5936): two servers on loopback, and a primary that does as a test says."""

import contextlib
import os
import signal
import socket
import struct
import threading
import time

import dns.exception
import dns.flags
import dns.message
import dns.opcode
import dns.rcode
import dns.rdatatype
import dns.rrset
import dns.update
import pytest

from harness import ADDRESS, SUBJECT, ZONE, configuration, free_port, wait_for
from test_tsig import key_statement

SOON = "min-refresh-time 1; min-retry-time 1; notify-delay 0;" if SUBJECT == "bind" else "min-refresh-time 1; min-retry-time 1;"


def primary_text(secondary_port, clause="", options="", statements=""):
    return configuration(
        options="allow-transfer { any; }; %s" % options,
        statements=statements + 'zone "example" { type primary; file "example.zone"; allow-update { any; }; notify explicit; also-notify { %s port %d; }; %s };'
        % (ADDRESS, secondary_port, clause), zone=False)


def secondary_text(primary_port, clause="", options="", statements="", primaries=None, file='file "example.copy";'):
    return configuration(
        options="%s %s" % (SOON, options),
        statements=statements + 'zone "example" { type secondary; %s primaries { %s }; %s };'
        % (file, primaries or "%s port %d;" % (ADDRESS, primary_port), clause), zone=False)


class Pair:
    """A primary and its secondary; each knows the other's port before it starts."""

    def __init__(self, start, primary=None, secondary=None, files=None):
        self.start = start
        self.primary = start(configuration(zone=False), files=files, running=False)
        self.secondary = start(configuration(zone=False), running=False)
        self.primary.configure(primary_text(self.secondary.port, **(primary or {})))
        self.secondary.configure(secondary_text(self.primary.port, **(secondary or {})))
        self.primary.start()
        self.secondary.start()

    def update(self, name, address="192.0.2.33"):
        change = dns.update.Update("example.")
        change.add(name, 60, "A", address)
        assert self.primary.ask(change).rcode() == 0

    def wait_for_name(self, name):
        return wait_for(lambda: texts(self.secondary, name), "%s at the secondary:\n%s\n-----\n%s" % (name, self.secondary.log(), self.primary.log()))

    def wait_served(self):
        return self.wait_for_name("www.example.")


def texts(named, name, rrtype="A"):
    with contextlib.suppress(dns.exception.Timeout):
        return sorted(r[0].to_text() for r in named.query(name, rrtype).answer)
    return []


def serial(named):
    answer = named.query("example.", "SOA").answer
    return answer[0][0].serial if answer else None


def test_a_zone_is_transferred_and_served_with_authority(start):
    pair = Pair(start)
    assert pair.wait_served() == ["192.0.2.80"]
    answer = pair.secondary.query("www.example.")
    assert answer.flags & dns.flags.AA
    pair.secondary.wait_log("Transfer started.")
    pair.secondary.wait_log("Transfer status: success")
    pair.secondary.wait_log("zone example/IN: transferred serial 1")


def test_an_update_reaches_the_secondary_by_notify_and_ixfr(start):
    pair = Pair(start)
    pair.wait_served()
    for number in range(3):
        pair.update("host%d" % number)
        pair.wait_for_name("host%d.example." % number)
    pair.primary.wait_log("IXFR started")
    assert serial(pair.secondary) == serial(pair.primary)
    pair.secondary.wait_log("zone example/IN: notify from %s" % ADDRESS)


def test_the_saved_copy_is_served_at_once_with_the_primary_down(start):
    pair = Pair(start)
    pair.wait_served()
    pair.update("late")
    pair.wait_for_name("late.example.")
    newest = serial(pair.secondary)
    wait_for(lambda: os.path.exists(os.path.join(pair.secondary.directory, "example.copy")), "the copy")
    pair.primary.stop()
    pair.secondary.stop()
    pair.secondary.start()
    assert serial(pair.secondary) == newest
    assert texts(pair.secondary, "late.example.") == ["192.0.2.33"]


@pytest.mark.skipif(SUBJECT == "bind", reason="BIND writes its copy minutes later")
def test_nothing_that_was_served_from_steps_is_lost_by_kill_9(start):
    pair = Pair(start)
    pair.wait_served()
    wait_for(lambda: os.path.exists(os.path.join(pair.secondary.directory, "example.copy")), "the copy")
    for number in range(5):
        pair.update("host%d" % number)
        pair.wait_for_name("host%d.example." % number)
        if number < 2:
            continue
        newest = serial(pair.secondary)
        pair.secondary.kill()
        pair.primary.send_signal(signal.SIGSTOP)
        pair.secondary.start()
        assert serial(pair.secondary) == newest
        assert texts(pair.secondary, "host%d.example." % number)
        pair.primary.send_signal(signal.SIGCONT)


def all_other(number, names=150_000):
    """A version that has nothing in common with others: no difference, the whole zone is replaced."""
    return ZONE.replace("hostmaster 1 ", "hostmaster %d " % number) + "".join(
        "h%d A 10.%d.%d.%d\n" % (i, number, i >> 8 & 255, i & 255) for i in range(names))


@pytest.mark.slow
@pytest.mark.skipif(SUBJECT == "bind", reason="BIND writes its copy minutes later")
def test_a_kill_9_before_the_copy_is_written_leaves_the_older_version_whole(start):
    primary = start(configuration(zone=False), files={"example.zone": all_other(1)}, running=False)
    secondary = start(configuration(zone=False), running=False)
    primary.configure(primary_text(secondary.port).replace("allow-update { any; };", ""))
    secondary.configure(secondary_text(primary.port, clause="request-ixfr no;"))
    primary.start()
    secondary.start()
    path = os.path.join(secondary.directory, "example.copy")
    wait_for(lambda: os.path.exists(path), "the copy of the first version")
    found = number = 1
    while found == number and number < 10:
        number += 1
        primary.write("example.zone", all_other(number))
        primary.reload()
        while serial(secondary) != number:  # no pause: the copy is being written
            pass
        secondary.kill()
        primary.send_signal(signal.SIGSTOP)
        secondary.start()
        found = serial(secondary)
        assert found in (number - 1, number)
        for i in range(0, 150_000, 5000):
            assert texts(secondary, "h%d.example." % i)[0].startswith("10.%d." % found)
        primary.send_signal(signal.SIGCONT)
        wait_for(lambda: serial(secondary) == number, "the version once more")
        assert texts(secondary, "h77.example.") == ["10.%d.0.77" % number]
    assert found == number - 1, "the copy was always there already"


@pytest.mark.skipif(SUBJECT == "bind", reason="BIND writes its copy minutes later")
def test_the_copy_is_text_where_the_configuration_says_so(start):
    pair = Pair(start, secondary={"clause": "masterfile-format text;"})
    pair.wait_served()
    path = os.path.join(pair.secondary.directory, "example.copy")
    wait_for(lambda: os.path.exists(path) and "192.0.2.80" in open(path).read(), "the copy as text")


def test_a_zone_without_a_file_is_transferred_too(start):
    pair = Pair(start, secondary={"file": ""})
    assert pair.wait_served() == ["192.0.2.80"]
    pair.update("more")
    pair.wait_for_name("more.example.")


def test_tsig_signs_questions_transfers_and_notify(start):
    statements = key_statement("k.test.")
    pair = Pair(start,
                primary={"statements": statements, "clause": 'allow-transfer { key "k.test."; };'},
                secondary={"statements": statements + 'server %s { keys { "k.test."; }; };' % ADDRESS})
    pair.wait_served()
    pair.primary.wait_log("/key k.test")
    pair.update("signed")
    pair.wait_for_name("signed.example.")


def test_without_the_key_there_is_no_zone(start):
    statements = key_statement("k.test.")
    pair = Pair(start, primary={"statements": statements, "clause": 'allow-transfer { key "k.test."; };'})
    pair.secondary.wait_log("REFUSED")
    assert pair.secondary.query("www.example.").rcode() == dns.rcode.SERVFAIL


def notify_of(named, name="example.", source=None, tcp=False, serial=None, ring=None):
    message = dns.message.make_query(name, "SOA")
    message.set_opcode(dns.opcode.NOTIFY)
    message.flags = (message.flags & ~dns.flags.RD) | dns.flags.AA
    if serial is not None:
        message.answer.append(dns.rrset.from_text(name, 60, "IN", "SOA", "ns1. hostmaster. %d 0 0 0 0" % serial))
    if ring:
        message.use_tsig(ring)
    return named.ask(message, tcp=tcp, source=source)


def test_who_may_notify(start):
    """RFC 1996 3.10: primaries always, others by allow-notify; NOTAUTH for zones that are not here."""
    pair = Pair(start, secondary={"clause": "allow-notify { 127.0.0.3; };"})
    pair.wait_served()
    for tcp in (False, True):
        reply = notify_of(pair.secondary, tcp=tcp)
        assert reply.rcode() == 0 and reply.flags & dns.flags.AA and reply.opcode() == dns.opcode.NOTIFY
    assert notify_of(pair.secondary, source="127.0.0.2").rcode() == dns.rcode.REFUSED
    assert notify_of(pair.secondary, source="127.0.0.3").rcode() == 0
    assert notify_of(pair.secondary, "elsewhere.").rcode() == dns.rcode.NOTAUTH
    assert notify_of(pair.primary).rcode() == 0
    since = pair.secondary.mark()
    assert notify_of(pair.secondary, serial=1).rcode() == 0
    pair.secondary.wait_log("zone is up to date", since)
    pair.secondary.wait_log("refused notify from non-primary: 127.0.0.2")


def test_the_second_primary_is_asked_when_the_first_does_not_answer(start):
    dead = free_port()
    pair = Pair(start)
    pair.wait_served()
    third = start(secondary_text(0, primaries="%s port %d; %s port %d;" % (ADDRESS, dead, ADDRESS, pair.primary.port)))
    assert wait_for(lambda: texts(third, "www.example."), "the zone:\n" + third.log()) == ["192.0.2.80"]


@pytest.mark.skipif(SUBJECT == "bind", reason="BIND asks a primary that was unreachable again only after ten minutes")
def test_a_zone_expires_and_comes_back(start):
    """RFC 1035 3.3.13: expiry makes SERVFAIL."""
    zone = ZONE.replace("1 7200 900 604800 60", "1 1 1 4 60")
    pair = Pair(start, files={"example.zone": zone})
    pair.wait_served()
    pair.primary.stop()
    wait_for(lambda: pair.secondary.query("www.example.").rcode() == dns.rcode.SERVFAIL, "expiry:\n" + pair.secondary.log())
    pair.secondary.wait_log("expired")
    pair.primary.start()
    pair.wait_served()


@pytest.mark.skipif(SUBJECT == "bind", reason="looks at the expiry that Nomen keeps in its log")
def test_expiry_goes_on_over_a_restart(start):
    zone = ZONE.replace("1 7200 900 604800 60", "1 1 1 8 60")
    pair = Pair(start, files={"example.zone": zone})
    pair.wait_served()
    path = os.path.join(pair.secondary.directory, "example.copy")
    wait_for(lambda: os.path.exists(path), "the copy")
    pair.primary.stop()
    pair.secondary.wait_log("refresh: failure trying primary")
    pair.secondary.stop()
    time.sleep(8)
    pair.secondary.start()
    assert pair.secondary.query("www.example.").rcode() == dns.rcode.SERVFAIL


class LyingPrimary:
    """Answers SOA questions over UDP and TCP, and transfers with the records that a test gives."""

    def __init__(self, answers):
        self.answers, self.asked = answers, []
        self.tcp = socket.create_server((ADDRESS, 0))
        self.port = self.tcp.getsockname()[1]
        self.udp = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.udp.bind((ADDRESS, self.port))
        for serve in (self.serve_udp, self.serve_tcp):
            threading.Thread(target=serve, daemon=True).start()

    def serve_udp(self):
        while True:
            try:
                wire, peer = self.udp.recvfrom(65535)
            except OSError:
                return
            self.udp.sendto(self.reply(wire), peer)

    def serve_tcp(self):
        while True:
            try:
                connection, _ = self.tcp.accept()
            except OSError:
                return
            with connection:
                wire = connection.recv(65535)
                if wire:
                    reply = self.reply(wire[2:])
                    connection.sendall(struct.pack(">H", len(reply)) + reply)

    def reply(self, wire):
        query = dns.message.from_wire(wire)
        rrtype = dns.rdatatype.to_text(query.question[0].rdtype)
        self.asked.append(rrtype)
        answer = dns.message.make_response(query)
        answer.flags |= dns.flags.AA
        for line in self.answers[rrtype]:
            name, ttl, kind, text = line.split(" ", 3)
            answer.answer.append(dns.rrset.from_text(name, int(ttl), "IN", kind, text))
        return answer.to_wire(max_size=65535, want_shuffle=False)

    def close(self):
        self.udp.close()
        self.tcp.close()


def soa(number):
    return "example. 300 SOA ns1.example. hostmaster.example. %d 1 1 604800 60" % number


WHOLE = ["example. 300 NS ns1.example.", "ns1.example. 300 A 192.0.2.1", "www.example. 300 A 192.0.2.80"]


@pytest.mark.skipif(SUBJECT == "bind", reason="BIND leaves what is out of the zone out and takes the rest")
@pytest.mark.parametrize("what, ixfr", [
    ("a name outside of the zone", [soa(3), soa(1), soa(3), "www.elsewhere. 60 A 192.0.2.66", soa(3)]),
    ("a record that is to go but is not there", [soa(3), soa(1), "gone.example. 60 A 192.0.2.66", soa(3), soa(3)]),
    ("steps that do not join", [soa(3), soa(1), soa(2), soa(1), soa(3), soa(3)]),
    ("another SOA at the end", [soa(3), soa(1), soa(3), "evil.example. 60 A 192.0.2.66", soa(4)]),
])
def test_an_inconsistent_transfer_changes_nothing(start, what, ixfr):
    lying = LyingPrimary({"SOA": [soa(1)], "AXFR": [soa(1), *WHOLE, soa(1)], "IXFR": ixfr})
    try:
        named = start(secondary_text(lying.port))
        wait_for(lambda: texts(named, "www.example."), "the zone:\n" + named.log())
        lying.answers["AXFR"] = [soa(3), "www.example. 300 A 192.0.2.99"]  # without an end
        lying.answers["SOA"] = [soa(3)]
        since = named.mark()
        notify_of(named, serial=3)
        named.wait_log("Transfer status", since)
        wait_for(lambda: lying.asked.count("AXFR") > 1, "the whole zone is asked for:\n" + named.log())
        assert serial(named) == 1
        assert texts(named, "www.example.") == ["192.0.2.80"]
        assert texts(named, "evil.example.") == []
        # And a right one is taken as before.
        lying.answers["AXFR"] = [soa(5), *WHOLE, "right.example. 60 A 192.0.2.5", soa(5)]
        lying.answers["IXFR"], lying.answers["SOA"] = lying.answers["AXFR"], [soa(5)]
        wait_for(lambda: notify_of(named, serial=5) and texts(named, "right.example."), "the right version:\n" + named.log())
    finally:
        lying.close()


def test_refresh_finds_what_no_notify_has_told(start):
    zone = ZONE.replace("1 7200 900 604800 60", "1 1 1 604800 60")
    pair = Pair(start, files={"example.zone": zone})
    pair.wait_served()
    since = pair.primary.mark()
    pair.primary.configure(primary_text(pair.secondary.port).replace("notify explicit;", "notify no;"))
    pair.primary.reload()
    pair.update("quiet")
    pair.wait_for_name("quiet.example.")
    assert "sending notifies" not in pair.primary.log()[since:]


def test_a_stream_of_updates_arrives_whole_and_coalesced(start):
    pair = Pair(start)
    pair.wait_served()
    count = 300
    for number in range(count):
        pair.update("stream%d" % number)
    pair.wait_for_name("stream%d.example." % (count - 1))
    wait_for(lambda: serial(pair.secondary) == serial(pair.primary), "the last serial")
    for number in range(count):
        assert texts(pair.secondary, "stream%d.example." % number), number
