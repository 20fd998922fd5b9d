"""Job systems and clients of four languages take the fake for a Redis: each application tells the same story.

    test_clients.py SYSTEM"""

import os

from story import HERE, StoryRig, same_story

from installed import need, node_with_modules, python_with, ruby_with
from rig import main

def app(name):
    return os.path.join(HERE, "apps", name)


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
