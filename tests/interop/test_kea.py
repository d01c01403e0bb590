"""Kea's DHCP-DDNS: leases that come and go become dynamic updates with TSIG, forward and reverse."""

import json
import os
import shutil
import socket
import struct
import subprocess
import time

import dns.message
import dns.query
import dns.reversename
import peers
import pytest

PROGRAM = "/usr/sbin/kea-dhcp-ddns"
SECRET = "c2VjcmV0LXNlY3JldC1zZWNyZXQtc2VjcmV0"
FORWARD = "$TTL 300\n@ SOA ns host 1 3600 900 604800 300\n@ NS ns\nns A 127.0.0.1\n"
REVERSE = "$TTL 300\n@ SOA ns.lease.example. host.lease.example. 1 3600 900 604800 300\n@ NS ns.lease.example.\n"
CONFIGURATION = """
options {{ directory "{dir}"; listen-on port {port} {{ 127.0.0.1; }}; listen-on-v6 {{ none; }}; recursion no;
  dnssec-validation no; notify no; pid-file "{dir}/pid"; session-keyfile "{dir}/session.key"; }};
key "kea.key" {{ algorithm hmac-sha256; secret "{secret}"; }};
controls {{ }};
zone "lease.example" {{ type primary; file "forward.zone"; update-policy {{ grant kea.key zonesub A AAAA DHCID; }}; }};
zone "2.0.192.in-addr.arpa" {{ type primary; file "reverse.zone"; allow-update {{ key "kea.key"; }}; }};
"""
LIMIT_S = 30

pytestmark = pytest.mark.skipif(not shutil.which(PROGRAM), reason="Kea's DHCP-DDNS is not installed")


def wait_for(condition, what):
    until = time.monotonic() + LIMIT_S
    while not condition():
        assert time.monotonic() < until, what() if callable(what) else what
        time.sleep(0.05)


class Leases:
    """A name server, and Kea's D2 that updates it."""

    def __init__(self, directory):
        self.directory, self.port, self.kea_port = str(directory), peers.free_port(), peers.free_port()
        self.write("forward.zone", FORWARD)
        self.write("reverse.zone", REVERSE)
        self.write("named.conf", CONFIGURATION.format(dir=self.directory, port=self.port, secret=SECRET))
        server = [{"ip-address": "127.0.0.1", "port": self.port}]
        self.write("d2.json", json.dumps({"DhcpDdns": {
            "ip-address": "127.0.0.1", "port": self.kea_port,
            "tsig-keys": [{"name": "kea.key", "algorithm": "HMAC-SHA256", "secret": SECRET}],
            "forward-ddns": {"ddns-domains": [{"name": "lease.example.", "key-name": "kea.key", "dns-servers": server}]},
            "reverse-ddns": {"ddns-domains": [{"name": "2.0.192.in-addr.arpa.", "key-name": "kea.key", "dns-servers": server}]},
            "loggers": [{"name": "kea-dhcp-ddns", "severity": "DEBUG", "output_options": [{"output": self.path("kea.log")}]}]}}))
        self.processes = []
        self.spawn([peers.program("nomen"), "-g", "-n", "1", "-c", self.path("named.conf")], "named.log")
        wait_for(lambda: " running\n" in self.text("named.log"), lambda: self.text("named.log"))
        environment = dict(os.environ, KEA_PIDFILE_DIR=self.directory, KEA_LOCKFILE_DIR=self.directory)
        self.spawn([PROGRAM, "-c", self.path("d2.json")], "kea.out", environment)
        wait_for(lambda: "DHCP_DDNS_STARTED" in self.text("kea.log"), lambda: self.text("kea.out") + self.text("kea.log"))

    def spawn(self, command, log, environment=None):
        with open(self.path(log), "wb") as out:
            self.processes.append(subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=out, stderr=out, cwd=self.directory, env=environment))

    def path(self, name):
        return os.path.join(self.directory, name)

    def write(self, name, text):
        with open(self.path(name), "w") as f:
            f.write(text)

    def text(self, name):
        try:
            with open(self.path(name), errors="replace") as f:
                return f.read()
        except OSError:
            return ""

    def request(self, change, name, address):
        """A name change request, as a DHCP server sends it (0: add, 1: remove)."""
        body = json.dumps({"change-type": change, "forward-change": True, "reverse-change": True, "fqdn": name, "ip-address": address,
                           "dhcid": "010102030405060708090A0B0C0D0E0F", "lease-expires-on": "20401231235959", "lease-length": 3600,
                           "use-conflict-resolution": True}).encode()
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as s:
            s.sendto(struct.pack("!H", len(body)) + body, ("127.0.0.1", self.kea_port))

    def texts(self, name, rrtype):
        reply = dns.query.udp(dns.message.make_query(name, rrtype), "127.0.0.1", port=self.port, timeout=5)
        return [r.to_text() for rrset in reply.answer for r in rrset]

    def stop(self):
        for process in reversed(self.processes):
            process.terminate()
        return [process.wait(LIMIT_S) for process in self.processes]


@pytest.fixture
def leases(tmp_path):
    leases = Leases(tmp_path)
    yield leases
    leases.stop()


def test_leases_come_and_go(leases):
    logs = lambda: leases.text("kea.log") + leases.text("named.log")
    leases.request(0, "client.lease.example.", "192.0.2.33")
    wait_for(lambda: leases.texts("client.lease.example.", "A") == ["192.0.2.33"], logs)
    reverse = dns.reversename.from_address("192.0.2.33")
    wait_for(lambda: leases.texts(reverse, "PTR") == ["client.lease.example."], logs)
    assert len(leases.texts("client.lease.example.", "DHCID")) == 1
    leases.request(1, "client.lease.example.", "192.0.2.33")
    wait_for(lambda: leases.texts("client.lease.example.", "A") == [] and leases.texts(reverse, "PTR") == [], logs)
