"""Zone transfers over TLS (RFC 9103) between Nomen and BIND, both ways: opportunistic, verified, and with certificates of
both sides; and kdig as the client."""

import contextlib
import os
import subprocess
import sys
import time

import pytest

from peers import ADDRESS, REPOSITORY, Server, free_port, installed, program

sys.path.append(os.path.join(REPOSITORY, "tests", "system"))
from tls_files import Authority

NAME = "primary.example"
LIMIT_S = 60
ZONE = """\
$TTL 300
@ SOA ns1 hostmaster 1 2 2 604800 60
@ NS ns1
ns1 A 192.0.2.1
www A 192.0.2.80
"""


@pytest.fixture(scope="module")
def authority(tmp_path_factory):
    made = Authority(tmp_path_factory.mktemp("tls"))
    made.server = made.sign("server", "DNS:" + NAME)
    made.client = made.sign("client", "DNS:secondary.example")
    return made


class Side(Server):
    """BIND or Nomen with `example.` and one tls block `t`; they have the same configuration."""

    def __init__(self, kind, directory, tls_text, options, zone):
        super().__init__(kind, [("example.", os.path.join(str(directory), "example.zone"))], False, str(directory))
        self.tls_port = free_port()
        self.tls_text, self.options, self.zone = tls_text, options, zone

    def command_bind(self):
        with open(self.zones[0][1], "w") as f:
            f.write(ZONE + "".join("h%d TXT \"%s\"\n" % (i, "x" * 200) for i in range(5000)))
        c = ["tls t { %s };" % self.tls_text, "options {", '  directory "%s";' % self.directory,
             "  listen-on port %d { %s; };" % (self.port, ADDRESS), "  %s" % self.options.replace("@TLS@", str(self.tls_port)),
             "  listen-on-v6 { none; };", "  recursion no;", '  pid-file "pid";', '  session-keyfile "session.key";',
             "  dnssec-validation no;", "  min-retry-time 1;", "  min-refresh-time 1;", "  notify no;", "};", "controls { };",
             'zone "example" { %s };' % self.zone]
        return [program(self.kind), "-g", "-n", "1", "-c", self.write("named.conf", c), "-p", str(self.port)]

    def wait_log(self, text):
        end = time.monotonic() + LIMIT_S
        while text not in self.log(100000):
            assert self.alive() and time.monotonic() < end, "%r is not in the log:\n%s" % (text, self.log())
            time.sleep(0.05)


@contextlib.contextmanager
def pair(tmp_path, kinds, server_tls, client_tls, refused=False):
    for kind in kinds:
        if not installed(kind):
            pytest.skip("not installed")
    primary = Side(kinds[0], tmp_path / "primary", server_tls,
                   "listen-on port @TLS@ tls %s { %s; }; allow-transfer transport tls { any; };" % ("t" if server_tls else "ephemeral", ADDRESS),
                   'type primary; file "example.zone";')
    secondary = Side(kinds[1], tmp_path / "secondary", client_tls, "",
                     'type secondary; file "copy"; masterfile-format text; primaries { %s port %d tls t; };' % (ADDRESS, primary.tls_port))
    try:
        primary.start().wait_ready()
        secondary.start()
        if not refused:
            secondary.wait_ready()
        yield primary, secondary
    finally:
        primary.stop()
        secondary.stop()


BOTH_WAYS = [("bind", "nomen"), ("nomen", "bind"), ("nomen", "nomen")]


@pytest.mark.parametrize("kinds", BOTH_WAYS, ids="-".join)
@pytest.mark.parametrize("how", ["ephemeral", "verified", "mutual", "TLS 1.2"])
def test_a_zone_goes_over_tls(tmp_path, authority, kinds, how):
    verified = 'remote-hostname "%s"; %s' % (NAME, authority.trusted())
    server, client = {"ephemeral": ("", ""), "verified": (authority.server, verified),
                      "mutual": (authority.server + authority.trusted(), verified + authority.client),
                      "TLS 1.2": (authority.server + "protocols { TLSv1.2; };", verified)}[how]
    with pair(tmp_path, kinds, server, client) as (_, secondary):
        secondary.wait_log("Transfer status: success")


@pytest.mark.parametrize("kinds", BOTH_WAYS, ids="-".join)
@pytest.mark.parametrize("what", ["wrong name", "no client certificate"])
def test_who_cannot_prove_who_it_is_gets_nothing(tmp_path, authority, kinds, what):
    name = "other.example" if what == "wrong name" else NAME
    server = authority.server + (authority.trusted() if what == "no client certificate" else "")
    with pair(tmp_path, kinds, server, 'remote-hostname "%s"; %s' % (name, authority.trusted()), refused=True) as (_, secondary):
        secondary.wait_log("Transfer status: ")
        assert "Transfer status: success" not in secondary.log(100000)
        if what == "wrong name":
            secondary.wait_log("TLS peer certificate verification failed")


@pytest.mark.parametrize("kind", ["bind", "nomen"])
def test_kdig_takes_a_whole_zone(tmp_path, authority, kind):
    if not os.access("/usr/bin/kdig", os.X_OK) or not installed(kind):
        pytest.skip("not installed")
    side = Side(kind, tmp_path / "primary", authority.server, "listen-on port @TLS@ tls t { %s; }; allow-transfer transport tls { any; };" % ADDRESS,
                'type primary; file "example.zone";')
    try:
        side.start().wait_ready()
        how = ["/usr/bin/kdig", "@" + ADDRESS, "-p", str(side.tls_port), "+tls-ca=" + authority.file, "+tls-hostname=" + NAME, "example.", "AXFR"]
        out = subprocess.run(how, capture_output=True, text=True, timeout=60).stdout
        assert out.count("\tTXT\t") == 5000
    finally:
        side.stop()
