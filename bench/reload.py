"""Reloading a zone of a million hosts while it is asked: the peak of memory against the steady size before, and what a
query costs while the reload runs against just before. Two arrangements:

* The loader may use both cores; the answering thread keeps to its own, as in every other bench: on the generator's it
  would wait behind a real-time process. The figure is that thread's CPU. A reload is over within a second or two, in
  which a bad moment of the machine shows: it is done several times, and the median of the ratios counts.
* The whole server has one core, which the queries leave no pause: what the loader takes, answers lose. The figure is
  the rate of answers."""

import os
import shutil
import signal
import statistics
import time

import measure
import peers
import zones
from report import number

PEAK_BAR = 1.6
SLOWER_BAR = 1.1
SATURATED_ROUNDS = 3  # each takes half a minute


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


FIRST_SERIAL = 2026010100


def write_with_serial(copy, text, serial):
    fresh = copy.with_suffix(".new")
    fresh.write_text(text.replace(f" {FIRST_SERIAL} ", f" {serial} ", 1))
    fresh.rename(copy)


def set_cores(server, tasks, cores):
    for task in tasks:
        os.sched_setaffinity(task, cores)


def reload_once(server, zone, copy, text, serial, group):
    """What queries cost before and during a reload of the zone with this serial, its seconds, and the memory after it."""
    queries = zone.queries["hits-uniform"]
    quiet = worker_us(server, queries, 1.5)
    write_with_serial(copy, text, serial)
    with group.watched():
        begun = time.monotonic()
        server.process.send_signal(signal.SIGHUP)
        during = worker_us(server, queries, 60, until=lambda: serial_of(server.port, zone.origin) == serial)
        took = time.monotonic() - begun
    time.sleep(1.5)
    return quiet, during, took, group.anonymous()


def rate(server, queries, most_loads, until=None):
    """Answers per second over loads of two seconds, their greatest p99, and how long it took."""
    loads = []
    begun = time.monotonic()
    while len(loads) < most_loads and not (until and until()):
        loads.append(measure.load("load_udp", server.port, queries, seconds=2, window=64))
    return {"rate": sum(l["answered"] for l in loads) / sum(l["seconds"] for l in loads), "lost": sum(l["lost"] for l in loads),
            "p99_us": max(l["p99_us"] for l in loads), "seconds": time.monotonic() - begun}


def reload_saturated(server, zone, copy, text, serial):
    queries = zone.queries["hits-uniform"]
    quiet = rate(server, queries, 4)
    write_with_serial(copy, text, serial)
    server.process.send_signal(signal.SIGHUP)
    during = rate(server, queries, 50, until=lambda: serial_of(server.port, zone.origin) == serial)
    if serial_of(server.port, zone.origin) != serial:
        raise RuntimeError("the reload did not come to an end within 100 s of load")
    return quiet, during


def saturated(server, zone, copy, text, serials, report):
    """The second arrangement; returns how many queries were lost."""
    set_cores(server, measure.tasks(server.process.pid), {int(measure.SERVER_CORE)})
    rows, ratios = [], []
    for number_of, serial in enumerate(serials, 1):
        quiet, during = reload_saturated(server, zone, copy, text, serial)
        ratios.append(quiet["rate"] / during["rate"])
        rows.append([number_of, round(quiet["rate"]), round(during["rate"]), number(ratios[-1]), during["lost"],
                     quiet["p99_us"], during["p99_us"], number(during["seconds"])])
    report.table("reloads of hosts 1,000,000, the whole server on one core that queries leave no pause",
                 ["reload", "answers/s before", "during", "before/during", "lost", "p99 us before", "during", "seconds"], rows)
    report.bar("answers a second on one core before a reload against during it", statistics.median(ratios), most=SLOWER_BAR)
    return sum(row[4] for row in rows)


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
        server.start([(zone.origin, str(copy))], 24500, core="0,1", group=group)
        server.wait_ready(zone.probe)
        server.answering = find_answering(server, zone.queries["hits-uniform"])
        set_cores(server, server.answering, {int(measure.SERVER_CORE)})
        time.sleep(1)
        steady = group.anonymous()
        text = copy.read_text()
        rows, ratios = [], []
        for number_of in range(1, options.rounds + 1):
            quiet, during, took, after = reload_once(server, zone, copy, text, FIRST_SERIAL + number_of, group)
            ratios.append(during["us"] / quiet["us"])
            rows.append([number_of, number(quiet["us"]), number(during["us"]), number(ratios[-1]), during["answered"],
                         during["lost"], quiet["p99_us"], during["p99_us"], number(took), after >> 20])
        lost = sum(row[5] for row in rows)
        report.table(f"reloads of hosts 1,000,000, one worker, two cores; {steady >> 20} MiB before, {group.peak >> 20} at the peak",
                     ["reload", "CPU us/query before", "during", "ratio", "answered", "lost", "p99 us before", "during", "seconds",
                      "MiB after"], rows)
        report.bar("peak memory of a reload against the steady size", group.peak / steady, most=PEAK_BAR)
        report.bar("worker CPU per query during a reload against before", statistics.median(ratios), most=SLOWER_BAR)
        first = FIRST_SERIAL + options.rounds + 1
        lost += saturated(server, zone, copy, text, range(first, first + min(SATURATED_ROUNDS, options.rounds)), report)
        report.bar("queries lost during a reload", lost, most=0, digits=0)
    finally:
        if server is not None:
            server.stop()
        copy.unlink(missing_ok=True)
        group.close()
