"""A worker among those that look after it: a service manager, probes, a scraper."""

import os
import shutil
import signal
import socket
import subprocess
import urllib.error
import urllib.request

from rig import BUILD, expect, main, until

HERE = os.path.dirname(os.path.abspath(__file__))
UNIT = os.path.join(os.path.dirname(os.path.dirname(HERE)), "deploy/faultline-worker.service")


class Manager:
    """Hears what a service tells of itself, as systemd does."""

    def __init__(self, rig):
        self.path = os.path.join(rig.folder, "notify")
        self.socket = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self.socket.bind(self.path)
        self.socket.settimeout(30)
        self.heard = []

    def hears(self, line):
        """Waits until the line comes."""
        while True:
            lines = self.socket.recv(4096).decode().split("\n")
            self.heard += lines
            if line in lines:
                return lines


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def ask(port, path):
    """Status and text; (0, "") while nobody listens."""
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}{path}", timeout=10) as answer:
            return answer.status, answer.read().decode()
    except urllib.error.HTTPError as error:
        return error.code, error.read().decode()
    except (urllib.error.URLError, ConnectionError):
        return 0, ""


def a_service_manager_hears_when_it_is_ready_that_it_lives_and_that_it_stops(rig):
    manager = Manager(rig)
    worker = rig.worker("-c", "3", env={"NOTIFY_SOCKET": manager.path, "WATCHDOG_USEC": "200000"})
    lines = manager.hears("READY=1")
    expect("STATUS=0 of 3 busy" in lines, lines)
    expect(rig.redis("SCARD", "processes") == 1, "it was ready once Redis had its heartbeat")
    for _ in range(3):
        manager.hears("WATCHDOG=1")
    expect(manager.heard.count("READY=1") == 1, "that is said once")
    worker.send_signal(signal.SIGTSTP)
    manager.hears("STATUS=0 of 3 busy; quiet")
    worker.send_signal(signal.SIGTERM)
    manager.hears("STOPPING=1")
    expect(worker.wait(timeout=30) == 0, "it stops")


def a_watchdog_that_means_another_process_is_left_alone(rig):
    manager = Manager(rig)
    worker = rig.worker("-c", "1", env={"NOTIFY_SOCKET": manager.path, "WATCHDOG_USEC": "200000", "WATCHDOG_PID": "1"})
    manager.hears("READY=1")
    manager.socket.settimeout(1)
    try:
        manager.hears("never")
    except TimeoutError:
        pass
    expect(len(manager.heard) < 30, f"a status each ten seconds: {manager.heard}")
    expect(rig.terminate(worker) == 0, "it stops")


def probes_are_told_what_keeps_it_from_taking_jobs(rig):
    port = free_port()
    worker = rig.worker("-c", "2", "--health-port", str(port))
    until(lambda: ask(port, "/ready") == (200, "ok\n"), "it is ready")
    expect(ask(port, "/live") == (200, "ok\n"), "it lives")
    expect(ask(port, "/other")[0] == 404, "there is nothing else")
    rig.push("TallyWorker", '["1"]', "-r", os.path.join(BUILD, "tests/system/tally.so"))
    metrics = until(lambda: "faultline_jobs_processed_total 1\n" in ask(port, "/metrics")[1] and ask(port, "/metrics")[1],
                    "the job is counted")
    expect("\nfaultline_threads 2\n" in metrics and "\nfaultline_ready 1\n" in metrics, metrics)
    other = rig.worker("-c", "1", "--health-port", str(port))
    expect(other.wait(timeout=30) == 1, "a second one finds the port taken")
    expect(f"port {port} of 127.0.0.1, for probes: somebody else listens there" in rig.log_of(other), rig.log_of(other))
    worker.send_signal(signal.SIGTSTP)
    until(lambda: ask(port, "/ready") == (503, "quiet\n"), "a quiet one wants no more work")
    expect(ask(port, "/live") == (200, "ok\n"), "and lives")
    expect(rig.terminate(worker) == 0, "it stops")


def children_of(worker):
    """The processes that a supervisor has started."""
    done = subprocess.run(["ps", "-o", "pid=", "--ppid", str(worker.pid)], capture_output=True, text=True)
    return sorted(int(pid) for pid in done.stdout.split())


def served_by(rig):
    """The pids of the processes that are registered and take jobs."""
    pids = []
    for identity in rig.redis("SMEMBERS", "processes"):
        if rig.redis("HGET", identity, "quiet") == b"false":
            pids.append(int(identity.split(b":")[1]))
    return sorted(pids)


def supervise(rig, *arguments, **options):
    worker = rig.worker("--processes", "2", "-c", "2", *arguments, **options)
    until(lambda: len(served_by(rig)) == 2, "both have registered")
    return worker


def a_killed_worker_is_started_again_and_all_stop_together(rig):
    manager = Manager(rig)
    worker = supervise(rig, env={"NOTIFY_SOCKET": manager.path})
    lines = manager.hears("READY=1")
    expect("STATUS=2 of 2 workers ready" in lines, lines)
    before = children_of(worker)
    expect(served_by(rig) == before, f"they are its children: {served_by(rig)}, {before}")
    os.kill(before[0], signal.SIGKILL)
    until(lambda: len(children_of(worker)) == 2 and before[0] not in children_of(worker), "there is another")
    manager.hears("STATUS=2 of 2 workers ready")
    after = children_of(worker)
    expect(before[1] in after, "the other one was left alone")
    worker.send_signal(signal.SIGTERM)
    manager.hears("STOPPING=1")
    expect(worker.wait(timeout=40) == 0, "it stops")
    expect(all(not os.path.exists(f"/proc/{pid}") for pid in after), "and all its workers have")


def a_rolling_restart_loses_no_job_and_waits_for_the_long_one(rig):
    worker = supervise(rig)
    before = served_by(rig)
    tally = os.path.join(BUILD, "tests/system/tally.so")
    rig.push("HoldWorker", '["held", 6]', "-r", tally)
    until(lambda: rig.redis("LLEN", "began") == 1, "the long job runs")
    for number in range(200):
        rig.redis("LPUSH", "queue:default", '{"class":"TallyWorker","args":["%d"],"jid":"%024x","retry":true,'
                  '"queue":"default"}' % (number, number))
    worker.send_signal(signal.SIGUSR2)
    # While it goes on, somebody always takes jobs.
    until(lambda: served_by(rig) and not set(served_by(rig)) & set(before) and len(served_by(rig)) == 2,
          "two new ones serve")
    until(lambda: rig.redis("SISMEMBER", "tally", "held") == 1, "the long job ended where it ran")
    expect(rig.redis("LLEN", "began") == 1, "and ran once")
    until(lambda: rig.redis("SCARD", "tally") == 201, "every job is done")
    until(lambda: children_of(worker) == served_by(rig), "the old ones are gone")
    expect(rig.terminate(worker) == 0, "it stops")


def one_that_grows_too_large_is_replaced(rig):
    worker = supervise(rig, "--max-memory", "1")
    before = served_by(rig)
    until(lambda: before[0] not in children_of(worker), "one is replaced")
    until(lambda: "MiB: replaced" in rig.log_of(worker), "it says so")
    expect(rig.terminate(worker) == 0, "it stops")


def a_worker_without_its_supervisor_stops(rig):
    worker = supervise(rig)
    left = children_of(worker)
    worker.send_signal(signal.SIGKILL)
    worker.wait()
    until(lambda: all(not os.path.exists(f"/proc/{pid}") for pid in left), "its workers have ended")
    until(lambda: rig.redis("SCARD", "processes") == 0, "and have deregistered")


def what_cannot_start_ends_the_supervisor_with_its_status(rig):
    worker = rig.worker("--processes", "2", "-r", "/nowhere.so")
    expect(worker.wait(timeout=30) == 2, "the status of a usage error")
    expect("/nowhere.so: no such file" in rig.log_of(worker), rig.log_of(worker))


def an_operator_dumps_quiets_and_stops_it_from_afar(rig):
    path = os.path.join(rig.folder, "six.yml")
    with open(path, "w", encoding="utf-8") as config:
        config.write("wire: 6\n")  # beats each 5 seconds
    worker = rig.worker("-c", "2", "-C", path)
    identity = identity_of(rig)
    rig.push("HoldWorker", '["held", 25]', "-r", os.path.join(BUILD, "tests/system/tally.so"))
    until(lambda: rig.redis("LLEN", "began") == 1, "the job has begun")

    def dumps():
        log = rig.log_of(worker)
        return log.count("1 of 2 threads are busy") if "default for" in log and '\\"held\\"' in log else 0
    worker.send_signal(signal.SIGTTIN)
    until(lambda: dumps() == 1 and "heartbeat: came round" in rig.log_of(worker), "what each thread does is logged")
    rig.redis("LPUSH", identity + "-signals", "TTIN")
    until(lambda: dumps() == 2, "also when it was asked through Redis")
    rig.redis("LPUSH", identity + "-signals", "TSTP")
    until(lambda: rig.redis("HGET", identity, "quiet") == b"true", "it is quiet")
    rig.redis("LPUSH", identity + "-signals", "TERM")
    expect(worker.wait(timeout=45) == 0, "it stops once its job has ended")
    expect(rig.redis("SISMEMBER", "tally", "held") == 1, "which had time to")


def each_job_is_told_to_statsd(rig):
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as statsd:
        statsd.bind(("127.0.0.1", 0))
        statsd.settimeout(30)
        worker = rig.worker("-c", "1", env={"FAULTLINE_STATSD": f"127.0.0.1:{statsd.getsockname()[1]}"})
        tally = os.path.join(BUILD, "tests/system/tally.so")
        rig.push("TallyWorker", '["1"]', "-r", tally)
        heard = [statsd.recv(2048).decode() for _ in range(3)]
        tags = "|#worker:TallyWorker,queue:default"
        expect(heard[:2] == ["jobs.count:1|c" + tags, "jobs.success:1|c" + tags], heard)
        expect(heard[2].startswith("jobs.perform:") and heard[2].endswith("|ms" + tags), heard)
        rig.push("TallyWorker", "[]", "-r", tally)
        heard = [statsd.recv(2048).decode() for _ in range(2)]
        expect(heard == ["jobs.count:1|c" + tags, f"jobs.failure:1|c{tags},error_type:ArgumentError"], heard)
        expect(rig.terminate(worker) == 0, "it stops")


class Host:
    """A program with a worker process inside."""

    def __init__(self, rig, grace_s):
        self.log = open(os.path.join(rig.folder, "embedding.log"), "w+", encoding="utf-8")
        self.child = subprocess.Popen([os.path.join(BUILD, "tests/system/embedding"), rig.redis.url, str(grace_s)],
                                      stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=self.log, text=True)
        self.child.log_path = self.log.name
        rig.children.append(self.child)
        expect(self.child.stdout.readline() == "started\n", "it has started")

    def say(self, line):
        self.child.stdin.write(line + "\n")
        self.child.stdin.flush()

    def ask(self, line):
        self.say(line)
        return self.child.stdout.readline()

    def end(self):
        self.child.stdin.close()
        return self.child.wait(timeout=30)


def identity_of(rig):
    return until(lambda: rig.redis("SMEMBERS", "processes"), "it has registered")[0].decode()


def a_program_with_a_worker_inside_keeps_its_end_to_itself(rig):
    host = Host(rig, 5)
    identity = identity_of(rig)
    info = rig.redis("HGET", identity, "info").decode()
    expect('"embedded":true' in info and '"concurrency":2' in info and '"tag":"inside"' in info, info)
    rig.push("TallyWorker", '["1"]', "-r", os.path.join(BUILD, "tests/system/tally.so"))
    until(lambda: rig.redis("SISMEMBER", "tally", "1") == 1, "it runs jobs")
    # An operator's buttons are for processes that are nothing else.
    rig.redis("LPUSH", identity + "-signals", "TERM")
    until(lambda: rig.redis("LLEN", identity + "-signals") == 0, "the signal was heard")
    host.say("quiet")
    until(lambda: "no longer accepting new work" in rig.log_of(host.child), "it is quiet")
    expect(host.ask("hello") == "hello\n", "the program does what it is for")
    expect(host.ask("stop") == "no error\n", "it has ended in time")
    expect(rig.redis("SCARD", "processes") == 0, "and has left the list")
    expect(host.ask("hello") == "hello\n" and host.end() == 0, "the program goes on, and ends by itself")


def a_job_that_outlives_the_grace_of_an_embedded_one_is_given_back_and_the_program_lives(rig):
    host = Host(rig, 1)
    rig.push("HoldWorker", '["held", 4]', "-r", os.path.join(BUILD, "tests/system/tally.so"))
    until(lambda: rig.redis("LLEN", "began") == 1, "the job has begun")
    expect(host.ask("stop") == "timed out\n", "it has not ended in time")
    expect(rig.redis("LLEN", "queue:default") == 1, "its job is back")
    expect(rig.redis("SCARD", "processes") == 0, "it has left the list")
    until(lambda: rig.redis("SISMEMBER", "tally", "held") == 1, "its thread goes on to the end")
    expect(host.ask("hello") == "hello\n", "as the program does")
    expect(rig.redis("LLEN", "queue:default") == 1 and rig.redis("SCARD", "processes") == 0, "and that was void")
    expect(host.end() == 0, "it ends by itself")


def the_unit_file_that_ships_is_valid(rig):
    if not shutil.which("systemd-analyze"):
        print("[  SKIPPED ] no systemd-analyze here")
        return
    unit = os.path.join(rig.folder, "faultline-worker.service")
    with open(UNIT, encoding="utf-8") as shipped, open(unit, "w", encoding="utf-8") as copy:
        copy.write(shipped.read().replace("/usr/bin/faultline-worker", os.path.join(BUILD, "faultline-worker"))
                   .replace("User=faultline", "User=root"))
    done = subprocess.run(["systemd-analyze", "verify", "--man=no", unit], capture_output=True, text=True, timeout=60)
    # Of what else is installed here nothing is said.
    said = [line for line in done.stderr.splitlines() if "faultline" in line]
    expect(said == [], "\n".join(said))


main([a_service_manager_hears_when_it_is_ready_that_it_lives_and_that_it_stops,
      a_watchdog_that_means_another_process_is_left_alone, probes_are_told_what_keeps_it_from_taking_jobs,
      a_killed_worker_is_started_again_and_all_stop_together,
      a_rolling_restart_loses_no_job_and_waits_for_the_long_one, one_that_grows_too_large_is_replaced,
      a_worker_without_its_supervisor_stops, what_cannot_start_ends_the_supervisor_with_its_status,
      an_operator_dumps_quiets_and_stops_it_from_afar, each_job_is_told_to_statsd,
      a_program_with_a_worker_inside_keeps_its_end_to_itself,
      a_job_that_outlives_the_grace_of_an_embedded_one_is_given_back_and_the_program_lives,
      the_unit_file_that_ships_is_valid])
