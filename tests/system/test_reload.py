"""SIGHUP: what is new is served, what is bad keeps the old, and nobody waits."""

import os
import random
import subprocess
import threading

import dns.message
import dns.query
import pytest
from harness import SUBJECT, ZONE, configuration, framed, free_port, read_message, wait_for, wire_query


def serial(named, zone="example."):
    return named.query(zone, "SOA").answer[0][0].serial


def test_a_changed_zone_is_served_after_sighup(start):
    named = start()
    assert serial(named) == 1
    named.write("example.zone", ZONE.replace("hostmaster 1", "hostmaster 2") + "new A 192.0.2.99\n")
    named.reload()
    wait_for(lambda: serial(named) == 2, "serial 2")
    assert named.query("new.example.").answer[0][0].address == "192.0.2.99"
    named.wait_log("zone example/IN: loaded serial 2")


def test_an_unchanged_file_is_not_loaded_again(start):
    named = start()
    since = named.reload()
    named.wait_log("running", since)
    assert "loaded serial" not in named.log()[since:]
    named.assert_serving()


@pytest.mark.parametrize("bad", ["@ IN SOA only three fields\n", ZONE.replace("@ NS ns1\n", ""), ZONE + "www A 1.2.3\n", ""])
def test_a_bad_zone_keeps_the_old_one_serving(start, bad):
    named = start()
    named.write("example.zone", bad.replace("hostmaster 1", "hostmaster 2"))
    since = named.reload()
    named.wait_log("zone example/IN: not loaded due to errors.", since)
    assert serial(named) == 1
    named.assert_serving()
    named.write("example.zone", ZONE.replace("hostmaster 1", "hostmaster 3"))
    named.reload()
    wait_for(lambda: serial(named) == 3, "serial 3")


def test_a_bad_configuration_keeps_the_old_one_serving(start):
    named = start()
    named.configure(configuration(options="no-such-option 1;"))
    since = named.reload()
    named.wait_log("unknown option 'no-such-option'", since)
    named.wait_log("reloading configuration failed", since)
    named.assert_serving()


def test_zones_come_and_go_with_the_configuration(start):
    named = start(files={"more.zone": ZONE})
    assert named.query("www.more.").rcode() == 5
    named.configure(configuration(statements='zone "more" { type primary; file "more.zone"; };'))
    named.reload()
    wait_for(lambda: named.query("www.more.").rcode() == 0, "the zone more.")
    named.configure(configuration())
    named.reload()
    wait_for(lambda: named.query("www.more.").rcode() == 5, "the end of the zone more.")
    named.assert_serving()


def test_no_query_is_lost_during_50_reloads(start):
    """Steady questions one after the other, over UDP and over one TCP connection; each must be answered, and rightly."""
    named = start()
    finished, errors, asked = threading.Event(), [], [0, 0]

    def ask_udp():
        with named.udp() as s:
            while not finished.is_set():
                asked[0] += 1
                try:
                    s.send(wire_query(identity=asked[0] & 0xffff))
                    check(s.recv(4096))
                except OSError as error:
                    errors.append("UDP question %d: %r" % (asked[0], error))
                    return

    def ask_tcp():
        with named.tcp() as s:
            while not finished.is_set():
                asked[1] += 1
                s.sendall(framed(wire_query(identity=asked[1] & 0xffff)))
                reply = read_message(s)
                if reply is None:
                    errors.append("TCP connection closed after %d questions" % asked[1])
                    return
                check(reply)

    def check(wire):
        message = dns.message.from_wire(wire)
        if message.rcode() or not message.answer:
            errors.append(message.to_text())

    threads = [threading.Thread(target=ask_udp), threading.Thread(target=ask_tcp)]
    for thread in threads:
        thread.start()
    try:
        for round_number in range(2, 52):
            named.write("example.zone", ZONE.replace("hostmaster 1", "hostmaster %d" % round_number))
            named.reload()
            wait_for(lambda wanted=round_number: serial(named) == wanted, "serial %d" % round_number)
    finally:
        finished.set()
        for thread in threads:
            thread.join()
    assert not errors, errors[:3]
    assert min(asked) > 50


# ---------------------------------------------------------------- by rndc, zone by zone
KEY = 'key k { algorithm hmac-sha256; secret "c2VjcmV0LXNlY3JldC1zZWNyZXQ="; };\n'
ZONES = 'zone "a" { type primary; file "a.zone"; }; zone "b" { type primary; file "b.zone"; };'


class Controlled:
    """A server with a control channel, and BIND's rndc for it."""

    def __init__(self, start, statements=ZONES, files=None):
        self.port = free_port()
        self.controls = KEY + "controls { inet 127.0.0.1 port %d allow { 127.0.0.1; } keys { k; }; };\n" % self.port
        self.named = start(self.text(statements), files or {"a.zone": ZONE, "b.zone": ZONE})
        self.rndc_conf = self.named.write("rndc.conf", KEY + "options { default-server 127.0.0.1; default-key k; default-port %d; };\n" % self.port)

    def text(self, statements):
        return configuration(zone="view" not in statements, statements=statements).replace("controls { };", self.controls)

    def configure(self, statements):
        self.named.configure(self.text(statements))

    def rndc(self, *words):
        """The exit status, what rndc said, and where the log stood before."""
        since = self.named.mark()
        done = subprocess.run(["/usr/sbin/rndc", "-c", self.rndc_conf, *words], capture_output=True, text=True, timeout=30)
        return done.returncode, (done.stdout + done.stderr).strip(), since

    def reconfig(self):
        status, said, since = self.rndc("reconfig")
        assert (status, said) == (0, "")
        self.named.wait_log("running", since, whole_line=True)
        return since

    def write(self, name, content):
        """The new file has another time even where the clock is coarse."""
        path = self.named.write(name, content)
        later = os.stat(path).st_mtime + random.randrange(2, 10000)
        os.utime(path, (later, later))


@pytest.fixture
def controlled(start):
    return Controlled(start)


def said(controlled, since):
    """The lines after a mark without their time stamps."""
    return [line.split(" ", 2)[2] for line in controlled.named.log()[since:].splitlines() if line.count(" ") > 1]


def test_the_lines_of_a_reload_are_binds(controlled):
    status, text, since = controlled.rndc("reload")
    assert (status, text) == (0, "server reload successful")
    controlled.named.wait_log("running", since, whole_line=True)
    lines = said(controlled, since)
    wanted = ["received control channel command 'reload'", "loading configuration from '%s/named.conf'" % controlled.named.directory,
              "reloading configuration succeeded", "reloading zones succeeded", "all zones loaded", "running"]
    assert [line for line in lines if line in wanted] == wanted


def test_the_lines_of_a_reconfig_are_binds(controlled):
    since = controlled.reconfig()
    lines = said(controlled, since)
    wanted = ["received control channel command 'reconfig'", "reloading configuration succeeded", "scheduled loading new zones",
              "any newly configured zones are now loaded", "running"]
    assert [line for line in lines if line in wanted] == wanted


def test_a_changed_file_with_the_serial_unchanged_is_served_with_a_warning(controlled):
    controlled.write("a.zone", ZONE + "new A 192.0.2.99\n")
    status, text, since = controlled.rndc("reload", "a")
    assert (status, text) == (0, "zone reload queued")
    controlled.named.wait_log("zone a/IN: loaded serial 1", since)
    assert "zone a/IN: zone serial (1) unchanged. zone may fail to transfer to secondaries." in controlled.named.log()[since:]
    wait_for(lambda: controlled.named.query("new.a.").rcode() == 0, "new.a.")


def test_a_serial_that_goes_back_is_served_with_a_warning(controlled):
    controlled.write("a.zone", ZONE.replace("hostmaster 1", "hostmaster 0"))
    since = controlled.rndc("reload", "a")[2]
    controlled.named.wait_log("zone a/IN: loaded serial 0", since)
    assert "zone a/IN: zone serial (0/1) has gone backwards" in controlled.named.log()[since:]


def test_one_zone_is_reloaded_and_the_other_is_not(controlled):
    for name in ("a.zone", "b.zone"):
        controlled.write(name, ZONE.replace("hostmaster 1", "hostmaster 5"))
    since = controlled.rndc("reload", "a")[2]
    controlled.named.wait_log("zone a/IN: loaded serial 5", since)
    assert serial(controlled.named, "b.") == 1


def test_a_file_that_is_gone_keeps_the_zone_serving(controlled):
    os.remove(os.path.join(controlled.named.directory, "a.zone"))
    since = controlled.rndc("reload", "a")[2]
    controlled.named.wait_log("zone a/IN: not loaded due to errors.", since)
    assert "zone a/IN: loading from master file a.zone failed: file not found" in controlled.named.log()[since:]
    assert serial(controlled.named, "a.") == 1


def test_reconfig_loads_new_zones_and_leaves_changed_files_alone(controlled):
    controlled.write("a.zone", ZONE.replace("hostmaster 1", "hostmaster 5"))
    controlled.named.write("c.zone", ZONE.replace("hostmaster 1", "hostmaster 7"))
    controlled.configure(ZONES + 'zone "c" { type primary; file "c.zone"; };')
    since = controlled.reconfig()
    assert "zone c/IN: loaded serial 7" in controlled.named.log()[since:]
    assert (serial(controlled.named, "a."), serial(controlled.named, "c.")) == (1, 7)


def test_a_zone_that_is_gone_is_refused_and_logged(controlled):
    controlled.configure('zone "a" { type primary; file "a.zone"; };')
    since = controlled.reconfig()
    assert "zone b/IN: (primary) removed" in controlled.named.log()[since:]
    assert controlled.named.query("www.b.").rcode() == 5
    assert controlled.rndc("zonestatus", "b")[0] == 1


def test_a_zone_with_another_file_is_loaded_from_it(controlled):
    controlled.named.write("other.zone", ZONE.replace("hostmaster 1", "hostmaster 9"))
    controlled.configure(ZONES.replace("b.zone", "other.zone"))
    controlled.reconfig()
    assert serial(controlled.named, "b.") == 9


@pytest.mark.skipif(SUBJECT == "bind", reason="BIND serves nothing until the new file is there")
def test_a_zone_whose_new_file_is_bad_keeps_what_it_had(controlled):
    controlled.configure(ZONES.replace("b.zone", "nothing.zone"))
    since = controlled.reconfig()
    assert "zone b/IN: loading from master file nothing.zone failed: file not found" in controlled.named.log()[since:]
    assert serial(controlled.named, "b.") == 1


@pytest.mark.parametrize("command", ["reload", "reconfig"])
def test_a_bad_configuration_changes_nothing(controlled, command):
    controlled.configure('zone "a" { type primary; file "a.zone"; }; zone "a" { type primary; file "b.zone"; }; nonsense 1;')
    status, _, since = controlled.rndc(command)
    assert status == 1
    controlled.named.wait_log("reloading configuration failed", since)
    assert (serial(controlled.named, "a."), serial(controlled.named, "b.")) == (1, 1)
    assert "(primary) removed" not in controlled.named.log()


def test_views_come_and_go_and_share_zones(controlled):
    named = controlled.named
    controlled.configure('view one { match-clients { 127.0.0.2; }; zone "a" { type primary; file "a.zone"; }; };'
                         'view two { zone "b" { type primary; file "b.zone"; }; zone "a" { in-view one; }; };')
    controlled.reconfig()
    assert named.query("www.b.").rcode() == 0
    assert named.query("www.b.", source="127.0.0.2").rcode() == 5
    assert named.query("www.a.").rcode() == 0
    controlled.write("a.zone", ZONE.replace("hostmaster 1", "hostmaster 3"))
    assert controlled.rndc("reload", "a")[1].endswith("zone 'a' was found in multiple views")
    since = controlled.rndc("reload", "a", "IN", "two")[2]
    named.wait_log("zone a/IN/one: loaded serial 3", since)
    wait_for(lambda: serial(named, "a.") == 3, "the new version in the view that shares the zone")
    assert named.query("a.", "SOA", source="127.0.0.2").answer[0][0].serial == 3
    controlled.configure(ZONES)
    controlled.reconfig()
    assert named.query("www.a.", source="127.0.0.2").rcode() == 0


@pytest.mark.skipif(SUBJECT == "bind", reason="BIND loads a moved zone anew")
def test_a_zone_that_moves_between_views_is_answered_all_the_time(controlled):
    named = controlled.named
    finished, wrong, asked = threading.Event(), [], [0]

    def ask():
        while not finished.is_set():
            asked[0] += 1
            reply = named.query("www.a.")
            if reply.rcode() or not reply.answer:
                wrong.append(reply.to_text())

    thread = threading.Thread(target=ask)
    thread.start()
    try:
        for round_number in range(10):
            controlled.configure("view v%d { %s };" % (round_number, ZONES))
            controlled.reconfig()
    finally:
        finished.set()
        thread.join()
    assert asked[0] > 10 and not wrong, wrong[:3]


def test_listening_addresses_follow_the_configuration(controlled):
    named = controlled.named
    other = free_port()
    with_other = controlled.text(ZONES).replace("listen-on-v6", "listen-on port %d { 127.0.0.1; }; listen-on-v6" % other)
    named.configure(with_other)
    since = controlled.reconfig()
    assert "listening on IPv4 interface lo, 127.0.0.1#%d" % other in named.log()[since:]
    assert dns.query.tcp(dns.message.make_query("www.a.", "A"), "127.0.0.1", port=other, timeout=3).rcode() == 0
    controlled.configure(ZONES)
    since = controlled.reconfig()
    named.wait_log("no longer listening on 127.0.0.1#%d" % other, since)
    named.assert_serving()


def test_a_change_of_an_included_file_is_a_change_of_the_zone(start):
    controlled = Controlled(start, files={"a.zone": ZONE + "$INCLUDE part.inc\n", "b.zone": ZONE, "part.inc": "part A 192.0.2.7\n"})
    assert controlled.named.query("part.a.").answer[0][0].address == "192.0.2.7"
    controlled.write("part.inc", "part A 192.0.2.8\n")
    since = controlled.rndc("reload", "a")[2]
    controlled.named.wait_log("zone a/IN: loaded serial 1", since)
    wait_for(lambda: controlled.named.query("part.a.").answer[0][0].address == "192.0.2.8", "the new address")
