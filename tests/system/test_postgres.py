"""The import system on a real PostgreSQL: the same rows as on SQLite, also when workers and server die."""

import glob
import os
import pwd
import signal
import sqlite3
import subprocess
import sys

from rig import BUILD, Rig, expect, main, until

WORKERS = os.path.join(BUILD, "workers.so")
EXIT_SKIPPED = 77
ROWS = 40_000
ODD = b"\xEF\xBB\xBFname,email\r\n\"O\"\"Hara\",o@x.example\r\nonly-one-field\r\nb\xFFd\x00,utf8@x.example\r\n" \
      b"\"a\tb\\n\nc\",t@x.example\r\n\"nu\x00l\",l@x.example"


def programs():
    found = sorted(glob.glob("/usr/lib/postgresql/*/bin/initdb"))
    return os.path.dirname(found[-1]) if found else None


class Postgres:
    """A server on a socket in a folder of its own. It refuses to run as root, so root gives it to another."""

    def __init__(self, folder):
        self.folder = os.path.join(folder, "postgres")
        self.data = os.path.join(self.folder, "data")
        self.user = {}
        os.mkdir(self.folder)
        if os.getuid() == 0:
            user = next(pwd.getpwnam(name) for name in ("postgres", "nobody") if name in (u.pw_name for u in pwd.getpwall()))
            os.chmod(folder, 0o755)
            os.chown(self.folder, user.pw_uid, user.pw_gid)
            self.user = {"user": user.pw_uid, "group": user.pw_gid, "extra_groups": []}
        self.url = f"postgresql:///postgres?host={self.folder}&user=tester"
        subprocess.run([os.path.join(programs(), "initdb"), "-D", self.data, "-A", "trust", "-U", "tester", "-N",
                        "--encoding", "UTF8", "--locale", "C"], check=True, stdout=subprocess.DEVNULL,
                       cwd=self.folder, timeout=120, **self.user)
        self.server = None
        self.start()

    def start(self):
        self.log = open(os.path.join(self.folder, "log"), "ab")
        self.server = subprocess.Popen([os.path.join(programs(), "postgres"), "-D", self.data, "-k", self.folder,
                                        "-h", ""], stdout=self.log, stderr=self.log, cwd=self.folder, **self.user)
        until(lambda: subprocess.run([os.path.join(programs(), "pg_isready"), "-q", "-h", self.folder],
                                     check=False).returncode == 0, "PostgreSQL lets connections in")

    def stop(self, how=signal.SIGINT):
        self.server.send_signal(how)
        self.server.wait(timeout=60)
        self.log.close()

    def __call__(self, sql):
        """The rows, as text, fields apart by a bar."""
        done = subprocess.run([os.path.join(programs(), "psql"), "-X", "-A", "-t", "-h", self.folder, "-U", "tester",
                               "-d", "postgres", "-c", sql], capture_output=True, text=True, timeout=60, check=False)
        return done.stdout.splitlines() if done.returncode == 0 else []


class PostgresRig(Rig):
    def __init__(self):
        super().__init__()
        self.postgres = Postgres(self.folder)

    def stop(self):
        super().stop()
        self.postgres.stop()

    def file(self, name, content):
        path = os.path.join(self.folder, name)
        with open(path, "wb") as file:
            file.write(content)
        return path

    def make_import(self, database, path):
        done = subprocess.run([os.path.join(BUILD, "faultline-import"), "create", "--db", database, path],
                              env={**os.environ, "REDIS_URL": self.redis.url}, capture_output=True, text=True,
                              timeout=60, check=False)
        expect(done.returncode == 0, f"faultline-import: {done.stderr}")
        return int(done.stdout.split()[1])

    def importer(self, database):
        """A worker that takes imports only: nobody takes the notifications away."""
        return self.worker("-r", WORKERS, "-q", "default", "-c", "2", env={"FAULTLINE_DB": database})


def people(rows):
    return b"name,email\n" + b"".join(b"\"Person, the %d.\",person-%d@x.example\n" % (i, i) for i in range(rows))


def imports_as_sqlite_does(rig):
    path = rig.file("odd.csv", ODD)
    database = os.path.join(rig.folder, "a.db")
    for where in (database, rig.postgres.url):
        number = rig.make_import(where, path)
        expect(number == 1, f"the first import is number 1, not {number}")
        worker = rig.importer(where)
        until(lambda: "\"msg\":\"done\"" in rig.log_of(worker), "the import is done")
        rig.terminate(worker)
    tables = {"imports": "state, imported_count, rejected_count, byte_offset",
              "import_rows": "row_number, data",
              "import_rejected_rows": "row_number, reason, raw",
              "outbox": "outcome, audience, message, state",
              "business_accounts": "id, email"}
    with sqlite3.connect(database) as sqlite:
        for table, columns in tables.items():
            order = columns.replace("state, imported_count, rejected_count, byte_offset", "1")
            want = ["|".join(str(value) for value in row)
                    for row in sqlite.execute(f"SELECT {columns} FROM {table} ORDER BY {order}")]
            got = rig.postgres(f"SELECT {columns} FROM {table} ORDER BY {order}")
            expect(want and "\n".join(want).splitlines() == got, f"{table}: {want} on SQLite, {got} on PostgreSQL")


def shows_how_it_stands(rig):
    rig.make_import(rig.postgres.url, rig.file("a.csv", people(3)))
    done = subprocess.run([os.path.join(BUILD, "faultline-import"), "show", "--db", rig.postgres.url, "1"],
                          capture_output=True, text=True, timeout=60, check=False)
    expect("state      pending" in done.stdout, f"it shows the state: {done.stdout}{done.stderr}")


def says_what_is_wrong_with_the_server(rig):
    rig.postgres.stop()
    worker = rig.importer("postgres://app:secret@localhost:1/shop")
    expect(worker.wait(timeout=30) == 1, "a server that is not there is no start")
    log = rig.log_of(worker)
    expect("postgres://localhost:1/shop: connection to server" in log, f"it names the server and why: {log}")
    expect("secret" not in log, "and no password")
    worker = rig.importer("postgres://[")
    expect(worker.wait(timeout=30) == 2, "no URL is a mistake of usage")
    rig.postgres.start()


def imported_once(rig, number):
    expect(rig.postgres(f"SELECT count(*), count(DISTINCT row_number) FROM import_rows WHERE import_id = {number}") ==
           [f"{ROWS}|{ROWS}"], "each row is there once")
    expect(rig.postgres("SELECT count(*) FROM outbox") == ["2"], "the outbox has two rows")
    expect(rig.redis("LLEN", "queue:user_notifications") == 1, "the user is to be told once")


def rows_of(rig, number):
    got = rig.postgres(f"SELECT imported_count FROM imports WHERE id = {number}")
    return int(got[0]) if got else 0


def a_killed_worker_is_taken_over(rig):
    number = rig.make_import(rig.postgres.url, rig.file("a.csv", people(ROWS)))
    worker = rig.importer(rig.postgres.url)
    until(lambda: rows_of(rig, number) > 0, "it has begun")
    worker.kill()
    worker.wait()
    stood = rows_of(rig, number)
    other = rig.importer(rig.postgres.url) # of the same host: the dead one's job is given back at once
    until(lambda: rig.postgres(f"SELECT state FROM imports WHERE id = {number}") == ["completed"], "it is done")
    expect(stood % 1000 == 0, "the checkpoint is at a batch's end")
    rig.terminate(other)
    imported_once(rig, number)


def a_server_that_dies_is_met_again(rig):
    """The job fails, and is there to be run again; an operator does it at once."""
    number = rig.make_import(rig.postgres.url, rig.file("a.csv", people(ROWS)))
    worker = rig.importer(rig.postgres.url)
    until(lambda: rows_of(rig, number) > 0, "it has begun")
    rig.postgres.stop(signal.SIGQUIT)
    until(lambda: rig.redis("ZCARD", "retry") == 1 or "\"msg\":\"done\"" in rig.log_of(worker), "it has failed")
    rig.postgres.start()
    for payload in rig.redis("ZRANGE", "retry", 0, -1):
        rig.redis("ZADD", "retry", 0, payload)
    until(lambda: rig.postgres(f"SELECT state FROM imports WHERE id = {number}") == ["completed"], "it is done", 90)
    rig.terminate(worker)
    imported_once(rig, number)


if not programs():
    print("skipped: this machine has no PostgreSQL server (apt-get install postgresql)")
    sys.exit(EXIT_SKIPPED)
main([imports_as_sqlite_does, shows_how_it_stands, says_what_is_wrong_with_the_server, a_killed_worker_is_taken_over,
      a_server_that_dies_is_met_again], PostgresRig)
