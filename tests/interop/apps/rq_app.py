"""A small application on RQ: push, run, schedule, retry, depend, fail, and the registries it keeps.

    python3 rq_app.py URL

The last thing it does is to print what happened, without ids and times."""

import multiprocessing
import os
import sys
import time
from datetime import timedelta

import redis
from rq import Queue, Retry, Worker
from rq.command import send_shutdown_command, send_stop_job_command
from rq.job import Job
from rq.registry import FailedJobRegistry, FinishedJobRegistry, ScheduledJobRegistry
from rq.suspension import resume, suspend

LIMIT_S = 50


def note(text):
    app_redis().rpush("notes", text)
    return text.upper()


def flaky(text):
    if app_redis().incr("tries:" + text) == 1:
        raise ValueError("not yet: " + text)
    return "recovered " + text


def doomed(text):
    raise RuntimeError("never: " + text)


def endless():
    app_redis().set("endless", "began")
    while True:
        time.sleep(0.1)


def app_redis():
    return redis.Redis.from_url(os.environ["APP_REDIS"])


def until(what, condition):
    ends = time.monotonic() + LIMIT_S
    while not condition():
        if time.monotonic() > ends:
            sys.exit(f"not within {LIMIT_S} s: {what}")
        time.sleep(0.02)


def work(name):
    worker = Worker(["high", "default"], name=name, connection=app_redis())
    worker.work(with_scheduler=True, logging_level="ERROR")


def push_everything(high, default):
    jobs = {"note " + text: default.enqueue(note, text) for text in ("one", "two", "three")}
    jobs["urgent"] = high.enqueue(note, "urgent")
    jobs["front"] = default.enqueue(note, "front", at_front=True)
    jobs["after"] = default.enqueue(note, "after", depends_on=[jobs["note one"], jobs["note two"]])
    jobs["later"] = default.enqueue_in(timedelta(seconds=1), note, "later")
    jobs["far"] = default.enqueue_in(timedelta(hours=1), note, "far")
    jobs["flaky"] = default.enqueue(flaky, "a", retry=Retry(max=2, interval=1))
    jobs["doomed"] = default.enqueue(doomed, "b", retry=Retry(max=1))
    jobs["orphan"] = default.enqueue(note, "orphan", depends_on=jobs["doomed"])
    jobs["cancelled"] = default.enqueue(note, "cancelled")
    jobs["cancelled"].cancel()
    with default.connection.pipeline() as pipe:
        for job in default.enqueue_many([Queue.prepare_data(note, ("x",)), Queue.prepare_data(note, ("y",))],
                                        pipeline=pipe):
            jobs["many " + job.args[0]] = job
        pipe.execute()
    return jobs


def tell_jobs(jobs):
    for name, job in sorted(jobs.items()):
        job = Job.fetch(job.id, connection=job.connection)
        error = (job.exc_info or "").strip().splitlines()[-1:]
        print("job", name, job.get_status(), job.result, job.retries_left, *error)


def tell_registries(jobs, default):
    names = {job.id: name for name, job in jobs.items()}
    for kind in FailedJobRegistry, FinishedJobRegistry, ScheduledJobRegistry:
        ids = kind(queue=default).get_job_ids()
        print(kind.__name__, sorted(names[id] for id in ids))
    print("queues", sorted(queue.name for queue in Queue.all(default.connection)), "waiting", default.count)


def main(url):
    os.environ["APP_REDIS"] = url
    connection = app_redis()
    high, default = Queue("high", connection=connection), Queue("default", connection=connection)
    jobs = push_everything(high, default)
    print("waiting", high.count, default.count, "scheduled", default.scheduled_job_registry.count,
          "deferred", default.deferred_job_registry.count)
    suspend(connection, ttl=60)
    resume(connection)
    worker = multiprocessing.Process(target=work, args=("interop",))
    worker.start()
    status = {name: job.get_status for name, job in jobs.items()}
    until("the flaky one recovers", lambda: status["flaky"]() == "finished")
    until("the doomed one fails", lambda: status["doomed"]() == "failed")
    until("the late one runs", lambda: status["later"]() == "finished" and status["after"]() == "finished")
    default.failed_job_registry.requeue(jobs["doomed"].id)
    until("it fails again", lambda: len(FailedJobRegistry(queue=default)) == 1 and default.count == 0)
    stopped = jobs["stopped"] = high.enqueue(endless)
    until("it began", lambda: connection.get("endless") == b"began")
    send_stop_job_command(connection, stopped.id)
    until("it is stopped", lambda: stopped.get_status() == "stopped")
    until("all is counted", lambda: Worker.all(connection)[0].failed_job_count == 5)
    book = Worker.all(connection)[0]
    print("worker", book.name, book.queue_names(), "failed", book.failed_job_count, "ok", book.successful_job_count)
    send_shutdown_command(connection, "interop")
    worker.join(LIMIT_S)
    print("exit", worker.exitcode, "workers", Worker.count(connection))
    tell_jobs(jobs)
    tell_registries(jobs, default)
    notes = [text.decode() for text in connection.lrange("notes", 0, -1)]
    print("notes", notes[:7], "and", sorted(notes[7:]))  # a late job and a dependent one may run in either order
    print("cleaned", FinishedJobRegistry(queue=default).cleanup(), default.empty(), default.delete())


if __name__ == "__main__":
    import rq_app  # RQ names a job's function by its module, which cannot be __main__

    rq_app.main(sys.argv[1])
