"""Starting and stopping as init scripts and BIND's test drivers know it."""

import os
import re
import signal
import subprocess

import pytest
from harness import SUBJECT, Named, configuration, program, wait_for

BAD = [
    ("options {\n  directory \"@DIRECTORY@\";\n  no-such-option yes;\n};\n", "named.conf:3: unknown option 'no-such-option'"),
    ("options {\n  directory \"@DIRECTORY@\";\n  recursion maybe;\n};\n", "named.conf:3: boolean expected near 'maybe'"),
    ("options {\n  directory \"@DIRECTORY@\"\n}\n", "named.conf:3: missing ';' before '}'"),
    ('zone "x" { type primary; file "x" };\n', "named.conf:1: missing ';' before '}'"),
]


def without_columns(text):
    """BIND says file and line; we say the column, too."""
    return re.sub(r"(named\.conf:\d+):\d+:", r"\1:", text)


def test_pid_file_appears_with_running_and_goes_at_exit(start):
    named = start()
    with open(named.pid_path) as f:
        assert f.read() == "%d\n" % named.process.pid
    assert named.stop() == 0
    assert not os.path.exists(named.pid_path)


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_ends_with_status_0(start, number):
    named = start()
    named.assert_serving()
    assert named.stop(number) == 0
    assert "exiting" in named.log()


def test_common_log_lines(start):
    named = start()
    log = named.log()
    for text in ("zone example/IN: loaded serial 1", "all zones loaded", "starting BIND 9" if program() == "/usr/sbin/named" else "starting"):
        assert text in log
    assert log.index("all zones loaded") < log.index(" running\n")


@pytest.mark.skipif(SUBJECT == "bind", reason="BIND 9.18 shares the port by SO_REUSEPORT and says nothing")
def test_a_second_server_on_the_port_is_an_error(start, tmp_path):
    first = start()
    other = tmp_path / "second"
    other.mkdir()
    second = Named(other, configuration(), port=first.port).spawn()
    try:
        wait_for(lambda: second.process.poll() is not None or "address in use" in second.log(), "a refusal to start")
        assert "address in use" in second.log()
        assert wait_for(lambda: second.process.poll() is not None, "the end") and second.process.returncode != 0
    finally:
        second.kill()
    first.assert_serving()


def test_version_flags():
    short = subprocess.run([program(), "-v"], capture_output=True, text=True)
    assert short.returncode == 0 and len(short.stdout.splitlines()) == 1
    long = subprocess.run([program(), "-V"], capture_output=True, text=True)
    assert long.returncode == 0 and len(long.stdout.splitlines()) > 1
    assert long.stdout.startswith(short.stdout.split()[0])


@pytest.mark.parametrize("text, message", BAD)
def test_a_bad_configuration_is_refused_with_file_and_line(start, text, message):
    named = start(text, running=False)
    named.spawn()
    assert named.process.wait(30) == 1
    assert message in without_columns(named.log())
    assert " running\n" not in named.log()


def test_a_missing_configuration_is_refused(tmp_path):
    named = Named(tmp_path, configuration())
    os.remove(os.path.join(named.directory, "named.conf"))
    named.spawn()
    assert named.process.wait(30) == 1
    assert "named.conf" in named.log() and "file not found" in named.log()


def test_a_bad_zone_does_not_keep_the_others_from_serving(start):
    named = start(configuration(statements='zone "bad" { type primary; file "bad.zone"; };'), {"bad.zone": "@ 300 SOA nonsense\n"})
    named.assert_serving()
    assert "zone bad/IN: not loaded due to errors." in named.log()
    assert named.query("bad.", "SOA").rcode() == 2


@pytest.mark.parametrize("flags", [["-D", "a-word"], ["-X", "lock"], ["-M", "fill"], ["-T", "clienttest"], ["-m", "record"], ["-4"], ["-d", "1"]])
def test_flags_of_test_drivers_are_accepted(start, flags):
    named = start(running=False)
    command = named.command()
    flags = [os.path.join(named.directory, f) if f == "lock" else f for f in flags]
    named.command = lambda: command + flags
    named.start().assert_serving()
