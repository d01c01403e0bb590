"""nomen zone: the versions of a zone that takes updates, while the server runs and when it does not."""

import json
import os
import subprocess

import pytest
from harness import SUBJECT, program, wait_for
from test_tsig import key_statement, keyring
from test_update import change, send, serial, texts
from test_zone_files import Server

pytestmark = pytest.mark.skipif(SUBJECT == "bind", reason="BIND has no such command")


class History(Server):
    def nomen(self, *words):
        program_of = os.path.join(os.path.dirname(program()), "nomen")
        done = subprocess.run([program_of, "zone", words[0], "example", "-c", os.path.join(self.named.directory, "named.conf"), *words[1:]],
                              capture_output=True, text=True, timeout=60, stdin=subprocess.DEVNULL)
        return done.returncode, done.stdout, done.stderr


@pytest.fixture
def server(start):
    """Versions 1 to 4: www gets a second address, loses its first, and `more` comes."""
    server = History(start)
    for what in (lambda u: u.add("www", 300, "A", "192.0.2.81"), lambda u: u.delete("www", "A", "192.0.2.80"),
                 lambda u: u.add("more", 60, "TXT", "text")):
        update = change()
        what(update)
        assert send(server.named, update) == 0
    return server


def test_log_lists_versions_newest_first(server):
    status, out, err = server.nomen("log")
    assert status == 0, err
    lines = [line.split() for line in out.splitlines()]
    assert [line[0] for line in lines] == ["4", "3", "2"]
    assert all("update" in line and "127.0.0.1" in line for line in lines)
    rows = json.loads(server.nomen("log", "--json", "-n", "1")[1])
    assert [(row["from"], row["to"], row["added"], row["removed"]) for row in rows] == [(3, 4, 2, 1)]


def test_diff_says_what_came_and_went_in_both_directions(server):
    status, out, err = server.nomen("diff", "1", "3")
    assert status == 0, err
    assert any(line.startswith("-") and "192.0.2.80" in line for line in out.splitlines())
    assert any(line.startswith("+") and "192.0.2.81" in line for line in out.splitlines())
    back = server.nomen("diff", "3", "1")[1]
    assert any(line.startswith("+") and "192.0.2.80" in line for line in back.splitlines())
    status, _, err = server.nomen("diff", "1", "77")
    assert status == 1 and "does not have both versions 1 and 77" in err


def test_show_prints_any_version_whether_the_server_runs_or_not(server):
    for _ in range(2):
        first = server.nomen("show", "--serial", "1", "--full")[1]
        assert "192.0.2.80" in first and "192.0.2.81" not in first and "more" not in first
        newest = server.nomen("show", "--full")[1]
        assert "192.0.2.81" in newest and "192.0.2.80" not in newest and "more.example." in newest
        server.named.stop()


def test_blame_names_the_versions_that_changed_a_name(server):
    status, out, err = server.nomen("blame", "www.example")
    assert status == 0, err
    assert "192.0.2.80" in out and "192.0.2.81" in out and "text" not in out
    assert [row["to"] for row in json.loads(server.nomen("blame", "www.example", "--json")[1])] == [2, 3]


def test_rollback_makes_a_new_version_that_says_the_same(server):
    status, out, err = server.nomen("rollback", "1", "--rndc-config", os.path.join(server.named.directory, "rndc.conf"), "-p", str(server.port))
    assert status == 0, err
    wait_for(lambda: serial(server.named) == 5, "the version that goes back")
    assert texts(server.named, "www.example.") == ["192.0.2.80"]
    assert texts(server.named, "more.example.", "TXT") == []
    assert server.nomen("diff", "1", "5")[1].count("\n") == 2  # the SOA's two
    server.named.kill()
    server.again()
    assert texts(server.named, "www.example.") == ["192.0.2.80"] and serial(server.named) == 5


def test_rollback_to_a_version_that_is_not_known_changes_nothing(server):
    status, text = server.rndc("rollback", "77", "example")
    assert status != 0 and "no way from the version 77" in text
    assert serial(server.named) == 4


def test_who_signed_an_update_stands_in_the_log(start):
    server = History(start, clause="update-policy { grant ddns.key. zonesub ANY; };", keys=key_statement("ddns.key"))
    update = change(keyring=keyring("ddns.key"), keyname="ddns.key.")
    update.add("signed", 300, "A", "192.0.2.7")
    assert send(server.named, update) == 0
    assert "update ddns.key" in server.nomen("log")[1]
