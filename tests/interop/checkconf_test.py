"""named.conf, judged by BIND's named-checkconf and by ours: the exit status is the same for every case.

Cases: the files of checkconf/*.conf (several cases in a file, separated by lines that begin with "### ", the rest of
the line being the name), and generated ones: for each statement of the reference (nomen checkconf --reference) good
and bad values by its shape. BIND's verdict is computed live; where BIND cannot know a case (statements of 9.20 and
later), it is not generated.

To keep it quick, good values stand many in a file, and each for itself only when one of the two programs refuses that
file; bad values, which the shape alone rules out, are tried in the first place where a statement may stand (in every
place with NOMEN_EVERY_CASE=1 in the environment).
"""
import concurrent.futures
import itertools
import os
import pathlib
import re
import shutil
import subprocess
import threading

import pytest

HERE = pathlib.Path(__file__).resolve().parent
BUILD = pathlib.Path(os.environ.get("NOMEN_BUILD", HERE.parents[1] / "build"))
OURS = os.environ.get("NOMEN_CHECKCONF", str(BUILD / "bin" / "named-checkconf"))
REFERENCE = HERE.parents[1] / "docs" / "compatibility.md"
THEIRS = shutil.which("named-checkconf", path="/usr/bin:/usr/sbin:/usr/local/bin")

pytestmark = pytest.mark.skipif(THEIRS is None, reason="BIND's named-checkconf is not installed")

# Good and bad texts for each type of value.
VALUES = {
    "boolean": (["yes", "no", "true", "0"], ["maybe", '"yes"', "2", ""]),
    "integer": (["0", "1", "65535", "0x10", "010"], ["x", "-1", "99999999999", "08", '"5"', ""]),
    "port": (["53", "65535"], ["x", "65536", '"53"']),
    "duration": (["0", "1", "1h30m", "P1D", "PT1H", "1w2d"], ["x", "1x", "P", "-1", '"1"']),
    "sizeval": (["2m", "5000k", "1g", "2000000"], ["x", "1x", "-1", '"1"']),
    "percentage": (["50%", "100%"], ["x%", "%"]),
    "string": (["example", '"example"'], ["", "{"]),
    "quoted_string": (['"example"'], ["example", "5", ""]),
    "word": (["example"], ['"example"']),
    "ipv4_address": (["192.0.2.1"], ["1.2.3", "2001:db8::1", '"192.0.2.1"']),
    "ipv6_address": (["2001:db8::1"], ["192.0.2.1", "2001:db8", "x"]),
    "netprefix": (["10/8", "192.0.2.1", "2001:db8::/32"], ["10", "192.0.2.1/24", "10/33", "x"]),
    "fixedpoint": (["1.5", "0.1", "2"], ["1.555", "x"]),
}
MATCH_LISTS = (
    ["{ any; }", "{ none; }", "{ }", "{ 10/8; !10.1.0.0/16; }", "{ localhost; localnets; }", '{ "any"; }',
     "{ key k; }", "{ { 192.0.2.1; }; !{ any; }; }", "{ 2001:db8::/32; ::1; }", "{ 10.0.0.0 / 8; }"],
    ["any", "{ any }", "{ nosuchacl; }", "{ !!any; }", "{ ! ! ! { 10/8; }; }", "{ 10; }", "{ 10.0.0.1/8; }", "{ 10/33; }", "{ any; ", "{ ! ; }",
     "{ 2001:db8::1/32; }", '{ "10.0.0.0/8"; }'],
)
SOURCES4 = (["192.0.2.1", "*", "192.0.2.1 port 5353", "* port *"], ["2001:db8::1", "x", "192.0.2.1 port 65536", "port 53", ""])
SOURCES6 = (["2001:db8::1", "*", "2001:db8::1 port 5353", "* port *"], ["192.0.2.1", "x", "2001:db8::1 port x", ""])
PORTS = (["{ 1024; }", "{ range 1024 65535; 53; }", "{ }"], ["{ range 2 1; }", "{ 65536; }", "{ x; }", "{ range 1; }", "53"])
LISTS_OF_NAMES = (["{ }", "{ example; }", '{ "example"; test.; }'], ["{ example }", "example", '{ "a..b"; }', "{ ; }"])
SERVERS = (["{ 192.0.2.1; }", "port 5353 { 192.0.2.1 port 53; 2001:db8::1 key k; }", "{ }"],
           ["192.0.2.1", "{ 192.0.2.1 key nosuchkey; }", "{ nosuchlist; }", "port 65536 { 192.0.2.1; }", "{ 192.0.2.1 port; }",
            "{ 192.0.2.1/24; }", "{ 192.0.2.1 tls nosuchtls; }"])
# Values of the statements whose shape says too little, or too much, for a table of types.
OF_STATEMENT = {
    "allow-transfer": (["{ any; }", "port 853 { any; }", "port 53 transport tcp { none; }", "transport tls { key k; }"],
                       ["port x { any; }", "transport udp { any; }", "transport nonsense { any; }", "{ nosuchacl; }", "port 53"]),
    "also-notify": SERVERS,
    "parental-agents": SERVERS,
    "alt-transfer-source": SOURCES4, "notify-source": SOURCES4, "parental-source": SOURCES4, "transfer-source": SOURCES4,
    "alt-transfer-source-v6": SOURCES6, "notify-source-v6": SOURCES6, "parental-source-v6": SOURCES6, "transfer-source-v6": SOURCES6,
    "avoid-v4-udp-ports": PORTS, "avoid-v6-udp-ports": PORTS, "use-v4-udp-ports": PORTS, "use-v6-udp-ports": PORTS,
    "validate-except": LISTS_OF_NAMES,
    "deny-answer-addresses": (["{ 10/8; }", '{ 10/8; } except-from { "example"; }', "{ }"],
                              ["{ nosuchacl; }", "{ 10/8; } except-from example", "10/8", '{ 10/8; } except { "example"; }']),
    "deny-answer-aliases": (['{ "example"; }', '{ example; } except-from { "test"; }', "{ }"],
                            ['{ "a..b"; }', '{ example; } except-from { "a..b"; }', "example"]),
    "disable-algorithms": (['"." { RSASHA1; }', "example { rsasha256; 8; }", "example { }"],
                           ["{ RSASHA1; }", "example { NONSENSE; }", '"a..b" { RSASHA1; }', "example { 256; }"]),
    "disable-ds-digests": (['"." { SHA-1; }', "example { sha-256; 2; }", "example { }"],
                           ["{ SHA-1; }", "example { NONSENSE; }", '"a..b" { SHA-1; }', "example { 256; }"]),
    "dnssec-must-be-secure": (["example yes", '"." no'], ["example", "yes", "example maybe", '"a..b" yes']),
    "dnstap-identity": (['"x"', "none", "hostname"], ["x", "{ }", ""]),
    "server-id": (['"x"', "none", "hostname", "x"], ["{ }", ""]),
    "dual-stack-servers": (["{ 192.0.2.1; }", 'port 5353 { "host.example" port 53; 2001:db8::1; }', "{ }"],
                           ["192.0.2.1", "port x { 192.0.2.1; }", '{ "a..b"; }', "{ 192.0.2.1 port 65536; }"]),
    "fetch-quota-params": (["100 0.1 0.3 0.7", "1 0 0 0"], ["100 0.1 0.3", "x 0.1 0.3 0.7", "100 0.1 0.3 x", "100 1.5 0.1 0.1", "100 0.1 0.1 0.7 1"]),
    "fetches-per-server": (["10", "10 drop", "0 fail"], ["x", "10 nonsense", "-1", "10 drop fail"]),
    "fetches-per-zone": (["10", "10 drop", "0 fail"], ["x", "10 nonsense", "-1", "10 drop fail"]),
    "forwarders": (["{ 192.0.2.1; }", "port 5353 { 192.0.2.1 port 53; 2001:db8::1; }", "{ }"],
                   ["192.0.2.1", "{ host; }", "port 65536 { 192.0.2.1; }", "{ 192.0.2.1 port; }", "{ 192.0.2.1/32; }"]),
    "listen-on": (["{ any; }", "port 5353 { 127.0.0.1; }", "{ none; }", "port 853 tls ephemeral { any; }"],
                  ["any", "port x { any; }", "tls nosuchtls { any; }", "port 65536 { any; }", "{ nosuchacl; }", "http nosuchhttp { any; }"]),
    "listen-on-v6": (["{ any; }", "port 5353 { ::1; }", "{ none; }", "port 853 tls ephemeral { any; }"],
                     ["any", "port x { any; }", "tls nosuchtls { any; }", "port 65536 { any; }", "{ nosuchacl; }"]),
    "max-cache-size": (["default", "unlimited", "100m", "90%", "0"], ["x", "-1", "%", "1x", "{ }"]),
    "prefetch": (["2", "2 9", "10 16", "0"], ["x", "2 x", "11", "2 7", "-1", "2 9 9"]),
    "query-source": (["*", "192.0.2.1", "address 192.0.2.1 port 5353", "address * port *", "port 5353", "192.0.2.1 port 53"],
                     ["2001:db8::1", "address", "port x", "address 192.0.2.1 port 65536", "x"]),
    "query-source-v6": (["*", "2001:db8::1", "address 2001:db8::1 port 5353", "address * port *", "port 5353"],
                        ["192.0.2.1", "address", "port x", "x"]),
    "response-padding": (["{ any; } block-size 468", "{ none; } block-size 0"],
                         ["{ any; }", "{ any; } block-size x", "{ any; } block-size 513", "{ nosuchacl; } block-size 1", "block-size 1"]),
    "root-delegation-only": (["", 'exclude { "com"; net; }', "exclude { }"], ["yes", "exclude com", 'exclude { "a..b"; }']),
    "rrset-order": (["{ order random; }", "{ class IN type A name \"example\" order cyclic; }", "{ order none; }", "{ type MX order fixed; }"],
                    ["{ order nonsense; }", "{ random; }", "{ type NONSENSE order random; }", "{ name \"a..b\" order random; }",
                     "{ class XX order random; }", "{ order; }", "order random"]),
    "sig-validity-interval": (["30", "30 7", "3650", "30 720"], ["x", "0", "3651", "30 31", "30 x", "-1"]),
    "tkey-dhkey": (['"x" 1'], ['"x"', "1", "x", '"x" y']),
    "trusted-keys": (["{ }", 'NONE'], ["{ example 257 3 8; }", '{ example x 3 8 "AwEAAQ=="; }', '"x"']),
    "nsec3param": (["", "iterations 0", "iterations 5 optout yes salt-length 8"],
                   ["iterations x", "iterations 151", "salt-length 256", "optout maybe", "salt-length", "0 no 8"]),
    "protocols": (["{ TLSv1.2; }", "{ TLSv1.2; TLSv1.3; }"], ["{ }", "{ SSLv3; }", "{ TLSv1.2 }", "TLSv1.2", "{ TLSv1.2; TLSv1.2; }"]),
    "secret": (['"MTIzNDU2Nzg="', "MTIzNDU2Nzg="], ['"not base64!"', '""', "{ }", '"MTIz NDU2Nzg="', '"MTIzNDU2Nzg"']),
    "algorithm": (["hmac-sha256", '"hmac-sha256"', "HMAC-SHA512", "hmac-sha256-128", "hmac-sha256.", "hmac-sha1"],
                  ["hmac-sha3", "hmac-sha256-", "hmac-sha256-129", "hmac-sha256-8", "sha256", "{ }"]),
    "severity": (["info", "debug", "debug 3", "dynamic", "critical", "DEBUG 0"], ["nonsense", "debug x", "debug -1", "info 3", '"x"', ""]),
    "inet": (["* allow { any; }", "127.0.0.1 port 8053 allow { localhost; }", "::1 port * allow { }"],
             ["x allow { any; }", "* port x allow { any; }", "* allow any", "127.0.0.1/8 allow { any; }", "* port 65536 allow { any; }",
              "* allow { nosuchacl; }", "allow { any; }"]),
    "unix": (['"/tmp/s" perm 0600 owner 0 group 0', '"/tmp/s" perm 384 owner 1 group 1 keys { k; }'],
             ['"/tmp/s"', '"/tmp/s" perm x owner 0 group 0', '"/tmp/s" perm 0600 owner root group 0', "/tmp/s", '"s" perm 0600 owner 0 group 0']),
    "server-addresses": (["{ 192.0.2.1; }", "{ 192.0.2.1; 2001:db8::1; }", "{ }"], ["192.0.2.1", "{ host; }", "{ 192.0.2.1 port 53; }", "{ 192.0.2.1/32; }"]),
    "server-names": (['{ "ns.test"; }', "{ ns.test; }", "{ }"], ["ns.test", '{ "a..b"; }', "{ ns.test }"]),
    "update-policy": (["local", "{ grant * self . ANY; }", "{ deny k zonesub; }", "{ grant k subdomain example. A AAAA; }", "{ }",
                       "{ grant k name www.example. TXT(3) A; }", "{ grant k wildcard *.example.; }", "{ grant * tcp-self . PTR(1); }"],
                      ["remote", "{ grant; }", "{ grant k nonsense . A; }", "{ allow k zonesub; }", "{ grant k wildcard example.; }",
                       "{ grant k zonesub NONSENSE; }", '{ grant "a..b" zonesub; }', "{ grant k name; }", "{ grant k self . A(x); }",
                       "{ grant k zonesub A(65536); }"]),
}
ENUM = re.compile(r"^\( ((?:[a-z0-9-]+ \| )*[a-z0-9-]+) \)$")
ENUM_OR = re.compile(r"^\( ((?:[a-z0-9*-]+ \| )*)<([a-z0-9_]+)>(?: \| ([a-z0-9*]+))? \)$")


def values_of(shape):
    """(good, bad) values of a shape that is simple enough, else None."""
    single = re.fullmatch(r"<([a-z0-9_]+)>", shape)
    if single:
        return VALUES.get(single.group(1))
    if shape == "{ <address_match_element>; ... }":
        return MATCH_LISTS
    enum = ENUM.match(shape)
    if enum:
        words = enum.group(1).split(" | ")
        return words + [words[0].upper()], ["nonsense", f'"{words[0]}"', "", "{ }"]
    either = ENUM_OR.match(shape)
    if either and either.group(2) in VALUES:
        good, bad = VALUES[either.group(2)]
        words = [w for w in (either.group(1) or "").split(" | ") if w] + ([either.group(3)] if either.group(3) else [])
        return good + words, [b for b in bad if b not in words]
    return None


FRAMES = {
    "options": "options { %s };",
    "view": "view v { %s };",
    "server": "server 192.0.2.1 { %s };",
    "logging": "logging { %s };",
    "channel (in logging)": "logging { channel c { null; %s }; };",
    "rate-limit": "options { rate-limit { %s }; };",
    "dns64": "options { dns64 64:ff9b::/96 { %s }; };",
    "http": "http h { %s };",
    "tls": 'tls t { %s };',
    "dlz": 'dlz d { database "x"; %s };',
    "dnssec-policy": "dnssec-policy p { %s };",
    "key": "key other { %s };",
    "controls": "controls { %s };",
    "statistics-channels": "statistics-channels { %s };",
    "Top level": "%s;",
    "zone": 'zone example { type primary; file "x"; %s };',
}
TOGETHER = 20  # statements in one file
EVERY_CASE = "NOMEN_EVERY_CASE" in os.environ


def placed(place, statements):
    return 'key k { algorithm hmac-sha256; secret "MTIzNDU2Nzg="; };\n' + FRAMES[place] % statements + "\n"


def reference():
    """(place, name, good values, bad values) of the statements that have a simple shape."""
    place = ""
    for line in REFERENCE.read_text().splitlines():
        if line.startswith("## "):
            place = line[3:]
        match = re.match(r"^\| `([a-z0-9-]+)` \| (?:`(.*?)`)? \| (?:`.*?`)? \| (\w+) \|.*?\| (.*) \|$", line)
        if not match or "of BIND 9.20" in match.group(4) or "not in BIND" in match.group(4) or match.group(1) in ("directory", "file", "type"):
            continue
        values = OF_STATEMENT.get(match.group(1)) or values_of((match.group(2) or "").replace("\\|", "|"))
        if values is not None and place in FRAMES:
            yield place, match.group(1), *values


def good_groups():
    """Lists of (place, [(name, value)]): different statements, which stand in one file."""
    rows = {}
    for place, name, good, _ in reference():
        for number, value in enumerate(good):
            rows.setdefault((place, number), []).append((name, value))
    for (place, _), statements in rows.items():
        for at in range(0, len(statements), TOGETHER):
            yield place, statements[at:at + TOGETHER]


def bad_cases():
    seen = set()
    for place, name, good, bad in reference():
        for value in [*bad, f"{good[0]}; {name} {good[0]}"]:
            if EVERY_CASE or (name, value) not in seen:
                yield f"{place}: {name} {value}", placed(place, f"{name} {value};")
            seen.add((name, value))


def written():
    for path in sorted((HERE / "checkconf").glob("*.conf")):
        name, lines = path.name, []
        for line in path.read_text().splitlines(keepends=True) + ["### end\n"]:
            if line.startswith("### "):
                if lines:
                    yield f"{path.name}: {name}", "".join(lines)
                name, lines = line[4:].strip(), []
            else:
                lines.append(line)


# What zones at one name, and zones with one file, may be beside each other.
ROOTS = {
    "hint": 'type hint; file "h";',
    "redirect": 'type redirect; file "r";',
    "mirror": 'type mirror; file "m";',
    "primary": 'type primary; file "p";',
    "forward": "type forward; forwarders { 192.0.2.1; };",
    "secondary": "type secondary; primaries { 192.0.2.1; };",
    "stub": "type stub; primaries { 192.0.2.1; };",
    "static-stub": "type static-stub; server-addresses { 192.0.2.1; };",
    "delegation-only": "type delegation-only;",
}
FILE_USERS = {
    "primary": 'type primary; file "f";',
    "dynamic": 'type primary; file "f"; allow-update { any; };',
    "update-policy": 'type primary; file "f"; update-policy local;',
    "inline-signing": 'type primary; file "f"; inline-signing yes;',
    "dnssec-policy": 'type primary; file "f"; dnssec-policy default; inline-signing yes;',
    "differences": 'type primary; file "f"; ixfr-from-differences yes;',
    "journal": 'type primary; file "g"; journal "f"; allow-update { any; };',
    "secondary": 'type secondary; file "f"; primaries { 192.0.2.1; };',
    "signing secondary": 'type secondary; file "f"; inline-signing yes; primaries { 192.0.2.1; };',
    "stub": 'type stub; file "f"; primaries { 192.0.2.1; };',
    "mirror": 'type mirror; file "f"; primaries { 192.0.2.1; };',
}
SERVER_LISTS = ["primaries a { };", "primaries a { b; }; primaries b { };", "primaries a { a; };", "primaries a { nosuch; };",
                "primaries a { b; }; primaries b { a; 192.0.2.1; };", "masters a { 192.0.2.1; };", "parental-agents a { 192.0.2.1; };",
                "parental-agents a { };", "primaries a { 192.0.2.1; }; parental-agents a { 192.0.2.2; };", "primaries A { 192.0.2.1; };"]
LIST_USERS = ['', 'zone x { type secondary; primaries { a; }; };', 'zone x { type primary; file "x"; also-notify { a; }; };',
              'zone x { type primary; file "x"; parental-agents { a; }; };', "options { also-notify { a; }; };",
              'options { catalog-zones { zone c default-primaries { a; }; }; }; zone c { type primary; file "c"; };']
SIGNED = 'dnssec-policy default; inline-signing yes;'
COPY = 'type secondary; file "f"; primaries { 192.0.2.1; };'
OF_SIGNING = ["sig-validity-interval 30;", "dnskey-sig-validity 30;", "dnssec-dnskey-kskonly yes;", "dnssec-loadkeys-interval 5;", "update-check-ksk no;",
              "dnssec-update-mode maintain;", "dnssec-secure-to-insecure yes;", "auto-dnssec off;"]
TOGETHER_WITH = [
    *(f'{before} zone x {{ {kind} {setting} }};' for setting in OF_SIGNING for before in ("", "options { dnssec-policy default; };", "options { dnssec-policy none; };")
      for kind in (COPY, f"{COPY} inline-signing yes;", f"{COPY} dnssec-policy none;", 'type primary; file "f"; dnssec-policy none;',
                   'type primary; file "f"; inline-signing yes;', f'type primary; file "f"; {SIGNED}')),
    *(f'options {{ dnssec-policy {policy}; }}; zone "{name}" {{ {kind} }}; {more}' for policy in ("default", "none", "nosuch")
      for more in ("", 'zone b { type primary; file "f"; dnssec-policy none; };')
      for name, kind in ((".", 'type hint; file "f";'), ("x", 'type hint; file "f";'), (".", 'type redirect; file "f";'), ("x", 'type stub; file "f"; primaries { 192.0.2.1; };'),
                         ("x", "type forward; forwarders { 192.0.2.1; };"), (".", 'type mirror; file "f";'), ("x", "type static-stub; server-addresses { 192.0.2.1; };"),
                         ("x", "type delegation-only;"), ("x", f"{COPY} dnssec-policy none;"))),
    *(f'view "{name}" {rr_class} {{ {text} }};' for name in ("_bind", "_BIND", "_default", "_Default", "_meta") for rr_class in ("", "IN", "CH", "HS")
      for text in ("", 'zone "." { type mirror; file "m"; };', 'recursion yes; zone "." { type mirror; file "m"; };')),
    *(f'options {{ {setting} }}; {view} {{ {more} zone "." {{ {kind} }}; }};' for view in ("view v",)
      for setting in ("allow-transfer { nosuch; };", "allow-update { !!any; };", "allow-notify { nosuch; };", "allow-update-forwarding { nosuch; };",
                      "allow-transfer transport udp { any; };", "also-notify { nosuch; };", "also-notify { 192.0.2.1 tls nosuch; };", "notify no; also-notify { nosuch; };")
      for more in ("", "notify explicit;", "allow-transfer { any; }; allow-update { any; }; also-notify { 192.0.2.1; };")
      for kind in ('type primary; file "f";', f"{COPY}", 'type mirror; file "m";', 'type hint; file "h";', "type forward; forwarders { };", 'type redirect; file "r";',
                   'type primary; file "f"; notify no;', 'type primary; file "f"; notify no; also-notify { nosuch; };',
                   'type primary; file "f"; allow-transfer { none; }; allow-update { any; }; also-notify { };')),
    *(f'{options} view v {{ {text} }};' for options in ("options { forward only; };", "options { forwarders { 192.0.2.1; }; };", "options { forwarders { }; };", "")
      for text in ("", "forward first;", "forwarders { };", 'zone x { type primary; file "x"; forward only; };')),
    *(f'zone a {{ type primary; file "f"; {one} }}; zone b {{ {other} }}; zone c {{ type primary; file "f"; {one} }};'
      for one in ("", 'database "rbt";', 'database "rbt64";', 'database "RBT";', 'database "rbt 1";', "dlz d;")
      for other in (COPY, f'{COPY} database "rbt64";', f'{COPY} database "x";', f"{COPY} dlz d;", 'type primary; database "rbt64";', 'type primary; database "RBT";')),
]
LIST_PLACES = ["options { allow-transfer { a; }; };", "options { allow-query { a; }; };", "options { no-case-compress { a; }; };",
               "view v { match-clients { a; }; };", "controls { inet 127.0.0.1 allow { a; }; };", "view w { allow-update { a; }; };",
               'view y { zone x { type primary; file "x"; allow-transfer { a; }; }; };', "acl c { a; };"]
RECURSION = ["recursion no;", "allow-recursion { none; };", "allow-recursion { };", "allow-recursion { !any; };", "allow-recursion { any; none; };",
             "allow-recursion { none; any; };", "allow-recursion { n; };", "recursion yes; allow-recursion { none; };", "allow-query-cache { none; };"]


def combined():
    for one, text in ROOTS.items():
        for other, more in ROOTS.items():
            yield f"root: {one}, {other}", f'zone "." {{ {text} }}; zone "." {{ {more} }};\n'
    for one, text in FILE_USERS.items():
        for other, more in FILE_USERS.items():
            yield f"file: {one}, {other}", f"zone a {{ {text} }}; zone b {{ {more} }};\n"
    for lists in SERVER_LISTS:
        for user in LIST_USERS:
            yield f"{lists} {user}", f"{lists} {user}\n"
    for statements in TOGETHER_WITH:
        yield f"together: {statements}", statements + "\n"
    for one, other in itertools.permutations(LIST_PLACES, 2):
        for wrong in ("nosuch;", "!!any;", "b;", "a;"):
            yield f"acl a {{ {wrong} }}: {one} {other}", f"acl a {{ {wrong} }}; acl b {{ nosuch; }}; {one} {other}\n"
    for setting in RECURSION:
        mirror = 'zone "." { type mirror; file "m"; };'
        yield f"mirror: {setting}", f"acl n {{ none; }}; options {{ {setting} }}; {mirror}\n"
        yield f"mirror in a view: {setting}", f"acl n {{ none; }}; view v {{ {setting} {mirror} }};\n"
        yield f"mirror in another view: {setting}", f"acl n {{ none; }}; options {{ {setting} }}; view v {{ allow-recursion {{ any; }}; {mirror} }};\n"
    for count in (64, 65):
        listed, zones = "".join(f"zone r{i}; " for i in range(count)), "".join(f'zone r{i} {{ type primary; file "r"; }};\n' for i in range(count))
        yield f"{count} response policies", f"options {{ response-policy {{ {listed} }}; }};\n{zones}"


# Differences that are meant: a pattern of the case's name, and the reason.
EXPLAINED = {
    r"(coresize|datasize|files|stacksize|max-journal-size) -1$": "BIND's checker wraps -1 round to a huge size",
    r"max-cache-size (-1|%)$": "BIND's checker reads no number as 0",
    r"(also-notify|forwarders|parental-agents|primaries|masters).* port 65536 \{": "BIND's checker passes what named then refuses",
    r"validate-except \{ \"a\.\.b\"": "BIND's checker passes what named then refuses",
    r"zone: allow-query(-on)? \{ (nosuchacl|!!any|! ! ! \{ 10/8|\"10\.0\.0\.0/8\");": "BIND's checker passes what named then refuses",
}


def is_explained(name):
    return any(re.search(pattern, name) for pattern in EXPLAINED)


def verdict(program, path):
    run = subprocess.run([program, "-c", path.name], cwd=path.parent, capture_output=True, text=True, timeout=60)
    return run.returncode, run.stdout + run.stderr


class Judges:
    """Asks both programs; each thread has a directory of its own."""

    def __init__(self, directory):
        self.directory = directory
        self.own = threading.local()

    def path(self):
        if not hasattr(self.own, "path"):
            folder = self.directory / str(threading.get_ident())
            folder.mkdir(exist_ok=True)
            self.own.path = folder / "named.conf"
        return self.own.path

    def difference(self, case):
        name, text = case
        self.path().write_text(text)
        theirs, their_words = verdict(THEIRS, self.path())
        ours, our_words = verdict(OURS, self.path())
        if (theirs == 0) == (ours == 0) or is_explained(name):
            return None
        return f"{name}\n   BIND {theirs}: {their_words.strip()}\n   ours {ours}: {our_words.strip()}\n"

    def differences_of_group(self, group):
        place, statements = group
        self.path().write_text(placed(place, " ".join(f"{name} {value};" for name, value in statements)))
        if verdict(THEIRS, self.path())[0] == 0 and verdict(OURS, self.path())[0] == 0:
            return []
        if len(statements) > 1:
            half = len(statements) // 2
            return [*self.differences_of_group((place, statements[:half])),
                    *self.differences_of_group((place, statements[half:]))]
        name, value = statements[0]
        found = self.difference((f"{place}: {name} {value}", placed(place, f"{name} {value};")))
        return [found] if found else []

    def differences(self, cases):
        with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
            return [found for found in pool.map(self.difference, cases) if found]

    def differences_of_groups(self, groups):
        with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
            return [found for some in pool.map(self.differences_of_group, groups) for found in some]


def test_written_cases_are_judged_as_bind_judges_them(tmp_path):
    cases = list(written())
    assert len(cases) > 50
    assert not (found := Judges(tmp_path).differences(cases)), "\n".join(found)


def test_what_stands_together_is_judged_as_bind_judges_it(tmp_path):
    assert not (found := Judges(tmp_path).differences(combined())), "\n".join(found)


def test_every_statement_with_good_values_is_judged_as_bind_judges_it(tmp_path):
    groups = list(good_groups())
    assert sum(len(statements) for _, statements in groups) > 1000
    found = Judges(tmp_path).differences_of_groups(groups)
    assert not found, f"{len(found)} differences\n" + "\n".join(found)


def test_every_statement_with_bad_values_is_judged_as_bind_judges_it(tmp_path):
    cases = list(bad_cases())
    assert len(cases) > 500
    found = Judges(tmp_path).differences(cases)
    assert not found, f"{len(found)} differences\n" + "\n".join(found)
