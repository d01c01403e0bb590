"""Bytes from people who wish us ill: the server neither dies nor stops serving others."""

import contextlib
import random
import socket
import struct
import threading

import dns.exception
import pytest
from harness import configuration, framed, rcode, read_exactly, read_message, wait_for, wire_query

MIB = 1 << 20
LONG_QUEUE = configuration(options="tcp-listen-queue 1000;")  # else many connect only at the second try, a second later
HEADER = struct.Struct(">HHHHHH")


def message(counts=(1, 0, 0, 0), body=b"", bits=0):
    return HEADER.pack(random.randrange(65536), bits, *counts) + body


WWW = b"\3www\7example\0"
QUESTION = WWW + struct.pack(">HH", 1, 1)
SICK = {
    "name that points to itself": message(body=b"\xc0\x0c" + struct.pack(">HH", 1, 1)),
    "two pointers in a circle": message(body=b"\xc0\x0e\xc0\x0c" + struct.pack(">HH", 1, 1)),
    "pointer forward": message(body=b"\xc0\x20" + struct.pack(">HH", 1, 1) + b"\0" * 40),
    "pointer behind the end": message(body=b"\xff\xff" + struct.pack(">HH", 1, 1)),
    "label type 01": message(body=b"\x41" + b"a" * 65 + b"\0" + struct.pack(">HH", 1, 1)),
    "name of 300 bytes": message(body=b"\x3b" + b"a" * 59 + (b"\x3b" + b"a" * 59) * 4 + b"\0" + struct.pack(">HH", 1, 1)),
    "name without end": message(body=b"\3www\7exam"),
    "question without type": message(body=WWW),
    "question without class": message(body=WWW + b"\0\1"),
    "absurd counts": message((65535, 65535, 65535, 65535), QUESTION),
    "absurd additional count": message((1, 0, 0, 65535), QUESTION),
    "absurd answer count": message((1, 65535, 0, 0), QUESTION),
    "record longer than the message": message((1, 0, 0, 1), QUESTION + b"\0" + struct.pack(">HHIH", 1, 1, 0, 60000)),
    "OPT longer than the message": message((1, 0, 0, 1), QUESTION + b"\0" + struct.pack(">HHIH", 41, 1232, 0, 60000)),
    "OPT option longer than the OPT": message((1, 0, 0, 1), QUESTION + b"\0" + struct.pack(">HHIHHH", 41, 1232, 0, 4, 3, 500)),
}


@pytest.mark.parametrize("wire", SICK.values(), ids=SICK.keys())
def test_a_sick_message_is_a_format_error(start, wire):
    """FORMERR with the id of the query (or no reply), never data, over UDP and TCP."""
    named = start()
    reply = named.datagram(wire, 1)
    assert reply is None or (reply[:2] == wire[:2] and rcode(reply) == 1 and reply[2] & 0x80)
    with named.tcp() as s:
        s.sendall(framed(wire))
        reply = read_message(s) if not s.settimeout(1) and waits(s) else None
        assert reply is None or rcode(reply) == 1
    named.assert_serving()


def pointer_chain():
    """5000 records; the owner of each is a pointer to the owner of the one before."""
    body, owner_at = QUESTION, 12
    for _ in range(5000):
        at = 12 + len(body)
        body += struct.pack(">HHHIH", 0xc000 | min(owner_at, 0x3fff), 1, 1, 0, 0)
        owner_at = at if at < 0x4000 else owner_at
    return message((1, 0, 0, 5000), body)


def test_long_chains_of_compression_pointers_do_not_keep_others_out(start):
    """Following each chain anew to its end would be millions of steps for each message."""
    named = start()
    with contextlib.ExitStack() as stack:
        wire = framed(pointer_chain())
        for _ in range(20):
            s = stack.enter_context(named.tcp())
            with contextlib.suppress(OSError):
                s.sendall(wire * 5)
        named.assert_serving()
    named.assert_serving()


def waits(connection):
    try:
        return bool(connection.recv(1, socket.MSG_PEEK))
    except (TimeoutError, ConnectionResetError):
        return False


@pytest.mark.parametrize("length", range(12))
def test_a_truncated_header_gets_no_reply(start, length):
    named = start()
    assert named.datagram(wire_query()[:length], 0.3) is None
    named.assert_serving()


@pytest.mark.parametrize("bits", [0x8000, 0x8400, 0x8180, 0xa800])
def test_a_response_gets_no_reply(start, bits):
    """Answering QR=1 would let two servers talk to each other for ever."""
    named = start()
    assert named.datagram(wire_query(bits=bits), 0.5) is None
    named.assert_serving()


def test_random_datagrams(start):
    named, rnd = start(), random.Random(1)
    with named.udp() as s:
        for i in range(20000):
            wire = bytearray(rnd.randbytes(rnd.choice((0, 1, 11, 12, 13, 17, 40, 100, 512, 1400))))
            if len(wire) > 12 and rnd.random() < 0.8:
                wire[2] &= 0x7f
                wire[4:12] = HEADER.pack(0, 0, rnd.choice((0, 1, 1, 1, 2)), rnd.choice((0, 0, 1)), 0, rnd.choice((0, 1, 2)))[4:12]
            with contextlib.suppress(OSError):
                s.send(wire)
            if i % 2000 == 0:
                named.assert_serving()
    named.assert_serving()


def test_changed_bytes_of_a_good_query(start):
    """Every byte of a query with OPT and cookie is set to a few values in turn."""
    named = start()
    good = wire_query(counts=(1, 0, 0, 1), tail=b"\0" + struct.pack(">HHIHHH", 41, 1232, 0x8000, 12, 10, 8) + b"c" * 8)
    with named.udp() as s:
        for at in range(2, len(good)):
            for value in (0, 1, 0x3f, 0x40, 0x7f, 0x80, 0xc0, 0xff):
                with contextlib.suppress(OSError):
                    s.send(good[:at] + bytes([value]) + good[at + 1:])
    named.assert_serving()


def test_idle_connections_do_not_keep_others_out(start):
    """BIND's default tcp-clients is 150: what is over it waits or goes, and UDP never notices."""
    named = start()
    with contextlib.ExitStack() as stack:
        for _ in range(300):
            with contextlib.suppress(OSError):
                stack.enter_context(named.tcp())
        for _ in range(20):
            assert named.query("www.example.").answer
        wait_for(lambda: tcp_answer(named), "an answer over TCP beside the idle connections")
    named.assert_serving()


def tcp_answer(named):
    """The answer over TCP, or None when the connection was not taken, or was closed, for want of room."""
    with contextlib.suppress(OSError, EOFError, dns.exception.Timeout):
        return named.query("www.example.", tcp=True).answer
    return None


def test_a_flood_of_connections_leaves_nothing_behind(start):
    """Clients that connect, say something or nothing, and go (politely or not), many at a time: others are served meanwhile,
    and in the end there are no more files open than before."""
    named = start()
    before, memory = named.open_files(), named.most_memory_bytes()
    words = (b"", b"\0", framed(wire_query()), framed(wire_query())[:-1], b"\xff\xff" + b"x" * 3000, framed(b"\0" * 12) * 50)

    def flood(seed):
        rnd = random.Random(seed)
        for _ in range(200):
            with contextlib.suppress(OSError), named.tcp() as s:
                if rnd.random() < 0.5:
                    s.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
                s.sendall(rnd.choice(words))

    clients = [threading.Thread(target=flood, args=(seed,)) for seed in range(6)]
    for client in clients:
        client.start()
    while any(client.is_alive() for client in clients):
        assert named.query_again("www.example.", False, 3).answer
        wait_for(lambda: tcp_answer(named), "an answer over TCP beside the flood")
    wait_for(lambda: named.open_files() <= before, "the connections to be closed")
    assert named.most_memory_bytes() - memory < 32 * MIB
    named.assert_serving()


def test_half_messages_do_not_keep_others_out(start):
    named = start()
    with contextlib.ExitStack() as stack:
        whole = framed(wire_query())
        for cut in list(range(1, len(whole))):
            s = stack.enter_context(named.tcp())
            s.sendall(whole[:cut])
        named.assert_serving()


def test_half_messages_cost_no_more_memory_than_the_clients_there_may_be(start):
    """Each client sends all but the last byte of the largest message and is cut off. 20 times 140 of them would be 175 MiB."""
    named = start(LONG_QUEUE)
    before = named.most_memory_bytes()
    for _ in range(20):
        with contextlib.ExitStack() as stack:
            for _ in range(140):
                s = stack.enter_context(named.tcp())
                s.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
                with contextlib.suppress(OSError):
                    s.sendall(b"\xff\xff" + b"x" * 65534)
            assert named.query_again("www.example.", False, 3).answer
    assert named.most_memory_bytes() - before < 64 * MIB
    named.assert_serving()


def test_a_message_in_single_bytes_is_answered(start):
    named = start()
    with named.tcp() as s:
        s.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        for byte in framed(wire_query()):
            s.sendall(bytes([byte]))
        assert rcode(read_message(s)) == 0


@pytest.mark.parametrize("wire", [b"\0\0", b"\0\0" * 1000, b"\0\1x", b"\0\x0b" + b"x" * 11])
def test_empty_and_tiny_tcp_messages(start, wire):
    named = start()
    with named.tcp() as s:
        with contextlib.suppress(OSError):
            s.sendall(wire)
        named.assert_serving()


def test_a_connection_cut_off_in_the_middle(start):
    named = start()
    for _ in range(50):
        with named.tcp() as s:
            s.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            s.sendall(framed(wire_query()) * 5 + b"\0")
    named.assert_serving()


def test_100_kb_of_pipelined_queries(start):
    named = start()
    count = 100_000 // len(framed(wire_query()))
    with named.tcp() as s:
        s.settimeout(20)
        sent = 0
        seen = set()
        while len(seen) < count:
            while sent < count and sent - len(seen) < 500:
                s.sendall(framed(wire_query(identity=sent)))
                sent += 1
            reply = read_message(s)
            assert reply is not None, "closed after %d replies" % len(seen)
            assert rcode(reply) == 0
            seen.add(struct.unpack(">H", reply[:2])[0])
    assert seen == set(range(count))


def test_a_slow_reader_does_not_keep_others_out(start):
    """One client asks much and reads nothing; the server stops reading from it or closes, and serves the others."""
    zone = "$TTL 300\n@ SOA ns h 1 7200 900 604800 60\n@ NS ns\nns A 192.0.2.1\nwww A 192.0.2.80\n"
    zone += "".join('big TXT "%03d%s"\n' % (i, "t" * 240) for i in range(100))
    named = start(files={"example.zone": zone})
    with named.tcp() as s:
        s.setblocking(False)
        query = framed(wire_query("big.example.", 16))
        with contextlib.suppress(BlockingIOError, ConnectionError):
            for _ in range(5000):
                s.sendall(query)
        for _ in range(20):
            named.assert_serving()


def test_slow_readers_cost_bounded_memory(start):
    """Each of 50 clients asks for 25 MB and reads nothing: that would be more than a gigabyte."""
    zone = "$TTL 300\n@ SOA ns h 1 7200 900 604800 60\n@ NS ns\nns A 192.0.2.1\nwww A 192.0.2.80\n"
    zone += "".join('big TXT "%03d%s"\n' % (i, "t" * 240) for i in range(100))
    named = start(configuration(options="max-records-per-type 0;"), {"example.zone": zone})
    before = named.most_memory_bytes()
    with contextlib.ExitStack() as stack:
        for _ in range(50):
            s = stack.enter_context(named.tcp())
            s.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
            s.setblocking(False)
            with contextlib.suppress(BlockingIOError, ConnectionError):
                s.sendall(framed(wire_query("big.example.", 16)) * 1000)
        for _ in range(10):
            named.assert_serving()
    assert named.most_memory_bytes() - before < 64 * MIB
    named.assert_serving()


def test_random_tcp_streams(start):
    named, rnd = start(), random.Random(2)
    for _ in range(200):
        with named.tcp() as s, contextlib.suppress(OSError):
            s.sendall(rnd.randbytes(rnd.randrange(1, 2000)))
    named.assert_serving()


def test_reads_after_the_clients_half_close_are_answered(start):
    named = start()
    with named.tcp() as s:
        s.sendall(framed(wire_query()))
        s.shutdown(socket.SHUT_WR)
        head = read_exactly(s, 2)
        assert head is None or rcode(read_exactly(s, struct.unpack(">H", head)[0])) == 0
    named.assert_serving()
