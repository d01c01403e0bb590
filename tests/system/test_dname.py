"""DNAME (RFC 6672), names hidden by it or by a zone cut, and DS at a cut whose child is served too."""

import dns.rdatatype
import pytest
from harness import configuration

APEX = "$TTL 300\n@ SOA ns h 1 7200 900 604800 60\n@ NS ns\nns A 192.0.2.1\n"
LONG = ".".join(["l" * 60] * 3)
ZONE = APEX + """\
www A 192.0.2.80
target A 192.0.2.81
below.target A 192.0.2.82
moved DNAME target
moved TXT "beside the DNAME"
hidden.moved A 192.0.2.99
*.moved A 192.0.2.98
long DNAME %s
chain CNAME below.moved
cut NS ns.cut
ns.cut A 192.0.2.50
hidden.cut TXT "hidden by the cut"
""" % LONG


def records(answer):
    return {(r.name.to_text().lower(), dns.rdatatype.to_text(r.rdtype)) for r in answer.answer}


def test_a_name_below_is_rewritten_and_followed(start):
    answer = start(files={"example.zone": ZONE}).query("below.moved.example.")
    assert records(answer) == {("moved.example.", "DNAME"), ("below.moved.example.", "CNAME"), ("below.target.example.", "A")}
    assert {r.ttl for r in answer.answer} == {300}


def test_the_owner_itself_is_not_rewritten(start):
    named = start(files={"example.zone": ZONE})
    assert records(named.query("moved.example.", "TXT")) == {("moved.example.", "TXT")}
    nodata = named.query("moved.example.", "A")
    assert nodata.rcode() == 0 and not nodata.answer and nodata.authority


@pytest.mark.parametrize("name", ["hidden.moved.example.", "any.moved.example."])
def test_data_and_wildcards_below_are_hidden(start, name):
    answer = start(files={"example.zone": ZONE}).query(name)
    assert records(answer) == {("moved.example.", "DNAME"), (name, "CNAME")}
    assert answer.rcode() == 3, "the rewritten name does not exist"


def test_a_name_that_gets_too_long_is_yxdomain(start):
    answer = start(files={"example.zone": ZONE}).query("x." + ".".join(["y" * 60] * 2) + ".long.example.")
    assert answer.rcode() == 6
    assert records(answer) == {("long.example.", "DNAME")}


def test_a_cname_into_a_dname_is_followed(start):
    answer = start(files={"example.zone": ZONE}).query("chain.example.")
    assert records(answer) == {("chain.example.", "CNAME"), ("moved.example.", "DNAME"), ("below.moved.example.", "CNAME"), ("below.target.example.", "A")}


def test_a_cname_question_below_gets_the_made_cname(start):
    answer = start(files={"example.zone": ZONE}).query("below.moved.example.", "CNAME")
    assert records(answer) == {("moved.example.", "DNAME"), ("below.moved.example.", "CNAME")}


@pytest.mark.parametrize("name, rrtype", [("hidden.cut.example.", "TXT"), ("ns.cut.example.", "A"), ("cut.example.", "NS"), ("nx.cut.example.", "A")])
def test_at_and_below_a_cut_is_a_referral(start, name, rrtype):
    answer = start(files={"example.zone": ZONE}).query(name, rrtype)
    assert answer.rcode() == 0 and not answer.answer and not answer.flags & 0x0400
    assert [r.name.to_text() for r in answer.authority] == ["cut.example."]
    assert [r.name.to_text() for r in answer.additional] == ["ns.cut.example."]


def test_ds_at_the_cut_is_the_parents_also_when_the_child_is_served(start):
    parent = APEX + "child NS ns.child\nns.child A 192.0.2.2\nchild DS 12345 13 2 %s\n" % ("ab" * 32)
    named = start(configuration(statements='zone "child.example" { type primary; file "child.zone"; };'),
                  {"example.zone": parent, "child.zone": APEX})
    answer = named.query("child.example.", "DS")
    assert records(answer) == {("child.example.", "DS")} and answer.flags & 0x0400
    assert named.query("child.example.", "NS").flags & 0x0400


def test_ds_at_an_apex_whose_parent_is_not_ours_is_nodata(start):
    answer = start().query("example.", "DS")
    assert answer.rcode() == 0 and not answer.answer
    assert [r.name.to_text() for r in answer.authority] == ["example."]


def test_a_loop_gives_each_link_once(start):
    named = start(files={"example.zone": APEX + "a CNAME b\nb CNAME c\nc CNAME a\n"})
    answer = named.query("a.example.")
    assert sorted(r.name.to_text() for r in answer.answer) == ["a.example.", "b.example.", "c.example."]


def test_a_long_chain_ends_after_bounded_links(start):
    named = start(files={"example.zone": APEX + "".join("c%d CNAME c%d\n" % (i, i + 1) for i in range(100)) + "c100 A 192.0.2.1\n"})
    answer = named.query("c0.example.", tcp=True)
    assert 8 <= len(answer.answer) < 100
    assert len(named.query("c97.example.", tcp=True).answer) == 4
