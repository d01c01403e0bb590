"""What a configuration asks for and this version cannot do: who is told, and with which exit status."""

import os
import signal
import subprocess

import pytest
from harness import SUBJECT, configuration, program

pytestmark = pytest.mark.skipif(SUBJECT == "bind", reason="about what this version cannot do yet")

HALF_OBEYED = {
    "static-stub": 'zone "s" { type static-stub; server-addresses { 127.0.0.1; }; };',
    "update-policy": 'zone "u" { type primary; file "u.zone"; update-policy { grant k ms-self x ANY; }; };',
    "dnssec-policy": 'zone "d" { type primary; file "d.zone"; dnssec-policy default; inline-signing yes; };',
    "forward": 'zone "f" { type forward; forwarders { 127.0.0.1; }; };',
    "rate-limit": "view v { rate-limit { slip 2; }; };",
}
ASKS_FOR_NOTHING = 'allow-update { none; }; forwarders { }; dnssec-policy "none"; cookie-algorithm siphash24;'


def written(start, **parts):
    """A server that does not run yet, and its file."""
    named = start(configuration(**parts), running=False)
    return named, os.path.join(named.directory, "named.conf")


def run(*words):
    return subprocess.run(words, capture_output=True, text=True, timeout=60)


def line_with(path, text):
    with open(path) as f:
        return next(number for number, line in enumerate(f, 1) if text in line)


def tool(name):
    return os.path.join(os.path.dirname(program()), name)


@pytest.mark.parametrize("what", HALF_OBEYED)
def test_what_would_be_half_obeyed_is_refused_by_file_and_line(start, what):
    zone = what != "rate-limit"
    named, path = written(start, statements=HALF_OBEYED[what], zone=zone)
    named.spawn()
    assert named.process.wait(60) != 0
    assert f"{path}:{line_with(path, HALF_OBEYED[what])}:" in named.log()
    assert "cannot be served by this version" in named.log()


@pytest.mark.parametrize("what", HALF_OBEYED)
def test_the_checker_calls_it_valid_with_a_warning_and_the_strict_one_fails(start, what):
    _, path = written(start, statements=HALF_OBEYED[what], zone=what != "rate-limit")
    as_bind = run(tool("named-checkconf"), path)
    assert as_bind.returncode == 0, as_bind.stdout + as_bind.stderr
    assert f"{path}:{line_with(path, HALF_OBEYED[what])}: warning: " in as_bind.stdout
    assert run(tool("nomen"), "checkconf", path).returncode == 0
    assert run(tool("nomen"), "checkconf", "--strict", path).returncode != 0


def test_values_that_ask_for_nothing_are_obeyed(start):
    _, path = written(start, options=ASKS_FOR_NOTHING)
    strict = run(tool("nomen"), "checkconf", "--strict", path)
    assert strict.returncode == 0
    for name in ("allow-update", "forwarders", "dnssec-policy", "cookie-algorithm"):
        assert name not in strict.stdout + strict.stderr
    named = start(configuration(options=ASKS_FOR_NOTHING))
    named.assert_serving()


def test_recursion_by_default_is_a_warning_and_the_server_serves(start):
    text = configuration().replace("recursion no;", "")
    named = start(text)
    assert "'recursion' is on by default but not there yet" in named.log()
    named.assert_serving()


def test_a_reload_to_what_cannot_be_served_keeps_the_old_configuration(start):
    named = start(configuration())
    mark = named.mark()
    named.configure(configuration(statements=HALF_OBEYED["static-stub"]))
    named.send_signal(signal.SIGHUP)
    named.wait_log("cannot be served by this version", since=mark)
    named.assert_serving()
