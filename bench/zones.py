#!/usr/bin/python3
"""Makes the zones and query files that the benches use; the same arguments always give the same bytes.

  bench/zones.py hosts N DIRECTORY         a flat zone of N host names (about 1.75 records a name)
  bench/zones.py delegations N DIRECTORY   a zone of N delegations (about 2.8 records each, some glue and DS)
  bench/zones.py many N DIRECTORY          N zones of ten records, a file each

The benches call make() and get a Zone, which says where everything is. Files that are there already, complete,
are used as they are. A query file has lines of "NAME TYPE".
"""

import argparse
import bisect
import dataclasses
import itertools
import json
import random
from pathlib import Path

FORM = 1  # raise this when the bytes of any generated file change
QUERIES = 400_000
DIGITS = "abcdefghijkmnpqrstuvwxyz23456789"


@dataclasses.dataclass
class Zone:
    origin: str
    file: str
    records: int
    bytes: int
    probe: str  # "NAME TYPE" of the last name: answered only when all is loaded
    queries: dict  # kind of query -> file


VOWELS = ("a", "e", "i", "o", "u", "an", "er", "in", "on", "al", "ist", "ou", "ie", "ar", "el", "y")
SYLLABLES = [a + b for a in "bcdfghklmnprstvz" for b in VOWELS]


def label(i):
    """A label for number i: 4 to 16 characters, unique, in no order, as registered names look."""
    mixed = (i * 0x9E3779B97F4A7C15 + 0x632BE59BD9B4E019) & (1 << 64) - 1
    mixed ^= mixed >> 29
    word = SYLLABLES[mixed & 255]
    for at in range(8, 8 * (1 + (mixed >> 40) % 4), 8):
        word += SYLLABLES[mixed >> at & 255]
    word += "-"
    while True:  # the tail spells i, so that no two labels are alike
        word += DIGITS[i & 31]
        i >>= 5
        if i == 0:
            return word


def v4(i):
    i = i * 2654435761 % (1 << 24)
    return f"10.{i >> 16}.{i >> 8 & 255}.{i & 255}"


def v6(i):
    i = i * 11400714819323198485 % (1 << 40)
    return f"2001:db8:{i >> 24 & 0xffff:x}:{i >> 8 & 0xffff:x}::{i & 255:x}"


class Popularity:
    """Numbers below n, popular ones often (Zipf with s = 1), the popular ones scattered over the zone."""

    STEP = 15_485_863  # a prime above every n, so that multiples of it modulo n meet every number once

    def __init__(self, n, rng):
        self.rng, self.n = rng, n
        self.sums = list(itertools.accumulate(1 / rank for rank in range(1, n + 1)))

    def draw(self):
        rank = bisect.bisect(self.sums, self.rng.random() * self.sums[-1])
        return min(rank, self.n - 1) * self.STEP % self.n


class Records:
    """Writes master file lines and counts them."""

    def __init__(self, path):
        self.path, self.count = path, 0
        self.file = open(path, "w", buffering=1 << 20)

    def add(self, *lines):
        self.count += len(lines)
        self.file.write("\n".join(lines) + "\n")

    def done(self):
        self.file.close()
        return self.count


def apex(records, origin, directives):
    records.file.write(directives)
    records.add(f"@ IN SOA ns1.{origin} hostmaster.{origin} 2026010100 7200 3600 1209600 3600",
                f"@ IN NS ns1.{origin}", f"@ IN NS ns2.{origin}",
                "ns1 IN A 192.0.2.1", "ns2 IN A 192.0.2.2", "ns1 IN AAAA 2001:db8::1", "ns2 IN AAAA 2001:db8::2")


def write_queries(path, queries):
    with open(path, "w", buffering=1 << 20) as f:
        f.writelines(f"{name} {rrtype}\n" for name, rrtype in queries)
    return str(path)


def host_types(i):
    """The types that host i has: one in twenty is an alias, others have an address and some have more."""
    if i % 20 == 11:
        return ["CNAME"]
    return ["A"] + ["AAAA"] * (i % 5 in (1, 3)) + ["MX"] * (i % 10 == 4) + ["TXT"] * (i % 7 == 2)


def host_lines(i, origin):
    name = label(i)
    rdata = {
        "A": lambda: [v4(i)],
        "AAAA": lambda: [v6(i)],
        "MX": lambda: [f"10 mx1.{origin}", f"20 mx2.{origin}"],
        "TXT": lambda: [f'"v=spf1 ip4:{v4(i + 1)} include:_spf.{origin} -all"'],
        "CNAME": lambda: [label(i - 1)],
    }
    return [f"{name} IN {rrtype} {text}" for rrtype in host_types(i) for text in rdata[rrtype]()]


def make_hosts(n, directory):
    origin = "hosts.example."
    rng = random.Random(n)
    path = directory / "zone"
    out = Records(path)
    apex(out, origin, f"$ORIGIN {origin}\n$TTL 3600\n")
    out.add("mx1 IN A 192.0.2.25", "mx2 IN A 192.0.2.26", "*.pool IN A 192.0.2.99")
    for i in range(n):
        out.add(*host_lines(i, origin))
    popular = Popularity(n, rng)

    def hit(i):
        rrtype = rng.choice(host_types(i))
        return f"{label(i)}.{origin}", "A" if rrtype == "CNAME" else rrtype

    def missing(i):
        return f"{label(i)}x{rng.randrange(1 << 20)}.{origin}", rng.choice(("A", "A", "AAAA"))

    def mixed(i):
        kind = rng.random()
        if kind < 0.7:
            return hit(i)
        if kind < 0.9:
            return missing(i)
        if kind < 0.97:
            return f"{label(i)}.{origin}", "SRV"
        return f"{label(i)}.pool.{origin}", "A"

    queries = {
        "hits-zipf": (hit(popular.draw()) for _ in range(QUERIES)),
        "hits-uniform": (hit(rng.randrange(n)) for _ in range(QUERIES)),
        "nxdomain": (missing(rng.randrange(n)) for _ in range(QUERIES)),
        "mixed": (mixed(popular.draw()) for _ in range(QUERIES)),
    }
    last = n - 1 if (n - 1) % 20 != 11 else n - 2
    return finish(directory, origin, path, out.done(), f"{label(last)}.{origin} A", queries)


def delegation_records(i, n):
    """The records of delegation i, as lines relative to the zone: NS outside, NS of a neighbour, or own glue."""
    name = label(i)
    kind = i * 40_503 % 100
    if kind < 55:
        host = i * 7 % 1999
        lines = [f"{name} IN NS ns{k}.provider{host}.example.net." for k in (1, 2)]
    elif kind < 70:
        host = label(i - i % 100)
        lines = [f"{name} IN NS ns{k}.{host}" for k in (1, 2)]
    else:
        lines = [f"{name} IN NS ns{k}.{name}" for k in (1, 2)]
        lines += [f"ns{k}.{name} IN A {v4(i * 2 + k)}" for k in (1, 2)]
        if kind >= 90:
            lines.append(f"ns1.{name} IN AAAA {v6(i)}")
    if i * 7_919 % 100 < 8:
        digest = i * 0xD6E8FEB86659FD93A3B195354A39B70DC2B2AE3D27D4EB4F % (1 << 256)
        lines.append(f"{name} IN DS {i & 0xffff} 13 2 {digest:064X}")
    return lines


def make_delegations(n, directory):
    origin = "example."
    rng = random.Random(n + 1)
    path = directory / "zone"
    out = Records(path)
    apex(out, origin, f"$ORIGIN {origin}\n$TTL 86400\n")
    for i in range(n):
        out.add(*delegation_records(i, n))
    popular = Popularity(n, rng)

    def referral(i):
        return rng.choice(("", "", "www.")) + f"{label(i)}.{origin}", rng.choice(("A", "A", "AAAA", "HTTPS", "MX"))

    def missing(i):
        return f"{label(i)}x{rng.randrange(1 << 20)}.{origin}", "A"

    def mixed(i):
        kind = rng.random()
        if kind < 0.6:
            return referral(i)
        return missing(i) if kind < 0.9 else (f"{label(i)}.{origin}", "DS")

    queries = {
        "referral": (referral(rng.randrange(n)) for _ in range(QUERIES)),
        "referral-zipf": (referral(popular.draw()) for _ in range(QUERIES)),
        "nxdomain": (missing(rng.randrange(n)) for _ in range(QUERIES)),
        "mixed": (mixed(popular.draw()) for _ in range(QUERIES)),
    }
    return finish(directory, origin, path, out.done(), f"www.{label(n - 1)}.{origin} A", queries)


def finish(directory, origin, path, records, probe, queries):
    files = {kind: write_queries(directory / f"{kind}.queries", drawn) for kind, drawn in queries.items()}
    return Zone(origin, str(path), records, path.stat().st_size, probe, files)


@dataclasses.dataclass
class ManyZones:
    zones: list  # (origin, file)
    sweep: str  # query file: the SOA of each zone once
    records: int


def small_zone(i):
    return (f"$TTL 3600\n@ IN SOA ns1 hostmaster 2026010100 7200 3600 1209600 3600\n@ IN NS ns1\n@ IN NS ns2\n"
            f"@ IN A {v4(i)}\n@ IN MX 10 mail\n@ IN TXT \"v=spf1 mx -all\"\nns1 IN A {v4(i + 1)}\nns2 IN A {v4(i + 2)}\n"
            f"mail IN A {v4(i + 3)}\nwww IN AAAA {v6(i)}\n")


def make_many(n, directory):
    zones = []
    for i in range(n):
        folder = directory / f"{i // 1000:03d}"
        if i % 1000 == 0:
            folder.mkdir(exist_ok=True)
        path = folder / f"{label(i)}.zone"
        path.write_text(small_zone(i))
        zones.append((f"{label(i)}.example.", str(path)))
    sweep = write_queries(directory / "sweep.queries", ((origin, "SOA") for origin, _ in zones))
    return ManyZones(zones, sweep, 10 * n)


KINDS = {"hosts": (make_hosts, Zone), "delegations": (make_delegations, Zone), "many": (make_many, ManyZones)}


def make(kind, n, directory):
    """The zone of this kind with n names, in a folder of its own under directory."""
    build, form = KINDS[kind]
    folder = Path(directory).resolve() / f"{kind}-{n}"
    about = folder / f"about-{FORM}.json"
    if about.exists():
        return form(**json.loads(about.read_text()))
    folder.mkdir(parents=True, exist_ok=True)
    made = build(n, folder)
    about.write_text(json.dumps(dataclasses.asdict(made)))
    return made


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("kind", choices=KINDS)
    parser.add_argument("n", type=int)
    parser.add_argument("directory")
    options = parser.parse_args()
    made = make(options.kind, options.n, options.directory)
    print({k: v for k, v in dataclasses.asdict(made).items() if k != "zones"})


if __name__ == "__main__":
    main()
