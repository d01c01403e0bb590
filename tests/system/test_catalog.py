"""Catalog zones (RFC 9432): a server takes the zones that a catalog lists, and another one lists those it has."""

import contextlib
import os
import random
import re
import sqlite3
import subprocess
import time

import dns.query
import dns.rcode
import dns.update
import dns.zone
import harness
import pytest
from harness import ADDRESS, SUBJECT, ZONE, configuration, free_port, wait_for
from test_added_zones import KEY
from test_secondary import serial, texts

CATALOG = """\
$TTL 0
@ SOA invalid. invalid. 1 2 2 2147483646 0
@ NS invalid.
version TXT "2"
"""
MEMBERS = ("a", "b", "c", "d")
APEX = "catalog.test."
OTHER = "other.test."
SOON = "min-refresh-time 1; min-retry-time 1;"


def primary_text(consumer_port, statements=""):
    zones = "".join('zone "%s.member" { type primary; file "member.zone"; };\n' % name for name in MEMBERS)
    catalogs = "".join('zone "%s" { type primary; file "%s"; allow-update { any; }; notify explicit; also-notify { %s port %d; }; };\n'
                       % (apex, file, ADDRESS, consumer_port) for apex, file in ((APEX, "catalog.zone"), (OTHER, "other.zone")))
    return configuration(options="allow-transfer { any; }; %s" % ("notify-delay 0;" if SUBJECT == "bind" else ""),
                         statements=KEY + statements + zones + catalogs, zone=False)


class Consumer:
    """A primary with two catalogs and the zones that they may list, and a server that takes what they list."""

    def __init__(self, start, catalog="", other="", clause='zone-directory "copies"; min-update-interval 0;', statements="", options="",
                 members=ZONE):
        self.start, self.control = start, free_port()
        self.primary = start(configuration(zone=False), running=False, files={
            "catalog.zone": CATALOG + catalog, "other.zone": CATALOG + other, "member.zone": members})
        self.named = start(configuration(zone=False), running=False)
        os.mkdir(os.path.join(self.named.directory, "copies"))
        self.primary.configure(primary_text(self.named.port))
        self.clause, self.statements, self.options = clause, statements, options
        self.configure()
        self.named.write("rndc.conf", KEY + 'options { default-key "k"; default-server 127.0.0.1; };\n')
        self.primary.start()
        self.named.start()

    def configure(self, catalogs=(APEX, OTHER), statements=None):
        primaries = "{ %s port %d; }" % (ADDRESS, self.primary.port)
        listed = "".join('zone "%s" default-primaries %s %s;' % (apex, primaries, self.clause.rstrip("; ")) for apex in catalogs)
        listed = listed.replace("; min", " min").replace("; in", " in")
        zones = "".join('zone "%s" { type secondary; file "%scopy"; primaries %s; };\n' % (apex, apex, primaries) for apex in (APEX, OTHER))
        text = configuration(options="%s %s %s" % (SOON, self.options, "catalog-zones { %s };" % listed if listed else ""),
                             statements=zones + (self.statements if statements is None else statements), zone=False)
        controls = KEY + "controls { inet 127.0.0.1 port %d allow { 127.0.0.1; } keys { k; }; };\n" % self.control
        self.named.configure(text.replace("controls { };", controls))

    def rndc(self, *words):
        done = subprocess.run(["/usr/sbin/rndc", "-c", os.path.join(self.named.directory, "rndc.conf"), "-p", str(self.control), *words],
                              capture_output=True, text=True, timeout=30)
        return done.returncode, (done.stdout + done.stderr).strip()

    def change(self, *lines, apex=APEX):
        """Each line "+ name type data" or "- name type data"; the name is relative to the catalog."""
        update = dns.update.Update(apex)
        for line in lines:
            sign, name, rrtype, data = line.split(" ", 3)
            (update.add if sign == "+" else update.delete)(name, *([0] if sign == "+" else []), rrtype, data)
        assert self.primary.ask(update).rcode() == 0

    def served(self, *names):
        wait_for(lambda: all(texts(self.named, "www.%s.member." % name) for name in names), "%s:\n%s" % (names, self.named.log()))

    def gone(self, *names):
        wait_for(lambda: all(self.named.query("www.%s.member." % name).rcode() == dns.rcode.REFUSED for name in names),
                 "%s to go:\n%s" % (names, self.named.log()))

    def copies(self):
        return sorted(os.listdir(os.path.join(self.named.directory, "copies")))

    def copy(self, name, catalog="catalog.test"):
        return "__catz___default_%s_%s.member.db" % (catalog, name)


AB = "1.zones PTR a.member.\n2.zones PTR b.member.\n"


@pytest.fixture
def consumer(start):
    return lambda *words, **more: Consumer(start, *words, **more)


def test_members_come_and_go_with_the_versions_of_the_catalog(consumer):
    server = consumer(AB + 'group.2.zones TXT "blue"\n')
    server.served("a", "b")
    server.gone("c")
    wait_for(lambda: server.copies() == [server.copy("a"), server.copy("b")], "the copies")
    server.named.wait_log("catz: updating catalog zone 'catalog.test' with serial 1")
    server.named.wait_log("catz: adding zone 'a.member' from catalog 'catalog.test' - success")
    server.change("+ 3.zones PTR c.member.", "- 1.zones PTR a.member.")
    server.served("b", "c")
    server.gone("a")
    server.named.wait_log("catz: deleting zone 'a.member' from catalog 'catalog.test' - success")
    wait_for(lambda: server.copies() == [server.copy("b"), server.copy("c")], "the copies afterwards")


GROUPS = """catalog-group-options "blue" { allow-query { %s; }; masterfile-format text; };
catalog-group-options "red" { primaries { %s port %d; }; allow-query { none; }; };
"""


@pytest.mark.skipif(SUBJECT == "bind", reason="BIND does not know groups")
def test_a_member_is_as_the_configuration_says_of_its_group(consumer):
    server = consumer(AB + 'group.2.zones TXT "blue"\n3.zones PTR c.member.\ngroup.3.zones TXT "unknown"\n', options="allow-new-zones yes;",
                      statements=GROUPS % (ADDRESS, ADDRESS, 1))
    server.served("a", "b", "c")
    shown = {name: server.rndc("showzone", name + ".member")[1] for name in "abc"}
    assert "allow-query { any; }" in shown["a"] and "allow-query { any; }" in shown["c"]
    assert "allow-query { %s/32; }" % ADDRESS in shown["b"] or "allow-query { %s; }" % ADDRESS in shown["b"], shown["b"]
    wait_for(lambda: server.copy("b") in server.copies(), "the copy")
    with open(os.path.join(server.named.directory, "copies", server.copy("b")), errors="replace") as f:
        assert "SOA" in f.read()
    # Another group: the zone stays, with what that says.
    server.change("- group.2.zones TXT blue", "+ group.2.zones TXT red")
    wait_for(lambda: server.named.query("www.b.member.").rcode() == dns.rcode.REFUSED, "what the other group says")
    assert "primaries { %s port 1; }" % ADDRESS in server.rndc("showzone", "b.member")[1]
    server.change("- group.2.zones TXT red")
    server.served("b")
    # And another configuration.
    server.configure(statements=(GROUPS % (ADDRESS, ADDRESS, 1)).replace("blue", "unknown").replace(ADDRESS + "; };", "none; };", 1))
    server.named.reload()
    wait_for(lambda: server.named.query("www.c.member.").rcode() == dns.rcode.REFUSED, "what is said of the group now")
    server.served("a", "b")


@pytest.mark.skipif(SUBJECT == "bind", reason="about our files")
def test_what_a_server_that_was_killed_has_left_of_members_is_cleared_away(consumer):
    server = consumer(AB)
    server.served("a", "b")
    wait_for(lambda: server.copies() == [server.copy("a"), server.copy("b")], "the copies")
    directory = os.path.join(server.named.directory, "copies")
    with open(os.path.join(directory, server.copy("b")), "rb") as f:
        left = f.read()
    server.change("- 2.zones PTR b.member.")
    server.gone("b")
    wait_for(lambda: server.copies() == [server.copy("a")], "the end of the copy")
    server.named.stop()
    # It begins with b gone from its catalog, but its copy and the log's row of it still there, and other files beside.
    with contextlib.closing(sqlite3.connect(os.path.join(server.named.directory, "nomen.versions"))) as log, log:
        assert log.execute("SELECT count(*) FROM zones WHERE apex LIKE 'b.member%'").fetchone() == (0,)
        log.execute("INSERT INTO zones (view, apex, class) SELECT view, replace(apex, 'a.member', 'b.member'), class "
                    "FROM zones WHERE apex LIKE 'a.member%'")
    for name in (server.copy("b"), "__catz__of_somebody_else.db", server.copy("x")):
        with open(os.path.join(directory, name), "wb") as f:
            f.write(left)
    server.named.start()
    server.served("a")
    server.named.wait_log("clearing away what is left of zone 'b.member' from catalog 'catalog.test'")
    wait_for(lambda: server.copies() == sorted([server.copy("a"), "__catz__of_somebody_else.db", server.copy("x")]), "what nobody knows stays")
    server.change("+ 4.zones PTR b.member.")
    server.served("b")


@pytest.mark.skipif(SUBJECT == "bind", reason="BIND has no such statement")
def test_a_catalog_that_is_not_generated_lists_nothing_and_the_configuration_says_so(start):
    text = configuration(statements='zone "one" { type primary; file "example.zone"; catalog-zone "catalog.test"; };')
    named = start(text, running=False)
    named.spawn()
    named.process.wait(harness.LIMIT_S)
    assert named.process.returncode != 0
    assert "zone 'one': 'catalog-zone \"catalog.test\"' is no zone of view '_default' with 'catalog-generate yes'" in named.log()
    named.process = None


@pytest.mark.skipif(SUBJECT == "bind", reason="BIND does not show what Nomen shows of a member")
def test_what_rndc_says_of_a_member(consumer):
    server = consumer(AB + 'group.2.zones TXT "blue"\n', options="allow-new-zones yes;")
    server.served("a", "b")
    status = server.rndc("zonestatus", "b.member")[1]
    for line in ("type: secondary", "files: copies/" + server.copy("b"), "catalog: catalog.test", "groups: blue", "serial: 1"):
        assert line in status.splitlines(), status
    assert server.rndc("showzone", "b.member") == (
        0, 'zone "b.member" { type secondary; file "copies/%s"; primaries { %s port %d; }; allow-query { any; }; allow-transfer { any; }; };'
        % (server.copy("b"), ADDRESS, server.primary.port))
    code, text = server.rndc("modzone", "b.member", '{ type primary; file "x"; };')
    assert code != 0 and "is as the catalog 'catalog.test' says" in text
    assert server.rndc("addzone", "b.member", '{ type primary; file "x"; };')[0] != 0


def test_a_member_that_was_deleted_by_command_is_restored_with_the_next_version(consumer):
    server = consumer(AB, options="allow-new-zones yes;")
    server.served("a", "b")
    code, text = server.rndc("delzone", "b.member")
    assert code == 0 and "zone 'b.member' will be deleted." in text
    server.gone("b")
    server.change("+ 3.zones PTR c.member.")
    server.served("a", "b", "c")
    server.named.wait_log("catz: zone 'b.member' was expected to exist but can not be found, will be restored")


@pytest.mark.parametrize("lines, said", [
    (["- version TXT \"2\""], "catz: zone 'catalog.test' has no 'version' record"),
    (["+ version TXT \"1\""], "catz: 'version' property TXT RRset contains more than one record, which is invalid"),
    (["- version TXT \"2\"", "+ version TXT \"3\""], "catz: zone 'catalog.test' unsupported version '3'"),
    (["+ 1.zones PTR d.member."], "catz: member zone PTR RRset contains more than one record, which is invalid"),
    pytest.param(["+ 9.zones PTR a.member."], "catz: zone 'a.member' is listed more than once",
                 marks=pytest.mark.skipif(SUBJECT == "bind", reason="BIND takes one of the two")),
])
def test_a_broken_catalog_changes_nothing_until_it_is_whole_again(consumer, lines, said):
    server = consumer(AB)
    server.served("a", "b")
    server.change(*lines, "+ 3.zones PTR c.member.", "- 2.zones PTR b.member.")
    server.named.wait_log(said)
    server.named.wait_log("catz: new catalog zone 'catalog.test' is broken and will not be processed")
    server.served("a", "b")
    server.gone("c")
    server.change(*[("-" if line[0] == "+" else "+") + line[1:] for line in reversed(lines)])
    server.served("a", "c")
    server.gone("b")


def test_a_configured_zone_comes_before_a_member(consumer):
    server = consumer(AB, statements='zone "a.member" { type primary; file "example.zone"; };\n')
    server.named.write("example.zone", ZONE.replace("192.0.2.80", "192.0.2.99"))
    server.served("b")
    server.named.wait_log("zone 'a.member' will not be added because it is an explicitly configured zone")
    assert "type: primary" in server.rndc("zonestatus", "a.member")[1]
    if SUBJECT == "bind":
        return
    # What the configuration does not want any more is the catalog's, and the other way round.
    server.configure(statements="")
    assert server.rndc("reconfig") == (0, "")
    wait_for(lambda: "type: secondary" in server.rndc("zonestatus", "a.member")[1], "the member")
    server.served("a", "b")
    server.configure(statements='zone "b.member" { type primary; file "example.zone"; };\n')
    assert server.rndc("reconfig") == (0, "")
    wait_for(lambda: texts(server.named, "www.b.member.") == ["192.0.2.99"], "the configured zone")
    wait_for(lambda: server.copies() == [server.copy("a")], "the copies")
    server.served("a")


def test_another_label_resets_the_zone(consumer):
    server = consumer(AB)
    server.served("a", "b")
    since = server.named.mark()
    server.change("- 2.zones PTR b.member.", "+ 22.zones PTR b.member.")
    server.named.wait_log("b.member", since)
    if SUBJECT != "bind":
        server.named.wait_log("catz: zone 'b.member' unique label has changed, reset state", since)
        server.named.wait_log("zone b.member/IN: transferred serial 1", since)
    server.served("a", "b")


def test_a_member_moves_to_the_catalog_that_its_own_names(consumer):
    server = consumer(AB)
    server.served("a", "b")
    server.change("+ 2.zones PTR b.member.", apex=OTHER)
    server.named.wait_log("zone 'b.member' will not be added because another catalog zone already contains an entry with that zone")
    since = server.named.mark()
    server.change("+ coo.2.zones PTR %s" % OTHER)
    if SUBJECT == "bind":
        return  # it moves with the other catalog's next version
    server.named.wait_log("catz: zone 'b.member' change of ownership from 'catalog.test' to 'other.test'", since)
    wait_for(lambda: server.copies() == [server.copy("a"), server.copy("b", "other.test")], "the copy that has moved")
    assert "transferred" not in server.named.log()[since:].replace("test/IN: transferred", "")
    server.change("- 2.zones PTR b.member.", "- coo.2.zones PTR %s" % OTHER)
    server.named.wait_log("catalog.test/IN: transferred serial 3")
    server.served("a", "b")
    assert "catalog: other.test" in server.rndc("zonestatus", "b.member")[1]
    server.change("- 2.zones PTR b.member.", apex=OTHER)
    server.gone("b")


@pytest.mark.skipif(SUBJECT == "bind", reason="BIND moves it with the other catalog's next version")
def test_a_member_that_moves_under_another_label_starts_anew(consumer):
    server = consumer(AB)
    server.served("a", "b")
    server.change("+ coo.2.zones PTR %s" % OTHER)
    since = server.named.mark()
    server.change("+ 22.zones PTR b.member.", apex=OTHER)
    server.named.wait_log("catz: zone 'b.member' change of ownership from 'catalog.test' to 'other.test'", since)
    server.named.wait_log("catz: adding zone 'b.member' from catalog 'other.test' - success", since)
    server.named.wait_log("zone b.member/IN: transferred serial 1", since)
    server.served("a", "b")
    wait_for(lambda: server.copies() == [server.copy("a"), server.copy("b", "other.test")], "the copies")
    server.change("- 2.zones PTR b.member.")
    server.named.wait_log("catalog.test/IN: transferred serial 3", since)
    server.served("b")
    assert "catalog: other.test" in server.rndc("zonestatus", "b.member")[1]
    assert server.named.log()[since:].count("change of ownership") == 1


def test_what_a_catalog_lets_go_another_one_may_have(consumer):
    server = consumer(AB, other="7.zones PTR b.member.\n")
    server.served("a", "b")
    owner = "catalog.test" if "adding zone 'b.member' from catalog 'catalog.test'" in server.named.log() else "other.test"
    if SUBJECT == "bind":
        return
    label, apex = ("2", APEX) if owner == "catalog.test" else ("7", OTHER)
    server.change("- %s.zones PTR b.member." % label, apex=apex)
    other = "other.test" if owner == "catalog.test" else "catalog.test"
    server.named.wait_log("catz: adding zone 'b.member' from catalog '%s' - success" % other)
    server.served("a", "b")


def test_primaries_keys_and_access_lists_are_the_catalogs(consumer, start):
    """BIND's properties: an address has no port, so the other primary has the consumer's port at ::1."""
    server = consumer("allow-query.ext APL 1:127.0.0.0/30\nallow-transfer.ext.1.zones APL 1:127.0.0.3/32\n1.zones PTR a.member.\n")
    other = start(configuration(zone=False), running=False, files={"member.zone": ZONE.replace("192.0.2.80", "192.0.2.81")})
    other.port = server.named.port
    other.configure(configuration(listen="none;", options="allow-transfer { key k; };", zone=False, statements=KEY +
                                  'zone "b.member" { type primary; file "member.zone"; };')
                    .replace("listen-on-v6 {", "listen-on-v6 port @PORT@ {").replace("port @PORT@ { none; };\n  pid", "port @PORT@ { ::1; };\n  pid"))
    other.start()
    server.served("a")
    assert server.named.query("www.a.member.", source="127.0.0.5").rcode() == dns.rcode.REFUSED
    server.change("+ 2.zones PTR b.member.", "+ x.primaries.ext.2.zones AAAA ::1", '+ x.primaries.ext.2.zones TXT "k"')
    server.served("b")
    assert texts(server.named, "www.b.member.") == ["192.0.2.81"]
    server.change("+ allow-query.ext.2.zones APL 1:0.0.0.0/0")
    wait_for(lambda: server.named.query("www.b.member.", source="127.0.0.5").rcode() == 0, "the change of the list")
    server.named.wait_log("catz: modifying zone 'b.member' from catalog 'catalog.test' - success")


@pytest.mark.skipif(SUBJECT == "bind", reason="BIND writes its copies minutes later")
@pytest.mark.parametrize("end", ["stop", "kill"])
def test_after_a_restart_members_are_served_without_the_primary(consumer, end):
    server = consumer(AB)
    server.served("a", "b")
    server.change("+ 3.zones PTR c.member.", "- 1.zones PTR a.member.")
    server.served("b", "c")
    server.gone("a")
    wait_for(lambda: server.copies() == [server.copy("b"), server.copy("c")], "the copies")
    server.primary.stop()
    getattr(server.named, end)()
    server.named.start()
    server.served("b", "c")
    server.gone("a")
    server.primary.start()
    server.change("- 2.zones PTR b.member.")
    server.gone("b")
    server.served("c")


def test_without_the_statement_the_members_go(consumer):
    server = consumer(AB, other="3.zones PTR c.member.\n")
    server.served("a", "b", "c")
    server.configure(catalogs=[OTHER])
    assert server.rndc("reconfig") == (0, "")
    server.gone("a", "b")
    server.served("c")
    server.named.wait_log("catz: removing catalog zone catalog.test")
    if SUBJECT != "bind":
        wait_for(lambda: server.copies() == [server.copy("c", "other.test")], "the copies")
    server.configure()
    assert server.rndc("reconfig") == (0, "")
    server.served("a", "b", "c")


def test_members_stay_over_a_reload_and_have_what_the_view_has(consumer):
    server = consumer(AB)
    server.served("a", "b")
    server.named.wait_log("a.member/IN: transferred")  # a version is served before its line is written
    since = server.named.mark()
    server.configure(statements='zone "example" { type primary; file "example.zone"; };\n')
    assert server.rndc("reconfig") == (0, "")
    wait_for(lambda: texts(server.named, "www.example."), "the new zone")
    server.served("a", "b")
    server.options = "allow-query { 127.0.0.1; };"
    server.configure()
    assert server.rndc("reconfig") == (0, "")
    wait_for(lambda: server.named.query("www.a.member.", source="127.0.0.5").rcode() == dns.rcode.REFUSED, "the list of the view")
    server.served("a", "b")
    assert "a.member/IN: transferred" not in server.named.log()[since:]


def test_versions_that_come_too_soon_wait(consumer):
    server = consumer(AB, clause='zone-directory "copies"; min-update-interval 3;')
    server.served("a", "b")
    server.change("+ 3.zones PTR c.member.")
    server.change("+ 4.zones PTR d.member.")
    server.named.wait_log("catz: catalog.test: new zone version came too soon, deferring update for")
    server.served("c", "d")


def test_members_in_memory_have_no_copies(consumer):
    server = consumer(AB, clause='zone-directory "copies"; in-memory yes; min-update-interval 0;')
    server.served("a", "b")
    server.change("- 1.zones PTR a.member.")
    server.gone("a")
    assert server.copies() == [] and serial(server.named) is None
    assert "files:" not in server.rndc("zonestatus", "b.member")[1]


# ---------------------------------------------------------------- catalogs that are generated
def member_statement(name, more=""):
    return 'zone "%s.member" { type primary; file "member.zone"; %s };\n' % (name, more)


class Lister:
    """A server that generates a catalog of its zones, and a server that takes what it lists."""

    def __init__(self, start, statements, options=""):
        self.control = free_port()
        self.named = start(configuration(zone=False), running=False, files={"member.zone": ZONE})
        self.consumer = start(configuration(zone=False), running=False)
        primaries = "{ %s port %d; }" % (ADDRESS, self.named.port)
        self.consumer.configure(configuration(
            options="%s catalog-zones { zone %s default-primaries %s min-update-interval 0; };" % (SOON, APEX, primaries), zone=False,
            statements='zone "%s" { type secondary; file "copy"; primaries %s; };' % (APEX, primaries)))
        self.options = options
        self.configure(statements)
        self.named.write("rndc.conf", KEY + 'options { default-key "k"; default-server 127.0.0.1; };\n')
        self.named.start()
        self.consumer.start()

    rndc = Consumer.rndc

    def configure(self, statements):
        catalog = ('zone "%s" { type primary; file "generated.zone"; catalog-generate yes; notify explicit; also-notify { %s port %d; }; };\n'
                   % (APEX, ADDRESS, self.consumer.port))
        text = configuration(options="allow-transfer { any; }; allow-new-zones yes; %s" % self.options, statements=catalog + statements, zone=False)
        controls = KEY + "controls { inet 127.0.0.1 port %d allow { 127.0.0.1; } keys { k; }; };\n" % self.control
        self.named.configure(text.replace("controls { };", controls))

    def reconfigure(self, statements):
        self.configure(statements)
        assert self.rndc("reconfig") == (0, "")

    def listed(self):
        """{zone: (label, group)} by a transfer of the catalog."""
        zone = dns.zone.from_xfr(dns.query.xfr(ADDRESS, APEX, port=self.named.port, relativize=False, timeout=10, lifetime=20), relativize=False)
        names = {}
        for owner, _, data in zone.iterate_rdatas("PTR"):
            group = zone.get_rdataset("group." + owner.to_text(), "TXT")
            label = owner.to_text().split(".")[0]
            names[data.target.to_text().split(".")[0]] = (label, group[0].strings[0].decode() if group else None)
        assert zone.get_rdataset("version." + APEX, "TXT")[0].strings == (b"2",)
        return names

    def wait_listed(self, *names):
        return wait_for(lambda: set(self.listed()) == set(names) and self.listed(), "%s to be listed:\n%s" % (names, self.named.log()))

    served = lambda self, *names: wait_for(  # noqa: E731
        lambda: all(texts(self.consumer, "www.%s.member." % name) for name in names), "%s:\n%s" % (names, self.consumer.log()))
    gone = lambda self, *names: wait_for(  # noqa: E731
        lambda: all(self.consumer.query("www.%s.member." % name).rcode() == dns.rcode.REFUSED for name in names), "%s to go" % (names,))

    def serial(self):
        return self.named.query(APEX, "SOA").answer[0][0].serial


IN = 'catalog-zone "%s";' % APEX


@pytest.fixture
def lister(start):
    if SUBJECT == "bind":
        pytest.skip("BIND does not generate catalogs")
    return lambda *words, **more: Lister(start, *words, **more)


def test_zones_of_the_configuration_are_listed(lister):
    server = lister(member_statement("a", IN + 'catalog-group "blue";') + member_statement("b", IN) + member_statement("c"))
    first = server.wait_listed("a", "b")
    assert first["a"][1] == "blue" and first["b"][1] is None
    server.served("a", "b")
    serial_before = server.serial()
    server.reconfigure(member_statement("a", IN + 'catalog-group "red";') + member_statement("c", IN))
    second = server.wait_listed("a", "c")
    wait_for(lambda: server.listed()["a"] == (first["a"][0], "red"), "the other group under the same label")
    assert second["c"][0] != first["b"][0] and server.serial() > serial_before
    server.served("a", "c")
    server.gone("b")
    server.named.wait_log("IXFR started")


def test_zones_that_rndc_adds_and_deletes_are_listed(lister):
    server = lister(member_statement("a", IN))
    labels = server.wait_listed("a")
    assert server.rndc("addzone", "b.member", '{ type primary; file "member.zone"; %s };' % IN) == (0, "")
    first = server.wait_listed("a", "b")
    server.served("a", "b")
    assert server.rndc("delzone", "b.member")[0] == 0
    server.wait_listed("a")
    server.gone("b")
    assert server.rndc("addzone", "b.member", '{ type primary; file "member.zone"; %s };' % IN) == (0, "")
    again = server.wait_listed("a", "b")
    assert again["b"][0] != first["b"][0] and again["a"] == labels["a"]
    server.served("a", "b")


@pytest.mark.parametrize("end", ["stop", "kill"])
def test_what_is_listed_stays_the_same_over_a_restart(lister, end):
    server = lister(member_statement("a", IN) + member_statement("b", IN))
    server.wait_listed("a", "b")
    assert server.rndc("addzone", "c.member", '{ type primary; file "member.zone"; %s };' % IN) == (0, "")
    before = server.wait_listed("a", "b", "c")
    serial_before = server.serial()
    getattr(server.named, end)()
    server.named.start()
    assert server.wait_listed("a", "b", "c") == before
    assert server.serial() == serial_before
    getattr(server.named, end)()
    server.configure(member_statement("b", IN))
    server.named.start()
    assert server.wait_listed("b", "c")["b"] == before["b"]
    server.served("b", "c")
    server.gone("a")


def test_a_whole_view_is_listed_but_for_those_that_say_none(lister):
    server = lister(member_statement("a") + member_statement("b", "catalog-zone none;"), options=IN + 'catalog-group "all";')
    assert server.wait_listed("a")["a"][1] == "all"
    assert server.rndc("sync", APEX)[0] == 0
    text = open(os.path.join(server.named.directory, "generated.zone")).read()
    assert "a.member." in text and "b.member." not in text


@pytest.mark.slow
def test_a_hundred_thousand_members_come_move_and_go(lister, start):
    """Listed by one server, taken by another; half of them move to another catalog, and all of them go."""
    count = int(os.environ.get("NOMEN_CATALOG_MEMBERS", "100000"))
    limit = harness.LIMIT_S
    harness.LIMIT_S = 600
    try:
        hundred_thousand(start, count)
    finally:
        harness.LIMIT_S = limit


def hundred_thousand(start, count):
    primary = start(configuration(zone=False), running=False, files={"member.zone": ZONE})
    named = start(configuration(zone=False), running=False)
    control, control_here = free_port(), free_port()
    quick = "transfers-in 200; transfers-per-ns 200; transfers-out 200; serial-query-rate 0;"
    channel = KEY + "controls { inet 127.0.0.1 port %d allow { 127.0.0.1; } keys { k; }; };\n"

    def configure(first, second):
        """How many zones from the front are in the one catalog, and up to where they are in the other."""
        zones = "".join('zone "z%d.member" { type primary; file "member.zone"; %s};\n' % (
            n, "catalog-zone %s; " % (APEX if n < first else OTHER) if n < second else "") for n in range(count))
        catalogs = "".join('zone "%s" { type primary; file "%s"; catalog-generate yes; notify explicit; also-notify { %s port %d; }; };\n' % (
            apex, apex, ADDRESS, named.port) for apex in (APEX, OTHER))
        primary.configure(configuration(options="allow-transfer { any; }; tcp-clients 1000; " + quick, statements=catalogs + zones, zone=False)
                          .replace("controls { };", channel % control))

    def rndc(port, *words):
        primary.write("rndc.conf", KEY + 'options { default-key "k"; default-server 127.0.0.1; };\n')
        done = subprocess.run(["/usr/sbin/rndc", "-c", os.path.join(primary.directory, "rndc.conf"), "-p", str(port), *words],
                              capture_output=True, text=True, timeout=600)
        return done.stdout + done.stderr

    def zones():
        return int(re.search(r"number of zones: (\d+)", rndc(control_here, "status")).group(1)) - 2

    def is_served(name):
        return bool(texts(named, "www.%s." % name))

    configure(count, count)
    server_list = "{ %s port %d; }" % (ADDRESS, primary.port)
    named.configure(configuration(zone=False, options="%s %s catalog-zones { %s };" % (SOON, quick, "".join(
        "zone %s default-primaries %s in-memory yes min-update-interval 0;" % (apex, server_list) for apex in (APEX, OTHER))),
        statements="".join('zone "%s" { type secondary; primaries %s; };\n' % (apex, server_list) for apex in (APEX, OTHER)))
        .replace("controls { };", channel % control_here))
    began = time.monotonic()

    def told(what):
        print("%s: %.1f s" % (what, time.monotonic() - began))

    def wait_all(wanted):
        wait_for(lambda: zones() == wanted, "%d zones" % wanted)
        told("%d zones known" % wanted)
        wait_for(lambda: time.sleep(1) or count_lines("transferred serial") >= transferred, "all transfers")
        told("%d transferred" % wanted)

    def count_lines(text):
        return int(subprocess.run(["grep", "-c", text, named.log_path], capture_output=True, text=True).stdout)
    primary.start()
    told("primary runs")
    named.start()
    transferred = count
    wait_all(count)
    sample = random.sample(range(count), 500)
    assert all(is_served("z%d.member" % n) for n in sample)
    half, kept = count // 2, count * 3 // 4
    configure(half, kept)
    assert rndc(control, "reconfig") == ""
    told("half of them in the other catalog, a quarter in none")
    wait_all(kept)
    wait_for(lambda: time.sleep(1) or count_lines("adding zone .* from catalog 'other.test' - success") == kept - half, "those that move")
    wait_for(lambda: all(is_served("z%d.member" % n) == (n < kept) for n in sample), "the right ones to be served")
    told("served from where they have moved")
    configure(0, 0)
    assert rndc(control, "reconfig") == ""
    wait_for(lambda: zones() == 0, "none")
    told("all gone")
    assert not any(is_served("z%d.member" % n) for n in sample)
