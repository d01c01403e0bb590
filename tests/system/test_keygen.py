"""Programs that make keys: tsig-keygen, ddns-confgen and nomen key tsig, beside BIND's where it is installed."""

import base64
import os
import pathlib
import re
import shutil
import subprocess

import pytest

BIN = pathlib.Path(os.environ.get("NOMEN_BIN", "build/bin"))
SIZES = {"hmac-md5": 16, "hmac-sha1": 20, "hmac-sha224": 28, "hmac-sha256": 32, "hmac-sha384": 48, "hmac-sha512": 64}
STATEMENT = re.compile(r'key "([^"]*)" \{\n\talgorithm ([^;]*);\n\tsecret "([^"]*)";\n\};\n')


def run(*words):
    return subprocess.run([str(word) for word in words], capture_output=True, text=True, check=False)


@pytest.mark.parametrize("algorithm", SIZES)
def test_a_secret_is_as_long_as_the_hash(algorithm):
    for command in ([BIN / "tsig-keygen", "-a", algorithm, "a.key"], [BIN / "nomen", "key", "tsig", "a.key", "-a", algorithm]):
        name, printed, secret = STATEMENT.fullmatch(run(*command).stdout).groups()
        assert (name, printed, len(base64.b64decode(secret))) == ("a.key", algorithm, SIZES[algorithm])


def test_no_secret_comes_twice():
    assert run(BIN / "tsig-keygen").stdout != run(BIN / "tsig-keygen").stdout


def without_secrets(text):
    return re.sub(r'secret "[^"]*"', "secret", text)


@pytest.mark.parametrize("words", [["tsig-keygen"], ["tsig-keygen", "x"], ["tsig-keygen", "-a", "MD5", "x"], ["tsig-keygen", "-a", "bad"], ["tsig-keygen", "a", "b"],
                                   ["tsig-keygen", "-k", "x"], ["tsig-keygen", "-r", "x"], ["tsig-keygen", "-M", "x"], ["tsig-keygen", "-h"], ["ddns-confgen", "-q"],
                                   ["ddns-confgen", "-q", "-z", "example.com"], ["ddns-confgen", "-q", "-s", "a.example.com."], ["ddns-confgen", "-q", "-y", "n", "-s", "a"],
                                   ["ddns-confgen", "-s", "a", "-z", "b"], ["ddns-confgen", "x"]], ids=" ".join)
def test_the_key_and_the_exit_code_are_those_of_bind(words):
    bind = shutil.which(words[0], path="/usr/sbin:/usr/bin")
    if bind is None:
        pytest.skip("BIND's programs are not installed")
    ours, theirs = run(BIN / words[0], *words[1:]), run(bind, *words[1:])
    assert ours.returncode == theirs.returncode
    assert without_secrets(ours.stdout) == without_secrets(theirs.stdout)


@pytest.mark.parametrize("words, grant", [([], "grant ddns-key zonesub ANY;"), (["-z", "example"], "grant ddns-key.example zonesub ANY;"),
                                          (["-s", "a.example"], "grant ddns-key.a.example name a.example ANY;")], ids=str)
def test_ddns_confgen_prints_statements_that_named_conf_takes(words, grant, tmp_path):
    text = run(BIN / "ddns-confgen", *words).stdout
    assert grant in text
    key = STATEMENT.search(text)[0]
    policy = re.search(r"update-policy \{.*?\n\};\n", text, re.DOTALL)[0]
    (tmp_path / "named.conf").write_text(f'{key}zone "example" {{ type primary; file "x"; {policy}}};\n')
    checked = run(BIN / "named-checkconf", tmp_path / "named.conf")
    assert checked.returncode == 0, checked.stdout
