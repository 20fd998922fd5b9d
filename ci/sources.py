"""Which files are ours: found by walking the tree, so that a copy without its history is checked too."""

import os

FOLDERS = ("fakes", "harness", "scenarios", "src", "tests")


def c_files():
    found = []
    for top in FOLDERS:
        for folder, folders, names in os.walk(top):
            folders.sort()
            found += [os.path.join(folder, name) for name in sorted(names) if name.endswith((".c", ".h"))]
    return found
