"""The three ways this estate breaks, each for real."""

from .servers import MAX_CONNECTIONS, RESERVED_CONNECTIONS, NotReady, wait_until

FAULTS = {
    "exhausted": "A client opens database connections and never closes them, until no slot is left.",
    "blocked": "A migration locks the table of orders in a transaction and goes quiet: everybody else waits.",
    "stopped": "The database container is stopped.",
}


def break_it(servers, fault, idle):
    """Breaks the estate and returns when the damage shows; leaked sessions have then idled for `idle` seconds."""
    if fault not in FAULTS:
        raise NotReady(f"There is no fault '{fault}'; there is {', '.join(FAULTS)}.")
    innocent = [s["pid"] for s in servers.sessions()]
    culprits = []
    if fault == "exhausted":
        leak = servers.clients["leak"]
        leak.start()
        wait_until("The leak", lambda: "connections open" in leak.log_text())
        # Every slot is taken, so this list is complete; a session is a culprit once it has idled for long enough.
        wait_until("The silence of the leaked sessions", lambda: _idle_for(servers, idle), within=idle + 15)
        culprits = [s["pid"] for s in servers.sessions("leaky-client")]
        if len(servers.sessions()) < MAX_CONNECTIONS - RESERVED_CONNECTIONS - 1:
            raise NotReady("The leak did not take every slot.")
    elif fault == "blocked":
        block = servers.clients["block"]
        block.start()
        wait_until("The lock", lambda: "has the table" in block.log_text())
        wait_until("A session that waits", lambda: sum(s["waits_for"] == "Lock" for s in servers.sessions("web-pool")) == 2)
        culprits = [s["pid"] for s in servers.sessions("migration")]
    else:
        servers.services["postgres"].stop()
        innocent = []
    wait_until("The service's 500", lambda: servers.health()["status"] == 500)
    return {"fault": fault, "what": FAULTS[fault], "culprits": culprits, "innocent": innocent, "health": servers.health()}


def _idle_for(servers, seconds):
    leaked = servers.sessions("leaky-client")
    return bool(leaked) and all(s["state"] == "idle" and s["seconds"] >= seconds for s in leaked)
