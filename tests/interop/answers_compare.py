"""Asks the same question of several servers and compares the answers in a canonical form.

The yardstick is the answer of BIND. A subject that differs from it must agree with the other peers, and a named rule
(`RULES`) must say why that is right; anything else is a `Difference`, and a report of it can be read by a person.
"""

import dataclasses
import random
import socket
import struct

import dns.exception
import dns.flags
import dns.message
import dns.name
import dns.rcode
import dns.rdata
import dns.rdatatype

ADDRESS = "127.0.0.1"
TIMEOUT_S = 1
TRIES = 2


@dataclasses.dataclass(frozen=True)
class Answer:
    """A response in canonical form; sections are sorted tuples of (owner, type, class, ttl, rdata), in lower case."""
    rcode: int
    flags: str
    question: bytes
    answer: tuple
    authority: tuple
    additional: tuple
    edns: tuple | None
    size: int

    @property
    def truncated(self):
        return "TC" in self.flags

    def text(self):
        lines = ["%s %s, %d bytes, edns %s" % (dns.rcode.to_text(self.rcode), self.flags, self.size, self.edns)]
        for section in ("answer", "authority", "additional"):
            lines += ["    %-10s %s" % (section, record_text(r)) for r in getattr(self, section)]
        return "\n".join(lines)


@dataclasses.dataclass(frozen=True)
class Broken:
    """What came back instead of a well-formed response."""
    reason: str
    truncated = False

    def text(self):
        return self.reason


def record_text(record):
    owner, rrtype, rrclass, ttl, rdata = record
    try:
        shown = dns.rdata.from_wire(rrclass, rrtype, rdata, 0, len(rdata)).to_text()
    except dns.exception.DNSException:
        shown = rdata.hex()
    return "%s %s class%d %s %s" % (owner, ttl, rrclass, dns.rdatatype.to_text(rrtype), shown[:150])


# ---------------------------------------------------------------- questions out, responses in
def encode(question, identity):
    bits = (question.opcode & 15) << 11
    for on, bit in ((question.rd, 0x100), (question.ad, 0x20), (question.cd, 0x10)):
        bits |= bit if on else 0
    wire = struct.pack(">HHHHHH", identity, bits, 1, 0, 0, 0 if question.edns is None else 1)
    wire += question.name.to_wire() + struct.pack(">HH", question.rrtype, question.rrclass)
    if question.edns is not None:
        wire += struct.pack(">BHHBBHH", 0, 41, question.edns, 0, 0, 0x8000 if question.do else 0, 0)
    return wire


def exchange(port, wire, tcp):
    """The response's bytes, or None when there was none in time."""
    for _ in range(TRIES):
        try:
            reply = exchange_tcp(port, wire) if tcp else exchange_udp(port, wire)
        except OSError:
            continue
        if reply is not None:
            return reply
    return None


def exchange_udp(port, wire):
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as s:
        s.settimeout(TIMEOUT_S)
        s.connect((ADDRESS, port))
        s.send(wire)
        while True:
            reply = s.recv(65535)
            if reply[:2] == wire[:2]:
                return reply


def exchange_tcp(port, wire):
    with socket.create_connection((ADDRESS, port), TIMEOUT_S) as s:
        s.sendall(struct.pack(">H", len(wire)) + wire)
        head = read_exactly(s, 2)
        return read_exactly(s, struct.unpack(">H", head)[0]) if head else None


def read_exactly(connection, count):
    data = b""
    while len(data) < count:
        chunk = connection.recv(count - len(data))
        if not chunk:
            return None
        data += chunk
    return data


def ask(port, question):
    wire = encode(question, random.randrange(65536))
    reply = exchange(port, wire, question.tcp)
    return Broken("no response") if reply is None else canonical(reply)


# ---------------------------------------------------------------- canonical form
def canonical(wire):
    try:
        message = dns.message.from_wire(wire, one_rr_per_rrset=True, raise_on_truncation=False)
    except (dns.exception.DNSException, ValueError) as error:
        return canonical_without_body(wire, error)
    flags = " ".join(f for f in ("QR", "AA", "TC", "RD", "RA", "AD", "CD") if message.flags & getattr(dns.flags, f))
    edns = None
    if message.edns >= 0:
        options = tuple(sorted((int(o.otype), o.to_wire()[:2] if o.otype == 15 else o.to_wire()) for o in message.options))
        edns = (message.edns, "DO" if message.ednsflags & dns.flags.DO else "", options)
    return Answer(rcode=message.rcode(), flags=flags + (" opcode=%d" % message.opcode() if message.opcode() else ""),
                  question=b"".join(q.name.to_wire() + struct.pack(">HH", q.rdtype, q.rdclass) for q in message.question),
                  answer=section(message.answer), authority=section(message.authority), additional=section(message.additional),
                  edns=edns, size=len(wire))


def canonical_without_body(wire, error):
    """dnspython refuses some legal responses to odd questions; those without records are compared by their header."""
    if len(wire) < 12 or wire[6:10] != b"\0\0\0\0":
        return Broken("malformed response: %s: %s" % (error, wire.hex()))
    bits, questions, extra = struct.unpack(">HH4xH", wire[2:12])
    names = (("QR", 0x8000), ("AA", 0x400), ("TC", 0x200), ("RD", 0x100), ("RA", 0x80), ("AD", 0x20), ("CD", 0x10))
    flags = " ".join(n for n, bit in names if bits & bit)
    opcode = bits >> 11 & 15
    return Answer(bits & 15, flags + (" opcode=%d" % opcode if opcode else ""), b"%d questions" % questions, (), (), (),
                  ("unread",) if extra else None, len(wire))


def section(rrsets):
    records = []
    for rrset in rrsets:
        owner = rrset.name.canonicalize().to_text()
        for rdata in rrset:
            records.append((owner, int(rrset.rdtype), int(rrset.rdclass), rrset.ttl, rdata.to_digestable()))
    return tuple(sorted(records))


# ---------------------------------------------------------------- what differs, and why that may be
FIELDS = ("rcode", "flags", "question", "answer", "authority", "additional", "edns")
TRANSFERS = (dns.rdatatype.AXFR, dns.rdatatype.IXFR)
ADDRESSES = (dns.rdatatype.A, dns.rdatatype.AAAA)
BORDER_BYTES = 64


class Case:
    """One question with the subject's and BIND's answers; the other peers and other transports are asked only on demand."""

    def __init__(self, question, servers, subject):
        self.question, self.servers, self.kind = question, servers, subject
        self.subject, self.bind = ask(servers[subject].port, question), ask(servers["bind"].port, question)
        self.known = {}

    def over_tcp(self, kind):
        """The whole answer of a server, which no size limits."""
        return self.once(("tcp", kind), lambda: ask(self.servers[kind].port, dataclasses.replace(self.question, tcp=True)))

    def peer(self, kind):
        return self.once(("udp", kind), lambda: ask(self.servers[kind].port, self.question))

    def peers(self):
        return {kind: self.peer(kind) for kind in self.servers if kind not in (self.kind, "bind")}

    def once(self, key, make):
        if key not in self.known:
            self.known[key] = make()
        return self.known[key]

    @property
    def limit(self):
        return 512 if self.question.edns is None else max(512, min(self.question.edns, 1232))

    def unexplained(self):
        """The fields that differ and that no rule explains."""
        left = differing(self.subject, self.bind)
        for rule in RULES:
            if not left:
                break
            left -= rule(self) or set()
        return left

    def report(self, world_text):
        lines = ["question: %s" % self.question, "differs in: %s" % ", ".join(sorted(differing(self.subject, self.bind)))]
        for kind, answer in {self.kind: self.subject, "bind": self.bind, **self.peers()}.items():
            lines += ["%s: %s" % (kind, answer.text())]
        return "\n".join(lines + ["zone excerpt:", excerpt(world_text, self)])


def differing(one, other):
    if isinstance(one, Broken) or isinstance(other, Broken):
        return set() if one == other else {"broken"}
    fields = ("rcode", "flags", "question", "edns") if one.truncated and other.truncated else FIELDS
    return {f for f in fields if getattr(one, f) != getattr(other, f)}


def well_formed(*answers):
    return not any(isinstance(a, Broken) for a in answers)


def is_referral(answer):
    return not answer.answer and any(r[1] == dns.rdatatype.NS for r in answer.authority) and "AA" not in answer.flags


def owners(records, *types):
    return {r[0] for r in records if r[1] in types}


def chain_end(question, answer):
    """The name to which the CNAMEs of the answer lead, or None when they lead in a circle or to records that are there."""
    targets = {r[0]: r[4] for r in answer.answer if r[1] == dns.rdatatype.CNAME}
    name, seen = question.name.canonicalize(), set()
    while name.to_text() in targets:
        if name in seen:
            return None
        seen.add(name)
        name = dns.name.from_wire(targets[name.to_text()], 0)[0]
    return name if seen and not owners(answer.answer, *range(65536)) & {name.to_text()} else None


def record_type(record):
    """The type of a record; of a signature, the type that it signs."""
    return int.from_bytes(record[4][:2], "big") if record[1] == dns.rdatatype.RRSIG else record[1]


def rrsets(records):
    sets = {}
    for record in records:
        sets.setdefault((record[0], record[1], record_type(record)), set()).add(record)
    return sets


def are_whole(part, records):
    """`part` is some of the RRsets of `records`, each whole and once."""
    whole = rrsets(records)
    return len(part) == len(set(part)) and all(whole.get(key) == members for key, members in rrsets(part).items())


def without_tc(flags):
    return [f for f in flags.split() if f != "TC"]


# Each rule gives the fields that it explains in a case (or nothing). Its text is the reason, for docs/interop.md too.
def rule_chain_across_zones(case):
    """CNAME and DNAME are followed into other zones served here, as NSD and PowerDNS do (RFC 1034 4.3.2 step 3a: "go back
    to step 1"); BIND without recursion stops at the zone's border. What follows must be BIND's own answer for the target."""
    if not well_formed(case.subject, case.bind) or case.bind.rcode or owners(case.bind.authority, dns.rdatatype.SOA):
        return None
    if chain_end(case.question, case.bind) is None or case.question.rrtype == dns.rdatatype.CNAME:
        return None
    expected, whole = joined_chain(case), case.over_tcp(case.kind)
    if not well_formed(expected, whole):
        return None
    same = all(getattr(expected, f) == getattr(whole, f) for f in ("rcode", "answer")) and adds_sibling_glue(case, whole, expected)
    same = same and (expected.authority == whole.authority or adds_wildcard_proof(whole, expected))
    if same and "AA" in whole.flags and is_what_fits_of(case, whole):
        return {"rcode", "answer", "authority", "additional", "flags"}
    return None


def adds_sibling_glue(case, whole, expected):
    """The additional data are those expected, and at most what NSD or Knot give, too (see rule_sibling_glue)."""
    extra, given = set(whole.additional) - set(expected.additional), set()
    if extra:
        given = set().union(*(p.additional for p in map(case.over_tcp, ("nsd", "knot")) if well_formed(p)))
    return set(expected.additional) <= set(whole.additional) and extra <= given


def is_what_fits_of(case, whole):
    """The answer as it came is the whole one: with TC only if that is about as long as the limit or longer; without TC, only
    addresses and the zone's own NS may be left out, by the RRset."""
    subject = case.subject
    if without_tc(subject.flags) != without_tc(case.bind.flags) or without_tc(subject.flags) != without_tc(whole.flags):
        return False
    if subject.truncated:
        return not case.question.tcp and whole.size > case.limit - BORDER_BYTES
    if (subject.rcode, subject.answer) != (whole.rcode, whole.answer):
        return False
    needed = {r for r in whole.authority if record_type(r) != dns.rdatatype.NS or "AA" not in whole.flags}
    if not needed <= set(subject.authority) or not all(are_whole(getattr(subject, f), getattr(whole, f)) for f in ("authority", "additional")):
        return False
    all_there = (subject.authority, subject.additional) == (whole.authority, whole.additional)
    return all_there or (not case.question.tcp and whole.size > case.limit)


def joined_chain(case):
    joined = case.over_tcp("bind")
    for _ in range(12):
        end = chain_end(case.question, joined) if well_formed(joined) else None
        if end is None:
            break
        more = ask(case.servers["bind"].port, dataclasses.replace(case.question, name=end, tcp=True))
        if not well_formed(more) or more.rcode == dns.rcode.REFUSED:
            break
        if more.rcode == dns.rcode.SERVFAIL:  # with links: they lead in a circle, see rule_loop
            return dataclasses.replace(joined, answer=tuple(sorted({*joined.answer, *more.answer})))
        # Who serves the border zone (full answers) no longer matters; its proofs (wildcards) do.
        proofs = [r for r in joined.authority if record_type(r) != dns.rdatatype.NS]
        merged = {"answer": tuple(sorted({*joined.answer, *more.answer})), "authority": tuple(sorted({*proofs, *more.authority})),
                  "additional": more.additional}
        grown = set(merged["answer"]) > set(joined.answer)
        joined = dataclasses.replace(joined, rcode=more.rcode, **merged)
        if not grown:
            break
    return joined


def rule_wildcard_no_data(case):
    """A wildcard without types of its own (an empty non-terminal): BIND and Knot prove only that the name is not there; RFC 4035
    3.1.3.4 wants the wildcard's NSEC too, as NSD gives it. For a small client the longer answer may not fit. BIND takes such
    a name for one that does not exist when it clears the SOA's TTL for SOA questions; NSD and Knot do not."""
    if not well_formed(case.subject, case.bind) or case.bind.rcode or case.subject.rcode:
        return None
    subject, bind = case.over_tcp(case.kind), case.over_tcp("bind")
    if not well_formed(subject, bind) or subject.answer != bind.answer:
        return None
    if adds_wildcard_proof(subject, bind):
        return {"authority", "flags", "additional"} if case.subject.truncated else {"authority"}
    return None


def adds_wildcard_proof(one, other):
    """Both say that there is no such data, `one` with more NSEC records."""
    more, less = without_soa_ttl(one.authority), without_soa_ttl(other.authority)
    return less <= more and owners(other.authority, dns.rdatatype.SOA) and {record_type(r) for r in more - less} <= {dns.rdatatype.NSEC}


def without_soa_ttl(records):
    return {r[:3] + (0,) + r[4:] if record_type(r) == dns.rdatatype.SOA else r for r in records}


def rule_ds_behind_a_chain(case):
    """DS asked for, a CNAME leads to the apex of a zone whose parent is served here too: the parent answers (RFC 4035 3.1.4.1),
    as in NSD and PowerDNS. BIND and Knot stay in the zone and say that there is none."""
    if not well_formed(case.subject, case.bind) or case.question.rrtype != dns.rdatatype.DS or case.bind.rcode:
        return None
    end = chain_end(case.question, case.bind)
    if end is None:
        return None
    direct, subject = ask(case.servers["bind"].port, dataclasses.replace(case.question, name=end, tcp=True)), case.over_tcp(case.kind)
    if not well_formed(direct, subject):
        return None
    same = set(subject.answer) == {*case.over_tcp("bind").answer, *direct.answer} and set(direct.authority) <= set(subject.authority)
    return {"answer", "authority", "additional", "flags"} if same and subject.rcode == direct.rcode else None


def rule_cname_asked_below_a_dname(case):
    """CNAME asked for below a DNAME: BIND shows the zone's NS beside the answer, NSD does not."""
    if not well_formed(case.subject, case.bind) or case.question.rrtype != dns.rdatatype.CNAME or not owners(case.bind.answer, dns.rdatatype.DNAME):
        return None
    nsd = case.peer("nsd")
    if well_formed(nsd) and case.subject.answer == case.bind.answer and (nsd.authority, nsd.additional) == (case.subject.authority, case.subject.additional):
        return {"authority", "additional"}
    return None


def rule_any_asked_below_a_dname(case):
    """ANY asked for below a DNAME that leads into another zone: followed here as in NSD; BIND stops, and shows the zone's NS."""
    if not well_formed(case.subject, case.bind) or case.question.rrtype != dns.rdatatype.ANY or not owners(case.bind.answer, dns.rdatatype.DNAME):
        return None
    nsd = case.peer("nsd")
    same = well_formed(nsd) and all(getattr(nsd, f) == getattr(case.subject, f) for f in ("answer", "authority", "additional"))
    return {"answer", "authority", "additional"} if same and set(case.bind.answer) <= set(case.subject.answer) else None


def rule_tlsa_of_a_host(case):
    """BIND adds TLSA records of MX and SRV targets (RFC 7672 leaves them to be asked for); no other peer does."""
    if not well_formed(case.subject, case.bind):
        return None
    extra = set(case.bind.additional) - set(case.subject.additional)
    if extra and set(case.subject.additional) <= set(case.bind.additional) and {record_type(r) for r in extra} == {dns.rdatatype.TLSA}:
        return {"additional"}
    return None


def rule_nsec_at_a_cut(case):
    """NSEC asked for at a zone cut: a referral here as in NSD and Knot (its proof has that NSEC); BIND and PowerDNS answer from
    the parent's side. RFC 4035 3.1.4.1 makes such an exception for DS only."""
    if not well_formed(case.subject, case.bind) or case.question.rrtype != dns.rdatatype.NSEC or not is_referral(case.subject):
        return None
    nsd, knot = case.peer("nsd"), case.peer("knot")
    if all(well_formed(p) and (p.answer, p.authority) == (case.subject.answer, case.subject.authority) for p in (nsd, knot)):
        return {"answer", "authority", "additional", "flags"}
    return None


def rule_alias_behind_a_binding(case):
    """The target of SVCB or HTTPS is a CNAME: BIND adds it and what it leads to; NSD and Knot add nothing, and nothing is added here."""
    if not well_formed(case.subject, case.bind) or case.question.rrtype not in (dns.rdatatype.SVCB, dns.rdatatype.HTTPS):
        return None
    extra = set(case.bind.additional) - set(case.subject.additional)
    others = set().union(*(p.additional for p in (case.peer("nsd"), case.peer("knot")) if well_formed(p)))
    if set(case.subject.additional) <= set(case.bind.additional) and owners(extra, dns.rdatatype.CNAME) and not extra & others:
        return {"additional"}
    return None


def rule_more_fits(case):
    """Names are compressed better here than in BIND (which sets TC) so that the whole answer fits."""
    if not well_formed(case.subject, case.bind) or not case.bind.truncated or case.subject.truncated:
        return None
    bind = case.over_tcp("bind")
    proofs = {r for r in bind.authority if record_type(r) != dns.rdatatype.NS} if well_formed(bind) else None
    if proofs is not None and case.subject.answer == bind.answer and proofs <= set(case.subject.authority) <= set(bind.authority):
        return {"answer", "authority", "additional", "flags"}
    return None


def rule_ad_of_a_cut_answer(case):
    """BIND copies AD of the query into a truncated answer to ANY; it means nothing there."""
    if well_formed(case.subject, case.bind) and case.subject.truncated and case.bind.truncated and case.bind.flags.replace(" AD", "") == case.subject.flags:
        return {"flags"}
    return None


def rule_loop(case):
    """A loop of CNAMEs: BIND gives the links and SERVFAIL, NSD, Knot and PowerDNS give them and NOERROR. Either will do.
    Where both are cut off, the links are looked for over TCP."""
    subject, bind = case.subject, case.bind
    if well_formed(subject, bind) and subject.truncated and bind.truncated:
        subject, bind = case.over_tcp(case.kind), case.over_tcp("bind")
    if not well_formed(subject, bind) or bind.rcode != dns.rcode.SERVFAIL or not bind.answer:
        return None
    if subject.rcode == dns.rcode.NOERROR and set(subject.answer) == set(bind.answer):
        return {"rcode", "edns", "answer", "authority"}
    return None


def rule_glue_must_fit(case):
    """RFC 9471: in-domain glue that does not fit sets TC, as Knot does; BIND 9.18 leaves it out silently."""
    if not well_formed(case.subject, case.bind) or not case.subject.truncated or case.bind.truncated or not is_referral(case.bind):
        return None
    whole = case.over_tcp("bind")
    if well_formed(whole) and set(whole.additional) > set(case.bind.additional):
        return {"flags", "additional", "authority"}
    return None


def rule_sibling_glue(case):
    """RFC 9471 3.2: sibling glue may be given; NSD and Knot give it always, BIND not with minimal responses."""
    if not well_formed(case.subject, case.bind) or not owners(case.bind.authority, dns.rdatatype.NS):
        return None
    extra = set(case.subject.additional) - set(case.bind.additional)
    given = set().union(*(p.additional for p in (case.peer("nsd"), case.peer("knot")) if well_formed(p)))
    if set(case.bind.additional) <= set(case.subject.additional) and extra <= given:
        return {"additional"}
    return None


def rule_what_fits(case):
    """Which optional additional RRsets are left out when not all fit is everybody's own choice; in-domain glue is not optional."""
    if case.question.tcp or not well_formed(case.subject, case.bind) or case.subject.truncated:
        return None
    whole = case.over_tcp("bind")
    if not well_formed(whole) or whole.size <= case.limit:
        return None
    if not in_domain_glue(whole) <= set(case.subject.additional):
        return None
    return {"additional"} if are_whole(case.subject.additional, whole.additional) else None


def in_domain_glue(referral):
    """The addresses at or below the zone cut of a referral (RFC 9471 3.1); of another answer, none."""
    if not is_referral(referral):
        return set()
    cut = dns.name.from_text(next(iter(owners(referral.authority, dns.rdatatype.NS))))
    return {r for r in referral.additional if r[1] in ADDRESSES and dns.name.from_text(r[0]).is_subdomain(cut)}


def rule_at_the_border(case):
    """How well names are compressed decides about TC when the answer is about as long as the limit."""
    if case.question.tcp or not well_formed(case.subject, case.bind) or case.subject.truncated == case.bind.truncated:
        return None
    sizes = [a.size for a in (case.over_tcp("bind"), case.over_tcp(case.kind)) if well_formed(a)]
    if differing(case.over_tcp("bind"), case.over_tcp(case.kind)):
        return None
    fitting, whole = (case.bind, case.over_tcp("bind")) if case.subject.truncated else (case.subject, case.over_tcp(case.kind))
    if fitting.answer != whole.answer or without_tc(case.subject.flags) != without_tc(case.bind.flags):
        return None
    return {"answer", "authority", "additional", "flags"} if any(abs(size - case.limit) <= BORDER_BYTES for size in sizes) else None


def rule_small_client(case):
    """To a client whose EDNS size is 512 BIND gives no optional NS and addresses over UDP, whatever minimal-responses says; NSD
    and Knot give what fits. Ours must be BIND's answer with whole RRsets of what BIND says over TCP beside it."""
    if case.question.tcp or case.question.edns is None or case.question.edns > 512 or not well_formed(case.subject, case.bind):
        return None
    subject, bind, whole = case.subject, case.bind, case.over_tcp("bind")
    if bind.additional or not bind.answer or bind.truncated or subject.truncated or subject.size > case.limit or not well_formed(whole):
        return None
    # What BIND has in authority is proofs; what ours has more is the zone's NS and their signatures.
    more = set(subject.authority) - set(bind.authority)
    if not set(bind.authority) <= set(subject.authority) or any(record_type(r) != dns.rdatatype.NS for r in more):
        return None
    if all(are_whole(getattr(subject, f), getattr(whole, f)) for f in ("authority", "additional")):
        return {"authority", "additional"}
    return None


def rule_cut_off_before_the_end(case):
    """The rcode of a truncated answer: BIND and NSD follow the chain to its end, Knot stops where the room ends; below a DNAME
    that leads into another zone BIND may stop, too, and NSD goes on."""
    if not well_formed(case.subject, case.bind) or not (case.subject.truncated and case.bind.truncated):
        return None
    nsd = case.peer("nsd")
    if well_formed(nsd) and (nsd.rcode, nsd.answer, nsd.truncated) == (case.subject.rcode, case.subject.answer, True):
        return {"rcode"}
    return None if differing(case.over_tcp("bind"), case.over_tcp(case.kind)) & {"rcode", "answer"} else {"rcode"}


def rule_transfers(case):
    """Zone transfers are refused till they exist here; the peers were not told to give any, and each says so in its way."""
    if case.question.rrtype in TRANSFERS and well_formed(case.subject) and not case.subject.answer:
        if case.subject.rcode in (dns.rcode.REFUSED, dns.rcode.NOTIMP, dns.rcode.NOTAUTH, dns.rcode.FORMERR):
            return set(FIELDS)
    return None


def rule_two_peers_say_the_same(case):
    """BIND stands against two of NSD, Knot and PowerDNS, which say to the last record what we say: a referral where NSEC is asked
    for at a zone cut; the referral beside a chain that leads below a cut of another zone."""
    same = [peer for peer in case.peers().values() if well_formed(case.subject, peer) and not differing(case.subject, peer)]
    return set(FIELDS) if len(same) >= 2 else None


RULES = (rule_chain_across_zones, rule_ds_behind_a_chain, rule_wildcard_no_data, rule_cname_asked_below_a_dname,
         rule_any_asked_below_a_dname,
         rule_nsec_at_a_cut, rule_alias_behind_a_binding, rule_tlsa_of_a_host, rule_more_fits, rule_ad_of_a_cut_answer, rule_loop, rule_glue_must_fit, rule_what_fits, rule_sibling_glue,
         rule_at_the_border, rule_small_client, rule_cut_off_before_the_end, rule_transfers,
         rule_two_peers_say_the_same)


def excerpt(world_text, case):
    """The records that have to do with the names of a case: at, above and (a few) below each."""
    names = {case.question.name.canonicalize().to_text()}
    for answer in (case.bind, case.subject):
        if well_formed(answer):
            names |= owners(answer.answer + answer.authority, *range(65536))
    lines = []
    for line in world_text.splitlines():
        owner = dns.name.from_text(line.split(" ", 1)[0]).canonicalize().to_text()
        if any(n == owner or n.endswith("." + owner.removeprefix("*.")) or owner.endswith("." + n) and n.count(".") > 1 for n in names):
            lines.append("    " + line[:160])
    return "\n".join(lines[:40])
