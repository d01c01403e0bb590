"""The logging statement end to end, and the lines of the query log."""

import glob
import os
import re
import signal

import dns.edns
import dns.flags
import dns.message
import pytest
from harness import SUBJECT, configuration, program, wait_for

CLIENT = r"client @0x[0-9a-f]+ 127\.0\.0\.1#\d+ \(%s\): "
STAMP = r"\d\d-[A-Z][a-z][a-z]-\d{4} \d\d:\d\d:\d\d\.\d{3} "


def logging_to(channel, rest=""):
    return 'logging { channel c { file "own.log" %s }; category queries { c; }; };' % channel + rest


def started(start, statements, options=""):
    """A server whose own logging statement is in force, so without -g."""
    named = start(configuration(options=options, statements=statements), running=False)
    named.command = lambda: [program(), "-f", "-n", "1", "-c", os.path.join(named.directory, "named.conf"), "-p", str(named.port)]
    named.spawn()
    wait_for(lambda: os.path.exists(named.pid_path) or named.process.poll() is not None, "the pid file")
    assert named.process.poll() is None, named.log()
    return named


def text_of(named, name):
    try:
        with open(os.path.join(named.directory, name)) as f:
            return f.read()
    except FileNotFoundError:
        return ""


def lines_of(named, name, count=1):
    wait_for(lambda: text_of(named, name).count("\n") >= count, "%d lines in %s" % (count, name))
    return text_of(named, name).splitlines()


# ---------------------------------------------------------------- the query log
def ask(named, bits=dns.flags.RD, edns=False, do=False, cookie=None, tcp=False):
    options = [dns.edns.GenericOption(10, cookie)] if cookie else None
    query = dns.message.make_query("WWW.example.", "A", flags=bits, use_edns=0 if edns or do or cookie else -1, want_dnssec=do, options=options)
    return named.ask(query, tcp=tcp)


@pytest.mark.parametrize("how, flags", [
    ({}, "+"),
    ({"bits": 0}, "-"),
    ({"bits": dns.flags.CD}, "-C"),
    ({"edns": True}, r"+E(0)"),
    ({"do": True}, r"+E(0)D"),
    ({"cookie": b"12345678"}, r"+E(0)K"),
    ({"cookie": b"12345678" + b"x" * 16}, r"+E(0)K"),
    ({"tcp": True}, "+T"),
    ({"tcp": True, "do": True, "bits": dns.flags.RD | dns.flags.CD, "cookie": b"12345678"}, r"+E(0)TDCK"),
])
def test_a_line_of_the_query_log(start, how, flags):
    named = start(configuration(options="querylog yes;"))
    ask(named, **how)
    line = named.wait_log(": query: ")
    assert re.fullmatch(STAMP + CLIENT % r"WWW\.example" + r"query: WWW\.example IN A " + re.escape(flags) + r" \(127\.0\.0\.1\)", line), line


def test_a_valid_cookie_is_marked(start):
    named = start(configuration(options="querylog yes;"))
    reply = ask(named, cookie=b"12345678")
    whole = [o.to_wire() for o in reply.options if o.otype == 10][0]
    named.wait_log(" +E(0)K (127.0.0.1)")  # the reply may come before the line
    since = named.mark()
    ask(named, cookie=whole)
    assert " +E(0)V (127.0.0.1)" in named.wait_log(": query: ", since)


def test_the_view_is_named(start):
    named = start(configuration(options="querylog yes;", zone=False,
                                statements='view inside { zone "example" { type primary; file "example.zone"; }; };'))
    ask(named)
    assert re.search(CLIENT % r"WWW\.example" + r"view inside: query: WWW\.example IN A \+ ", named.wait_log(": query: "))


def test_no_query_is_logged_by_default(start):
    named = start()
    ask(named)
    named.reload()
    assert ": query: " not in named.log()


# ---------------------------------------------------------------- channels and categories
def test_a_category_goes_to_its_own_file(start):
    named = started(start, logging_to("; print-time no;"))
    ask(named)
    assert re.fullmatch(CLIENT % r"WWW\.example" + r"query: WWW\.example IN A \+ \(127\.0\.0\.1\)", lines_of(named, "own.log")[0])


@pytest.mark.parametrize("prints, pattern", [
    ("print-time yes;", STAMP + "client @"),
    ("print-time local;", STAMP + "client @"),
    ("print-time iso8601;", r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3} client @"),
    ("print-time iso8601-utc;", r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z client @"),
    ("print-category yes;", "queries: client @"),
    ("print-severity yes;", "info: client @"),
    ("print-time yes; print-category yes; print-severity yes;", STAMP + "queries: info: client @"),
])
def test_what_stands_before_a_line(start, prints, pattern):
    named = started(start, logging_to("; " + prints))
    ask(named)
    assert re.match(pattern, lines_of(named, "own.log")[0])


def test_a_severity_keeps_lesser_lines_out(start):
    named = started(start, 'logging { channel c { file "own.log"; severity warning; }; channel d { file "all.log"; severity info; };'
                           " category queries { c; d; }; };")
    ask(named)
    assert ": query: " in lines_of(named, "all.log")[0]
    assert text_of(named, "own.log") == ""


def test_default_takes_what_has_no_category_of_its_own(start):
    named = started(start, 'logging { channel c { file "own.log"; }; channel d { file "all.log"; severity info; };'
                           " category queries { c; }; category default { d; }; };", options="querylog yes;")
    ask(named)
    lines_of(named, "own.log")
    wait_for(lambda: "running" in text_of(named, "all.log"), "running in all.log")
    assert ": query: " not in text_of(named, "all.log")


def test_files_are_rolled_at_their_size_and_old_ones_go(start):
    named = started(start, logging_to("versions 2 size 4k;"))
    for _ in range(400):
        ask(named)
    wait_for(lambda: os.path.exists(os.path.join(named.directory, "own.log.1")), "own.log.1")
    ask(named)
    names = sorted(n for n in os.listdir(named.directory) if n.startswith("own.log"))
    assert names == ["own.log", "own.log.0", "own.log.1"]
    assert all(os.path.getsize(os.path.join(named.directory, n)) < 4096 + 200 for n in names)


def test_a_reload_puts_another_logging_statement_in_force(start):
    named = started(start, logging_to(";"))
    ask(named)
    lines_of(named, "own.log")
    named.configure(configuration(options="querylog yes;", statements=logging_to(";").replace("own.log", "new.log")))
    named.send_signal(signal.SIGHUP)
    wait_for(lambda: os.path.exists(os.path.join(named.directory, "new.log")), "new.log")
    wait_for(lambda: ask(named) and ": query: " in text_of(named, "new.log"), "a query in new.log")


@pytest.mark.skipif(SUBJECT == "bind", reason="BIND stays in the new directory")
def test_a_reload_whose_log_file_cannot_be_made_keeps_the_old_directory(start):
    everything = logging_to(";").replace("queries", "default")
    named = started(start, everything)
    os.mkdir(os.path.join(named.directory, "other"))
    new = configuration(statements=everything.replace("own.log", "no/such/directory/log"))
    named.configure(new.replace('directory "@DIRECTORY@"', 'directory "@DIRECTORY@/other"'))
    named.send_signal(signal.SIGHUP)
    wait_for(lambda: "reloading configuration failed" in text_of(named, "own.log"), "the failure")
    assert os.readlink("/proc/%d/cwd" % named.process.pid) == named.directory
    named.assert_serving()


def test_a_log_file_that_cannot_be_made_is_an_error_at_the_start(start):
    named = start(configuration(statements=logging_to(";").replace("own.log", "no/such/directory/log")), running=False)
    named.command = lambda: [program(), "-f", "-L", os.path.join(named.directory, "all.log"), "-c", os.path.join(named.directory, "named.conf"),
                             "-p", str(named.port)]
    named.spawn()
    assert named.process.wait(30) == 1
    assert "exiting (due to fatal error)" in text_of(named, "all.log")
    assert SUBJECT == "bind" or "'no/such/directory/log' failed: file not found" in text_of(named, "all.log")


def test_the_file_of_the_command_line_takes_all_lines(start):
    named = start(running=False)
    path = os.path.join(named.directory, "all.log")
    named.command = lambda: [program(), "-f", "-L", path, "-c", os.path.join(named.directory, "named.conf"), "-p", str(named.port)]
    named.spawn()
    wait_for(lambda: " running\n" in text_of(named, "all.log"), "running")
    assert re.search(STAMP + r"general: notice: running$", text_of(named, "all.log"), re.M)
    assert named.stop() == 0
    assert re.search(STAMP + r"general: notice: exiting$", text_of(named, "all.log"), re.M)


@pytest.mark.skipif(SUBJECT == "bind", reason="Debian's BIND does not start under libfaketime")
def test_the_time_comes_from_libc(start):
    """libfaketime moves the clock of the log and of the cookies."""
    library = glob.glob("/usr/lib/*/faketime/libfaketimeMT.so.1")
    if not library:
        pytest.skip("faketime is not installed")
    named = start(configuration(options="querylog yes;"), running=False)
    plain = named.command()
    # A sanitizer's runtime wants to be the first library of all, which a preloaded one can only be when it may.
    environment = ["LD_PRELOAD=" + library[0], "FAKETIME=@2001-09-09 01:46:40",
                   "ASAN_OPTIONS=" + os.environ.get("ASAN_OPTIONS", "") + ":verify_asan_link_order=0"]
    named.command = lambda: ["env", *environment, *plain]
    named.start()
    assert re.search(r"^0?[89]-Sep-2001 .* running$", named.log(), re.M)
    reply = ask(named, cookie=b"12345678")
    server = [o.to_wire() for o in reply.options if o.otype == 10][0][8:]
    assert server[0] == 1 and 999900000 <= int.from_bytes(server[4:8], "big") < 1000100000  # RFC 9018 4: version, time
