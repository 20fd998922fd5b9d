"""Makes a table for tests/conformance of what a client has sent: one command of each shape, with fixed ids and times.

    faultline serve --port 6400 --record FILE &
    ruby apps/sidekiq_app.rb redis://127.0.0.1:6400/0
    shapes.py FILE "Debian's Sidekiq 6.4.1" > ../conformance/tables/clients_sidekiq.redis

A shape is a command, its option words, the kinds of its other arguments and the kind of its reply. Commands stand in
the order in which they came, each on a connection like its own, so that keys hold what they held. What a script has
called is sent as commands; long scripts themselves are left out."""

import json
import re
import socket
import sys

CONNECTIONS = 5  # a table has no more
TEXT_MAX = 100  # a longer argument is replaced by its number
ARGUMENTS_MAX = 14
SCRIPT_MAX = 400
FIRST_S = 1700000000  # the second at which each table begins
LEFT_OUT = {"EVALSHA", "SCRIPT", "INFO", "MONITOR", "QUIT", "TIME"}  # long, or different on each server
SUBSCRIBES = {"SUBSCRIBE", "PSUBSCRIBE", "UNSUBSCRIBE", "PUNSUBSCRIBE"}
BLOCKS = {"BLPOP", "BRPOP", "BRPOPLPUSH", "BLMOVE", "BZPOPMIN", "BZPOPMAX", "BLMPOP", "XREAD", "XREADGROUP"}


class Names:
    """Ids and times as the table has them: the same for the same."""

    def __init__(self, start_s):
        self.start_s = start_s
        self.ids, self.texts = {}, {}

    def identity(self, match):
        number = self.ids.setdefault(match.group(0), len(self.ids) + 1)
        digits = f"{number:0{len(match.group(0).replace('-', ''))}x}"
        if "-" not in match.group(0):
            return digits
        return "-".join((digits[:8], digits[8:12], digits[12:16], digits[16:20], digits[20:]))

    def time(self, match):
        """Seconds, with or without a fraction; milliseconds; or those times 4096, as BullMQ scores them."""
        whole, fraction = match.group(1), match.group(2) or ""
        if len(whole) == 10:
            return f"{int(whole) - self.start_s + FIRST_S}{fraction[:3]}"
        if len(whole) == 13:
            return str(int(whole) - (self.start_s - FIRST_S) * 1000) + fraction[:3]
        return str(int(whole) - (self.start_s - FIRST_S) * 1000 * 4096)

    def fixed(self, text):
        text = text.replace(socket.gethostname(), "host")
        text = re.sub(r"\b20\d\d-\d\d-\d\d(?!\d)", "2023-11-14", text)
        text = re.sub(r"host([:.])\d+", r"host\g<1>1", text)
        text = re.sub(r"\b[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}\b", self.identity, text)
        text = re.sub(r"\b(?=[0-9a-f]*[a-f])(?:[0-9a-f]{40}|[0-9a-f]{32}|[0-9a-f]{24}|[0-9a-f]{12})\b", self.identity, text)
        text = re.sub(r"(?<![\d.])(1[78]\d{8}|1[78]\d{11}|7[0-9]\d{14})(\.\d+)?(?!\d)", self.time, text)
        if len(text) > TEXT_MAX or "\ufffd" in text:
            text = f"payload-{self.texts.setdefault(text, len(self.texts) + 1)}"
        return text


def quoted(text):
    if text and re.fullmatch(r"[^\s\"'\\#!\x00-\x20\x7f-\uffff]+", text):
        return text
    out = ['"']
    for byte in text.encode():
        char = chr(byte)
        out.append("\\" + char if char in '"\\' else {"\n": "\\n", "\r": "\\r", "\t": "\\t"}.get(char) or
                   (char if 32 <= byte < 127 else f"\\x{byte:02x}"))
    return "".join(out) + '"'


def kind(text):
    if re.fullmatch(r"-?\d+", text):
        return "number" if int(text) > 0 else text
    if re.fullmatch(r"-?\d+\.\d+", text):
        return "fraction"
    if re.fullmatch(r"[A-Z]{2,}|[$>*+-]|[(+-]\S*", text) or text.lower() in ("block", "streams", "byscore", "limit"):
        return text.upper()[:1] if text[0] in "(+-" else text.upper()
    return "text"


def shape(command):
    kinds = [kind(arg) for arg in command["args"][1:]]
    short = [each for i, each in enumerate(kinds) if i < 2 or each != kinds[i - 1] or each != kinds[i - 2]]
    word = command["args"][1].upper() if len(kinds) > 1 and command["args"][0].upper() in WITH_SUBCOMMANDS else ""
    return command["args"][0].upper(), word, tuple(short), command.get("reply"), command.get("error", "")[:9]


WITH_SUBCOMMANDS = {"CLIENT", "CONFIG", "OBJECT", "XGROUP", "XINFO", "PUBSUB", "COMMAND", "ACL"}


def shortened(args):
    """Cut to a few, and to an even number of those that are left out."""
    if len(args) <= ARGUMENTS_MAX:
        return args
    return args[:ARGUMENTS_MAX - (len(args) - ARGUMENTS_MAX) % 2]


def wanted(command):
    name = command["args"][0].upper()
    if command["by"] == "served":  # what had blocked, told again
        return False
    if name in LEFT_OUT or list(map(str.upper, command["args"][:2])) == ["CLIENT", "LIST"]:
        return False
    if name == "EVAL":
        return command["by"] == "client" and len(command["args"][1]) <= SCRIPT_MAX
    return True


def lines(commands):
    names = Names(commands[0]["us"] // 1000000)
    connections, seen, pending = {}, set(), {}
    for command in filter(wanted, commands):
        args = [names.fixed(arg) for arg in shortened(command["args"])]
        name = args[0].upper()
        number = connections.setdefault(command["client"], len(connections) % (CONNECTIONS - 1))
        if name in SUBSCRIBES:
            number = CONNECTIONS - 1  # which says nothing else
        place = "" if number == 0 else f"{number}> "
        if name == "XADD":  # the time of a record is the time of its ids
            args[args.index("*")] = names.fixed(str(command["us"] // 1000)) + "-*"
        if name in BLOCKS:
            args = [re.sub(r"^\d+(\.\d+)?$", "0.01", args[-1]) if arg is args[-1] and name[0] == "B" else arg
                    for arg in args]
            if "BLOCK" in map(str.upper, args):
                at = [arg.upper() for arg in args].index("BLOCK")
                args[at + 1] = "10"
        line = place + " ".join(map(quoted, args))
        if name == "MULTI" or number in pending and command["by"] != "script":
            block = pending.setdefault(number, ([], []))
            block[0].append(shape(command))
            block[1].append(line)
            if name in ("EXEC", "DISCARD"):
                del pending[number]
                if tuple(block[0]) not in seen and not set(block[0]) <= seen:
                    seen.update(block[0])
                    seen.add(tuple(block[0]))
                    yield from block[1]
        elif shape(command) not in seen:
            seen.add(shape(command))
            yield line
            if name in BLOCKS:
                yield "!timeouts"


def main(path, title):
    with open(path, encoding="utf-8") as record:
        commands = [json.loads(line) for line in record]
    print(f"# What {title} sends: one command of each shape, from a record (tests/interop/shapes.py).")
    print("\n".join(lines(commands)))


if __name__ == "__main__":
    main(*sys.argv[1:])
