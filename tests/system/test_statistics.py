"""`rndc stats`: what was counted of updates, transfers, NOTIFY and TLS stands in the lines where BIND has it."""

import os

import dns.flags
import dns.message
import dns.opcode
import dns.rcode
import dns.rrset
import dns.update

from harness import ADDRESS, ZONE, configuration, free_port, rndc, wait_for, with_control
from test_secondary import SOON, texts
from test_tls import ask, connect


class Counted:
    """A server with a control channel, and its statistics."""

    def __init__(self, start, options="", statements="", files=None):
        self.control = free_port()
        self.named = start(with_control(configuration(options='statistics-file "@DIRECTORY@/named.stats"; ' + options, statements=statements, zone=False),
                                        self.control), files)

    def sections(self):
        path = os.path.join(self.named.directory, "named.stats")
        if os.path.exists(path):
            os.unlink(path)
        assert rndc(self.named, self.control, "stats") == (0, "")

        def text():
            with open(path) as f:
                return f.read()
        wait_for(lambda: os.path.exists(path) and "--- Statistics Dump ---" in text(), "the statistics")
        found, section = {}, None
        for line in text().splitlines():
            if line.startswith("++ "):
                section = found.setdefault(line.strip("+ "), {})
            elif section is not None and line[:20].strip().isdigit():
                section[line[21:]] = int(line[:20])
        return found

    def change(self, zone, **how):
        update = dns.update.Update(zone)
        if "wants" in how:
            update.present(how["wants"])
        update.add("new", 60, "A", "192.0.2.9")
        return self.named.ask(update).rcode()

    def notify(self, zone, source):
        message = dns.message.make_query(zone, "SOA")
        message.flags = dns.flags.AA
        message.set_opcode(dns.opcode.NOTIFY)
        return self.named.ask(message, source=source).rcode()


def of(section, *names):
    return {name: section.get(name) for name in names}


def test_updates_are_counted_by_how_they_end(start):
    server = Counted(start, statements='zone "example" { type primary; file "example.zone"; allow-update { any; }; };'
                                       'zone "closed" { type primary; file "closed.zone"; allow-update { 127.0.0.9; }; };', files={"closed.zone": ZONE})
    assert server.change("example.") == dns.rcode.NOERROR
    assert server.change("example.", wants="nobody") == dns.rcode.NXDOMAIN
    assert server.change("closed.") == dns.rcode.REFUSED
    server.named.query("www.example.")
    counted = server.sections()
    assert counted["Incoming Requests"] == {"QUERY": 1, "UPDATE": 3}
    assert counted["Outgoing Rcodes"] == {"NOERROR": 2, "NXDOMAIN": 1, "REFUSED": 1}
    expected = {"IPv4 requests received": 4, "responses sent": 4, "updates completed": 1, "updates failed": 1, "update requests rejected": 1,
                "updates rejected due to prerequisite failure": 1}
    assert of(counted["Name Server Statistics"], *expected) == expected


def test_a_refused_transfer_is_no_query_that_failed(start):
    server = Counted(start, options="allow-transfer { none; };", statements='zone "example" { type primary; file "example.zone"; };')
    for zone in ("example.", "elsewhere."):
        server.named.ask(dns.message.make_query(zone, "AXFR"), tcp=True)
    server.named.query("www.example.org.")
    counted = server.sections()
    assert counted["Incoming Queries"] == {"A": 1, "AXFR": 2}
    expected = {"other query failures": 1, "transfer requests rejected": 1, "responses sent": 3}
    assert of(counted["Name Server Statistics"], *expected) == expected


def test_an_ixfr_over_udp_is_no_completed_transfer(start):
    server = Counted(start, options="allow-transfer { any; };", statements='zone "example" { type primary; file "example.zone"; };')
    request = dns.message.make_query("example.", "IXFR")
    request.authority = [dns.rrset.from_text("example.", 60, "IN", "SOA", ". . 1 2 3 4 5")]
    assert server.named.ask(request).rcode() == dns.rcode.NOERROR
    assert of(server.sections()["Name Server Statistics"], "requested transfers completed", "UDP queries received") == {
        "requested transfers completed": None, "UDP queries received": None}


def test_transfers_over_tls_are_counted(start):
    port = free_port()
    server = Counted(start, options="allow-transfer { any; }; listen-on port %d tls ephemeral { %s; };" % (port, ADDRESS),
                     statements='zone "example" { type primary; file "example.zone"; };')
    server.named.tls_port = port
    for _ in range(2):
        with connect(server.named) as stream:
            assert ask(stream, "example.", "AXFR").answer
            assert ask(stream, "www.example.", "A").answer
    counted = server.sections()
    assert counted["Incoming Queries"] == {"A": 2, "AXFR": 2} and counted["Incoming Requests"] == {"QUERY": 4}
    expected = {"TCP requests received": 4, "responses sent": 2, "requested transfers completed": 2, "TCP queries received": 2}
    assert of(counted["Name Server Statistics"], *expected) == expected
    sockets = counted["Socket I/O Statistics"]
    assert sockets["UDP/IPv4 sockets opened"] == 1 and sockets["TCP/IPv4 sockets opened"] >= 2
    assert sockets["TCP/IPv4 connections accepted"] >= 2


def test_what_a_secondary_asks_and_is_told_is_counted(start):
    primary = start(configuration(options="allow-transfer { any; };"))
    copy = Counted(start, options=SOON, statements='zone "example" { type secondary; file "example.copy"; primaries { %s port %d; }; };'
                   'zone "missing" { type secondary; primaries { %s port %d tls ephemeral; }; };' % (ADDRESS, primary.port, ADDRESS, free_port()))
    wait_for(lambda: texts(copy.named, "www.example."), "the zone")
    assert copy.notify("example.", "127.0.0.5") == dns.rcode.REFUSED
    assert copy.notify("example.", ADDRESS) == dns.rcode.NOERROR
    wait_for(lambda: copy.sections()["Zone Maintenance Statistics"].get("transfer requests failed"), "the failed transfer")
    counted = copy.sections()
    expected = {"IPv4 notifies received": 2, "notifies rejected": 1, "transfer requests succeeded": 1}
    assert of(counted["Zone Maintenance Statistics"], *expected) == expected
    assert counted["Zone Maintenance Statistics"]["IPv4 AXFR requested"] >= 2
    assert counted["Incoming Requests"]["NOTIFY"] == 2


def test_notifies_and_forwarded_updates_are_counted(start):
    port = free_port()
    primary = Counted(start, options="allow-transfer { any; };",
                      statements='zone "example" { type primary; file "example.zone"; allow-update { any; }; notify explicit; also-notify { %s port %d; }; };' % (ADDRESS, port))
    copy = Counted(start, options=SOON + "listen-on port %d { %s; };" % (port, ADDRESS),
                   statements='zone "example" { type secondary; primaries { %s port %d; }; allow-update-forwarding { any; }; };' % (ADDRESS, primary.named.port))
    wait_for(lambda: texts(copy.named, "www.example."), "the zone")
    assert copy.change("example.") == dns.rcode.NOERROR
    wait_for(lambda: texts(copy.named, "new.example."), "the change")
    expected = {"update requests forwarded": 1, "update responses forwarded": 1, "updates completed": None}
    assert of(copy.sections()["Name Server Statistics"], *expected) == expected
    counted = primary.sections()
    assert counted["Zone Maintenance Statistics"]["IPv4 notifies sent"] >= 1
    assert counted["Name Server Statistics"]["updates completed"] == 1
