"""The interpreters and libraries that are installed; a test whose client is not is skipped, and says what is missing."""

import os
import shutil
import subprocess
import sys

from node_modules import install

SKIPPED = 77


def skip(reason):
    print(f"skipped: {reason}")
    sys.exit(SKIPPED)


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
    modules, reason = install(os.environ.get("FAULTLINE_BUILD", "build"))
    if reason:
        skip(reason)
    return "node", {"NODE_PATH": modules}


def ruby_with(library, package):
    if subprocess.run([need("ruby", "ruby"), "-r" + library, "-e", ""], capture_output=True, check=False).returncode:
        skip(f"Ruby has no {library}: the package {package} is not installed")
    return "ruby"
