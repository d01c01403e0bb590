"""rndc both ways: BIND's rndc and ours, each against BIND's named and ours, must say and do the same."""

import os
import re
import signal
import subprocess
import time

import peers
import pytest

SECRETS = {
    "hmac-md5": "c2VjcmV0LW1kNQ==",
    "hmac-sha1": "c2VjcmV0LXNoYTE=",
    "hmac-sha224": "c2VjcmV0LXNoYTIyNA==",
    "hmac-sha256": "c2VjcmV0LXNlY3JldC1zZWNyZXQ=",
    "hmac-sha384": "c2VjcmV0LXNoYTM4NA==",
    "hmac-sha512": "c2VjcmV0LXNoYTUxMg==",
}
ZONE = "$TTL 300\n@ SOA ns hostmaster 7 3600 900 86400 300\n@ NS ns\nns A 127.0.0.1\n"
LIMIT_S = 30


def rndc_program(kind):
    return "/usr/sbin/rndc" if kind == "bind" else os.path.join(peers.nomen_directory(), "rndc")


def key_statements(secrets=SECRETS):
    return "\n".join('key "%s" { algorithm %s; secret "%s"; };' % (a, a, s) for a, s in secrets.items())


class Controlled:
    """A named with two control channels: all keys, and a read-only one."""

    def __init__(self, kind, directory):
        self.directory = directory
        self.dns_port, self.port, self.read_only_port = peers.free_port(), peers.free_port(), peers.free_port()
        self.log_path = os.path.join(directory, "log")
        keys = " ".join('"%s";' % a for a in SECRETS)
        self.write("example.zone", ZONE)
        self.write("named.conf", """
options {{ directory "{dir}"; listen-on port {dns} {{ 127.0.0.1; }}; listen-on-v6 {{ none; }};
  recursion no; dnssec-validation no; notify no; pid-file "{dir}/pid"; session-keyfile "{dir}/session.key"; }};
{statements}
controls {{
  inet 127.0.0.1 port {port} allow {{ 127.0.0.1; }} keys {{ {keys} }};
  inet 127.0.0.1 port {read_only} allow {{ 127.0.0.1; }} keys {{ {keys} }} read-only yes;
}};
zone "example.com" {{ type primary; file "example.zone"; }};
""".format(dir=directory, dns=self.dns_port, statements=key_statements(), port=self.port, keys=keys, read_only=self.read_only_port))
        self.write("rndc.conf", key_statements() + '\noptions { default-server 127.0.0.1; default-key "hmac-sha256"; default-port %d; };\n' % self.port)
        with open(self.log_path, "wb") as log:
            self.process = subprocess.Popen([peers.program(kind), "-g", "-n", "1", "-c", self.path("named.conf")],
                                            stdin=subprocess.DEVNULL, stdout=log, stderr=log, cwd=directory)
        self.wait_log(" running\n")

    def path(self, name):
        return os.path.join(self.directory, name)

    def write(self, name, text):
        with open(self.path(name), "w") as f:
            f.write(text)
        return self.path(name)

    def log(self):
        with open(self.log_path, errors="replace") as f:
            return f.read()

    def wait_log(self, text):
        end = time.monotonic() + LIMIT_S
        while text not in self.log():
            assert self.process.poll() is None, self.log()
            assert time.monotonic() < end, "waited in vain for %r:\n%s" % (text, self.log())
            time.sleep(0.02)

    def rndc(self, client, *arguments):
        done = subprocess.run([rndc_program(client), "-c", self.path("rndc.conf"), *arguments], capture_output=True, text=True, timeout=LIMIT_S)
        return done.returncode, done.stdout, done.stderr

    def stop(self):
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
        return self.process.wait(LIMIT_S)


@pytest.fixture(params=["bind", "nomen"])
def client(request):
    return request.param


@pytest.fixture(params=["bind", "nomen"])
def server(request, tmp_path):
    controlled = Controlled(request.param, str(tmp_path))
    yield controlled
    controlled.stop()


@pytest.mark.parametrize("algorithm", SECRETS)
def test_every_algorithm_is_understood(server, client, algorithm):
    status, out, err = server.rndc(client, "-y", algorithm, "status")
    assert (status, err) == (0, "")
    assert "server is up and running" in out


def test_reload_of_everything_and_of_a_zone(server, client):
    assert server.rndc(client, "reload") == (0, "server reload successful\n", "")
    server.wait_log("reloading configuration succeeded")
    assert server.rndc(client, "reload", "example.com") == (0, "zone reload up-to-date\n", "")
    assert server.rndc(client, "-q", "reload", "example.com", "IN") == (0, "", "")
    server.wait_log("received control channel command 'reload example.com IN'")


def test_zonestatus_names_zone_type_and_serial(server, client):
    status, out, _ = server.rndc(client, "zonestatus", "example.com")
    assert status == 0
    assert re.search(r"^name: example\.com$", out, re.M) and re.search(r"^type: primary$", out, re.M) and re.search(r"^serial: 7$", out, re.M)


@pytest.mark.parametrize("command, code, words", [
    (["reload", "nosuch.example"], "ISC_R_NOTFOUND 23", "not found\nno matching zone 'nosuch.example' in any view"),
    (["zonestatus"], "ISC_R_UNEXPECTEDEND 24", "unexpected end of input"),
    (["reload", "a..b"], "DNS_R_EMPTYLABEL 77", "empty label"),
    (["reload", "example.com", "zz"], "DNS_R_UNKNOWN 80", "unknown class/type"),
    (["trace", "x"], "ISC_R_RANGE 41", "out of range"),
    (["bogus"], "DNS_R_UNKNOWNCOMMAND 172", "unknown command"),
])
def test_a_failure_has_the_code_and_the_words(server, client, command, code, words):
    status, out, err = server.rndc(client, "-r", *command)
    assert (status, out.strip()) == (1, code)
    assert err == "rndc: '%s' failed: %s\n" % (command[0], words)


def test_the_query_log_and_the_debug_level_are_switched(server, client):
    for command, logged, shown in ((["querylog", "on"], "query logging is now on", "query logging is ON"),
                                   (["querylog", "off"], "query logging is now off", "query logging is OFF"),
                                   (["trace", "3"], "debug level is now 3", "debug level: 3"),
                                   (["notrace"], "", "debug level: 0")):
        assert server.rndc(client, *command) == (0, "", "")
        server.wait_log(logged)
        assert shown in server.rndc(client, "status")[1]


def test_status_has_the_same_lines_in_the_same_order(server, client):
    status, out, _ = server.rndc(client, "status")
    heads = [re.split(r":| is | [0-9]", line)[0] for line in out.splitlines()]
    assert (status, heads) == (0, [
        "version", heads[1], "boot time", "last configured", "configuration file", "CPUs found",
        "worker threads", "UDP listeners per interface", "number of zones", "debug level", "xfers running", "xfers deferred",
        "soa queries in progress", "query logging", "recursive clients", "tcp clients", "TCP high-water", "server"])
    assert heads[1].startswith("running on ")
    assert "configuration file: %s\n" % server.path("named.conf") in out
    assert "recursive clients: 0/900/1000\ntcp clients: 0/150\n" in out


def counted(text):
    """The lines of a statistics file: {(section, name): count}."""
    out, section = {}, ""
    for line in text.splitlines():
        if line.startswith("++ "):
            section = line.strip("+ ")
        elif re.match(r" +[0-9]+ ", line):
            count, name = line.split(None, 1)
            assert line == "%20s %s" % (count, name)
            out[section, name] = int(count)
    return out


STATISTICS = {
    "Incoming Requests": {"QUERY": 9, "STATUS": 1},
    "Incoming Queries": {"A": 6, "MX": 1, "TXT": 1, "Others": 1},
    "Outgoing Rcodes": {"NOERROR": 6, "NXDOMAIN": 1, "REFUSED": 2, "NOTIMP": 1},
    "Name Server Statistics": {
        "IPv4 requests received": 10, "requests with EDNS(0) received": 2, "TCP requests received": 2, "responses sent": 10,
        "truncated responses sent": 1, "responses with EDNS(0) sent": 2, "auth queries rejected": 1, "recursive queries rejected": 1,
        "queries resulted in successful answer": 4, "queries resulted in authoritative answer": 7,
        "queries resulted in non authoritative answer": None, "queries resulted in nxrrset": 2, "queries resulted in NXDOMAIN": 1,
        "other query failures": 2, "UDP queries received": 5, "TCP queries received": 2, "NSID option received": 1,
        "COOKIE option received": 1, "COOKIE - client only": 1},
}


def test_stats_appends_bind_s_form_of_what_was_counted(server, client):
    with open(server.path("example.zone"), "w") as f:
        f.write(ZONE.replace(" 7 ", " 8 ") + "long TXT " + " ".join('"%s"' % ("x" * 200) for _ in range(4)) + "\n")
    assert server.rndc(client, "reload", "example.com")[0] == 0
    server.wait_log("zone example.com/IN: loaded serial 8")
    ask = ["dig", "-p", str(server.dns_port), "@127.0.0.1", "+tries=1", "+noedns", "+nocookie"]
    for words in (["ns.example.com"], ["ns.example.com", "+tcp"], ["ns.example.com", "+edns=0", "+nsid"],
                  ["ns.example.com", "mx", "+edns=0", "+cookie", "+tcp"], ["no.example.com"], ["example.org"], ["example.org", "+norec"],
                  ["ns.example.com", "type999"], ["long.example.com", "txt", "+ignore"], ["ns.example.com", "+opcode=2"]):
        assert subprocess.run([*ask, *words], capture_output=True, timeout=LIMIT_S).returncode == 0
    for dumps in (1, 2):
        assert server.rndc(client, "stats") == (0, "", "")
        server.wait_log("dumpstats complete")
        with open(server.path("named.stats")) as f:
            text = f.read()
        heads = re.findall(r"^([+-]{3} Statistics Dump [+-]{3}) \([0-9]+\)$", text, re.M)
        assert heads == ["+++ Statistics Dump +++", "--- Statistics Dump ---"] * dumps
    counts = counted(text)
    for section, lines in STATISTICS.items():
        for name, count in lines.items():
            assert (section, name, counts.get((section, name))) == (section, name, count)


def test_null_is_harmless(server, client):
    assert server.rndc(client, "null") == (0, "", "")


def test_a_read_only_channel_refuses_what_changes_something(server, client):
    port = str(server.read_only_port)
    assert server.rndc(client, "-p", port, "status")[0] == 0
    assert server.rndc(client, "-p", port, "reload") == (1, "", "rndc: 'reload' failed: failure\n")
    server.wait_log("rejecting restricted control channel command 'reload'")


def test_a_wrong_secret_is_turned_away_and_logged(server, client):
    bad = server.write("bad.conf", 'key k { algorithm hmac-sha256; secret "AAAA"; };\noptions { default-server 127.0.0.1; default-key k; default-port %d; };\n' % server.port)
    done = subprocess.run([rndc_program(client), "-c", bad, "status"], capture_output=True, text=True, timeout=LIMIT_S)
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr.startswith("rndc: connection to remote host closed.")
    server.wait_log(": bad auth")


def test_stop_tells_the_process_id_and_ends_the_server(server, client):
    assert server.rndc(client, "stop", "-p") == (0, "pid: %d\n" % server.process.pid, "")
    assert server.process.wait(LIMIT_S) == 0


def test_without_a_server_the_words_are_the_same(tmp_path, client):
    key = tmp_path / "rndc.key"
    key.write_text('key k { algorithm hmac-sha256; secret "AAAA"; };\n')
    port = str(peers.free_port())
    done = subprocess.run([rndc_program(client), "-k", str(key), "-p", port, "status"], capture_output=True, text=True, timeout=LIMIT_S)
    assert (done.returncode, done.stderr) == (1, "rndc: connect failed: 127.0.0.1#%s: connection refused\n" % port)


@pytest.mark.parametrize("arguments, words", [
    (["-c", "/nonexistent", "status"], "/nonexistent does not exist"),
    (["-p", "70000", "status"], "port '70000' out of range"),
    (["-4", "-6", "status"], "only one of -4 and -6 allowed"),
])
def test_wrong_options_are_answered_with_the_same_words(client, arguments, words):
    done = subprocess.run([rndc_program(client), *arguments], capture_output=True, text=True, timeout=LIMIT_S)
    assert (done.returncode, done.stderr) == (1, "rndc: %s\n" % words)
