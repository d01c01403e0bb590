"""Authoritative servers as ordinary processes on loopback: BIND, NSD, Knot, PowerDNS and Nomen.

A `Server` is one process with its own directory, port and log. `running(kinds, zones, minimal)` starts several
with the same zones and stops them again, by process id. Nomen takes BIND's configuration and BIND's flags, so its
configuration text is BIND's.
"""

import contextlib
import os
import random
import shutil
import signal
import socket
import sqlite3
import subprocess
import tempfile
import time

import dns.exception
import dns.message
import dns.query
import dns.rdatatype

ADDRESS = "127.0.0.1"
PORTS = range(20000, 30000)
START_LIMIT_S = 60
STOP_LIMIT_S = 20

PROGRAMS = {
    "bind": "/usr/sbin/named",
    "nsd": "/usr/sbin/nsd",
    "knot": "/usr/sbin/knotd",
    "pdns": "/usr/sbin/pdns_server",
}
PEERS = tuple(PROGRAMS)

REPOSITORY = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))


def nomen_directory():
    """Where the programs `named`, `named-checkconf`, ... of Nomen are."""
    return os.path.abspath(os.path.join(REPOSITORY, os.environ.get("NOMEN_BIN", "build/bin")))


def program(kind):
    if kind == "nomen":
        return os.path.join(nomen_directory(), "named")
    return PROGRAMS[kind]


def installed(kind):
    return os.access(program(kind), os.X_OK)


given_ports = set()


def free_port():
    """A port of our range on which nobody listens, neither UDP nor TCP, and that was not given before in this run."""
    for port in random.sample(PORTS, len(PORTS)):
        if port in given_ports:
            continue
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as udp, socket.socket() as tcp:
            tcp.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                udp.bind((ADDRESS, port))
                tcp.bind((ADDRESS, port))
            except OSError:
                continue
        given_ports.add(port)
        return port
    raise RuntimeError("no free port in %d-%d" % (PORTS.start, PORTS.stop - 1))


class StartError(RuntimeError):
    pass


class Server:
    """One server process. `zones` is a list of (origin, master file); `minimal` asks for minimal responses."""

    def __init__(self, kind, zones, minimal, directory):
        self.kind, self.zones, self.minimal, self.directory = kind, zones, minimal, directory
        self.port = free_port()
        self.process = None
        self.log_path = os.path.join(directory, "log")

    def path(self, name):
        return os.path.join(self.directory, name)

    def write(self, name, lines):
        with open(self.path(name), "w") as f:
            f.write("\n".join(lines) + "\n")
        return self.path(name)

    def start(self):
        os.makedirs(self.directory)
        command = getattr(self, "command_" + ("bind" if self.kind == "nomen" else self.kind))()
        with open(self.log_path, "wb") as log:
            self.process = subprocess.Popen(command, stdout=log, stderr=log, stdin=subprocess.DEVNULL, cwd=self.directory)
        return self

    def wait_ready(self):
        """Returns when every zone's SOA is answered with authority."""
        end = time.monotonic() + START_LIMIT_S
        for origin, _ in self.zones:
            query = dns.message.make_query(origin, dns.rdatatype.SOA)
            while True:
                if self.process.poll() is not None:
                    raise StartError("%s ended with status %s:\n%s" % (self.kind, self.process.returncode, self.log()))
                try:
                    answer = dns.query.udp(query, ADDRESS, port=self.port, timeout=0.5)
                    if answer.rcode() == 0 and answer.answer:
                        break
                except (OSError, dns.exception.DNSException):
                    pass
                if time.monotonic() > end:
                    raise StartError("%s does not answer for %s:\n%s" % (self.kind, origin, self.log()))
                time.sleep(0.05)
        return self

    def log(self, limit=4000):
        try:
            with open(self.log_path, errors="replace") as f:
                return f.read()[-limit:]
        except OSError:
            return ""

    def alive(self):
        return self.process is not None and self.process.poll() is None

    def stop(self):
        if self.process is None:
            return None
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
            try:
                self.process.wait(STOP_LIMIT_S)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait()
        return self.process.returncode

    def command_bind(self):
        c = ["options {",
             '  directory "%s";' % self.directory,
             "  listen-on port %d { %s; };" % (self.port, ADDRESS),
             "  listen-on-v6 { none; };",
             "  recursion no;",
             '  pid-file "%s";' % self.path("pid"),
             '  session-keyfile "%s";' % self.path("session.key"),
             "  dnssec-validation no;",
             "  notify no;",
             "  check-names primary ignore;",
             "  check-integrity no;",
             "  minimal-responses %s;" % ("yes" if self.minimal else "no"),
             "};",
             "controls { };"]
        c += ['zone "%s" { type primary; file "%s"; };' % zone for zone in self.zones]
        return [program(self.kind), "-g", "-n", "1", "-c", self.write("named.conf", c), "-p", str(self.port)]

    def command_nsd(self):
        c = ["server:",
             "  ip-address: %s@%d" % (ADDRESS, self.port),
             "  server-count: 1",
             '  username: ""',
             '  chroot: ""',
             '  zonesdir: "%s"' % self.directory,
             '  pidfile: "%s"' % self.path("pid"),
             '  database: ""',
             '  xfrdfile: "%s"' % self.path("xfrd.state"),
             '  zonelistfile: "%s"' % self.path("zone.list"),
             '  xfrdir: "%s"' % self.directory,
             "  rrl-ratelimit: 0",
             "  refuse-any: no",
             "  tcp-count: 50",
             "  minimal-responses: %s" % ("yes" if self.minimal else "no"),
             "remote-control:",
             "  control-enable: no"]
        for origin, file in self.zones:
            c += ["zone:", '  name: "%s"' % origin, '  zonefile: "%s"' % file]
        return [program("nsd"), "-d", "-c", self.write("nsd.conf", c)]

    def command_knot(self):
        c = ["server:",
             "  listen: %s@%d" % (ADDRESS, self.port),
             '  rundir: "%s"' % self.directory,
             "  udp-workers: 1",
             "  tcp-workers: 1",
             "  background-workers: 1",
             "log:",
             "  - target: stderr",
             "    any: info",
             "database:",
             '  storage: "%s"' % self.directory,
             "template:",
             "  - id: default",
             '    storage: "%s"' % self.directory,
             "    zonefile-sync: -1",
             "    zonefile-load: whole",
             "    journal-content: none",
             "    semantic-checks: off",
             "zone:"]
        for origin, file in self.zones:
            c += ['  - domain: "%s"' % origin, '    file: "%s"' % file]
        return [program("knot"), "-c", self.write("knot.conf", c)]

    def command_pdns(self):
        z = ['zone "%s" { type master; file "%s"; };' % (origin.rstrip("."), file) for origin, file in self.zones]
        database = self.path("dnssec.db")
        c = ["launch=bind",
             "bind-config=" + self.write("zones.conf", z),
             "bind-dnssec-db=" + database,
             "local-address=" + ADDRESS,
             "local-port=%d" % self.port,
             "receiver-threads=1",
             "distributor-threads=1",
             "cache-ttl=0",
             "query-cache-ttl=0",
             "negquery-cache-ttl=0",
             "socket-dir=" + self.directory,
             "loglevel=4",
             "daemon=no",
             "guardian=no",
             "security-poll-suffix="]
        self.write("pdns.conf", c)
        self.write_pdns_metadata(database)
        return [program("pdns"), "--config-dir=" + self.directory]

    def write_pdns_metadata(self, database):
        """PowerDNS must be told which zones come signed, and their NSEC3 parameters."""
        subprocess.run(["/usr/bin/pdnsutil", "--config-dir=" + self.directory, "create-bind-db", database],
                       check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        with sqlite3.connect(database) as db:
            for origin, file in self.zones:
                signed, nsec3param = signing_of(file)
                name = origin.rstrip(".")
                if signed:
                    db.execute("insert into domainmetadata (domain, kind, content) values (?, 'PRESIGNED', '1')", (name,))
                if nsec3param:
                    db.execute("insert into domainmetadata (domain, kind, content) values (?, 'NSEC3PARAM', ?)", (name, nsec3param))
        db.close()


def signing_of(file):
    """(whether the zone in `file` is signed, its NSEC3PARAM rdata or None)"""
    signed, nsec3param = False, None
    with open(file, errors="replace") as f:
        for line in f:
            words = line.split()
            if "DNSKEY" in words:
                signed = True
            if "NSEC3PARAM" in words and "RRSIG" not in words:
                nsec3param = " ".join(words[words.index("NSEC3PARAM") + 1:])
    return signed, nsec3param


@contextlib.contextmanager
def running(kinds, zones, minimal):
    """Starts one server of each kind with the zones; gives {kind: Server}. Keeps the directory when something fails."""
    top = tempfile.mkdtemp(prefix="nomen-interop-")
    servers = {}
    try:
        try:
            for kind in kinds:
                servers[kind] = Server(kind, zones, minimal, os.path.join(top, kind)).start()
            for server in servers.values():
                server.wait_ready()
            yield servers
            dead = [s for s in servers.values() if not s.alive()]
            if dead:
                raise RuntimeError("ended by itself: %s" % "; ".join("%s: %s" % (s.kind, s.log()) for s in dead))
        finally:
            for server in servers.values():
                server.stop()
    except BaseException:
        print("the servers' directories are kept in", top)
        raise
    shutil.rmtree(top, ignore_errors=True)
