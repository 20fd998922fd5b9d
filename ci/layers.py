"""Checks which folder includes which: core <- ports <- redis, queue, workers <- posix, mains; fakes see core
and ports, and the part of them that makes system calls is seen by none of the rest; only harness and tests see all. Of the
fake Redis nothing below its commands sees them. The last line is `N passed, N failed, N skipped`.

`--self-test` plants one wrong include of each kind and expects each to be found."""

import re
import sys

from sources import c_files

# layer: the layers it may include, itself aside
ALLOWED = {
    "core": set(),
    "ports": {"core"},
    "faultline": {"core", "ports"},
    "redis": {"core", "ports"},
    "queue": {"core", "ports", "faultline"},
    "operate": {"core", "ports", "faultline", "queue"},
    "workers": {"core", "ports", "faultline"},
    "posix": {"core", "ports", "redis", "faultline"},
    "main": {"core", "ports", "redis", "faultline", "queue", "operate", "workers", "posix"},
    "fakes": {"core", "ports"},
    "commands": {"core", "ports", "fakes"},
    "faces": {"core", "ports", "fakes"},
    "harness": {"core", "ports", "faultline", "redis", "queue", "operate", "workers", "posix", "fakes", "faces"},
}
FACES = ("fakes/redis/serve/",)
COMMANDS = ("fakes/redis/commands/",)
SRC_LAYERS = {"core", "ports", "faultline", "redis", "queue", "operate", "workers", "posix"}


def layer_of(path):
    parts = path.split("/")
    if path.startswith(FACES):
        return "faces"
    if path.startswith(COMMANDS):
        return "commands"
    if parts[0] == "src":
        return parts[1] if len(parts) > 2 else "main"
    return parts[0]


def layer_of_include(name):
    first = name.split("/")[0]
    if name in ("faultline/scenario.h", "faultline/testing.h"):
        return "harness"
    if name.startswith(FACES):
        return "faces"
    if name.startswith(COMMANDS):
        return "commands"
    if first in SRC_LAYERS or first in ("fakes", "harness", "tests"):
        return first
    return None  # a system header, or one beside the file


def violations(path, text):
    layer = layer_of(path)
    if layer not in ALLOWED:
        return
    for number, line in enumerate(text.splitlines(), 1):
        match = re.match(r'\s*#\s*include\s+["<]([^">]+)[">]', line)
        if not match:
            continue
        target = layer_of_include(match.group(1))
        if target and target != layer and target not in ALLOWED[layer]:
            yield f"{path}:{number}: {layer} must not include {match.group(1)}"


def self_test():
    planted = [("src/core/buf.c", "ports/clock.h"), ("src/queue/retry.c", "posix/clock.h"),
               ("src/queue/retry.c", "harness/world/world.h"), ("fakes/redis/commands/keys.c", "queue/client.h"),
               ("src/worker_main.c", "fakes/redis/fake_redis.h"), ("fakes/redis/commands/keys.c", "fakes/redis/serve/loop.h"),
               ("fakes/redis/serve/loop.c", "posix/clock.h"), ("src/ports/db.h", "redis/client.h"),
               ("fakes/redis/engine/blocking.c", "fakes/redis/commands/lists.h")]
    missed = [path for path, name in planted
              if len(list(violations(path, f'#include "{name}"\n'))) != 1]
    if list(violations("harness/run/run.c", '#include "fakes/redis/fake_redis.h"\n')):
        missed.append("harness may include fakes")
    for path in missed:
        print(f"not found: the planted include in {path}")
    print(f"{len(planted) + 1 - len(missed)} passed, {len(missed)} failed, 0 skipped")
    return 1 if missed else 0


def main():
    if "--self-test" in sys.argv:
        return self_test()
    files = c_files()
    wrong = 0
    for path in files:
        with open(path, encoding="utf-8") as source:
            found = list(violations(path, source.read()))
        for line in found:
            print(line)
        wrong += bool(found)
    print(f"{len(files) - wrong} passed, {wrong} failed, 0 skipped")
    return 1 if wrong else 0


sys.exit(main())
