"""Sidekiq's own web pages look at Faultline's processes, jobs and queues, and their buttons work on them."""

import json
import os
import re
import subprocess

from sides import HERE, environment, left, start_worker
from rig import expect, main, until


def ask(rig, *requests):
    """[(status, body)] of requests (method, path[, params])."""
    done = subprocess.run(["ruby", os.path.join(HERE, "web.rb"), json.dumps(requests)], env=environment(rig),
                          capture_output=True, text=True, timeout=60)
    expect(done.returncode == 0, f"ruby: {done.stderr}")
    return json.loads(done.stdout.splitlines()[-1])


def page(rig, path):
    (status, body), = ask(rig, ("GET", path))
    expect(status == 200, f"{path}: {status}")
    return body


def press(rig, path, **params):
    (status, _), = ask(rig, ("POST", path, params))
    expect(status == 302, f"{path}: {status}")


def shows(body, *words):
    missing = [word for word in words if word not in body]
    expect(not missing, f"the page does not show {missing}:\n{body[:6000]}")


def identity(rig):
    return until(lambda: rig.redis("SMEMBERS", "processes"), "a process is registered")[0].decode()


def the_busy_page_shows_the_process_and_what_it_does(rig):
    rig.push("SleepWorker", '["long", 600]')
    start_worker(rig, "-g", "shop", "-q", "default", "-q", "other")
    until(lambda: rig.redis("SISMEMBER", "began", "long"), "the job has begun")
    work = until(lambda: rig.redis("HVALS", identity(rig) + ":workers"), "it stands in the hash of work")
    jid = json.loads(json.loads(work[0])["payload"])["jid"]
    host, pid = identity(rig).rsplit(":", 2)[:2]
    shows(page(rig, "/busy"), f"{host}:{pid}", "shop", "default, other", "SleepWorker", "long", jid)
    shows(page(rig, "/"), "Busy")
    stats = json.loads(page(rig, "/stats"))["sidekiq"]
    expect((stats["busy"], stats["processes"]) == (1, 1), f"the numbers: {stats}")


def the_buttons_quiet_and_stop_the_process(rig):
    worker = start_worker(rig)
    name = identity(rig)
    press(rig, "/busy", identity=name, quiet="1")
    until(lambda: "no longer accepting new work" in rig.log_of(worker), "it says that it is quiet")
    until(lambda: rig.redis("HGET", name, "quiet") == b"true", "its heartbeat says so")
    press(rig, "/busy", identity=name, stop="1")
    expect(worker.wait(timeout=40) == 0, "it stops")
    press(rig, "/busy", identity=name, stop="1")  # to one that has gone: no error


def queues_are_shown_and_their_jobs_deleted(rig):
    for number in range(3):
        rig.push("NoteWorker", f'["n{number}"]')
    shows(page(rig, "/queues"), "/queues/default", ">3<")
    body = page(rig, "/queues/default")
    shows(body, "NoteWorker", "n0", "n1", "n2")
    entry = rig.redis("LINDEX", "queue:default", -1).decode()
    press(rig, "/queues/default/delete", key_val=entry)
    start_worker(rig)
    until(lambda: left(rig) == 0, "the others have run")
    expect(sorted(rig.redis("SMEMBERS", "notes")) == [b"n1", b"n2"], f"{rig.redis('SMEMBERS', 'notes')}")


def key_of(body, of):
    return re.search(f'href="[^"]*/{of}/([^"?]+)"', body)[1]


def retried(rig):
    """The job in the retry set, if it has failed more than once."""
    return next((job for job in map(json.loads, rig.redis("ZRANGE", "retry", 0, -1)) if "retried_at" in job), None)


def a_retry_is_shown_run_at_once_and_buried(rig):
    rig.push("FailWorker", '["x <b>bold</b>"]')
    start_worker(rig)
    until(lambda: rig.redis("ZCARD", "retry") == 1, "the retry is stored")
    body = page(rig, "/retries")
    shows(body, "FailWorker", "RuntimeError", "fails every time", "x &lt;b&gt;bold")
    shows(page(rig, "/retries/" + key_of(body, "retries")), "FailWorker", "RuntimeError", "fails every time")
    press(rig, "/retries/" + key_of(body, "retries"), retry="1")
    # The button takes one retry back, so that the count is what it was when it has failed again.
    again = until(lambda: retried(rig), "it has failed again")
    expect(again["retry_count"] == 0, f"by hand it costs no attempt: {again}")
    press(rig, "/retries/" + key_of(page(rig, "/retries"), "retries"), kill="1")
    shows(page(rig, "/morgue"), "FailWorker", "fails every time")
    expect((rig.redis("ZCARD", "retry"), rig.redis("ZCARD", "dead")) == (0, 1), "it has moved")


def the_dead_and_the_scheduled_are_run_by_their_buttons(rig):
    rig.push("PermanentWorker", '["p"]')
    start_worker(rig)
    until(lambda: rig.redis("ZCARD", "dead") == 1, "it is buried")
    body = page(rig, "/morgue")
    shows(body, "PermanentWorker", "ArgumentError")
    press(rig, "/morgue/" + key_of(body, "morgue"), delete="1")
    expect(rig.redis("ZCARD", "dead") == 0, "it is gone")
    rig.push("NoteWorker", '["in an hour"]', "--in", "1h", "--wire", "6")
    body = page(rig, "/scheduled")
    shows(body, "NoteWorker", "in an hour")
    press(rig, "/scheduled/" + key_of(body, "scheduled"), add_to_queue="1")
    until(lambda: rig.redis("SISMEMBER", "notes", "in an hour"), "it has run")


main([the_busy_page_shows_the_process_and_what_it_does, the_buttons_quiet_and_stop_the_process,
      queues_are_shown_and_their_jobs_deleted, a_retry_is_shown_run_at_once_and_buried,
      the_dead_and_the_scheduled_are_run_by_their_buttons])
