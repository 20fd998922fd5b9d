"""What faultline-worker and faultline-import say and do at their edges: bad input is one clear line, and nothing
is half-done."""

import glob
import json
import os
import re
import subprocess
import sys

HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.dirname(os.path.dirname(HERE))
sys.path.insert(0, HERE)

from rig import BUILD, expect, main, until

NOOP = os.path.join(BUILD, "noop.so")
SHIPPED = os.path.join(ROOT, "deploy/worker.yml")
WORKERS = os.path.join(BUILD, "workers.so")


def run(rig, program, *arguments, **variables):
    """The finished program; `{}` in an argument is the rig's folder."""
    return subprocess.run([os.path.join(BUILD, program), *(a.replace("{}", rig.folder) for a in arguments)],
                          env={**os.environ, "REDIS_URL": rig.redis.url, **variables}, capture_output=True,
                          text=True, timeout=30)


def write(rig, name, text):
    path = os.path.join(rig.folder, name)
    with open(path, "w", encoding="utf-8") as out:
        out.write(text)
    return path


def refused(rig, status, said, program, *arguments, **variables):
    done = run(rig, program, *arguments, **variables)
    expect(done.returncode == status, f"{arguments}: exit {done.returncode}, {done.stderr}")
    expect(done.stderr == f"{program}: {said}\n".replace("{}", rig.folder), f"{arguments}: {done.stderr}")
    expect(done.stdout == "", f"{arguments}: nothing was started: {done.stdout}")


def a_worker_that_is_told_wrong_says_so_in_one_line(rig):
    worker = "faultline-worker"
    refused(rig, 2, "want a handler module: -r ./workers.so", worker)
    refused(rig, 2, "there is no option --qeue; did you mean --queue?", worker, "--qeue", "x")
    refused(rig, 2, "--concurrency wants a number from 1 to 256, not 'x'", worker, "-r", NOOP, "-c", "x")
    refused(rig, 2, "--queue: want a weight from 1 to 1000 after the queue's name, not ''", worker, "-q", "a,")
    refused(rig, 2, "--queue: a queue's name has at most 127 bytes", worker, "-r", NOOP, "-q", "q" * 128)
    refused(rig, 2, "want options only, found 'x'", worker, "-r", NOOP, "x")
    refused(rig, 2, "/nowhere.so: no such file", worker, "-r", "/nowhere.so")
    write(rig, "text.so", "no shared object\n")
    refused(rig, 2, "{}/text.so: file too short", worker, "-r", "{}/text.so")
    refused(rig, 2, "/nowhere.yml: not found", worker, "-r", NOOP, "-C", "/nowhere.yml")
    write(rig, "bad.yml", "concurrency: 5\ntimeout: soon\n")
    refused(rig, 2, "{}/bad.yml:2:10: timeout wants a number from 1 to 86400, not 'soon'", worker, "-r", NOOP,
            "-C", "{}/bad.yml")
    refused(rig, 2, "log_format wants json or plain, not 'xml'", worker, "-r", NOOP, FAULTLINE_LOG="xml")
    refused(rig, 2, "REDIS_PROVIDER holds the name of a variable, not the URL itself", worker, "-r", NOOP,
            REDIS_PROVIDER="redis://h")
    refused(rig, 2, "the URL of Redis: rediss:// (TLS) is not supported; put a tunnel in front and use redis://",
            worker, "-r", NOOP, REDIS_URL="rediss://h")
    refused(rig, 2, "the mail server: want smtp://host:port", worker, "-r", NOOP, FAULTLINE_SMTP="mail.example.org")


def a_worker_that_cannot_start_says_why(rig):
    worker = "faultline-worker"
    refused(rig, 1, "unix:///nowhere.sock: could not be reached; nothing was applied", worker, "-r", NOOP,
            REDIS_URL="unix:///nowhere.sock")
    refused(rig, 1, "/nowhere/x.db: cannot be opened", worker, "-r", NOOP, FAULTLINE_DB="/nowhere/x.db")
    write(rig, "text.db", "this is a text and no database, however long it may be\n" * 100)
    refused(rig, 1, "{}/text.db: not a SQLite database", worker, "-r", NOOP,
            FAULTLINE_DB=os.path.join(rig.folder, "text.db"))
    expect(rig.redis("SCARD", "processes") == 0, "none of them registered")


def help_and_version_are_for_the_asking(rig):
    for program in "faultline-worker", "faultline-import":
        done = run(rig, program, "--help")
        expect(done.returncode == 0 and "--help" in done.stdout and done.stderr == "", f"{program}: {done}")
    done = run(rig, "faultline-worker", "-V")
    expect(re.fullmatch(r"Faultline \d+\.\d+\.\d+\n", done.stdout), done.stdout)


def what_would_hold_is_printed_and_nothing_started(rig):
    config = write(rig, "c.yml", "concurency: 3\ntimeout: 9\nqueues: [[high, 5], low]\nblue:\n  timeout: 8\n")
    done = run(rig, "faultline-worker", "--check-config", "-r", NOOP, "-C", config, "-e", "blue", "-g", "me",
               REDIS_URL="redis://:secret@127.0.0.1:1", RAILS_MAX_THREADS="7")
    expect(done.returncode == 0, done.stderr)
    lines = {line.split()[0]: re.split(r"  +| (?=/)", line)[1:] for line in done.stdout.splitlines()}
    for name, value, place in (("timeout", "8", config + ":5 (blue)"), ("queues", "high,5 low", config + ":3"),
                               ("concurrency", "7", "RAILS_MAX_THREADS"), ("tag", "me", "--tag"),
                               ("redis", "redis://:REDACTED@127.0.0.1:1", "REDIS_URL"), ("wire", "7", "default")):
        expect(lines[name] == [value, place] or lines[name] == [f"{value} {place}"], f"{name}: {lines[name]}")
    expect(done.stderr == f"faultline-worker: {config}:1:1: there is no setting 'concurency'; did you mean "
           "'concurrency'?\n", done.stderr)
    refused(rig, 2, "{}/c.yml:1:1: want keys and values, as in 'concurrency: 5'", "faultline-worker", "-r", NOOP,
            "--check-config", "-C", write(rig, "c.yml", "- a\n"))
    bad_cron = write(rig, "d.yml", "periodic: {cron: '61 * * * *', class: NoopWorker}\n")
    done = run(rig, "faultline-worker", "--check-config", "-r", NOOP, "-C", bad_cron)
    expect(done.returncode == 2 and "minute wants 0-59" in done.stderr and done.stdout == "", f"a crontab is read: {done}")


def the_file_that_ships_is_valid(rig):
    done = run(rig, "faultline-worker", "--check-config", "-r", NOOP, "-C", SHIPPED, "-e", "production")
    expect(done.returncode == 0 and done.stderr == "", done.stderr)
    expect("critical,10 user_notifications,5 default,3 low_priority,1 " + SHIPPED in done.stdout, done.stdout)
    expect(re.search(r"^concurrency +10 +\S+/worker.yml:\d+$", done.stdout, re.M), done.stdout)


def sidekiqs_file_is_read_where_sidekiq_looks(rig):
    os.mkdir(os.path.join(rig.folder, "config"))
    write(rig, "config/sidekiq.yml", ":concurrency: 4\n")
    done = subprocess.run([os.path.abspath(os.path.join(BUILD, "faultline-worker")), "--check-config", "-r",
                           os.path.abspath(NOOP)], cwd=rig.folder, capture_output=True, text=True, timeout=30)
    expect(re.search(r"^concurrency +4 +config/sidekiq.yml:1$", done.stdout, re.M), done.stdout + done.stderr)


def the_variable_that_redis_provider_names_is_taken(rig):
    worker = rig.worker("-r", NOOP, env={"REDIS_URL": "redis://127.0.0.1:1", "REDIS_PROVIDER": "MY_REDIS",
                                         "MY_REDIS": rig.redis.url})
    until(lambda: rig.redis("SCARD", "processes") == 1, "it has registered")
    expect(rig.terminate(worker) == 0, "it stops")


def a_worker_whose_clocks_are_all_moved_works_and_stops(rig):
    """The wall clock alone is moved in the system test; here libfaketime moves the monotonic one as well."""
    library = glob.glob("/usr/lib/*/faketime/libfaketimeMT.so.1")[0]
    worker = rig.worker("-r", NOOP, "-c", "2", env={"LD_PRELOAD": library, "FAKETIME": "-3h"})
    until(lambda: rig.redis("SCARD", "processes") == 1, "it has registered")
    rig.redis("LPUSH", "queue:default", json.dumps({"class": "NoopWorker", "args": [], "jid": "0" * 24,
                                                    "queue": "default", "retry": True}))
    until(lambda: '"done"' in rig.log_of(worker), "the job is done", 20)
    expect(rig.terminate(worker, 20) == 0, "it stops")


def an_import_is_made_run_and_shown(rig):
    csv = write(rig, "people.csv", 'name,note\r\n"Ann ""A"" Lee","two\nlines"\r\nBob,\r\ntoo,many,fields\r\n')
    done = run(rig, "faultline-import", "create", "--db", "{}/a.db", "--account", "7", csv)
    expect(done.returncode == 0, done.stderr)
    number, jid = re.fullmatch(r"import (\d+) job ([0-9a-f]{24})\n", done.stdout).groups()
    shown = run(rig, "faultline-import", "show", "--db", "{}/a.db", number).stdout
    expect("state      pending\n" in shown and f"source     {csv}\n" in shown, shown)
    expect(jid in rig.redis("LINDEX", "queue:default", 0).decode(), "its job waits")
    worker = rig.worker("-r", WORKERS, env={"FAULTLINE_DB": os.path.join(rig.folder, "a.db")})

    def state():
        return run(rig, "faultline-import", "show", "--db", "{}/a.db", number).stdout
    until(lambda: "state      completed\n" in state(), "it is completed")
    expect("imported   2\nrejected   1\n" in state(), state())
    expect(rig.terminate(worker) == 0, "the worker stops")


def an_import_that_cannot_be_made_leaves_nothing(rig):
    csv = write(rig, "a.csv", "x\n1\n")
    program = "faultline-import"
    refused(rig, 2, "want create PATH|URL or show ID; --help says more", program)
    refused(rig, 2, "fetch: want create or show", program, "fetch", "--db", "{}/b.db", csv)
    refused(rig, 2, "creat: want create or show", program, "creat")
    refused(rig, 2, "ftp://h/a.csv: want a path, or a URL of http or https", program, "create", "--db", "{}/b.db",
            "ftp://h/a.csv")
    refused(rig, 2, "http://: the URL names no host", program, "create", "--db", "{}/b.db", "http://")
    refused(rig, 2, "want a database: --db DATABASE", program, "create", csv, FAULTLINE_DB="")
    refused(rig, 2, "{}/none.csv: no such file", program, "create", "--db", "{}/b.db", "{}/none.csv")
    refused(rig, 2, "/tmp: not a regular file", program, "create", "--db", "{}/b.db", "/tmp")
    refused(rig, 2, "{}/b.db: no such file", program, "show", "--db", "{}/b.db", "1")
    refused(rig, 1, "unix:///nowhere.sock: could not be reached; nothing was applied", program, "create", "--db",
            "{}/b.db", csv, REDIS_URL="unix:///nowhere.sock")
    refused(rig, 1, "1: there is no such import", program, "show", "--db", "{}/b.db", "1")
    rig.redis("CONFIG", "SET", "maxmemory", "1")
    refused(rig, 1, "nothing was made; Redis: the server answered with an error", program, "create", "--db",
            "{}/b.db", csv)
    refused(rig, 1, "1: there is no such import", program, "show", "--db", "{}/b.db", "1")


main([a_worker_that_is_told_wrong_says_so_in_one_line, a_worker_that_cannot_start_says_why,
      help_and_version_are_for_the_asking, what_would_hold_is_printed_and_nothing_started, the_file_that_ships_is_valid,
      sidekiqs_file_is_read_where_sidekiq_looks, the_variable_that_redis_provider_names_is_taken,
      a_worker_whose_clocks_are_all_moved_works_and_stops, an_import_is_made_run_and_shown,
      an_import_that_cannot_be_made_leaves_nothing])
