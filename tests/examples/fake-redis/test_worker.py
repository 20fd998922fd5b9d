import json
import os
import re
import socket
import subprocess
import unittest

import redis


class FakeRedis:
    """A `faultline serve` whose clock stands still until `ctl` moves it."""

    def __init__(self):
        self.process = subprocess.Popen([os.environ.get("FAULTLINE", "faultline"), "serve", "--port", "0",
                                         "--control", "0", "--clock", "virtual@2026-03-29T00:30Z"],
                                        stdout=subprocess.PIPE, text=True)
        said = re.search(r"(redis://\S+) \(control (\S+):(\d+)\)", self.process.stdout.readline())
        self.url, self.control = said[1], (said[2], int(said[3]))

    def ctl(self, command):
        with socket.create_connection(self.control) as channel:
            channel.sendall(command.encode() + b"\n")
            return json.loads(channel.makefile().readline())

    def stop(self):
        self.process.terminate()
        self.process.wait()
        self.process.stdout.close()


class Worker:
    """What is tested: runs jobs of a list, and a failed one again after an hour, by the clock of Redis."""

    def __init__(self, url, perform):
        self.redis = redis.Redis.from_url(url, decode_responses=True)
        self.perform = perform

    def push(self, job):
        self.redis.lpush("queue", job)

    def run(self):
        now = self.redis.time()[0]
        for job in self.redis.zrangebyscore("retry", "-inf", now):
            if self.redis.zrem("retry", job):
                self.push(job)
        while job := self.redis.rpop("queue"):
            try:
                self.perform(job)
            except ValueError:
                self.redis.zadd("retry", {job: now + 3600})


class WorkerTest(unittest.TestCase):
    def setUp(self):
        self.fake = FakeRedis()
        self.addCleanup(self.fake.stop)
        self.done = []
        self.worker = Worker(self.fake.url, self.done.append)
        self.addCleanup(self.worker.redis.close)

    def not_now(self, job):
        raise ValueError(job)

    def test_a_failed_job_runs_again_an_hour_later(self):
        self.worker.push("mail")
        self.worker.perform = self.not_now
        self.worker.run()
        self.assertEqual(self.fake.ctl("dump")["keys"], ['db0 zset "retry" [("mail",1774747800)]'])
        self.worker.perform = self.done.append
        self.fake.ctl("clock +59m")
        self.worker.run()
        self.assertEqual(self.done, [])
        self.fake.ctl("clock +1m")
        self.worker.run()
        self.assertEqual(self.done, ["mail"])

    def test_a_lost_reply_raises_although_the_job_was_pushed(self):
        self.fake.ctl("fault lose-ack command lpush")
        with self.assertRaises(redis.ConnectionError):
            self.worker.push("mail")
        self.assertEqual(self.fake.ctl("dump")["keys"], ['db0 list "queue" ["mail"]'])

    def test_a_failover_refuses_one_push(self):
        self.fake.ctl("fault error readonly command lpush")
        with self.assertRaises(redis.ReadOnlyError):
            self.worker.push("mail")
        self.worker.push("mail")
        self.worker.run()
        self.assertEqual(self.done, ["mail"])


if __name__ == "__main__":
    unittest.main()
