"""Stories of the suite with real processes, on a real redis-server and on `faultline serve`: what the scenario
file expects must be found. A story is its file; here stands only what a file cannot do to real processes: when
to kill or stop which, and which waits are shortened. An expectation that cannot be judged here is a failure."""

import contextlib
import fnmatch
import json
import os
import re
import shlex
import signal
import socketserver
import sqlite3
import subprocess
import sys
import threading

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, HERE)

from rig import BUILD, Client, Failure, Redis, Rig, expect, main, until
from serve_rig import Served

SCENARIOS = os.path.join(os.path.dirname(os.path.dirname(HERE)), "scenarios")


# ---- what processes touch

class MailServer(socketserver.ThreadingTCPServer):
    """Takes every mail; `taken` has the recipients."""
    daemon_threads = True

    class Talk(socketserver.StreamRequestHandler):
        def say(self, text):
            self.wfile.write(text.encode() + b"\r\n")

        def handle(self):
            self.say("220 here")
            recipients = []
            for line in self.rfile:
                word = line[:4].upper()
                if word == b"RCPT":
                    recipients.append(re.search(rb"<(.*)>", line).group(1).decode())
                if word == b"DATA":
                    self.say("354 go on")
                    for text in self.rfile:
                        if text == b".\r\n":
                            break
                    self.server.taken += recipients
                    recipients = []
                self.say("221 bye" if word == b"QUIT" else "250 ok")
                if word == b"QUIT":
                    return

    def __init__(self):
        super().__init__(("127.0.0.1", 0), self.Talk)
        self.taken = []
        threading.Thread(target=self.serve_forever, daemon=True).start()

    def stop(self):
        self.shutdown()
        self.server_close()


class Fake(Client):
    """`faultline serve`, as the rig knows a server."""

    def __init__(self, folder):
        self.served = Served(folder, 0, "serve")
        self.port = self.served.port
        super().__init__(self.port)

    def stop(self):
        self.close()
        self.served.stop()


class StoryRig(Rig):
    """A server, and a proxy before it whose faults say when a job is at a certain command."""

    def __init__(self, make_server):
        super().__init__(make_server)
        self.proxy = Served(self.folder, 1, "proxy", "--upstream", f"127.0.0.1:{self.redis.port}",
                            "--control", os.path.join(self.folder, "control"))
        self.redis.url = f"redis://127.0.0.1:{self.proxy.port}/0"
        self.mail = MailServer()
        self.database = os.path.join(self.folder, "app.db")

    def stop(self):
        for child in self.children:
            if child.poll() is None:
                child.kill()
        self.proxy.stop()
        self.mail.stop()
        super().stop()

    def make_database(self):
        """With its tables; what the program that makes them has put into it and into Redis goes again."""
        made = subprocess.run([os.path.join(BUILD, "faultline-import"), "create", "--db", self.database, __file__],
                              env={**os.environ, "REDIS_URL": self.redis.url}, capture_output=True, text=True,
                              timeout=30)
        expect(made.returncode == 0, made.stderr)
        self.redis("FLUSHALL")
        self.sql("DELETE FROM imports")
        self.sql("DELETE FROM business_accounts")

    def sql(self, text, values=()):
        with contextlib.closing(sqlite3.connect(self.database)) as database, database:
            return database.execute(text, values).fetchall()


# ---- the file

class Story:
    """What a scenario file says, as far as real processes can be told."""

    def __init__(self, path, shorter=()):
        self.path = os.path.join(SCENARIOS, path + ".scenario")
        with open(self.path, encoding="utf-8") as text:
            text = text.read()
        for long, short in shorter:
            expect(long in text, f"{path} says {long}")
            text = text.replace(long, short)
        lines = [line.split(None, 1) for line in text.splitlines() if line and line[0] != "#"]
        settings = dict(rest.split(None, 1) for word, rest in lines if word == "set")
        for name, value in settings.items():
            lines = [[word, rest.replace("$" + name, value)] for word, rest in lines]
        self.lines = [(word, rest.strip()) for word, rest in lines]
        self.count, self.options = 1, []
        self.jobs = {}  # name: what tells its log lines and payloads from others

    def all(self, word):
        return [rest for found, rest in self.lines if found == word]

    def read_processes(self, rig):
        """The number of processes, and the options of each."""
        words = iter("".join(self.all("processes")).split())
        self.count = int(next(words, 1))
        config, queues = {"poll_interval_average": 1}, []
        option = None
        for word in words:
            if word in ("queues", "timeout", "concurrency", "fetch"):
                option = word
            elif option == "queues":
                queues += ["-q", word]
            elif option == "timeout":
                config["timeout"] = word.rstrip("s")
            else:
                config[option] = word
        path = os.path.join(rig.folder, "worker.yml")
        with open(path, "w", encoding="utf-8") as out:
            out.writelines(f"{name}: {value}\n" for name, value in config.items())
        modules = self.all("module") or ["workers.so"]
        self.options = ["-C", path, *queues, *sum((["-r", os.path.join(BUILD, m)] for m in modules), [])]

    def start(self, rig):
        return rig.worker(*self.options, env={"FAULTLINE_DB": rig.database,
                                              "FAULTLINE_SMTP": "smtp://127.0.0.1:%d" % rig.mail.server_address[1]})

    def give(self, rig):
        for what in self.all("given"):
            kind, name, rest = what.split(None, 2)
            if kind == "db":
                cells = dict(cell.split("=", 1) for cell in shlex.split(rest))
                if "source" in cells:
                    cells["source"] = os.path.join(rig.folder, cells["source"])
                rig.sql(f"INSERT INTO {name} ({','.join(cells)}) VALUES ({','.join('?' * len(cells))})",
                        list(cells.values()))
            else:
                expect(kind == "file", f"given {kind}")
                self.write_file(os.path.join(rig.folder, name), rest)

    def write_file(self, path, content):
        if content.startswith("@"):
            with open(os.path.join(os.path.dirname(self.path), content[1:]), "rb") as source:
                content = source.read()
        else:
            content = json.loads(content).encode()
        with open(path, "wb") as out:
            out.write(content)

    def enqueue(self, rig):
        for line in self.all("enqueue"):
            span = re.search(r"\{(\d+)\.\.(\d+)\}", line.split()[0])
            for number in range(int(span.group(1)), int(span.group(2)) + 1) if span else [None]:
                self.enqueue_one(rig, line.replace(span.group(0), str(number)) if span else line)

    def enqueue_one(self, rig, line):
        name, worker, rest = line.split(None, 2)
        if worker != "raw":
            self.jobs[name] = {"jid": rig.push(worker, rest)}
            return
        payload = json.loads(rest.split(None, 2)[2])
        rig.redis.send(("SADD", "queues", "default"), ("LPUSH", "queue:default", payload))
        try:
            job = json.loads(payload)
            self.jobs[name] = {"jid": job["jid"]} if "jid" in job else {"class": job["class"]}
        except (ValueError, TypeError):
            self.jobs[name] = {"payload": payload}


# ---- what is found

class Findings:
    def __init__(self, rig, story):
        self.rig, self.story = rig, story
        self.logs = [json.loads(line) for child in rig.children for line in rig.log_of(child).splitlines()
                     if line.startswith("{") and line.endswith("}")]
        self.dead = [member.decode() for member in rig.redis("ZRANGE", "dead", 0, -1)]

    def means(self, name, facts):
        """A job that came without a jid is the one of its class with a jid that nobody has given."""
        job = self.story.jobs[name]
        given = [other["jid"] for other in self.story.jobs.values() if "jid" in other]
        return (all(facts.get(key) == value for key, value in job.items())
                and ("jid" in job or facts.get("jid") not in given))

    def told(self, name, what):
        """How often a log says so of the job."""
        return sum(line["msg"] == what and self.means(name, line.get("ctx", {})) for line in self.logs)

    def is_dead(self, name):
        def facts(member):
            try:
                job = json.loads(member)
                return {**job, "payload": member} if isinstance(job, dict) else {"payload": member}
            except ValueError:
                return {"payload": member}
        return any(self.means(name, facts(member)) for member in self.dead)

    def state(self, name):
        if self.is_dead(name):
            return "dead"
        if any(line["msg"].startswith("discard") and self.means(name, line.get("ctx", {})) for line in self.logs):
            return "discarded"
        if self.told(name, "done"):
            return "done"
        return "lost" if drained(self.rig) else "waiting"

    def count(self, what, found, comparison, wanted):
        good = found >= int(wanted) if comparison == "at least" else found == int(wanted)
        return None if good else f"{what} {comparison} {wanted}: {found}"

    def lacks(self, claim):
        """What is missing of one expectation; None: it holds."""
        for pattern, judge in self.JUDGES:
            match = re.fullmatch(pattern, claim)
            if match:
                return judge(self, *match.groups())
        raise Failure(f"nobody can judge: expect {claim}")

    def lacks_state(self, names, state):
        wanted = [name for name in self.story.jobs if fnmatch.fnmatch(name, re.sub(r"\{.*\}", "*", names))
                  and self.in_range(name, names)]
        expect(wanted, f"a job {names}")
        others = [f"{name} {self.state(name)}" for name in wanted if self.state(name) != state]
        return f"{names} {state}: " + ", ".join(others) if others else None

    @staticmethod
    def in_range(name, names):
        span = re.search(r"\{(\d+)\.\.(\d+)\}", names)
        return not span or int(span.group(1)) <= int(re.search(r"\d+$", name).group(0)) <= int(span.group(2))

    def lacks_runs(self, name, comparison, wanted):
        return self.count(f"runs of {name}", self.told(name, "start"), comparison, wanted)

    def lacks_redis(self, command, wanted):
        found = self.rig.redis(*shlex.split(command))
        return None if found == int(wanted) else f"{command} = {wanted}: {found}"

    def lacks_mail(self, pattern, wanted):
        found = sum(fnmatch.fnmatch("mail " + to, pattern) for to in self.rig.mail.taken)
        return self.count(pattern, found, "exactly", wanted)

    def lacks_log(self, text, comparison, wanted):
        found = sum(text in json.dumps(line) for line in self.logs)
        return self.count(f"log {text}", found, comparison, wanted)

    def lacks_rows(self, table, conditions):
        counted = re.search(r" count (at least )?(\d+)$", conditions)
        where, values = [], []
        for word in shlex.split(conditions[:counted.start()] if counted else conditions):
            column, like, value = re.fullmatch(r"(\w+)([=~])(.*)", word).groups()
            where.append(f"{column} LIKE ?" if like == "~" else f"{column} = ?")
            values.append(f"%{value}%" if like == "~" else value)
        (found,), = self.rig.sql(f"SELECT count(*) FROM {table} WHERE {' AND '.join(where)}", values)
        if not counted:
            return self.count(f"{table} {conditions}", found, "at least", 1)
        return self.count(f"{table} {conditions}", found, "at least" if counted.group(1) else "", counted.group(2))

    JUDGES = [
        (r"(\S+) (done|dead|lost|discarded)", lacks_state),
        (r"(?:runs|deliveries) of (\S+) (=|at least) ?(\d+)", lacks_runs),
        (r"redis (.*) = (\d+)", lacks_redis),
        (r'effect "(mail .*)" exactly (\d+)', lacks_mail),
        (r'log "(.*)" (exactly|at least) (\d+)', lacks_log),
        (r"db (\w+) (.*)", lacks_rows),
        (r"drained within .*", lambda self: None if drained(self.rig) else "drained"),
    ]


def drained(rig):
    """No job stands anywhere but in the dead set."""
    keys = rig.redis("KEYS", "queue:*")
    lengths = rig.redis.send(*[("LLEN", key) for key in keys], ("ZCARD", "retry"), ("ZCARD", "schedule"))
    return sum(lengths) == 0


def hurry(rig):
    """The next attempts are due at once."""
    for job in rig.redis("ZRANGE", "retry", 0, -1):
        rig.redis("ZADD", "retry", "XX", 1, job)


def missing(rig, story):
    """What the file expects and is not so."""
    findings = Findings(rig, story)
    return [lack for lack in map(findings.lacks, story.all("expect")) if lack]


def judge(rig, story):
    """Waits until nothing is left to do and all is as the file expects."""
    def holds():
        hurry(rig)
        return drained(rig) and not missing(rig, story)
    try:
        until(holds, "what the file expects", 60)
    except Failure:
        raise Failure("the file expects " + "; ".join(missing(rig, story) or ["an end"])) from None


# ---- what happens to the processes

def nothing(rig, story):
    del rig, story


def holder_of(rig, story, name):
    """The process that has begun the job."""
    def found():
        for child in rig.children:
            if child.poll() is None and story.jobs[name]["jid"] in rig.log_of(child):
                return child
        return None
    return until(found, f"somebody has {name}")


def killed_before_its_note(rig, story):
    """The kill of the file: when note-3 is about to write. The command has left and never arrives."""
    until(lambda: rig.proxy.ctl("faults")["faults"][0]["fired"] == 1, "note-3 writes")
    victim = holder_of(rig, story, "note-3")
    victim.send_signal(signal.SIGKILL)
    expect(victim.wait(timeout=30) == -signal.SIGKILL, "it is killed")
    story.start(rig)  # as a supervisor does; it looks for what the dead have left


def asked_to_stop_once_it_sleeps(rig, story):
    until(lambda: rig.redis("SISMEMBER", "began", "a") == 1, "a has begun")
    victim = holder_of(rig, story, "a")
    expect(rig.terminate(victim) == 0, "it stops in order")
    story.start(rig)


DROP_NOTE = "drop", "command", "sadd", "key", "notes", "arg", "3"
STORIES = [
    # file, the fault at the proxy, what is done to the processes, what is shortened
    ("import/csv-import-completes", None, nothing, ()),
    ("import/unsupported-type--marked-failed-without-a-retry", None, nothing, ()),
    ("import/command-reports-failure--marked-failed-without-a-retry", None, nothing, ()),
    ("import/missing-record--logged-and-not-retried", None, nothing, ()),
    ("fetch/sigkill-in-hand--reliable-fetch-runs-it-again", DROP_NOTE, killed_before_its_note, ()),
    ("fetch/sigkill-in-hand--basic-fetch-loses-exactly-that-job", DROP_NOTE, killed_before_its_note, ()),
    ("stop/too-little-grace--requeued-and-run-again", None, asked_to_stop_once_it_sleeps,
     (('["a", 60]', '["a", 3]'), ("timeout 8s", "timeout 1s"))),
    ("payload/poison--buried-or-retried-and-the-worker-goes-on", None, nothing, ()),
]


def play(rig, path, fault, happens, shorter):
    story = Story(path, shorter)
    rig.make_database()
    story.give(rig)
    if fault:
        rig.proxy.ctl("fault", *fault)
    story.read_processes(rig)
    for _ in range(story.count):
        story.start(rig)
    until(lambda: rig.redis("SCARD", "processes") == story.count, "the processes have registered")
    story.enqueue(rig)
    happens(rig, story)
    return story


SERVERS = {"redis": Redis, "serve": Fake}


def test_of(where, path, *rest):
    def test(rig):
        judge(rig, play(rig, path, *rest))
    test.__name__ = f"{path}_on_{where}"
    test.make_rig = lambda: StoryRig(SERVERS[where])
    return test


def every_kind_of_claim_can_fail(rig):
    false = (("imp-7 done", "imp-7 dead"), ("runs of imp-7 = 1", "runs of imp-7 = 2"),
             ("state=completed", "state=failed"), ("count at least $rows", "count at least 99"),
             ('example*" exactly 1', 'example*" exactly 2'), ('"mail *" exactly 2', '"mail *" exactly 1'))
    story = play(rig, "import/csv-import-completes", None, nothing, false)
    until(lambda: drained(rig) and len(missing(rig, story)) == len(false) and len(rig.mail.taken) == 2,
          f"each false claim, and no true one, is missed: {missing(rig, story)}")


def a_job_that_is_not_lost_is_found(rig):
    story = play(rig, "fetch/sigkill-in-hand--basic-fetch-loses-exactly-that-job", DROP_NOTE, killed_before_its_note,
                 (("fetch basic", "fetch reliable"),))
    until(lambda: drained(rig) and missing(rig, story) == ["note-3 lost: note-3 done"],
          f"it is done after all: {missing(rig, story)}")


main([test_of(where, *story) for story in STORIES for where in SERVERS]
     + [every_kind_of_claim_can_fail, a_job_that_is_not_lost_is_found], lambda: StoryRig(Redis))
