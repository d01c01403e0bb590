#!/usr/bin/python3
"""Writes tests/vectors/tsig.txt: signed messages as BIND's dig sent them and BIND's named answered them.

Usage: tests/vectors/make_tsig.py > tests/vectors/tsig.txt

Starts a named on a free port of the loopback with a key of each algorithm, puts itself between it and dig, and
writes down both directions. Requests that dig would not send (wrong times, a key that is not there, a MAC cut
too short) are made with dnspython's MAC or by changing bytes.
"""

import base64
import pathlib
import signal
import socket
import struct
import subprocess
import tempfile
import threading
import time

import dns.message
import dns.name
import dns.query
import dns.tsig

SECRET = "c2VjcmV0IG9mIGEgdGVzdCB0aGF0IGlzIG5vdCBzbyBzZWNyZXQ="
ALGORITHMS = ["hmac-md5", "hmac-sha1", "hmac-sha224", "hmac-sha256", "hmac-sha384", "hmac-sha512", "hmac-sha256-128", "hmac-sha512-256"]
HEAD = """# Messages signed by BIND, made by tests/vectors/make_tsig.py. Each line:
# CASE ALGORITHM KEY-NAME SECRET REQUEST REPLY...   (messages in hex; "-" for a secret that the server does not have)
"""


def free_port():
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        return s.getsockname()[1]


def start_named(folder, port):
    keys = "".join(f'key "{a}.Key" {{ algorithm {a}; secret "{SECRET}"; }};\n' for a in ALGORITHMS)
    allowed = "".join(f'key "{a}.Key"; ' for a in ALGORITHMS)
    records = "".join(f"host{i} A 192.0.2.{i}\n" for i in range(60))
    (folder / "zone").write_text(f"$TTL 60\n@ SOA ns h 1 2 3 4 5\n@ NS ns\nns A 192.0.2.1\n{records}")
    (folder / "named.conf").write_text(
        f'{keys}options {{ directory "{folder}"; listen-on port {port} {{ 127.0.0.1; }}; listen-on-v6 {{ none; }}; recursion no;\n'
        f'pid-file none; session-keyfile none; transfer-message-size 512; allow-transfer {{ {allowed} }}; }};\ncontrols {{}};\n'
        'zone "example" { type primary; file "zone"; };\n')
    named = subprocess.Popen(["/usr/sbin/named", "-g", "-c", folder / "named.conf"], stderr=subprocess.DEVNULL)
    for _ in range(100):
        try:
            dns.query.udp(dns.message.make_query("example.", "SOA"), "127.0.0.1", port=port, timeout=0.2)
            return named
        except (OSError, dns.exception.DNSException):
            time.sleep(0.1)
    raise SystemExit("named does not answer")


def exact(sock, size):
    data = b""
    while len(data) < size:
        more = sock.recv(size - len(data))
        if not more:
            return None
        data += more
    return data


def exchange(port, request):
    """The messages that named sends back over TCP until it has nothing more to say."""
    with socket.create_connection(("127.0.0.1", port)) as sock:
        sock.settimeout(1)
        sock.sendall(struct.pack("!H", len(request)) + request)
        replies = []
        try:
            while head := exact(sock, 2):
                replies.append(exact(sock, struct.unpack("!H", head)[0]))
        except TimeoutError:
            pass
        return replies


def ask_with_dig(port, algorithm, key, *question):
    """Lets dig ask this program, which asks named; gives the request and the replies."""
    seen = []
    with socket.create_server(("127.0.0.1", 0)) as listener:
        def relay():
            client, _ = listener.accept()
            request = exact(client, struct.unpack("!H", exact(client, 2))[0])
            replies = exchange(port, request)
            seen.extend([request, *replies])
            for reply in replies:
                client.sendall(struct.pack("!H", len(reply)) + reply)
            client.close()
        thread = threading.Thread(target=relay)
        thread.start()
        subprocess.run(["dig", "+tcp", "+tries=1", "+nocookie", "-y", f"{algorithm}:{key}:{SECRET}", "@127.0.0.1", "-p", str(listener.getsockname()[1]),
                              *question], capture_output=True, check=False)
        thread.join()
    return seen


def signed_by_dnspython(algorithm, key, secret, at):
    """A query whose MAC says that it was signed at another time."""
    query = dns.message.make_query("example.", "SOA", use_edns=-1)
    query.id = 0x1234
    ring = dns.tsig.Key(dns.name.from_text(key), base64.b64decode(secret), algorithm)
    query.use_tsig(ring)
    real = time.time
    time.time = lambda: at
    try:
        return query.to_wire()
    finally:
        time.time = real


def line(case, algorithm, key, secret, messages):
    print(case, algorithm, key, secret, *[m.hex() for m in messages])


def main():
    print(HEAD, end="")
    with tempfile.TemporaryDirectory() as name:
        port = free_port()
        named = start_named(pathlib.Path(name), port)
        try:
            for algorithm in ALGORITHMS:
                key = f"{algorithm}.Key"
                line("good", algorithm, key, SECRET, ask_with_dig(port, algorithm, key, "example.", "SOA"))
            for algorithm in ("hmac-sha256", "hmac-sha256-128"):
                key = f"{algorithm}.Key"
                line("good", algorithm, key, SECRET, ask_with_dig(port, algorithm, key, "example.", "AXFR"))
            sha256, key = "hmac-sha256", "hmac-sha256.Key"
            request = signed_by_dnspython(sha256, key, SECRET, int(time.time()) - 5000)
            line("badtime", sha256, key, SECRET, [request, *exchange(port, request)])
            request = signed_by_dnspython(sha256, key, base64.b64encode(b"another").decode(), int(time.time()))
            line("badsig", sha256, key, SECRET, [request, *exchange(port, request)])
            request = signed_by_dnspython(sha256, "No.Such.Key", SECRET, int(time.time()))
            line("badkey", sha256, "No.Such.Key", "-", [request, *exchange(port, request)])
            request = signed_by_dnspython("hmac-sha512", key, SECRET, int(time.time()))
            line("badkey", sha256, key, SECRET, [request, *exchange(port, request)])
            request = ask_with_dig(port, "hmac-sha256-128", key, "example.", "SOA")[0]
            line("badtrunc", sha256, key, SECRET, [request, *exchange(port, request)])
        finally:
            named.send_signal(signal.SIGTERM)
            named.wait()


main()
