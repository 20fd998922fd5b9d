"""The production worker on a real redis-server, with clocks that libfaketime sets: the nights in which clocks change,
days that few years have, the end of 32 bits, and two workers who do not agree about the hour.

Only wall clocks are set; waits take as long as they do, so each night is looked at from some seconds before the
instant in question. That nothing more has come is told by another periodic job of the same minute, which the leader
looks at in the same round."""

import calendar
import glob
import json
import os
import re
import sys
import time

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "system"))
from rig import expect, main, until  # noqa: E402  pylint: disable=wrong-import-position

# Preloaded without the `faketime` program, which would take the signals and leave the worker behind.
LIBRARY = glob.glob("/usr/lib/*/faketime/libfaketimeMT.so.1")[0]
ENTRY = '  - {{name: {name}, cron: "{cron}", tz: {zone}, class: TallyWorker, args: ["{name}"]}}\n'


def worker_at(rig, when, *jobs):
    """A worker whose wall clock shows `when` as it starts (UTC, or an offset from now), with these periodic jobs:
    (name, cron, zone)."""
    path = os.path.join(rig.folder, "worker.yml")
    with open(path, "w", encoding="utf-8") as config:
        config.write(":poll_interval_average: 1\n" + ("periodic:\n" if jobs else ""))
        config.writelines(ENTRY.format(name=name, cron=cron, zone=zone) for name, cron, zone in jobs)
    return rig.worker("-c", "2", "-C", path, env={"LD_PRELOAD": LIBRARY, "FAKETIME": when, "TZ": "UTC",
                                                   "FAKETIME_DONT_FAKE_MONOTONIC": "1"})


def runs(rig, name):
    return rig.redis("LRANGE", "runs", 0, -1).count(name.encode())


def pass_by(rig, instant, jobs, marker):
    """Lets a worker live through an instant (UTC): from five seconds before it until the marker of that minute, which
    is the last of the jobs, has run once more."""
    seconds = calendar.timegm(time.strptime(instant, "%Y-%m-%d %H:%M")) - 5
    before = runs(rig, marker[0])
    child = worker_at(rig, time.strftime("@%Y-%m-%d %H:%M:%S", time.gmtime(seconds)), *jobs, marker)
    until(lambda: runs(rig, marker[0]) == before + 1, f"the marker of {instant} has run")
    expect(rig.terminate(child) == 0, "it stops when asked")


def what_a_spring_night_skips_runs_at_the_jump_and_once(rig):
    night = ("night", "30 2 * * *", "Europe/Berlin")
    pass_by(rig, "2026-03-29 01:00", [night], ("jump", "0 1 * * *", "UTC"))
    expect(runs(rig, "night") == 1, f"{runs(rig, 'night')} runs when 2:00 has become 3:00")
    pass_by(rig, "2026-03-29 01:30", [night], ("later", "30 1 * * *", "UTC"))
    expect(runs(rig, "night") == 1, f"{runs(rig, 'night')} runs half an hour later")
    pass_by(rig, "2026-03-30 00:30", [night], ("next", "30 0 * * *", "UTC"))
    expect(runs(rig, "night") == 2, f"{runs(rig, 'night')} runs in the night that follows")


def what_an_autumn_night_has_twice_runs_the_first_time(rig):
    night = ("night", "30 2 * * *", "Europe/Berlin")
    pass_by(rig, "2026-10-25 00:30", [night], ("first", "30 0 * * *", "UTC"))
    expect(runs(rig, "night") == 1, f"{runs(rig, 'night')} runs at the first half past two")
    pass_by(rig, "2026-10-25 01:30", [night], ("second", "30 1 * * *", "UTC"))
    expect(runs(rig, "night") == 1, f"{runs(rig, 'night')} runs at the second")


def the_29th_of_february_is_there_every_fourth_year(rig):
    leap = ("leap", "0 0 29 2 *", "UTC")
    marker = ("midnight", "0 0 * * *", "UTC")
    pass_by(rig, "2027-03-01 00:00", [leap], marker)
    expect(runs(rig, "leap") == 0, "no 29th in 2027")
    pass_by(rig, "2028-02-29 00:00", [leap], marker)
    expect(runs(rig, "leap") == 1, f"{runs(rig, 'leap')} runs on the 29th of 2028")
    pass_by(rig, "2028-03-01 00:00", [leap], marker)
    expect(runs(rig, "leap") == 1, f"{runs(rig, 'leap')} runs by the 1st of March")


def seconds_outgrow_32_bits(rig):
    """19 January 2038, 03:14:08 UTC: jobs before and behind that second, one that fails there, a heartbeat."""
    for number, score in enumerate((2**31 - 2, 2**31, 2**31 + 1.5)):
        rig.redis("ZADD", "schedule", score, payload(str(number), score))
    rig.redis("ZADD", "schedule", 2**31, payload("stranger", 2**31, "NoSuchWorker"),
              2**31 + 3600, payload("later", 2**31 + 3600))
    child = worker_at(rig, "@2038-01-19 03:14:00", ("tick", "15 3 * * *", "UTC"))
    until(lambda: all(runs(rig, str(number)) for number in range(3)), "the three have run")
    retry = until(lambda: rig.redis("ZRANGE", "retry", 0, -1, "WITHSCORES"), "the stranger is to be retried")
    expect(float(retry[1]) > 2**31 + 10, f"not before {retry[1]}")
    failed_at = json.loads(retry[0])["failed_at"]
    expect(2**31 - 60 < failed_at < 2**31 + 600, f"it failed at {failed_at}")
    until(lambda: runs(rig, "tick") == 1, "a tick of the clock behind it", 90)
    expect([runs(rig, str(number)) for number in range(3)] == [1, 1, 1], "each once")
    expect(runs(rig, "later") == 0 and rig.redis("ZCARD", "schedule") == 1, "the one of an hour later waits")
    beat = float([rig.redis("HGET", key, "beat") for key in rig.redis("SMEMBERS", "processes")][0])
    expect(beat > 2**31, f"the heartbeat was at {beat}")
    expect(rig.terminate(child) == 0, "it stops when asked")


def two_workers_an_hour_apart_run_each_job_once(rig):
    now = time.time()
    for first in range(0, 4000, 500):
        rig.redis("LPUSH", "queue:default", *[payload(f"now-{n}", now) for n in range(first, first + 500)])
    for number in range(20):
        rig.redis("ZADD", "schedule", now + 180 * number, payload(f"soon-{number}", now + 180 * number))
    rig.redis("ZADD", "schedule", now + 7200, payload("later", now + 7200))
    minute = ("minute", "* * * * *", "UTC")
    children = [worker_at(rig, "+0", minute), worker_at(rig, "+1h", minute)]
    until(lambda: rig.redis("LLEN", "queue:default") == 0 and rig.redis("ZCARD", "schedule") == 1, "all are taken")
    expected = {f"now-{n}" for n in range(4000)} | {f"soon-{n}" for n in range(20)}
    until(lambda: expected <= {name.decode() for name in rig.redis("SMEMBERS", "tally")}, "all are done")
    # Whoever leads ends; the other, an hour away, leads then, and enqueues no tick that was enqueued before.
    leader = until(lambda: rig.redis("GET", "dear-leader"), "somebody leads")
    first = next(child for child in children if f":{child.pid}:" in leader.decode())
    until(lambda: runs(rig, "minute") >= 1, "a tick of the leader's clock", 90)
    expect(rig.terminate(first) == 0, "it stops when asked")
    until(lambda: rig.redis("GET", "dear-leader") not in (None, leader), "the other leads", 90)
    other = next(child for child in children if child is not first)
    expect(rig.terminate(other) == 0, "it stops too")
    names = [name.decode() for name in rig.redis("LRANGE", "runs", 0, -1)]
    twice = sorted({name for name in names if name != "minute" and names.count(name) > 1})
    expect(not twice, f"run twice: {twice}")
    expect("later" not in names, "what is due in two hours waits for both")
    started = [jid for child in children
               for jid in re.findall(r'"msg":"start","ctx":{"class":"TallyWorker","jid":"(\w+)"', rig.log_of(child))]
    expect(len(started) == len(names), f"{len(started)} starts in the logs, {len(names)} runs")
    expect(len(set(started)) == len(started), "no jid has begun twice, those of ticks included")


def payload(name, at, worker="TallyWorker"):
    return json.dumps({"retry": True, "queue": "default", "class": worker, "args": [name],
                       "jid": name.encode().hex().ljust(24, "0")[:24], "created_at": at}, separators=(",", ":"))


main([what_a_spring_night_skips_runs_at_the_jump_and_once, what_an_autumn_night_has_twice_runs_the_first_time,
      the_29th_of_february_is_there_every_fourth_year, seconds_outgrow_32_bits,
      two_workers_an_hour_apart_run_each_job_once])
