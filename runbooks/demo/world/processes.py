"""One real process that is started, stopped and looked at as a container would be."""

import os
import signal
import subprocess
import time

_SCRUBBED = ("PG", "RBC_", "REDIS", "LC_", "LANG")


def environment(more):
    """The environment of a server: nothing of ours that could change how it or its client libraries behave."""
    kept = {k: v for k, v in os.environ.items() if not k.startswith(_SCRUBBED) and "PASSWORD" not in k}
    return {**kept, "LC_ALL": "C.UTF-8", **more}


class Process:
    """State is created, running or exited; exit_code is as a shell reports it (128 + signal), and 0 until it ran."""

    def __init__(self, name, command, log, env=None, user=None, stop_signal=signal.SIGTERM):
        self.name = name
        self.command = command
        self.log = log
        self.env = env or {}
        self.user = user
        self.stop_signal = stop_signal
        self.state = "created"
        self.exit_code = 0
        self.started = None
        self._child = None
        self._sizes = [(0.0, 0)]  # (time, bytes in the log by then), so that `logs --since` knows where to begin

    def start(self):
        self.look()
        if self.state == "running":
            return
        before = ["setpriv", "--pdeathsig", "KILL"]
        if self.user:
            before += ["--reuid", self.user, "--regid", self.user, "--clear-groups"]
        with open(self.log, "ab") as log:
            self._child = subprocess.Popen(
                [*before, "--", *self.command], env=environment(self.env), cwd="/", stdin=subprocess.DEVNULL, stdout=log,
                stderr=log, start_new_session=True)
        self.state = "running"
        self.exit_code = 0
        self.started = time.time()

    def look(self):
        if self._child and self._child.poll() is not None:
            code = self._child.returncode
            self.exit_code = code if code >= 0 else 128 - code
            self.state = "exited"
            self._child = None
        try:
            size = os.path.getsize(self.log)
        except OSError:
            size = 0
        if size != self._sizes[-1][1]:
            self._sizes.append((time.time(), size))
        return self.state

    @property
    def pid(self):
        return self._child.pid if self._child else None

    def signal(self, number):
        self.look()
        if self._child:
            self._child.send_signal(number)

    def stop(self, within=10.0):
        """Asks it to end, and ends it after `within` seconds."""
        self.signal(self.stop_signal)
        if self._child:
            try:
                self._child.wait(within)
            except subprocess.TimeoutExpired:
                self._child.kill()
                self._child.wait()
        self.look()

    def log_text(self, since=None):
        offset = 0
        if since is not None:
            self.look()
            offset = max((size for at, size in self._sizes if at < since), default=0)
        try:
            with open(self.log, "rb") as log:
                log.seek(offset)
                return log.read().decode("utf-8", "replace")
        except OSError:
            return ""
