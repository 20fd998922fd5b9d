"""A small application on Celery: push, run, countdown, retry, chain, group, chord, fail, revoke, remote control.

    python3 celery_app.py URL

The last thing it does is to print what happened, without ids and times. The worker is started by the application,
with this same file as its module."""

import os
import re
import subprocess
import sys
import time
from datetime import datetime, timedelta, timezone

import celery
import redis
from celery import chain, chord, group

LIMIT_S = 50
URL = sys.argv[1] if __name__ == "__main__" else os.environ["APP_REDIS"]

app = celery.Celery("celery_app", broker=URL, backend=URL)
app.conf.update(broker_transport_options={"priority_steps": [0, 5, 9], "queue_order_strategy": "priority"},
                worker_prefetch_multiplier=1, task_acks_late=True, result_extended=True,
                task_default_queue="work", task_track_started=True)


def app_redis():
    return redis.Redis.from_url(URL)


@app.task(name="note")
def note(text):
    app_redis().rpush("notes", text)
    return text.upper()


@app.task(name="add")
def add(*numbers):
    return sum(numbers)


@app.task(name="sum_up")
def sum_up(numbers):
    return sum(numbers)


@app.task(name="flaky", bind=True, max_retries=3)
def flaky(self, text):
    if self.request.retries < 2:
        raise self.retry(countdown=0.2, exc=ValueError("not yet: " + text))
    return f"recovered {text} after {self.request.retries}"


@app.task(name="doomed", bind=True, max_retries=1, autoretry_for=(RuntimeError,), default_retry_delay=0.1)
def doomed(self, text):
    raise RuntimeError("never: " + text)


def until(what, condition):
    ends = time.monotonic() + LIMIT_S
    while True:
        value = condition()
        if value:
            return value
        if time.monotonic() > ends:
            sys.exit(f"not within {LIMIT_S} s: {what}")
        time.sleep(0.05)


def start_worker():
    log = open(os.environ.get("APP_LOG", os.devnull), "wb")
    return subprocess.Popen([sys.executable, "-m", "celery", "-A", "celery_app", "worker", "--pool", "solo", "-n",
                             "interop@host", "-Q", "work", "--loglevel", "INFO"], stdout=log, stderr=log,
                            env={**os.environ, "APP_REDIS": URL}, cwd=os.path.dirname(os.path.abspath(__file__)))


def told(result):
    """What became of it, error and all."""
    value = result.get(timeout=LIMIT_S, propagate=False)
    return re.sub(r"[0-9a-f]{8}-[0-9a-f-]{27}", "ID", f"{result.state} {value!r}")


def main():
    connection = app_redis()
    notes = [note.apply_async(["low"], priority=9)] + [note.delay(text) for text in ("one", "two")]
    notes.append(note.apply_async(["middle"], priority=5))
    print("waiting", {key.decode(): connection.llen(key) for key in sorted(connection.keys("work*"))})
    revoked = note.apply_async(["revoked"], countdown=3600)
    expired = note.apply_async(["expired"], expires=datetime.now(timezone.utc) - timedelta(seconds=5))
    worker = start_worker()
    until("the worker answers", lambda: app.control.ping(timeout=1))
    print("first", [told(result) for result in notes])
    print("notes", [text.decode() for text in connection.lrange("notes", 0, -1)])
    print("late", told(note.apply_async(["late"], countdown=1)))
    print("flaky", told(flaky.delay("a")))
    print("doomed", told(doomed.delay("b")))
    print("chain", told(chain(add.s(1, 2), add.s(3), add.s(4)).apply_async()))
    print("group", group(add.s(n, n) for n in range(5)).apply_async().get(timeout=LIMIT_S))
    print("chord", told(chord((add.s(n, n) for n in range(5)), sum_up.s()).apply_async()))
    print("chord that fails", told(chord([add.s(1, 1), doomed.s("c")], sum_up.s()).apply_async()))
    print("expired", told(expired))
    print("scheduled", until("it is held", lambda: [each["request"]["args"] for held in
                             (app.control.inspect(timeout=1).scheduled() or {}).values() for each in held]))
    app.control.revoke(revoked.id)
    until("it is known", lambda: revoked.id in sum((app.control.inspect(timeout=1).revoked() or {}).values(), []))
    print("registered", sorted(sum((app.control.inspect(timeout=1).registered() or {}).values(), [])))
    stats = list((app.control.inspect(timeout=1).stats() or {}).values())[0]
    print("ran", sorted(stats["total"].items()), "transport", stats["broker"]["transport"])
    app.control.shutdown()
    print("exit", worker.wait(timeout=LIMIT_S))
    note.delay("left")
    print("purged", app.control.purge())
    print("results", len(connection.keys("celery-task-meta-*")), "forgotten", notes[0].forget(), notes[0].state)
    print("keys", sorted({key.decode().split("-meta-")[0] for key in connection.keys("*")}))


if __name__ == "__main__":
    main()
