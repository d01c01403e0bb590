"""A hundred thousand zones of ten records: from the start of the process until every zone's SOA is answered,
bytes per zone, and how long adding one zone takes until it is answered."""

import base64
import os
import random
import statistics
import time

import measure
import peers
import rndc
import zones
from report import number

ZONES = 100_000
TIME_BAR = 0.2  # of the best peer's
BYTES_BAR = 3000  # a zone
ADD_BAR_MS = 10
ADDITIONS = 15
CONTROL_PORT = 24601


class NomenControlled(peers.Nomen):
    """Nomen with the control channel open."""

    def __init__(self, *words, **settings):
        super().__init__(*words, **settings)
        self.secret = os.urandom(32)
        key = f'key "bench" {{ algorithm hmac-sha256; secret "{base64.b64encode(self.secret).decode()}"; }};\n'
        self.outside = key + (f"controls {{ inet 127.0.0.1 port {CONTROL_PORT} allow {{ 127.0.0.1; }} "
                              f'keys {{ "bench"; }}; }};\n')
        self.extra_options = "allow-new-zones yes;"


FIRST_ASKED = 4


def samples(many):
    """Names of some zones from all over the list and its end, in no order."""
    some = many.zones[::len(many.zones) // 200] + many.zones[-20:]
    return [origin for origin, _ in random.Random(1).sample(some, len(some))]


def read_files(many):
    """So that no server waits for the disk, nor for what the system has let go of since the last one."""
    for _, path in many.zones:
        with open(path, "rb") as file:
            file.read()


def until_all_answered(server, many, limit_s=300):
    """Seconds from the start until a sweep over all zones got a right answer from each.

    A sweep takes a core for a while. So a few zones are asked until all of them are there, and more at once as long as all
    are; then comes the sweep. The server keeps its priority until then: one that answers its first zones early has it no
    shorter than one that answers nothing before all are loaded."""
    waiting = samples(many)
    asked = FIRST_ASKED
    with measure.own_real_time():
        while waiting and time.monotonic() - server.started < limit_s:
            if server.process.poll() is not None:
                raise RuntimeError(f"{server.name} ended with status {server.process.returncode}: {server.tail()}")
            names = waiting[-asked:]
            answered = set(measure.answered_of(server.port, names))
            waiting = [name for name in waiting if name not in answered]
            asked = asked * 2 if len(answered) == len(names) else FIRST_ASKED
            if asked == FIRST_ASKED:
                time.sleep(0.008)
    while time.monotonic() - server.started < limit_s:
        begun = time.monotonic()
        # A small window: no server drops queries for want of room in its socket.
        sweep = measure.load("load_udp", server.port, many.sweep, count=len(many.zones), window=64)
        if sweep["rcodes"].get("0", 0) == len(many.zones) and sweep["with_answer"] == len(many.zones):
            measure.set_real_time(server.pids(), False)
            return begun - server.started
    raise RuntimeError(f"{server.name}: not all zones are answered")


def answered_within_ms(server, origin, begun, limit_s=10):
    while time.monotonic() - begun < limit_s:
        response = measure.ask(server.port, f"{origin} SOA")
        if response and response[0] == 0 and response[1] > 0:
            return (time.monotonic() - begun) * 1000
    return None


def add_zones(server, file, manner, times=ADDITIONS):
    """Milliseconds from sending the command until the zone is answered, of each time."""
    found = []
    for i in range(times):
        origin = f"added-{manner}-{i}.example."
        statement = f'{{ type primary; file "{file}"; }};'
        if manner == "reconfig":
            with open(server.folder / "named.conf", "a") as conf:
                conf.write(f'zone "{origin}" {statement}\n')
        time.sleep(0.1)
        connection = rndc.Connection(CONTROL_PORT, server.secret)
        begun = time.monotonic()
        reply = connection.call("reconfig" if manner == "reconfig" else f"addzone {origin} {statement}")
        took = answered_within_ms(server, origin, begun)
        connection.close()
        if took is None:
            raise RuntimeError(f"{manner} did not add {origin}: {reply}")
        found.append(took)
    return found


class Found:
    """What one server's starts brought."""

    def __init__(self):
        self.seconds, self.cpu_s, self.bytes, self.peak, self.stop_s = [], [], [], [], []

    def row(self, name):
        return [name, number(statistics.median(self.seconds)), number(min(self.seconds)), number(statistics.median(self.cpu_s)),
                number(statistics.median(self.bytes), 0), number(max(self.peak), 0), number(statistics.median(self.stop_s))]


def start_once(server, many, group, found, added):
    """One start; what it took goes to `found`. `added` gets what adding a zone takes, unless it is None."""
    read_files(many)
    with group.watched():
        server.start(many.zones, 24600, core="0,1", group=group)
        try:
            seconds = until_all_answered(server, many)
            time.sleep(1.5)
            found.bytes.append(group.anonymous() / ZONES)
            found.cpu_s.append(sum(measure.cpu_s(server.pids())))
            found.seconds.append(seconds)
            for manner in ("reconfig", "addzone") if added is not None else ():
                with measure.own_real_time():
                    measure.set_real_time(server.pids(), True)
                    added[manner] = add_zones(server, many.zones[0][1], manner)
        finally:
            found.stop_s.append(server.stop())
    found.peak.append(group.peak / ZONES)


def ratio_to_best(all_found):
    """Median over the rounds of our time against the best peer's of the same round."""
    peers_seconds = [found.seconds for name, found in all_found.items() if name != "nomen"]
    if "nomen" not in all_found or not peers_seconds:
        return None
    return statistics.median(mine / min(others) for mine, *others in zip(all_found["nomen"].seconds, *peers_seconds))


def run(report, options):
    """By turns: a start that finds memory that the host has taken back is slower, whoever's it is."""
    many = zones.make("many", ZONES, measure.DATA)
    group = measure.MemoryGroup()
    added = {}
    names = ("nomen", "nsd", "knot") if options.quick else ("nomen", "nsd", "knot", "bind")
    chosen = [NomenControlled("nomen", options.subject) if server.name == "nomen" else server
              for server in peers.servers(options, names)]
    all_found = {server.name: Found() for server in chosen}
    try:
        for turn in range(options.rounds):
            for server in [server for server in chosen if server.name in all_found]:
                asks_more = server.name == "nomen" and turn + 1 == options.rounds
                try:
                    start_once(server, many, group, all_found[server.name], added if asks_more else None)
                except RuntimeError as problem:
                    print(f"   {problem}", flush=True)
                    del all_found[server.name]
        report.table(f"{ZONES:,} zones of ten records, {options.rounds} starts each",
                     ["server", "all answered s", "least", "CPU s", "bytes/zone", "peak", "stop s"],
                     [found.row(name) for name, found in all_found.items()])
        report.bar("many zones: seconds against the best peer", ratio_to_best(all_found), most=TIME_BAR)
        nomen = all_found.get("nomen")
        report.bar("many zones: bytes per zone", nomen and statistics.median(nomen.bytes), most=BYTES_BAR, digits=0)
        report.table("adding one zone, one after the other, ms until answered", ["by", "the first", "median", "least", "most"],
                     [[manner, *(number(v, 1) for v in (took[0], statistics.median(took), min(took), max(took)))]
                      for manner, took in added.items()])
        for manner, took in added.items():
            report.bar(f"many zones: ms to add one by {manner}", statistics.median(took), most=ADD_BAR_MS, digits=1)
    finally:
        group.close()
