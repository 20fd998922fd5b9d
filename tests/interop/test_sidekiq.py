"""Debian's ruby-sidekiq and Faultline on one Redis: each runs the other's jobs and reads the other's books."""

from sides import left, ruby, start_sidekiq, start_worker
from rig import expect, main, until


def sidekiq_runs_a_job_that_faultline_pushed(rig):
    rig.push("RubyWorker", '["from faultline"]')
    sidekiq = start_sidekiq(rig)
    until(lambda: rig.redis("SISMEMBER", "ruby", "from faultline"), "Sidekiq has run it")
    expect(rig.terminate(sidekiq) == 0, "Sidekiq stops")
    expect(rig.redis("ZCARD", "retry") == 0, "it did not fail")


def sidekiq_runs_a_job_that_faultline_scheduled(rig):
    rig.push("RubyWorker", '["later"]', "--in", "1s")
    expect(rig.redis("ZCARD", "schedule") == 1, "it is scheduled")
    start_sidekiq(rig)
    until(lambda: rig.redis("SISMEMBER", "ruby", "later"), "Sidekiq has run it", 90)


def faultline_runs_a_job_that_sidekiq_pushed(rig):
    ruby(rig, "Sidekiq::Client.push('class' => 'NoteWorker', 'args' => ['from ruby'])")
    worker = start_worker(rig)
    until(lambda: rig.redis("SISMEMBER", "notes", "from ruby"), "Faultline has run it")
    until(lambda: left(rig) == 0, "it is acknowledged")
    expect(rig.terminate(worker) == 0, "the worker stops")


def faultline_runs_jobs_that_sidekiq_pushed_in_bulk_and_scheduled(rig):
    ruby(rig, "Sidekiq::Client.push_bulk('class' => 'NoteWorker', 'args' => (1..250).map { |i| [i.to_s] });"
              "Sidekiq::Client.push('class' => 'NoteWorker', 'args' => ['soon'], 'at' => Time.now.to_f + 1)")
    start_worker(rig)
    until(lambda: rig.redis("SCARD", "notes") == 251, "Faultline has run them all")


def sidekiq_sees_faultlines_process_and_its_counters(rig):
    worker = start_worker(rig)
    rig.push("NoteWorker", '["a"]')
    until(lambda: rig.redis("SISMEMBER", "notes", "a"), "the job has run")
    until(lambda: rig.redis("GET", "stat:processed") == b"1", "it is counted")
    said = ruby(rig, "p Sidekiq::Stats.new.processed, Sidekiq::ProcessSet.new.map { |each| each['concurrency'] }")
    expect(said == "1\n[3]", f"Sidekiq's books: {said}")
    expect(rig.terminate(worker) == 0, "the worker stops")
    said = ruby(rig, "p Sidekiq::ProcessSet.new(false).size")
    expect(said == "0", f"processes after the stop: {said}")


def sidekiq_reads_and_buries_a_retry_that_faultline_stored(rig):
    worker = start_worker(rig)
    rig.push("FailWorker", '["x"]')
    until(lambda: rig.redis("ZCARD", "retry") == 1, "the retry is stored")
    expect(rig.terminate(worker) == 0, "the worker stops")
    said = ruby(rig, "job = Sidekiq::RetrySet.new.first; p job.klass, job['error_class'], job['error_message'], "
                     "job['retry_count'], job.at > Time.now")
    expect(said == '"FailWorker"\n"RuntimeError"\n"fails every time"\n0\ntrue', f"the retry as Sidekiq reads it: {said}")
    said = ruby(rig, "Sidekiq::RetrySet.new.first.kill; p Sidekiq::DeadSet.new.size")
    expect(said == "1", f"dead jobs: {said}")


def sidekiq_quiets_and_stops_a_faultline_worker(rig):
    worker = start_worker(rig)
    until(lambda: rig.redis("SCARD", "processes") == 1, "the worker is registered")
    ruby(rig, "Sidekiq::ProcessSet.new(false).each(&:quiet!)")
    until(lambda: "no longer accepting new work" in rig.log_of(worker), "it says that it is quiet")
    ruby(rig, "Sidekiq::ProcessSet.new(false).each(&:stop!)")
    expect(worker.wait(timeout=40) == 0, "it stops when Sidekiq's API asks")


main([sidekiq_runs_a_job_that_faultline_pushed, sidekiq_runs_a_job_that_faultline_scheduled,
      faultline_runs_a_job_that_sidekiq_pushed, faultline_runs_jobs_that_sidekiq_pushed_in_bulk_and_scheduled,
      sidekiq_sees_faultlines_process_and_its_counters, sidekiq_reads_and_buries_a_retry_that_faultline_stored,
      sidekiq_quiets_and_stops_a_faultline_worker])
