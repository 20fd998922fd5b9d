"""`faultline top` on a pseudo-terminal: it draws, obeys keys, redraws when the terminal changes its size, gives it back."""

import fcntl
import os
import pty
import re
import select
import signal
import struct
import subprocess
import termios
import time

from rig import BUILD, Failure, expect, main, until

LIMIT_S = 30


class Terminal:
    """A program on a terminal of its own, and everything that it has written."""

    def __init__(self, rig, *arguments, rows=24, columns=80):
        self.pid, self.fd = pty.fork()
        if self.pid == 0:
            try:
                os.execve(os.path.join(BUILD, "faultline"), ["faultline", "top", *arguments],
                          {**os.environ, "REDIS_URL": rig.redis.url, "TERM": "xterm", "NO_COLOR": "1"})
            finally:
                os._exit(127)
        self.resize(rows, columns, tell=False)
        self.written = b""

    def resize(self, rows, columns, tell=True):
        fcntl.ioctl(self.fd, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))
        if tell:
            os.kill(self.pid, signal.SIGWINCH)

    def read_some(self, limit_s):
        if not select.select([self.fd], [], [], limit_s)[0]:
            return False
        try:
            self.written += os.read(self.fd, 65536)
        except OSError:  # the program has ended
            return False
        return True

    def shows(self, pattern):
        """Waits until a whole picture has it; forgets what came before."""
        end = time.monotonic() + LIMIT_S
        while True:
            for picture in self.written.decode(errors="replace").split("\x1b[H")[1:]:
                whole, drawn, _ = picture.partition("\x1b[J")
                if drawn and re.search(pattern, whole):
                    self.written = b""
                    return whole.replace("\x1b[K", "").split("\r\n")
            if time.monotonic() > end or not self.read_some(LIMIT_S):
                raise Failure(f"never shown: {pattern}\n{self.written.decode(errors='replace')[-2000:]}")

    def types(self, keys):
        os.write(self.fd, keys.encode())

    def ends(self):
        """Its exit status; what it wrote last is kept."""
        while self.read_some(LIMIT_S):
            pass
        _, status = os.waitpid(self.pid, 0)
        os.close(self.fd)
        return os.waitstatus_to_exitcode(status)


def a_picture_is_drawn_and_keys_are_obeyed(rig):
    for queue, jobs in (("alpha", 1), ("beta", 3)):
        for _ in range(jobs):
            rig.push("NoteWorker", '["x"]', "-q", queue)
    top = Terminal(rig)
    lines = top.shows("alpha")
    expect(len(lines) == 24, f"it fills the terminal: {len(lines)} lines")
    expect([line.split()[0] for line in lines[5:7]] == ["alpha", "beta"], lines)
    expect("by name" in lines[-1], lines[-1])
    top.types("s")
    lines = top.shows("by jobs")
    expect([line.split()[0] for line in lines[5:7]] == ["beta", "alpha"], lines)
    top.types("q")
    expect(top.ends() == 0, "q ends it")
    expect(b"\x1b[?1049l" in top.written and b"\x1b[?25h" in top.written, "the terminal is given back")


def it_follows_the_size_of_its_terminal(rig):
    top = Terminal(rig)
    top.shows("QUEUE")
    top.resize(12, 40)
    lines = top.shows("^faultline top")
    while len(lines) != 12:
        lines = top.shows("^faultline top")
    expect(all(len(line) <= 40 for line in lines), lines)
    os.kill(top.pid, signal.SIGTERM)
    expect(top.ends() == 0, "TERM ends it")
    expect(b"\x1b[?1049l" in top.written, "the terminal is given back")


def what_happens_in_redis_is_seen(rig):
    top = Terminal(rig, "--interval", "1")
    top.shows("dead 0")
    rig.redis("ZADD", "dead", "1", "x")
    top.shows("dead 1")
    rig.redis("SET", "retry", "no set")
    top.shows("Redis: WRONGTYPE")
    rig.redis("DEL", "retry")
    rig.redis("INCRBY", "stat:processed", "1000")
    top.shows(r"processed 1,000 \([1-9]")
    top.types("q")
    expect(top.ends() == 0, "it ends")


def a_process_is_quieted_once_that_was_confirmed(rig):
    worker = rig.worker()
    until(lambda: rig.redis("SCARD", "processes") == 1, "the worker is registered")
    top = Terminal(rig, columns=120)
    top.shows(">  ")
    top.types("t")
    top.shows("take no more jobs\\? y or n")
    top.types("n")
    top.shows("q ends")
    expect(rig.redis("KEYS", "*-signals") == [], "nothing was said")
    top.types("ty")
    top.shows("hears it with its next heartbeat")
    until(lambda: "no longer accepting new work" in rig.log_of(worker), "it hears it")
    top.types("q")
    expect(top.ends() == 0, "it ends")


def one_picture_is_for_scripts(rig):
    rig.push("NoteWorker", '["x"]', "-q", "alpha")
    command = [os.path.join(BUILD, "faultline"), "top"]
    env = {**os.environ, "REDIS_URL": rig.redis.url}
    once = subprocess.run([*command, "--once"], capture_output=True, text=True, env=env, timeout=30, check=False)
    expect(once.returncode == 0 and "alpha" in once.stdout and "\x1b" not in once.stdout, once)
    live = subprocess.run(command, capture_output=True, text=True, env=env, timeout=30, check=False)
    expect(live.returncode == 2 and "expected a terminal" in live.stderr, live)
    away = subprocess.run([*command, "--once", "--redis", "redis://127.0.0.1:1/0"], capture_output=True, text=True,
                          timeout=30, check=False)
    expect(away.returncode == 1 and "could not be reached" in away.stderr, away)


main([a_picture_is_drawn_and_keys_are_obeyed, it_follows_the_size_of_its_terminal, what_happens_in_redis_is_seen,
      a_process_is_quieted_once_that_was_confirmed, one_picture_is_for_scripts])
