"""Starts and stops the real programs of a system test: a redis-server of its own and worker processes.

Every test is a function of a Rig; `main` runs those named on the command line (all without), prints one line
each and, last, the counts. Nothing sleeps a fixed time: `until` polls a condition, with a limit."""

import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
import traceback

BUILD = os.environ.get("FAULTLINE_BUILD", "build")


class Failure(Exception):
    pass


def expect(condition, text):
    if not condition:
        raise Failure(text)


def until(condition, text, limit_s=60):
    """Waits for a condition to become true; the value it then has."""
    end = time.monotonic() + limit_s
    while True:
        value = condition()
        if value:
            return value
        expect(time.monotonic() < end, f"not within {limit_s} s: {text}")
        time.sleep(0.02)


def listens(where):
    """Somebody accepts connections there. A server's socket has a path before that."""
    with socket.socket(socket.AF_INET if isinstance(where, int) else socket.AF_UNIX) as probe:
        try:
            probe.connect(("127.0.0.1", where) if isinstance(where, int) else where)
        except OSError:
            return False
    return True


class ReplyError(Failure):
    """Redis has answered an error."""


class Client:
    """A small client of a Redis on a unix socket (a path) or a TCP port (a number)."""

    def __init__(self, where, timeout_s=60):
        self.socket = socket.socket(socket.AF_INET if isinstance(where, int) else socket.AF_UNIX)
        self.socket.settimeout(timeout_s)
        self.socket.connect(("127.0.0.1", where) if isinstance(where, int) else where)
        self.reader = self.socket.makefile("rb")

    def write(self, *commands):
        out = []
        for command in commands:
            out.append(b"*%d\r\n" % len(command))
            for arg in command:
                arg = arg if isinstance(arg, bytes) else str(arg).encode()
                out.append(b"$%d\r\n%s\r\n" % (len(arg), arg))
        self.socket.sendall(b"".join(out))

    def send(self, *commands):
        """One reply for each command, in one round trip."""
        self.write(*commands)
        return [self.reply() for _ in commands]

    def __call__(self, *command):
        return self.send(command)[0]

    def reply(self):
        line = self.reader.readline()[:-2]
        kind, rest = line[:1], line[1:]
        if not kind:
            raise Failure("the connection was closed")
        if kind in b"+":
            return rest
        if kind == b":":
            return int(rest)
        if kind == b"-":
            raise ReplyError("Redis: " + rest.decode())
        if kind == b"$":
            if rest == b"-1":
                return None
            value = self.reader.read(int(rest) + 2)
            return value[:-2]
        return None if rest == b"-1" else [self.reply() for _ in range(int(rest))]

    def is_closed(self):
        """Nothing more comes: waits for it."""
        return self.reader.read(1) == b""

    def close(self):
        self.reader.close()
        self.socket.close()


class Redis(Client):
    """A redis-server on a unix socket and a port, and a client of it."""

    def __init__(self, folder, *options):
        self.folder = folder
        self.options = options
        self.path = os.path.join(folder, "redis.sock")
        self.url = "unix://" + self.path
        self.log = open(os.path.join(folder, "redis.log"), "ab")
        # A port too, for clients that know no unix socket: the first free one.
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port = probe.getsockname()[1]
        self.start()

    def start(self):
        self.server = subprocess.Popen(
            ["redis-server", "--port", str(self.port), "--bind", "127.0.0.1", "--unixsocket", self.path,
             "--save", "", "--appendonly", "no", "--dir", self.folder, *self.options],
            stdout=self.log, stderr=subprocess.STDOUT)
        until(lambda: listens(self.path), "redis-server listens")
        super().__init__(self.path)
        until(self.answers, "redis-server has read what it had kept")

    def answers(self):
        try:
            return self("PING") == b"PONG"
        except ReplyError:  # LOADING
            return False

    def restart(self):
        """SIGKILL, and again with what its options make it keep."""
        self.close()
        self.server.kill()
        self.server.wait()
        self.start()

    def stop(self):
        self.close()
        self.server.kill()
        self.server.wait()
        self.log.close()


class Rig:
    def __init__(self, make_server=Redis):
        self.folder = tempfile.mkdtemp(prefix="faultline-system-")
        self.children = []
        self.redis = make_server(self.folder)

    def worker(self, *arguments, env=None):
        """A faultline-worker on this Redis, running `tally.so` unless the arguments name a module."""
        if "-r" not in arguments:
            arguments = ("-r", os.path.join(BUILD, "tests/system/tally.so"), *arguments)
        log = open(os.path.join(self.folder, f"worker-{len(self.children)}.log"), "wb")
        child = subprocess.Popen([os.path.join(BUILD, "faultline-worker"), *arguments],
                                 stdout=log, stderr=subprocess.STDOUT,
                                 env={**os.environ, "REDIS_URL": self.redis.url, **(env or {})})
        child.log_path = log.name
        log.close()
        self.children.append(child)
        return child

    def log_of(self, child):
        with open(child.log_path, encoding="utf-8", errors="replace") as log:
            return log.read()

    def push(self, worker, args, *options):
        """`faultline push`; the jid."""
        done = subprocess.run([os.path.join(BUILD, "faultline"), "push", worker, args, *options],
                              env={**os.environ, "REDIS_URL": self.redis.url}, capture_output=True, text=True,
                              timeout=30)
        expect(done.returncode == 0, f"faultline push: {done.stderr}")
        return done.stdout.strip()

    def stop(self):
        for child in self.children:
            if child.poll() is None:
                child.kill()
            child.wait()
        self.redis.stop()

    def terminate(self, child, limit_s=40):
        child.send_signal(signal.SIGTERM)
        return child.wait(timeout=limit_s)


def main(tests, make_rig=Rig):
    names = sys.argv[1:] or [test.__name__ for test in tests]
    failed = 0
    for test in tests:
        if test.__name__ not in names:
            continue
        rig = getattr(test, "make_rig", make_rig)()
        try:
            test(rig)
            print(f"[       OK ] {test.__name__}")
        except (Failure, subprocess.TimeoutExpired, OSError) as failure:
            failed += 1
            print(f"[  FAILED  ] {test.__name__}: {failure}")
            traceback.print_exc()
            for child in rig.children[-3:]:
                print(f"--- {child.log_path}\n{rig.log_of(child)[-2000:]}")
        finally:
            rig.stop()
            shutil.rmtree(rig.folder, ignore_errors=True)
    print(f"[  PASSED  ] {len(names) - failed} test(s).")
    if failed:
        print(f"[  FAILED  ] {failed} test(s)")
    sys.exit(1 if failed else 0)
