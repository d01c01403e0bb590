"""nomen zone status and wait: which servers have which version of a zone, and whether they have the same data."""

import json
import os
import subprocess
import threading

import pytest
from harness import ADDRESS, SUBJECT, ZONE, configuration, program, wait_for
from test_secondary import Pair, serial
from test_tsig import SECRET, key_statement

pytestmark = pytest.mark.skipif(SUBJECT == "bind", reason="BIND has no such command")


def nomen(*words):
    done = subprocess.run([os.path.join(os.path.dirname(program()), "nomen"), "zone", *words], capture_output=True, text=True, timeout=90)
    return done.returncode, done.stdout, done.stderr


def address(named):
    return "%s#%d" % (ADDRESS, named.port)


def given(command, *servers, words=()):
    return nomen(command, "example", *[w for named in servers for w in ("--server", address(named))], *words)


def status(*servers, words=()):
    code, out, err = given("status", *servers, words=["--json", *words])
    assert out, err
    return code, json.loads(out)


def primary(start, zone=ZONE, options="allow-transfer { any; };"):
    return start(configuration(options=options), files={"example.zone": zone})


def newer(serial_number, more=""):
    return ZONE.replace("hostmaster 1 ", "hostmaster %d " % serial_number) + more


def test_servers_with_the_same_version_have_converged(start):
    code, told = status(primary(start), primary(start))
    assert code == 0 and told["converged"] and told["serial"] == 1
    assert [row["data"] for row in told["servers"]] == ["same", "same"]
    assert [row["expire_s"] for row in told["servers"]] == [604800, 604800]


def test_the_same_serial_with_different_data_is_found_and_named(start):
    one, other = primary(start), primary(start, ZONE.replace("192.0.2.80", "192.0.2.81"))
    code, told = status(one, other)
    assert code == 1 and not told["converged"]
    assert [row["data"] for row in told["servers"]] == ["same", "DIFFERENT"]
    code, out, _ = given("status", one, other)
    assert code == 1 and "%s has the same serial 1 and different data, beside %s" % (address(other), address(one)) in out
    code, out, _ = given("status", one, other, words=["--compare"])
    assert "-www.example. 300 IN A 192.0.2.80" in out and "+www.example. 300 IN A 192.0.2.81" in out


def test_who_does_not_tell_a_digest_is_compared_by_a_transfer_and_otherwise_unknown(start):
    """As a server of another make: there is no digest where there is no transfer, so the option is taken away by a rule for the address."""
    one = primary(start)
    closed = primary(start, options="allow-transfer { none; };")
    code, told = status(one, closed)
    assert code == 0 and [row["data"] for row in told["servers"]] == ["same", "unknown"]
    code, told = status(one, closed, words=["--compare"])
    assert [row["data"] for row in told["servers"]] == ["same", "unknown"]


def test_who_is_behind_and_who_does_not_answer_is_told(start):
    old, new = primary(start), primary(start, newer(5))
    gone = start(running=False)
    code, told = status(old, new, gone, words=["--timeout", "1"])
    assert code == 1 and told["serial"] == 5
    assert [row.get("current") for row in told["servers"]] == [False, True, None]
    assert "error" in told["servers"][2]
    out = given("status", old, new, gone, words=["--timeout", "1"])[1]
    assert "serial 5, served by 1 of 3" in out and "4 serials" in out


def test_nobody_there_is_a_failure(start):
    code, out, err = given("status", start(running=False), words=["--timeout", "0.5"])
    assert code == 1 and "no server has answered for 'example'" in err


def test_serials_are_compared_around_their_end(start):
    old, new = primary(start, newer(4294967295)), primary(start, newer(2))
    assert status(old, new)[1]["serial"] == 2


class Configured(Pair):
    """The servers of a named.conf: this one, and the secondary in also-notify."""

    def words(self, *words):
        return [words[0], "example", "-c", os.path.join(self.primary.directory, "named.conf"), "--ns-port", str(self.primary.port), *words[1:]]

    def status(self, *words):
        code, out, err = nomen(*self.words("status", "--json", "--timeout", "1", *words))
        assert out, err
        return code, json.loads(out)


NS_HERE = ZONE.replace("ns1 A 192.0.2.1", "ns1 A 127.0.0.1")


def test_the_servers_are_found_in_the_configuration(start):
    pair = Configured(start, secondary={"options": "allow-transfer { any; };"}, files={"example.zone": NS_HERE})
    pair.wait_served()
    code, told = pair.status()
    assert code == 0, told
    assert [(row["role"], row["data"]) for row in told["servers"]] == [("this server", "same"), ("also-notify", "same")]
    assert told["reference"] == "the zone's log"


def test_how_far_behind_a_secondary_is_comes_from_the_log(start):
    pair = Configured(start, files={"example.zone": NS_HERE})
    pair.wait_served()
    pair.secondary.stop()
    pair.update("one")
    pair.update("two")
    # The copy it has, served again without its primary's knowing.
    pair.secondary.configure(configuration(options="allow-transfer { any; };", zone=False, statements='zone "example" { type secondary; file "example.copy"; primaries { 127.0.0.1 port 1; }; };'))
    since = pair.secondary.mark()
    pair.secondary.spawn()
    pair.secondary.wait_log("running", since, whole_line=True)
    wait_for(lambda: serial(pair.secondary) == 1, "the old copy")
    code, told = pair.status()
    row = told["servers"][1]
    assert code == 1 and told["serial"] == 3 and row["serial"] == 1 and row["versions_behind"] == 2 and row["seconds_behind"] >= 0
    assert "2 versions, " in nomen(*pair.words("status"))[1]


def test_a_name_server_without_an_address_is_named(start):
    pair = Configured(start, files={"example.zone": NS_HERE + "@ NS nowhere.invalid.\n"})
    pair.wait_served()
    code, told = pair.status()
    row = next(row for row in told["servers"] if row["server"] == "nowhere.invalid")
    assert code == 1 and row["error"] == "no address is known" and row["address"] is None


def test_wait_ends_when_all_have_the_version(start):
    pair = Configured(start, files={"example.zone": NS_HERE})
    pair.wait_served()
    pair.update("new")
    code, out, err = nomen(*pair.words("wait", "--timeout", "30"))
    assert code == 0 and "serial 2 is served by all 2" in out, err
    assert serial(pair.secondary) == 2


def test_wait_waits_for_a_serial_that_comes_later(start):
    pair = Configured(start, files={"example.zone": NS_HERE})
    pair.wait_served()
    results = []
    waiting = threading.Thread(target=lambda: results.append(nomen(*pair.words("wait", "--serial", "3", "--timeout", "60", "--quiet"))))
    waiting.start()
    pair.update("one")
    assert not results
    pair.update("two")
    waiting.join(60)
    assert results == [(0, "", "")]


def test_wait_gives_up_and_says_who_lacks_it(start):
    one = primary(start)
    code, out, err = given("wait", one, words=["--serial", "9", "--timeout", "0.5"])
    assert code == 1 and "%s: serial 1" % address(one) in err and "serial 9 is not served by 1 of 1" in err


def test_a_later_version_will_do(start):
    assert given("wait", primary(start, newer(7)), words=["--serial", "6", "--timeout", "5"])[0] == 0


def test_questions_are_signed_where_a_key_is_given(start):
    named = start(configuration(statements=key_statement("probe.key"), options="allow-query { key probe.key; }; allow-transfer { key probe.key; };"))
    code, told = status(named, words=["-y", "hmac-sha256:probe.key:" + SECRET])
    assert code == 0 and told["servers"][0]["data"] == "same"
    code, _, err = given("status", named)
    assert code == 1 and "no server has answered" in err


@pytest.mark.parametrize("words, expected", [
    (["--server", "nonsense"], "is not an address"), (["--server", ADDRESS, "-y", "x"], "expected [ALGORITHM:]NAME:SECRET"),
    (["--server", ADDRESS, "-y", "a:b:!!"], "no algorithm"), (["--server", ADDRESS, "-y", "b:!!"], "not base64"),
    (["-c", "/nowhere/named.conf"], "named.conf")])
def test_what_cannot_be_understood_is_told(words, expected):
    code, _, err = nomen("status", "example", *words)
    assert code == 1 and expected in err
