"""Starts the server under test with a named.conf of the test's own and talks to it.

The subject is Nomen (`NOMEN_BIN`, default build/bin) unless NOMEN_SUBJECT=bind, which runs the same tests on Debian's
named: a test must pass there before it may judge us. A test asks the fixture `start` (conftest.py) for a `Named`.
"""

import contextlib
import os
import random
import select
import signal
import socket
import struct
import subprocess
import time

import dns.exception
import dns.message
import dns.query

ADDRESS = "127.0.0.1"
PORTS = range(20000, 30000)
LIMIT_S = 30
REPLY_S = 3

REPOSITORY = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
SUBJECT = os.environ.get("NOMEN_SUBJECT", "nomen")

ZONE = """\
$TTL 300
@ SOA ns1 hostmaster 1 7200 900 604800 60
@ NS ns1
ns1 A 192.0.2.1
www A 192.0.2.80
alias CNAME www
*.wild TXT "from the wildcard"
"""


def program():
    if SUBJECT == "bind":
        return "/usr/sbin/named"
    return os.path.join(os.path.abspath(os.path.join(REPOSITORY, os.environ.get("NOMEN_BIN", "build/bin"))), "named")


given_ports = set()


def free_port():
    """A port that nothing listens on, and that no test of this run was given before: a test may ask for several
    before it starts the first server."""
    for port in random.sample(PORTS, len(PORTS)):
        if port in given_ports:
            continue
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as udp, socket.socket() as tcp:
            tcp.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                udp.bind(("0.0.0.0", port))
                tcp.bind(("0.0.0.0", port))
            except OSError:
                continue
        given_ports.add(port)
        return port
    raise RuntimeError("no free port")


def configuration(options="", statements="", listen="127.0.0.1;", zone=True):
    """A named.conf with the usual frame; the zone `example.` (file example.zone) is in it unless `zone` is false."""
    return """\
options {
  directory "@DIRECTORY@";
  listen-on port @PORT@ { %s };
  listen-on-v6 { none; };
  pid-file "@DIRECTORY@/named.pid";
  session-keyfile "@DIRECTORY@/session.key";
  recursion no;
  dnssec-validation no;
  notify no;
  %s
};
controls { };
%s
%s
""" % (listen, options, 'zone "example" { type primary; file "example.zone"; };' if zone else "", statements)


class Named:
    """One server process in its own directory. `start` returns when it says `running`."""

    def __init__(self, directory, text, files=None, port=None):
        self.directory, self.port = str(directory), port or free_port()
        self.process = None
        self.log_path = os.path.join(self.directory, "stderr.log")
        self.pid_path = os.path.join(self.directory, "named.pid")
        for name, content in {"example.zone": ZONE, **(files or {})}.items():
            self.write(name, content)
        self.configure(text)

    def configure(self, text):
        return self.write("named.conf", text.replace("@DIRECTORY@", self.directory).replace("@PORT@", str(self.port)))

    def write(self, name, content):
        """Replaces a file at once, so that the server never reads half of it."""
        path = os.path.join(self.directory, name)
        with open(path + ".new", "w") as f:
            f.write(content)
        os.rename(path + ".new", path)
        return path

    def command(self):
        return [program(), "-g", "-n", "1", "-c", os.path.join(self.directory, "named.conf"), "-p", str(self.port)]

    def spawn(self):
        with open(self.log_path, "ab") as log:
            self.process = subprocess.Popen(self.command(), stdin=subprocess.DEVNULL, stdout=log, stderr=log, cwd=self.directory)
        return self

    def start(self):
        since = self.mark()  # it may have run before
        self.spawn()
        self.wait_log("running", since, whole_line=True)
        return self

    def log(self):
        try:
            with open(self.log_path, errors="replace") as f:
                return f.read()
        except OSError:
            return ""

    def mark(self):
        """A place in the log; `wait_log(..., since=mark)` looks only behind it."""
        return len(self.log())

    def wait_log(self, text, since=0, whole_line=False):
        """Waits until a line with `text` is in the log; a `whole_line` holds nothing but a time stamp before it."""
        def seen():
            for line in self.log()[since:].splitlines():
                if line.endswith(" " + text) and len(line.split()) <= 3 if whole_line else text in line:
                    return line
            if self.process.poll() is not None:
                raise AssertionError("named ended with status %s:\n%s" % (self.process.returncode, self.log()))
            return None
        return wait_for(seen, "%r in the log:\n%s" % (text, LazyText(self.log)))

    def send_signal(self, number):
        self.process.send_signal(number)

    def reload(self):
        """SIGHUP, and wait until the server has said how it went."""
        since = self.mark()
        self.send_signal(signal.SIGHUP)
        self.wait_log("reloading configuration", since)
        return since

    def stop(self, number=signal.SIGTERM):
        """Ends the server and returns its exit status."""
        if self.process.poll() is None:
            self.send_signal(number)
        try:
            return self.process.wait(LIMIT_S)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
            raise AssertionError("named did not end on signal %d:\n%s" % (number, self.log())) from None

    def kill(self):
        if self.process and self.process.poll() is None:
            self.process.kill()
            self.process.wait()

    # ------------------------------------------------------------ what it uses
    def most_memory_bytes(self):
        """The most memory that the process ever had at a time."""
        with open("/proc/%d/status" % self.process.pid) as f:
            return next(int(line.split()[1]) for line in f if line.startswith("VmHWM:")) * 1024

    def open_files(self):
        return len(os.listdir("/proc/%d/fd" % self.process.pid))

    # ------------------------------------------------------------ queries
    def query(self, name, rrtype="A", tcp=False, source=None, address=ADDRESS, rrclass="IN", **how):
        """One question through dnspython; the parsed response."""
        return self.ask(dns.message.make_query(name, rrtype, rrclass, **how), tcp, source, address)

    def ask(self, message, tcp=False, source=None, address=ADDRESS, timeout=REPLY_S):
        send = dns.query.tcp if tcp else dns.query.udp
        return send(message, address, port=self.port, timeout=timeout, source=source, one_rr_per_rrset=True)

    def udp(self, source=None, address=ADDRESS):
        s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        if source:
            s.bind((source, 0))
        s.connect((address, self.port))
        s.settimeout(REPLY_S)
        return s

    def tcp(self, source=None, address=ADDRESS):
        return socket.create_connection((address, self.port), REPLY_S, (source, 0) if source else None)

    def datagram(self, wire, wait_s=REPLY_S):
        """Sends raw bytes; the reply's bytes or None."""
        with self.udp() as s:
            s.settimeout(wait_s)
            s.send(wire)
            try:
                return s.recv(65535)
            except (TimeoutError, ConnectionRefusedError):
                return None

    def assert_serving(self):
        """The server is alive and answers rightly over both transports; a datagram may be lost where a test floods."""
        assert self.process.poll() is None, "named ended with status %s:\n%s" % (self.process.returncode, self.log())
        for tcp, tries in ((False, 3), (True, 1)):
            answer = self.query_again("www.example.", tcp, tries)
            assert answer.rcode() == 0 and answer.answer, answer

    def query_again(self, name, tcp, tries):
        for _ in range(tries - 1):
            with contextlib.suppress(dns.exception.Timeout):
                return self.query(name, tcp=tcp)
        return self.query(name, tcp=tcp)


CONTROL_KEY = 'key "control" { algorithm hmac-sha256; secret "Y29udHJvbCBjaGFubmVsIGtleSwgMzIgYnl0ZXMhISE="; };\n'


def with_control(text, port):
    """A configuration with a control channel for `rndc` at this port."""
    return text.replace("controls { };", CONTROL_KEY + "controls { inet 127.0.0.1 port %d allow { 127.0.0.1; } keys { control; }; };" % port)


def rndc(named, port, *words):
    """BIND's rndc; exit status, and all that it says."""
    path = named.write("rndc.conf", CONTROL_KEY + 'options { default-key "control"; default-server 127.0.0.1; };\n')
    done = subprocess.run(["/usr/sbin/rndc", "-c", path, "-p", str(port), *words], capture_output=True, text=True, timeout=LIMIT_S)
    return done.returncode, (done.stdout + done.stderr).strip()


class LazyText:
    def __init__(self, make):
        self.make = make

    def __str__(self):
        return self.make()


def wait_for(condition, what):
    """The first true value of `condition()`; fails after a generous limit that only a broken server meets."""
    end = time.monotonic() + LIMIT_S
    while True:
        value = condition()
        if value:
            return value
        if time.monotonic() > end:
            raise AssertionError("waited in vain for %s" % what)
        time.sleep(0.02)


# ---------------------------------------------------------------- raw messages
def wire_query(name="www.example.", rrtype=1, rrclass=1, identity=None, bits=0, counts=(1, 0, 0, 0), tail=b""):
    identity = random.randrange(65536) if identity is None else identity
    return struct.pack(">HHHHHH", identity, bits, *counts) + dns.name.from_text(name).to_wire() + struct.pack(">HH", rrtype, rrclass) + tail


def opt_record(size=1232, version=0, flags=0, options=b"", owner=b"\0"):
    return owner + struct.pack(">HHBBHH", 41, size, 0, version, flags, len(options)) + options


def option(code, data=b""):
    return struct.pack(">HH", code, len(data)) + data


def framed(wire):
    return struct.pack(">H", len(wire)) + wire


def read_message(connection):
    """The next length-prefixed message of a TCP stream, or None at its end."""
    head = read_exactly(connection, 2)
    return None if head is None else read_exactly(connection, struct.unpack(">H", head)[0])


def read_exactly(connection, count):
    data = b""
    while len(data) < count:
        try:
            chunk = connection.recv(count - len(data))
        except ConnectionResetError:
            return None
        if not chunk:
            return None
        data += chunk
    return data


def rcode(wire):
    return wire[3] & 15


def extended_errors(message):
    """The info codes of the EDE options in a response."""
    return [struct.unpack(">H", o.to_wire()[:2])[0] for o in message.options if o.otype == 15]


def readable(connection, timeout_s):
    return bool(select.select([connection], [], [], timeout_s)[0])
