"""embed.py OUT FILE...: a C file in which each FILE is a text, named after it: page.css is picture_page_css."""

import json
import os
import sys


def literal(line):
    """JSON's escapes are C's, but for \\u; there are none in ASCII without control characters."""
    assert line.isascii(), f"not ASCII: {line!r}"
    return json.dumps(line).replace("??", "?\\?")


def main(out, paths):
    with open(out, "w", encoding="ascii") as target:
        target.write('#include "harness/picture/page/texts.h"\n')
        for path in paths:
            name = os.path.basename(path).replace(".", "_").replace("-", "_")
            with open(path, encoding="utf-8") as source:
                lines = source.readlines()
            target.write(f"\nconst char picture_{name}[] =\n")
            target.write("\n".join(f"    {literal(line)}" for line in lines) + ";\n")


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2:])
