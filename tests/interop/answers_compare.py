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
    shown = rdata.decode("ascii", "backslashreplace") if isinstance(rdata, bytes) else str(rdata)
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
