"""Sidekiq and Faultline on one real Redis: starts either, and asks Sidekiq's API."""

import os
import subprocess
import sys

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(os.path.dirname(HERE), "system"))

from rig import BUILD, expect


def environment(rig):
    # redis-rb of Debian's Sidekiq wants a host in its URL, so it gets the port.
    return {**os.environ, "LC_ALL": "C.UTF-8", "REDIS_URL": f"redis://127.0.0.1:{rig.redis.port}/0"}


def ruby(rig, code, *requires):
    """What a program of Ruby's prints, with Sidekiq's API at hand."""
    done = subprocess.run(["ruby", "-rsidekiq", "-rsidekiq/api", *[f"-r{name}" for name in requires], "-e", code],
                          env=environment(rig), capture_output=True, text=True, timeout=60)
    expect(done.returncode == 0, f"ruby: {done.stderr}")
    return done.stdout.strip()


def start_sidekiq(rig, jobs="jobs.rb", *options):
    log = open(os.path.join(rig.folder, f"sidekiq-{len(rig.children)}.log"), "wb")
    child = subprocess.Popen(["sidekiq", "-r", os.path.join(HERE, jobs), "-c", "2", "-e", "production", *options],
                             env=environment(rig), stdout=log, stderr=subprocess.STDOUT, cwd=rig.folder)
    child.log_path = log.name
    log.close()
    rig.children.append(child)
    return child


def start_worker(rig, *options, module="scenarios/demo.so"):
    config = os.path.join(rig.folder, "wire6.yml")
    with open(config, "w", encoding="utf-8") as out:
        out.write(":wire: 6\n:poll_interval_average: 1\n")
    return rig.worker("-r", os.path.join(BUILD, module), "-C", config, "-c", "3", *options)


def left(rig):
    """Jobs in queues and private lists."""
    return sum(rig.redis("LLEN", key) for key in rig.redis("KEYS", "queue:*"))
