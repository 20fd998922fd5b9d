"""What a worker costs that has nothing to do, and what it holds after very many jobs: the benchmarks `idle` and
`memory` of bench.py."""

import json
import os
import re
import subprocess
import sys
import time

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "../system"))

from rig import BUILD, Rig, until

HERE = os.path.dirname(os.path.abspath(__file__))
IDLE_S = 60
THREADS = 25
SLICE = 100_000  # jobs that stand in Redis at a time
MILLION = 1_000_000


def queue_options(count):
    return [word for number in range(count) for word in ("-q", "default" if number == 0 else f"queue-{number}")]


def faultline(rig, *options):
    return rig.worker("-r", os.path.join(BUILD, "noop.so"), "-c", "10", *options)


def sidekiq(rig, *options):
    child = subprocess.Popen(["sidekiq", "-r", os.path.join(HERE, "noop.rb"), "-c", "10", "-e", "production", *options],
                             env={**os.environ, "REDIS_URL": f"redis://127.0.0.1:{rig.redis.port}/0"},
                             stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, cwd=rig.folder)
    rig.children.append(child)
    return child


def commands_of(rig):
    """How many of each command Redis has executed."""
    stats = rig.redis("INFO", "commandstats").decode()
    return {name: int(calls) for name, calls in re.findall(r"cmdstat_([^:]+):calls=(\d+)", stats)}


def commands_a_second(start, queues):
    """Once it is registered, what comes in a minute; what this program asks itself is not counted."""
    rig = Rig()
    try:
        start(rig, *queue_options(queues))
        until(lambda: rig.redis("SCARD", "processes") == 1, "it is registered")
        before = commands_of(rig)
        time.sleep(IDLE_S)
        after = commands_of(rig)
    finally:
        rig.stop()
    grown = {name: after[name] - before.get(name, 0) for name in after if name != "info"}
    return sum(grown.values()) / IDLE_S, sorted(grown.items(), key=lambda item: -item[1])[:4]


def bench_idle():
    for queues in (1, 20):
        for name, start in (("faultline-worker", faultline), ("Sidekiq", sidekiq)):
            rate, most = commands_a_second(start, queues)
            print(f"{name}, {queues} queues: {rate:.1f} commands a second, mostly "
                  + ", ".join(f"{command} {calls}" for command, calls in most))


def resident_kb(child):
    with open(f"/proc/{child.pid}/status", encoding="utf-8") as status:
        return int(re.search(r"VmRSS:\s+(\d+)", status.read())[1])


def push(rig, worker, count, retry):
    job = json.dumps({"retry": retry, "queue": "default", "class": worker, "args": [], "jid": "0" * 24})
    for _ in range(0, count, 1000):
        rig.redis("LPUSH", "queue:default", *[job] * 1000)


def work_off(rig, worker, count, retry=True):
    for _ in range(0, count, SLICE):
        push(rig, worker, SLICE, retry)
        until(lambda: rig.redis("LLEN", "queue:default") == 0, "they are taken", 300)


def bench_memory():
    rig = Rig()
    try:
        child = rig.worker("-r", os.path.join(BUILD, "noop.so"), "-c", str(THREADS))
        until(lambda: rig.redis("SCARD", "processes") == 1, "it is registered")
        print(f"{THREADS} threads, nothing done yet: {resident_kb(child)} KB")
        for millions in range(1, 11):
            work_off(rig, "NoopWorker", MILLION)
            print(f"after {millions} million jobs: {resident_kb(child)} KB")
        work_off(rig, "NoSuchWorker", SLICE, retry=0)
        print(f"after {SLICE} jobs that failed: {resident_kb(child)} KB")
    finally:
        rig.stop()
