"""The CHAOS class: who are you?"""

import socket
import subprocess

import pytest
from harness import SUBJECT, configuration, program


def text(named, name, tcp=False):
    answer = named.query(name, "TXT", tcp=tcp, rrclass="CH")
    return [r.to_text() for rrset in answer.answer for r in rrset] if answer.rcode() == 0 else answer.rcode()


@pytest.mark.parametrize("tcp", [False, True])
@pytest.mark.parametrize("name", ["version.bind.", "VERSION.BIND.", "version.server."])
def test_version(start, name, tcp):
    named = start()
    got = text(named, name, tcp)
    if name == "version.server.":
        assert got == 5
    elif SUBJECT == "bind":
        assert got and got[0].strip('"').split("-")[0] in subprocess.run([program(), "-v"], capture_output=True, text=True).stdout
    else:
        assert len(got) == 1


@pytest.mark.parametrize("tcp", [False, True])
def test_configured_texts(start, tcp):
    named = start(configuration(options='version "mine"; hostname "host-name"; server-id "the-id";'))
    assert text(named, "version.bind.", tcp) == ['"mine"']
    assert text(named, "hostname.bind.", tcp) == ['"host-name"']
    assert text(named, "id.server.", tcp) == ['"the-id"']


def test_hostname_is_the_machines_by_default(start):
    named = start()
    assert text(named, "hostname.bind.") == ['"%s"' % socket.gethostname()]


def test_id_server_is_empty_by_default(start):
    assert text(start(), "id.server.") == []


@pytest.mark.parametrize("option, name", [("version none;", "version.bind."), ("hostname none;", "hostname.bind."), ("server-id none;", "id.server.")])
def test_none_hides(start, option, name):
    assert text(start(configuration(options=option)), name) == []


def test_authors(start):
    got = text(start(), "authors.bind.")
    assert len(got) > 1 if SUBJECT == "bind" else isinstance(got, list)


def test_authors_go_with_the_version(start):
    assert text(start(configuration(options="version none;")), "authors.bind.") == []


def test_an_unknown_chaos_name_is_refused(start):
    assert text(start(), "other.name.") == 5


def test_a_chaos_name_in_class_in_is_refused(start):
    assert start().query("version.bind.", "TXT").rcode() == 5


def test_the_answer_has_authority_and_ttl_0(start):
    answer = start().query("version.bind.", "TXT", rrclass="CH")
    assert str(answer.flags) and answer.answer[0].ttl == 0


def test_the_builtin_zone_has_soa_and_ns(start):
    named = start()
    for rrtype in ("SOA", "NS"):
        assert named.query("version.bind.", rrtype, rrclass="CH").answer
