"""Reloading a zone of a million hosts while it is asked: the peak of memory against the steady size before, and
what a query costs the answering thread while the reload runs against before."""

import shutil
import signal
import time

import measure
import peers
import zones
from report import number

PEAK_BAR = 1.6
SLOWER_BAR = 1.1


def worker_us(server, queries, seconds, until=None):
    """CPU us per query of the server's busiest thread, over bursts; until: stop when this says so."""
    spent = answered = lost = 0
    worst = 0
    end = time.monotonic() + seconds
    while time.monotonic() < end and not (until and until()):
        before = measure.task_cpu_s(server.process.pid)
        # A small window, so that no query is dropped for want of room in the server's socket.
        result = measure.load("load_udp", server.port, queries, seconds=0.2, window=64)
        after = measure.task_cpu_s(server.process.pid)
        # Only threads that served count: the loader's share is its own affair.
        answering = max(after[t] - before.get(t, 0) for t in server.answering if t in after)
        spent += answering
        answered += result["answered"]
        lost += result["lost"]
        worst = max(worst, result["p99_us"])
    return {"us": spent * 1e6 / max(1, answered), "answered": answered, "lost": lost, "p99_us": worst}


def find_answering(server, queries):
    before = measure.task_cpu_s(server.process.pid)
    measure.load("load_udp", server.port, queries, seconds=0.5)
    after = measure.task_cpu_s(server.process.pid)
    spent = {t: after[t] - before.get(t, 0) for t in after}
    most = max(spent.values())
    return [t for t, s in spent.items() if s > most / 4]


def serial_of(port, origin):
    import socket
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as s:
        s.settimeout(1)
        s.connect(("127.0.0.1", port))
        s.send(measure.question(origin, "SOA", 7))
        response = s.recv(4096)
    # The SOA's five numbers end the answer section; with minimal answers they end the message.
    return int.from_bytes(response[-20:-16], "big")


def run(report, options):
    zone = zones.make("hosts", 1_000_000, measure.DATA)
    group = measure.MemoryGroup()
    copy = measure.DATA / "reload.zone"
    shutil.copy(zone.file, copy)
    server = next(iter(peers.servers(options, ("nomen",))), None)
    try:
        if server is None:
            report.bar("peak memory of a reload against the steady size", None, most=PEAK_BAR)
            return
        queries = zone.queries["hits-uniform"]
        server.start([(zone.origin, str(copy))], 24500, core="0,1", group=group)
        server.wait_ready(zone.probe)
        server.answering = find_answering(server, queries)
        time.sleep(1)
        steady = group.anonymous()
        quiet = worker_us(server, queries, 3)
        text = copy.read_text().replace(" 2026010100 ", " 2026010101 ", 1)
        fresh = copy.with_suffix(".new")
        fresh.write_text(text)
        fresh.rename(copy)
        with group.watched():
            begun = time.monotonic()
            server.process.send_signal(signal.SIGHUP)
            during = worker_us(server, queries, 60, until=lambda: serial_of(server.port, zone.origin) == 2026010101)
            took = time.monotonic() - begun
        time.sleep(1.5)
        after = group.anonymous()
        report.table("reload of hosts 1,000,000, one worker, two cores",
                     ["", "worker CPU us/query", "answered", "lost", "worst p99 us", "memory MiB"],
                     [["before", number(quiet["us"]), quiet["answered"], quiet["lost"], quiet["p99_us"], steady >> 20],
                      ["during", number(during["us"]), during["answered"], during["lost"], during["p99_us"], group.peak >> 20],
                      [f"after {took:.2f} s", "", "", "", "", after >> 20]])
        report.bar("peak memory of a reload against the steady size", group.peak / steady, most=PEAK_BAR)
        report.bar("worker CPU per query during a reload against before", during["us"] / quiet["us"], most=SLOWER_BAR)
        report.bar("queries lost during a reload", during["lost"], most=0, digits=0)
    finally:
        if server is not None:
            server.stop()
        copy.unlink(missing_ok=True)
        group.close()
