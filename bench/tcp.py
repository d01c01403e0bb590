"""Answering over TCP: pipelined on few connections, and one query per connection. The figure is the server's CPU
per answered query; a bar of 1.2 means that the best peer spends at least 1.2 times what Nomen does."""

import measure
import peers
import zones
from answer_udp import start
from report import number

MANNERS = {
    "pipelined on 4 connections": {"connections": 4, "window": 32},
    "one query per connection": {"connections": 32, "one_shot": True},
}
BAR = 1.2
HEAD = ["server", "answered/s", "CPU us/query", "best peer / it", "busy", "generator busy", "connections", "broken", "lost"]


def advantage(results, name):
    """Median over the rounds of the cheapest other server's CPU per query against name's."""
    ratios = []
    for turn, own in enumerate(results.get(name, [])):
        rivals = [bursts[turn]["server_us"] for other, bursts in results.items() if other not in (name, "nomen")]
        if rivals:
            ratios.append(min(rivals) / own["server_us"])
    return measure.median(ratios)


def run(report, options):
    zone = zones.make("hosts", 100_000, measure.DATA)
    live = []
    try:
        for place, server in enumerate(peers.servers(options)):
            if start(server, zone, 24200 + place):
                live.append(server)
        for manner, settings in MANNERS.items():
            results = {server.name: [] for server in live}
            for turn in range(options.rounds + 1):
                for server in live:
                    result = measure.burst(server, "load_tcp", zone.queries["hits-zipf"], seconds=options.seconds, **settings)
                    if turn > 0:
                        results[server.name].append(result)
            rows = []
            for name, bursts in results.items():
                def mid(key, bursts=bursts):
                    return measure.median([b[key] for b in bursts])
                rows.append([name, number(mid("qps"), 0), number(mid("server_us")), number(advantage(results, name)),
                             number(mid("server_busy")), number(mid("load_busy")), number(mid("connections"), 0),
                             sum(b["refused_connections"] for b in bursts), sum(b["lost"] for b in bursts)])
            report.table(f"TCP, {manner}, hosts 100,000", HEAD, rows)
            report.bar(f"TCP, {manner}: best peer's CPU against Nomen's", advantage(results, "nomen"), least=BAR)
    finally:
        for server in live:
            server.stop()
