"""Job systems and clients of four languages take the fake for a Redis: each application tells the same story.

    test_clients.py SYSTEM"""

import os
import shutil
import subprocess
import sys

from story import BUILD, HERE, StoryRig, same_story

from node_modules import install
from rig import main

SKIPPED = 77


def skip(reason):
    print(f"skipped: {reason}")
    sys.exit(SKIPPED)


def app(name):
    return os.path.join(HERE, "apps", name)


def need(program, package):
    if not shutil.which(program):
        skip(f"there is no {program}: the package {package} is not installed")
    return program


def python_with(module, package):
    """An interpreter that has the module: Debian's packages are Debian's interpreter's."""
    for python in sys.executable, "/usr/bin/python3":
        if subprocess.run([python, "-c", f"import {module}"], capture_output=True, check=False).returncode == 0:
            return python
    return skip(f"no Python has {module}: the package {package} is not installed")


def node_with_modules():
    """Command and environment."""
    modules, reason = install(BUILD)
    if reason:
        skip(reason)
    return "node", {"NODE_PATH": modules}


def ruby_with(library, package):
    if subprocess.run([need("ruby", "ruby"), "-r" + library, "-e", ""], capture_output=True, check=False).returncode:
        skip(f"Ruby has no {library}: the package {package} is not installed")
    return "ruby"


def sidekiq(rig):
    need("sidekiq", "ruby-sidekiq")
    same_story(rig, ["ruby", app("sidekiq_app.rb")])


def redis_rb(rig):
    same_story(rig, [ruby_with("redis", "ruby-redis"), app("redis_rb_app.rb")])


def rq(rig):
    same_story(rig, [python_with("rq", "python3-rq"), app("rq_app.py")])


def celery(rig):
    same_story(rig, [python_with("celery", "python3-celery"), app("celery_app.py")])


def redis_py(rig):
    same_story(rig, [python_with("redis", "python3-redis"), app("redis_py_app.py")])


def bullmq(rig):
    node, env = node_with_modules()
    same_story(rig, [node, app("bullmq_app.js")], env)


def ioredis(rig):
    node, env = node_with_modules()
    same_story(rig, [node, app("ioredis_app.js")], env)


def redis_cli(rig):
    same_story(rig, ["sh", app("redis_cli_app.sh")])


def redis_benchmark(rig):
    same_story(rig, ["sh", app("redis_benchmark_app.sh")])


main([sidekiq, redis_rb, rq, celery, redis_py, bullmq, ioredis, redis_cli, redis_benchmark], StoryRig)
