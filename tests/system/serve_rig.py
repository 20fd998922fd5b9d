"""Starts `faultline serve` on free ports for a system test, and stops it; and what such a test asks of a client."""

import json
import os
import re
import subprocess
import tempfile

from rig import BUILD, Client, Failure, Redis, ReplyError, expect, until


def fails(client, *command):
    """The error that a command is answered with."""
    try:
        answer = client(*command)
    except ReplyError as error:
        return str(error)
    raise Failure(f"{command} was answered: {answer}")


def ends(client):
    """How a connection ends that has nothing more to say: "closed" or "reset"."""
    try:
        return "closed" if client.reader.read(1) == b"" else "bytes"
    except ConnectionResetError:
        return "reset"


class Served:
    """A program that has said where it listens in its first line: `faultline serve` or `proxy`."""

    def __init__(self, folder, number, *arguments):
        self.log_path = os.path.join(folder, f"served-{number}.log")
        with open(self.log_path, "wb") as log:
            self.child = subprocess.Popen([os.path.join(BUILD, "faultline"), *arguments], stdout=log,
                                          stderr=subprocess.STDOUT, stdin=subprocess.DEVNULL)
        until(lambda: "\n" in self.log() or self.child.poll() is not None, "it says where it listens")
        expect(self.child.poll() is None, f"it runs: {self.log()}")
        self.first_line = self.log().splitlines()[0]
        port = re.search(r"redis://[^ ]*:(\d+)", self.first_line)
        self.port = int(port.group(1)) if port else None

    def log(self):
        with open(self.log_path, encoding="utf-8", errors="replace") as log:
            return log.read()

    def client(self, **options):
        return Client(self.port, **options)

    @property
    def control(self):
        """Where its control channel is: a path."""
        return re.search(r"\(control ([^)]*)\)", self.first_line).group(1)

    def asked(self, *command):
        """The answer of the control channel, whatever it is."""
        done = subprocess.run([os.path.join(BUILD, "faultline"), "ctl", self.control, *map(str, command)],
                              capture_output=True, text=True, timeout=30)
        answer = json.loads(done.stdout)
        expect(done.returncode == (0 if answer["ok"] else 1) and done.stderr == "", f"{command}: {done}")
        return answer

    def ctl(self, *command):
        """The answer to what must succeed."""
        answer = self.asked(*command)
        expect(answer["ok"], f"{command}: {answer}")
        return answer

    def refused(self, *command):
        """Why it was not done."""
        answer = self.asked(*command)
        expect(not answer["ok"], f"{command}: {answer}")
        return answer["error"]

    def stop(self, limit_s=20):
        """The exit status, after SIGTERM."""
        if self.child.poll() is None:
            self.child.terminate()
        return self.child.wait(timeout=limit_s)


class ServeRig:
    def __init__(self):
        self.folder = tempfile.mkdtemp(prefix="faultline-serve-")
        self.served = []
        self.redis = None

    @property
    def children(self):
        return self.served

    def log_of(self, served):
        return served.log()

    def serve(self, *arguments):
        served = Served(self.folder, len(self.served), "serve", *(str(argument) for argument in arguments))
        self.served.append(served)
        return served

    def proxy(self, *arguments):
        """Before a real Redis, which is self.redis, with a control channel."""
        if not self.redis:
            self.redis = Redis(self.folder)
        return self.before(f"127.0.0.1:{self.redis.port}", *arguments)

    def before(self, upstream, *arguments):
        control = os.path.join(self.folder, f"control-{len(self.served)}")
        served = Served(self.folder, len(self.served), "proxy", "--upstream", upstream, "--control", control,
                        *(str(argument) for argument in arguments))
        self.served.append(served)
        return served

    def controlled(self, *arguments):
        """With a control channel of its own."""
        return self.serve("--control", os.path.join(self.folder, f"control-{len(self.served)}"), *arguments)

    def stop(self):
        for served in self.served:
            if served.child.poll() is None:
                served.child.kill()
            served.child.wait()
        if self.redis:
            self.redis.stop()
