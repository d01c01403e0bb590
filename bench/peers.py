"""Starts Nomen and the servers it is compared with, each configured for the same job: the given zones,
authoritative, on 127.0.0.1, no logging of queries, a given number of workers.

Answers are `minimal` (no authority section with a positive answer, no additional data that can be left out) or
`full`, where the server has a switch for that; PowerDNS and Knot have none.
"""

import shutil
import signal
import subprocess
import tempfile
import time
from pathlib import Path

import measure

TWO_MINUTES = 120


class Server:
    """One server process. A subclass says how it is configured and started."""

    program = ""
    counts_as_best = False  # whether the bars of issue 2 compare with it

    def __init__(self, name, path=None, minimal=True, workers=1):
        self.name, self.path, self.minimal, self.workers = name, path or self.program, minimal, workers
        self.process = None
        self.port = 0

    def exists(self):
        return Path(self.path).exists()

    def command(self, folder, zones):
        raise NotImplementedError

    def start(self, zones, port, core=measure.SERVER_CORE, group=None, prefix=(), real_time=True, folder=None):
        """Starts on these cores; zones are (origin, file). real_time until wait_ready has seen an answer. `folder`:
        one that stop() has kept."""
        self.port = port
        self.folder = folder or Path(tempfile.mkdtemp(prefix=f"nomen-bench-{self.name}-"))
        self.folder.chmod(0o755)
        enter_core = measure.on_core(core, real_time)

        def prepare():
            if group:
                group.enter()
            enter_core()
        command = [*prefix, *self.command(self.folder, zones)]
        self.log = open(self.folder / "log", "w")
        self.started = time.monotonic()
        self.process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=self.log, stderr=self.log,
                                        cwd=self.folder, preexec_fn=prepare)
        return self

    def wait_ready(self, probe, limit_s=TWO_MINUTES, step_s=0.004):
        """Seconds from the start until the probe is answered rightly; the server then loses its real-time class."""
        while time.monotonic() - self.started < limit_s:
            if self.process.poll() is not None:
                raise RuntimeError(f"{self.name} ended with status {self.process.returncode}: {self.tail()}")
            response = measure.ask(self.port, probe)
            if response and response[0] == 0 and response[1] + response[2] > 0:
                elapsed = time.monotonic() - self.started
                measure.set_real_time(self.pids(), False)
                return elapsed
            time.sleep(step_s)
        raise RuntimeError(f"{self.name} did not answer {probe} within {limit_s} s: {self.tail()}")

    def tail(self):
        return (self.folder / "log").read_text(errors="replace")[-400:].strip()

    def pids(self):
        return measure.family(self.process.pid)

    def stop(self, limit_s=60, keep=False):
        """Seconds until the process had ended. What it wrote goes, unless it is to `keep`."""
        if self.process is None:
            return 0
        begun = time.monotonic()
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
            try:
                self.process.wait(limit_s)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait()
        elapsed = time.monotonic() - begun
        self.process = None
        self.log.close()
        if not keep:
            shutil.rmtree(self.folder, ignore_errors=True)
        return elapsed

    def version(self):
        done = subprocess.run([self.path, "-v"], capture_output=True, text=True, timeout=20)
        lines = (done.stdout + done.stderr).strip().splitlines()
        return lines[0] if lines else "?"


class Bind(Server):
    """BIND, and whatever takes its place under the name named."""

    program = "/usr/sbin/named"
    extra_options = ""
    outside = "controls { };\n"

    def command(self, folder, zones):
        conf = folder / "named.conf"
        minimal = "yes" if self.minimal else "no"
        head = f"""options {{
  directory "{folder}"; pid-file "{folder}/pid"; session-keyfile none; managed-keys-directory "{folder}";
  listen-on port {self.port} {{ 127.0.0.1; }}; listen-on-v6 {{ none; }};
  recursion no; dnssec-validation no; notify no; allow-transfer {{ none; }}; minimal-responses {minimal};
  {self.extra_options}
}};
{self.outside}"""
        zone_lines = (f'zone "{origin}" {{ type primary; file "{file}"; }};\n' for origin, file in zones)
        conf.write_text(head + "".join(zone_lines))
        return [self.path, "-g", "-n", str(self.workers), "-c", str(conf), "-p", str(self.port)]


class Nomen(Bind):
    program = str(measure.BUILD / "bin" / "named")


class Nsd(Server):
    program = "/usr/sbin/nsd"
    counts_as_best = True

    def command(self, folder, zones):
        conf = folder / "nsd.conf"
        lines = ["server:", f"  ip-address: 127.0.0.1@{self.port}", "  do-ip6: no", f"  server-count: {self.workers}",
                 '  username: ""', '  chroot: ""', f'  zonesdir: "{folder}"', f'  pidfile: "{folder}/pid"', '  database: ""',
                 f'  xfrdfile: "{folder}/xfrd.state"', f'  zonelistfile: "{folder}/zone.list"', f'  xfrdir: "{folder}"',
                 "  rrl-ratelimit: 0", "  tcp-count: 1000", "  verbosity: 0", f"  reuseport: {'yes' if self.workers > 1 else 'no'}",
                 f"  minimal-responses: {'yes' if self.minimal else 'no'}", "remote-control:", "  control-enable: no"]
        for origin, file in zones:
            lines += ["zone:", f'  name: "{origin}"', f'  zonefile: "{file}"']
        conf.write_text("\n".join(lines) + "\n")
        return [self.path, "-d", "-c", str(conf)]


class Knot(Server):
    program = "/usr/sbin/knotd"
    counts_as_best = True

    def command(self, folder, zones):
        conf = folder / "knot.conf"
        lines = ["server:", f"  listen: 127.0.0.1@{self.port}", f'  rundir: "{folder}"', f"  udp-workers: {self.workers}",
                 f"  tcp-workers: {self.workers}", f"  background-workers: {self.workers}", "  tcp-max-clients: 1000",
                 "log:", "  - target: stderr", "    any: warning", "database:", f'  storage: "{folder}"', "template:",
                 "  - id: default", f'    storage: "{folder}"', "    zonefile-sync: -1", "    zonefile-load: whole",
                 "    journal-content: none", "zone:"]
        for origin, file in zones:
            lines += [f'  - domain: "{origin}"', f'    file: "{file}"']
        conf.write_text("\n".join(lines) + "\n")
        return [self.path, "-c", str(conf)]

    def version(self):
        return subprocess.run([self.path, "--version"], capture_output=True, text=True, timeout=20).stdout.strip()


class PowerDns(Server):
    program = "/usr/sbin/pdns_server"

    def command(self, folder, zones):
        listing = folder / "zones.conf"
        listing.write_text("".join(f'zone "{o.rstrip(".")}" {{ type master; file "{f}"; }};\n' for o, f in zones))
        settings = {"launch": "bind", "bind-config": listing, "local-address": "127.0.0.1", "local-port": self.port,
                    "receiver-threads": self.workers, "distributor-threads": 1, "reuseport": "yes", "socket-dir": folder,
                    "loglevel": 3, "daemon": "no", "guardian": "no", "disable-axfr": "yes", "security-poll-suffix": ""}
        (folder / "pdns.conf").write_text("".join(f"{key}={value}\n" for key, value in settings.items()))
        return [self.path, f"--config-dir={folder}"]

    def version(self):
        done = subprocess.run([self.path, "--version"], capture_output=True, text=True, timeout=20)
        text = done.stdout + done.stderr
        return "PowerDNS " + next((word for word in text.split() if word[0].isdigit() and word.count(".") == 2), "?")


class Echo(Server):
    """The floor: datagrams come back as they came."""

    def exists(self):
        return True

    def command(self, folder, zones):
        return [measure.program("echo_udp"), "--port", str(self.port), "--threads", str(self.workers)]

    def wait_ready(self, probe, limit_s=10, step_s=0.01):
        while measure.ask(self.port, probe) is None:
            if time.monotonic() - self.started > limit_s:
                raise RuntimeError("the echo does not echo")
            time.sleep(step_s)
        return 0

    def version(self):
        return "recvmmsg/sendmmsg echo"


KINDS = {"nomen": Nomen, "nsd": Nsd, "knot": Knot, "bind": Bind, "pdns": PowerDns, "echo": Echo}


def servers(options, names=("nomen", "nsd", "knot", "bind", "pdns"), **settings):
    """The servers of a bench: those of `names` that the command line wants and that are installed."""
    chosen = []
    for name in names:
        if options.peers and name not in ("nomen", "echo") and name not in options.peers:
            continue
        server = KINDS[name](name, options.subject if name == "nomen" else None, **settings)
        if server.exists():
            chosen.append(server)
        else:
            print(f"   {name} is left out: {server.path} is not there", flush=True)
    return chosen
