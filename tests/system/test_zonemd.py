"""ZONEMD (RFC 8976): made by nomen zone digest, verified in files and in transfers; dnspython is the judge."""

import os
import subprocess

import dns.rdatatype
import dns.zone
import pytest
from harness import ADDRESS, SUBJECT, ZONE, configuration, program, wait_for
from test_images import image_of, large_zone, wait_image
from test_secondary import Pair, texts
from test_transfer_out import transfer
from test_update import change, send, serial
from test_zone_files import Server

pytestmark = pytest.mark.skipif(SUBJECT == "bind", reason="BIND 9.18 does not verify it")


def digest(named, *words):
    done = subprocess.run([os.path.join(os.path.dirname(program()), "nomen"), "zone", "digest", "example", "-c", os.path.join(named.directory, "named.conf"), *words],
                          capture_output=True, text=True, timeout=30)
    return done.returncode, done.stdout, done.stderr


def with_digest(named, zone=ZONE, *words):
    """The zone's text with its record."""
    status, out, err = digest(named, "--file", named.write("bare.zone", zone), *words)
    assert status == 0 and "has no ZONEMD record yet" in err
    return zone + out


@pytest.mark.parametrize("words", [(), ("--hash", "sha512")])
def test_what_is_made_is_right_for_others_and_for_us(start, words):
    named = start()
    text = with_digest(named, ZONE, *words)
    dns.zone.from_text(text, "example.", relativize=False).verify_digest()
    named.write("example.zone", text)
    since = named.reload()
    named.wait_log("all zones loaded", since)
    assert "ZONEMD" not in named.log()[since:]
    status, _, err = digest(named)
    assert status == 0 and "the zone's ZONEMD record is right" in err


def test_a_file_that_does_not_match_is_served_with_a_warning(start):
    named = start()
    text = with_digest(named).replace("192.0.2.80", "192.0.2.81")
    named.write("example.zone", text)
    since = named.reload()
    named.wait_log("ZONEMD: the digest of the zone does not match", since)
    wait_for(lambda: texts(named, "www.example.") == ["192.0.2.81"], "the file as it is")
    status, _, err = digest(named)
    assert status == 1 and "does not match" in err


def test_a_transfer_that_does_not_match_is_not_taken(start):
    helper = start()
    good = with_digest(helper)
    pair = Pair(start, files={"example.zone": good.replace("192.0.2.80", "192.0.2.81")})
    pair.secondary.wait_log("ZONEMD: the digest of the zone does not match")
    assert texts(pair.secondary, "www.example.") == []
    right = Pair(start, files={"example.zone": good})
    assert right.wait_served() == ["192.0.2.80"]


def test_a_copy_that_does_not_match_any_more_is_transferred_anew(start):
    helper = start()
    pair = Pair(start, files={"example.zone": with_digest(helper)}, secondary={"clause": "masterfile-format text;"})
    pair.wait_served()
    path = os.path.join(pair.secondary.directory, "example.copy")
    wait_for(lambda: os.path.exists(path), "the copy")
    pair.secondary.stop()
    pair.primary.stop()
    with open(path) as f:
        text = f.read()
    assert "192.0.2.80" in text
    pair.secondary.write("example.copy", text.replace("192.0.2.80", "192.0.2.81"))
    since = pair.secondary.mark()
    pair.secondary.start()
    pair.secondary.wait_log("ZONEMD: the digest of the zone does not match", since)
    assert texts(pair.secondary, "www.example.") == []
    pair.primary.start()
    assert pair.wait_served() == ["192.0.2.80"]


def served_zone(named):
    """The zone as it is transferred."""
    lines = ["%s %d IN %s %s" % (name, ttl, dns.rdatatype.to_text(kind), rdata) for name, kind, ttl, rdata in transfer(named)[1][:-1]]
    return dns.zone.from_text("\n".join(lines), "example.", relativize=False)


def with_server(start, zone=ZONE):
    server = Server(start)
    text = with_digest(server.named, zone)
    server.rndc("freeze", "example")
    server.named.write("example.zone", text)
    server.rndc("thaw", "example")
    wait_for(lambda: server.named.query("example.", "ZONEMD").answer, "the zone with its digest")
    return server


def add_one(named, name):
    update = change()
    update.add(name, 300, "A", "192.0.2.33")
    assert send(named, update) == 0


def test_an_update_makes_the_record_anew(start):
    server = with_server(start)
    for name in ("one", "two"):
        add_one(server.named, name)
        served_zone(server.named).verify_digest()
    update = change()
    update.add("@", 300, "ZONEMD", "1 1 2 " + "ab" * 64)  # whoever adds one gets it made
    assert send(server.named, update) == 0
    zone = served_zone(server.named)
    zone.verify_digest()
    assert {r.hash_algorithm for r in zone.get_rdataset("@", "ZONEMD")} == {1, 2}
    before = serial(server.named)
    server.rndc("rollback", str(before - 2), "example")
    wait_for(lambda: serial(server.named) == before + 1, "the version that goes back")
    served_zone(server.named).verify_digest()
    server.named.kill()
    server.again()
    served_zone(server.named).verify_digest()
    status, _, err = digest(server.named)
    assert status == 0, err


def test_a_secondary_that_verifies_follows_the_updates(start):
    pair = Pair(start, files={"example.zone": with_digest(start())})
    pair.wait_served()
    for name in ("one", "two"):
        pair.update(name)
        pair.wait_for_name("%s.example." % name)
    served_zone(pair.secondary).verify_digest()


def test_the_record_of_a_large_zone_goes_with_an_update_and_comes_by_command(start):
    server = with_server(start, ZONE + "".join("h%d A 10.0.%d.%d\n" % (i, i >> 8, i & 255) for i in range(21_000)))
    add_one(server.named, "one")
    server.named.wait_log("its ZONEMD record goes with this update")
    assert not server.named.query("example.", "ZONEMD").answer
    how = ("--apply", "--rndc-config", os.path.join(server.named.directory, "rndc.conf"), "-p", str(server.port))
    status, out, err = digest(server.named, *how)
    assert status == 0 and "with its ZONEMD record" in out, err
    status, _, err = digest(server.named)
    assert status == 0 and "the zone's ZONEMD record is right" in err
    assert "is right" in digest(server.named, *how)[1]


def test_a_zone_from_its_image_is_verified_afterwards(start):
    named = start(configuration(zone=False, statements='zone "big" { type primary; file "big.zone"; };'),
                  {"big.zone": large_zone() + "@ ZONEMD 1 1 1 %s\n" % ("ab" * 48)})
    wait_image(named)
    assert named.stop() == 0
    since = named.mark()
    inode = os.stat(image_of(named)).st_ino
    named.start()
    named.wait_log("ZONEMD: the digest of the zone does not match", since)
    assert os.stat(image_of(named)).st_ino == inode, "it was read from the image"
