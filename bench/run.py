#!/usr/bin/python3
"""Runs the benches (script/bench builds first and calls this).

  answer-udp     CPU per answered query over UDP, beside NSD, Knot, BIND, PowerDNS and a bare echo
  instructions   user-space instructions per query, under callgrind
  tcp            CPU per answered query over TCP, pipelined and one query per connection
  loading        start to first right answer and memory, for zones of a million names
  parsing        MB/s of the zone checkers
  restart        start to first right answer of a zone of a million names whose file is unchanged
  reload         memory and answers while a zone of a million names is reloaded
  updates        acknowledged dynamic updates a second, on disk and in memory, beside BIND and Knot
  transfers      AXFR of a million hosts out and in, ten records by IXFR, beside Knot, NSD and BIND
  propagation    from an update at a primary to its answer on a secondary, under a stream of updates
  many-zones     a hundred thousand zones: start, memory, adding one

Each prints its tables and, for every bar, PASS, FAIL or "not measured". Ends with 1 if a bar is missed.
"""

import argparse
import json
import sys

import measure
import peers
from report import Report

NAMES = ("answer-udp", "instructions", "tcp", "loading", "parsing", "restart", "reload", "updates", "transfers",
         "propagation", "many-zones")


def parse_options():
    parser = argparse.ArgumentParser(prog="script/bench", description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("name", nargs="*", metavar="NAME", help="which benches (default: all)")
    parser.add_argument("--json", metavar="FILE", help="writes all figures there too")
    parser.add_argument("--quick", action="store_true", help="fewer rounds, smaller zones, fewer peers: for a first look")
    parser.add_argument("--subject", metavar="NAMED", help="the named to measure (default: build/bin/named)")
    parser.add_argument("--peers", type=lambda s: s.split(","), metavar="LIST", help="only these of nsd,knot,bind,pdns")
    parser.add_argument("--rounds", type=int, help="rounds of the benches that measure by turns (default 7, quick 3)")
    parser.add_argument("--seconds", type=float, default=0.8, help="length of a burst (default 0.8)")
    parser.add_argument("--repeat", type=int, help="runs of loading and parsing, the best counts (default 3, quick 1)")
    options = parser.parse_args()
    for name in options.name:
        if name not in NAMES:
            parser.error(f"unknown bench {name!r}; there are: {', '.join(NAMES)}")
    options.name = options.name or NAMES
    options.rounds = options.rounds or (3 if options.quick else 7)
    options.repeat = options.repeat or (1 if options.quick else 3)
    return options


def main():
    options = parse_options()
    measure.enter_namespace()
    about = measure.machine()
    versions = {s.name: s.version() for s in peers.servers(options)}
    print(f"{about['cpu']}, {about['cores']} cores, Linux {about['kernel']}, {about['date']}")
    for name, version in versions.items():
        print(f"   {name}: {version}")
    reports = []
    for name in options.name:
        print(f"\n## {name}", flush=True)
        report = Report(name)
        __import__(name.replace("-", "_")).run(report, options)
        reports.append(report)
        if options.json:
            with open(options.json, "w") as f:
                json.dump({"machine": about, "versions": versions, "benches": [r.as_json() for r in reports]}, f, indent=1)
    bars = [bar for report in reports for bar in report.bars]
    missed = [bar for bar in bars if bar["verdict"] == "FAIL"]
    unmeasured = [bar for bar in bars if bar["verdict"] == "not measured"]
    print(f"\n{len(bars) - len(missed) - len(unmeasured)} bars met, {len(missed)} missed, {len(unmeasured)} not measured")
    for bar in missed:
        print(f"   missed: {bar['what']}: {bar['value']:.3g} ({bar['limit']})")
    return 1 if missed else 0


if __name__ == "__main__":
    sys.exit(main())
