"""The server as a process: flags, users, roots, the background, service managers, clients that do not go."""

import os
import pwd
import re
import shutil
import signal
import socket
import subprocess

import pytest
from harness import ADDRESS, SUBJECT, Named, configuration, framed, program, read_message, wait_for, wire_query

root_only = pytest.mark.skipif(os.geteuid() != 0, reason="needs root's rights")


def with_flags(named, *flags, without=()):
    """The usual command line with more flags and without some."""
    plain = [f for f in named.command() if f not in without]
    named.command = lambda: [*plain, *flags]
    return named


def some_user():
    for name in ("bind", "nobody"):
        try:
            return pwd.getpwnam(name)
        except KeyError:
            continue
    pytest.skip("no user to become")


def opened_for(named, user):
    """The directories above and of the server can be used by the user."""
    path = named.directory
    while path != "/":
        os.chmod(path, os.stat(path).st_mode | 0o755)
        path = os.path.dirname(path)
    os.chown(named.directory, user.pw_uid, user.pw_gid)
    return named


def status_of(pid):
    with open("/proc/%d/status" % pid) as f:
        return dict(line.rstrip("\n").split(":\t", 1) for line in f if ":\t" in line)


def read(path):
    try:
        with open(path, errors="replace") as f:
            return f.read()
    except FileNotFoundError:
        return ""


# ---------------------------------------------------------------- flags
@pytest.mark.parametrize("flag", ["-n", "-N"])
def test_the_number_of_workers(start, flag):
    if SUBJECT == "bind" and flag == "-N":
        pytest.skip("newer BINDs only")
    named = with_flags(start(running=False), flag, "2").start()
    named.assert_serving()


def test_4_listens_on_ipv4_only_and_6_on_ipv6_only(start):
    text = configuration().replace("listen-on-v6 { none; };", "listen-on-v6 port @PORT@ { ::1; };")
    for flag, there, not_there in (("-4", "127.0.0.1", "::1"), ("-6", "::1", "127.0.0.1")):
        named = with_flags(start(text, running=False), flag).start()
        assert named.query("www.example.", address=there).rcode() == 0
        assert named.query("www.example.", address=there, tcp=True).rcode() == 0
        with pytest.raises(ConnectionRefusedError):
            named.query("www.example.", address=not_there, tcp=True)


def test_4_and_6_together_are_refused():
    done = subprocess.run([program(), "-g", "-4", "-6"], capture_output=True, text=True)
    assert done.returncode == 1


def test_an_unknown_flag_is_refused():
    done = subprocess.run([program(), "-q"], capture_output=True, text=True)
    assert done.returncode == 1 and "unknown option '-q'" in done.stderr


@pytest.mark.skipif(SUBJECT == "bind", reason="BIND 9.18 shares the port by SO_REUSEPORT and says nothing")
@pytest.mark.parametrize("workers", ["1", "2"])
def test_a_second_server_on_the_port_is_an_error_with_any_number_of_workers(start, workers, tmp_path):
    first = with_flags(start(running=False), "-n", workers).start()
    other = tmp_path / "second"
    other.mkdir()
    second = with_flags(Named(other, configuration(), port=first.port), "-n", workers).spawn()
    try:
        assert second.process.wait(30) == 1
        assert "address in use" in second.log()
    finally:
        second.kill()
    first.assert_serving()


@pytest.mark.parametrize("by_flag", [False, True])
def test_a_second_server_with_the_lock_file_ends_and_the_first_takes_it_away(start, by_flag, tmp_path):
    lock = str(tmp_path / "lock")
    text = configuration("" if by_flag else 'lock-file "%s";' % lock)
    flags = ["-X", lock] if by_flag else []
    first = with_flags(start(text, running=False), *flags).start()
    assert os.path.exists(lock)
    other = tmp_path / "second"
    other.mkdir()
    second = with_flags(Named(other, text), *flags).spawn()
    try:
        assert second.process.wait(30) == 1
        assert "could not lock %s; another named process may be running" % lock in second.log()
    finally:
        second.kill()
    first.assert_serving()
    assert first.stop() == 0 and not os.path.exists(lock)


def sockets_on(port):
    """(kind, inode) of the sockets that are bound to the port on 127.0.0.1."""
    out = set()
    for kind in ("udp", "tcp"):
        with open("/proc/net/%s" % kind) as f:
            for line in f.readlines()[1:]:
                words = line.split()
                if words[1] == "0100007F:%04X" % port and words[2] == "00000000:0000":
                    out.add((kind, words[9]))
    return out


@pytest.mark.parametrize("reuseport, sockets", [("yes", 4), ("no", 2)])
def test_without_reuseport_all_workers_share_one_socket(start, reuseport, sockets):
    text = configuration("reuseport %s; tcp-receive-buffer 8192; tcp-send-buffer 8192;" % reuseport)
    named = with_flags(start(text, running=False), "-n", "2", without=("-n", "1")).start()
    assert len(sockets_on(named.port)) == sockets
    for _ in range(20):
        named.assert_serving()
    named.reload()
    assert len(sockets_on(named.port)) == sockets
    named.assert_serving()


def test_a_relative_configuration_file_is_found_again_by_a_reload(start, tmp_path):
    (tmp_path / "zones").mkdir()
    named = start(configuration().replace('directory "@DIRECTORY@"', 'directory "%s"' % (tmp_path / "zones")), running=False)
    shutil.copy(os.path.join(named.directory, "example.zone"), str(tmp_path / "zones"))
    named.command = lambda: [program(), "-g", "-n", "1", "-c", "named.conf", "-p", str(named.port)]
    named.start()
    named.reload()
    named.wait_log("reloading configuration succeeded")
    named.assert_serving()


# ---------------------------------------------------------------- the end
@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_clients_that_stay_connected_do_not_hold_up_the_end(start, number):
    named = start()
    idle, half, waiting = named.tcp(), named.tcp(), named.tcp()
    try:
        half.sendall(framed(wire_query())[:7])
        waiting.sendall(framed(wire_query()))
        assert read_message(waiting)
        assert named.stop(number) == 0
        assert read_message(idle) is None
    finally:
        for connection in (idle, half, waiting):
            connection.close()


# ---------------------------------------------------------------- users and roots
@root_only
def test_u_gives_roots_rights_up(start):
    user = some_user()
    named = opened_for(start(running=False), user)
    named = with_flags(named, "-u", user.pw_name).start()
    named.assert_serving()
    status = status_of(named.process.pid)
    assert status["Uid"].split() == [str(user.pw_uid)] * 4 and status["Gid"].split() == [str(user.pw_gid)] * 4
    kept = int(status["CapEff"], 16)
    assert kept & ~((1 << 10) | (1 << 24)) == 0, "more than CAP_NET_BIND_SERVICE (and CAP_SYS_RESOURCE) is kept: %x" % kept
    assert os.stat(named.pid_path).st_uid == user.pw_uid
    named.write("example.zone", read(os.path.join(named.directory, "example.zone")).replace("hostmaster 1", "hostmaster 2"))
    os.chmod(os.path.join(named.directory, "example.zone"), 0o644)
    named.reload()
    wait_for(lambda: named.query("example.", "SOA").answer[0][0].serial == 2, "serial 2")


@root_only
def test_a_zone_file_that_the_user_cannot_read_is_a_clear_error(start):
    user = some_user()
    named = opened_for(start(configuration(statements='zone "secret" { type primary; file "secret.zone"; };'), {"secret.zone": "x"}, running=False), user)
    os.chmod(os.path.join(named.directory, "secret.zone"), 0o600)
    named = with_flags(named, "-u", user.pw_name).start()
    assert "zone secret/IN: loading from master file secret.zone failed: permission denied" in named.log()
    named.assert_serving()


def test_an_unknown_user_is_refused(start):
    named = with_flags(start(running=False), "-u", "no-such-user").spawn()
    assert named.process.wait(30) == 1
    assert "user 'no-such-user' unknown" in named.log()


@root_only
def test_t_takes_all_names_from_the_new_root(start):
    named = start(running=False)
    jail = os.path.join(named.directory, "jail")
    os.makedirs(os.path.join(jail, "etc"))
    os.makedirs(os.path.join(jail, "dev"))
    os.makedirs(os.path.join(jail, "zones"))
    text = configuration().replace("@DIRECTORY@", "/zones").replace("@PORT@", str(named.port))
    with open(os.path.join(jail, "etc", "named.conf"), "w") as f:
        f.write(text)
    shutil.copy(os.path.join(named.directory, "example.zone"), os.path.join(jail, "zones"))
    named.command = lambda: [program(), "-g", "-n", "1", "-t", jail, "-c", "/etc/named.conf"]
    named.start().assert_serving()
    assert os.readlink("/proc/%d/root" % named.process.pid) == jail
    assert os.path.exists(os.path.join(jail, "zones", "named.pid"))
    named.stop()
    assert not os.path.exists(os.path.join(jail, "zones", "named.pid"))


# ---------------------------------------------------------------- into the background
def in_background(named, *flags):
    """Starts without -g or -f: the exit status of the process that was started, and all that it said."""
    log = os.path.join(named.directory, "all.log")
    done = subprocess.run([program(), "-L", log, "-n", "1", "-c", os.path.join(named.directory, "named.conf"), "-p", str(named.port), *flags],
                          capture_output=True, text=True, timeout=30)
    return done, log


def test_without_f_the_parent_returns_when_the_server_is_ready(start):
    named = start(running=False)
    done, log = in_background(named)
    assert done.returncode == 0, read(log)
    wait_for(lambda: read(named.pid_path), "the pid file")
    pid = int(read(named.pid_path))
    try:
        # No waiting here: who starts the server asks at once.
        assert named.query("www.example.").rcode() == 0
        wait_for(lambda: re.search(r" running$", read(log), re.M), "running")
    finally:
        os.kill(pid, signal.SIGTERM)
    wait_for(lambda: not os.path.exists("/proc/%d" % pid) or status_of(pid)["State"].startswith("Z"), "the end")
    assert not os.path.exists(named.pid_path)
    assert re.search(r" exiting$", read(log), re.M)


def test_without_f_a_failure_is_the_parents_status_and_in_the_log(start):
    named = start("options { no-such-option 1; };\n", running=False)
    done, log = in_background(named)
    assert done.returncode == 1
    assert "unknown option 'no-such-option'" in read(log)


# ---------------------------------------------------------------- service managers
@pytest.mark.skipif(SUBJECT == "bind", reason="Debian's BIND is built without systemd's library")
def test_a_service_manager_hears_of_the_start_and_the_end(start, monkeypatch, tmp_path):
    path = str(tmp_path / "notify")
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as manager:
        manager.bind(path)
        manager.settimeout(30)
        monkeypatch.setenv("NOTIFY_SOCKET", path)
        named = start()
        assert b"READY=1" in manager.recv(4096).split(b"\n")
        named.stop()
        assert b"STOPPING=1" in manager.recv(4096).split(b"\n")


def test_listening_on_several_ports_at_once(start):
    named = start(running=False)
    others = [Named(named.directory, configuration()).port for _ in range(2)]
    named.configure(configuration().replace("listen-on-v6", "".join("listen-on port %d { %s; }; " % (p, ADDRESS) for p in others) + "listen-on-v6"))
    named.start().assert_serving()
    for named.port in others:
        named.assert_serving()


@root_only
def test_the_log_of_the_command_line_becomes_the_users(start):
    user = some_user()
    named = opened_for(start(running=False), user)
    log = os.path.join(named.directory, "all.log")
    named.command = lambda: [program(), "-f", "-L", log, "-u", user.pw_name, "-n", "1", "-c", os.path.join(named.directory, "named.conf"), "-p", str(named.port)]
    named.spawn()
    wait_for(lambda: re.search(r" running$", read(log), re.M) or named.process.poll() is not None, "running")
    named.assert_serving()
    assert named.stop() == 0
    assert re.search(r" exiting$", read(log), re.M)
