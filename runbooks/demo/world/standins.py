"""What `docker` and `systemctl` answer here, over the real processes of this world. Output is shaped as the real tools' is."""

import datetime
import json
import os
import re
import time

PROJECT = "pivotal-flow"


def _answer(out="", err="", code=0):
    return {"out": out, "err": err, "exit": code}


class _Usage(Exception):
    pass


# Options that take a value, per place in the command line; every other option is a switch.
_GLOBAL_VALUES = {"-f", "--file", "-p", "--project-name", "--project-directory", "--env-file", "--profile", "--ansi", "--progress",
                  "--parallel"}
_VALUES = {
    "ps": {"--format", "--filter", "--status"}, "logs": {"--tail", "-n", "--since", "--until"},
    "up": {"--scale", "-t", "--timeout", "--wait-timeout", "--pull"}, "start": set(), "stop": {"-t", "--timeout"},
    "restart": {"-t", "--timeout"}, "kill": {"-s", "--signal"}, "down": {"-t", "--timeout", "--rmi"}, "stats": {"--format"},
    "exec": {"-e", "--env", "-u", "--user", "-w", "--workdir", "--index"}, "config": {"--format", "-o"}, "version": {"-f", "--format"},
    "images": {"--format"}, "port": {"--protocol", "--index"}, "top": set(), "pull": {"--policy"}, "build": set(),
}


def _options(words, values, stop_at_first=False):
    options, rest, i = {}, [], 0
    while i < len(words):
        word = words[i]
        if word == "--":
            rest += words[i + 1:]
            break
        if word.startswith("-") and word != "-":
            name, equals, value = word.partition("=")
            if name in values and not equals:
                i += 1
                if i == len(words):
                    raise _Usage(f"flag needs an argument: {name}")
                value = words[i]
            options[name] = value if (equals or name in values) else True
        else:
            if stop_at_first:
                rest = words[i:]
                break
            rest.append(word)
        i += 1
    return options, rest


def _services_of(path):
    """The names under `services:`; the file is only ever ours, so two blanks of indentation are enough of YAML."""
    with open(path, encoding="utf-8") as file:
        body = re.split(r"^services:\s*$", file.read(), maxsplit=1, flags=re.M)[1]
    body = re.split(r"^\S", body, maxsplit=1, flags=re.M)[0]
    return re.findall(r"^  ([a-z][\w-]*):", body, flags=re.M)


def _seconds(text):
    found = re.fullmatch(r"(?:(\d+)h)?(?:(\d+)m)?(?:(\d+(?:\.\d+)?)s)?", text)
    if found and text:
        h, m, s = (float(g or 0) for g in found.groups())
        return time.time() - (3600 * h + 60 * m + s)
    try:
        return datetime.datetime.fromisoformat(text.replace("Z", "+00:00")).timestamp()
    except ValueError:
        raise _Usage(f'invalid value for "since": failed to parse value as time or duration: "{text}"') from None


def _family(pid):
    """The process and its descendants, from /proc."""
    children = {}
    for entry in os.listdir("/proc"):
        if entry.isdigit():
            try:
                with open(f"/proc/{entry}/stat", encoding="utf-8", errors="replace") as stat:
                    parent = int(stat.read().rpartition(")")[2].split()[1])
                children.setdefault(parent, []).append(int(entry))
            except OSError:
                pass
    found, todo = [], [pid]
    while todo:
        found.append(todo[-1])
        todo += children.get(todo.pop(), [])
    return found


def _usage(pid):
    """Resident bytes and used processor seconds of a process and its descendants."""
    memory = seconds = 0
    for one in _family(pid):
        try:
            with open(f"/proc/{one}/statm", encoding="ascii") as statm:
                memory += int(statm.read().split()[1]) * os.sysconf("SC_PAGE_SIZE")
            with open(f"/proc/{one}/stat", encoding="utf-8", errors="replace") as stat:
                fields = stat.read().rpartition(")")[2].split()
                seconds += (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")
        except OSError:
            pass
    return memory, seconds


class Docker:
    def __init__(self, servers):
        self._servers = servers

    def run(self, words, folder):
        try:
            if words[:1] == ["version"] or words[:1] == ["--version"]:
                return _answer("Docker version 24.0.0, a stand-in of the demo\n")
            if words[:1] == ["info"]:
                return _answer("Server: a stand-in of the demo\n")
            if words[:1] != ["compose"]:
                raise _Usage(f"docker: '{words[0] if words else ''}' is not a docker command of this stand-in.")
            return self._compose(words[1:], folder)
        except _Usage as error:
            return _answer(err=f"{error}\n", code=1)

    def _compose(self, words, folder):
        where, rest = _options(words, _GLOBAL_VALUES, stop_at_first=True)
        if not rest:
            raise _Usage("Usage:  docker compose [OPTIONS] COMMAND")
        verb, rest = rest[0], rest[1:]
        if verb not in _VALUES:
            return _answer(err=f'unknown docker command: "compose {verb}"\n', code=1)
        options, names = _options(rest, _VALUES[verb], stop_at_first=verb == "exec")
        if verb == "version":
            return _answer("2.20.0\n" if options.get("--short") else "Docker Compose version v2.20.0\n")
        path = where.get("-f") or where.get("--file") or "docker-compose.yml"
        path = os.path.join(folder, where.get("--project-directory", ""), path)
        try:
            declared = [s for s in _services_of(path) if s in self._servers.services]
        except (OSError, IndexError):
            return _answer(err=f"open {path}: no such file or directory\n", code=14)
        if verb == "exec":
            return self._exec(options, names, declared)
        if verb == "port":
            names = names[:1]
        for name in names:
            if name not in declared:
                return _answer(err=f"no such service: {name}\n", code=1)
        chosen = [self._servers.services[n] for n in declared if not names or n in names]
        return getattr(self, f"_{verb}")(options, chosen)

    # ── looking ─────────────────────────────────────────────────────────────

    def _row(self, service):
        state = service.look()
        up = datetime.timedelta(seconds=int(time.time() - service.started)) if service.started else ""
        port = self._servers.ports[service.name]
        return {
            "Command": f'"{os.path.basename(service.command[0])}"', "CreatedAt": time.strftime(
                "%Y-%m-%d %H:%M:%S +0000 UTC", time.gmtime(service.started or time.time())),
            "ExitCode": service.exit_code, "Health": self._health(service), "ID": f"{abs(hash(service.name)) & 0xffffffffffff:012x}",
            "Image": service.name, "Labels": f"com.docker.compose.project={PROJECT}", "LocalVolumes": "0", "Mounts": "",
            "Name": f"{PROJECT}-{service.name}-1", "Names": f"{PROJECT}-{service.name}-1", "Networks": PROJECT,
            "Ports": f"{self._servers.address}:{port}->{port}/tcp", "Project": PROJECT,
            "Publishers": [{"URL": self._servers.address, "TargetPort": port, "PublishedPort": port, "Protocol": "tcp"}],
            "RunningFor": f"{up} ago", "Service": service.name, "Size": "0B", "State": state,
            "Status": f"Up {up}" if state == "running" else f"Exited ({service.exit_code})" if state == "exited" else "Created",
        }

    def _health(self, service):
        if service.name == "backend" or service.look() != "running":
            return ""
        return "healthy" if self._servers.accepts(service.name) else "starting"

    def _ps(self, options, chosen):
        rows = [self._row(s) for s in chosen]
        if not (options.get("-a") or options.get("--all")):
            rows = [r for r in rows if r["State"] == "running"]
        if options.get("--services"):
            return _answer("".join(f"{r['Service']}\n" for r in rows))
        if options.get("-q") or options.get("--quiet"):
            return _answer("".join(f"{r['ID']}\n" for r in rows))
        if options.get("--format") == "json":
            return _answer("".join(json.dumps(r) + "\n" for r in rows))
        line = "{:<26} {:<12} {:<10} {}\n"
        return _answer(line.format("NAME", "SERVICE", "STATUS", "PORTS") + "".join(
            line.format(r["Name"], r["Service"], r["Status"], r["Ports"]) for r in rows))

    def _logs(self, options, chosen):
        if options.get("-f") or options.get("--follow"):
            raise _Usage("this stand-in does not follow logs")
        since = _seconds(options["--since"]) if "--since" in options else None
        tail = options.get("--tail", options.get("-n", "all"))
        if tail != "all" and not tail.lstrip("-").isdigit():
            raise _Usage(f'invalid value for "tail": {tail}')
        out = []
        for service in chosen:
            lines = service.log_text(since).splitlines()
            if tail != "all" and int(tail) >= 0:
                lines = lines[len(lines) - min(int(tail), len(lines)):]
            prefix = "" if options.get("--no-log-prefix") else f"{service.name}-1  | "
            out += [f"{prefix}{line}\n" for line in lines]
        return _answer("".join(out))

    def _stats(self, options, chosen):
        rows = []
        for service in chosen:
            if service.look() != "running":
                continue
            memory, seconds = _usage(service.pid)
            total = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
            rows.append({
                "BlockIO": "0B / 0B", "CPUPerc": f"{100 * seconds / max(time.time() - service.started, 0.1):.2f}%",
                "Container": f"{PROJECT}-{service.name}-1", "ID": f"{abs(hash(service.name)) & 0xffffffffffff:012x}",
                "MemPerc": f"{100 * memory / total:.2f}%", "MemUsage": f"{memory / 2**20:.1f}MiB / {total / 2**30:.2f}GiB",
                "Name": f"{PROJECT}-{service.name}-1", "NetIO": "0B / 0B", "PIDs": str(len(_family(service.pid)))})
        if options.get("--format") == "json":
            return _answer("".join(json.dumps(r) + "\n" for r in rows))
        return _answer("".join(f"{r['Name']:<26} {r['CPUPerc']:>8} {r['MemUsage']}\n" for r in rows))

    def _top(self, _, chosen):
        return _answer("".join(f"{s.name} {s.pid}\n" for s in chosen if s.look() == "running"))

    def _port(self, _, chosen):
        return _answer("".join(f"{self._servers.address}:{self._servers.ports[s.name]}\n" for s in chosen))

    def _config(self, options, chosen):
        if options.get("-q") or options.get("--quiet"):
            return _answer()
        return _answer(f"name: {PROJECT}\nservices:\n" + "".join(f"  {s.name}: {{}}\n" for s in chosen))

    def _images(self, options, chosen):
        rows = [{"ID": f"sha256:{s.name}", "ContainerName": f"{PROJECT}-{s.name}-1", "Repository": s.name, "Tag": "demo", "Size": 0}
                for s in chosen]
        if options.get("--format") == "json":
            return _answer(json.dumps(rows) + "\n")
        return _answer("".join(f"{r['ContainerName']:<26} {r['Repository']:<12} {r['Tag']}\n" for r in rows))

    # ── changing ────────────────────────────────────────────────────────────

    def _each(self, chosen, doing, done, act):
        said = ""
        for service in chosen:
            name = f"{PROJECT}-{service.name}-1"
            act(service)
            said += f" Container {name}  {doing}\n Container {name}  {done}\n"
        return _answer(err=said)

    def _up(self, options, chosen):
        if not (options.get("-d") or options.get("--detach") or options.get("--wait")):
            raise _Usage("this stand-in needs -d")
        return self._start(options, chosen)

    def _start(self, _, chosen):
        return self._each(chosen, "Starting", "Started", lambda s: s.start())

    def _stop(self, options, chosen):
        within = float(options.get("-t", options.get("--timeout", 10)))
        return self._each(chosen, "Stopping", "Stopped", lambda s: s.stop(within))

    def _down(self, options, chosen):
        return self._stop(options, chosen)

    def _restart(self, options, chosen):
        self._stop(options, chosen)
        return self._each(chosen, "Restarting", "Started", lambda s: s.start())

    def _kill(self, options, chosen):
        import signal
        name = str(options.get("-s", options.get("--signal", "SIGKILL"))).upper()
        number = signal.Signals[name if name.startswith("SIG") else f"SIG{name}"]
        return self._each(chosen, "Killing", "Killed", lambda s: s.signal(number))

    def _pull(self, *_):
        return _answer()

    def _build(self, *_):
        return _answer()

    def _exec(self, options, words, declared):
        if len(words) < 2:
            raise _Usage("requires at least 2 arg(s)")
        if words[0] not in declared:
            return _answer(err=f"no such service: {words[0]}\n", code=1)
        service = self._servers.services[words[0]]
        if service.look() != "running":
            return _answer(err=f'service "{service.name}" is not running\n', code=1)
        given = options.get("-e", options.get("--env", ""))
        env = {**service.env, **dict([given.split("=", 1)] if "=" in str(given) else [])}
        # The client becomes the command, so that its standard input and output are the caller's own.
        return {"exec": words[1:], "env": env, "user": service.user, **_answer()}


class Systemctl:
    """The same services as units: is-active, status, show, start, stop, restart, reload."""

    def __init__(self, servers):
        self._servers = servers

    def run(self, words):
        _values = {"-p", "--property", "-n", "--lines"}
        options, rest = _options(words, _values)
        if not rest:
            return _answer(err="systemctl: which command?\n", code=1)
        verb, names = rest[0], [n.removesuffix(".service") for n in rest[1:]]
        unknown = [n for n in names if n not in self._servers.services]
        services = [self._servers.services[n] for n in names if n not in unknown]
        if verb == "is-active":
            states = ["inactive"] * len(unknown) + [self._active(s) for s in services]
            out = "" if options.get("-q") or options.get("--quiet") else "".join(f"{s}\n" for s in states)
            return _answer(out, code=0 if "active" in states else 3)
        if verb == "show":
            wanted = str(options.get("-p") or options.get("--property") or "Id,LoadState,ActiveState,SubState,MainPID").split(",")
            blocks = [self._show(n, wanted, "--value" in options) for n in names]
            return _answer("\n".join(blocks))
        if unknown:
            return _answer(err="".join(f"Unit {n}.service could not be found.\n" for n in unknown), code=4 if verb == "status" else 5)
        if verb == "status":
            return _answer("".join(f"{s.name}.service\n   Active: {self._active(s)}\n" for s in services),
                           code=0 if all(self._active(s) == "active" for s in services) else 3)
        if verb in ("start", "stop", "restart", "reload"):
            for service in services:
                if verb in ("stop", "restart"):
                    service.stop()
                if verb in ("start", "restart"):
                    service.start()
                if verb == "reload":
                    import signal
                    service.signal(signal.SIGHUP)
            return _answer()
        return _answer(err=f"Unknown command verb {verb}.\n", code=1)

    @staticmethod
    def _active(service):
        state = service.look()
        return "active" if state == "running" else "failed" if service.exit_code else "inactive"

    def _show(self, name, wanted, bare):
        service = self._servers.services.get(name)
        values = {"Id": f"{name}.service", "LoadState": "loaded" if service else "not-found",
                  "ActiveState": self._active(service) if service else "inactive",
                  "SubState": ("running" if self._active(service) == "active" else "dead") if service else "dead",
                  "MainPID": str(service.pid or 0) if service else "0"}
        return "".join(f"{values.get(w, '')}\n" if bare else f"{w}={values.get(w, '')}\n" for w in wanted)
