"""The files of zones that take updates: sync, freeze, thaw, edits by hand, and what a killed server knows."""

import os

import pytest
from harness import SUBJECT, wait_for
from test_added_zones import Controlled
from test_update import change, send, serial, texts

pytestmark = pytest.mark.skipif(SUBJECT == "bind", reason="what is said of edited files is ours")


class Server(Controlled):
    """One zone, `example`, that takes updates."""

    def __init__(self, start, clause="allow-update { any; };", keys=""):
        super().__init__(start, options="allow-transfer { any; };", statements=keys + 'zone "example" { type primary; file "example.zone"; %s };' % clause, zone=False)

    def again(self):
        since = self.named.mark()
        self.named.spawn()
        self.named.wait_log("running", since, whole_line=True)

    def file(self):
        with open(os.path.join(self.named.directory, "example.zone")) as f:
            return f.read()


@pytest.fixture
def server(start):
    return Server(start)


def add(named, name, address="192.0.2.33"):
    update = change()
    update.add(name, 300, "A", address)
    assert send(named, update) == 0


def test_sync_writes_the_file(server):
    named = server.named
    add(named, "new")
    assert "new" not in server.file()
    assert server.rndc("sync", "example") == (0, "")
    assert "new" in server.file()


def test_stop_writes_the_file_and_halt_does_not(server):
    named = server.named
    add(named, "first")
    server.rndc("halt")
    named.process.wait(20)
    assert "first" not in server.file()
    server.again()
    assert texts(named, "first.example.") == ["192.0.2.33"]
    server.rndc("stop")
    named.process.wait(20)
    assert "first" in server.file()
    server.again()
    assert texts(named, "first.example.") == ["192.0.2.33"]


def test_freeze_holds_updates_back_and_thaw_takes_the_edited_file(server):
    named = server.named
    add(named, "new")
    assert server.rndc("freeze", "example") == (0, "")
    update = change()
    update.add("late", 300, "A", "192.0.2.34")
    assert send(named, update) == 5  # REFUSED
    text = server.file()
    assert "new" in text
    edited = text.replace("192.0.2.33", "192.0.2.99") + "\nbyhand.example. 300 A 192.0.2.50\n"
    named.write("example.zone", edited)
    server.rndc("thaw", "example")
    wait_for(lambda: texts(named, "byhand.example.") == ["192.0.2.50"], "the edited file")
    assert texts(named, "new.example.") == ["192.0.2.99"]
    wait_for(lambda: send(named, update) == 0, "updates to be taken again")
    assert texts(named, "late.example.") == ["192.0.2.34"]


def test_an_edit_whose_serial_stays_gets_a_later_one(server):
    """Secondaries would not see it otherwise."""
    named = server.named
    server.rndc("freeze", "example")
    before = serial(named)
    named.write("example.zone", server.file() + "\nbyhand.example. 300 A 192.0.2.50\n")
    server.rndc("thaw", "example")
    wait_for(lambda: texts(named, "byhand.example.") == ["192.0.2.50"], "the edited file")
    assert serial(named) == before + 1
    named.wait_log("the file was changed but not its serial")


def test_an_edit_whose_serial_stays_survives_a_kill(server):
    """The file has the serial of the version before the edit: what is logged does not lead on from it."""
    named = server.named
    add(named, "new")
    server.rndc("freeze", "example")
    named.write("example.zone", "\n".join(line for line in server.file().splitlines() if "192.0.2.33" not in line) + "\n")
    path = os.path.join(named.directory, "example.zone")
    edited = os.stat(path).st_ino
    server.rndc("thaw", "example")
    wait_for(lambda: texts(named, "new.example.") == [], "the edited file")
    wait_for(lambda: os.stat(path).st_ino != edited, "the file with its new serial")
    add(named, "late")
    named.kill()
    server.again()
    assert texts(named, "late.example.") == ["192.0.2.33"] and texts(named, "new.example.") == []


def test_a_frozen_zone_with_a_bad_file_stays_as_it_is(server):
    named = server.named
    server.rndc("freeze", "example")
    text = server.file()
    named.write("example.zone", text + "\nbroken.example. 300 A not-an-address\n")
    server.rndc("thaw", "example")
    named.wait_log("stays frozen: its file has errors")
    assert texts(named, "www.example.") != []
    update = change()
    update.add("late", 300, "A", "192.0.2.34")
    assert send(named, update) == 5
    named.write("example.zone", text)
    server.rndc("thaw", "example")
    wait_for(lambda: send(named, update) == 0, "updates to be taken again")


def test_a_file_that_somebody_edits_under_a_running_zone_is_not_written_over(server):
    """Neither the edit nor the updates are lost: freeze and thaw bring them together."""
    named = server.named
    add(named, "new")
    named.write("example.zone", server.file() + "\nbyhand.example. 300 A 192.0.2.50\n")
    status, text = server.rndc("sync", "example")
    assert status != 0 and "changed by somebody else" in text
    assert "byhand" in server.file()


def test_what_was_acknowledged_survives_a_kill(server):
    named = server.named
    for i in range(20):
        add(named, "k%d" % i)
    named.kill()
    server.again()
    for i in range(20):
        assert texts(named, "k%d.example." % i) == ["192.0.2.33"]
    assert serial(named) == 21
    add(named, "after")
    named.kill()
    server.again()
    assert texts(named, "after.example.") == ["192.0.2.33"]


def test_a_file_of_an_unknown_serial_is_refused_and_nothing_is_lost(server):
    named = server.named
    add(named, "new")
    named.kill()
    before = server.file()
    named.write("example.zone", before.replace("hostmaster 1 ", "hostmaster 77 "))
    assert server.file() != before
    server.again()
    named.wait_log("which the version log (serials 1 to 2) does not know")
    assert named.query("www.example.").rcode() == 2  # SERVFAIL
    named.write("example.zone", before)
    server.rndc("reload", "example")
    wait_for(lambda: texts(named, "new.example.") == ["192.0.2.33"], "the zone with its update")


def test_zonestatus_says_dynamic_and_frozen(server):
    named = server.named
    text = server.rndc("zonestatus", "example")[1]
    assert "dynamic: yes\nfrozen: no\n" in text
    server.rndc("freeze", "example")
    assert "frozen: yes" in server.rndc("zonestatus", "example")[1]


def test_static_zones_cannot_be_frozen(start):
    server = Server(start, clause="")
    status, text = server.rndc("freeze", "example")
    assert status != 0 and "not dynamic" in text
