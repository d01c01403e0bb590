"""From BIND to Nomen and back in one directory: nothing that was acknowledged is lost. nsupdate and knsupdate are the clients."""

import os
import subprocess
import time

import dns.message
import dns.query
import peers
import pytest

ZONE = "$TTL 300\n@ SOA ns host 1 3600 900 604800 300\n@ NS ns\nns A 192.0.2.1\nwww A 192.0.2.2\n"
CONFIGURATION = """
options {{ directory "{dir}"; listen-on port {port} {{ 127.0.0.1; }}; listen-on-v6 {{ none; }}; recursion no;
  dnssec-validation no; notify no; flush-zones-on-shutdown yes; pid-file "{dir}/pid"; session-keyfile "{dir}/session.key"; }};
key "ddns.key" {{ algorithm hmac-sha512; secret "c2VjcmV0LXNlY3JldC1zZWNyZXQtc2VjcmV0"; }};
controls {{ }};
zone "example" {{ type primary; file "example.zone"; allow-update {{ key "ddns.key"; }}; }};
"""
LIMIT_S = 30


class Place:
    """A directory in which one server after the other runs."""

    def __init__(self, directory):
        self.directory, self.port = str(directory), peers.free_port()
        self.process = None
        for name, text in (("example.zone", ZONE), ("named.conf", CONFIGURATION.format(dir=self.directory, port=self.port)),
                           ("key.conf", 'key "ddns.key" { algorithm hmac-sha512; secret "c2VjcmV0LXNlY3JldC1zZWNyZXQtc2VjcmV0"; };\n')):
            with open(self.path(name), "w") as f:
                f.write(text)

    def path(self, name):
        return os.path.join(self.directory, name)

    def log(self):
        with open(self.path("log"), errors="replace") as f:
            return f.read()

    def start(self, kind, line=" running\n"):
        with open(self.path("log"), "wb") as log:
            self.process = subprocess.Popen([peers.program(kind), "-g", "-n", "1", "-c", self.path("named.conf")],
                                            stdin=subprocess.DEVNULL, stdout=log, stderr=log, cwd=self.directory)
        until = time.monotonic() + LIMIT_S
        while line not in self.log():
            assert self.process.poll() is None and time.monotonic() < until, self.log()
            time.sleep(0.02)

    def kill(self):
        if self.process is not None and self.process.poll() is None:
            self.process.kill()
            self.process.wait(LIMIT_S)

    def update(self, program, *lines):
        script = "server 127.0.0.1 %d\nzone example.\n%s\nsend\n" % (self.port, "\n".join(lines))
        key = ["-k", self.path("key.conf")] if program == "nsupdate" else ["-y", "hmac-sha512:ddns.key:c2VjcmV0LXNlY3JldC1zZWNyZXQtc2VjcmV0"]
        done = subprocess.run([program, *key], input=script, capture_output=True, text=True, timeout=LIMIT_S)
        assert done.returncode == 0, done.stdout + done.stderr

    def texts(self, name, rrtype="A"):
        reply = dns.query.udp(dns.message.make_query(name, rrtype), "127.0.0.1", port=self.port, timeout=5)
        return sorted(r.to_text() for rrset in reply.answer for r in rrset)

    def serial(self):
        return int(self.texts("example.", "SOA")[0].split()[2])


@pytest.fixture
def place(tmp_path):
    if not peers.installed("bind"):
        pytest.skip("BIND is not installed")
    place = Place(tmp_path)
    yield place
    place.kill()


def test_what_a_killed_bind_has_in_its_journal_is_served(place):
    place.start("bind")
    place.update("nsupdate", "update add new.example. 300 A 192.0.2.3", "update delete www.example. A")
    place.update("nsupdate", "update add www.example. 60 TXT \"hello\"")
    serial = place.serial()
    place.kill()
    with open(place.path("example.zone")) as f:
        assert "192.0.2.3" not in f.read()
    place.start("nomen")
    assert place.texts("new.example.") == ["192.0.2.3"]
    assert place.texts("www.example.") == [] and place.texts("www.example.", "TXT") == ['"hello"']
    assert place.serial() == serial
    place.update("nsupdate", "update add more.example. 300 A 192.0.2.4")
    place.kill()
    place.start("nomen")  # the journal is still there, and is not taken twice
    assert place.texts("more.example.") == ["192.0.2.4"] and place.serial() == serial + 1


def test_a_journal_that_cannot_be_read_keeps_the_zone_from_being_served(place):
    place.start("bind")
    place.update("nsupdate", "update add new.example. 300 A 192.0.2.3")
    place.kill()
    with open(place.path("example.zone.jnl"), "r+b") as journal:
        journal.truncate(os.path.getsize(place.path("example.zone.jnl")) - 5)
    place.start("nomen")
    assert "cannot be taken over" in place.log() and "rndc sync -clean" in place.log()
    reply = dns.query.udp(dns.message.make_query("www.example.", "A"), "127.0.0.1", port=place.port, timeout=5)
    assert reply.rcode() == 2


def test_back_to_bind_after_stop_with_what_nomen_has_taken(place):
    place.start("nomen")
    place.update("nsupdate", "update add new.example. 300 A 192.0.2.3")
    place.update("knsupdate", "update add knot.example. 300 A 192.0.2.5")
    assert place.texts("knot.example.") == ["192.0.2.5"]
    place.process.terminate()
    place.process.wait(LIMIT_S)
    place.start("bind")
    assert place.texts("new.example.") == ["192.0.2.3"] and place.texts("knot.example.") == ["192.0.2.5"]
    assert place.serial() == 3
