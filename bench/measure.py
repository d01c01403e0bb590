"""The measuring sticks: a network of one's own, cores and priorities, CPU time, memory, one DNS question.

The machines that this runs on are small and shared. So: server and generator have a core each; during a burst
of a second or less both run in the real-time class, and rest afterwards; figures are CPU time per query rather
than rates, and ratios within one round rather than absolute values.
"""

import contextlib
import json
import os
import random
import socket
import statistics
import struct
import subprocess
import sys
import threading
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
BUILD = Path(os.environ.get("NOMEN_BUILD", ROOT / "build"))
DATA = BUILD / "bench-data"
TICKS_PER_S = os.sysconf("SC_CLK_TCK")
SERVER_CORE, LOAD_CORE = "0", "1"
REST = 0.4  # pause after a burst, in parts of its length
TYPES = {"A": 1, "NS": 2, "SOA": 6, "MX": 15, "TXT": 16, "AAAA": 28, "SRV": 33, "DS": 43}


# -- where it runs

def enter_namespace():
    """Starts this program again inside a network namespace of its own, loopback up: its ports meet nobody's."""
    if os.environ.get("NOMEN_BENCH_NAMESPACE"):
        return
    if os.geteuid() != 0:
        raise SystemExit("script/bench needs root: it makes a network namespace and sets real-time priorities")
    env = dict(os.environ, NOMEN_BENCH_NAMESPACE="1")
    setup = "ip link set lo up; sysctl -qw net.ipv4.tcp_tw_reuse=1 net.core.somaxconn=4096 2>/dev/null; exec \"$0\" \"$@\""
    os.execvpe("unshare", ["unshare", "-n", "--", "sh", "-c", setup, sys.executable, "-B", *sys.argv], env)


def machine():
    cpu = next((line.split(":", 1)[1].strip() for line in open("/proc/cpuinfo") if line.startswith("model name")), "?")
    return {"cpu": cpu, "cores": os.cpu_count(), "kernel": os.uname().release,
            "date": time.strftime("%Y-%m-%d %H:%M", time.gmtime())}


# -- priorities

def on_core(core, real_time):
    """For Popen's preexec_fn: puts the child on these cores, and into the real-time class if wanted."""
    def enter():
        os.sched_setaffinity(0, {int(c) for c in core.split(",")})
        if real_time:
            with contextlib.suppress(OSError):
                os.sched_setscheduler(0, os.SCHED_RR, os.sched_param(1))
    return enter


def set_real_time(pids, on):
    for pid in pids:
        for task in tasks(pid):
            with contextlib.suppress(OSError):
                os.sched_setscheduler(task, os.SCHED_RR if on else os.SCHED_OTHER, os.sched_param(1 if on else 0))


@contextlib.contextmanager
def own_real_time():
    """For somebody who looks now and then whether a server is there: not kept waiting by servers of the real-time class."""
    with contextlib.suppress(OSError):
        os.sched_setscheduler(0, os.SCHED_RR, os.sched_param(2))
    try:
        yield
    finally:
        with contextlib.suppress(OSError):
            os.sched_setscheduler(0, os.SCHED_OTHER, os.sched_param(0))


# -- processes

def tasks(pid):
    try:
        return [int(t) for t in os.listdir(f"/proc/{pid}/task")]
    except OSError:
        return []


def family(pid):
    """The process and all its descendants."""
    found = [pid]
    for task in tasks(pid):
        with contextlib.suppress(OSError):
            for child in Path(f"/proc/{pid}/task/{task}/children").read_text().split():
                found += family(int(child))
    return found


def cpu_ticks(stat_path):
    with contextlib.suppress(OSError):
        fields = Path(stat_path).read_text().rsplit(")", 1)[1].split()
        return int(fields[11]), int(fields[12])
    return 0, 0


def cpu_s(pids):
    """(user, system) CPU seconds of the processes."""
    pairs = [cpu_ticks(f"/proc/{pid}/stat") for pid in pids]
    return sum(p[0] for p in pairs) / TICKS_PER_S, sum(p[1] for p in pairs) / TICKS_PER_S


def task_cpu_s(pid):
    """CPU seconds of each thread, exact where the kernel keeps them in nanoseconds."""
    found = {}
    for task in tasks(pid):
        with contextlib.suppress(OSError):
            found[task] = int(Path(f"/proc/{pid}/task/{task}/schedstat").read_text().split()[0]) * 1e-9
    return found


def exact_cpu_s(pids):
    """CPU seconds of the processes, threads that have ended among them, in nanosecond steps."""
    total = 0
    for pid in pids:
        with contextlib.suppress(OSError):
            total += time.clock_gettime(~pid << 3 | 2)  # the process's own CPU clock, see clock_getcpuclockid(3)
    return total


def memory_kb(pids, key="Pss:"):
    """Sum over the processes of a line of smaps_rollup; Pss counts shared pages once."""
    total = 0
    for pid in pids:
        with contextlib.suppress(OSError):
            for line in Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines():
                if line.startswith(key):
                    total += int(line.split()[1])
    return total


class MemoryGroup:
    """Anonymous memory of a server and its children, as the kernel's memory cgroup counts it (v1 or v2)."""

    PLACES = (("/sys/fs/cgroup/memory", ("total_rss",)), ("/sys/fs/cgroup", ("anon", "kernel_stack")))

    def __init__(self):
        self.path = None
        self.peak = 0
        self.stopping = threading.Event()
        for place, keys in self.PLACES:
            path = Path(place) / f"nomen-bench-{os.getpid()}"
            with contextlib.suppress(OSError):
                path.mkdir()
                if (path / "memory.stat").exists():
                    self.path, self.keys = path, keys
                    break
                path.rmdir()
        if self.path is None:
            raise SystemExit("no memory cgroup can be made here; the memory figures would be guesses")

    def enter(self):
        (self.path / "cgroup.procs").write_text("0")

    def anonymous(self):
        total = 0
        for line in (self.path / "memory.stat").read_text().splitlines():
            key, value = line.split()
            if key == self.keys[0]:
                total += int(value)
        return total

    @contextlib.contextmanager
    def watched(self):
        """While in the context, self.peak follows the greatest size seen (a look every 10 ms)."""
        self.peak = 0
        self.stopping.clear()

        def look():
            while not self.stopping.wait(0.01):
                self.peak = max(self.peak, self.anonymous())
        thread = threading.Thread(target=look)
        thread.start()
        try:
            yield self
        finally:
            self.stopping.set()
            thread.join()

    def close(self):
        for _ in range(100):
            with contextlib.suppress(OSError):
                self.path.rmdir()
                return
            time.sleep(0.05)


# -- asking

def question(name, rrtype, message_id):
    wire = b"".join(bytes([len(part)]) + part.encode() for part in name.rstrip(".").split(".") if part) + b"\0"
    return struct.pack(">6H", message_id, 0, 1, 0, 0, 0) + wire + struct.pack(">2H", TYPES[rrtype], 1)


def ask(port, probe, timeout_s=0.25):
    """Asks "NAME TYPE" once over UDP: (rcode, answers, authority) or None when nothing right came."""
    name, rrtype = probe.split()
    message_id = random.randrange(65536)
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as s:
        s.settimeout(timeout_s)
        with contextlib.suppress(OSError):
            s.connect(("127.0.0.1", port))
            s.send(question(name, rrtype, message_id))
            response = s.recv(4096)
            got, flags, _, answers, authority, _ = struct.unpack(">6H", response[:12])
            if got == message_id and flags & 0x8000:
                return flags & 15, answers, authority
    return None


def answered_of(port, names, timeout_s=0.05):
    """Asks for the SOA of all these names at once: those of them that were answered right."""
    waiting = dict(enumerate(names, random.randrange(32768)))
    good = []
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as s:
        s.settimeout(timeout_s)
        with contextlib.suppress(OSError):
            s.connect(("127.0.0.1", port))
            for message_id, name in waiting.items():
                s.send(question(name, "SOA", message_id))
            while waiting:
                got, flags, _, answers, _, _ = struct.unpack(">6H", s.recv(4096)[:12])
                name = waiting.pop(got, None)
                if name is not None and flags & 0x800F == 0x8000 and answers > 0:
                    good.append(name)
    return good


def program(name):
    """A load program of the build."""
    path = BUILD / "bin" / name
    if not path.exists():
        raise SystemExit(f"{path} is missing: `script/build release benches` makes it")
    return str(path)


def load(tool, port, queries, real_time=True, **options):
    """Runs a load program on the load core; options by name, as load(..., seconds=1, one_shot=True)."""
    command = [program(tool), "--port", str(port), "--queries", str(queries)]
    for name, value in options.items():
        word = "--" + name.replace("_", "-")
        command += [word] if value is True else [word, str(value)] if value not in (None, False) else []
    done = subprocess.run(command, capture_output=True, text=True, timeout=120, preexec_fn=on_core(LOAD_CORE, real_time))
    if done.returncode != 0:
        raise RuntimeError(f"{tool}: {done.stderr.strip()}")
    return json.loads(done.stdout)


def burst(server, tool, queries, **options):
    """One measuring burst against a running server: the load's figures, and the server's CPU per answered query."""
    pids = server.pids()
    set_real_time(pids, True)
    before, before_split = exact_cpu_s(pids), cpu_s(pids)
    result = load(tool, server.port, queries, **options)
    spent, split = exact_cpu_s(pids) - before, cpu_s(pids)
    set_real_time(pids, False)
    time.sleep(REST * result["seconds"])
    answered = max(1, result["answered"])
    user, system = (after - b for after, b in zip(split, before_split))
    result["server_us"] = spent * 1e6 / answered
    result["user_us"] = result["server_us"] * user / max(1e-9, user + system)
    result["server_busy"] = spent / result["seconds"]
    result["load_busy"] = result["cpu_s"] / result["seconds"]
    return result


def median(values):
    values = [v for v in values if v is not None]
    return statistics.median(values) if values else None
