"""BIND's control protocol as a client, for benches: the rndc program takes longer to start than what is measured."""

import base64
import hashlib
import hmac
import random
import socket
import struct
import time

HMAC_SHA256 = 163
TEXT, TABLE = 1, 2


def table(items):
    wire = b""
    for key, value in items:
        kind, body = (TABLE, table(value)) if isinstance(value, list) else (TEXT, str(value).encode())
        wire += bytes([len(key)]) + key.encode() + struct.pack(">BI", kind, len(body)) + body
    return wire


def read_table(wire):
    found, at = {}, 0
    while at < len(wire):
        key = wire[at + 1:at + 1 + wire[at]].decode()
        at += 1 + wire[at]
        kind, size = struct.unpack_from(">BI", wire, at)
        body = wire[at + 5:at + 5 + size]
        found[key] = read_table(body) if kind == TABLE else body.decode(errors="replace")
        at += 5 + size
    return found


def frame(secret, control, command):
    signed = table([("_ctrl", control), ("_data", [("type", command)])])
    mac = base64.b64encode(hmac.new(secret, signed, hashlib.sha256).digest()).ljust(88, b"\0")
    value = bytes([HMAC_SHA256]) + mac
    auth = b"\x04hsha" + struct.pack(">BI", TEXT, len(value)) + value
    wire = struct.pack(">I", 1) + b"\x05_auth" + struct.pack(">BI", TABLE, len(auth)) + auth + signed
    return struct.pack(">I", len(wire)) + wire


class Connection:
    """A connection past its handshake: good for one command. The server's own signature is not looked at."""

    def __init__(self, port, secret):
        self.secret = secret
        self.serial = random.randrange(1 << 31)
        self.socket = socket.create_connection(("127.0.0.1", port), timeout=60)
        self.nonce = None
        self.nonce = self.call("null")["_ctrl"]["_nonce"]

    def call(self, command):
        self.serial += 1
        now = int(time.time())
        control = [("_ser", self.serial), ("_tim", now), ("_exp", now + 60)]
        if self.nonce:
            control.append(("_nonce", self.nonce))
        self.socket.sendall(frame(self.secret, control, command))
        return self.reply()

    def reply(self):
        wire = b""
        while len(wire) < 4 or len(wire) < 4 + struct.unpack_from(">I", wire)[0]:
            more = self.socket.recv(65536)
            if not more:
                raise RuntimeError("the server closed the control connection")
            wire += more
        return read_table(wire[8:])

    def close(self):
        self.socket.close()
