"""nomen zone status and wait with BIND, NSD, Knot and PowerDNS as secondaries of Nomen; and EXPIRE between BIND and Nomen."""

import json
import os
import re
import subprocess

import pytest

from peers import ADDRESS, PEERS, free_port, installed, nomen_directory
from test_transfers import Peer

pytestmark = pytest.mark.slow


class Secondary(Peer):
    """It gives the zone to whoever asks, so that it can be compared."""

    def command_nsd(self):
        command = super().command_nsd()
        with open(self.path("nsd.conf"), "a") as f:
            f.write("  provide-xfr: %s NOKEY\n" % ADDRESS)
        return command


def nomen(*words):
    done = subprocess.run([os.path.join(nomen_directory(), "nomen"), "zone", *words], capture_output=True, text=True, timeout=120)
    return done.returncode, done.stdout, done.stderr


def servers(*ports):
    return [word for port in ports for word in ("--server", "%s#%d" % (ADDRESS, port))]


@pytest.fixture
def start(tmp_path):
    peers = []

    def make(kind, role, other):
        peer_class = Secondary if role == "secondary" else Peer
        peer = peer_class(kind, role, tmp_path / ("%s%d" % (kind, len(peers))), other, False)
        peers.append(peer)
        return peer.start()

    yield make
    for peer in peers:
        peer.stop()


@pytest.fixture
def cluster(start):
    kinds = [kind for kind in PEERS if installed(kind)]
    assert kinds, "no peer is installed"
    primary = start("nomen", "primary", free_port()).wait_ready()
    return primary, {kind: start(kind, "secondary", primary.port) for kind in kinds}


def test_all_makes_of_secondaries_are_waited_for_and_compared(cluster):
    primary, secondaries = cluster
    ports = [primary.port, *(peer.port for peer in secondaries.values())]
    code, out, err = nomen("wait", "example", *servers(*ports), "--serial", "1", "--timeout", "60")
    assert code == 0, out + err + "".join("\n%s:\n%s" % (kind, peer.log()) for kind, peer in secondaries.items())
    code, out, err = nomen("status", "example", *servers(*ports), "--json", "--compare")
    told = json.loads(out)
    assert code == 0 and told["converged"], out + err
    assert [row["data"] for row in told["servers"]] == ["same"] * len(ports), out
    # Without a transfer only Nomen's own is known.
    told = json.loads(nomen("status", "example", *servers(*ports), "--json")[1])
    assert [row["data"] for row in told["servers"]] == ["same"] + ["unknown"] * len(secondaries)


@pytest.mark.skipif(not installed("bind"), reason="no BIND")
def test_a_bind_with_the_same_serial_and_other_data_is_found(start):
    ours = start("nomen", "primary", free_port()).wait_ready()
    theirs = Peer("bind", "primary", os.path.join(os.path.dirname(ours.directory), "other"), free_port(), False)
    theirs.extra = ["extra"]
    theirs.start()
    try:
        theirs.wait_ready()
        code, out, err = nomen("status", "example", *servers(ours.port, theirs.port), "--compare")
    finally:
        theirs.stop()
    assert code == 1 and "has the same serial 1 and different data" in out, out + err
    assert re.search(r"^ *\+extra\.example\. 300 IN A 192\.0\.2\.33$", out, re.M)


@pytest.mark.skipif(not installed("bind"), reason="no BIND")
@pytest.mark.parametrize("kinds", [("bind", "nomen"), ("nomen", "bind")])
def test_expire_is_told_by_secondaries_of_both(start, kinds):
    primary = start(kinds[0], "primary", free_port()).wait_ready()
    secondary = start(kinds[1], "secondary", primary.port).wait_ready()
    out = subprocess.run(["dig", "+expire", "@" + ADDRESS, "-p", str(secondary.port), "example.", "SOA"], capture_output=True, text=True, check=True).stdout
    left = re.search(r"; EXPIRE: (\d+) ", out)
    assert left and 604000 < int(left[1]) <= 604800, out
    told = json.loads(nomen("status", "example", *servers(secondary.port), "--json")[1])
    assert 604000 < told["servers"][0]["expire_s"] <= 604800
