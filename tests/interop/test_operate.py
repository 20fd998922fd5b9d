"""The operator's commands on a real Redis: what ruby-sidekiq has written, and what its API sees afterwards."""

import json
import os
import subprocess
import sys

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(os.path.dirname(HERE), "system"))

from rig import BUILD, expect, main, until
from sides import ruby, start_sidekiq, start_worker


def faultline(rig, *words, status=0, text=None):
    """The output of one command, which ends with this status."""
    done = subprocess.run([os.path.join(BUILD, "faultline"), *words], capture_output=True, text=True, timeout=60,
                          env={**os.environ, "REDIS_URL": rig.redis.url}, input=text, check=False)
    expect(done.returncode == status, f"faultline {words} ends with {done.returncode}: {done.stdout}{done.stderr}")
    return done.stdout if status == 0 else done.stdout + done.stderr


def lines(rig, *words):
    return [json.loads(line) for line in faultline(rig, *words, "--json").splitlines()]


FAILED = """
  set = Sidekiq::RetrySet.new
  3.times do |i|
    Sidekiq.redis do |redis|
      job = {"class" => "RubyWorker", "jid" => "jid-#{i}", "queue" => "low", "args" => ["r\u00e9", 2**70, i],
             "retry" => true, "retry_count" => 4, "created_at" => Time.now.to_f, "error_class" => "IOError",
             "error_message" => "gone #{i}"}
      redis.zadd("retry", (Time.now.to_f + 3600 + i).to_s, Sidekiq.dump_json(job))
    end
  end
"""


def sidekiqs_jobs_are_listed(rig):
    ruby(rig, "Sidekiq::Client.push('class' => 'RubyWorker', 'queue' => 'low', 'args' => [1]);"
              "Sidekiq::Client.push('class' => 'RubyWorker', 'args' => ['later'], 'at' => Time.now.to_f + 600)")
    queues = {queue["name"]: queue for queue in lines(rig, "queues")}
    expect(queues["low"]["size"] == 1 and 0 <= queues["low"]["latency_s"] < 60, queues)
    job = lines(rig, "queues", "show", "low")[0]
    expect(job["class"] == "RubyWorker" and job["job"]["args"] == [1], job)
    scheduled = lines(rig, "scheduled", "list")
    expect(len(scheduled) == 1 and scheduled[0]["job"]["args"] == ["later"], scheduled)
    stats = json.loads(faultline(rig, "stats", "--json"))
    expect((stats["enqueued"], stats["scheduled"], len(stats["days"])) == (1, 1, 7), stats)


def what_is_retried_here_is_where_sidekiq_expects_it(rig):
    ruby(rig, FAILED)
    expect(faultline(rig, "retries", "retry", "jid-1", "--yes") == "1 enqueued\n", "one is retried")
    said = ruby(rig, "job = Sidekiq::Queue.new('low').first; p Sidekiq::RetrySet.new.map(&:jid).sort, job.jid, "
                     "job['retry_count'], job.args == ['r\u00e9', 2**70, 1], job.enqueued_at > Time.now - 60")
    expect(said == '["jid-0", "jid-2"]\n"jid-1"\n3\ntrue\ntrue', said)
    expect("no such job" in faultline(rig, "retries", "retry", "jid-1", "--yes", status=1), "it is gone")


def what_is_killed_and_deleted_here_is_so_for_sidekiq(rig):
    ruby(rig, FAILED)
    expect(faultline(rig, "retries", "kill", "jid-0", "jid-2", "--yes") == "2 killed\n", "two are killed")
    expect(faultline(rig, "retries", "delete", "--text", "gone 1", "--yes") == "1 deleted\n", "one is deleted")
    said = ruby(rig, "dead = Sidekiq::DeadSet.new; p dead.map(&:jid).sort, Sidekiq::RetrySet.new.size; "
                     "dead.find_job('jid-2').retry; p Sidekiq::Queue.new('low').map(&:jid)")
    expect(said == '["jid-0", "jid-2"]\n0\n["jid-2"]', said)
    expect([job["jid"] for job in lines(rig, "dead")] == ["jid-0"], "Sidekiq has retried the other")
    expect([job["jid"] for job in lines(rig, "queues", "show", "low")] == ["jid-2"], "here it is")


def what_sidekiq_moves_is_seen_here(rig):
    ruby(rig, FAILED + "set.find_job('jid-1').kill; set.find_job('jid-2').delete")
    expect([job["jid"] for job in lines(rig, "dead")] == ["jid-1"], "one is dead")
    expect([job["jid"] for job in lines(rig, "retries")] == ["jid-0"], "one waits")
    expect(faultline(rig, "dead", "retry", "--all", "--yes") == "1 enqueued\n", "one is retried")
    said = ruby(rig, "job = Sidekiq::Queue.new('low').first; p job.jid, job['retry_count']")
    expect(said == '"jid-1"\n3', said)


def sidekiq_runs_what_is_enqueued_here(rig):
    ruby(rig, "Sidekiq::Client.push('class' => 'RubyWorker', 'args' => ['hurried'], 'at' => Time.now.to_f + 3600)")
    expect(faultline(rig, "scheduled", "enqueue", "--class", "RubyWorker", "--yes") == "1 enqueued\n", "it is enqueued")
    start_sidekiq(rig)
    until(lambda: rig.redis("SISMEMBER", "ruby", "hurried"), "Sidekiq has run it")


def a_job_is_rescheduled_for_sidekiq_too(rig):
    ruby(rig, FAILED)
    expect(faultline(rig, "retries", "reschedule", "--all", "--in", "2h", "--yes") == "3 rescheduled\n", "all are")
    said = ruby(rig, "p Sidekiq::RetrySet.new.map { |job| (job.at - Time.now).round(-2) }.uniq")
    expect(said == "[7200.0]" or said == "[7200]", said)


def queues_are_moved_and_cleared(rig):
    ruby(rig, "Sidekiq::Client.push_bulk('class' => 'RubyWorker', 'queue' => 'low', 'args' => (1..250).map { |i| [i] })")
    expect(faultline(rig, "queues", "move", "low", "--to", "fast", "--all", "--yes") == "250 moved\n", "all are moved")
    said = ruby(rig, "queue = Sidekiq::Queue.new('fast'); p queue.size, queue.map(&:args).flatten.sort == (1..250).to_a, "
                     "queue.first.queue, Sidekiq::Queue.new('low').size")
    expect(said == '250\ntrue\n"fast"\n0', said)
    expect(faultline(rig, "queues", "clear", "fast", "--yes") == "250 removed\n", "it is cleared")
    expect("fast" not in ruby(rig, "p Sidekiq::Queue.all.map(&:name)"), "its name is forgotten")


def sidekiqs_process_is_listed_quieted_and_stopped(rig):
    sidekiq = start_sidekiq(rig)
    ours = start_worker(rig)
    processes = until(lambda: [p for p in lines(rig, "processes") if not p["silent"]][1:] and lines(rig, "processes"),
                      "both beat")
    expect({process["concurrency"] for process in processes} == {2, 3}, processes)
    theirs = next(process["identity"] for process in processes if process["concurrency"] == 2)
    mine = next(process["identity"] for process in processes if process["concurrency"] == 3)
    expect("heard with its next heartbeat" in faultline(rig, "processes", "quiet", theirs, "--yes"), "it is told")
    faultline(rig, "processes", "dump", mine)
    until(lambda: any(p["identity"] == theirs and p["quiet"] for p in lines(rig, "processes")), "it is quiet")
    until(lambda: "threads are busy" in rig.log_of(ours), "ours dumps")
    faultline(rig, "processes", "stop", "--all", "--yes")
    expect(sidekiq.wait(timeout=40) == 0, "Sidekiq stops")
    expect(ours.wait(timeout=40) == 0, "ours stops")
    expect(lines(rig, "processes") == [], "nobody is left")


def nothing_is_changed_when_nobody_can_be_asked(rig):
    ruby(rig, FAILED)
    for words in (("retries", "delete", "--all"), ("retries", "clear"), ("retries", "retry", "jid-1")):
        expect("say --yes" in faultline(rig, *words, status=2), words)
    expect(rig.redis("ZCARD", "retry") == 3, "all are there")


def what_is_no_job_is_shown_and_deleted(rig):
    rig.redis("ZADD", "dead", "5", b"\xff\x1b[2Jno job")
    expect("??[2Jno job" in faultline(rig, "dead"), "a terminal is not spoken to")
    expect("no jobs" in faultline(rig, "dead", "retry", "--all", "--yes", status=1), "it cannot run")
    expect(faultline(rig, "dead", "delete", "--text", "no job", "--yes") == "1 deleted\n", "it can go")


def errors_say_what_is_wrong(rig):
    done = faultline(rig, "queues", "--redis", "redis://127.0.0.1:1/0", status=1)
    expect("could not be reached" in done, done)
    rig.redis("SET", "retry", "x")
    done = faultline(rig, "retries", status=1)
    expect("is this the right database?" in done, done)
    rig.redis("CONFIG", "SET", "requirepass", "secret")
    done = faultline(rig, "queues", status=1)
    expect("NOAUTH" in done, done)


main([sidekiqs_jobs_are_listed, what_is_retried_here_is_where_sidekiq_expects_it,
      what_is_killed_and_deleted_here_is_so_for_sidekiq, what_sidekiq_moves_is_seen_here,
      sidekiq_runs_what_is_enqueued_here, a_job_is_rescheduled_for_sidekiq_too, queues_are_moved_and_cleared,
      sidekiqs_process_is_listed_quieted_and_stopped, nothing_is_changed_when_nobody_can_be_asked,
      what_is_no_job_is_shown_and_deleted, errors_say_what_is_wrong])
