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


FRAMES = {
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
        if not match or "of BIND 9.20" in match.group(4) or match.group(1) in ("directory", "file", "type"):
            continue
        values = values_of((match.group(2) or "").replace("\\|", "|"))
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
