"""Loading: from the start of the process to the first right answer for the zone's last name; CPU time; anonymous
memory per record, steady and at its peak (the kernel's count for the whole family of processes)."""

import time

import measure
import peers
import zones
from report import number

CASES = [("hosts", 1_000_000), ("delegations", 1_000_000)]
TIME_BAR = 0.167  # of NSD's
MEMORY_BAR = 90  # bytes per record
HEAD = ["server", "cores", "seconds", "CPU s", "M records/s", "steady MiB", "bytes/record", "peak bytes/record", "stop s"]


def read_into_cache(path):
    with open(path, "rb") as f:
        while f.read(1 << 22):
            pass


def load_once(server, zone, cores, group):
    with group.watched():
        server.start([(zone.origin, zone.file)], 24400, core=cores, group=group)
        try:
            seconds = server.wait_ready(zone.probe)
            cpu = sum(measure.cpu_s(server.pids()))
            time.sleep(1.5)  # until what loading needed for itself is given back
            steady = group.anonymous()
        finally:
            stop = server.stop()
    return {"seconds": seconds, "cpu": cpu, "steady": steady, "peak": group.peak, "stop": stop}


def measure_zone(report, options, kind, names, group):
    zone = zones.make(kind, names, measure.DATA)
    read_into_cache(zone.file)
    best, rows = {}, []
    for cores in ("0", "0,1"):
        workers = len(cores.split(","))
        for server in peers.servers(options, ("nomen", "nsd") if options.quick else ("nomen", "nsd", "knot", "bind", "pdns"),
                                    workers=workers):
            if workers == 2 and server.name != "nomen":
                continue  # none of them loads one zone on two cores
            try:
                runs = [load_once(server, zone, cores, group) for _ in range(options.repeat)]
            except RuntimeError as problem:
                print(f"   {problem}", flush=True)
                continue
            least = {key: min(r[key] for r in runs) for key in runs[0]}
            best[server.name, workers] = least
            rows.append([server.name, workers, number(least["seconds"]), number(least["cpu"]),
                         number(zone.records / least["seconds"] / 1e6), number(least["steady"] / (1 << 20), 0),
                         number(least["steady"] / zone.records, 0), number(least["peak"] / zone.records, 0),
                         number(least["stop"])])
    title = f"{kind} {names:,}: {zone.records:,} records, {zone.bytes / 1e6:.0f} MB"
    report.table(title, HEAD, rows)
    nomen, two, nsd = best.get(("nomen", 1)), best.get(("nomen", 2)), best.get(("nsd", 1))
    report.bar(f"{kind}: seconds against NSD's, one core", nomen and nsd and nomen["seconds"] / nsd["seconds"], most=TIME_BAR)
    report.bar(f"{kind}: seconds on two cores against one", nomen and two and two["seconds"] / nomen["seconds"], most=0.99)
    report.bar(f"{kind}: steady bytes per record", nomen and nomen["steady"] / zone.records, most=MEMORY_BAR, digits=0)


def run(report, options):
    group = measure.MemoryGroup()
    try:
        for kind, names in CASES:
            measure_zone(report, options, kind, names, group)
    finally:
        group.close()
