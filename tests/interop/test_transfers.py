"""Zones go from each server to the other, as a whole and in steps: Nomen as the secondary of BIND, NSD, Knot and PowerDNS, and
they as secondaries of Nomen; with NOTIFY, and signed with TSIG."""

import contextlib
import os
import signal
import subprocess
import time

import dns.exception
import dns.message
import dns.query
import dns.tsigkeyring
import dns.update
import dns.zone
import pytest

from peers import ADDRESS, PEERS, Server, free_port, installed, program

SECRET = "c2VjcmV0c2VjcmV0c2VjcmV0c2VjcmV0c2VjcmV0IQ=="
RING = dns.tsigkeyring.from_text({"k.test.": SECRET})
LIMIT_S = 60

ZONE = """\
$TTL 300
@ SOA ns1 hostmaster %d 2 2 604800 60
@ NS ns1
ns1 A 192.0.2.1
www A 192.0.2.80
*.wild TXT "from the wildcard"
strange TYPE65300 \\# 4 01020304
long TXT %s
"""
LONG = " ".join('"%s"' % ("x" * 200) for _ in range(20))


class Peer(Server):
    """A server that is primary or secondary of `example.`; `other` is the port of its counterpart."""

    algorithm = "hmac-sha256"

    def __init__(self, kind, role, directory, other, tsig):
        super().__init__(kind, [("example.", os.path.join(str(directory), "example.zone"))], False, str(directory))
        self.role, self.other, self.tsig, self.serial, self.extra = role, other, tsig, 1, []

    @property
    def file(self):
        return self.zones[0][1]

    def start(self):
        if self.role == "secondary":
            return super().start()
        os.makedirs(self.directory)
        self.write_zone()
        command = getattr(self, "command_" + ("bind" if self.kind == "nomen" else self.kind))()
        with open(self.log_path, "wb") as log:
            self.process = subprocess.Popen(command, stdout=log, stderr=log, stdin=subprocess.DEVNULL, cwd=self.directory)
        return self

    def write_zone(self):
        with open(self.file + ".new", "w") as f:
            f.write(ZONE % (self.serial, LONG) + "".join("%s A 192.0.2.33\n" % name for name in self.extra))
        os.rename(self.file + ".new", self.file)

    # ------------------------------------------------------------ configurations
    def command_bind(self):
        key = " key k.test." if self.tsig else ""
        c = ['key "k.test." { algorithm %s; secret "%s"; };' % (self.algorithm, SECRET), "options {", '  directory "%s";' % self.directory, "  listen-on port %d { %s; };" % (self.port, ADDRESS),
             "  listen-on-v6 { none; };", "  recursion no;", '  pid-file "pid";', '  session-keyfile "session.key";',
             "  dnssec-validation no;", "  min-retry-time 1;", "  min-refresh-time 1;", "  max-records-per-type 0;",
             "  allow-transfer { %s; };" % ("key k.test." if self.tsig else "any"), "};", "controls { };"]
        if self.role == "primary":
            c += ['zone "example" { type primary; file "%s"; allow-update { any; }; notify explicit; also-notify { %s port %d%s; }; %s };'
                  % (self.file, ADDRESS, self.other, key, "" if self.kind == "nomen" else "notify-delay 0;")]
        else:
            c += ['zone "example" { type secondary; file "copy"; notify no; primaries { %s port %d%s; }; };' % (ADDRESS, self.other, key)]
        return [program(self.kind), "-g", "-n", "1", "-c", self.write("named.conf", c), "-p", str(self.port)]

    def command_nsd(self):
        key = "k.test." if self.tsig else "NOKEY"
        c = ["server:", "  ip-address: %s@%d" % (ADDRESS, self.port), "  server-count: 1", '  username: ""', '  chroot: ""',
             '  zonesdir: "%s"' % self.directory, '  pidfile: "%s"' % self.path("pid"), '  database: ""',
             '  xfrdfile: "%s"' % self.path("xfrd.state"), '  zonelistfile: "%s"' % self.path("zone.list"),
             '  xfrdir: "%s"' % self.directory, "  xfrd-reload-timeout: 0", "  verbosity: 2", "remote-control:", "  control-enable: no",
             "key:", '  name: "k.test."', "  algorithm: " + self.algorithm, '  secret: "%s"' % SECRET,
             "zone:", '  name: "example."', '  zonefile: "%s"' % self.file]
        if self.role == "primary":
            c += ["  store-ixfr: yes", "  create-ixfr: yes", "  provide-xfr: %s %s" % (ADDRESS, key), "  notify: %s@%d %s" % (ADDRESS, self.other, key)]
        else:
            c += ["  request-xfr: %s@%d %s" % (ADDRESS, self.other, key), "  allow-notify: %s %s" % (ADDRESS, key), "  min-retry-time: 1",
                  "  provide-xfr: %s %s" % (ADDRESS, key)]
        return [program("nsd"), "-d", "-c", self.write("nsd.conf", c)]

    def command_knot(self):
        key = ['    key: "k.test."'] if self.tsig else []
        c = ["server:", "  listen: %s@%d" % (ADDRESS, self.port), '  rundir: "%s"' % self.directory, "  udp-workers: 1",
             "  tcp-workers: 1", "  background-workers: 1", "log:", "  - target: stderr", "    any: info", "database:", '  storage: "%s"' % self.directory,
             "key:", '  - id: "k.test."', "    algorithm: " + self.algorithm, "    secret: %s" % SECRET,
             "remote:", "  - id: other", "    address: %s@%d" % (ADDRESS, self.other), *key,
             "acl:", "  - id: other", "    address: %s" % ADDRESS, *key, "    action: [transfer, notify]",
             "  - id: change", "    address: %s" % ADDRESS, "    action: update",
             "zone:", '  - domain: "example."', '    file: "%s"' % self.file, "    acl: [other, change]", "    semantic-checks: off"]
        if self.role == "primary":
            c += ["    notify: other", "    zonefile-sync: -1", "    zonefile-load: difference", "    journal-content: changes"]
        else:
            c += ["    master: other", "    retry-min-interval: 1s", "    refresh-min-interval: 2s"]
        return [program("knot"), "-c", self.write("knot.conf", c)]

    def command_pdns(self):
        z = ['zone "example" { type %s; file "%s"; %s };' % ("master" if self.role == "primary" else "slave", self.file,
             "" if self.role == "primary" else "masters { %s:%d; };" % (ADDRESS, self.other))]
        c = ["launch=bind", "bind-config=" + self.write("zones.conf", z), "bind-dnssec-db=" + self.path("dnssec.db"), "bind-check-interval=1",
             "local-address=" + ADDRESS, "local-port=%d" % self.port, "receiver-threads=1", "distributor-threads=1", "cache-ttl=0",
             "query-cache-ttl=0", "negquery-cache-ttl=0", "socket-dir=" + self.directory, "loglevel=6", "daemon=no", "guardian=no",
             "security-poll-suffix=", "allow-axfr-ips=127.0.0.0/8", "xfr-cycle-interval=1",
             "primary=yes" if self.role == "primary" else "secondary=yes", "also-notify=%s:%d" % (ADDRESS, self.other) if self.role == "primary" else ""]
        self.write("pdns.conf", c)
        self.write_pdns_metadata(self.path("dnssec.db")) if os.path.exists(self.file) else self.make_pdns_database()
        if self.tsig:
            self.pdnsutil("import-tsig-key", "k.test", self.algorithm, SECRET)
            self.pdnsutil("activate-tsig-key", "example", "k.test", "master" if self.role == "primary" else "slave")
        return [program("pdns"), "--config-dir=" + self.directory]

    def make_pdns_database(self):
        self.pdnsutil("create-bind-db", self.path("dnssec.db"))

    def pdnsutil(self, *words):
        subprocess.run(["/usr/bin/pdnsutil", "--config-dir=" + self.directory, *words], check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)

    # ------------------------------------------------------------ what happens
    def change(self, name):
        """One more name; NOTIFY goes out."""
        self.extra.append(name)
        self.serial += 1
        if self.kind in ("bind", "nomen", "knot"):
            update = dns.update.Update("example.")
            update.add(name, 300, "A", "192.0.2.33")
            assert dns.query.udp(update, ADDRESS, port=self.port, timeout=10).rcode() == 0
            return
        self.write_zone()
        if self.kind == "nsd":
            self.process.send_signal(signal.SIGHUP)
        else:
            control = ["/usr/bin/pdns_control", "--config-dir=" + self.directory, "--socket-dir=" + self.directory]
            subprocess.run([*control, "bind-reload-now", "example"], check=True, stdout=subprocess.DEVNULL)
            subprocess.run([*control, "notify", "example"], check=True, stdout=subprocess.DEVNULL)

    def records(self):
        """All of the zone but its SOA, by AXFR."""
        how = {"keyring": RING, "keyname": "k.test."} if self.tsig else {}
        zone = dns.zone.from_xfr(dns.query.xfr(ADDRESS, "example.", port=self.port, relativize=False, timeout=10, lifetime=20, **how), relativize=False)
        return sorted("%s %d %s" % (name, ttl, data) for name, ttl, data in zone.iterate_rdatas() if data.rdtype != dns.rdatatype.SOA)

    def has(self, name):
        with contextlib.suppress(dns.exception.DNSException, OSError):
            return bool(dns.query.udp(dns.message.make_query(name + ".example.", "A"), ADDRESS, port=self.port, timeout=1).answer)
        return False

    def wait_has(self, name, others):
        end = time.monotonic() + LIMIT_S
        while not self.has(name):
            assert self.alive(), self.log()
            assert time.monotonic() < end, "%s is not at the %s %s:\n%s" % (name, self.role, self.kind, "\n-----\n".join(s.log(3000) for s in (self, *others)))
            time.sleep(0.05)


@contextlib.contextmanager
def pair(tmp_path, primary_kind, secondary_kind, tsig, made=Peer):
    if not installed(primary_kind) or not installed(secondary_kind):
        pytest.skip("not installed")
    port = free_port()
    primary = made(primary_kind, "primary", tmp_path / "primary", port, tsig)
    secondary = made(secondary_kind, "secondary", tmp_path / "secondary", primary.port, tsig)
    secondary.port = port
    try:
        primary.start().wait_ready()
        secondary.start()
        yield primary, secondary
    finally:
        for server in (primary, secondary):
            server.stop()


PAIRS = [(peer, "nomen") for peer in PEERS] + [("nomen", peer) for peer in PEERS] + [("nomen", "nomen")]


@pytest.mark.parametrize("tsig", [False, True], ids=["plain", "tsig"])
@pytest.mark.parametrize("primary_kind, secondary_kind", PAIRS)
def test_a_zone_and_its_changes_arrive(tmp_path, primary_kind, secondary_kind, tsig):
    with pair(tmp_path, primary_kind, secondary_kind, tsig) as (primary, secondary):
        secondary.wait_has("www", [primary])
        for number in range(4):
            primary.change("host%d" % number)
            if number != 2:  # two at once: an IXFR of two steps
                secondary.wait_has("host%d" % number, [primary])
        if secondary_kind == "nomen":
            assert secondary.records() == primary.records()
            log = secondary.log(100000)
            assert "zone example/IN: notify from" in log
            assert "Transfer status: success" in log
            if tsig:
                assert "TSIG" in log
        if primary_kind == "nomen":
            log = primary.log(100000)
            assert "AXFR started" in log and "sending notifies" in log
            if secondary_kind not in ("pdns",):
                assert "IXFR started" in log
