"""Draws the picture of a failing scenario of tests/golden."""

import os
import subprocess

SOURCES = os.environ.get("SOURCE_ROOT", ".")
BUILD = os.path.abspath(os.environ.get("FAULTLINE_BUILD", "build"))
PROGRAM = os.path.join(BUILD, "faultline")


def run(*arguments):
    return subprocess.run([PROGRAM, *arguments, "--color", "never"], cwd=SOURCES, capture_output=True, text=True,
                          timeout=50, check=False)


def draw(name, folder):
    """(what the runner said, the path of the page); fails loudly when there is no page."""
    scenario = f"tests/golden/{name}.scenario"
    said = run("run", scenario, "--picture", "--out", folder)
    path = os.path.join(folder, f"tests-golden-{name}.html")
    assert said.returncode == 1, said.stdout + said.stderr
    assert f"      picture   {path}\n" in said.stdout, said.stdout
    return said.stdout, path
