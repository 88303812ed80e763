"""Where a world lives: its own address under 127.77.0.0/16, ports, folder and the account its servers run as."""

import os
import pwd
import random
import shutil
import socket
import tempfile

STANDARD_PORTS = {"postgres": 5432, "redis": 6379, "prometheus": 9090, "backend": 3000}


class NoPlace(Exception):
    """Says in one sentence why no world can live here."""


def _free(address, port):
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((address, port))
            probe.listen(1)
        except OSError:
            return False
    return True


def choose_address():
    """An address nobody else's world uses, and the lock on it: an abstract socket, which the kernel frees when we end."""
    numbers = list(range(1, 255))
    random.shuffle(numbers)
    for number in numbers:
        address = f"127.77.{number}.1"
        lock = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        try:
            lock.bind(f"\0rbc-demo-{address}")
        except OSError:
            lock.close()
            continue
        return address, lock
    raise NoPlace("254 demos run on this machine already.")


def choose_ports(address):
    """The standard ports where they are free; a server of this machine that listens on every address keeps its own."""
    ports = {}
    for service, standard in STANDARD_PORTS.items():
        for port in (standard, 50000 + standard, 51000 + standard):
            if _free(address, port):
                ports[service] = port
                break
        else:
            raise NoPlace(f"There is no free port for {service} on {address}.")
    return ports


def account():
    """The account servers run as when we are root, since Postgres refuses root; None is our own."""
    if os.getuid() != 0:
        return None
    for name in ("postgres", "nobody"):
        try:
            return pwd.getpwnam(name)
        except KeyError:
            pass
    raise NoPlace("There is neither an account postgres nor nobody to run the servers as.")


def temporary_folder():
    """A new folder on a disk with room: RB-02 looks at that disk, and a full one would be a fault of its own."""
    for parent in (tempfile.gettempdir(), "/var/tmp", "/dev/shm"):
        try:
            usage = shutil.disk_usage(parent)
            if usage.free > 300 << 20 and usage.used < 0.8 * (usage.used + usage.free):
                return tempfile.mkdtemp(prefix="rbc-demo-", dir=parent)
        except OSError:
            continue
    raise NoPlace("No temporary folder has room: 300 MB and a fifth of its disk must be free in /tmp, /var/tmp or /dev/shm.")
