"""Parsing alone: MB of master file per CPU second on one core, by each project's zone checker with its integrity
checks off. `wc -l` shows what only reading the file costs."""

import os
import subprocess

import measure
import zones
from loading import read_into_cache
from report import number

BAR = 400  # MB/s a core
LEAST_CPU_S = 4


def tools(options):
    checkzone = os.path.join(os.path.dirname(options.subject or measure.BUILD / "bin" / "named"), "named-checkzone")
    known = {
        "nomen named-checkzone": [checkzone, "-i", "none", "{origin}", "{file}"],
        "nsd-checkzone": ["/usr/sbin/nsd-checkzone", "{origin}", "{file}"],
        "kzonecheck": ["/usr/bin/kzonecheck", "-o", "{origin}", "{file}"],
        "BIND named-checkzone": ["/usr/bin/named-checkzone", "-i", "none", "{origin}", "{file}"],
        "wc -l": ["/usr/bin/wc", "-l", "{file}"],
    }
    wanted = ("nomen named-checkzone", "wc -l") if options.quick else known
    return {name: known[name] for name in wanted if os.path.exists(known[name][0])}


def runs_of(command, least):
    """At least so many, and more of a quick one: the machine's speed changes, and the best of three short runs may all be slow."""
    runs = []
    while len(runs) < least or sum(cpu for cpu, _ in runs) < LEAST_CPU_S:
        runs.append(cpu_of(command))
    return runs


def cpu_of(command):
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
                               preexec_fn=measure.on_core(measure.SERVER_CORE, True))
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = status
    if status != 0:
        raise RuntimeError(f"{command[0]} ended with {status}")
    return usage.ru_utime + usage.ru_stime, usage.ru_maxrss


def run(report, options):
    for kind in ("hosts", "delegations"):
        zone = zones.make(kind, 1_000_000, measure.DATA)
        read_into_cache(zone.file)
        rows, speed = [], {}
        for name, words in tools(options).items():
            command = [word.format(origin=zone.origin, file=zone.file) for word in words]
            try:
                runs = runs_of(command, options.repeat)
            except RuntimeError as problem:
                print(f"   {name}: {problem}", flush=True)
                continue
            cpu = min(r[0] for r in runs)
            speed[name] = zone.bytes / 1e6 / cpu
            rows.append([name, number(cpu), number(speed[name], 0), number(zone.records / cpu / 1e6), runs[0][1] // 1024])
        title = f"{kind} 1,000,000: {zone.bytes / 1e6:.0f} MB"
        report.table(title, ["checker", "CPU s", "MB/s", "M records/s", "max RSS MiB"], rows)
        report.bar(f"{kind}: MB/s of named-checkzone -i none", speed.get("nomen named-checkzone"), least=BAR, digits=0)
