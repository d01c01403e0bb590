"""Addresses that come and go, in a network namespace of the test's own."""

import os
import signal
import subprocess
import uuid

import pytest
from harness import configuration, wait_for

NEW, NEW6 = "192.0.2.53", "2001:db8::53"


def run(*words, check=True):
    return subprocess.run(words, check=check, capture_output=True, text=True)


@pytest.fixture
def network():
    """The name of a namespace with a loopback interface and one without addresses."""
    name = "nomen-%s" % uuid.uuid4().hex[:8]
    if os.geteuid() != 0 or run("ip", "netns", "add", name, check=False).returncode:
        pytest.skip("network namespaces need root's rights")
    try:
        if run("ip", "-n", name, "link", "add", "net0", "type", "veth", "peer", "name", "net1", check=False).returncode:
            pytest.skip("no virtual interfaces here")
        for interface in ("lo", "net0", "net1"):
            run("ip", "-n", name, "link", "set", interface, "up")
        yield name
    finally:
        run("ip", "netns", "del", name)


def started(start, network, listen="any;", options="", listen6="none;"):
    text = configuration(listen=listen, options=options).replace("listen-on-v6 { none; };", "listen-on-v6 port @PORT@ { %s };" % listen6)
    named = start(text, running=False)
    plain = named.command()
    named.command = lambda: ["ip", "netns", "exec", network, *plain]
    return named.start()


def answers(named, network, address):
    done = run("ip", "netns", "exec", network, "dig", "+tries=1", "+timeout=1", "+short", "@" + address, "-p", str(named.port), "www.example", check=False)
    return done.stdout.strip() == "192.0.2.80"


def change(network, what, address):
    words = ["nodad"] if ":" in address and what == "add" else []
    run("ip", "-n", network, "address", what, address + ("/64" if ":" in address else "/24"), "dev", "net0", *words)


@pytest.mark.parametrize("address", [NEW, NEW6])
def test_a_new_address_is_listened_on_and_one_that_went_is_not(start, network, address):
    named = started(start, network, listen6="any;")
    assert answers(named, network, "127.0.0.1")
    since = named.mark()
    change(network, "add", address)
    named.wait_log("listening on %s interface net0, %s#%d" % ("IPv6" if ":" in address else "IPv4", address, named.port), since)
    wait_for(lambda: answers(named, network, address), "an answer from the new address")
    since = named.mark()
    change(network, "del", address)
    named.wait_log("no longer listening on %s#%d" % (address, named.port), since)
    assert answers(named, network, "127.0.0.1")


def test_an_address_that_the_list_excludes_stays_closed(start, network):
    named = started(start, network, listen="!%s; any;" % NEW)
    change(network, "add", NEW)
    change(network, "add", "192.0.2.54")
    named.wait_log("listening on IPv4 interface net0, 192.0.2.54#%d" % named.port)
    assert not answers(named, network, NEW)


def test_localnets_follow_the_addresses(start, network):
    named = started(start, network, options="allow-query { localhost; };")
    change(network, "add", NEW)
    named.wait_log("listening on IPv4 interface net0, %s" % NEW)
    wait_for(lambda: answers(named, network, NEW), "the new address among localhost")


def test_without_news_of_the_kernel_the_interval_finds_new_addresses(start, network):
    named = started(start, network, options="automatic-interface-scan no; interface-interval 1s;")
    change(network, "add", NEW)
    named.wait_log("listening on IPv4 interface net0, %s" % NEW)
    wait_for(lambda: answers(named, network, NEW), "an answer from the new address")


def test_without_news_and_interval_only_a_command_or_a_reload_does(start, network):
    named = started(start, network, options="automatic-interface-scan no; interface-interval 0;")
    change(network, "add", NEW)
    assert not answers(named, network, NEW)
    named.process.send_signal(signal.SIGHUP)
    wait_for(lambda: answers(named, network, NEW), "an answer from the new address")
