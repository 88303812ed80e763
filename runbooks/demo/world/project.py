"""The runbooks' project as this world sees it: copies of the library with an `env demo` that has this world's addresses."""

import glob
import os
import re
import shutil

_ENV = """env demo: A small copy on this machine, at {address}
  input RB-02.port      = {postgres}
  input RB-02.data-dir  = "{data}"
  input RB-02.idle-for  = {idle}
  input RB-02.watch-for = {watch}
  api            = http://{address}:{backend}
  db             = postgres://postgres:<db-password>@{address}:<RB-02.port>/pivotal_flow
  cache          = redis://{address}:{redis}
  stack          = docker-compose.demo.yml
  prom           = http://{address}:{prometheus}
  web            = localhost
  team-lead      = log
  devops-lead    = log
  infrastructure = log
  incidents      = log
"""


def write(runbooks, servers, idle, watch):
    """Writes the project into the world's folder and returns where; `idle` and `watch` are durations as a runbook says them."""
    folder = os.path.join(servers.folder, "project")
    os.mkdir(folder)
    for path in glob.glob(os.path.join(runbooks, "pivotal-flow", "*.runbook")):
        shutil.copyfile(path, os.path.join(folder, os.path.basename(path)))
    shutil.copyfile(os.path.join(runbooks, "demo", "docker-compose.demo.yml"), os.path.join(folder, "docker-compose.demo.yml"))
    estate = os.path.join(folder, "pivotal.runbook")
    with open(estate, encoding="utf-8") as file:
        text = file.read()
    ours = _ENV.format(address=servers.address, data=servers.data, idle=idle, watch=watch, **servers.ports)
    text, replaced = re.subn(r"^env demo\b.*\n(?:(?:[ \t].*)?\n)*", lambda _: ours + "\n", text, flags=re.M)
    if replaced != 1:
        raise ValueError(f"{estate} has {replaced} blocks `env demo`, where the demo writes its own addresses.")
    with open(estate, "w", encoding="utf-8") as file:
        file.write(text)
    with open(os.path.join(folder, "rbc.toml"), "w", encoding="utf-8") as file:
        file.write("language = 1\n")
    return folder
