"""embed.py OUT SCRIPT...: the Lua scripts beside it as one C source, each with its SHA-1.

`--@include part` takes in parts/part.lua. Comments and indentation stay behind, and the first line says the script's
name, for who reads a server's log or a trace. A script of this name is FL_SCRIPT_THIS_NAME of enum fl_script."""

import hashlib
import os
import sys


HERE = os.path.dirname(__file__)


def lines_of(name):
    with open(os.path.join(HERE, name + ".lua"), encoding="utf-8") as file:
        for line in map(str.strip, file):
            if line.startswith("--@include "):
                yield from lines_of("parts/" + line.split()[1])
            elif line and not line.startswith("--"):
                yield line


def literal(line):
    return '"' + line.replace("\\", "\\\\").replace('"', '\\"') + '\\n"'


def main():
    out, names = sys.argv[1], sys.argv[2:]
    with open(out, "w", encoding="utf-8") as file:
        file.write('/* Made from the scripts of src/queue/scripts. */\n#include "queue/script_texts.h"\n\n'
                   "const struct fl_script_text fl_script_texts[FL_SCRIPT_COUNT] = {\n")
        for name in names:
            lines = ["-- name: " + name, *lines_of(name)]
            sha = hashlib.sha1("".join(line + "\n" for line in lines).encode()).hexdigest()
            file.write(f"    [FL_SCRIPT_{name.upper().replace('-', '_')}] = {{\n        FL_SPAN(\n")
            file.writelines(f"            {literal(line)}\n" for line in lines)
            file.write(f'        ),\n        FL_SPAN("{sha}"),\n    }},\n')
        file.write("};\n")


main()
