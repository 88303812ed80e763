"""The engine of one world: the parent of all its processes, which answers the stand-ins and the demo over a socket.

It ends with the process it was told to watch, or on SIGTERM, and takes everything with it; if it is killed outright, the
kernel ends its children (PR_SET_PDEATHSIG).
"""

import json
import os
import select
import shutil
import signal
import socket
import sys

from . import faults, places, project
from .servers import NotReady, Servers
from .standins import Docker, Systemctl


class _End(Exception):
    pass


def _end(*_):
    raise _End


class Engine:
    def __init__(self, servers, folder, runbooks):
        self._servers = servers
        self._docker = Docker(servers)
        self._systemctl = Systemctl(servers)
        self._folder = folder
        self._runbooks = runbooks
        self._listener = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self._listener.bind(os.path.join(folder, "engine.sock"))
        self._listener.listen(16)

    def serve(self, watched, remove):
        for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
            signal.signal(number, _end)
        listener = self._listener
        try:
            while True:
                ready, _, _ = select.select([listener, watched], [], [], 0.5)
                for service in self._servers.services.values():
                    service.look()
                if watched in ready:
                    return
                if listener in ready and not self._one(listener):
                    return
        except _End:
            return
        finally:
            for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
                signal.signal(number, signal.SIG_IGN)
            listener.close()
            self._servers.stop()
            if remove:
                shutil.rmtree(self._folder, ignore_errors=True)

    def _one(self, listener):
        """Answers one question; False when it was the last."""
        caller, _ = listener.accept()
        with caller:
            caller.settimeout(5)
            try:
                text = b""
                while part := caller.recv(65536):
                    text += part
                question = json.loads(text)
                if question["do"] == "stop":
                    self._servers.stop()
                    caller.sendall(b'{"ok": true}')
                    return False
                caller.sendall(json.dumps(self._answer(question)).encode())
            except (OSError, ValueError, KeyError) as error:
                print(f"engine: {error!r}", file=sys.stderr, flush=True)
        return True

    def _answer(self, question):
        try:
            match question["do"]:
                case "docker":
                    return self._docker.run(question["words"], question["folder"])
                case "systemctl":
                    return self._systemctl.run(question["words"])
                case "state":
                    return self.state()
                case "break":
                    return faults.break_it(self._servers, question["fault"], question["idle"])
                case other:
                    return {"error": f"The engine does not know '{other}'."}
        except NotReady as error:
            return {"error": str(error)}

    def state(self):
        s = self._servers
        return {
            "folder": self._folder, "project": os.path.join(self._folder, "project"), "engine": os.getpid(), "address": s.address,
            "ports": s.ports, "health": s.health(), "sessions": s.sessions(),
            "services": {n: {"state": p.look(), "pid": p.pid, "exit": p.exit_code} for n, p in s.services.items()},
            "passwords": [s.password, s.app_password],
            "environment": {
                "RBC_DEMO_STATE": self._folder, "PIVOTAL_DB_PASSWORD": s.password,
                "PATH": os.path.join(self._runbooks, "demo", "bin") + ":" + os.environ.get("PATH", "/usr/bin:/bin")},
        }


def run(folder, backend, runbooks, watch_pid, with_statements, idle, watch, remove, ready):
    """Starts a world in `folder`, calls ready(None, engine) or ready(sentence), and serves until the watched process ends."""
    watched = os.pidfd_open(watch_pid)
    servers = None
    for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
        signal.signal(number, _end)
    try:
        servers = Servers(folder, backend, with_statements)
        servers.start()
        project.write(runbooks, servers, idle, watch)
        engine = Engine(servers, folder, runbooks)
    except (NotReady, places.NoPlace, OSError, ValueError, _End) as error:
        if servers:
            servers.stop()
        if remove:
            shutil.rmtree(folder, ignore_errors=True)
        ready(str(error) or "The start was stopped.")
        return 1
    ready(None)
    engine.serve(watched, remove)
    return 0
