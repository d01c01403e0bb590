"""Signed questions (TSIG, RFC 8945): keys of the configuration, what is signed and what is refused."""

import struct
import time

import dns.flags
import dns.message
import dns.name
import dns.rcode
import dns.tsig
import pytest

from harness import SUBJECT, ZONE, configuration

SECRET = "c2VjcmV0c2VjcmV0c2VjcmV0c2VjcmV0c2VjcmV0IQ=="
OTHER = "b3RoZXJvdGhlcm90aGVyb3RoZXJvdGhlcm90aGVyIQ=="
ALGORITHMS = ["hmac-md5", "hmac-sha1", "hmac-sha224", "hmac-sha256", "hmac-sha384", "hmac-sha512"]


def key_statement(name="k.test", algorithm="hmac-sha256", secret=SECRET):
    return 'key "%s" { algorithm %s; secret "%s"; };\n' % (name, algorithm, secret)


def algorithm_name(algorithm):
    return dns.tsig.HMAC_MD5 if algorithm == "hmac-md5" else dns.name.from_text(algorithm + ".")


def keyring(name="k.test.", algorithm="hmac-sha256", secret=SECRET):
    name = dns.name.from_text(name)
    return {name: dns.tsig.Key(name, secret, algorithm_name(algorithm))}


def signed_query(ring, name="www.example.", rrtype="A", **how):
    query = dns.message.make_query(name, rrtype, **how)
    query.use_tsig(ring)
    return query


@pytest.mark.parametrize("algorithm", ALGORITHMS)
def test_a_signed_question_gets_a_signed_answer(start, algorithm):
    """RFC 8945 5.3; dnspython verifies the answer's signature."""
    named = start(configuration(statements=key_statement(algorithm=algorithm)))
    for tcp in (False, True):
        answer = named.ask(signed_query(keyring(algorithm=algorithm)), tcp=tcp)
        assert answer.had_tsig and answer.rcode() == 0 and answer.answer, answer


def parse(wire):
    """(rcode, TSIG error or None, has a MAC, other data) of a reply whose key we do not have."""
    message_rcode = wire[3] & 15
    counts = struct.unpack(">4H", wire[4:12])
    at = 12

    def skip_name(at):
        while wire[at]:
            if wire[at] >= 0xC0:
                return at + 2
            at += wire[at] + 1
        return at + 1

    for _ in range(counts[0]):
        at = skip_name(at) + 4
    for _ in range(sum(counts[1:])):
        at = skip_name(at)
        rrtype, _, _, size = struct.unpack(">HHIH", wire[at:at + 10])
        rdata, at = wire[at + 10:at + 10 + size], at + 10 + size
        if rrtype == 250:
            _, rest = dns.name.from_wire(rdata, 0)
            mac_size, = struct.unpack(">H", rdata[rest + 8:rest + 10])
            error, other = struct.unpack(">HH", rdata[rest + 12 + mac_size:rest + 16 + mac_size])
            return message_rcode, error, mac_size, other
    return message_rcode, None, 0, 0


def send_raw(named, wire):
    with named.udp() as s:
        s.send(wire)
        return parse(s.recv(65535))


def test_a_key_that_is_not_known_is_badkey(start):
    """RFC 8945 5.2.1: NOTAUTH, BADKEY, not signed."""
    named = start(configuration(statements=key_statement()))
    assert send_raw(named, signed_query(keyring("unknown.test.")).to_wire()) == (9, 17, 0, 0)


def test_a_wrong_secret_is_badsig(start):
    """RFC 8945 5.2.2: NOTAUTH, BADSIG, not signed."""
    named = start(configuration(statements=key_statement()))
    assert send_raw(named, signed_query(keyring(secret=OTHER)).to_wire()) == (9, 16, 0, 0)


def test_a_wrong_time_is_badtime_and_signed(start):
    """RFC 8945 5.2.3: NOTAUTH, BADTIME, signed, with the server's time in 6 octets of other data."""
    named = start(configuration(statements=key_statement()))
    query = signed_query(keyring())
    real = time.time
    time.time = lambda: real() - 3600
    try:
        wire = query.to_wire()
    finally:
        time.time = real
    rcode, error, mac_size, other = send_raw(named, wire)
    assert (rcode, error, mac_size, other) == (9, 18, 32, 6)


def test_an_algorithm_that_is_not_the_keys_is_badkey(start):
    named = start(configuration(statements=key_statement()))
    assert send_raw(named, signed_query(keyring(algorithm="hmac-sha512")).to_wire())[:2] == (9, 17)


def test_a_signature_that_is_not_last_is_malformed(start):
    """RFC 8945 5.1: FORMERR."""
    named = start(configuration(statements=key_statement()))
    wire = bytearray(signed_query(keyring()).to_wire())
    wire[10:12] = (2).to_bytes(2, "big")
    wire += b"\0\0\1\0\1\0\0\0\0\0\4\1\2\3\4"
    assert send_raw(named, bytes(wire))[0] == 1


def test_lists_ask_for_a_key(start):
    """allow-query { key ...; }: others are refused, the key's owner is not."""
    named = start(configuration(statements=key_statement() + key_statement("other.test"), zone=False)
                  + 'zone "example" { type primary; file "example.zone"; allow-query { key "k.test"; }; };')
    assert named.query("www.example.").rcode() == dns.rcode.REFUSED
    assert named.ask(signed_query(keyring())).rcode() == 0
    assert named.ask(signed_query(keyring("other.test."))).rcode() == dns.rcode.REFUSED


def test_views_are_chosen_by_key(start):
    """match-clients { key ...; } (split horizon for the owner of a key)."""
    inner = ZONE.replace("192.0.2.80", "10.0.0.80")
    named = start(configuration(statements=key_statement() + """
view inside { match-clients { key "k.test"; }; zone "example" { type primary; file "inside.zone"; }; };
view outside { match-clients { any; }; zone "example" { type primary; file "example.zone"; }; };""", zone=False), {"inside.zone": inner})
    assert named.query("www.example.").answer[0][0].to_text() == "192.0.2.80"
    assert named.ask(signed_query(keyring())).answer[0][0].to_text() == "10.0.0.80"


def test_a_truncated_answer_keeps_its_signature(start):
    """The TSIG record has its room when the answer does not fit."""
    many = ZONE + "".join("big A 192.0.2.%d\n" % i for i in range(60))
    named = start(configuration(statements=key_statement()), {"example.zone": many})
    answer = named.ask(signed_query(keyring(), "big.example."))
    assert answer.flags & dns.flags.TC and answer.had_tsig
    assert len(named.ask(signed_query(keyring(), "big.example."), tcp=True).answer) == 60


def test_a_key_of_the_new_configuration_holds_after_a_reload(start):
    """Key rotation: old and new side by side, then only the new one."""
    named = start(configuration(statements=key_statement()))
    assert named.ask(signed_query(keyring())).had_tsig
    named.configure(configuration(statements=key_statement("new.test")))
    since = named.reload()
    named.wait_log("running", since) if SUBJECT == "bind" else named.wait_log("reloading configuration succeeded", since)
    assert named.ask(signed_query(keyring("new.test."))).had_tsig
    assert send_raw(named, signed_query(keyring()).to_wire())[:2] == (9, 17)
