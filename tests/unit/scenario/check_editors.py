"""check_editors.py REFERENCE EDITORS: what editors colour by is what the tables print, and colours a line as meant.

When it is not: build/harness/scenario/faultline-reference vim >editors/vim/syntax/scenario.vim, and textmate
>editors/vscode/syntaxes/scenario.tmLanguage.json. Vim is asked itself where it has been built with syntax."""

import json
import re
import shutil
import subprocess
import sys
import tempfile

LINES = ['scenario 1 "a {1..2} \\n $x"', "why kill is no word here", "enqueue-bulk j W [7] in 5m # set",
         "fault f1: kill p1 when j the 2nd \"db COMMIT\" restart after 5s", "expect j dead"]
# line, word, what Vim calls its colour, what TextMate calls it
WANTED = [(1, "scenario", "Statement", "keyword.declaration.scenario"),
          (1, "{1..2}", "Range", "constant.other.range.scenario"),
          (1, "\\n", "Escape", "constant.character.escape.scenario"),
          (1, "$x", "Setting", "variable.other.scenario"),
          (2, "kill", "Why", "comment.block.documentation.scenario"),
          (3, "enqueue-bulk", "Statement", "keyword.declaration.scenario"),
          (3, "5m", "Number", "constant.numeric.scenario"),
          (3, "in", "Option", "storage.type.scenario"),
          (3, "# set", "Comment", "comment.line.number-sign.scenario"),
          (4, "kill", "Verb", "support.function.scenario"),
          (4, "when", "Clause", "keyword.control.scenario"),
          (4, "COMMIT", "Text", "string.quoted.double.scenario"),
          (5, "dead", "Claim", "keyword.other.scenario"),
          (5, "j", "", None)]


def textmate_scope(patterns, line, column):
    """As an editor takes them: the earliest match from here on, of equals the first pattern."""
    at = 0
    while True:
        found = []
        for order, rule in enumerate(patterns):
            match = re.compile(rule.get("match") or rule["begin"]).search(line, at)
            if match and match.group():
                found.append((match.start(), order, rule, match))
        if not found:
            return None
        start, _, rule, match = min(found, key=lambda item: item[:2])
        end = match.end()
        if "begin" in rule:
            while not re.match(rule["end"], line[end:]):
                end += 2 if line[end] == "\\" else 1
            end += 1
        if start <= column < end:
            inner = rule.get("patterns") and textmate_scope(rule["patterns"], line[:end], column)
            return inner or rule["name"]
        if start > column:
            return None
        at = end


def vim_groups(editors):
    """The group of each wanted word, or nothing where Vim cannot tell."""
    vim = shutil.which("vim")
    if not vim or "+syntax" not in subprocess.run([vim, "--version"], capture_output=True, text=True).stdout:
        return None
    with tempfile.TemporaryDirectory() as folder:
        with open(folder + "/a.scenario", "w", encoding="utf-8") as file:
            file.write("\n".join(LINES) + "\n")
        asks = [f"call add(names, synIDattr(synID({line}, {LINES[line - 1].index(word) + 1}, 1), 'name'))"
                for line, word, _, _ in WANTED]
        script = ["set nocompatible", f"set runtimepath^={editors}/vim", "filetype plugin on", "syntax on",
                  f"edit {folder}/a.scenario", "let names = [&filetype]", *asks,
                  f"call writefile(names, '{folder}/names')", "qall!"]
        with open(folder + "/ask.vim", "w", encoding="utf-8") as file:
            file.write("\n".join(script) + "\n")
        subprocess.run([vim, "-u", "NONE", "-es", "-S", folder + "/ask.vim"], timeout=60, check=False,
                       stdin=subprocess.DEVNULL, capture_output=True)
        with open(folder + "/names", encoding="utf-8") as file:
            return file.read().splitlines()


def main():
    reference, editors = sys.argv[1:]
    wrong = []
    for kind, path in [("vim", "vim/syntax/scenario.vim"), ("textmate", "vscode/syntaxes/scenario.tmLanguage.json")]:
        printed = subprocess.run([reference, kind], capture_output=True, text=True, check=True).stdout
        with open(f"{editors}/{path}", encoding="utf-8") as file:
            if file.read() != printed:
                wrong.append(f"editors/{path} is not what faultline-reference {kind} prints")
    for path in ["package.json", "language-configuration.json"]:
        with open(f"{editors}/vscode/{path}", encoding="utf-8") as file:
            json.load(file)
    with open(f"{editors}/vscode/syntaxes/scenario.tmLanguage.json", encoding="utf-8") as file:
        patterns = json.load(file)["patterns"]
    for line, word, _, scope in WANTED:
        got = textmate_scope(patterns, LINES[line - 1], LINES[line - 1].index(word))
        if got != scope:
            wrong.append(f"TextMate: {word!r} of line {line} is {got}, expected {scope}")
    groups = vim_groups(editors)
    names = ["scenario"] + ["scenario" + name if name else "" for _, _, name, _ in WANTED]
    for got, want, what in zip(groups or [], names, ["the type of the file"] + [word for _, word, _, _ in WANTED]):
        if got != want:
            wrong.append(f"Vim: {what!r} is {got!r}, expected {want!r}")
    print("\n".join(wrong) or ("as printed" + ("" if groups else "; Vim was not asked")))
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
