"""What a page quotes from a file is in the file, line for line; the last line is the count.

A quotation is a block of code behind `<!-- from PATH -->`, a path from the root. `--self-test` plants what must be
found."""

import glob
import re
import sys

QUOTE = re.compile(r"^<!-- from (\S+) -->\n+```\w*\n(.*?)^```$", re.M | re.S)
MARK = re.compile(r"^<!-- from ", re.M)


def judged(page, text, read):
    """(passed, what is wrong) for a page. `read` gives the text of a path, or raises OSError."""
    passed, wrong = 0, []
    quotes = list(QUOTE.finditer(text))
    if len(quotes) != len(MARK.findall(text)):
        wrong.append(f"{page}: a mark `from` without a block of code behind it")
    for quote in quotes:
        line = text.count("\n", 0, quote.start()) + 1
        try:
            source = read(quote[1])
        except OSError as error:
            wrong.append(f"{page}:{line}: {quote[1]}: {error.strerror}")
            continue
        if quote[2] and ("\n" + quote[2]) in "\n" + source:
            passed += 1
        else:
            wrong.append(f"{page}:{line}: this is not in {quote[1]}")
    return passed, wrong


def read_file(path):
    with open(path, encoding="utf-8") as source:
        return source.read()


def self_test():
    def read(path):
        if path != "a.c":
            raise FileNotFoundError(2, "No such file or directory")
        return "one\ntwo\nthree\n"
    cases = [("<!-- from a.c -->\n```c\none\ntwo\n```\n", (1, 0)), ("<!-- from a.c -->\n```c\none\nthree\n```\n", (0, 1)),
             ("<!-- from a.c -->\n```c\nwo\n```\n", (0, 1)), ("<!-- from b.c -->\n```c\none\n```\n", (0, 1)),
             ("<!-- from a.c -->\nno code\n", (0, 1)), ("<!-- from a.c -->\n```\n```\n", (0, 1)),
             ("```c\nfree\n```\n", (0, 0))]
    failed = 0
    for text, want in cases:
        passed, wrong = judged("page", text, read)
        if (passed, len(wrong)) != want:
            failed += 1
            print(f"judged wrongly: {text!r}: {passed} passed, {wrong}")
    print(f"{len(cases) - failed} passed, {failed} failed, 0 skipped")
    return 1 if failed else 0


def main():
    passed, wrong = 0, []
    for page in ["README.md", *sorted(glob.glob("docs/**/*.md", recursive=True))]:
        fine, found = judged(page, read_file(page), read_file)
        passed += fine
        wrong += found
    for line in wrong:
        print(line)
    print(f"{passed} passed, {len(wrong)} failed, 0 skipped")
    return 1 if wrong else 0


sys.exit(self_test() if "--self-test" in sys.argv else main())
