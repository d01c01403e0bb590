"""ZONEMD (RFC 8976): made by nomen zone digest, verified in files and in transfers; dnspython is the judge."""

import os
import subprocess

import dns.zone
import pytest
from harness import ADDRESS, SUBJECT, ZONE, configuration, program, wait_for
from test_secondary import Pair, texts

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
