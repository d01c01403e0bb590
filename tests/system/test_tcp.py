"""TCP: RFC 7766."""

import struct
import time

import pytest
from harness import configuration, framed, rcode, read_message, readable, wire_query


def test_pipelined_queries_are_all_answered_and_none_twice(start):
    named = start()
    with named.tcp() as s:
        s.sendall(b"".join(framed(wire_query(identity=i)) for i in range(200)))
        ids = [struct.unpack(">H", read_message(s)[:2])[0] for _ in range(200)]
    assert sorted(ids) == list(range(200))


def test_answers_belong_to_their_questions(start):
    named = start()
    names = ["www.example.", "nx.example.", "x.wild.example.", "elsewhere.", "alias.example."]
    with named.tcp() as s:
        s.sendall(b"".join(framed(wire_query(names[i % 5], 16 if i % 5 == 2 else 1, identity=i)) for i in range(50)))
        codes = {}
        for _ in range(50):
            reply = read_message(s)
            codes[struct.unpack(">H", reply[:2])[0]] = rcode(reply)
    assert [codes[i] for i in range(50)] == [0, 3, 0, 5, 0] * 10


def test_a_connection_is_used_again_and_again(start):
    named = start()
    with named.tcp() as s:
        for i in range(100):
            s.sendall(framed(wire_query(identity=i)))
            assert read_message(s)[:2] == struct.pack(">H", i)


def test_the_server_keeps_an_idle_connection_open(start):
    named = start()
    with named.tcp() as s:
        s.sendall(framed(wire_query()))
        read_message(s)
        assert not readable(s, 1)


def test_an_idle_connection_is_closed_after_the_configured_time(start):
    """tcp-idle-timeout counts in tenths of a second; tcp-initial-timeout too, but at least 2.5 s."""
    named = start(configuration(options="tcp-idle-timeout 5; tcp-initial-timeout 25;"))
    with named.tcp() as idle, named.tcp() as silent:
        idle.sendall(framed(wire_query()))
        assert read_message(idle)
        idle.settimeout(30)
        silent.settimeout(30)
        assert read_message(idle) is None
        assert read_message(silent) is None
    named.assert_serving()


def test_an_answer_of_64_kb_is_sent_whole(start):
    zone = "$TTL 300\n@ SOA ns h 1 7200 900 604800 60\n@ NS ns\nns A 192.0.2.1\n"
    zone += "".join('big TXT "%03d%s"\n' % (i, "t" * 240) for i in range(240))
    named = start(configuration(options="max-records-per-type 0;"), {"example.zone": zone})
    answer = named.query("big.example.", "TXT", tcp=True)
    assert len(answer.answer) == 240


def test_an_answer_over_64_kb_is_truncated_even_on_tcp(start):
    zone = "$TTL 300\n@ SOA ns h 1 7200 900 604800 60\n@ NS ns\nns A 192.0.2.1\n"
    for rrtype in ("TXT", "SPF"):
        zone += "".join('big %s "%03d%s"\n' % (rrtype, i, "t" * 240) for i in range(150))
    named = start(configuration(options="max-records-per-type 0;"), {"example.zone": zone})
    with named.tcp() as s:
        s.sendall(framed(wire_query("big.example.", 255)))
        assert read_message(s)[2] & 2


def test_the_servers_end_closes_connections(start):
    named = start()
    with named.tcp() as s:
        s.sendall(framed(wire_query()))
        assert read_message(s)
        begun = time.monotonic()
        assert named.stop() == 0
        s.settimeout(10)
        assert read_message(s) is None
        assert time.monotonic() >= begun


@pytest.mark.parametrize("name, bits", [("www.example.", 0x2000), ("www.example.", 0x2800)])
def test_other_opcodes_are_turned_down_on_tcp_too(start, name, bits):
    """NOTIFY (4) and UPDATE (5) come with later issues; no server may answer them with data here."""
    named = start()
    with named.tcp() as s:
        s.sendall(framed(wire_query(name, bits=bits)))
        assert rcode(read_message(s)) != 0
