"""Answering over UDP: CPU of the server per answered query, one worker on one core, generator on the other.

All servers are started first, then each round loads them one after the other; a ratio compares with the best
peer, or the echo, of the same round, and the median over the rounds is told.
"""

import measure
import peers
import zones
from report import number

# (kind of zone, names, query kinds, minimal answers, bar against the best of NSD and Knot)
CASES = [
    ("hosts", 100_000, ("hits-zipf", "hits-uniform", "nxdomain", "mixed"), True, 0.80),
    ("hosts", 1_000_000, ("hits-uniform", "nxdomain"), True, 0.65),
    ("delegations", 1_000_000, ("referral", "nxdomain"), True, 0.65),
    ("hosts", 100_000, ("hits-zipf", "nxdomain"), False, 0.80),
    ("delegations", 1_000_000, ("referral",), False, 0.65),
]
ECHO_BAR = 1.35


def start(server, zone, port):
    server.start([(zone.origin, zone.file)], port)
    try:
        server.wait_ready(zone.probe)
    except RuntimeError as problem:
        print(f"   {problem}", flush=True)
        server.stop()
        return False
    return True


def rounds(live, queries, options, **load_options):
    """{server name: [one burst a round]}; the first round only warms."""
    results = {server.name: [] for server in live}
    for turn in range(options.rounds + 1):
        for server in live:
            result = measure.burst(server, "load_udp", queries, seconds=options.seconds, skip=turn * 40_009,
                                   **load_options)
            if turn > 0:
                results[server.name].append(result)
    return results


def paired(results, name, others):
    """Median over the rounds of name's CPU per query against the cheapest of others in the same round."""
    ratios = []
    for turn, own in enumerate(results.get(name, [])):
        rivals = [results[other][turn]["server_us"] for other in others if other in results and other != name]
        if rivals:
            ratios.append(own["server_us"] / min(rivals))
    return measure.median(ratios)


def rows(results, best):
    for name, bursts in results.items():
        def mid(key):
            return measure.median([b[key] for b in bursts])
        lost = sum(b["lost"] for b in bursts)
        yield [name, number(mid("qps"), 0), number(mid("server_us")), number(mid("user_us")),
               number(min(b["server_us"] for b in bursts)), number(paired(results, name, best)),
               number(paired(results, name, ["echo"])), number(mid("server_busy")), number(mid("load_busy")), lost,
               number(mid("mean_bytes"), 0), bursts[-1]["rcodes"]]


HEAD = ["server", "answered/s", "CPU us/query", "user", "least", "/best", "/echo", "busy", "generator busy", "lost",
        "bytes", "rcodes"]


def measure_case(report, options, kind, names, query_kinds, minimal, bar):
    zone = zones.make(kind, names, measure.DATA)
    # With full answers only NSD is asked for the same as Nomen.
    wanted = ("nomen", "nsd", "knot", "bind", "pdns") if minimal else ("nomen", "nsd", "bind")
    live = []
    try:
        for place, server in enumerate(peers.servers(options, (*wanted, "echo"), minimal=minimal)):
            if start(server, zone, 24100 + place):
                live.append(server)
        best = [server.name for server in live if server.counts_as_best]
        for query_kind in query_kinds:
            results = rounds(live, zone.queries[query_kind], options)
            title = f"{kind} {names:,}, {query_kind}, {'minimal' if minimal else 'full'} answers"
            report.table(title, HEAD, list(rows(results, best)))
            report.bar(f"{title}: CPU against the best of {', '.join(best)}", paired(results, "nomen", best), most=bar)
            report.bar(f"{title}: CPU against the echo", paired(results, "nomen", ["echo"]), most=ECHO_BAR)
    finally:
        for server in live:
            server.stop()


def run(report, options):
    for case in CASES:
        if not options.quick or case[1] <= 100_000:
            measure_case(report, options, *case)
