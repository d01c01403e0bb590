"""rndc addzone, modzone, delzone and showzone: zones come and go while the server runs, and are there after a restart."""

import base64
import os
import subprocess
import time

import pytest
from harness import SUBJECT, ZONE, configuration, free_port, wait_for

KEY = 'key k { algorithm hmac-sha256; secret "%s"; };\n' % base64.b64encode(b"0123456789abcdef0123456789abcdef").decode()
STATEMENT = '{ type primary; file "more.zone"; };'


class Controlled:
    """A server with a control channel, and BIND's rndc to it."""

    def __init__(self, start, options="allow-new-zones yes;", statements="", zone=True):
        self.port = free_port()
        self.controls = KEY + "controls { inet 127.0.0.1 port %d allow { 127.0.0.1; } keys { k; }; };\n" % self.port
        text = configuration(options=options, zone=zone and "view" not in statements, statements=statements)
        self.named = start(text.replace("controls { };", self.controls), files={"more.zone": ZONE})
        self.named.write("rndc.conf", KEY + 'options { default-key "k"; default-server 127.0.0.1; };\n')

    def rndc(self, *words):
        done = subprocess.run(["/usr/sbin/rndc", "-c", os.path.join(str(self.named.directory), "rndc.conf"), "-p", str(self.port),
                               *words], capture_output=True, text=True, timeout=30)
        return done.returncode, (done.stdout + done.stderr).strip()

    def is_served(self, name):
        answer = self.named.query(name)
        return answer.rcode() == 0 and len(answer.answer) == 1

    def restart(self):
        self.named.stop()
        since = self.named.mark()
        self.named.spawn()
        self.named.wait_log("running", since, whole_line=True)


@pytest.fixture
def controlled(start):
    return lambda *words, **more: Controlled(start, *words, **more)


def test_an_added_zone_is_served_and_is_there_after_a_restart(controlled):
    server = controlled()
    assert server.rndc("addzone", "new.test", STATEMENT) == (0, "")
    wait_for(lambda: server.is_served("www.new.test."), "the new zone")
    assert server.rndc("showzone", "new.test") == (0, 'zone "new.test" { type primary; file "more.zone"; };')
    assert "reconfigurable via modzone: yes" in server.rndc("zonestatus", "new.test")[1]
    server.restart()
    wait_for(lambda: server.is_served("www.new.test."), "the new zone after the restart")
    since = server.named.reload()
    server.named.wait_log("running", since)
    assert server.is_served("www.new.test.")


def test_a_deleted_zone_is_gone_and_stays_gone(controlled):
    server = controlled()
    for name in ("one.test", "two.test"):
        assert server.rndc("addzone", name, STATEMENT)[0] == 0
    wait_for(lambda: server.is_served("www.two.test."), "the zones")
    assert server.rndc("delzone", "one.test") == (0, "")
    assert server.named.query("www.one.test.").rcode() == 5
    server.restart()
    wait_for(lambda: server.is_served("www.two.test."), "the other zone after the restart")
    assert server.named.query("www.one.test.").rcode() == 5


def test_a_zone_that_is_deleted_while_its_file_is_read_stays_gone(controlled):
    server = controlled()
    server.named.write("big.zone", ZONE + "".join("h%d A 192.0.2.1\n" % i for i in range(60_000)))
    assert server.rndc("addzone", "big.test", '{ type primary; file "big.zone"; };')[0] == 0
    assert server.rndc("delzone", "big.test") == (0, "")
    for _ in range(20):  # meanwhile what was read comes back
        assert server.named.query("www.big.test.").rcode() == 5
        time.sleep(0.1)
    server.named.assert_serving()


def test_a_modified_zone_has_its_new_file(controlled):
    server = controlled()
    server.named.write("other.zone", ZONE.replace("192.0.2.80", "192.0.2.81"))
    assert server.rndc("addzone", "new.test", STATEMENT)[0] == 0
    wait_for(lambda: server.is_served("www.new.test."), "the new zone")
    assert server.rndc("modzone", "new.test", '{ type primary; file "other.zone"; };') == (0, "zone 'new.test' reconfigured.")
    wait_for(lambda: server.named.query("www.new.test.").answer[0][0].address == "192.0.2.81", "the other file")
    server.restart()
    wait_for(lambda: server.is_served("www.new.test."), "the zone after the restart")
    assert server.named.query("www.new.test.").answer[0][0].address == "192.0.2.81"


def test_a_zone_of_the_configuration_can_go_until_the_next_start(controlled):
    server = controlled()
    status, text = server.rndc("delzone", "example")
    assert status == 0 and "is no longer active and will be deleted." in text and "named.conf" in text
    assert server.named.query("www.example.").rcode() == 5
    server.restart()
    wait_for(lambda: server.is_served("www.example."), "the configured zone")


@pytest.mark.parametrize("words, says", [
    (("example", STATEMENT), "already exists"),
    (("new.test", '{ type primary; file "none.zone"; };'), "file not found"),
    (("new.test", "{ type primary; };"), "configure_zone failed: failure"),
    (("new.test", '{ type primari; file "more.zone"; };'), "unexpected token"),
    (("new.test",), "unexpected token"),
    (("a..b", STATEMENT), "empty label"),
    (("new.test", "IN", "nowhere", STATEMENT), "no matching view found for 'nowhere'"),
    (("new.test", '{ type hint; file "more.zone"; };'), "'hint' zones not supported by addzone"),
])
def test_a_zone_that_cannot_be_added_is_refused_as_bind_does(controlled, words, says):
    server = controlled()
    status, text = server.rndc("addzone", *words)
    assert status == 1 and says in text, text
    assert server.named.query("www.new.test.").rcode() == 5
    assert server.is_served("www.example.")


def test_zones_are_added_only_where_that_is_allowed(controlled):
    server = controlled(options="")
    status, text = server.rndc("addzone", "new.test", STATEMENT)
    assert status == 1 and "permission denied" in text and "Not allowing new zones in view '_default'" in text


def test_zones_are_added_to_the_view_that_is_named(controlled):
    server = controlled(options="", statements='view Inside { match-clients { any; }; allow-new-zones yes; '
                                               'zone "example" { type primary; file "more.zone"; }; };\n')
    assert server.rndc("addzone", "new.test", "IN", "Inside", STATEMENT) == (0, "")
    wait_for(lambda: server.is_served("www.new.test."), "the new zone")
    server.restart()
    wait_for(lambda: server.is_served("www.new.test."), "the new zone after the restart")


def test_reconfig_takes_what_changed_and_only_that(controlled):
    server = controlled()
    text = configuration(options="allow-new-zones yes;").replace("controls { };", server.controls)
    for i in range(20):
        text += 'zone "z%d.test" { type primary; file "more.zone"; };\n' % i
    since = server.named.mark()
    server.named.configure(text)
    assert server.rndc("reconfig")[0] == 0
    server.named.wait_log("running", since, whole_line=True)  # the lines of all twenty are in the log, too
    assert server.is_served("www.z19.test.")
    since = server.named.mark()
    text = text.replace("z7.test", "seven.test") + 'zone "last.test" { type primary; file "more.zone"; };\n'
    server.named.configure(text)
    assert server.rndc("reconfig")[0] == 0
    server.named.wait_log("running", since, whole_line=True)
    assert server.is_served("www.last.test.") and server.is_served("www.seven.test.")
    assert server.named.query("www.z7.test.").rcode() == 5
    assert server.is_served("www.z8.test.")
    loaded = [line for line in server.named.log()[since:].splitlines() if "loaded serial" in line]
    assert len(loaded) == 2, loaded
    server.named.configure(text.replace("recursion no;", "recursion no; allow-query { 192.0.2.1; };"))
    assert server.rndc("reconfig")[0] == 0
    wait_for(lambda: server.named.query("www.z8.test.").rcode() == 5, "the access list in a zone that is as it was")
