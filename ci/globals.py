"""ci/globals.py BUILD_DIR: no library of the job system or of the fakes keeps writable data of its own, so any
number of worlds can live in one process. Constant tables may need relocation: .data.rel.ro is fine.

The last line is `N passed, N failed, N skipped`, a library each. `--self-test` plants one variable of each kind."""

import os
import re
import subprocess
import sys
import tempfile

LIBRARIES = ["src/core/libfl_core.a", "src/redis/libfl_redis.a", "src/queue/libfl_queue.a", "src/operate/libfl_operate.a"]
WRITABLE = re.compile(r"^\.(data|bss|tdata|tbss)(\.(?!rel\.ro)\S*)?$")


def writable_sections(path):
    """(object file, section, bytes) for each section with writable data."""
    listing = subprocess.run(["size", "-A", path], capture_output=True, text=True, check=True).stdout
    member = path
    for line in listing.splitlines():
        if line.startswith("  ") or re.match(r"^\S+ +:|^\S+\.o ", line):
            member = line.split()[0]
        fields = line.split()
        if len(fields) == 3 and WRITABLE.match(fields[0]) and int(fields[1]) > 0:
            yield member, fields[0], int(fields[1])


def self_test():
    planted = {"int counter;": True, "static int last = 7; int f(void) { return last++; }": True,
               "_Thread_local int mine;": True,
               'const char *const words[] = {"a", "b"};': False, "const int limit = 3;": False,
               "int f(void) { static int calls; return ++calls; }": True}
    wrong = 0
    with tempfile.TemporaryDirectory() as folder:
        for source, bad in planted.items():
            path = os.path.join(folder, "planted.o")
            subprocess.run(["gcc", "-fPIC", "-x", "c", "-c", "-o", path, "-"], input=source, text=True, check=True)
            if bool(list(writable_sections(path))) != bad:
                wrong += 1
                print("judged wrongly:", source)
    print(f"{len(planted) - wrong} passed, {wrong} failed, 0 skipped")
    return 1 if wrong else 0


def main():
    if sys.argv[1:] == ["--self-test"]:
        return self_test()
    if len(sys.argv) != 2:
        print("usage: ci/globals.py BUILD_DIR | --self-test", file=sys.stderr)
        return 2
    build = sys.argv[1]
    libraries = [os.path.join(build, name) for name in LIBRARIES]
    for folder, _, names in sorted(os.walk(os.path.join(build, "fakes"))):
        libraries += [os.path.join(folder, name) for name in sorted(names) if name.endswith(".a")]
    wrong = 0
    for library in libraries:
        found = list(writable_sections(library)) if os.path.exists(library) else [("not built", "", 0)]
        for member, section, size in found:
            print(f"{library}: {member} {section} {size} bytes")
        wrong += bool(found)
    print(f"{len(libraries) - wrong} passed, {wrong} failed, 0 skipped")
    return 1 if wrong else 0


sys.exit(main())
