"""Restarts: from the start of the process to the first right answer, of a zone of a million names whose file is as it
was the last time, on two cores. The first start reads the file and makes the image that the others are served from."""

import time

import measure
import peers
import zones
from loading import CASES, read_into_cache
from report import number

BAR_S = 0.5
LIMIT_S = 60


def wait_for_image(folder):
    end = time.monotonic() + LIMIT_S
    while not list(folder.glob("nomen.images/*.image")):
        if time.monotonic() > end:
            raise RuntimeError("no image was written")
        time.sleep(0.1)


def seconds_of_a_start(server, zone, **how):
    server.start([(zone.origin, zone.file)], 24400, core="0,1", **how)
    return server.wait_ready(zone.probe)


def run(report, options):
    rows, slowest = [], {}
    for kind, names in CASES:
        zone = zones.make(kind, names, measure.DATA)
        read_into_cache(zone.file)
        server = next(iter(peers.servers(options, ("nomen",), workers=2)))
        first = seconds_of_a_start(server, zone)
        wait_for_image(server.folder)
        runs = []
        for _ in range(max(3, options.repeat)):
            server.stop(keep=True)
            runs.append(seconds_of_a_start(server, zone, folder=server.folder))
        server.stop()
        slowest[kind] = max(runs)
        rows.append([f"{kind} {names:,}", zone.records, number(first), number(min(runs)), number(max(runs))])
    report.table("first start, and restarts of an unchanged zone", ["zone", "records", "first s", "best restart s", "worst restart s"], rows)
    for kind, seconds in slowest.items():
        report.bar(f"{kind}: seconds to the first answer after a restart, worst", seconds, most=BAR_S)
