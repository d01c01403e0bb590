"""update-policy with `external`: a daemon behind a local socket is asked whether an update may be made."""

import contextlib
import os
import socket
import struct
import tempfile
import threading

import dns.rcode
import dns.tsig
import dns.tsigkeyring
import dns.update
import pytest
import harness
from harness import ADDRESS, SUBJECT, configuration, wait_for
from test_tsig import SECRET, key_statement

REFUSED, NOERROR = dns.rcode.REFUSED, dns.rcode.NOERROR


class Daemon:
    """Grants what `grants(question)` says; the questions are kept in `asked`. None: it never answers."""

    def __init__(self, path, grants):
        self.grants, self.asked, self.open = grants, [], []
        with contextlib.suppress(FileNotFoundError):
            os.unlink(path)
        self.listener = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self.listener.bind(path)
        self.listener.listen(64)
        os.chmod(path, 0o777)
        threading.Thread(target=self.run, daemon=True).start()

    def run(self):
        with contextlib.suppress(OSError):
            while True:
                connection, _ = self.listener.accept()
                self.open.append(connection)
                threading.Thread(target=self.serve, args=(connection,), daemon=True).start()

    def serve(self, connection):
        with contextlib.suppress(OSError):
            version, length = struct.unpack(">II", connection.recv(8, socket.MSG_WAITALL))
            data = connection.recv(length - 8, socket.MSG_WAITALL)
            signer, name, address, rrtype, key, rest = data.split(b"\0", 5)
            question = {"version": version, "signer": signer.decode(), "name": name.decode(), "address": address.decode(),
                        "type": rrtype.decode(), "key": key.decode(), "token": struct.unpack(">I", rest[:4])[0], "rest": rest[4:]}
            self.asked.append(question)
            verdict = self.grants(question)
            if verdict is None:
                return
            connection.sendall(verdict if isinstance(verdict, bytes) else struct.pack(">I", int(verdict)))
            connection.close()

    def close(self):
        self.listener.close()
        for connection in self.open:
            connection.close()


@pytest.fixture
def place():
    """A short one: BIND, and so we, read the path as a domain name, with labels of at most 63 octets."""
    with tempfile.TemporaryDirectory(prefix="auth") as directory:
        os.chmod(directory, 0o755)
        yield directory + "/auth.sock"


@pytest.fixture
def daemon(place):
    made = []

    def make(grants=lambda question: True):
        made.append(Daemon(place, grants))
        return made[-1]
    yield make
    for one in made:
        one.close()


def serve(start, place, rules='grant "local:%s" external * ANY;', statements=""):
    text = rules.replace("%s", place)
    return start(configuration(statements=key_statement() + statements + 'zone "example" { type primary; file "example.zone"; update-policy { %s }; };' % text,
                               zone=False), {"example.zone": harness.ZONE, "other.zone": harness.ZONE})


def update(named, *additions, key=True, tcp=True, deletes=()):
    change = dns.update.Update("example.", keyring=dns.tsigkeyring.from_text({"k.test.": SECRET}) if key else None,
                               keyalgorithm=dns.tsig.HMAC_SHA256)
    for name, rrtype, data in additions:
        change.add(name, 60, rrtype, data)
    for name in deletes:
        change.delete(name)
    return named.ask(change, tcp, timeout=harness.LIMIT_S).rcode()


def test_the_daemon_is_told_who_wants_to_change_what(start, place, daemon):
    authority = daemon()
    named = serve(start, place)
    assert update(named, ("Host", "A", "192.0.2.7")) == NOERROR
    question = authority.asked[0]
    assert question == {"version": 1, "signer": "k.test", "name": "Host.example", "address": ADDRESS, "type": "A",
                        "key": "k.test/163/21536", "token": 0, "rest": b""}
    assert update(named, ("host", "AAAA", "2001:db8::8"), tcp=False) == NOERROR
    assert authority.asked[1]["address"] == ADDRESS and authority.asked[1]["type"] == "AAAA"


def test_a_client_without_a_key_is_asked_for_too(start, place, daemon):
    authority = daemon()
    named = serve(start, place)
    assert update(named, ("host", "A", "192.0.2.9"), key=False) == NOERROR
    assert authority.asked[0]["signer"] == "" and authority.asked[0]["key"] == ""


def test_one_record_that_is_not_granted_refuses_the_update(start, place, daemon):
    authority = daemon(lambda question: question["type"] == "A")
    named = serve(start, place)
    assert update(named, ("a", "A", "192.0.2.7"), ("a", "TXT", "no")) == REFUSED
    assert {question["type"] for question in authority.asked} == {"A", "TXT"}
    assert not named.query("a.example.").answer
    assert update(named, ("a", "A", "192.0.2.7"), ("b", "A", "192.0.2.8")) == NOERROR
    assert named.query("b.example.").answer


def test_to_delete_a_name_needs_the_word_for_each_of_its_types(start, place, daemon):
    authority = daemon(lambda question: question["type"] == "A")
    named = serve(start, place)
    assert update(named, deletes=["www"]) == NOERROR
    assert not named.query("www.example.").answer
    assert update(named, deletes=["alias"]) == REFUSED
    assert authority.asked[-1]["type"] == "CNAME"


def test_other_rules_have_their_turn_before_and_after(start, place, daemon):
    authority = daemon(lambda question: question["name"] == "yes.example")
    named = serve(start, place, 'deny k.test. name bad.example. ANY; grant "local:%s" external * A; grant k.test. name last.example. A;')
    assert update(named, ("bad", "A", "192.0.2.7")) == REFUSED and not authority.asked
    assert update(named, ("yes", "A", "192.0.2.7")) == NOERROR
    assert update(named, ("last", "A", "192.0.2.7")) == NOERROR
    assert update(named, ("no", "A", "192.0.2.7")) == REFUSED
    assert [question["name"] for question in authority.asked] == ["yes.example", "last.example", "no.example"]


def test_without_a_daemon_nothing_is_granted(start, place):
    named = serve(start, place)
    assert update(named, ("a", "A", "192.0.2.7")) == REFUSED


@pytest.mark.parametrize("verdict", [b"", b"\0\0", struct.pack(">I", 2), struct.pack(">I", 0x01000000)])
def test_what_is_no_grant_is_none(start, place, daemon, verdict):
    daemon(lambda question: verdict)
    named = serve(start, place)
    assert update(named, ("a", "A", "192.0.2.7")) == REFUSED


@pytest.mark.skipif(SUBJECT == "bind", reason="BIND waits for ever")
def test_a_daemon_that_never_answers_holds_up_nobody_else(start, place, daemon):
    daemon(lambda question: None)
    named = serve(start, place, statements='zone "other" { type primary; file "other.zone"; allow-update { any; }; };',
                  rules='grant "local:%s" external * TXT; grant k.test. subdomain example. A;')
    results = []
    slow = [threading.Thread(target=lambda: results.append(update(named, ("a", "TXT", "x"), tcp=True))) for _ in range(5)]
    for thread in slow:
        thread.start()
    assert update(named, ("b", "A", "192.0.2.7")) == NOERROR, "another update of the same zone"
    assert not results
    for thread in slow:
        thread.join()
    assert results == [REFUSED] * 5


def test_each_zone_is_judged_by_its_own_rules_however_their_updates_are_mixed(start, place, daemon):
    daemon()
    named = serve(start, place, rules='grant k.test. subdomain example. TXT; grant "local:%s" external * A;',
                  statements='zone "other" { type primary; file "other.zone"; update-policy { grant k.test. subdomain other. ANY; }; };')
    keys = dns.tsigkeyring.from_text({"k.test.": SECRET})
    wanted = {}
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as client:
        client.connect((ADDRESS, named.port))
        client.settimeout(harness.LIMIT_S)
        mixed = (("example.", "TXT"), ("other.", "A"), ("example.", "TXT"), ("example.", "A")) * 15
        for number, (zone, rrtype) in enumerate(mixed):
            change = dns.update.Update(zone, keyring=keys, keyalgorithm=dns.tsig.HMAC_SHA256)
            change.add("h%d" % number, 60, rrtype, "192.0.2.7")
            client.send(change.to_wire())
            wanted[change.id] = zone
        answers = {}
        while len(answers) < len(wanted):
            reply = client.recv(4096)
            answers[struct.unpack(">H", reply[:2])[0]] = reply[3] & 15
    assert {wanted[number] for number, rcode in answers.items() if rcode != NOERROR} == set()
