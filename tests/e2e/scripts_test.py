"""The scripts a stranger types first: from any folder, mistakes get one sentence and exit code 2, and help needs no installation."""

import os
import shutil
import subprocess
import sys
import tempfile

SCRIPTS = os.path.join(os.path.dirname(os.path.dirname(os.path.dirname(os.path.realpath(__file__)))), "scripts")


def call(script, *words):
    with tempfile.TemporaryDirectory() as elsewhere:
        return subprocess.run([os.path.join(SCRIPTS, script), *words], cwd=elsewhere, stdin=subprocess.DEVNULL, capture_output=True,
                              text=True, check=False, timeout=60)


def main():
    for script in ("demo", "test", "install-dependencies", "package"):
        done = call(script, "--help")
        assert done.returncode == 0 and done.stdout.startswith(f"usage: scripts/{script}"), (script, done)
    for words, sentence in (
        (("demo", "--fault", "earthquake"), "--fault is exhausted, blocked or stopped, not 'earthquake'"),
        (("demo", "--fault"), "--fault is exhausted, blocked or stopped"),
        (("demo", "--frobnicate"), "there is no option '--frobnicate'"),
        (("demo", "--interactive"), "--interactive needs a terminal"),
        (("package", "--format", "rpm"), "there is no option '--format'"),
        (("package", "--into"), "--into needs a value"),
        (("install-dependencies", "everything"), "there is no option 'everything'"),
    ):
        done = call(*words)
        assert done.returncode == 2 and sentence in done.stderr.splitlines()[0], (words, done)
    listed = call("install-dependencies", "--servers", "--list")
    assert listed.returncode == 0 and listed.stdout == "", f"packages that the tests need are missing: {listed.stdout.split()}"
    if shutil.which("shellcheck"):
        shells = [os.path.join(SCRIPTS, s) for s in ("build", "demo", "install-dependencies", "package", "test")]
        checked = subprocess.run(["shellcheck", *shells], capture_output=True, text=True, check=False)
        assert checked.returncode == 0, checked.stdout


if __name__ == "__main__":
    sys.exit(main())
