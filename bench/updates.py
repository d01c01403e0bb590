"""Acknowledged dynamic updates a second: one A record each, signed with TSIG, over UDP, on the disk and on a memory file system."""

import json
import os
import shutil
import subprocess
import tempfile
import time

import measure
from report import number

PORTS = {"nomen": 5300, "bind": 5301, "knot": 5302, "large": 5303}
SECRET = "c2VjcmV0c2VjcmV0c2VjcmV0c2VjcmV0c2VjcmV0IQ=="
WINDOWS = (1, 128)
NAMES, MANY_NAMES = 10_000, 1_000_000
DISK_BAR, MEMORY_BAR, ONE_BAR, LARGE_BAR = 10, 4, 1, 0.9
PLACES = {"disk": "/var/tmp", "memory": "/dev/shm"}
PEERS = {"bind": "/usr/sbin/named", "knot": "/usr/sbin/knotd"}


def write_zone(path, names):
    with open(path, "w") as f:
        f.write("$ORIGIN dyn.test.\n$TTL 300\n@ SOA ns1 host 1 7200 3600 1209600 300\n@ NS ns1\nns1 A 127.0.0.1\n")
        f.writelines("h%d A 10.%d.%d.%d\n" % (i, i >> 16 & 255, i >> 8 & 255, i & 255) for i in range(names))


def named_conf(directory, port):
    return ('options { directory "%s"; listen-on port %d { 127.0.0.1; }; listen-on-v6 { none; }; recursion no; notify no;\n'
            '  dnssec-validation no; pid-file "pid"; session-keyfile "session.key"; };\ncontrols { };\n'
            'key "k.test" { algorithm hmac-sha256; secret "%s"; };\n'
            'zone "dyn.test" { type primary; file "zone"; allow-update { key "k.test"; }; };\n' % (directory, port, SECRET))


def knot_conf(directory, port):
    return ('server:\n  rundir: "%s"\n  listen: 127.0.0.1@%d\n  udp-workers: 1\n  tcp-workers: 1\n  background-workers: 1\n'
            'database:\n  storage: "%s"\nkey:\n  - id: k.test\n    algorithm: hmac-sha256\n    secret: %s\n'
            'acl:\n  - id: updates\n    key: k.test\n    action: update\n'
            'template:\n  - id: default\n    storage: "%s"\n    zonefile-sync: -1\n    zonefile-load: whole\n    journal-content: changes\n'
            'zone:\n  - domain: dyn.test\n    file: "zone"\n    acl: updates\n' % (directory, port, directory, SECRET, directory))


def start(kind, program, directory, zone):
    os.makedirs(directory)
    port = PORTS[kind]
    shutil.copy(zone, directory + "/zone")
    conf = os.path.join(directory, "conf")
    with open(conf, "w") as f:
        f.write((knot_conf if kind == "knot" else named_conf)(directory, port))
    command = [program, "-c", conf] if kind == "knot" else [program, "-g", "-n", "1", "-c", conf]
    with open(directory + "/log", "w") as log:
        process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=log, stderr=log, preexec_fn=measure.on_core(measure.SERVER_CORE, False))
    until = time.monotonic() + 120
    while True:
        if process.poll() is not None or time.monotonic() > until:
            raise RuntimeError("%s does not answer: %s" % (program, open(directory + "/log").read()[-500:]))
        answer = measure.ask(port, "h1.dyn.test. A")
        if answer is not None and answer[0] == 0:
            settle(process)
            return process
        time.sleep(0.05)


def settle(process, limit_s=60):
    """What a server does behind its first answers, on low priority (an image of a large zone), is done before a burst: a burst
    is of the real-time class, in which all threads are equal."""
    until = time.monotonic() + limit_s
    spent = -1
    while time.monotonic() < until:
        now = measure.exact_cpu_s([process.pid])
        if now - spent < 0.005:
            return
        spent = now
        time.sleep(0.5)


def burst(kind, process, window, seconds, prefix):
    measure.set_real_time(measure.family(process.pid), True)
    done = subprocess.run([measure.program("load_update"), "--port", str(PORTS[kind]), "--zone", "dyn.test", "--key", "k.test:" + SECRET,
                           "--seconds", str(seconds), "--window", str(window), "--prefix", prefix],
                          capture_output=True, text=True, check=True, preexec_fn=measure.on_core(measure.LOAD_CORE, True))
    measure.set_real_time(measure.family(process.pid), False)
    return json.loads(done.stdout)


def rates(servers, place, zones, windows, options):
    """Acknowledged updates a second: {window: [{server: rate} of each round]}. In a round one server is loaded after the other:
    the machine's speed changes from minute to minute, and what counts is how they compare at one time. `zones` are files."""
    top = tempfile.mkdtemp(prefix="nomen-updates-", dir=PLACES[place])
    running = {}
    try:
        for kind, program in servers.items():
            running[kind] = start(kind, program, os.path.join(top, kind), zones[kind])
        rounds = {window: [{} for _ in range(options.rounds)] for window in windows}
        for window in windows:
            for number_of_round, found in enumerate(rounds[window]):
                for kind, process in running.items():
                    done = burst(kind, process, window, options.seconds, "w%dr%d-" % (window, number_of_round))
                    wrong = sum(count for code, count in done["rcodes"].items() if code != "0")
                    if wrong:
                        raise RuntimeError("%s refused %d updates" % (kind, wrong))
                    found[kind] = done["per_s"]
        return rounds
    finally:
        for process in running.values():
            process.terminate()
        for process in running.values():
            process.wait()
        shutil.rmtree(top, ignore_errors=True)


def rate(rounds, kind):
    return measure.median([found[kind] for found in rounds])


def ratio(rounds, against):
    """Nomen to the best of those servers, within each round; the median."""
    peers = [kind for kind in against if kind in rounds[0]]
    return measure.median([found["nomen"] / max(found[kind] for kind in peers) for found in rounds]) if peers else None


def run(report, options):
    subject = os.path.abspath(options.subject or str(measure.BUILD / "bin" / "named"))
    servers = {"nomen": subject, **{k: p for k, p in PEERS.items() if os.path.exists(p) and k in (options.peers or PEERS)}}
    with tempfile.TemporaryDirectory(prefix="nomen-updates-zone-") as work:
        zone = os.path.join(work, "zone")
        write_zone(zone, NAMES)
        found = {place: rates(servers, place, dict.fromkeys(servers, zone), WINDOWS, options) for place in PLACES}
        large = None
        if not options.quick:
            large_zone = os.path.join(work, "large")
            write_zone(large_zone, MANY_NAMES)
            large = rates({"nomen": subject, "large": subject}, "memory", {"nomen": zone, "large": large_zone}, WINDOWS[1:], options)[128]
    report.table("acknowledged updates a second (TSIG hmac-sha256, UDP, a zone of %d names)" % NAMES, ["place, in flight", *servers],
                 [["%s, %d" % (place, window), *(number(rate(found[place][window], kind), 0) for kind in servers)]
                  for place in PLACES for window in WINDOWS])
    report.bar("disk, 128 in flight, to the best peer", ratio(found["disk"][128], PEERS), least=DISK_BAR)
    report.bar("memory, 128 in flight, to the best peer", ratio(found["memory"][128], PEERS), least=MEMORY_BAR)
    report.bar("disk, one in flight, to BIND", ratio(found["disk"][1], ["bind"]), least=ONE_BAR)
    report.bar("memory, 128 in flight: a zone of a million names to one of ten thousand",
               measure.median([each["large"] / each["nomen"] for each in large]) if large else None, least=LARGE_BAR)
