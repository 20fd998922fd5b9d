"""A fleet of Sidekiq and one of Faultline on one Redis: jobs of every kind in both directions, one job that fails on
both sides in turn, a hundred thousand while processes of both are killed, and books that add up."""

import json
import random
import signal
import time

from sides import left, ruby, start_sidekiq, start_worker
from rig import expect, main, until

JOBS = 100_000
KILLS = 3  # of each side
THREADS = 5
MODULE = "tests/interop/both.so"

# Arguments as JSON that a client may well write: each must come out as it went in.
ARGUMENTS = ["[]", "[null,true,false]", "[0,-1,9007199254740993,123456789012345678901234567890]", "[1.5,-0.25,100.0]",
             '["","Zo\\u00eb","\u65e5\u672c\u8a9e","\U0001f600","a\\"b\\\\c\\nd"]', '[{"b":1,"a":[{"c":null}]}]',
             '["' + "x" * 20000 + '"]']


def echoed(rig):
    return [json.loads(text) for text in rig.redis("LRANGE", "echo", 0, -1)]


def same(rig, pushed):
    """Each of the pushed arguments has come out once."""
    want = sorted(json.dumps(json.loads(text)) for text in pushed)
    got = sorted(json.dumps(args) for args in echoed(rig))
    expect(got == want, f"arguments: {sorted(set(got) ^ set(want))[:3]}")


def faultline_runs_every_kind_of_job_that_sidekiq_pushes(rig):
    literals = ",".join(json.dumps(text, ensure_ascii=False) for text in ARGUMENTS)
    ruby(rig, f"each = [{literals}].map {{ |text| JSON.parse(text) }};"
              "each.each { |args| Sidekiq::Client.push('class' => 'EchoWorker', 'args' => args) };"
              "Sidekiq::Client.push_bulk('class' => 'EchoWorker', 'args' => each);"
              "each.each { |args| Sidekiq::Client.push('class' => 'EchoWorker', 'args' => args,"
              " 'at' => Time.now.to_f + 1) };"
              "[5, 0, '7', false, nil].each { |retries| Sidekiq::Client.push('class' => 'EchoWorker',"
              " 'args' => ['retry', retries], 'retry' => retries, 'tags' => ['a'], 'backtrace' => 3) }")
    start_worker(rig, module=MODULE)
    more = [json.dumps(["retry", retries]) for retries in (5, 0, "7", False, None)]
    until(lambda: rig.redis("LLEN", "echo") == 3 * len(ARGUMENTS) + len(more), "all have run")
    same(rig, ARGUMENTS * 3 + more)
    until(lambda: left(rig) == 0, "they are acknowledged")
    expect(rig.redis("ZCARD", "retry") == rig.redis("ZCARD", "dead") == 0, "none failed")


def sidekiq_runs_every_kind_of_job_that_faultline_pushes(rig):
    for text in ARGUMENTS:
        rig.push("EchoWorker", text)
        rig.push("EchoWorker", text, "--in", "1s", "--wire", "6")
        rig.push("EchoWorker", text, "--queue", "other")
    start_sidekiq(rig, "both.rb", "-q", "default", "-q", "other")
    until(lambda: rig.redis("LLEN", "echo") == 3 * len(ARGUMENTS), "all have run")
    same(rig, ARGUMENTS * 3)
    expect(rig.redis("ZCARD", "retry") == rig.redis("ZCARD", "dead") == 0, "none failed")


def retry_of(rig):
    """The one job in the retry set, and its bytes; None: there is none."""
    entries = rig.redis("ZRANGE", "retry", 0, -1)
    return (json.loads(entries[0]), entries[0]) if len(entries) == 1 else None


def a_job_that_fails_on_both_sides_in_turn_keeps_its_counts(rig):
    ruby(rig, "Sidekiq::Client.push('class' => 'FlakyWorker', 'args' => [5], 'backtrace' => true)")
    starts = [lambda: start_worker(rig, module=MODULE), lambda: start_sidekiq(rig, "both.rb")]
    first_failed_at = None
    for run in range(5):
        child = starts[run % 2]()
        until(lambda run=run: retry_of(rig) and retry_of(rig)[0]["retry_count"] == run, f"failure {run} is stored")
        expect(rig.terminate(child) == 0, "it stops when asked")
        job, entry = retry_of(rig)
        rig.redis("ZADD", "retry", "XX", 1, entry)  # its time has come
        expect(("retried_at" in job) == (run > 0), f"failure {run}: retried_at")
        first_failed_at = first_failed_at or job["failed_at"]
        expect(abs(job["failed_at"] - first_failed_at) < 0.001, "failed_at stays that of the first failure")
        side = "Ruby" if run % 2 else "C"
        expect(job["error_message"] == f"not yet, says {side}: \u00e9", f"message {job['error_message']}")
        expect(job["args"] == [5] and job["backtrace"] is True, "what the client said stays")
    child = starts[1]()
    until(lambda: rig.redis("LLEN", "flaky") == 6 and left(rig) == 0, "the sixth run is its last")
    expect(rig.terminate(child) == 0, "it stops when asked")
    story = [text.decode() for text in rig.redis("LRANGE", "flaky", 0, -1)]
    expect(story == ["faultline -1", "ruby 0", "faultline 1", "ruby 2", "faultline 3", "ruby 4"], f"runs: {story}")
    expect(rig.redis("ZCARD", "retry") == rig.redis("ZCARD", "dead") == 0, "nothing is left")


def each_side_runs_again_what_the_other_has_buried(rig):
    """Sidekiq's button takes a retry back, so by hand a job never runs out of them: it dies of each failure anew."""
    ruby(rig, "Sidekiq::Client.push('class' => 'FlakyWorker', 'args' => [1], 'retry' => 0)")
    for run in range(3):
        child = start_sidekiq(rig, "both.rb") if run % 2 else start_worker(rig, module=MODULE)
        until(lambda: rig.redis("ZCARD", "dead") == 1, f"run {run} ends in the dead set")
        expect(rig.terminate(child) == 0, "it stops when asked")
        said = ruby(rig, "job = Sidekiq::DeadSet.new.first; p job.klass, job['retry_count']; job.retry")
        expect(said == '"FlakyWorker"\n0', f"the dead job as Sidekiq reads it: {said}")
    story = [text.decode() for text in rig.redis("LRANGE", "flaky", 0, -1)]
    expect(story == ["faultline -1", "ruby -1", "faultline -1"], f"runs: {story}")
    expect(left(rig) == 1 and rig.redis("ZCARD", "dead") == 0, "it waits for the next")


def both_fleets_drain_100000_jobs_while_processes_of_both_are_killed(rig):
    for first in range(0, JOBS, 1000):
        rig.redis("LPUSH", "queue:default", *[payload(n) for n in range(first, first + 1000)])
    chance = random.Random(11)
    sidekiqs = [start_sidekiq(rig, "both.rb", "-c", str(THREADS)) for _ in range(2)]
    until(lambda: int(rig.redis("GET", "by:ruby") or 0) > 100, "Sidekiq is at work")
    workers = [start_worker(rig, "-c", "1", module=MODULE)]
    for kill in range(2 * KILLS):
        until(lambda kill=kill: rig.redis("SCARD", "tally") > JOBS * kill // (2 * KILLS + 4), f"before kill {kill}")
        side = workers if kill % 2 else sidekiqs
        victim = chance.randrange(len(side))
        side[victim].send_signal(signal.SIGKILL)
        side[victim].wait()
        if side is workers:
            side[victim] = start_worker(rig, "-c", "1", module=MODULE)
        else:
            side[victim] = start_sidekiq(rig, "both.rb", "-c", str(THREADS))
    until(lambda: left(rig) == 0, f"nothing is left; {left(rig)}", 200)
    for child in [*sidekiqs, *workers]:
        expect(rig.terminate(child) == 0, "a process that is asked to stop exits with 0")
    # Sidekiq takes jobs from Redis for good: a kill loses those that its threads have in hand, and no others.
    lost = JOBS - rig.redis("SCARD", "tally")
    expect(lost <= KILLS * THREADS, f"{lost} jobs lost by {KILLS} kills of Sidekiq with {THREADS} threads")
    shares = {side: int(rig.redis("GET", f"by:{side}") or 0) for side in ("ruby", "faultline")}
    expect(min(shares.values()) > JOBS // 50, f"both have had their share: {shares}")
    expect(rig.redis("ZCARD", "retry") == rig.redis("ZCARD", "dead") == 0, "none failed")
    print(f"{JOBS} jobs, {2 * KILLS} kills, {lost} lost with Sidekiq's threads, runs {shares}")


def the_books_of_both_add_up(rig):
    ruby(rig, "Sidekiq::Client.push_bulk('class' => 'TallyWorker', 'args' => (1..5000).map { |i| [i.to_s] });"
              "Sidekiq::Client.push_bulk('class' => 'FlakyWorker', 'retry' => 0, 'args' => [[9]] * 100)")
    children = [start_sidekiq(rig, "both.rb")]
    until(lambda: rig.redis("GET", "by:ruby"), "Sidekiq is at work")
    children.append(start_worker(rig, "-c", "1", module=MODULE))
    until(lambda: rig.redis("SCARD", "tally") == 5000 and left(rig) == 0, "all have run")
    until(lambda: rig.redis("ZCARD", "dead") == 100, "those that failed are buried")
    for child in children:
        expect(rig.terminate(child) == 0, "it stops when asked")
    today = time.strftime("%Y-%m-%d", time.gmtime())
    said = ruby(rig, "stats = Sidekiq::Stats.new; p stats.processed, stats.failed, stats.dead_size, stats.enqueued,"
                     f" Sidekiq::Stats::History.new(2).processed.values.sum, Time.now.utc.strftime('%F') == '{today}'")
    expect(said.split()[:5] == ["5100", "100", "100", "0", "5100"], f"Sidekiq's books: {said.split()}")


def payload(number):
    return json.dumps({"retry": True, "queue": "default", "class": "TallyWorker", "args": [str(number)],
                       "jid": f"{number:024x}", "created_at": time.time(), "enqueued_at": time.time()},
                      separators=(",", ":"))


if __name__ == "__main__":
    main([faultline_runs_every_kind_of_job_that_sidekiq_pushes, sidekiq_runs_every_kind_of_job_that_faultline_pushes,
          a_job_that_fails_on_both_sides_in_turn_keeps_its_counts,
          each_side_runs_again_what_the_other_has_buried,
          both_fleets_drain_100000_jobs_while_processes_of_both_are_killed, the_books_of_both_add_up])
