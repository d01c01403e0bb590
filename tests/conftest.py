"""Lets several tests run at a time (pytest -n N, see script/test): each worker goes into a network namespace of its own.

There is nothing in it but loopback, so that no test meets the ports of another worker's tests, and what a test sends to
an address outside leaves nothing behind. Files are apart anyway: each test has a directory of its own.
"""

import ctypes
import fcntl
import socket
import struct
import threading

CLONE_NEWNET = 0x40000000
SIOCGIFFLAGS, SIOCSIFFLAGS, IFF_UP = 0x8913, 0x8914, 1


def enter_network():
    """Moves this thread, and what it starts from now on, into a new network namespace, and brings loopback up there."""
    # /proc/net is the main thread's.
    assert threading.current_thread() is threading.main_thread()
    libc = ctypes.CDLL(None, use_errno=True)
    if libc.unshare(CLONE_NEWNET) != 0:
        raise OSError(ctypes.get_errno(), "a test worker needs a network namespace of its own, and got none")
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as s:
        flags = struct.unpack("16xh", fcntl.ioctl(s, SIOCGIFFLAGS, struct.pack("16sh", b"lo", 0))[:18])[0]
        fcntl.ioctl(s, SIOCSIFFLAGS, struct.pack("16sh", b"lo", flags | IFF_UP))


def pytest_configure(config):
    if hasattr(config, "workerinput"):
        enter_network()
