"""named.conf, judged by BIND's named-checkconf and by ours: the exit status is the same for every case.

Cases: the files of checkconf/*.conf (several cases in a file, separated by lines that begin with "### ", the rest of
the line being the name), and generated ones: for each statement of the reference (nomen checkconf --reference) good
and bad values by its shape, wherever it may stand. BIND's verdict is computed live; where BIND cannot know a case
(statements of 9.20 and later), it is not generated.
"""
import os
import pathlib
import re
import shutil
import subprocess

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
    ["any", "{ any }", "{ nosuchacl; }", "{ 10; }", "{ 10.0.0.1/8; }", "{ 10/33; }", "{ any; ", "{ ! ; }",
     "{ 2001:db8::1/32; }", '{ "10.0.0.0/8"; }'],
)
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


def placed(place, name, value):
    """A configuration with `name value;` in that place; None when the place has no easy frame."""
    statement = f"{name} {value};"
    key = 'key k { algorithm hmac-sha256; secret "MTIzNDU2Nzg="; };\n'
    frames = {
        "options": "options { %s };",
        "view": "view v { %s };",
        "server": "server 192.0.2.1 { %s };",
        "logging": "logging { %s };",
        "channel (in logging)": "logging { channel c { null; %s }; };",
        "rate-limit": "options { rate-limit { %s }; };",
        "dns64": "options { dns64 64:ff9b::/96 { %s }; };",
        "http": "http h { %s };",
        "zone": 'zone example { type primary; file "x"; %s };',
    }
    return key + frames[place] % statement + "\n" if place in frames else None


def generated():
    place = ""
    for line in REFERENCE.read_text().splitlines():
        if line.startswith("## "):
            place = line[3:]
        match = re.match(r"^\| `([a-z0-9-]+)` \| (?:`(.*?)`)? \| (?:`.*?`)? \| (\w+) \|.*?\| (.*) \|$", line)
        if not match or "of BIND 9.20" in match.group(4) or match.group(1) in ("directory", "file", "type"):
            continue
        values = values_of((match.group(2) or "").replace("\\|", "|"))
        if values is None:
            continue
        for good_or_bad in values:
            for value in good_or_bad:
                text = placed(place, match.group(1), value)
                if text is not None:
                    yield f"{place}: {match.group(1)} {value}", text
        text = placed(place, match.group(1), f"{values[0][0]}; {match.group(1)} {values[0][0]}")
        if text is not None:
            yield f"{place}: {match.group(1)} twice", text


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


# Differences that are meant: a pattern of the case's name, and the reason.
EXPLAINED = {
    r"(coresize|datasize|files|stacksize|max-journal-size) -1$": "BIND's checker wraps -1 round to a huge size",
    r"zone: allow-query(-on)? \{ (nosuchacl|\"10\.0\.0\.0/8\");": "BIND's checker passes what named then refuses",
}


def is_explained(name):
    return any(re.search(pattern, name) for pattern in EXPLAINED)


def verdict(program, path):
    run = subprocess.run([program, "-c", path.name], cwd=path.parent, capture_output=True, text=True, timeout=60)
    return run.returncode, run.stdout + run.stderr


def differences(cases, directory):
    found = []
    for number, (name, text) in enumerate(cases):
        path = directory / "named.conf"
        path.write_text(text)
        theirs, their_words = verdict(THEIRS, path)
        ours, our_words = verdict(OURS, path)
        if (theirs == 0) != (ours == 0) and not is_explained(name):
            found.append(f"[{number}] {name}\n   BIND {theirs}: {their_words.strip()}\n   ours {ours}: {our_words.strip()}\n")
    return found


def test_written_cases_are_judged_as_bind_judges_them(tmp_path):
    cases = list(written())
    assert len(cases) > 50
    assert not (found := differences(cases, tmp_path)), "\n".join(found)


def test_every_statement_with_good_and_bad_values_is_judged_as_bind_judges_it(tmp_path):
    cases = list(generated())
    assert len(cases) > 1000
    assert not (found := differences(cases, tmp_path)), f"{len(found)} differences\n" + "\n".join(found)
