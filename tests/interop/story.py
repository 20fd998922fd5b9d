"""Runs one application against a redis-server and against `faultline serve`, and compares what the two runs tell.

An application gets the URL and nothing else; it prints, as the last thing it does, what has happened."""

import difflib
import json
import os
import subprocess
import sys

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(os.path.dirname(HERE), "system"))

from rig import BUILD, Redis, expect
from serve_rig import ServeRig

LIMIT_S = 100  # for one run; each finishes in a fifth of it on an idle machine


class StoryRig(ServeRig):
    """A real Redis, and the fake with a record of all commands."""

    def __init__(self):
        super().__init__()
        self.redis = Redis(self.folder)
        self.record = os.path.join(self.folder, "record")
        self.fake = self.serve("--record", self.record)

    def stop(self):
        super().stop()
        self.redis.stop()

    def run(self, port, command, env):
        """Starts it; the process, whose output is in the two files."""
        stem = os.path.join(self.folder, str(port))
        with open(stem + ".out", "wb") as out, open(stem + ".err", "wb") as err:
            return subprocess.Popen([*command, f"redis://127.0.0.1:{port}/0"], stdin=subprocess.DEVNULL, stdout=out,
                                    stderr=err, cwd=self.folder, start_new_session=True,
                                    env={**os.environ, "PYTHONDONTWRITEBYTECODE": "1", "APP_LOG": stem + ".log", **env})

    def told(self, port, suffix=".out"):
        path = os.path.join(self.folder, str(port)) + suffix
        if not os.path.exists(path):
            return ""
        with open(path, encoding="utf-8", errors="replace") as said:
            return said.read()

    def not_implemented(self):
        """What the fake has refused because it does not have it."""
        with open(self.record, encoding="utf-8") as lines:
            commands = [json.loads(line) for line in lines]
        return [command for command in commands if "does not implement" in command.get("error", "")]


def ended(child):
    """Its exit status; what is left of its process group is ended too."""
    try:
        return child.wait(timeout=LIMIT_S)
    except subprocess.TimeoutExpired:
        return "still running"
    finally:
        try:
            os.killpg(child.pid, 9)
        except ProcessLookupError:
            pass


def same_story(rig, command, env=None):
    """Both runs at once: they mostly wait."""
    ports = {"redis-server": rig.redis.port, "the fake": rig.fake.port}
    children = {name: rig.run(port, command, env or {}) for name, port in ports.items()}
    for name, child in children.items():
        status, port = ended(child), ports[name]
        expect(status == 0, f"with {name} it ends with {status}\n{rig.told(port)}{rig.told(port, '.err')[-3000:]}"
                            f"{rig.told(port, '.log')[-3000:]}")
    real, fake = (rig.told(port).splitlines(keepends=True) for port in ports.values())
    expect(real, "it tells something")
    difference = "".join(difflib.unified_diff(real, fake, *ports, n=1))
    expect(not difference, difference)
    expect(not rig.not_implemented(), rig.not_implemented())
