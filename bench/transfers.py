"""Zone transfers of a zone of a million hosts. Out: AXFR to a sink that only counts, in plain text and over TLS. In: each
server as the secondary of Nomen, from a NOTIFY to the first answer with the new serial, and the most memory meanwhile; then ten
records by IXFR."""

import contextlib
import json
import os
import socket
import ssl
import struct
import subprocess
import time
from pathlib import Path

import measure
import peers
import reload
import zones
from report import number

NAMES = 1_000_000
PRIMARY_PORT, PORT, TLS_PORT = 24410, 24411, 24412
SHARE_BAR = 0.5  # of Knot's time and CPU out, of the best peer's time in
MEMORY_BAR = 1.3  # of both versions
IXFR_BAR_S, IXFR_BAR_BYTES = 0.010, 1_000_000
LIMIT_S = 120
FIRST = 2026010100  # the serial that the zones are made with


# ---- what a server needs to send or to take transfers, beside bench/peers.py

class Transferring:
    """Mixed into a server: `primary` is the port of its primary; nothing for one that is primary itself."""

    primary = None

    def command(self, folder, zones_of_it):
        command = super().command(folder, zones_of_it)
        self.rewrite(folder)
        return command

    def change(self, path, *pairs):
        text = path.read_text()
        for old, new in pairs:
            assert old in text, (old, text)
            text = text.replace(old, new)
        path.write_text(text)


class Bind(Transferring, peers.Bind):
    def rewrite(self, folder):
        pairs = [("allow-transfer { none; };", "allow-transfer { any; }; min-refresh-time 600; min-retry-time 600;")]
        if self.primary:
            pairs += [("type primary; file ", f"type secondary; primaries {{ 127.0.0.1 port {self.primary}; }}; file ")]
        self.change(folder / "named.conf", *pairs)


class Nomen(Bind):
    program = peers.Nomen.program


class Nsd(Transferring, peers.Nsd):
    def rewrite(self, folder):
        path = folder / "nsd.conf"
        lines = f"  request-xfr: 127.0.0.1@{self.primary} NOKEY\n  allow-notify: 127.0.0.1 NOKEY\n" if self.primary else "  provide-xfr: 127.0.0.1 NOKEY\n"
        path.write_text(path.read_text().replace("  verbosity: 0", "  verbosity: 0\n  xfrd-reload-timeout: 0") + lines)


class Knot(Transferring, peers.Knot):
    def rewrite(self, folder):
        path = folder / "knot.conf"
        roles = "remote:\n  - id: primary\n    address: 127.0.0.1@%d\nacl:\n  - id: all\n    address: 127.0.0.1\n    action: [transfer, notify]\n" % (self.primary or 1)
        more = "    acl: all\n" + ("    master: primary\n" if self.primary else "")
        self.change(path, ("template:", roles + "template:"))
        path.write_text(path.read_text() + more)


CLASSES = {"nomen": Nomen, "knot": Knot, "nsd": Nsd, "bind": Bind}


def servers(options, names):
    wanted = [n for n in names if n == "nomen" or not options.peers or n in options.peers]
    made = []
    for name in wanted:
        server = CLASSES[name](name, path=options.subject if name == "nomen" and options.subject else None)
        if os.access(server.path, os.X_OK):
            made.append(server)
    return made


# ---- out

def send_out(report, options, zone):
    rows, figures = [], {}
    for server in servers(options, ("nomen", "knot", "nsd", "bind")):
        server.start([(zone.origin, zone.file)], PORT)
        try:
            server.wait_ready(zone.probe)
            time.sleep(2)  # until it is at rest
            runs = [receive(server, zone) for _ in range(options.rounds)]
        finally:
            server.stop()
        middle = {key: measure.median([r[key] for r in runs]) for key in runs[0]}
        figures[server.name] = middle
        rows.append([server.name, number(middle["seconds"]), number(middle["server_s"]), number(middle["records"] / middle["seconds"] / 1e6),
                     number(middle["bytes"] / middle["records"], 1), number(middle["messages"], 0)])
    report.table(f"AXFR of {zone.records:,} records", ["server", "seconds", "server CPU s", "M records/s", "bytes/record", "messages"], rows)
    for key, what in (("seconds", "time"), ("server_s", "CPU")):
        knot = figures.get("knot")
        report.bar(f"AXFR out: {what} against Knot's", knot and figures["nomen"][key] / knot[key], most=SHARE_BAR)


def receive(server, zone):
    pids = server.pids()
    measure.set_real_time(pids, True)
    before = measure.exact_cpu_s(server.pids())
    done = subprocess.run([measure.program("load_axfr"), "--port", str(PORT), "--zone", zone.origin], capture_output=True, text=True,
                          timeout=LIMIT_S, preexec_fn=measure.on_core(measure.LOAD_CORE, True))
    spent = measure.exact_cpu_s(server.pids()) - before
    measure.set_real_time(pids, False)
    if done.returncode:
        raise RuntimeError(f"{server.name}: {done.stderr.strip()}")
    return {**json.loads(done.stdout), "server_s": spent}


# ---- out, over TLS; Knot serves it from 3.4 on, and NSD wants certificates in files

class OverTls:
    def rewrite(self, folder):
        super().rewrite(folder)
        self.change(folder / "named.conf", ("allow-transfer { any; };", "allow-transfer { any; }; listen-on port %d tls ephemeral { 127.0.0.1; };" % TLS_PORT))


class NomenOverTls(OverTls, Nomen):
    pass


class BindOverTls(OverTls, Bind):
    pass


def send_out_over_tls(report, options, zone):
    rows, figures = [], {}
    for plain in servers(options, ("nomen", "bind")):
        server = (NomenOverTls if plain.name == "nomen" else BindOverTls)(plain.name, path=plain.path)
        server.start([(zone.origin, zone.file)], PORT)
        try:
            server.wait_ready(zone.probe)
            time.sleep(2)  # until it is at rest
            runs = [receive_over_tls(server, zone) for _ in range(options.rounds)]
        finally:
            server.stop()
        seconds, cpu = (measure.median(column) for column in zip(*runs))
        figures[server.name] = seconds
        rows.append([server.name, number(seconds), number(cpu), number(zone.records / seconds / 1e6)])
    report.table(f"AXFR of {zone.records:,} records over TLS 1.3", ["server", "seconds", "server CPU s", "M records/s"], rows)
    report.bar("AXFR over TLS: time against BIND's", figures["nomen"] / figures["bind"] if "bind" in figures else None, most=SHARE_BAR)


def receive_over_tls(server, zone):
    """Seconds, and CPU seconds of the server; the messages are counted and thrown away."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    context.set_alpn_protocols(["dot"])
    query = struct.pack(">6H", 7, 0, 1, 0, 0, 0) + wire_name(zone.origin) + struct.pack(">2H", 252, 1)
    pids = server.pids()
    measure.set_real_time(pids, True)
    try:
        before, begun = measure.exact_cpu_s(pids), time.monotonic()
        with socket.create_connection(("127.0.0.1", TLS_PORT), LIMIT_S) as tcp, context.wrap_socket(tcp) as tls:
            tls.sendall(struct.pack(">H", len(query)) + query)
            records, held = 0, bytearray()
            while records <= zone.records:  # the SOA comes twice
                piece = tls.recv(1 << 16)
                if not piece:
                    raise RuntimeError(f"{server.name}: the transfer has ended early, after {records} records")
                held += piece
                at = 0
                while len(held) >= at + 2 and len(held) >= at + 2 + (size := held[at] << 8 | held[at + 1]):
                    if held[at + 5] & 15:
                        raise RuntimeError(f"{server.name}: the transfer is refused")
                    records += held[at + 8] << 8 | held[at + 9]
                    at += 2 + size
                del held[:at]
        return time.monotonic() - begun, measure.exact_cpu_s(pids) - before
    finally:
        measure.set_real_time(pids, False)


# ---- in

class UpdatedPrimary(Nomen):
    def rewrite(self, folder):
        super().rewrite(folder)
        self.change(folder / "named.conf", ("type primary;", "type primary; allow-update { any; };"))


def serial_of(port, origin):
    """Nothing while nobody answers."""
    try:
        return reload.serial_of(port, origin)
    except OSError:
        return None


def wait(condition, what):
    end = time.monotonic() + LIMIT_S
    while not condition():
        if time.monotonic() > end:
            raise RuntimeError("waited in vain for " + what)
        time.sleep(0.001)


def send_datagram(port, message):
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as s:
        s.settimeout(2)
        s.connect(("127.0.0.1", port))
        s.send(message)
        return s.recv(4096)


def wire_name(text):
    return b"".join(bytes([len(label)]) + label.encode() for label in text.rstrip(".").split(".")) + b"\0"


def notify(port, origin):
    reply = send_datagram(port, struct.pack(">6H", 7, 0x2400, 1, 0, 0, 0) + wire_name(origin) + struct.pack(">2H", 6, 1))
    if reply[3] & 15:
        raise RuntimeError(f"the NOTIFY is refused with rcode {reply[3] & 15}")


def at_rest(server):
    """Waits until the server has done nothing for a second: saved copies are written in the background."""
    while True:
        before = measure.exact_cpu_s(server.pids())
        time.sleep(1)
        if measure.exact_cpu_s(server.pids()) - before < 0.01:
            return


def other_version(zone):
    """All addresses are other ones, and the serial is later."""
    path = Path(measure.DATA) / "transfers-second.zone"
    path.write_bytes(Path(zone.file).read_bytes().replace(b" A 10.", b" A 11.").replace(b" 2026010100 ", b" 2026010101 "))
    return str(path)


@contextlib.contextmanager
def primary_with(kind, zone, file):
    """On the core that the load has otherwise."""
    primary = kind("primary")
    primary.start([(zone.origin, file)], PRIMARY_PORT, core=measure.LOAD_CORE)
    try:
        primary.wait_ready(zone.probe)
        yield primary
    finally:
        primary.stop()


@contextlib.contextmanager
def secondary(server, zone, group):
    copy = Path(measure.DATA) / f"transfers-{server.name}.copy"
    server.primary = PRIMARY_PORT
    server.start([(zone.origin, str(copy))], PORT, group=group)
    try:
        wait(lambda: serial_of(PORT, zone.origin) == FIRST, f"the first version at {server.name}")
        at_rest(server)
        yield server
    finally:
        server.stop()
        copy.unlink(missing_ok=True)


def take_in(server, zone, second, group):
    """The secondary has the first version and is told of the second."""
    with contextlib.ExitStack() as running:
        with primary_with(Nomen, zone, zone.file):
            running.enter_context(secondary(server, zone, group))
        running.enter_context(primary_with(Nomen, zone, second))
        steady, before = group.anonymous(), measure.exact_cpu_s(server.pids())
        with group.watched():
            begun = time.monotonic()
            notify(PORT, zone.origin)
            wait(lambda: serial_of(PORT, zone.origin) == FIRST + 1, f"the second version at {server.name}")
            seconds = time.monotonic() - begun
            spent = measure.exact_cpu_s(server.pids()) - before
            at_rest(server)
        return {"seconds": seconds, "cpu": spent, "steady": steady, "peak": group.peak}


def transfers_in(report, options, zone, group):
    rows, figures, second = [], {}, other_version(zone)
    for server in servers(options, ("nomen", "knot", "nsd", "bind")):
        runs = [take_in(server, zone, second, group) for _ in range(options.repeat)]
        best = {key: min(r[key] for r in runs) for key in runs[0]}
        figures[server.name] = best
        rows.append([server.name, number(best["seconds"]), number(best["cpu"]), number(best["steady"] / (1 << 20), 0),
                     number(best["peak"] / (1 << 20), 0), number(best["peak"] / best["steady"] / 2)])
    report.table("AXFR in, all addresses changed: NOTIFY to the first answer", ["server", "seconds", "CPU s till then", "steady MiB", "peak MiB", "peak / both versions"], rows)
    best = min((f["seconds"] for name, f in figures.items() if name != "nomen"), default=None)
    report.bar("AXFR in: time against the best peer's", best and figures["nomen"]["seconds"] / best, most=SHARE_BAR)
    report.bar("AXFR in: peak of memory against both versions", figures["nomen"]["peak"] / figures["nomen"]["steady"] / 2, most=MEMORY_BAR)


# ---- ten records

def ten_records(zone, number_of):
    records = b"".join(wire_name(f"new{i}-{number_of}.{zone.origin}") + struct.pack(">HHIH", 1, 1, 60, 4) + bytes([192, 0, 2, i]) for i in range(10))
    return struct.pack(">6H", 9, 0x2800, 1, 0, 10, 0) + wire_name(zone.origin) + struct.pack(">2H", 6, 1) + records


def one_step(server, zone, serial, group):
    if send_datagram(PRIMARY_PORT, ten_records(zone, serial))[3] & 15:
        raise RuntimeError("the update is refused")
    at_rest(server)
    cpu, memory = measure.exact_cpu_s(server.pids()), group.anonymous()
    begun = time.monotonic()
    notify(PORT, zone.origin)
    wait(lambda: serial_of(PORT, zone.origin) == serial, "the new version")
    return time.monotonic() - begun, measure.exact_cpu_s(server.pids()) - cpu, group.anonymous() - memory


def step_in(report, options, zone, group):
    file = Path(measure.DATA) / "transfers-updated.zone"
    file.write_bytes(Path(zone.file).read_bytes())
    with primary_with(UpdatedPrimary, zone, str(file)), secondary(servers(options, ("nomen",))[0], zone, group) as server:
        costs = [one_step(server, zone, FIRST + step, group) for step in range(1, 6)]
    file.unlink()
    seconds, cpu, memory = (measure.median(column) for column in zip(*costs))
    report.table("ten records by IXFR into a million", ["NOTIFY to answer ms", "CPU ms", "more memory kB"], [[number(seconds * 1e3), number(cpu * 1e3), number(memory / 1e3, 0)]])
    report.bar("IXFR of ten records: seconds", seconds, most=IXFR_BAR_S, digits=4)
    report.bar("IXFR of ten records: bytes of memory", memory, most=IXFR_BAR_BYTES, digits=0)


def run(report, options):
    zone = zones.make("hosts", NAMES, measure.DATA)
    send_out(report, options, zone)
    send_out_over_tls(report, options, zone)
    group = measure.MemoryGroup()
    try:
        transfers_in(report, options, zone, group)
        step_in(report, options, zone, group)
    finally:
        group.close()
