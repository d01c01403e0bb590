"""EDNS: RFC 6891, cookies (RFC 7873, 9018), NSID (RFC 5001), keepalive (RFC 7828)."""

import socket
import struct

import dns.edns
import dns.flags
import dns.message
import dns.rcode
import pytest
from harness import configuration, framed, opt_record, option, rcode, read_message, wire_query

NSID, COOKIE, KEEPALIVE, PADDING, CLIENT_SUBNET = 3, 10, 11, 12, 8


def with_opt(named, opts, **how):
    """The parsed response to a question with these OPT records."""
    reply = named.datagram(wire_query(counts=(1, 0, 0, len(opts)), tail=b"".join(opts), **how))
    return dns.message.from_wire(reply)


def options_of(message):
    return {int(o.otype): o.to_wire() for o in message.options}


def test_without_opt_the_response_has_none(start):
    assert start().query("www.example.").edns == -1


def test_opt_is_answered_with_opt(start):
    answer = start().query("www.example.", use_edns=0, payload=4096)
    assert (answer.edns, answer.payload, answer.ednsflags & dns.flags.DO) == (0, 1232, 0)


def test_do_is_copied(start):
    assert start().query("www.example.", want_dnssec=True).ednsflags == dns.flags.DO


def test_other_flags_are_not_copied(start):
    assert with_opt(start(), [opt_record(flags=0x7fff)]).ednsflags == 0


@pytest.mark.parametrize("version", [1, 2, 255])
def test_a_newer_version_is_badvers(start, version):
    answer = with_opt(start(), [opt_record(version=version)])
    assert answer.rcode() == dns.rcode.BADVERS
    assert answer.edns == 0 and not answer.answer and not answer.authority


def test_nsid_is_given_when_configured_and_asked_for(start):
    named = start(configuration(options='server-id "the-server";'))
    assert options_of(with_opt(named, [opt_record(options=option(NSID))]))[NSID] == b"the-server"
    assert NSID not in options_of(with_opt(named, [opt_record()]))


def test_nsid_is_not_given_by_default(start):
    assert NSID not in options_of(with_opt(start(), [opt_record(options=option(NSID))]))


def test_nsid_of_hostname(start):
    named = start(configuration(options="server-id hostname;"))
    assert options_of(with_opt(named, [opt_record(options=option(NSID))]))[NSID] == socket.gethostname().encode()


def test_a_client_cookie_gets_a_server_cookie_that_is_accepted(start):
    """RFC 9018 4: version 1, three zero bytes, time, hash: 16 bytes after the client's 8."""
    named = start(configuration(options="require-server-cookie no;"))
    cookie = options_of(with_opt(named, [opt_record(options=option(COOKIE, b"clientck"))]))[COOKIE]
    assert len(cookie) == 24 and cookie[:8] == b"clientck" and cookie[8:12] == b"\1\0\0\0"
    again = with_opt(named, [opt_record(options=option(COOKIE, cookie))])
    assert again.rcode() == 0 and options_of(again)[COOKIE][:8] == b"clientck"


def test_cookies_follow_rfc_9018_with_a_given_secret(start):
    """The hash is SipHash-2-4 over client cookie, version, reserved, time and address: two servers with one secret agree."""
    secret = 'cookie-algorithm siphash24; cookie-secret "0123456789abcdef0123456789abcdef";'
    one, two = start(configuration(options=secret)), start(configuration(options=secret + "require-server-cookie yes;"))
    cookie = options_of(with_opt(one, [opt_record(options=option(COOKIE, b"clientck"))]))[COOKIE]
    assert with_opt(two, [opt_record(options=option(COOKIE, cookie))]).rcode() == 0


def test_required_cookies_make_badcookie(start):
    named = start(configuration(options="require-server-cookie yes;"))
    first = with_opt(named, [opt_record(options=option(COOKIE, b"clientck"))])
    assert first.rcode() == dns.rcode.BADCOOKIE and not first.answer
    second = with_opt(named, [opt_record(options=option(COOKIE, options_of(first)[COOKIE]))])
    assert second.rcode() == 0 and second.answer
    forged = with_opt(named, [opt_record(options=option(COOKIE, b"clientck" + b"\1\0\0\0" + b"x" * 12))])
    assert forged.rcode() == dns.rcode.BADCOOKIE
    assert with_opt(named, [opt_record()]).rcode() == 0, "a client without cookies is served"


@pytest.mark.parametrize("length", [0, 1, 7, 9, 15, 41, 100])
def test_a_cookie_of_a_wrong_length_is_a_format_error(start, length):
    reply = start().datagram(wire_query(counts=(1, 0, 0, 1), tail=opt_record(options=option(COOKIE, b"c" * length))))
    assert rcode(reply) == 1


def test_answer_cookie_no(start):
    named = start(configuration(options="answer-cookie no;"))
    assert COOKIE not in options_of(with_opt(named, [opt_record(options=option(COOKIE, b"clientck"))]))


@pytest.mark.parametrize("data", [b"", b"\0\0"])
def test_keepalive_over_tcp_tells_the_timeout(start, data):
    named = start(configuration(options="tcp-advertised-timeout 123;"))
    with named.tcp() as s:
        s.sendall(framed(wire_query(counts=(1, 0, 0, 1), tail=opt_record(options=option(KEEPALIVE, data)))))
        answer = dns.message.from_wire(read_message(s))
    assert options_of(answer)[KEEPALIVE] == struct.pack(">H", 123)


def test_keepalive_over_udp_is_ignored(start):
    answer = with_opt(start(), [opt_record(options=option(KEEPALIVE))])
    assert answer.rcode() == 0 and KEEPALIVE not in options_of(answer)


@pytest.mark.parametrize("code", [0, 4, 99, 26946, 65001, 65535])
def test_unknown_options_are_ignored(start, code):
    answer = with_opt(start(), [opt_record(options=option(code, b"whatever") + option(code))])
    assert answer.rcode() == 0 and answer.answer and not options_of(answer)


def test_padding_over_udp_is_ignored(start):
    answer = with_opt(start(), [opt_record(options=option(PADDING, b"\0" * 50))])
    assert answer.rcode() == 0 and PADDING not in options_of(answer)


def test_two_opts_are_a_format_error(start):
    reply = start().datagram(wire_query(counts=(1, 0, 0, 2), tail=opt_record() * 2))
    assert rcode(reply) == 1


def test_an_opt_with_an_owner_is_a_format_error(start):
    reply = start().datagram(wire_query(counts=(1, 0, 0, 1), tail=opt_record(owner=b"\3www\0")))
    assert rcode(reply) == 1


def test_an_opt_in_the_answer_section_is_a_format_error(start):
    reply = start().datagram(wire_query(counts=(1, 1, 0, 0), tail=opt_record()))
    assert rcode(reply) == 1


@pytest.mark.parametrize("size, limit", [(None, 512), (100, 512), (512, 512), (800, 800), (1232, 1232), (4096, 1232), (65535, 1232)])
def test_the_size_limits_the_response(start, size, limit):
    zone = "$TTL 300\n@ SOA ns h 1 7200 900 604800 60\n@ NS ns\nns A 192.0.2.1\nwww A 192.0.2.80\n"
    zone += "".join('big TXT "%03d%s"\n' % (i, "t" * 100) for i in range(20))
    named = start(files={"example.zone": zone})
    opt = {} if size is None else {"counts": (1, 0, 0, 1), "tail": opt_record(size)}
    reply = named.datagram(wire_query("big.example.", 16, **opt))
    assert len(reply) <= limit and reply[2] & 2, "TC, within the limit"
    assert dns.message.from_wire(reply, ignore_trailing=False).edns == (-1 if size is None else 0)


def test_max_udp_size_and_edns_udp_size(start):
    zone = "$TTL 300\n@ SOA ns h 1 7200 900 604800 60\n@ NS ns\nns A 192.0.2.1\n"
    zone += "".join('big TXT "%03d%s"\n' % (i, "t" * 100) for i in range(20))
    named = start(configuration(options="max-udp-size 4096; edns-udp-size 700;"), files={"example.zone": zone})
    reply = named.datagram(wire_query("big.example.", 16, counts=(1, 0, 0, 1), tail=opt_record(4096)))
    assert len(reply) > 2000 and not reply[2] & 2
    assert dns.message.from_wire(reply).payload == 700
