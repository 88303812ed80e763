"""The demo after the build: starts the estate, breaks it, lets rbc heal it, shows what happened, and cleans up."""

import argparse
import json
import os
import shutil
import signal
import subprocess
import sys
import textwrap

HERE = os.path.dirname(os.path.realpath(__file__))
ROOT = os.path.dirname(os.path.dirname(HERE))
sys.path.insert(0, HERE)
from world import faults, places  # noqa: E402
from world.client import NoEngine, ask  # noqa: E402

WORLD = os.path.join(ROOT, "scripts", "demo-world")
WATCH = "30s"
LONGEST_RUN = 170  # seconds; the runbook's own bounds are far wider than a demo should be


class Stop(Exception):
    """Ends the demo with a sentence and an exit code."""

    def __init__(self, sentence, code):
        super().__init__(sentence)
        self.code = code


def colour(code, text):
    return f"\033[{code}m{text}\033[0m" if sys.stdout.isatty() and not os.environ.get("NO_COLOR") else text


def title(text):
    print(f"\n{colour('1', '── ' + text + ' ' + '─' * max(3, 74 - len(text)))}", flush=True)


def say(text=""):
    for line in text.splitlines():
        print(textwrap.fill(line, 100, initial_indent="   ", subsequent_indent="   "), flush=True)


def service_says(health):
    if health["status"] == 0:
        return "The service does not answer."
    try:
        body = json.loads(health["body"])
        words = body.get("error", body.get("status", ""))
    except ValueError:
        words = health["body"]
    status = colour("32" if health["status"] == 200 else "31", str(health["status"]))
    return f"GET /health answers {status}: {' '.join(words.split())}"


class Demo:
    def __init__(self, args):
        self._rbc = os.path.abspath(os.path.join(args.bin, "rbc"))
        self._backend = os.path.abspath(os.path.join(args.bin, "demo-backend"))
        self._args = args
        self._folder = None

    def run(self):
        args = self._args
        self._start()
        before = self._state()
        title("Breaking it")
        say(faults.FAULTS[args.fault])
        broken = self._ask({"do": "break", "fault": args.fault, "idle": 6.0})
        say(service_says(broken["health"]))
        if broken["culprits"]:
            say(f"Behind it: {len(broken['culprits'])} session(s). Beside them, {len(broken['innocent'])} that do honest work and must live.")

        code = self._heal()
        self._show_run()
        self._compare(before, broken)
        return code

    def _start(self):
        title("A small estate on this machine")
        self._folder = places.temporary_folder()
        words = [WORLD, "start", self._folder, "--remove", "--backend", self._backend, "--watch-pid", str(os.getpid()), "--watch-for", WATCH]
        if self._args.without_pg_stat_statements:
            words.append("--without-pg-stat-statements")
        done = subprocess.run(words, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, check=False)
        if done.returncode != 0:
            raise Stop(done.stderr.strip().removeprefix("demo-world: "), 3)
        state = json.loads(done.stdout)
        for name, service in state["services"].items():
            say(f"{name:<11} {state['address']}:{state['ports'][name]:<6} process {service['pid']}")
        say(service_says(state["health"]))

    def _state(self):
        return self._ask({"do": "state"})

    def _ask(self, question):
        answer = ask(self._folder, question)
        if "error" in answer:
            raise Stop(answer["error"], 3)
        return answer

    def _call(self, words, **more):
        state = self._state()
        # rbc ends with us too, however we end.
        return subprocess.Popen(["setpriv", "--pdeathsig", "TERM", "--", *words], cwd=state["project"],
                                env={**os.environ, **state["environment"]}, **more)

    def _heal(self):
        words = [self._rbc, "run", "rb-02", "--env", "demo", "--input", f"watch-for={WATCH}"]
        if not self._args.interactive:
            words += ["--headless", "--allow", "fix"]
        title("RB-02")
        say("$ " + " ".join(["rbc", *words[1:]]))
        if self._args.interactive:
            say("You are the operator. It looks by itself; it asks you before it changes anything that may lose something.")
        else:
            say("What it may do: look at everything; start the postgres container; refresh the planner's statistics; and, because of "
                "--allow fix, end database sessions that have idled for over 5s or that hold the lock others wait for. Nothing else.")
        print(flush=True)
        signal.signal(signal.SIGINT, lambda *_: None)  # at the terminal, Ctrl-C is rbc's to answer
        child = self._call(words, stdin=None if self._args.interactive else subprocess.DEVNULL)
        try:
            return child.wait(None if self._args.interactive else LONGEST_RUN)
        except subprocess.TimeoutExpired:
            raise Stop(f"The run did not end within {LONGEST_RUN}s.", 20) from None
        finally:
            if child.poll() is None:
                child.terminate()
                try:
                    child.wait(10)
                except subprocess.TimeoutExpired:
                    child.kill()
                    child.wait()
            signal.signal(signal.SIGINT, signal.default_int_handler)

    def _show_run(self):
        listing = self._call([self._rbc, "runs", "--json"], stdout=subprocess.PIPE, text=True, stdin=subprocess.DEVNULL)
        text, _ = listing.communicate(timeout=30)
        run = last_run(text)
        if run is None:
            return
        title(f"rbc show {run}")
        self._call([self._rbc, "show", run], stdin=subprocess.DEVNULL).wait(30)

    def _compare(self, before, broken):
        after = self._state()
        title("Afterwards")
        say(service_says(after["health"]))
        pids = {s["pid"] for s in after["sessions"]}
        if broken["culprits"]:
            gone = [p for p in broken["culprits"] if p not in pids]
            alive = [p for p in broken["innocent"] if p in pids]
            say(f"Sessions that were ended: {len(gone)} of the {len(broken['culprits'])} behind the fault. "
                f"Of the {len(broken['innocent'])} that did honest work, {len(alive)} live on as they were.")
        then, now = (s["services"]["postgres"]["pid"] for s in (before, after))
        if then != now:
            say(f"postgres: process {then} before, " + (f"process {now} now." if now else "not running now."))

    def clean_up(self):
        if not self._folder:
            return
        try:
            ask(self._folder, {"do": "stop"})
        except NoEngine:
            pass
        shutil.rmtree(self._folder, ignore_errors=True)


def last_run(text):
    """The id in the youngest row of `rbc runs --json`: one object a line, or one list; the youngest is named by `started`."""
    text = text.strip()
    try:
        rows = json.loads(text) if text.startswith("[") else [json.loads(line) for line in text.splitlines()]
    except ValueError:
        return None
    rows = [r for r in rows if isinstance(r, dict) and (r.get("id") or r.get("run"))]
    if not rows:
        return None
    youngest = max(rows, key=lambda r: str(r.get("started", "")))
    return str(youngest.get("id") or youngest["run"])


def stopped(*_):
    raise KeyboardInterrupt


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--bin", required=True)
    parser.add_argument("--fault", choices=faults.FAULTS, default="exhausted")
    parser.add_argument("--interactive", action="store_true")
    parser.add_argument("--without-pg-stat-statements", action="store_true")
    demo = Demo(parser.parse_args())
    for number in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, stopped)
    try:
        code = demo.run()
        words = {0: "resolved", 4: "open, to be resumed", 10: "escalated", 20: "failed", 30: "aborted"}.get(code, "not run")
        title(f"The run ended {words}; everything is stopped and removed")
        return code
    except (Stop, NoEngine, places.NoPlace) as error:
        print(f"demo: {error}", file=sys.stderr)
        return getattr(error, "code", 3)
    except KeyboardInterrupt:
        print("\ndemo: stopped; everything is cleaned up.", file=sys.stderr)
        return 130
    finally:
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(number, signal.SIG_IGN)
        demo.clean_up()


sys.exit(main())
