"""The history of zones that follow their files: each reload that changes something is a version."""

import json
import os
import subprocess

import dns.message
import dns.query
import dns.rdatatype
import dns.rrset
import pytest
from harness import SUBJECT, ZONE, program, wait_for
from test_added_zones import Controlled
from test_update import change, send, serial, texts

pytestmark = pytest.mark.skipif(SUBJECT == "bind", reason="BIND has no such history")


def ask_ixfr(named, serial_of_client):
    query = dns.message.make_query("example.", "IXFR")
    query.authority.append(dns.rrset.from_text("example.", 0, "IN", "SOA", "ns1.example. hostmaster.example. %d 0 0 0 0" % serial_of_client))
    with named.tcp() as s:
        dns.query.send_tcp(s, query)
        answer = dns.query.receive_tcp(s, one_rr_per_rrset=True)[0].answer
    return ["%s %s" % (r.name, dns.rdatatype.to_text(r.rdtype)) for r in answer]


class Followed(Controlled):
    """One zone, `example`, that takes no updates."""

    def __init__(self, start, clause="", options="allow-transfer { any; };"):
        super().__init__(start, options=options, statements=self.statement(clause), zone=False)
        with open(os.path.join(self.named.directory, "named.conf")) as f:
            self.text = f.read()

    @staticmethod
    def statement(clause=""):
        return 'zone "example" { type primary; file "example.zone"; %s };' % clause

    def nomen(self, *words):
        program_of = os.path.join(os.path.dirname(program()), "nomen")
        done = subprocess.run([program_of, "zone", words[0], "example", "-c", os.path.join(self.named.directory, "named.conf"), *words[1:]],
                              capture_output=True, text=True, timeout=60, stdin=subprocess.DEVNULL)
        return done.returncode, done.stdout, done.stderr

    def rows(self):
        return [(row["from"], row["to"]) + (("gap",) if row.get("gap") else ()) for row in json.loads(self.nomen("log", "--json")[1])]

    def file(self, number, extra=""):
        return ZONE.replace("hostmaster 1 ", "hostmaster %d " % number) + extra

    def write(self, number, extra=""):
        """The file says something new, and the server has read it."""
        since = self.named.mark()
        self.named.write("example.zone", self.file(number, extra))
        assert self.rndc("reload", "example")[0] == 0
        self.named.wait_log("zone example/IN: loaded serial %d" % number, since)

    def change(self, number, extra=""):
        before = self.rows()
        self.write(number, extra)
        wait_for(lambda: self.rows() != before, "the row")

    def again(self):
        since = self.named.mark()
        self.named.spawn()
        self.named.wait_log("running", since, whole_line=True)


@pytest.fixture
def server(start):
    return Followed(start)


def log_file(server):
    return os.path.join(server.named.directory, "nomen.versions")


def test_a_file_that_never_changes_leaves_no_trace(server):
    assert server.rndc("reload")[0] == 0
    assert not os.path.exists(log_file(server))
    status, out, err = server.nomen("log")
    assert (status, out) == (0, "") and "no change of the zone is logged" in err
    assert "192.0.2.80" in server.nomen("show")[1]


def test_each_reload_that_changes_something_is_a_version(server):
    server.change(2, "new A 192.0.2.99\n")
    server.change(5, "new A 192.0.2.98\n")
    assert server.rows() == [(2, 5), (1, 2)]
    assert "file example.zone" in server.nomen("log")[1]
    assert "+new.example. 300 IN A 192.0.2.98" in server.nomen("diff", "1", "5")[1]
    assert "192.0.2.99" in server.nomen("show", "--serial", "2", "--full")[1]
    assert "new" not in server.nomen("show", "--serial", "1", "--full")[1]
    assert server.nomen("blame", "new.example")[1].count("file example.zone") == 2


def test_what_changed_is_sent_as_ixfr_over_a_restart_too(server):
    server.change(2, "new A 192.0.2.99\n")
    wanted = ["example. SOA", "example. SOA", "example. SOA", "new.example. A", "example. SOA"]
    assert ask_ixfr(server.named, 1) == wanted
    assert server.named.stop() == 0
    server.again()
    assert ask_ixfr(server.named, 1) == wanted
    server.change(3)
    assert server.rows() == [(2, 3), (1, 2)]


@pytest.mark.parametrize("number", [2, 1])
def test_a_serial_that_is_not_later_is_served_and_logged_and_no_step_of_an_ixfr(server, number):
    server.change(2, "one A 192.0.2.1\n")
    server.change(number, "two A 192.0.2.2\n")
    assert texts(server.named, "two.example.") == ["192.0.2.2"]
    assert server.rows()[0] == (2, number)
    assert "serial not later than 2" in server.nomen("log")[1]
    server.change(3, "three A 192.0.2.3\n")
    assert [step for step in ask_ixfr(server.named, number) if step.endswith(" A")] == ["two.example. A", "three.example. A"]
    assert server.nomen("blame", "one.example")[1].count("file example.zone") == 2
    assert server.named.stop() == 0
    server.again()
    assert [step for step in ask_ixfr(server.named, number) if step.endswith(" A")] == ["two.example. A", "three.example. A"]


def test_a_file_that_was_changed_while_nobody_looked_is_a_gap(server):
    server.change(2, "one A 192.0.2.1\n")
    server.named.stop()
    server.named.write("example.zone", server.file(7, "two A 192.0.2.2\n"))
    server.again()
    wait_for(lambda: server.rows() == [(2, 7, "gap"), (1, 2)], "the gap")
    assert "gap: what changed after 2 is not kept" in server.nomen("log")[1]
    whole = len(ask_ixfr(server.named, 1))
    assert whole > 5, "the whole zone"
    server.change(8, "three A 192.0.2.3\n")
    assert [step for step in ask_ixfr(server.named, 7) if step.endswith(" A")] == ["two.example. A", "three.example. A"]
    assert len(ask_ixfr(server.named, 2)) >= whole
    status, _, err = server.nomen("show", "--serial", "1")
    assert status == 1 and "not all that is between" in err
    assert "two" in server.nomen("show", "--serial", "7")[1]


def test_the_same_serial_with_another_content_is_a_gap_and_the_same_content_is_none(server):
    server.change(2, "one A 192.0.2.1\n")
    server.named.stop()
    server.named.write("example.zone", server.file(2, "one A 192.0.2.1\n"))  # touched
    server.again()
    assert len(ask_ixfr(server.named, 1)) == 5 and len(server.rows()) == 1
    server.named.stop()
    server.named.write("example.zone", server.file(2, "two A 192.0.2.2\n"))
    server.again()
    wait_for(lambda: server.rows() == [(2, 2, "gap"), (1, 2)], "the gap")
    assert len(ask_ixfr(server.named, 1)) > 5


def test_a_rollback_says_what_to_do_instead(server):
    server.change(2, "one A 192.0.2.1\n")
    status, text = server.rndc("rollback", "1", "example")
    assert status != 0 and "nomen zone show example --serial 1 --raise" in text and "later than 2" in text
    server.named.write("example.zone", server.nomen("show", "--serial", "1", "--raise")[1])
    assert server.rndc("reload", "example")[0] == 0
    wait_for(lambda: serial(server.named) == 3, "the version that goes back")
    assert texts(server.named, "one.example.") == []


def test_history_can_be_off(start):
    server = Followed(start, clause="zone-history no;")
    server.write(2, "one A 192.0.2.1\n")
    assert texts(server.named, "one.example.") == ["192.0.2.1"]
    assert not os.path.exists(log_file(server))
    assert "its zone-history is off" in server.nomen("log")[2]


def test_a_log_that_cannot_be_written_hinders_nobody(start):
    server = Followed(start)
    os.mkdir(log_file(server))  # no file can be there
    for number in (2, 3):
        server.write(number, "one A 192.0.2.%d\n" % number)
        wait_for(lambda: texts(server.named, "one.example.") == ["192.0.2.%d" % number], "the file")
    server.named.wait_log("zones have no history")
    assert server.named.log().count("zones have no history") == 1
    os.rmdir(log_file(server))
    server.write(4)
    wait_for(lambda: server.rows() == [(3, 4)], "a row")


def test_a_zone_that_begins_to_take_updates_goes_on_from_its_history(server):
    server.change(2, "one A 192.0.2.1\n")
    server.named.configure(server.text.replace("file \"example.zone\";", "file \"example.zone\"; allow-update { any; };"))
    assert server.rndc("reconfig")[0] == 0
    update = change()
    update.add("dyn", 300, "A", "192.0.2.33")
    wait_for(lambda: send(server.named, update) == 0, "updates to be taken")
    assert server.rows() == [(2, 3), (1, 2)]
    server.named.kill()
    server.named.configure(server.text)
    since = server.named.mark()
    server.again()
    server.named.wait_log("1 version of the log applied to its file", since)
    assert texts(server.named, "dyn.example.") == ["192.0.2.33"], "what was acknowledged is kept"


def test_a_file_that_was_changed_before_the_zone_took_updates_is_what_counts(server):
    server.change(2, "one A 192.0.2.1\n")
    server.named.stop()
    server.named.write("example.zone", server.file(9, "two A 192.0.2.2\n"))
    server.named.configure(server.text.replace("file \"example.zone\";", "file \"example.zone\"; allow-update { any; };"))
    server.again()
    assert texts(server.named, "two.example.") == ["192.0.2.2"]
    assert server.rows() == [(2, 9, "gap"), (1, 2)]
    update = change()
    update.add("dyn", 300, "A", "192.0.2.33")
    assert send(server.named, update) == 0
    assert server.rows()[0] == (9, 10)


# ---- retention


@pytest.mark.parametrize("clause, kept", [
    ("zone-history-versions 2;", 2),
    ("zone-history-size 300;", 2),
    ("max-journal-size 300;", 2),
    ("max-journal-size 300; zone-history-size unlimited;", 6),
    ("zone-history-age 1d; zone-history-versions 4;", 4),
])
def test_so_much_is_kept(start, clause, kept):
    server = Followed(start, clause=clause)
    for number in range(2, 8):
        server.change(number, "one A 192.0.2.%d\n" % number)
    wait_for(lambda: len(server.rows()) == kept, "the rows")
    assert server.rows()[0] == (6, 7)


def test_a_change_larger_than_the_history_is_a_gap(start):
    server = Followed(start, clause="zone-history-size 300;")
    server.change(2, "one A 192.0.2.1\n")
    server.change(3, "".join("h%d A 192.0.2.9\n" % i for i in range(100)))
    assert server.rows()[0] == (2, 3, "gap")


def test_what_is_too_old_goes(start):
    server = Followed(start, clause="zone-history-age 1;")
    server.change(2, "one A 192.0.2.2\n")

    def next_one():
        server.write(serial(server.named) + 1, "one A 192.0.2.%d\n" % (serial(server.named) % 250))
        return server.rows() and server.rows()[-1][0] != 1
    wait_for(next_one, "the first to be too old")


def test_a_limit_from_options_holds_for_all_zones(start):
    server = Followed(start, options="allow-transfer { any; }; zone-history-versions 1;")
    for number in (2, 3, 4):
        server.change(number)
    wait_for(lambda: server.rows() == [(3, 4)], "the newest row")


def test_what_the_file_does_not_have_is_kept(start):
    """A zone that takes updates: its versions go from the log when its file has them."""
    server = Followed(start, clause="allow-update { any; }; zone-history-versions 1;")
    for i in range(5):
        update = change()
        update.add("h%d" % i, 300, "A", "192.0.2.33")
        assert send(server.named, update) == 0
    assert len(server.rows()) == 5
    server.named.kill()
    server.again()
    assert serial(server.named) == 6 and texts(server.named, "h0.example.") == ["192.0.2.33"]
    assert server.rndc("sync", "example")[0] == 0
    wait_for(lambda: server.rows() == [(5, 6)], "the others to go")
