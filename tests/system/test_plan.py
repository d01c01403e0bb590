"""nomen zone plan, apply and edit: what a file would change is said first, then done exactly so, or refused."""

import json
import os
import stat

import pytest
from harness import SUBJECT, ZONE, wait_for
from test_history import History
from test_update import change, send, serial, texts

pytestmark = pytest.mark.skipif(SUBJECT == "bind", reason="BIND has no such command")

NEW = ZONE.replace("www A 192.0.2.80", "www A 192.0.2.90\nmore 60 TXT text")


class Planned(History):
    def file_with(self, text, name="new.zone"):
        return self.named.write(name, text)

    def plan(self, text, *words):
        return self.nomen("plan", self.file_with(text), *words)

    @property
    def control(self):
        return ["--rndc-config", os.path.join(self.named.directory, "rndc.conf"), "-p", str(self.port)]

    def apply(self, path, *words):
        return self.nomen("apply", path, *self.control, *words)

    def edit(self, script, *words, **environment):
        """With an editor that is a sed script."""
        editor = self.named.write("editor", "#!/bin/sh\nexec sed -i '%s' \"$1\"\n" % script)
        os.chmod(editor, stat.S_IRWXU)
        before = dict(os.environ)
        os.environ.update(EDITOR=editor, VISUAL="", TMPDIR=self.named.directory, **environment)
        try:
            return self.nomen("edit", *self.control, *words)
        finally:
            os.environ.clear()
            os.environ.update(before)

    def update(self, name="other"):
        wanted = change()
        wanted.add(name, 300, "A", "192.0.2.81")
        assert send(self.named, wanted) == 0


@pytest.fixture
def server(start):
    return Planned(start)


def test_a_plan_says_what_would_change_and_changes_nothing(server):
    status, out, err = server.plan(NEW)
    assert status == 0, err
    assert "1 of 6 records go" in out and "2 come" in out and "serial 1 -> the server's next one" in out
    assert "-www.example. 300 IN A 192.0.2.80" in out
    assert "+www.example. 300 IN A 192.0.2.90" in out and '+more.example. 60 IN TXT "text"' in out
    assert serial(server.named) == 1 and texts(server.named, "www.example.") == ["192.0.2.80"]
    row = json.loads(server.plan(NEW, "--json")[1])
    assert (row["from"], row["to"], row["removed"], row["added"], row["changes"]) == (1, None, 1, 2, True)


def test_a_plan_needs_no_server(server):
    server.named.stop()
    assert "192.0.2.90" in server.plan(NEW)[1]
    server.again()


def test_a_file_that_says_the_same_changes_nothing(server):
    status, out, _ = server.plan(ZONE)
    assert status == 0 and "nothing would change, serial 1" in out
    status, out, err = server.apply(server.file_with(ZONE))
    assert status == 0 and "nothing to change" in out, err
    assert serial(server.named) == 1


def test_apply_does_what_the_plan_says_as_one_version_under_the_name_of_the_key(server):
    path = os.path.join(server.named.directory, "plan")
    assert server.plan(NEW, "-o", path)[0] == 0
    status, out, err = server.apply(path)
    assert status == 0 and "serial 2 is served, -1 +2" in out, err
    assert serial(server.named) == 2
    assert texts(server.named, "www.example.") == ["192.0.2.90"]
    assert texts(server.named, "more.example.", "TXT") == ['"text"']
    row = json.loads(server.nomen("log", "--json")[1])
    assert [(r["from"], r["to"], r["actor"]) for r in row] == [(1, 2, "control k")]
    # It is as durable as any other.
    server.named.kill()
    server.again()
    assert serial(server.named) == 2 and texts(server.named, "www.example.") == ["192.0.2.90"]


def test_a_plan_is_refused_when_the_zone_has_moved_on(server):
    path = os.path.join(server.named.directory, "plan")
    server.plan(NEW, "-o", path)
    server.update()
    status, _, err = server.apply(path)
    assert status == 1 and "the zone has moved on: its serial is 2, and the plan was made for 1" in err
    assert serial(server.named) == 2 and texts(server.named, "www.example.") == ["192.0.2.80"]


def test_a_plan_made_against_other_data_under_the_same_serial_is_refused(server):
    path = os.path.join(server.named.directory, "plan")
    server.plan(NEW, "-o", path)
    with open(path) as f:
        text = f.read()
    digest = text.split("digest ")[1].split()[0]
    status, _, err = server.apply(server.named.write("forged", text.replace(digest, "0" * 64)))
    assert status == 1 and "says something else" in err and serial(server.named) == 1


def test_the_server_refuses_too_when_an_update_comes_between(server):
    """What the tool has seen may be over when the server makes the version: asked by hand for a serial that is none any more."""
    assert server.rndc("stage", "x", "0", "AQAA")[0] == 0
    server.update()
    status, text = server.rndc("apply", "x", "1", "example")
    assert status != 0 and ("moved on" in text or "checksum" in text or "change" in text), text
    assert serial(server.named) == 2


def test_a_file_is_applied_without_a_plan_and_its_later_serial_is_taken(server):
    status, out, err = server.apply(server.file_with(NEW.replace("hostmaster 1 ", "hostmaster 2026112100 ")))
    assert status == 0 and "serial 2026112100 is served" in out, err
    assert serial(server.named) == 2026112100


def test_an_older_serial_in_the_file_is_told_and_does_not_count(server):
    server.update()
    server.update("another")
    status, out, err = server.plan(NEW)
    assert status == 0 and "its serial 1 is not later than 3" in err and "serial 3 -> the server's next one" in out
    # What came since the file was written would go: the brake sees it.
    assert "-other.example. 300 IN A 192.0.2.81" in out
    assert server.apply(server.file_with(NEW), "--allow-removal", "60")[0] == 0
    assert serial(server.named) == 4 and texts(server.named, "other.example.") == []


def test_the_brake_holds_a_change_that_removes_much(server):
    small = "\n".join(line for line in ZONE.splitlines() if "wild" not in line and "alias" not in line) + "\n"
    status, out, err = server.plan(small)
    assert status == 0 and "apply would refuse" in err
    status, _, err = server.apply(server.file_with(small))
    assert status == 1 and "this would remove 2 of 6 records (33.3 %), more than 20 %" in err and "--allow-removal 34" in err
    assert serial(server.named) == 1
    status, out, err = server.apply(server.file_with(small), "--allow-removal", "34%")
    assert status == 0, err
    assert serial(server.named) == 2 and texts(server.named, "alias.example.", "CNAME") == []


def test_a_share_that_is_none_is_told(server):
    status, _, err = server.apply(server.file_with(NEW), "--allow-removal", "much")
    assert status == 2 and "not a percentage" in err


@pytest.mark.parametrize("bad, word", [("www A 192.0.2.999\n", "A"), ("www CNAME ns1\n", "CNAME"), ("www\n", "www")])
def test_errors_of_the_file_are_told_with_file_and_line_and_change_nothing(server, bad, word):
    path = server.file_with(ZONE + bad)
    for status, _, err in (server.nomen("plan", path), server.apply(path)):
        assert status == 1 and "has errors" in err
        if word != "CNAME":  # a fault of the zone as a whole has no line
            assert "%s:%d:" % (path, ZONE.count("\n") + 1) in err
        else:
            assert "CNAME and other data" in err
    assert serial(server.named) == 1


def test_bad_plans_are_refused_with_what_was_expected(server):
    good = server.named.write("good", "")
    server.plan(NEW, "-o", good)
    with open(good) as f:
        head, zone, from_line, *rest = f.read().splitlines()
    for lines, expected in (
            ([head, "; zone", from_line, *rest], "expected '; zone NAME CLASS view VIEW'"),
            ([head, zone, "; from serial x digest 00", *rest], "expected '; from serial NUMBER digest HEX'"),
            ([head, zone, from_line, "www A 192.0.2.1"], "line 4 of the patch"),
            ([head, zone.replace("example", "other"), from_line], "is a plan for zone 'other'"),
            ([head, zone, from_line, "-nobody.example. 300 IN A 192.0.2.1"], "nobody.example")):
        status, _, err = server.apply(server.named.write("bad", "\n".join(lines) + "\n"), "--allow-removal", "100")
        assert status == 1 and expected in err, err
    assert serial(server.named) == 1


def test_the_server_takes_no_version_that_is_no_zone(server):
    """A plan by hand that takes the NS away: the tool does not look, the server does."""
    path = server.named.write("plan", "")
    server.plan(NEW, "-o", path)
    with open(path) as f:
        lines = f.read().splitlines()[:3]
    for line, expected in (("-example. 300 IN NS ns1.example.", "NS"), ("+www.example. 300 IN CNAME ns1.example.", "CNAME")):
        status, _, err = server.apply(server.named.write("bad", "\n".join([*lines, line]) + "\n"))
        assert status == 1 and expected in err, err
    assert serial(server.named) == 1


def test_a_large_change_goes_in_pieces(server):
    many = ZONE + "".join("host%d A 192.0.%d.%d\n" % (i, i // 250, i % 250 + 1) for i in range(5000))
    status, out, err = server.apply(server.file_with(many))
    assert status == 0 and "-0 +5000" in out, err
    assert texts(server.named, "host4999.example.") == ["192.0.19.250"]
    # The pieces do not fill the log.
    assert server.named.log().count("control channel command") < 10


def test_a_zone_that_takes_no_updates_is_planned_for_but_not_changed(start):
    server = Planned(start, clause="")
    status, out, err = server.plan(NEW)
    assert status == 0 and "192.0.2.90" in out, err
    status, _, err = server.apply(server.file_with(NEW))
    assert status == 1 and "put the file in its place and reload the zone" in err
    assert serial(server.named) == 1


def test_an_edit_is_shown_and_applied(server):
    status, out, err = server.edit("s/192.0.2.80/192.0.2.90/", "--yes")
    assert status == 0 and "+www.example. 300 IN A 192.0.2.90" in out and "serial 2 is served" in out, out + err
    assert texts(server.named, "www.example.") == ["192.0.2.90"]
    assert not [name for name in os.listdir(server.named.directory) if name.startswith("nomen-edit")]


def test_an_edit_that_changes_nothing_makes_no_version(server):
    status, out, err = server.edit("", "--yes")
    assert status == 0 and "nothing to change" in out, out + err
    assert serial(server.named) == 1


def test_without_an_answer_nothing_is_applied_and_the_edit_is_kept(server):
    status, out, err = server.edit("s/192.0.2.80/192.0.2.90/")  # standard input is empty
    assert status == 1 and "what you have written is in" in err
    assert "192.0.2.90" in open(err.split(" is in ")[1].strip()).read()
    assert serial(server.named) == 1


def test_errors_of_an_edit_are_told_and_the_edit_is_kept(server):
    status, out, err = server.edit("s/192.0.2.80/nonsense/", "--yes")
    assert status == 1 and "nomen-edit-" in err and "what you have written is in" in err
    assert serial(server.named) == 1


def test_the_brake_holds_an_edit(server):
    status, _, err = server.edit("/wild/d;/alias/d", "--yes")
    assert status == 1 and "more than 20 %" in err and serial(server.named) == 1


def test_secondaries_are_told_of_what_is_applied(start):
    from test_secondary import secondary_text
    secondary = start(secondary_text(1), running=False)
    server = Planned(start, clause='allow-update { any; }; notify explicit; also-notify { 127.0.0.1 port %d; };' % secondary.port)
    secondary.configure(secondary_text(server.named.port))
    secondary.start()
    wait_for(lambda: texts(secondary, "www.example.") == ["192.0.2.80"], "the first version")
    assert server.apply(server.file_with(NEW))[0] == 0
    wait_for(lambda: texts(secondary, "www.example.") == ["192.0.2.90"], "what was applied")
