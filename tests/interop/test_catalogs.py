"""Catalog zones between servers: Nomen takes what BIND and Knot list, and BIND and Knot take what Nomen lists."""

import contextlib
import os
import subprocess
import time

import dns.exception
import dns.message
import dns.query
import dns.rcode
import dns.update
import pytest
from peers import ADDRESS, Server, free_port, installed, nomen_directory, program

LIMIT_S = 60
APEX = "catalog.test."
MEMBERS = ("a", "b", "c")
ZONE = "$TTL 300\n@ SOA ns1 hostmaster 1 7200 900 604800 60\n@ NS ns1\nns1 A 192.0.2.1\nwww A 192.0.2.80\n"
CATALOG = "$TTL 0\n@ SOA invalid. invalid. 1 2 2 2147483646 0\n@ NS invalid.\nversion TXT \"2\"\n1.zones PTR a.member.\n"
KEY = 'key k { algorithm hmac-sha256; secret "c2VjcmV0c2VjcmV0c2VjcmV0c2VjcmV0c2VjcmV0IQ=="; };'


class Peer(Server):
    """The primary or the consumer of a catalog and its members; `other` is the port of its counterpart."""

    def __init__(self, kind, role, directory, other):
        super().__init__(kind, [("a.member.", "")] if role == "primary" else [], False, str(directory))
        self.role, self.other, self.control = role, other, free_port()
        os.makedirs(self.directory)
        self.write("member.zone", [ZONE])
        self.write("rndc.conf", [KEY, 'options { default-key "k"; default-server %s; default-port %d; };' % (ADDRESS, self.control)])
        if not (kind == "nomen" and role == "primary"):
            self.write("catalog.zone", [CATALOG])

    def start(self):
        command = getattr(self, "command_" + ("bind" if self.kind == "nomen" else self.kind))()
        with open(self.log_path, "wb") as log:
            self.process = subprocess.Popen(command, stdout=log, stderr=log, stdin=subprocess.DEVNULL, cwd=self.directory)
        return self

    def command_bind(self):
        c = [KEY, "options {", '  directory "%s";' % self.directory, "  listen-on port %d { %s; };" % (self.port, ADDRESS),
             "  listen-on-v6 { none; };", "  recursion no;", '  pid-file "pid";', '  session-keyfile "session.key";', "  dnssec-validation no;",
             "  min-retry-time 1;", "  min-refresh-time 1;", "  allow-transfer { any; };", "  allow-new-zones yes;"]
        if self.role == "consumer":
            c += ["  catalog-zones { zone %s default-primaries { %s port %d; } min-update-interval 0; };" % (APEX, ADDRESS, self.other), "};",
                  'zone "%s" { type secondary; file "catalog.copy"; notify no; primaries { %s port %d; }; };' % (APEX, ADDRESS, self.other)]
        else:
            how = "catalog-generate yes;" if self.kind == "nomen" else "allow-update { any; }; notify-delay 0;"
            c += ["};", 'zone "%s" { type primary; file "catalog.zone"; %s notify explicit; also-notify { %s port %d; }; };'
                  % (APEX, how, ADDRESS, self.other)]
            c += ['zone "%s.member" { type primary; file "member.zone"; notify no; %s };'
                  % (name, "catalog-zone %s;" % APEX if self.kind == "nomen" and name == "a" else "")
                  for name in MEMBERS if self.kind != "nomen" or name == "a"]
        c += ["controls { inet %s port %d allow { any; } keys { k; }; };" % (ADDRESS, self.control)]
        return [program(self.kind), "-g", "-n", "1", "-c", self.write("named.conf", c), "-p", str(self.port)]

    def command_knot(self):
        c = ["server:", "  listen: %s@%d" % (ADDRESS, self.port), '  rundir: "%s"' % self.directory, "  udp-workers: 1", "  tcp-workers: 1",
             "  background-workers: 1", "log:", "  - target: stderr", "    any: info", "database:", '  storage: "%s"' % self.directory,
             "remote:", "  - id: other", "    address: %s@%d" % (ADDRESS, self.other),
             "acl:", "  - id: other", "    address: %s" % ADDRESS, "    action: [transfer, notify, update]",
             "template:", "  - id: member", '    storage: "%s"' % self.directory, "    master: other", "    acl: other", "    retry-min-interval: 1s",
             "zone:", '  - domain: "%s"' % APEX, "    acl: other"]
        if self.role == "consumer":
            c += ["    master: other", "    catalog-role: interpret", "    catalog-template: member", "    retry-min-interval: 1s",
                  "    refresh-min-interval: 2s"]
        else:
            c += ["    catalog-role: generate", "    notify: other"]
            for name in ("a", *getattr(self, "listed", ())):
                c += ['  - domain: "%s.member"' % name, '    file: "member.zone"', "    acl: other", "    semantic-checks: off",
                      "    catalog-role: member", "    catalog-zone: %s" % APEX]
            c.insert(c.index("zone:"), "  - id: default\n    storage: \"%s\"" % self.directory)
        return [program("knot"), "-c", self.write("knot.conf", c)]

    def list(self, name):
        if self.kind == "bind":
            update = dns.update.Update(APEX)
            update.add(name + ".zones", 0, "PTR", name + ".member.")
            assert dns.query.udp(update, ADDRESS, port=self.port, timeout=10).rcode() == 0
        elif self.kind == "nomen":
            self.rndc("addzone", name + ".member", '{ type primary; file "member.zone"; catalog-zone %s; };' % APEX)
        else:
            self.listed = (*getattr(self, "listed", ()), name)
            self.command_knot()
            subprocess.run(["/usr/sbin/knotc", "-s", self.path("knot.sock"), "reload"], check=True, stdout=subprocess.DEVNULL)

    def unlist(self, name):
        if self.kind == "bind":
            update = dns.update.Update(APEX)
            update.delete(name + ".zones", "PTR")
            assert dns.query.udp(update, ADDRESS, port=self.port, timeout=10).rcode() == 0
        elif self.kind == "nomen":
            self.rndc("delzone", name + ".member")
        else:
            self.listed = tuple(n for n in self.listed if n != name)
            self.command_knot()
            subprocess.run(["/usr/sbin/knotc", "-s", self.path("knot.sock"), "reload"], check=True, stdout=subprocess.DEVNULL)

    def rndc(self, *words):
        subprocess.run([os.path.join(nomen_directory(), "rndc"), "-c", self.path("rndc.conf"), *words], check=True, stdout=subprocess.DEVNULL)

    def rcode(self, name):
        with contextlib.suppress(dns.exception.DNSException, OSError):
            return dns.query.udp(dns.message.make_query("www.%s.member." % name, "A"), ADDRESS, port=self.port, timeout=1).rcode()
        return None

    def wait_rcode(self, name, rcode, primary):
        end = time.monotonic() + LIMIT_S
        while self.rcode(name) != rcode:
            assert self.alive(), self.log()
            assert time.monotonic() < end, "%s: not %s at %s:\n%s\n-----\n%s" % (name, rcode, self.kind, self.log(6000), primary.log(3000))
            time.sleep(0.05)


@pytest.mark.parametrize("primary_kind, consumer_kind", [("bind", "nomen"), ("knot", "nomen"), ("nomen", "bind"), ("nomen", "knot"),
                                                         ("nomen", "nomen")])
def test_members_come_and_go(tmp_path, primary_kind, consumer_kind):
    if not installed(primary_kind) or not installed(consumer_kind):
        pytest.skip("not installed")
    port = free_port()
    primary = Peer(primary_kind, "primary", tmp_path / "primary", port)
    consumer = Peer(consumer_kind, "consumer", tmp_path / "consumer", primary.port)
    consumer.port = port
    try:
        primary.start().wait_ready()
        consumer.start()
        consumer.wait_rcode("a", dns.rcode.NOERROR, primary)
        assert consumer.rcode("b") == dns.rcode.REFUSED
        for name in ("b", "c"):
            primary.list(name)
            consumer.wait_rcode(name, dns.rcode.NOERROR, primary)
        primary.unlist("b")
        consumer.wait_rcode("b", dns.rcode.REFUSED, primary)
        assert consumer.rcode("a") == consumer.rcode("c") == dns.rcode.NOERROR
    finally:
        for server in (primary, consumer):
            server.stop()
