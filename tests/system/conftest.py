"""The fixture `start`: starts a server, ends it after the test and then insists on a clean end."""

import os
import signal
import sys

import pytest

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))

import harness  # noqa: E402
import tls_files  # noqa: E402


@pytest.fixture
def start(tmp_path):
    """start(text=..., files={...}) -> a running Named; what still runs at the end must end with status 0 on SIGTERM."""
    servers = []

    def make(text=None, files=None, running=True):
        directory = tmp_path / ("server%d" % len(servers))
        directory.mkdir()
        named = harness.Named(directory, text or harness.configuration(), files)
        servers.append(named)
        return named.start() if running else named

    yield make
    failures = []
    for named in servers:
        if named.process is None:
            continue
        if named.process.poll() is None and named.stop(signal.SIGTERM) != 0:
            failures.append("status %s at the end:\n%s" % (named.process.returncode, named.log()))
        if named.process.returncode < 0:
            failures.append("died of signal %d:\n%s" % (-named.process.returncode, named.log()))
    assert not failures, "\n".join(failures)


@pytest.fixture(scope="session", autouse=True)
def program_exists():
    assert os.access(harness.program(), os.X_OK), "no program to test at %s (NOMEN_BIN?)" % harness.program()


@pytest.fixture(scope="session")
def authority(tmp_path_factory):
    """Signs certificates: `server` and `client` are the statements of a tls block, `trusted()` those of who trusts it."""
    made = tls_files.Authority(tmp_path_factory.mktemp("tls"))
    made.server = made.sign("server", "DNS:" + tls_files.NAME)
    made.client = made.sign("client", "DNS:secondary.example")
    return made


@pytest.fixture(scope="session")
def stranger(tmp_path_factory):
    """Another authority, that nobody trusts."""
    made = tls_files.Authority(tmp_path_factory.mktemp("stranger"), "stranger")
    made.client = made.sign("client", "DNS:secondary.example")
    return made
