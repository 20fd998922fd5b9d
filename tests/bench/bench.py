"""Measures what docs/benchmarks.md reports; run from the repository's root after `ci/build build`.

  python3 tests/bench/bench.py worker   no-op jobs a second on a real Redis, Faultline and Sidekiq in the same run
  python3 tests/bench/bench.py runs     simulated runs a second of one scenario, on one core
  python3 tests/bench/bench.py instructions   what such a run and each of its effects cost, counted by Callgrind
  python3 tests/bench/bench.py suite    the whole scenario suite, each scenario played twice
  python3 tests/bench/bench.py orders   all orders that make a difference, of two workers with pollers and one job
  python3 tests/bench/bench.py push     jobs a second of a bulk push, and redis-benchmark's pipelined LPUSH of as many bytes
  python3 tests/bench/bench.py idle     commands a second of a worker that has nothing to do, Faultline's and Sidekiq
  python3 tests/bench/bench.py memory   what a worker of 25 threads holds, up to ten million jobs
  python3 tests/bench/bench.py fake     redis-benchmark against `faultline serve` and against redis-server in turn
"""

import glob
import json
import os
import re
import resource
import subprocess
import sys
import tempfile
import time

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "../system"))

from at_rest import bench_idle, bench_memory
from rig import BUILD, Client, Redis, Rig, until
from serve_rig import ServeRig

HERE = os.path.dirname(os.path.abspath(__file__))
SCENARIO = "scenarios/import/retries-exhausted--marked-failed-exactly-once.scenario"
ORDERS = "tests/bench/two-workers-two-pollers.scenario"
ROUNDS = 3
CONCURRENCY = 10  # threads of either worker


def fill(rig, count):
    now = time.time()
    rig.redis("SADD", "queues", "default")
    for first in range(0, count, 1000):
        rig.redis("LPUSH", "queue:default", *(
            json.dumps({"retry": True, "queue": "default", "class": "NoopWorker", "args": [],
                        "jid": f"{number:024x}", "created_at": now, "enqueued_at": now})
            for number in range(first, first + 1000)))


def left(rig):
    return sum(rig.redis("LLEN", key) for key in rig.redis("KEYS", "queue:*"))


def drain_rate(rig, count, start):
    """Jobs a second from the first job taken to the last one gone: the start of the program is not counted."""
    fill(rig, count)
    child = start(rig)
    began = until(lambda: time.monotonic() if rig.redis("LLEN", "queue:default") < count else 0, "the first job", 60)
    until(lambda: rig.redis("LLEN", "queue:default") == 0 and left(rig) == 0, "the last job", 300)
    rate = count / (time.monotonic() - began)
    rig.terminate(child)
    return rate


def start_faultline(rig):
    return rig.worker("-r", os.path.join(BUILD, "noop.so"), "-c", str(CONCURRENCY))


def start_sidekiq(rig):
    log = open(os.path.join(rig.folder, "sidekiq.log"), "wb")
    child = subprocess.Popen(
        ["sidekiq", "-r", os.path.join(HERE, "noop.rb"), "-c", str(CONCURRENCY), "-e", "production"],
        env={**os.environ, "REDIS_URL": f"redis://127.0.0.1:{rig.redis.port}/0"},
        stdout=log, stderr=subprocess.STDOUT, cwd=rig.folder)
    child.log_path = log.name
    log.close()
    rig.children.append(child)
    return child


def measured(count, start):
    rig = Rig()
    try:
        return drain_rate(rig, count, start)
    finally:
        rig.stop()


def bench_worker():
    rates = {"faultline-worker": [], "sidekiq 6.4.1": []}
    for _ in range(ROUNDS):
        rates["sidekiq 6.4.1"].append(measured(20_000, start_sidekiq))
        rates["faultline-worker"].append(measured(400_000, start_faultline))
    for name, seen in rates.items():
        print(f"{name}: " + ", ".join(f"{rate:,.0f}" for rate in seen) + " jobs/s")
    ratio = sorted(rates["faultline-worker"])[ROUNDS // 2] / sorted(rates["sidekiq 6.4.1"])[ROUNDS // 2]
    print(f"ratio of the medians: {ratio:.1f}")


def cpu_s():
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def timed(*arguments):
    """Seconds of real time and of processor time, and what was printed."""
    began, used = time.monotonic(), cpu_s()
    done = subprocess.run([os.path.join(BUILD, "faultline"), "run", *arguments], capture_output=True, text=True)
    seconds, cpu = time.monotonic() - began, cpu_s() - used
    print("\n".join(done.stdout.splitlines()[-2:]))
    return seconds, cpu


def bench_runs():
    count = 4000  # so many that the start of the program does not count
    for _ in range(ROUNDS):
        seconds, cpu = timed(SCENARIO, "--seeds", f"1..{count}", "--jobs", "1", "--no-verify")
        print(f"{count} runs in {seconds:.2f} s, {cpu:.2f} s of a processor: {count / cpu:,.0f} runs a processor second")


def counted(seeds):
    """The instructions of the run worker, which does all the work, for one run of each seed."""
    with tempfile.TemporaryDirectory() as folder:
        subprocess.run(
            ["valgrind", "--tool=callgrind", f"--callgrind-out-file={folder}/%p", "--trace-children=yes",
             "--soname-synonyms=somalloc=nouserintercepts", os.path.join(BUILD, "faultline"), "run", SCENARIO,
             "--seeds", f"1..{seeds}", "--jobs", "1", "--no-verify"], capture_output=True, check=True)
        return max(int(re.search(r"^totals: (\d+)", open(path).read(), re.M)[1])
                   for path in glob.glob(f"{folder}/*"))


def effects_of_one_run():
    """In the trace an effect has an ordinal behind its context: imp-7#1.4."""
    done = subprocess.run([os.path.join(BUILD, "faultline"), "run", SCENARIO, "--seed", "1", "--trace"],
                          capture_output=True, text=True, check=True)
    return len(re.findall(r"^ *\+\S+ +\S+\.\d+ ", done.stdout, re.M))


def bench_instructions():
    first, more = 20, 100
    a_run = (counted(first + more) - counted(first)) / more  # the start of the program is in both
    effects = effects_of_one_run()
    print(f"{a_run:,.0f} instructions a run, {effects} effects a run, {a_run / effects:,.0f} instructions an effect")


def bench_suite():
    for _ in range(ROUNDS):
        seconds, cpu = timed("scenarios")
        print(f"the suite took {seconds:.2f} s, {cpu:.2f} s of a processor")


def bench_orders():
    for _ in range(ROUNDS):
        before, began = cpu_s(), time.monotonic()
        done = subprocess.run([os.path.join(BUILD, "faultline"), "run", ORDERS, "--explore", "dpor"],
                              capture_output=True, text=True, check=True)
        seconds, cpu = time.monotonic() - began, cpu_s() - before
        runs = re.search(r"([0-9]+) runs", done.stdout).group(1)
        extent = "complete" if "\n      complete:" in done.stdout else "NOT complete"
        print(f"{runs} runs, {extent}, took {seconds:.2f} s, {cpu:.2f} s of a processor")


SCRIPT = "return redis.call('incr', KEYS[1])"
SHA = "SHA"  # stands for the script's name, which the server gives
FAKE_BENCHES = {
    "SET": ("SET", "key:__rand_int__", "xxx"),
    "GET": ("GET", "key:__rand_int__"),
    "LPUSH": ("LPUSH", "list", "xxx"),
    "RPOP": ("RPOP", "list"),
    "LMOVE": ("LMOVE", "list", "list", "RIGHT", "LEFT"),
    "ZADD": ("ZADD", "zset", "__rand_int__", "member:__rand_int__"),
    "EVALSHA": ("EVALSHA", SHA, "1", "counter"),
}


def processor_s(pid):
    """What a process has used so far."""
    with open(f"/proc/{pid}/stat", encoding="ascii") as stat:
        fields = stat.read().rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def benchmarked(port, pid, command, pipeline):
    """Requests a second, as redis-benchmark counts them, and requests a second of the server's own processor time,
    which hardly depends on what else the machine does."""
    client = Client(port)
    if command[0] in ("RPOP", "LMOVE"):
        client("DEL", "list")
        for first in range(0, 400_000, 1000):
            client("LPUSH", "list", *["xxx"] * 1000)
    sha = client("SCRIPT", "LOAD", SCRIPT).decode()
    count = 100_000 if pipeline == 1 else 1_000_000
    before = processor_s(pid)
    done = subprocess.run(["redis-benchmark", "-p", str(port), "-n", str(count), "-P", str(pipeline), "-r", "100000",
                           "--csv", *(sha if word == SHA else word for word in command)],
                          capture_output=True, text=True, timeout=300)
    used = processor_s(pid) - before
    client("FLUSHALL")
    client.close()
    return float(done.stdout.splitlines()[1].split('","')[1]), count / used


def bench_push():
    """In turn, one connection each; a payload has about 250 bytes."""
    rig, count, rates = Rig(), 500_000, []
    try:
        for _ in range(5):
            rig.redis("FLUSHALL")
            ours = subprocess.run([os.path.join(BUILD, "tests/bench/push_speed"), rig.redis.url, str(count)], check=True,
                                  capture_output=True, text=True)
            size = len(rig.redis("LINDEX", "queue:default", 0))
            rig.redis("FLUSHALL")
            theirs = subprocess.run(["redis-benchmark", "-s", rig.redis.path, "-t", "lpush", "-n", str(count), "-P", "64",
                                     "-c", "1", "-d", str(size), "--csv"], check=True, capture_output=True, text=True)
            rates.append((float(ours.stdout), float(re.search(r'"LPUSH","([\d.]+)"', theirs.stdout)[1])))
            print(f"pushed {rates[-1][0]:,.0f}, LPUSH {rates[-1][1]:,.0f} a second", flush=True)
    finally:
        rig.stop()
    print(f"median of the ratios {sorted(ours / theirs for ours, theirs in rates)[2]:.2f}")


def bench_fake():
    rig = ServeRig()
    try:
        real, fake = Redis(rig.folder), rig.serve()
        print("| | -P | faultline serve | redis-server | ratio | the same a processor second | | ratio |")
        print("|---|---|---|---|---|---|---|---|")
        for pipeline in 1, 64:
            for name, command in FAKE_BENCHES.items():
                seen = [(*benchmarked(fake.port, fake.child.pid, command, pipeline),
                         *benchmarked(real.port, real.server.pid, command, pipeline)) for _ in range(ROUNDS)]
                ours, ours_cpu, theirs, theirs_cpu = (sorted(rates)[ROUNDS // 2] for rates in zip(*seen))
                print(f"| {name} | {pipeline} | {ours:,.0f} | {theirs:,.0f} | {ours / theirs:.2f} "
                      f"| {ours_cpu:,.0f} | {theirs_cpu:,.0f} | {ours_cpu / theirs_cpu:.2f} |", flush=True)
        real.stop()
    finally:
        rig.stop()


benches = {"worker": bench_worker, "runs": bench_runs, "instructions": bench_instructions,
           "suite": bench_suite, "orders": bench_orders, "push": bench_push, "idle": bench_idle,
           "memory": bench_memory, "fake": bench_fake}
wanted = sys.argv[1:] or list(benches)
if not all(name in benches for name in wanted):
    sys.exit(__doc__)
for name in wanted:
    benches[name]()
