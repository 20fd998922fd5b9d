"""The examples of tests/examples/fake-redis run, each by the test runner of its language."""

import os
import subprocess

from story import BUILD, HERE
from serve_rig import ServeRig

from installed import node_with_modules, python_with, ruby_with
from rig import expect, main

EXAMPLES = os.path.join(os.path.dirname(HERE), "examples", "fake-redis")
TESTS = 3  # in each


def passes(said, *command, env=None):
    """It ends well, and its runner says how many tests that were."""
    done = subprocess.run(command, env={**os.environ, "FAULTLINE": os.path.join(BUILD, "faultline"), **(env or {})},
                          stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=50)
    expect(done.returncode == 0 and said in done.stdout + done.stderr, done.stdout + done.stderr)


def ruby(_):
    passes(f"{TESTS} runs, ", ruby_with("redis", "ruby-redis"), os.path.join(EXAMPLES, "test_worker.rb"))


def python(_):
    passes(f"Ran {TESTS} tests", python_with("redis", "python3-redis"), "-B", os.path.join(EXAMPLES, "test_worker.py"))


def node(_):
    program, env = node_with_modules()
    passes(f"# pass {TESTS}", program, "--test", "--test-reporter", "tap", os.path.join(EXAMPLES, "worker.test.js"), env=env)


main([ruby, python, node], ServeRig)
