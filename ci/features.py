"""Whether the pages of features and of failures are true of this tree; the last line is the count. `ci/features.py BUILD`.

Each row of their tables names a feature or a failure, how far it is there, and in spans of code what shows it: a path
from the root, a test as meson knows it (`run` or `run: words of its source`), a stage (`ci/test hashes`) or a command
line (`faultline run --explore pct`), of which the help must know the command and every option. In each table numbers
go up, each once. The command lines of all other pages are asked of the help as well. `--self-test` plants what must be found."""

import glob
import json
import os
import re
import subprocess
import sys

PAGES = {  # and the numbers that each must have
    "docs/reference/features.md": set(range(1, 112)) - {19, 97, 104, 106},  # those are about foreign processes
    "docs/reference/failures.md": set(range(1, 75)),
}
ROW = re.compile(r"^\| *(\d+) *\|(.*)\|([^|]*)\|$")
STATUS = re.compile(r"^(yes|partly|not yet|no such thing)\b")
SPAN = re.compile(r"`([^`]+)`")
OPTION = re.compile(r"(?<!\S)(--?[a-z][a-z-]*)")
SHELL = re.compile(r"^```(?:sh)?\n(.*?)^```", re.M | re.S)
COMMAND = re.compile(r"(?:^|[ /$])faultline +([a-z]+)(?=\s|$)([^|&;>#\n]*)", re.M)


class Tree:
    """What a page may name: paths, tests with their sources, stages of ci/test, commands."""

    def __init__(self, build):
        self.build = build
        self.helps = {}
        with open(os.path.join(build, "meson-info/intro-targets.json"), encoding="utf-8") as file:
            targets = {name: [path for part in target["target_sources"] for path in part.get("sources", [])]
                       for target in json.load(file) for name in target["filename"]}
        with open(os.path.join(build, "meson-info/intro-tests.json"), encoding="utf-8") as file:
            self.tests = {test["name"]: self.sources_of(test["cmd"], targets) for test in json.load(file)}
        with open("ci/test", encoding="utf-8") as file:
            self.stages = set(re.findall(r"^stage_(\w+)\(\)", file.read(), re.M))

    @staticmethod
    def sources_of(command, targets):
        """Those of a compiled test; of a script all files of its folder and below."""
        if command[0] in targets:
            return targets[command[0]]
        script = next((part for part in command if "/tests/" in part and os.path.isfile(part)), None)
        if not script:
            return []
        return [os.path.join(folder, name) for folder, _, names in os.walk(os.path.dirname(script)) for name in names]

    def test_says(self, test, words):
        for path in self.tests[test]:
            if os.path.isfile(path):
                with open(path, encoding="utf-8", errors="replace") as file:
                    if words in file.read():
                        return True
        return False

    def help_of(self, command):
        if command not in self.helps:
            done = subprocess.run([os.path.join(self.build, "faultline"), command, "--help"], capture_output=True,
                                  text=True, check=False)
            self.helps[command] = done.stdout if done.returncode == 0 else None
        return self.helps[command]

    @staticmethod
    def exists(path):
        return os.path.exists(path)


def wrong_command(tree, words):
    text = tree.help_of(words[1])
    if text is None:
        return f"there is no command {words[1]}"
    for option in OPTION.findall(" ".join(words[2:])):
        if not re.search(re.escape(option) + r"(?![\w-])", text):
            return f"{words[1]} has no option {option}"
    for word in words[2:]:
        if re.search(r"\.(scenario|c)$", word) and "/" in word and not tree.exists(word):
            return f"there is no {word}"
    return None


def wrong_span(tree, span):
    """What is wrong with it; None: nothing."""
    words = span.split()
    if words[0] == "faultline" and len(words) > 1:
        return wrong_command(tree, words)
    if words[0] == "ci/test" and len(words) == 2:
        return None if words[1] in tree.stages else f"ci/test has no stage {words[1]}"
    test, colon, claim = span.partition(": ")
    if test in tree.tests:
        return None if not colon or tree.test_says(test, claim) else f"no source of the test {test} says \"{claim}\""
    if colon:
        return f"meson knows no test {test}"
    return None if tree.exists(span) else f"there is no {span}"


def judged(tree, page, text, expected):
    """(passed, what is wrong) for a page; a row passes as a whole."""
    passed, wrong, seen, last = 0, [], set(), 0
    for number, line in enumerate(text.splitlines(), 1):
        row = ROW.match(line)
        if not row:
            last = 0 if line.startswith("#") else last
            continue
        before, cells = len(wrong), [cell.strip() for cell in row[2].split(" | ")]
        where = f"{page}:{number}: row {row[1]}"
        status = STATUS.match(cells[-1])
        spans = SPAN.findall(row[3])
        if not status:
            wrong.append(f"{where}: expected yes, partly, not yet or no such thing")
        if not spans and not (status and status[1].startswith("no")):
            wrong.append(f"{where}: nothing shows it")
        wrong += [f"{where}: {reason}" for reason in (wrong_span(tree, span) for span in spans) if reason]
        if int(row[1]) <= last or int(row[1]) in seen:
            wrong.append(f"{where}: out of order, or twice")
        last = int(row[1])
        seen.add(last)
        passed += len(wrong) == before
    missing = sorted(expected - seen)
    if missing:
        wrong.append(f"{page}: no row {', '.join(map(str, missing))}")
    return passed, wrong


def judged_commands(tree, page, text):
    """(passed, what is wrong) for the command lines of a page."""
    passed, wrong = 0, []
    for block in SHELL.findall(text):
        for command, rest in COMMAND.findall(block.replace("\\\n", " ")):
            options = " ".join(OPTION.findall(rest))
            reason = wrong_command(tree, ["faultline", command, *options.split()])
            passed += reason is None
            wrong += [f"{page}: {reason}"] if reason else []
    return passed, wrong


class SmallTree(Tree):
    def __init__(self):  # pylint: disable=super-init-not-called
        self.tests, self.stages = {"run": [], "run reader": []}, {"hashes"}

    def test_says(self, test, words):
        return (test, words) == ("run", "one seed")

    def help_of(self, command):
        return "  --seeds A..B\n  -k, --keyword WORD\n" if command == "run" else None

    @staticmethod
    def exists(path):
        return path in ("scenarios/a.scenario", "docs/a.md")


def self_test():
    cases = [("| 1 | a | yes | `scenarios/a.scenario`, `docs/a.md` |", 1, 0), ("| 1 | a | yes: all | `run` |", 1, 0),
             ("| 1 | a | partly: no b | `run: one seed`, `run reader` |", 1, 0), ("| 1 | a | not yet | |", 1, 0),
             ("| 1 | a | yes | `ci/test hashes` |", 1, 0), ("| 1 | a | yes | `faultline run --seeds 1..2 -k x` |", 1, 0),
             ("| 1 | a | yes | `faultline run scenarios/a.scenario` |", 1, 0),
             ("| 1 | a | yes | `scenarios/b.scenario` |", 0, 1), ("| 1 | a | yes | `run: two seeds` |", 0, 1),
             ("| 1 | a | yes | `walk` |", 0, 1), ("| 1 | a | yes | `walk: one seed` |", 0, 1),
             ("| 1 | a | yes | `ci/test hash` |", 0, 1), ("| 1 | a | yes | `faultline walk` |", 0, 1),
             ("| 1 | a | yes | `faultline run --seed 1` |", 0, 1), ("| 1 | a | yes | |", 0, 1),
             ("| 1 | a | yes | `faultline run scenarios/b.scenario` |", 0, 1), ("| 1 | a | soon | `run` |", 0, 1),
             ("| 1 | a | yes | `run` |\n| 1 | b | yes | `run` |", 1, 1), ("| 2 | a | yes | `run` |", 1, 1), ("", 0, 1), ("| 1 | a | no such thing: never | |", 1, 0),
             ("| 2 | a | yes | `run` |\n## B\n| 1 | b | yes | `run` |", 2, 0),
             ("| 2 | a | yes | `run` |\n| 1 | b | yes | `run` |", 1, 1),
             ("| 1 | a | yes | `run` |\n## B\n| 1 | b | yes | `run` |", 1, 1)]
    failed = 0
    for text, passed, wrong in cases:
        found = judged(SmallTree(), "page", text, {1})
        if (found[0], len(found[1])) != (passed, wrong):
            failed += 1
            print(f"judged wrongly: {text!r}: {found}")
    lines = [("```sh\nbuild/faultline run x --seeds 1 && y --z\n```\n", 1, 0), ("```\n$ faultline run --seed 1\n```\n", 0, 1),
             ("```sh\nfaultline run x \\\n    --seed 1\n```\n", 0, 1), ("```sh\nfaultline walk\n```\n", 0, 1),
             ("faultline walk\n```c\nfaultline walk\n```\n", 0, 0)]
    for text, passed, wrong in lines:
        found = judged_commands(SmallTree(), "page", text)
        if (found[0], len(found[1])) != (passed, wrong):
            failed += 1
            print(f"judged wrongly: {text!r}: {found}")
    count = len(cases) + len(lines)
    print(f"{count - failed} passed, {failed} failed, 0 skipped")
    return 1 if failed else 0


def main():
    if "--self-test" in sys.argv:
        return self_test()
    tree = Tree(sys.argv[1])
    passed, wrong = 0, []
    for path, expected in PAGES.items():
        with open(path, encoding="utf-8") as page:
            fine, found = judged(tree, path, page.read(), expected)
        passed += fine
        wrong += found
    for path in ["README.md", *sorted(glob.glob("docs/*.md")), *sorted(glob.glob("docs/how-to/*.md"))]:
        with open(path, encoding="utf-8") as page:
            fine, found = judged_commands(tree, path, page.read())
        passed += fine
        wrong += found
    for line in wrong:
        print(line)
    print(f"{passed} passed, {len(wrong)} failed, 0 skipped")
    return 1 if wrong else 0


sys.exit(main())
