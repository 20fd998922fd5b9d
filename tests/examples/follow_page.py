#!/usr/bin/env python3
"""follow_page.py FAULTLINE SOURCES PAGE: does what a page of docs/ says, to the letter, in a folder of its own beside the
built programs. Marks in the page say what a block of code is: a file to save, a line to add to one, commands with their
exit status, and what these show. Figures of a machine (times, speeds, hashes) are not compared. A page that starts a
server says port 6399, which becomes a free one."""

import os
import re
import socket
import subprocess
import sys
import tempfile

BLOCK = re.compile(r"^<!-- ([^\n]*) -->\n```\w*\n(.*?)^```$", re.M | re.S)
FIGURES = [(re.compile(r"\b[0-9a-f]{16}\b"), "HASH"), (re.compile(r"\+(\d+d)?\d\d:\d\d:\d\d\.\d+"), "+TIME"),
           (re.compile(r"[\d,]+ effects/s"), "N effects/s"), (re.compile(r"in \d+\.\d s"), "in N s")]


def without_figures(line):
    for figure, word in FIGURES:
        line = figure.sub(word, line)
    return line.strip()


def missing(block, output):
    """The first line of the block that the output does not have, in the block's order; None: all are there."""
    lines = iter([without_figures(line) for line in output.splitlines()])
    for wanted in block.splitlines():
        if wanted.strip() not in ("", "...") and without_figures(wanted) not in lines:
            return wanted
    return None


class Reader:
    """Somebody at a shell: its folder and environment last from one block of commands to the next."""

    def __init__(self, root):
        self.folder, self.environment, self.output = root, dict(os.environ), ""

    def save(self, name, text):
        with open(os.path.join(self.folder, name), "w", encoding="utf-8") as file:
            file.write(text)

    def add(self, name, before, text):
        path = os.path.join(self.folder, name)
        with open(path, encoding="utf-8") as file:
            lines = file.readlines()
        places = [number for number, line in enumerate(lines) if before in line]
        self.save(name, "".join(lines[:places[0] + 1] + [text] + lines[places[0] + 1:]))

    def run(self, commands, status):
        """None, or what is wrong."""
        left = os.path.join(self.folder, ".left")
        script = f"{commands}\nstatus=$?; env -0 >'{left}'; exit $status"
        done = subprocess.run(["sh", "-c", script], cwd=self.folder, env=self.environment, text=True, check=False,
                              stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
        self.output = done.stdout
        with open(left, encoding="utf-8") as file:
            self.environment = dict(pair.split("=", 1) for pair in file.read().split("\0") if "=" in pair)
        os.remove(left)
        self.folder = self.environment["PWD"]
        return None if done.returncode == status else f"exit status {done.returncode}, expected {status}"


def follow(reader, mark, block):
    """None, or what is wrong."""
    word, _, rest = mark.partition(" ")
    if word == "run":
        return reader.run(block, int(rest))
    if word == "shows":
        line = missing(block, reader.output)
        return line and f"not shown: {line}"
    if word == "save":
        reader.save(rest, block)
    else:
        name, before = re.fullmatch(r"(\S+) behind (.*)", rest).groups()
        reader.add(name, before, block)
    return None


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return str(probe.getsockname()[1])


def main():
    program, sources = (os.path.realpath(path) for path in sys.argv[1:3])
    name = sys.argv[3]
    passed = failed = 0
    with open(os.path.join(sources, name), encoding="utf-8") as page:
        text = page.read().replace("6399", free_port())
    with tempfile.TemporaryDirectory() as root:
        os.symlink(os.path.dirname(program), os.path.join(root, "build"))
        os.symlink(os.path.join(sources, "src"), os.path.join(root, "src"))
        reader = Reader(root)
        for mark, block in BLOCK.findall(text):
            wrong = follow(reader, mark, block)
            failed += wrong is not None
            passed += wrong is None
            if wrong:
                print(f"{name}, <!-- {mark} -->: {wrong}\n{reader.output}")
    if passed + failed < text.count("\n<!-- "):
        failed += 1
        print(f"{name}: a mark without a block of code behind it")
    print(f"{passed} passed, {failed} failed, 0 skipped")
    return 1 if failed else 0


sys.exit(main())
