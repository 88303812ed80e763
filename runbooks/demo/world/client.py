"""One question to the engine of a world and its answer, over the socket in the world's folder."""

import json
import os
import socket


class NoEngine(Exception):
    """The engine does not answer; says so in one sentence."""


def ask(folder, question, timeout=120.0):
    path = os.path.join(folder, "engine.sock")
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as engine:
        engine.settimeout(timeout)
        try:
            engine.connect(path)
            engine.sendall(json.dumps(question).encode() + b"\n")
            engine.shutdown(socket.SHUT_WR)
            answer = b""
            while part := engine.recv(65536):
                answer += part
        except OSError as error:
            raise NoEngine(f"The demo's engine at {path} does not answer: {error.strerror or error}") from error
    if not answer:
        raise NoEngine(f"The demo's engine at {path} went away without an answer.")
    return json.loads(answer)
