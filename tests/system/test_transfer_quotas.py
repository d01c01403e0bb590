"""What a secondary and a primary do at a time: transfers-in, transfers-per-ns, transfers-out; retransfer, refresh, multi-master;
and a flood of NOTIFYs."""

import contextlib
import os
import socket
import struct
import threading

import dns.flags
import dns.message
import dns.opcode
import dns.rcode
import dns.rdatatype
import dns.rrset
import dns.zone
import pytest
from harness import ADDRESS, SUBJECT, ZONE, configuration, free_port, rndc, wait_for, with_control
from test_secondary import SOON, Pair, primary_text, secondary_text, serial, texts

SOA = "ns1.example. hostmaster.example. %d 7200 900 604800 60"


class HeldPrimary:
    """A primary that begins its transfers and ends them only when it is let: counts those that are held."""

    def __init__(self, address=ADDRESS):
        self.held, self.most, self.lock, self.go = 0, 0, threading.Lock(), threading.Event()
        self.tcp = socket.create_server((address, 0))
        self.port = self.tcp.getsockname()[1]
        self.udp = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.udp.bind((address, self.port))
        for work in (self.answer_udp, self.accept):
            threading.Thread(target=work, daemon=True).start()

    def soa_reply(self, query):
        reply = dns.message.make_response(query)
        reply.flags |= dns.flags.AA
        reply.answer.append(dns.rrset.from_text(query.question[0].name, 60, "IN", "SOA", SOA % 7))
        return reply

    def answer_udp(self):
        with contextlib.suppress(OSError):
            while True:
                wire, peer = self.udp.recvfrom(4096)
                self.udp.sendto(self.soa_reply(dns.message.from_wire(wire)).to_wire(), peer)

    def accept(self):
        with contextlib.suppress(OSError):
            while True:
                connection, _ = self.tcp.accept()
                threading.Thread(target=self.serve, args=(connection,), daemon=True).start()

    def serve(self, connection):
        with connection, contextlib.suppress(OSError, struct.error):
            size, = struct.unpack(">H", connection.recv(2, socket.MSG_WAITALL))
            query = dns.message.from_wire(connection.recv(size, socket.MSG_WAITALL))
            with self.lock:
                self.held += 1
                self.most = max(self.most, self.held)
            self.go.wait()
            with self.lock:
                self.held -= 1
            name = query.question[0].name
            reply = self.soa_reply(query)
            reply.answer.append(dns.rrset.from_text(name, 60, "IN", "NS", "ns1.example."))
            reply.answer.append(dns.rrset.from_text(name, 60, "IN", "SOA", SOA % 7))
            wire = reply.to_wire()
            connection.sendall(struct.pack(">H", len(wire)) + wire)
            connection.recv(1)

    def close(self):
        self.go.set()
        self.tcp.close()
        self.udp.close()


@pytest.fixture
def held():
    made = []

    def make(address=ADDRESS):
        made.append(HeldPrimary(address))
        return made[-1]
    yield make
    for one in made:
        one.close()


def zones_of(count, primary, address=ADDRESS, first=0):
    return "".join('zone "z%d.test" { type secondary; primaries { %s port %d; }; };\n' % (first + i, address, primary.port) for i in range(count))


def all_served(named, count):
    return all(named.query("z%d.test." % i, "SOA").answer for i in range(count))


def test_so_many_transfers_come_from_one_server_at_a_time(start, held):
    primary = held()
    named = start(configuration(options="%s serial-query-rate 1000; transfers-in 100; transfers-per-ns 3;" % SOON, statements=zones_of(9, primary), zone=False))
    wait_for(lambda: primary.held == 3, "three transfers")
    primary.go.set()
    wait_for(lambda: all_served(named, 9), "all zones")
    assert primary.most == 3


def test_so_many_transfers_come_in_at_a_time(start, held):
    one, two = held(), held("127.0.0.2")
    named = start(configuration(options="%s serial-query-rate 1000; transfers-in 5; transfers-per-ns 4;" % SOON,
                                statements=zones_of(8, one) + zones_of(8, two, "127.0.0.2", 8), zone=False))
    wait_for(lambda: one.held + two.held == 5, "five transfers")
    for primary in (one, two):
        primary.go.set()
    wait_for(lambda: all_served(named, 16), "all zones")
    assert one.most <= 4 and two.most <= 4


def test_a_server_statement_says_how_many_come_from_it(start, held):
    primary = held()
    named = start(configuration(options="%s serial-query-rate 1000; transfers-in 100; transfers-per-ns 1;" % SOON,
                                statements="server %s { transfers 4; };\n" % ADDRESS + zones_of(8, primary), zone=False))
    wait_for(lambda: primary.held == 4, "four transfers")
    primary.go.set()
    wait_for(lambda: all_served(named, 8), "all zones")
    assert primary.most == 4


def test_a_transfer_beyond_those_that_may_go_out_is_refused(start):
    records = "".join("host%d TXT \"%s\"\n" % (i, "x" * 200) for i in range(60000))
    named = start(configuration(options="allow-transfer { any; }; transfers-out 2;"), files={"example.zone": ZONE + records})
    query = dns.message.make_query("example.", "AXFR")
    wire = query.to_wire()
    readers = []
    for _ in range(2):  # they take the first message and no more
        connection = named.tcp()
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        connection.sendall(struct.pack(">H", len(wire)) + wire)
        assert connection.recv(2)
        readers.append(connection)
    answer = named.ask(query, tcp=True)
    assert answer.rcode() in (dns.rcode.SERVFAIL, dns.rcode.REFUSED) and not answer.answer
    for connection in readers:
        connection.close()

    def is_given():
        with named.tcp() as connection:
            connection.sendall(struct.pack(">H", len(wire)) + wire)
            size, = struct.unpack(">H", connection.recv(2, socket.MSG_WAITALL))
            return dns.message.from_wire(connection.recv(size, socket.MSG_WAITALL), one_rr_per_rrset=True).answer
    wait_for(is_given, "a transfer after the others went")


def test_retransfer_takes_an_older_version_and_refresh_does_not(start):
    port = free_port()
    pair = Pair(start, files={"example.zone": ZONE.replace(" 1 7200", " 9 7200")})
    pair.secondary.stop()
    pair.secondary.configure(with_control(secondary_text(pair.primary.port), port))
    pair.secondary.start()
    pair.wait_served()
    assert serial(pair.secondary) == 9
    pair.primary.stop()
    for name in os.listdir(pair.primary.directory):
        if name.startswith(("nomen.", "example.zone.")):
            os.unlink(os.path.join(pair.primary.directory, name))
    pair.primary.write("example.zone", ZONE + "older A 192.0.2.1\n")
    pair.primary.start()
    since = pair.secondary.mark()
    assert rndc(pair.secondary, port, "refresh", "example") == (0, "zone refresh queued")
    pair.secondary.wait_log("serial number (1) received from primary %s#%d < ours (9)" % (ADDRESS, pair.primary.port), since)
    assert serial(pair.secondary) == 9
    assert rndc(pair.secondary, port, "retransfer", "example")[0] == 0
    pair.wait_for_name("older.example.")
    assert serial(pair.secondary) == 1
    assert rndc(pair.secondary, port, "refresh", "nowhere")[0] == 1


def test_with_multi_master_the_newest_of_several_primaries_wins_and_an_older_one_is_nothing_to_tell(start):
    port = free_port()
    primaries = [start(configuration(options="allow-transfer { any; };"), files={"example.zone": ZONE.replace(" 1 7200", " %d 7200" % number)})
                 for number in (5, 8)]
    secondary = start(with_control(secondary_text(0, clause="multi-master yes;", primaries="".join("%s port %d; " % (ADDRESS, p.port) for p in primaries)), port))
    wait_for(lambda: texts(secondary, "www.example."), "the zone")
    rndc(secondary, port, "refresh", "example")
    wait_for(lambda: serial(secondary) == 8, "the newest version")
    assert rndc(secondary, port, "refresh", "example")[0] == 0
    primaries[0].write("example.zone", ZONE.replace(" 1 7200", " 12 7200"))
    primaries[0].reload()
    wait_for(lambda: serial(primaries[0]) == 12, "the new version")
    rndc(secondary, port, "refresh", "example")
    wait_for(lambda: serial(secondary) == 12, "the version of the other one")
    assert "< ours" not in secondary.log()


@pytest.mark.skipif(SUBJECT == "bind", reason="about our memory")
@pytest.mark.parametrize("permitted", [True, False])
def test_a_flood_of_notifies_costs_bounded_memory(start, permitted):
    pair = Pair(start, secondary={"clause": "allow-notify { %s; };" % ("127.0.0.0/8" if permitted else "none")})
    pair.wait_served()
    named = pair.secondary
    query = dns.message.make_query("example.", "SOA")
    query.set_opcode(dns.opcode.NOTIFY)
    query.flags = dns.flags.AA | dns.opcode.to_flags(dns.opcode.NOTIFY)
    wire = query.to_wire()
    before = named.most_memory_bytes()
    for number in range(40):
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sender:
            sender.bind(("127.0.0.%d" % (2 + number), 0))
            for i in range(1000):
                sender.sendto(struct.pack(">H", i) + wire[2:], (ADDRESS, named.port))
    named.assert_serving()
    assert named.most_memory_bytes() - before < 40 << 20
    pair.update("after")
    pair.wait_for_name("after.example.")
