"""Random small zones that stress the semantics of answering, and the questions that probe them.

A `World` is made from a seed and holds a few zones that belong together under one top-level name (`s7.`): a parent, a
child zone that is delegated and also served, a child of that at times, and a sibling. The worlds of many seeds can be
served by one process. Some worlds are signed (`World.signing`), with NSEC or NSEC3 in several flavours.
"""

import dataclasses
import os
import random
import subprocess

import dns.dnssec
import dns.name
import dns.rdatatype
import dns.zone

SIGNINGS = (None, "nsec", None, "nsec3", "nsec3-optout", "nsec3-iterated")
NSEC3_OPTIONS = {
    "nsec": [],
    "nsec3": ["-3", "-", "-H", "0"],
    "nsec3-optout": ["-3", "-", "-H", "0", "-A"],
    "nsec3-iterated": ["-3", "aabbccdd", "-H", "5"],
}
INCEPTION, EXPIRATION = "20240101000000", "20370101000000"

LABELS = ("a", "b", "c", "d", "e", "www", "mail", "x", "y")
ODD_LABELS = ("MiXed", "_sip", "two\\.labels", "sp\\032ace", "nul\\000l", "\\255high", "at\\@sign", "L" * 63, "0", "-dash-")
TYPES_ASKED = ("A", "AAAA", "NS", "SOA", "MX", "TXT", "DS", "CNAME", "DNSKEY", "NSEC", "ANY", "SRV", "TYPE65280")


@dataclasses.dataclass
class Zone:
    """`records` maps (owner, type) to (ttl, [rdata text]); owners are absolute and written as in the master file."""
    origin: str
    records: dict = dataclasses.field(default_factory=dict)

    def add(self, owner, rrtype, rdata, ttl=None):
        key = (owner, rrtype)
        if key not in self.records:
            self.records[key] = (ttl if ttl is not None else 300, [])
        if rdata not in self.records[key][1]:
            self.records[key][1].append(rdata)

    def types_at(self, owner):
        folded = owner.lower()
        return {t for o, t in self.records if o.lower() == folded}

    def text(self):
        lines = []
        for (owner, rrtype), (ttl, rdatas) in self.records.items():
            lines += ["%s %d IN %s %s" % (owner, ttl, rrtype, r) for r in rdatas]
        return "\n".join(lines) + "\n"


@dataclasses.dataclass
class Question:
    """One query: all that goes into its bytes. `edns` is the advertised size or None."""
    name: dns.name.Name
    rrtype: int
    rrclass: int = 1
    edns: int | None = None
    do: bool = False
    rd: bool = False
    cd: bool = False
    ad: bool = False
    tcp: bool = False
    opcode: int = 0

    def __str__(self):
        flags = " ".join(f for f in ("do", "rd", "cd", "ad", "tcp") if getattr(self, f))
        return "%s class%d %s edns=%s %s%s" % (self.name, self.rrclass, dns.rdatatype.to_text(self.rrtype), self.edns, flags,
                                              " opcode=%d" % self.opcode if self.opcode else "")


class World:
    def __init__(self, seed):
        self.seed = seed
        self.random = random.Random(seed)
        self.signing = SIGNINGS[seed % len(SIGNINGS)]
        top = "s%d." % seed
        self.zones = [Zone(top), Zone("kid." + top)]
        if self.random.random() < 0.5:
            self.zones.append(Zone("deep.er.kid." + top))
        if self.random.random() < 0.5:
            self.zones.append(Zone("sib." + top))
        self.outside = "out%d.invalid." % seed
        self.cuts_to_children = set()
        for zone in self.zones:
            self.fill(zone)
        self.delegate_served_children()
        for zone in self.zones:
            drop_below_dname(zone)

    # ------------------------------------------------------------ the records
    def fill(self, zone):
        rnd, origin = self.random, zone.origin
        negative = rnd.choice((60, 300, 86400))
        zone.add(origin, "SOA", "ns1.%s Host\\.Master.%s %d 7200 900 604800 %d" % (origin, origin, rnd.randrange(1, 2**32), negative),
                 rnd.choice((30, 300, 3600)))
        zone.add(origin, "NS", "ns1." + origin)
        zone.add(origin, "NS", rnd.choice(("NS2." + origin, "ns1." + self.outside, "ns1." + self.zones[0].origin)))
        zone.add("ns1." + origin, "A", "192.0.2.1")
        zone.add("ns2." + origin, "A", "192.0.2.2", 600)
        if rnd.random() < 0.5:
            zone.add("ns1." + origin, "AAAA", "2001:db8::1")
        if rnd.random() < 0.7:
            zone.add(origin, "MX", "10 mail." + origin)
            zone.add(origin, "TXT", '"apex" "of the zone"')
        for _ in range(rnd.randrange(8, 22)):
            owner = self.new_owner(zone)
            rnd.choice((self.add_data, self.add_data, self.add_data, self.add_cname, self.add_cname, self.add_delegation,
                        self.add_dname, self.add_wildcard, self.add_wildcard, self.add_large))(zone, owner)

    def label(self):
        return self.random.choice(ODD_LABELS) if self.random.random() < 0.12 else self.random.choice(LABELS)

    def new_owner(self, zone):
        """A new name, often deep and so with empty non-terminals above, often below one that exists."""
        rnd = self.random
        base = zone.origin
        if rnd.random() < 0.35:
            base = rnd.choice([o for o, _ in zone.records])
        labels = [self.label() for _ in range(rnd.choice((1, 1, 1, 2, 2, 3)))]
        if rnd.random() < 0.06:
            labels.insert(rnd.randrange(len(labels) + 1), "*")
        name = ".".join(labels) + "." + base
        return name if wire_length(name) < 200 else self.label() + "." + zone.origin

    def any_name(self):
        """A target: mostly a name of this world, at times below one, nowhere, or out of all zones."""
        rnd = self.random
        zone = rnd.choice(self.zones)
        draw = rnd.random()
        if draw < 0.12:
            return "host." + self.outside
        if draw < 0.25 or not zone.records:
            return "%s.%s" % (self.label(), zone.origin)
        owner = rnd.choice([o for o, _ in zone.records])
        if owner.startswith("*.") and rnd.random() < 0.8:
            owner = self.label() + owner[1:]
        if rnd.random() < 0.15:
            owner = self.label() + "." + owner
        return owner if wire_length(owner) < 200 else zone.origin

    def may_hold(self, zone, owner, rrtype):
        """Whether the clash rules (CNAME alone, DNAME and cut single) let `rrtype` in at `owner`."""
        have = zone.types_at(owner)
        if rrtype == "CNAME":
            return not have
        if "CNAME" in have:
            return False
        if rrtype in ("DNAME", "NS") and owner.lower() == zone.origin:
            return False
        if rrtype == "DNAME":
            return not have & {"NS", "DNAME"}
        if rrtype == "NS":
            return "DNAME" not in have and "*" not in owner
        return True

    def add_data(self, zone, owner):
        for _ in range(self.random.choice((1, 1, 2, 3))):
            rrtype, rdatas = self.data()
            if not self.may_hold(zone, owner, rrtype) or rrtype in zone.types_at(owner):
                continue
            ttl = self.random.choice((0, 60, 300, 3600))
            for rdata in rdatas:
                zone.add(owner, rrtype, rdata, ttl)

    def data(self):
        rnd = self.random
        several = rnd.choice((1, 1, 2, 4))
        host = rnd.randrange(1, 200)
        return rnd.choice((
            ("A", ["198.51.100.%d" % (host + i) for i in range(several)]),
            ("A", ["198.51.100.%d" % (host + i) for i in range(several)]),
            ("AAAA", ["2001:db8::%x" % (host + i) for i in range(several)]),
            ("MX", ["%d %s" % (10 * i, self.any_name()) for i in range(several)]),
            ("TXT", ['"text %d" "of \\"%d\\""' % (i, host) for i in range(several)]),
            ("SRV", ["%d 5 5060 %s" % (i, self.any_name()) for i in range(several)]),
            ("PTR", [self.any_name()]),
            ("CAA", ['0 issue "ca%d.invalid"' % host]),
            ("NAPTR", ['10 10 "S" "SIP+D2U" "" %s' % self.any_name()]),
            ("SSHFP", ["1 1 %040x" % host]),
            ("TLSA", ["3 1 1 %064x" % host]),
            ("HINFO", ['"VAX" "Unix %d"' % host]),
            ("LOC", ["51 30 %d.000 N 0 7 40.000 W 10.00m 1m 10000m 10m" % (host % 60)]),
            ("HTTPS", ["1 . alpn=h2"]),
            ("SVCB", ["0 %s" % self.any_name()]),
            ("AFSDB", ["1 %s" % self.any_name()]),
            ("RP", ["%s %s" % (self.any_name(), self.any_name())]),
            ("TYPE65280", ["\\# 4 %08x" % (host + i) for i in range(several)]),
        ))

    def add_cname(self, zone, owner):
        if self.may_hold(zone, owner, "CNAME") and owner.lower() != zone.origin:
            target = owner if self.random.random() < 0.05 else self.any_name()
            zone.add(owner, "CNAME", target, self.random.choice((60, 300)))
            if self.random.random() < 0.15:
                back = self.label() + "." + zone.origin
                if self.may_hold(zone, back, "CNAME"):
                    zone.add(back, "CNAME", owner)

    def add_wildcard(self, zone, owner):
        star = "*." + owner
        if wire_length(star) < 200:
            if self.random.random() < 0.3:
                self.add_cname(zone, star)
            else:
                self.add_data(zone, star)

    def add_dname(self, zone, owner):
        if self.may_hold(zone, owner, "DNAME") and not self.has_below(zone, owner) and "*" not in owner:
            zone.add(owner, "DNAME", self.any_name(), 300)

    def has_below(self, zone, owner):
        return any(o.lower().endswith("." + owner.lower()) for o, _ in zone.records)

    def add_delegation(self, zone, owner):
        rnd = self.random
        if not self.may_hold(zone, owner, "NS") or zone.types_at(owner) - {"DS"}:
            return
        many = 13 if rnd.random() < 0.15 else rnd.choice((1, 2, 3))
        for i in range(many):
            where = rnd.choice(("in", "in", "sibling", "out", "missing", "deeper")) if many < 13 else "in"
            server = {"in": "ns%d.%s" % (i, owner), "sibling": "ns%d.glue.%s" % (i, zone.origin), "out": "ns%d.%s" % (i, self.outside),
                      "missing": "noglue%d.%s" % (i, owner), "deeper": "ns%d.sub.%s" % (i, owner)}[where]
            if wire_length(server) > 250:
                continue
            zone.add(owner, "NS", server, 3600)
            if where in ("in", "sibling", "deeper") and self.may_hold(zone, server, "A"):
                zone.add(server, "A", "203.0.113.%d" % (i + 1))
                if many == 13 or rnd.random() < 0.4:
                    zone.add(server, "AAAA", "2001:db8:ff::%d" % (i + 1))
            if where == "deeper" and rnd.random() < 0.5 and self.may_hold(zone, "sub." + owner, "NS"):
                zone.add("sub." + owner, "NS", server, 3600)
        if rnd.random() < 0.4:
            zone.add(owner, "DS", "%d 15 2 %064x" % (rnd.randrange(65536), rnd.randrange(2**200)), 3600)
        if rnd.random() < 0.3 and wire_length("hidden." + owner) < 250 and self.may_hold(zone, "hidden." + owner, "A"):
            zone.add("hidden." + owner, "A", "203.0.113.99")

    def add_large(self, zone, owner):
        """An RRset that does not fit into 512 bytes, or not into 1232, or not into 4096."""
        if not self.may_hold(zone, owner, "TXT") or "TXT" in zone.types_at(owner):
            return
        for i in range(self.random.choice((3, 8, 30))):
            zone.add(owner, "TXT", '"%03d%s"' % (i, "t" * 160), 300)

    def parent_of(self, zone):
        above = [z for z in self.zones if z is not zone and zone.origin.endswith("." + z.origin)]
        return max(above, key=lambda z: len(z.origin), default=None)

    def delegate_served_children(self):
        """Cuts towards the zones that are served here too, with the child's own NS (and at times a differing set)."""
        for child in self.zones:
            parent = self.parent_of(child)
            if parent is None:
                continue
            cut = child.origin
            for owner, rrtype in list(parent.records):
                if rrtype != "DS" and owner.lower() == cut:
                    del parent.records[(owner, rrtype)]
            above = [cut.split(".", i)[-1] for i in range(1, cut.count("."))]
            for owner, rrtype in list(parent.records):
                if rrtype in ("DNAME", "NS") and owner.lower() in above and owner.lower() != parent.origin:
                    del parent.records[(owner, rrtype)]
            servers = child.records[(cut, "NS")][1][:] if self.random.random() < 0.7 else ["ns1." + cut]
            for server in servers:
                parent.add(cut, "NS", server, 7200)
                glue = server.lower()
                if glue.endswith("." + cut) and self.may_hold(parent, glue, "A"):
                    parent.add(glue, "A", "192.0.2.77")
            self.cuts_to_children.add((parent.origin, cut))

    # ------------------------------------------------------------ the files
    def write(self, directory):
        """Writes (and signs) the master files; a list of (origin, file)."""
        os.makedirs(directory, exist_ok=True)
        files = {}
        for zone in sorted(self.zones, key=lambda z: -len(z.origin)):
            path = os.path.join(directory, zone.origin + "zone")
            if self.signing:
                path = self.write_signed(zone, path)
            else:
                write_text(path, zone.text())
            files[zone.origin] = path
        return [(z.origin, files[z.origin]) for z in self.zones]

    def write_signed(self, zone, path):
        directory = os.path.dirname(path)
        algorithm = ["-a", "RSASHA256", "-b", "1024"] if self.seed % 4 == 1 else ["-a", "ED25519"]
        key = subprocess.run(["dnssec-keygen", "-q", "-K", directory, "-f", "KSK", *algorithm, zone.origin],
                             check=True, capture_output=True, text=True).stdout.strip()
        with open(os.path.join(directory, key + ".key")) as f:
            dnskey = next(line.split("DNSKEY", 1)[1].strip() for line in f if not line.startswith(";"))
        zone.add(zone.origin, "DNSKEY", dnskey, 3600)
        self.add_ds_to_parent(zone, dnskey)
        write_text(path, zone.text())
        done = subprocess.run(["dnssec-signzone", "-q", "-P", "-z", "-s", INCEPTION, "-e", EXPIRATION, "-K", directory, "-o", zone.origin,
                               *NSEC3_OPTIONS[self.signing], "-f", path + ".signed", path, key], capture_output=True, text=True, cwd=directory)
        if done.returncode:
            raise RuntimeError("dnssec-signzone %s: %s" % (path, done.stderr))
        subprocess.run(["named-compilezone", "-q", "-i", "none", "-k", "ignore", "-n", "ignore", "-o", path + ".flat", zone.origin, path + ".signed"], check=True)
        return path + ".flat"

    def add_ds_to_parent(self, zone, dnskey):
        parent = self.parent_of(zone)
        if parent is None or (parent.origin, zone.origin) not in self.cuts_to_children or self.random.random() < 0.3:
            return
        rdata = dns.rdata.from_text("IN", "DNSKEY", dnskey)
        ds = dns.dnssec.make_ds(dns.name.from_text(zone.origin), rdata, "SHA256")
        parent.records[(zone.origin, "DS")] = (3600, [ds.to_text()])

    # ------------------------------------------------------------ the questions
    def names_asked(self, rnd):
        """Owners, their parents, names below, beside and covered by wildcards: [(name, whether it owns records)]"""
        names = {}
        for zone in self.zones:
            origin = dns.name.from_text(zone.origin)
            for owner, rrtype in zone.records:
                name = dns.name.from_text(owner)
                names[name] = True
                if rrtype == "DNAME":
                    names.setdefault(stretched(name), False)
                for extra in near(name, origin, rnd):
                    names.setdefault(extra, False)
        names.setdefault(dns.name.from_text("nowhere." + self.outside), False)
        return [(n, owns) for n, owns in names.items() if len(n.to_wire()) <= 255]

    def questions(self):
        """The questions, the same at each call; each name is asked for many types, each time in another dress."""
        rnd = random.Random(self.seed + 1)
        present = {}
        for zone in self.zones:
            for owner, rrtype in zone.records:
                present.setdefault(dns.name.from_text(owner), set()).add(rrtype)
        for name, owns in self.names_asked(rnd):
            types = sorted(present.get(name, set()) | set(TYPES_ASKED)) if owns else rnd.sample(TYPES_ASKED, 4)
            for rrtype in types:
                yield dressed(Question(name, dns.rdatatype.from_text(rrtype)), self.signing, rnd)
        for name, _ in rnd.sample(self.names_asked(rnd), 6):
            yield from self.odd_questions(name)

    def odd_questions(self, name):
        """Meta types, classes and opcodes that a server without transfers must turn down."""
        for rrtype in ("OPT", "MAILB", "MAILA", "IXFR", "TKEY", "TSIG"):
            yield Question(name, dns.rdatatype.from_text(rrtype))
        yield Question(name, dns.rdatatype.AXFR)
        for rrtype in (0, 128, 65535):
            yield Question(name, rrtype)
        for rrclass in (0, 2, 3, 4, 254, 255, 4000):
            yield Question(name, 1, rrclass=rrclass)
        for opcode in (1, 2, 3, 6, 15):
            yield Question(name, 1, opcode=opcode)


def drop_below_dname(zone):
    """NSD refuses to load a zone with data below a DNAME, so there is none."""
    dnames = ["." + owner.lower() for owner, rrtype in zone.records if rrtype == "DNAME"]
    for owner, rrtype in list(zone.records):
        if owner.lower().endswith(tuple(dnames)):
            del zone.records[(owner, rrtype)]


def dressed(question, signing, rnd):
    """The question with random case, flags, EDNS and transport."""
    if rnd.random() < 0.3:
        question.name = mixed_case(question.name, rnd)
    question.edns = rnd.choice((None, 512, 1232, 4096, 1232))
    question.do = question.edns is not None and rnd.random() < (0.7 if signing else 0.2)
    question.rd, question.cd, question.ad = rnd.random() < 0.2, rnd.random() < 0.1, rnd.random() < 0.1
    question.tcp = rnd.random() < 0.15
    return question


def near(name, origin, rnd):
    """Names that probe around `name` inside the zone `origin`."""
    parent = name.parent()
    while parent != origin and parent.is_subdomain(origin):
        yield parent
        parent = parent.parent()
    if name.is_wild():
        yield dns.name.Name((b"any",) + name.labels[1:])
        yield dns.name.Name((b"two", b"deep") + name.labels[1:])
        yield dns.name.Name((b"below",) + name.labels)
    if rnd.random() < 0.6:
        yield from prefixed(b"below", name)
    if name != origin:
        first = name.labels[0]
        if len(first) < 63:
            yield dns.name.Name((first + b"!",) + name.labels[1:])
        yield dns.name.Name((first[:-1] + bytes([max(first[-1] - 1, 0)]),) + name.labels[1:])
    if rnd.random() < 0.2:
        yield from prefixed(b"*", name)


def prefixed(label, name):
    if len(name.to_wire()) + len(label) + 1 <= 255:
        yield dns.name.Name((label,) + name.labels)


def stretched(name):
    """A name below that is as long as names may be, so that a DNAME with a longer target makes it too long."""
    while (room := 255 - len(name.to_wire())) > 1:
        name = dns.name.Name((b"s" * min(room - 1, 63),) + name.labels)
    return name


def mixed_case(name, rnd):
    return dns.name.Name([bytes(rnd.choice((c, c ^ 32)) if chr(c).isascii() and chr(c).isalpha() else c for c in label)
                          for label in name.labels])


def wire_length(text):
    return len(dns.name.from_text(text).to_wire()) if dns_name_fits(text) else 999


def dns_name_fits(text):
    try:
        dns.name.from_text(text)
    except dns.exception.DNSException:
        return False
    return True


def write_text(path, text):
    with open(path, "w") as f:
        f.write(text)
