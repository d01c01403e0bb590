"""User-space instructions per query under callgrind: the server answers N queries in one run and 2N in another;
the difference of the totals, divided by N, is one query's. Hardly any noise; the kernel's part is not in it."""

import measure
import peers
import zones
from report import number

# (kind of zone, names, query kind, bar)
CASES = [
    ("hosts", 10_000, "hits-zipf", 900),
    ("hosts", 10_000, "nxdomain", 1200),
    ("delegations", 10_000, "referral", 1200),
]
QUERIES = 20_000


def total(folder):
    """Instructions of all processes that left a profile in the folder."""
    count = 0
    for profile in folder.glob("callgrind.*"):
        with open(profile, errors="replace") as f:
            count += next((int(line.split()[1]) for line in f if line.startswith(("summary:", "totals:"))), 0)
    return count


def one_run(server, zone, query_kind, queries, folder):
    for old in folder.glob("callgrind.*"):
        old.unlink()
    prefix = ("valgrind", "-q", "--tool=callgrind", f"--callgrind-out-file={folder}/callgrind.%p")
    server.start([(zone.origin, zone.file)], 24300, prefix=prefix, real_time=False)
    try:
        server.wait_ready(zone.probe, limit_s=300, step_s=0.1)
        result = measure.load("load_udp", server.port, zone.queries[query_kind], real_time=False, count=queries,
                              window=64, sockets=1, nap_us=100, timeout_ms=30_000)
    finally:
        server.stop()
    return total(folder), result


def run(report, options):
    folder = measure.DATA / "callgrind"
    folder.mkdir(parents=True, exist_ok=True)
    for kind, names, query_kind, bar in CASES:
        zone = zones.make(kind, names, measure.DATA)
        rows, figures = [], {}
        # The peers' figures do not change from day to day: the quick run leaves them out.
        for server in peers.servers(options, ("nomen",) if options.quick else ("nomen", "nsd", "knot")):
            try:
                few, _ = one_run(server, zone, query_kind, QUERIES, folder)
                many, result = one_run(server, zone, query_kind, 2 * QUERIES, folder)
            except RuntimeError as problem:
                print(f"   {problem}", flush=True)
                continue
            figures[server.name] = (many - few) / QUERIES
            rows.append([server.name, number(figures[server.name], 0), number(result["mean_bytes"], 0), result["lost"],
                         result["rcodes"]])
        title = f"{kind} {names:,}, {query_kind}"
        report.table(title, ["server", "instructions/query", "bytes", "lost", "rcodes"], rows)
        report.bar(f"{title}: instructions", figures.get("nomen"), most=bar, digits=0)
