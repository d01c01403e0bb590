"""SIGHUP: what is new is served, what is bad keeps the old, and nobody waits."""

import threading

import dns.message
import pytest
from harness import ZONE, configuration, framed, read_message, wait_for, wire_query


def serial(named, zone="example."):
    return named.query(zone, "SOA").answer[0][0].serial


def test_a_changed_zone_is_served_after_sighup(start):
    named = start()
    assert serial(named) == 1
    named.write("example.zone", ZONE.replace("hostmaster 1", "hostmaster 2") + "new A 192.0.2.99\n")
    named.reload()
    wait_for(lambda: serial(named) == 2, "serial 2")
    assert named.query("new.example.").answer[0][0].address == "192.0.2.99"
    assert "zone example/IN: loaded serial 2" in named.log()


def test_an_unchanged_file_is_not_loaded_again(start):
    named = start()
    since = named.reload()
    named.wait_log("running", since)
    assert "loaded serial" not in named.log()[since:]
    named.assert_serving()


@pytest.mark.parametrize("bad", ["@ IN SOA only three fields\n", ZONE.replace("@ NS ns1\n", ""), ZONE + "www A 1.2.3\n", ""])
def test_a_bad_zone_keeps_the_old_one_serving(start, bad):
    named = start()
    named.write("example.zone", bad.replace("hostmaster 1", "hostmaster 2"))
    since = named.reload()
    named.wait_log("zone example/IN: not loaded due to errors.", since)
    assert serial(named) == 1
    named.assert_serving()
    named.write("example.zone", ZONE.replace("hostmaster 1", "hostmaster 3"))
    named.reload()
    wait_for(lambda: serial(named) == 3, "serial 3")


def test_a_bad_configuration_keeps_the_old_one_serving(start):
    named = start()
    named.configure(configuration(options="no-such-option 1;"))
    since = named.reload()
    named.wait_log("unknown option 'no-such-option'", since)
    named.wait_log("reloading configuration failed", since)
    named.assert_serving()


def test_zones_come_and_go_with_the_configuration(start):
    named = start(files={"more.zone": ZONE})
    assert named.query("www.more.").rcode() == 5
    named.configure(configuration(statements='zone "more" { type primary; file "more.zone"; };'))
    named.reload()
    wait_for(lambda: named.query("www.more.").rcode() == 0, "the zone more.")
    named.configure(configuration())
    named.reload()
    wait_for(lambda: named.query("www.more.").rcode() == 5, "the end of the zone more.")
    named.assert_serving()


def test_no_query_is_lost_during_50_reloads(start):
    """Steady questions one after the other, over UDP and over one TCP connection; each must be answered, and rightly."""
    named = start()
    finished, errors, asked = threading.Event(), [], [0, 0]

    def ask_udp():
        with named.udp() as s:
            while not finished.is_set():
                asked[0] += 1
                try:
                    s.send(wire_query(identity=asked[0] & 0xffff))
                    check(s.recv(4096))
                except OSError as error:
                    errors.append("UDP question %d: %r" % (asked[0], error))
                    return

    def ask_tcp():
        with named.tcp() as s:
            while not finished.is_set():
                asked[1] += 1
                s.sendall(framed(wire_query(identity=asked[1] & 0xffff)))
                reply = read_message(s)
                if reply is None:
                    errors.append("TCP connection closed after %d questions" % asked[1])
                    return
                check(reply)

    def check(wire):
        message = dns.message.from_wire(wire)
        if message.rcode() or not message.answer:
            errors.append(message.to_text())

    threads = [threading.Thread(target=ask_udp), threading.Thread(target=ask_tcp)]
    for thread in threads:
        thread.start()
    try:
        for round_number in range(2, 52):
            named.write("example.zone", ZONE.replace("hostmaster 1", "hostmaster %d" % round_number))
            named.reload()
            wait_for(lambda wanted=round_number: serial(named) == wanted, "serial %d" % round_number)
    finally:
        finished.set()
        for thread in threads:
            thread.join()
    assert not errors, errors[:3]
    assert min(asked) > 50
