"""The production worker against a real redis-server, with real signals, threads and clocks."""

import glob
import json
import os
import random
import signal
import time

from rig import Redis, Rig, expect, main, until

JOBS = 100_000
KILLS = 20


def payload(number, worker="TallyWorker", args=None):
    return json.dumps({"retry": True, "queue": "default", "class": worker, "args": args or [str(number)],
                       "jid": f"{number:024x}", "created_at": time.time(), "enqueued_at": time.time()},
                      separators=(",", ":"))


def fill(redis, count):
    redis("SADD", "queues", "default")
    for first in range(0, count, 1000):
        redis("LPUSH", "queue:default", *[payload(n) for n in range(first, min(first + 1000, count))])


def left(redis):
    """Jobs that stand anywhere: queue, sets, private lists."""
    private = [key for key in redis("KEYS", "queue:*") if key != b"queue:default"]
    return (redis("LLEN", "queue:default"), redis("ZCARD", "retry"), redis("ZCARD", "dead"),
            sum(redis("LLEN", key) for key in private))


def drains_100000_jobs_while_being_killed_20_times(rig):
    fill(rig.redis, JOBS)
    chance = random.Random(7)
    workers = [rig.worker("-c", "5"), rig.worker("-c", "5")]
    for kill in range(KILLS):
        # Each kill waits for its share of the work, so that all of them hit a busy process.
        until(lambda: rig.redis("SCARD", "tally") > JOBS * kill // (KILLS + 4), f"progress before kill {kill}")
        victim = chance.randrange(2)
        workers[victim].send_signal(signal.SIGKILL)
        workers[victim].wait()
        workers[victim] = rig.worker("-c", "5")
    until(lambda: rig.redis("SCARD", "tally") == JOBS and left(rig.redis) == (0, 0, 0, 0),
          f"all jobs done and none left; {rig.redis('SCARD', 'tally')} done, left {left(rig.redis)}", 150)
    for worker in workers:
        expect(rig.terminate(worker) == 0, "a worker that is asked to stop exits with 0")
    runs = rig.redis("LLEN", "runs")
    expect(runs >= JOBS, f"{runs} runs of {JOBS} jobs")
    print(f"{JOBS} jobs, {KILLS} kills, {runs - JOBS} run twice")


def config_of_wire(rig, wire):
    path = os.path.join(rig.folder, f"wire-{wire}.yml")
    with open(path, "w", encoding="utf-8") as config:
        config.write(f":wire: {wire}\n:poll_interval_average: 1\n")
    return path


def two_wires_drain_100000_jobs_through_kills_and_two_deaths_of_redis(rig):
    fill(rig.redis, JOBS)
    chance = random.Random(13)
    options = [("-c", "5", "-C", config_of_wire(rig, wire)) for wire in (6, 8)]
    workers = [rig.worker(*each) for each in options]
    for kill in range(KILLS):
        until(lambda kill=kill: rig.redis("SCARD", "tally") > JOBS * kill // (KILLS + 4), f"before kill {kill}")
        if kill % 8 == 5:
            rig.redis.restart()
            continue
        victim = chance.randrange(2)
        workers[victim].send_signal(signal.SIGKILL)
        workers[victim].wait()
        workers[victim] = rig.worker(*options[victim])
    until(lambda: rig.redis("SCARD", "tally") == JOBS and left(rig.redis) == (0, 0, 0, 0),
          f"all jobs done and none left; {rig.redis('SCARD', 'tally')} done, left {left(rig.redis)}", 200)
    for worker in workers:
        expect(rig.terminate(worker) == 0, "a worker that is asked to stop exits with 0")
    runs = rig.redis("LLEN", "runs")
    counted = int(rig.redis("GET", "stat:processed") or 0)
    expect(counted <= runs, f"{counted} counted, {runs} runs: who is killed takes counts along, and brings none")
    # From here on nothing disturbs, and the books add up to the last job.
    rig.redis("LPUSH", "queue:default", *[payload(JOBS + number) for number in range(1000)])
    workers = [rig.worker(*each) for each in options]
    until(lambda: rig.redis("SCARD", "tally") == JOBS + 1000 and left(rig.redis) == (0, 0, 0, 0), "the rest is done")
    for worker in workers:
        expect(rig.terminate(worker) == 0, "it stops when asked")
    expect(int(rig.redis("GET", "stat:processed")) == counted + 1000, "each is counted once")
    print(f"{JOBS} jobs, {KILLS - 2} kills, 2 deaths of Redis, {runs - JOBS} run twice")


two_wires_drain_100000_jobs_through_kills_and_two_deaths_of_redis.make_rig = lambda: Rig(
    lambda folder: Redis(folder, "--appendonly", "yes"))


def term_with_too_little_grace_gives_the_job_back(rig):
    rig.redis("LPUSH", "queue:default", payload(1, "HoldWorker", ["held", 600]))
    worker = rig.worker("-c", "2", "-t", "2")
    until(lambda: rig.redis("LLEN", "began") == 1, "the job has begun")
    before = rig.redis("LRANGE", "queue:default", 0, -1)
    expect(before == [], f"the job is in hand, not in {before}")
    started = time.monotonic()
    status = rig.terminate(worker, 15)
    expect(status == 0, f"exit status {status}")
    expect(time.monotonic() - started < 10, "it exits soon after its grace period")
    back = rig.redis("LRANGE", "queue:default", 0, -1)
    expect(len(back) == 1 and json.loads(back[0])["args"] == ["held", 600], f"the job is back: {back}")
    expect("retry_count" not in json.loads(back[0]), "it was not counted as a failure")
    expect(rig.redis("SCARD", "processes") == 0, "the process has deregistered")
    expect(left(rig.redis) == (1, 0, 0, 0), f"it stands in one place: {left(rig.redis)}")


def quiet_takes_no_more_jobs_and_finishes_its_own(rig):
    rig.redis("LPUSH", "queue:default", payload(1, "HoldWorker", ["held", 2]))
    worker = rig.worker("-c", "1")
    until(lambda: rig.redis("LLEN", "began") == 1, "the job has begun")
    worker.send_signal(signal.SIGTSTP)
    until(lambda: "no longer accepting new work" in rig.log_of(worker), "it says that it is quiet")
    rig.redis("LPUSH", "queue:default", payload(2))
    until(lambda: rig.redis("SISMEMBER", "tally", "held") == 1, "the job in hand is finished")
    expect(left(rig.redis)[0] == 1, "the later one is left alone")
    expect(worker.poll() is None, "the process lives on")
    expect(rig.terminate(worker) == 0, "and stops when asked")


def capsules_run_beside_each_other_and_show_in_the_process_list(rig):
    path = os.path.join(rig.folder, "capsules.yml")
    with open(path, "w", encoding="utf-8") as config:
        config.write("concurrency: 2\nqueues: [[default, 3], [low, 1]]\nwire: 8\n"
                     "capsules:\n  single:\n    concurrency: 1\n    queues: [slow, default]\n")
    worker = rig.worker("-C", path)
    rig.redis("LPUSH", "queue:slow", payload(1, "HoldWorker", ["held", 600]))
    until(lambda: rig.redis("LLEN", "began") == 1, "the capsule of one thread is busy")
    rig.redis("LPUSH", "queue:slow", payload(2))
    rig.redis("LPUSH", "queue:default", *[payload(n) for n in range(3, 103)])
    until(lambda: rig.redis("SCARD", "tally") == 100, "the others go on")
    expect(rig.redis("LLEN", "queue:slow") == 1, "its second job waits for its thread")
    identity = rig.redis("SMEMBERS", "processes")[0].decode()
    info = json.loads(rig.redis("HGET", identity, "info"))
    expect(info["queues"] == ["default", "low", "slow"], info)
    expect(info["weights"] == [{"default": 3, "low": 1}, {"slow": 0, "default": 0}], info)
    expect(info["capsules"]["single"] == {"concurrency": 1, "mode": "strict", "weights": {"slow": 0, "default": 0}}, info)
    expect(rig.redis("HGET", identity, "concurrency") == b"3", "its threads are the sum")
    # Killed, and what it had in hand is there again for the next.
    worker.send_signal(signal.SIGKILL)
    worker.wait()
    other = rig.worker("-c", "1", "-q", "none")
    until(lambda: rig.redis("LLEN", "queue:slow") == 2, "both jobs of the capsule wait again")
    expect(rig.terminate(other) == 0, "it stops")


def a_clock_an_hour_ahead_of_its_client_runs_scheduled_jobs_an_hour_early(rig):
    """Documented: whether a job is due is the worker's clock's to say."""
    now = time.time()
    rig.redis("ZADD", "schedule", now + 1800, payload(1), now + 7200, payload(2))
    # Preloaded without the `faketime` program, which would take the signals and leave the worker behind.
    library = glob.glob("/usr/lib/*/faketime/libfaketimeMT.so.1")[0]
    worker = rig.worker("-c", "1", "-C", write_config(rig),
                        env={"LD_PRELOAD": library, "FAKETIME": "+1h", "FAKETIME_DONT_FAKE_MONOTONIC": "1"})
    until(lambda: rig.redis("SISMEMBER", "tally", "1") == 1, "the job of half an hour from now has run")
    expect(rig.redis("SISMEMBER", "tally", "2") == 0, "the one of two hours from now has not")
    expect(rig.redis("ZCARD", "schedule") == 1, "it still waits")
    beat = until(lambda: [rig.redis("HGET", key, "beat") for key in rig.redis("SMEMBERS", "processes")][0],
                 "a heartbeat")
    expect(abs(float(beat) - now - 3600) < 120, f"the heartbeat carries the worker's clock: {beat}")
    expect(rig.terminate(worker) == 0, "it stops when asked")


def write_config(rig):
    """Polls often, so that the test need not wait out Sidekiq's first ten seconds."""
    path = os.path.join(rig.folder, "worker.yml")
    with open(path, "w", encoding="utf-8") as config:
        config.write(":poll_interval_average: 1\n")
    return path


main([drains_100000_jobs_while_being_killed_20_times,
      two_wires_drain_100000_jobs_through_kills_and_two_deaths_of_redis, term_with_too_little_grace_gives_the_job_back,
      quiet_takes_no_more_jobs_and_finishes_its_own, capsules_run_beside_each_other_and_show_in_the_process_list,
      a_clock_an_hour_ahead_of_its_client_runs_scheduled_jobs_an_hour_early])
