"""Dynamic update (RFC 2136): prerequisites, changes, who may, what survives, and what the tools see."""

import os
import signal
import subprocess

import dns.message
import dns.rcode
import dns.rdatatype
import dns.rrset
import dns.update
import pytest

from harness import configuration, wait_for
from test_transfer_out import transfer
from test_tsig import SECRET, key_statement, keyring


def dynamic(clause='allow-update { any; };', options="allow-transfer { any; };", statements=""):
    return configuration(options=options, statements=statements + 'zone "example" { type primary; file "example.zone"; %s };' % clause, zone=False)


def change(**how):
    return dns.update.Update("example.", **how)


def send(named, update, tcp=False):
    return named.ask(update, tcp=tcp).rcode()


def texts(named, name, rrtype="A"):
    return sorted(r[0].to_text() for r in named.query(name, rrtype).answer)


def serial(named):
    return named.query("example.", "SOA").answer[0][0].serial


def test_an_added_record_is_answered_and_the_serial_goes_up(start):
    """RFC 2136 3.4.2.2, 3.6."""
    named = start(dynamic())
    update = change()
    update.add("new", 300, "A", "192.0.2.33")
    for tcp in (False, True):
        assert send(named, update, tcp) == 0
    assert texts(named, "new.example.") == ["192.0.2.33"]
    assert serial(named) == 2  # the second changed nothing


def test_records_and_rrsets_and_names_are_deleted(start):
    """RFC 2136 2.5.2 to 2.5.4."""
    named = start(dynamic())
    update = change()
    update.add("new", 300, "A", "192.0.2.33", "192.0.2.34")
    update.add("new", 300, "TXT", "text")
    assert send(named, update) == 0
    update = change()
    update.delete("new", "A", "192.0.2.33")
    assert send(named, update) == 0
    assert texts(named, "new.example.") == ["192.0.2.34"]
    update = change()
    update.delete("new", "A")
    assert send(named, update) == 0
    assert texts(named, "new.example.") == [] and texts(named, "new.example.", "TXT") == ['"text"']
    update = change()
    update.delete("new")
    assert send(named, update) == 0
    assert named.query("new.example.").rcode() == dns.rcode.NXDOMAIN


def test_prerequisites_decide(start):
    """RFC 2136 3.2."""
    named = start(dynamic())

    def with_prerequisite(add):
        update = change()
        add(update)
        update.add("made", 300, "A", "192.0.2.1")
        return send(named, update)

    assert with_prerequisite(lambda u: u.present("nothing")) == dns.rcode.NXDOMAIN
    assert with_prerequisite(lambda u: u.absent("www")) == dns.rcode.YXDOMAIN
    assert with_prerequisite(lambda u: u.present("www", "TXT")) == dns.rcode.NXRRSET
    assert with_prerequisite(lambda u: u.absent("www", "A")) == dns.rcode.YXRRSET
    assert with_prerequisite(lambda u: u.present("www", "A", "192.0.2.81")) == dns.rcode.NXRRSET
    assert named.query("made.example.").rcode() == dns.rcode.NXDOMAIN
    assert with_prerequisite(lambda u: u.present("www", "A", "192.0.2.80")) == 0
    assert texts(named, "made.example.") == ["192.0.2.1"]


def test_the_last_ns_and_the_soa_stay(start):
    """RFC 2136 3.4.2.3, 3.4.2.4."""
    named = start(dynamic())
    for what in (("@", "NS"), ("@", "NS", "ns1.example."), ("@", "SOA"), ("@",)):
        update = change()
        update.delete(*what)
        assert send(named, update) == 0, what
    assert texts(named, "example.", "NS") == ["ns1.example."] and named.query("example.", "SOA").answer


def test_names_outside_of_the_zone_are_notzone(start):
    named = start(dynamic())
    update = change()
    update.add("www.other.", 300, "A", "192.0.2.1")
    assert send(named, update) == dns.rcode.NOTZONE
    update = dns.update.Update("other.")
    update.add("www", 300, "A", "192.0.2.1")
    assert send(named, update) == dns.rcode.NOTAUTH


def test_nobody_may_unless_allowed(start):
    named = start(dynamic("allow-update { none; };"))
    update = change()
    update.add("new", 300, "A", "192.0.2.33")
    assert send(named, update) == dns.rcode.REFUSED
    named.wait_log("update 'example/IN' denied")


def test_a_key_may(start):
    named = start(dynamic('allow-update { key "k.test"; };', statements=key_statement() + key_statement("other.test")))
    for ring, rcode in ((None, dns.rcode.REFUSED), (keyring("other.test."), dns.rcode.REFUSED), (keyring(), 0)):
        update = change()
        update.add("new", 300, "A", "192.0.2.33")
        if ring:
            update.use_tsig(ring)
        assert send(named, update) == rcode
    assert texts(named, "new.example.") == ["192.0.2.33"]


def test_a_policy_bounds_what_a_key_may(start):
    """update-policy: rules by name and type, the first that fits decides."""
    named = start(dynamic('update-policy { deny k.test name no.example. ANY; grant k.test subdomain dyn.example. A TXT; grant k.test self k.test ANY; };',
                          statements=key_statement()))
    for name, rrtype, data, rcode in (("a.dyn", "A", "192.0.2.1", 0), ("a.dyn", "AAAA", "::1", dns.rcode.REFUSED), ("no", "A", "192.0.2.1", dns.rcode.REFUSED),
                                      ("elsewhere", "A", "192.0.2.1", dns.rcode.REFUSED)):
        update = change()
        update.add(name, 300, rrtype, data)
        update.use_tsig(keyring())
        assert send(named, update) == rcode, (name, rrtype)


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGKILL])
def test_what_was_acknowledged_is_there_after_a_restart(start, number):
    named = start(dynamic())
    for i in range(20):
        update = change()
        update.add("h%d" % i, 300, "A", "192.0.2.%d" % i)
        assert send(named, update) == 0
    before = serial(named)
    if number == signal.SIGKILL:
        named.kill()
    else:
        assert named.stop() == 0
    named.process = None
    named.log_path += ".second"
    named.start()
    assert serial(named) == before == 21
    assert texts(named, "h19.example.") == ["192.0.2.19"]
    _, records = transfer(named)
    assert len([r for r in records if r[0].to_text().startswith("h")]) == 20


def test_the_difference_is_what_ixfr_sends(start):
    """RFC 1995 4: old SOA, removed, new SOA, added."""
    named = start(dynamic())
    update = change()
    update.add("new", 300, "A", "192.0.2.33")
    update.delete("www", "A")
    assert send(named, update) == 0
    query = dns.message.make_query("example.", "IXFR")
    query.authority.append(dns.rrset.from_text("example.", 0, "IN", "SOA", "ns1. hostmaster. 1 0 0 0 0"))
    answer = named.ask(query, tcp=True)
    soas = [r[0].serial for r in answer.answer if r.rdtype == dns.rdatatype.SOA]
    assert soas == [2, 1, 2, 2]
    others = [(r.name.to_text(), r[0].to_text()) for r in answer.answer if r.rdtype != dns.rdatatype.SOA]
    assert others == [("www.example.", "192.0.2.80"), ("new.example.", "192.0.2.33")]


def test_nsupdate_works_with_a_key_and_without(start):
    named = start(dynamic('allow-update { key "k.test"; 127.0.0.1; };', statements=key_statement()))
    for options, name in (([], "plain"), (["-y", "hmac-sha256:k.test:" + SECRET], "keyed"), (["-v", "-y", "hmac-sha256:k.test:" + SECRET], "stream")):
        script = "server 127.0.0.1 %d\nzone example\nprereq nxdomain %s.example.\nupdate add %s.example. 60 A 192.0.2.9\nsend\n" % (named.port, name, name)
        done = subprocess.run(["nsupdate", *options], input=script, capture_output=True, text=True, timeout=30)
        assert done.returncode == 0, done.stderr
        assert texts(named, name + ".example.") == ["192.0.2.9"]


def test_knsupdate_works(start):
    if not os.access("/usr/bin/knsupdate", os.X_OK):
        pytest.skip("knsupdate is not installed")
    named = start(dynamic('allow-update { key "k.test"; };', statements=key_statement()))
    script = "server 127.0.0.1 %d\nkey hmac-sha256:k.test %s\nzone example.\nadd knot.example. 60 A 192.0.2.9\nsend\n" % (named.port, SECRET)
    done = subprocess.run(["knsupdate"], input=script, capture_output=True, text=True, timeout=30)
    assert done.returncode == 0, done.stderr
    assert texts(named, "knot.example.") == ["192.0.2.9"]


def test_a_bad_update_changes_nothing(start):
    """Atomic: RFC 2136 3.4."""
    named = start(dynamic())
    update = change()
    update.add("good", 300, "A", "192.0.2.1")
    update.add("www.other.", 300, "A", "192.0.2.1")
    assert send(named, update) == dns.rcode.NOTZONE
    assert named.query("good.example.").rcode() == dns.rcode.NXDOMAIN and serial(named) == 1


def test_a_secondary_of_nothing_is_notauth_for_updates(start):
    named = start(dynamic())
    update = dns.update.Update("example.", rdclass="CH")
    update.add("x", 300, "TXT", "text")
    assert send(named, update) in (dns.rcode.NOTAUTH, dns.rcode.REFUSED, dns.rcode.NOTIMP)


def test_the_log_says_what_was_changed(start):
    named = start(dynamic())
    update = change()
    update.add("new", 300, "A", "192.0.2.33")
    update.delete("www", "A")
    send(named, update)
    named.wait_log("updating zone 'example/IN': adding an RR at 'new.example' A 192.0.2.33")
    named.wait_log("updating zone 'example/IN': deleting rrset at 'www.example' A")


def test_many_updates_at_once_are_all_kept_in_order(start):
    named = start(dynamic())
    with named.udp() as s:
        s.settimeout(10)
        for i in range(100):
            update = change()
            update.id = i
            update.add("m%d" % i, 300, "A", "192.0.2.1")
            s.send(update.to_wire())
        assert sorted(s.recv(512)[1] for _ in range(100)) == list(range(100))
    # Nomen may make one version of many updates; BIND makes one of each.
    assert 2 <= serial(named) <= 101
    assert wait_for(lambda: all(texts(named, "m%d.example." % i) for i in range(100)), "all hundred names")


def test_update_policy_local_takes_what_nsupdate_l_sends(start):
    """The server's session key, from the file that only its user can read."""
    named = start(dynamic("update-policy local;"))
    path = os.path.join(named.directory, "session.key")
    assert os.stat(path).st_mode & 0o077 == 0
    script = "server 127.0.0.1 %d\nzone example.\nupdate add local.example. 300 A 192.0.2.44\nsend\n" % named.port
    done = subprocess.run(["nsupdate", "-k", path], input=script, capture_output=True, text=True, timeout=30)
    assert done.returncode == 0, done.stderr
    assert texts(named, "local.example.") == ["192.0.2.44"]
    update = change()
    update.add("unsigned", 300, "A", "192.0.2.45")
    assert send(named, update) == 5
