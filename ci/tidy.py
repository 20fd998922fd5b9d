"""Rules of style that a script can check. Lists each breach as file:line; the last line is the count.

`--self-test` plants one breach of each rule and expects each to be found."""

import re
import shutil
import subprocess
import sys

from sources import c_files

LINES_MAX = 700  # past 500 a file is listed, past this it is refused
BANNED_FILE = re.compile(r"(^|/)(util|utils|helper|helpers|common|misc)\.[ch]$|_2\.[ch]$|_new\.[ch]$")
TEST_HOOK = re.compile(r"\b(fake_\w+|sim_\w+|\w+_for_test|TESTING)\b")
SLEEP = re.compile(r"\b(sleep|usleep|nanosleep)\s*\(")
JUMP_IN_MACRO = re.compile(r"\b(return|goto|break)\b")
MAY_GETENV = re.compile(r"^(src/\w*_main\.c|src/posix/|harness/|tests/)")
MAY_SLEEP = re.compile(r"^tests/(unit/posix|unit/world|system|interop|bench)/")


def macros(text):
    """(line number, body) of each #define, with its continuation lines."""
    lines = text.splitlines()
    i = 0
    while i < len(lines):
        if re.match(r"\s*#\s*define\b", lines[i]):
            start, body = i, lines[i]
            while body.endswith("\\") and i + 1 < len(lines):
                i += 1
                body = body[:-1] + lines[i]
            yield start + 1, body
        i += 1


def without_comments(text):
    def blank(match):
        return re.sub(r"[^\n]", " ", match.group(0))
    return re.sub(r'/\*.*?\*/|//[^\n]*|"(?:\\.|[^"\\\n])*"', blank, text, flags=re.S)


def breaches(path, text):
    code = without_comments(text)
    lines = code.splitlines()
    if BANNED_FILE.search(path):
        yield f"{path}:1: a file is named after its noun, not {path.split('/')[-1]}"
    if len(lines) > LINES_MAX and not path.startswith("tests/"):
        yield f"{path}:{LINES_MAX}: {len(lines)} lines; at most {LINES_MAX}"
    for number, line in enumerate(lines, 1):
        if path.startswith("src/") and TEST_HOOK.search(line):
            yield f"{path}:{number}: src knows of no fake and no test: {TEST_HOOK.search(line).group(0)}"
        if re.search(r"\b(secure_)?getenv\s*\(", line) and not MAY_GETENV.match(path):
            yield f"{path}:{number}: the environment is read by the programs' edges only"
        if path.startswith("tests/") and SLEEP.search(line) and not MAY_SLEEP.match(path):
            yield f"{path}:{number}: a test waits for an event, it does not sleep"
    for number, body in macros(code):
        if JUMP_IN_MACRO.search(body):
            yield f"{path}:{number}: a macro may not contain return, goto or break"


def self_test():
    planted = [("src/core/utils.c", "int x;\n"), ("src/queue/a.c", "void f(void) { fake_redis_new(); }\n"),
               ("src/queue/a.c", 'int f(void) { return getenv("X") != 0; }\n'),
               ("tests/unit/a.c", "void f(void) { usleep(5); }\n"),
               ("src/core/a.h", "#define CHECK(x) \\\n    if (!(x)) return 1\n"),
               ("harness/a.c", "int x;\n" * (LINES_MAX + 1))]
    missed = [text for path, text in planted if not list(breaches(path, text))]
    fine = [("src/core/a.c", '/* sim_world */ const char *t = "fake_redis";\n'),
            ("tests/unit/posix/a.c", "void f(void) { usleep(5); }\n")]
    missed += [text for path, text in fine if list(breaches(path, text))]
    for text in missed:
        print("judged wrongly:", text.splitlines()[0])
    print(f"{len(planted) + len(fine) - len(missed)} passed, {len(missed)} failed, 0 skipped")
    return 1 if missed else 0


def unformatted(paths):
    """Those of the files that clang-format would change: asked for all at once, as it is slow to start."""
    result = subprocess.run(["clang-format", "--dry-run", *paths], capture_output=True, text=True, check=True)
    return set(re.findall(r"^(\S+?):\d+:\d+: warning: .*-Wclang-format-violations", result.stderr, re.M))


def main():
    if "--self-test" in sys.argv:
        return self_test()
    files = c_files()
    have_format = shutil.which("clang-format") is not None
    to_format = unformatted(files) if have_format else set()
    wrong = 0
    for path in files:
        with open(path, encoding="utf-8") as source:
            text = source.read()
        found = list(breaches(path, text))
        if path in to_format:
            found.append(f"{path}:1: not as clang-format -i leaves it")
        for line in found:
            print(line)
        wrong += bool(found)
        lines = text.count("\n")
        if 500 < lines <= LINES_MAX and not path.startswith("tests/"):
            print(f"note: {path} has {lines} lines; is there a second module inside?")
    print(f"{len(files) - wrong} passed, {wrong} failed, {0 if have_format else 1} skipped")
    return 1 if wrong else 0


sys.exit(main())
