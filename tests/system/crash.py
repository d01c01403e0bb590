#!/usr/bin/python3
"""Kills the server under a load of updates, again and again, and looks after each start whether what it had acknowledged is
still there (script/crash builds first and calls this).

Every client owns some names and sets each to one number after the other. After a crash a name must have the number that
was acknowledged last, or one that was sent behind it. In some rounds the zone's file is written meanwhile (rndc sync).
"""

import argparse
import os
import random
import shutil
import socket
import subprocess
import sys
import tempfile
import threading
import time

import dns.message
import dns.rcode
import dns.update
from harness import Named, configuration, free_port

CLIENTS = 8
NAMES = 6
KEY = 'key k { algorithm hmac-sha256; secret "c2VjcmV0LXNlY3JldC1zZWNyZXQ="; };\n'
ZONE = "$TTL 300\n@ SOA ns1 hostmaster 1 7200 900 604800 60\n@ NS ns1\nns1 A 192.0.2.1\n"


class Client:
    """One updater; it waits for each answer before it goes on."""

    def __init__(self, number):
        self.names = ["c%dn%d" % (number, i) for i in range(NAMES)]
        self.sent, self.acknowledged = {}, {}
        self.next = 1
        self.total = 0

    def run(self, port, ending):
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as s:
            s.settimeout(0.5)
            s.connect(("127.0.0.1", port))
            while not ending.is_set():
                self.update(s, random.choice(self.names))

    def update(self, s, name):
        number, self.next = self.next, self.next + 1
        update = dns.update.Update("dyn.test.")
        update.replace(name, 60, "TXT", str(number))
        self.sent[name] = number
        try:
            s.send(update.to_wire())
            while True:
                answer = dns.message.from_wire(s.recv(4096))
                if answer.id == update.id:
                    break
        except OSError:
            return
        if answer.rcode() == dns.rcode.NOERROR:
            self.acknowledged[name] = number
            self.total += 1

    def lost(self, named):
        """What is wrong with this client's names."""
        for name, number in self.acknowledged.items():
            answer = named.query(name + ".dyn.test.", "TXT", tcp=True).answer
            found = int(answer[0][0].strings[0]) if answer else 0
            if not number <= found <= self.sent[name]:
                yield "%s: %d was acknowledged, %d is there" % (name, number, found)


def one_round(named, clients, sync):
    ending = threading.Event()
    threads = [threading.Thread(target=c.run, args=(named.port, ending)) for c in clients]
    for thread in threads:
        thread.start()
    time.sleep(random.uniform(0.02, 0.4))
    if sync:
        writer = subprocess.Popen(sync, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        time.sleep(random.uniform(0, 0.05))
    named.kill()
    ending.set()
    for thread in threads:
        thread.join()
    if sync:
        writer.wait()


def main():
    parser = argparse.ArgumentParser(prog="script/crash", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--runs", type=int, default=20, help="how often it is killed (default 20)")
    options = parser.parse_args()
    directory = tempfile.mkdtemp(prefix="nomen-crash-")
    control = free_port()
    controls = KEY + "controls { inet 127.0.0.1 port %d allow { 127.0.0.1; } keys { k; }; };\n" % control
    text = configuration(statements='zone "dyn.test" { type primary; file "dyn.zone"; allow-update { 127.0.0.1; }; };', zone=False)
    named = Named(directory, text.replace("controls { };", controls), {"dyn.zone": ZONE})
    rndc_conf = named.write("rndc.conf", KEY + "options { default-server 127.0.0.1; default-key k; default-port %d; };\n" % control)
    rndc = [os.path.join(os.path.dirname(named.command()[0]), "rndc"), "-c", rndc_conf, "sync", "dyn.test"]
    clients = [Client(i) for i in range(CLIENTS)]
    problems = []
    named.start()
    for number in range(options.runs):
        one_round(named, clients, rndc if random.random() < 0.3 else None)
        named.start()
        problems += ["run %d: %s" % (number, p) for client in clients for p in client.lost(named)]
        if problems or (number + 1) % 50 == 0 or number + 1 == options.runs:
            print("killed %d times, %d updates acknowledged, %d lost" % (number + 1, sum(c.total for c in clients), len(problems)), flush=True)
        if problems:
            break
    named.kill()
    if problems:
        print("\n".join(problems) + "\nall is left in " + directory)
        return 1
    shutil.rmtree(directory)
    return 0


if __name__ == "__main__":
    sys.exit(main())
