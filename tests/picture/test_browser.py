"""Pictures in Debian's Chromium, driven by playwright-core: look.js says what it finds. Skipped, with the reason, where
either is missing. Screenshots stay in tests/picture of the build."""

import os
import shutil
import subprocess
import sys
import tempfile

sys.path.append(os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "interop"))

import drawing  # noqa: E402
from installed import need, skip  # noqa: E402
from node_modules import install  # noqa: E402


def main():
    browser = shutil.which(need("chromium", "chromium"))
    modules, reason = install(drawing.BUILD, "picture", "playwright-core")
    if reason:
        skip(reason)
    shots = os.path.join(drawing.BUILD, "tests/picture")
    script = os.path.join(os.path.dirname(os.path.abspath(__file__)), "look.js")
    with tempfile.TemporaryDirectory() as folder:
        _, page = drawing.draw("picture", folder)
        _, long = drawing.draw("picture-of-retries", folder)
        done = subprocess.run(["node", script, browser, page, long, shots], timeout=150, check=False,
                              env={**os.environ, "NODE_PATH": modules})
    return done.returncode


if __name__ == "__main__":
    sys.exit(main())
