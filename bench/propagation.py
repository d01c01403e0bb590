"""From an update's acknowledgement by a primary to its answer on a secondary, both Nomen, while one update follows the other."""

import os
import shutil
import socket
import struct
import subprocess
import tempfile
import threading
import time

import measure
from report import number

PORTS = {"primary": 5300, "secondary": 5301}
UPDATES_A_SECOND = 200
MEDIAN_BAR_MS, SLOWEST_BAR_MS = 20, 100
ZONE = "$TTL 300\n@ SOA ns1 hostmaster 1 3600 900 604800 60\n@ NS ns1\nns1 A 192.0.2.1\n"


def start(program, directory, role):
    os.makedirs(directory)
    with open(directory + "/zone", "w") as f:
        f.write(ZONE)
    zone = {"primary": 'type primary; file "zone"; allow-update { any; }; notify explicit; also-notify { 127.0.0.1 port 5301; };',
            "secondary": 'type secondary; file "copy"; notify no; primaries { 127.0.0.1 port 5300; };'}[role]
    with open(directory + "/named.conf", "w") as f:
        f.write('options { directory "%s"; listen-on port %d { 127.0.0.1; }; listen-on-v6 { none; }; recursion no; pid-file "pid"; };\n'
                'controls { };\nzone "dyn.test" { %s };\n' % (directory, PORTS[role], zone))
    with open(directory + "/log", "w") as log:
        return subprocess.Popen([program, "-g", "-n", "1", "-c", directory + "/named.conf"], stdout=log, stderr=log)


def name(text):
    return b"".join(bytes([len(label)]) + label.encode() for label in text.split(".")) + b"\0"


def update(number_of):
    """Adds one A record."""
    zone = name("dyn.test")
    record = name("host%d.dyn.test" % number_of) + struct.pack(">HHIH", 1, 1, 60, 4) + bytes([192, 0, 2, 1])
    return struct.pack(">HHHHHH", number_of & 0xffff, 0x2800, 1, 0, 1, 0) + zone + struct.pack(">HH", 6, 1) + record


def ask(port, message, timeout_s=2):
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as s:
        s.settimeout(timeout_s)
        s.connect(("127.0.0.1", port))
        s.send(message)
        return s.recv(65535)


def serial(port):
    """nothing while there is none"""
    try:
        reply = ask(port, measure.question("dyn.test.", "SOA", 7))
    except OSError:
        return None
    if reply[3] & 15 or not struct.unpack(">H", reply[6:8])[0]:
        return None
    # In this zone the SOA is the only record of the answer and its rdata ends with five numbers; what follows are NS and A.
    at = 12
    while reply[at]:
        at += reply[at] + 1
    at += 5
    at += 2 if reply[at] >= 0xc0 else 10
    size = struct.unpack(">H", reply[at + 8:at + 10])[0]
    return struct.unpack(">I", reply[at + 10 + size - 20:at + 10 + size - 16])[0]


def watch(seen, ending):
    """When each serial was there for the first time."""
    while not ending.is_set():
        now = serial(PORTS["secondary"])
        if now is not None and now not in seen:
            seen[now] = time.monotonic()
        time.sleep(0.0005)


def wait(condition, what, limit_s=30):
    end = time.monotonic() + limit_s
    while not condition():
        if time.monotonic() > end:
            raise RuntimeError("waited in vain for " + what)
        time.sleep(0.02)


def run(report, options):
    program = os.path.abspath(options.subject or str(measure.BUILD / "bin" / "named"))
    top = tempfile.mkdtemp(prefix="nomen-propagation-")
    servers = []
    try:
        for role in PORTS:
            servers.append(start(program, os.path.join(top, role), role))
        wait(lambda: serial(PORTS["secondary"]) == 1, "the zone at the secondary")
        count = UPDATES_A_SECOND * (3 if options.quick else 10)
        acknowledged, seen, ending = {}, {}, threading.Event()
        watcher = threading.Thread(target=watch, args=(seen, ending))
        watcher.start()
        began = time.monotonic()
        for i in range(1, count + 1):
            time.sleep(max(0, began + i / UPDATES_A_SECOND - time.monotonic()))
            if ask(PORTS["primary"], update(i))[3] & 15 == 0:
                acknowledged[i + 1] = time.monotonic()
        took = time.monotonic() - began
        wait(lambda: max(seen, default=0) == count + 1, "the last update")
        ending.set()
        watcher.join()
    finally:
        for server in servers:
            server.terminate()
            server.wait()
    arrivals = sorted(seen.items())
    delays = []
    for number_of, when in sorted(acknowledged.items()):
        first = next(at for arrived, at in arrivals if arrived >= number_of)
        delays.append(max(0, first - when) * 1000)
    delays.sort()
    median, slowest = delays[len(delays) // 2], delays[len(delays) * 99 // 100]
    notifies = open(os.path.join(top, "secondary/log")).read().count("received notify")
    report.table("update acknowledged -> answered by the secondary", ["updates", "a second", "NOTIFYs", "median ms", "99 % ms", "most ms"],
                 [[len(delays), number(len(delays) / took, 0), notifies, number(median), number(slowest), number(delays[-1])]])
    report.bar("median, ms", median, most=MEDIAN_BAR_MS)
    report.bar("99 of 100, ms", slowest, most=SLOWEST_BAR_MS)
    shutil.rmtree(top, ignore_errors=True)
