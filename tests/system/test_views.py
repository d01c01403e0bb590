"""Views: who asks decides what is seen."""

from harness import ZONE, configuration

INSIDE, OUTSIDE = "127.0.0.1", "127.0.0.2"
INSIDE_ZONE = ZONE.replace("192.0.2.80", "10.0.0.80")

TWO_VIEWS = """
view "inside" {
  match-clients { 127.0.0.1; };
  zone "example" { type primary; file "inside.zone"; };
  zone "only" { type primary; file "example.zone"; };
  zone "shared" { type primary; file "example.zone"; };
};
view "outside" {
  match-clients { any; };
  zone "example" { type primary; file "example.zone"; };
  zone "shared" { in-view "inside"; };
};
"""


def two_views(start, statements=TWO_VIEWS, **how):
    return start(configuration(statements=statements, zone=False, **how), {"inside.zone": INSIDE_ZONE})


def address_seen(named, source, name="www.example.", **how):
    answer = named.query(name, source=source, **how)
    return answer.answer[0][0].address if answer.rcode() == 0 else answer.rcode()


def test_the_clients_address_picks_the_view(start):
    named = two_views(start)
    for tcp in (False, True):
        assert address_seen(named, INSIDE, tcp=tcp) == "10.0.0.80"
        assert address_seen(named, OUTSIDE, tcp=tcp) == "192.0.2.80"


def test_a_zone_of_one_view_is_refused_in_the_other(start):
    named = two_views(start)
    assert address_seen(named, INSIDE, "www.only.") == "192.0.2.80"
    assert address_seen(named, OUTSIDE, "www.only.") == 5


def test_in_view_shares_the_zone(start):
    named = two_views(start)
    assert address_seen(named, INSIDE, "www.shared.") == address_seen(named, OUTSIDE, "www.shared.") == "192.0.2.80"


def test_what_another_view_has_only_as_hints_is_not_served(start):
    views = """
view "inside" { match-clients { 127.0.0.1; }; zone "." { type hint; file "example.zone"; }; };
view "outside" { zone "." { in-view "inside"; }; zone "example" { type primary; file "example.zone"; }; };
"""
    named = two_views(start, views)
    assert address_seen(named, OUTSIDE) == "192.0.2.80"
    assert address_seen(named, OUTSIDE, "www.elsewhere.") == 5


def test_the_first_matching_view_wins(start):
    swapped = """
view "all" { zone "example" { type primary; file "example.zone"; }; };
view "never" { match-clients { 127.0.0.1; }; zone "example" { type primary; file "inside.zone"; }; };
"""
    assert address_seen(two_views(start, swapped), INSIDE) == "192.0.2.80"


def test_negation_and_named_acls(start):
    views = """
acl friends { !127.0.0.2; 127.0.0.0/8; };
view "inside" { match-clients { friends; }; zone "example" { type primary; file "inside.zone"; }; };
view "outside" { zone "example" { type primary; file "example.zone"; }; };
"""
    named = two_views(start, views)
    assert address_seen(named, INSIDE) == "10.0.0.80"
    assert address_seen(named, OUTSIDE) == "192.0.2.80"


def test_match_destinations(start):
    views = """
view "one" { match-destinations { 127.0.0.2; }; zone "example" { type primary; file "inside.zone"; }; };
view "two" { match-destinations { 127.0.0.1; }; zone "example" { type primary; file "example.zone"; }; };
"""
    named = two_views(start, views)
    assert address_seen(named, None) == "192.0.2.80"
    assert address_seen(named, "127.0.0.2") == "192.0.2.80", "the client's address does not matter"
    assert address_seen(two_views(start, views.replace("127.0.0.2", "127.0.0.0/8")), None) == "10.0.0.80"


def test_match_recursive_only(start):
    views = """
view "recursive" { match-recursive-only yes; zone "example" { type primary; file "inside.zone"; }; };
view "rest" { zone "example" { type primary; file "example.zone"; }; };
"""
    named = two_views(start, views)
    assert named.query("www.example.").answer[0][0].address == "10.0.0.80"
    assert named.query("www.example.", flags=0).answer[0][0].address == "192.0.2.80"


def test_nobody_matching_is_refused(start):
    views = 'view "inside" { match-clients { 127.0.0.9; }; zone "example" { type primary; file "inside.zone"; }; };'
    named = two_views(start, views)
    assert address_seen(named, INSIDE) == 5


def test_a_view_with_a_key_is_not_for_those_without(start):
    views = """
key "secret" { algorithm hmac-sha256; secret "c2VjcmV0c2VjcmV0c2VjcmV0"; };
view "keyed" { match-clients { key secret; }; zone "example" { type primary; file "inside.zone"; }; };
view "rest" { zone "example" { type primary; file "example.zone"; }; };
"""
    assert address_seen(two_views(start, views), INSIDE) == "192.0.2.80"


def test_options_of_a_view_win_over_the_global_ones(start):
    views = """
view "inside" { match-clients { 127.0.0.1; }; allow-query { none; }; zone "example" { type primary; file "inside.zone"; }; };
view "outside" { zone "example" { type primary; file "example.zone"; }; };
"""
    named = two_views(start, views)
    assert address_seen(named, INSIDE) == 5
    assert address_seen(named, OUTSIDE) == "192.0.2.80"
