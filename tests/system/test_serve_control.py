"""The control channel of `faultline serve`: time, faults, what is inside, as a person or a test asks for it."""

import json
import os
import socket
import subprocess
import sys
import time

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, HERE)

from rig import BUILD, Failure, ReplyError, expect, main, until
from serve_rig import ServeRig, ends, fails

VIRTUAL = "--clock", "virtual@2026-03-29T00:30Z"


def blocked(served, count):
    until(lambda: sum(client["blocked"] for client in served.ctl("clients")["clients"]) == count, f"{count} wait")


# ---- time

def the_clock_moves_when_it_is_told(rig):
    served = rig.controlled(*VIRTUAL)
    client = served.client()
    client("SET", "a", "1", "EX", "60")
    expect(served.ctl("clock") == {"ok": True, "now": "2026-03-29T00:30:00.000Z", "us": 1774744200000000,
                                   "runs": False}, "it stands")
    expect(served.ctl("clock", "+59s")["now"] == "2026-03-29T00:30:59.000Z", "it has moved")
    expect(client("TTL", "a") == 1 and client("TIME")[0] == b"1774744259", "clients see it")
    expect(served.ctl("clock", "next")["now"] == "2026-03-29T00:31:00.001Z", "to when the key is dead")
    expect(client("GET", "a") is None, "it is dead")
    expect(served.refused("clock", "next") == "nothing waits for a time", "there is no next")
    expect(served.refused("clock", "2026-03-29T00:30Z") == "the clock goes forward only", "not back")
    expect(served.ctl("clock", "2026-04-01T00:00Z")["now"] == "2026-04-01T00:00:00.000Z", "to an instant")
    expect(served.refused("clock", "+9000000d") == "that is past the end of time", "not beyond")
    expect("found \"soon\"" in served.refused("clock", "soon"), "a mistake is named")


def what_is_due_on_the_way_happens_at_its_own_time(rig):
    """Two blocked clients time out a minute apart, and each pipelined TIME is of its own minute."""
    served = rig.controlled(*VIRTUAL)
    early, late = served.client(), served.client()
    late.write(("BRPOP", "q", "120"), ("TIME",))
    blocked(served, 1)
    early.write(("BRPOP", "q", "60"), ("TIME",))
    blocked(served, 2)
    served.ctl("clock", "+1h")
    expect(early.reply() is None and early.reply()[0] == b"1774744260", "the first a minute later")
    expect(late.reply() is None and late.reply()[0] == b"1774744320", "the second two minutes later")


def a_clock_can_be_stopped_and_run_on(rig):
    served = rig.controlled()
    client = served.client()
    expect(served.ctl("clock")["runs"] and served.ctl("clock", "stop")["runs"] is False, "it ran and stands")
    expect(client("TIME") == client("TIME"), "it stands")
    served.ctl("clock", "+1d")
    expect(served.ctl("clock", "run")["runs"], "it runs")
    first = client("TIME")
    until(lambda: client("TIME") > first, "time passes")
    expect(int(first[0]) > time.time() + 86000, "a day ahead")


# ---- clients

def a_paused_server_answers_nobody(rig):
    served = rig.controlled()
    client = served.client()
    served.ctl("pause")
    client.write(("SET", "a", "1"))
    late = served.client()
    late.write(("GET", "a"))
    expect(served.ctl("dump")["keys"] == [], "nothing is executed")
    served.ctl("resume")
    expect(client.reply() == b"OK", "until it goes on")
    late.reply()


def clients_are_listed(rig):
    served = rig.controlled()
    client = served.client()
    client("CLIENT", "SETNAME", "me")
    client("SELECT", "3")
    expect(served.ctl("clients")["clients"] == [
        {"id": client("CLIENT", "ID"), "address": "127.0.0.1:%d" % client.socket.getsockname()[1], "name": "me",
         "db": 3, "command": "select", "blocked": False, "unread": 0}], served.ctl("clients"))


# ---- inside

def keys_are_shown(rig):
    served = rig.controlled()
    client = served.client()
    client("LPUSH", "q", "a", "b")
    client("SELECT", "2")
    client("SET", "s", b"\x00\xff")
    expect(served.ctl("dump")["keys"] == ['db0 list "q" ["b","a"]', 'db2 string "s" "\\x00\\xff"'], "all")
    expect(served.ctl("dump", 2)["keys"] == ['db2 string "s" "\\x00\\xff"'], "one database")
    expect("from 0 to 15" in served.refused("dump", 16), "there are sixteen")
    served.ctl("flush")
    expect(served.ctl("dump")["keys"] == [], "none")


def changes_are_shown(rig):
    served = rig.controlled("--seed", "7")
    client = served.client()
    expect(served.refused("diff") == "there is no mark to compare with", "not yet")
    client("MSET", "a", "1", "b", "2", "c", "3")
    before = served.ctl("hash")["hash"]
    served.ctl("mark")
    expect(served.ctl("diff")["changes"] == [], "nothing")
    client("DEL", "a")
    client("SET", "b", "x")
    client("SET", "d", "4")
    expect(served.ctl("diff")["changes"] == ['- db0 string "a" "1"', '~ db0 string "b" -"2" +"x"',
                                             '+ db0 string "d" "4"'], served.ctl("diff"))
    expect(served.ctl("hash")["hash"] != before, "another hash")
    client("MSET", "a", "1", "b", "2")
    client("DEL", "d")
    expect(served.ctl("hash")["hash"] == before, "the same again")
    expect(served.ctl("seed")["seed"] == 7, "the seed it has")


def the_last_writer_of_a_key_is_known(rig):
    served = rig.controlled("--track", *VIRTUAL)
    client = served.client()
    client("EVAL", "redis.call('lpush', KEYS[1], 'x')", "1", "q")
    client("SELECT", 2)
    client("SET", "q 2", "1")
    address = "127.0.0.1:%d" % client.socket.getsockname()[1]
    expect(served.ctl("writer", "q") == {"ok": True, "client": address, "command": "lpush", "us": 1774744200000000},
           served.ctl("writer", "q"))
    expect(served.ctl("writer", 2, "q 2")["command"] == "set", "in another database")
    expect("nobody has written it" in served.refused("writer", "other"), "a key that never was")
    expect("found \"16\"" in served.refused("writer", 16, "q"), "a mistake is named")


def commands_are_recorded(rig):
    path = os.path.join(rig.folder, "record")
    served = rig.controlled(*VIRTUAL, "--record", path)
    client, other = served.client(), served.client()
    client("SET", "a", b"\xff")
    served.ctl("record", "off")
    client("GET", "a")
    served.ctl("record", "on")
    served.ctl("clock", "+1s")
    fails(other, "LPUSH", "a", "x")
    seen = served.ctl("commands")["commands"]
    expect([command["args"] for command in seen] == [["SET", "a", "\ufffd"], ["LPUSH", "a", "x"]], seen)
    address = "127.0.0.1:%d" % other.socket.getsockname()[1]
    expect(seen[1] == {"at": "2026-03-29T00:30:01.000Z", "us": 1774744201000000, "client": address, "db": 0,
                       "by": "client", "args": ["LPUSH", "a", "x"], "reply": "error",
                       "error": "WRONGTYPE Operation against a key holding the wrong kind of value"}, seen[1])
    expect(served.ctl("commands", 1)["commands"] == seen[1:], "the last one")
    served.stop()
    with open(path, encoding="utf-8") as lines:
        expect([json.loads(line) for line in lines] == seen, "the file has the same")


def the_server_can_be_ill(rig):
    served = rig.controlled()
    client, waiting = served.client(), served.client()
    waiting.write(("BRPOP", "q", "0"))
    blocked(served, 1)
    expect(served.ctl("state", "oom", "readonly")["states"] == ["oom", "readonly"], "two at once")
    expect("READONLY" in fails(client, "DEL", "a"), "writes are refused")
    try:
        waiting.reply()
    except ReplyError as error:
        expect("UNBLOCKED" in str(error) and ends(waiting) == "closed", "who waits is let go")
    expect(served.ctl("state", "healthy")["states"] == [], "healed")
    expect(client("DEL", "a") == 0, "writes are done")
    expect("found \"ill\"" in served.refused("state", "ill"), "a mistake is named")


def keys_are_saved_and_there_again(rig):
    path = os.path.join(rig.folder, "saved")
    served = rig.controlled("--clock", "virtual", "--save", path)
    client = served.client()
    client("SET", "s", b"\x00\r\n\xff", "EX", 100)
    client("RPUSH", "l", *range(1000))
    client("SELECT", 3)
    client("HSET", "h", "f", "v")
    client("SADD", "s", "1", "2", "x")
    client("ZADD", "z", "1.5", "a", "-inf", "b")
    for number in range(300):
        client("XADD", "x", f"1-{number + 1}", "f", number)
    client("XDEL", "x", "1-7")
    client("XGROUP", "CREATE", "x", "g", "0")
    client("XREADGROUP", "GROUP", "g", "c", "COUNT", 50, "STREAMS", "x", ">")
    stream = client("XINFO", "STREAM", "x", "FULL", "COUNT", 0)
    served.ctl("clock", "+10s")
    keys = served.ctl("dump")["keys"]
    served.ctl("save")
    client("SELECT", 5)
    client("SET", "late", "1")
    expect(served.stop() == 0, "it ends, and saves again")
    again = rig.controlled("--clock", "virtual", "--save", path)
    expect(again.ctl("dump")["keys"] == keys + ['db5 string "late" "1"'], "all is there")
    client = again.client()
    client("SELECT", 3)
    expect(client("XINFO", "STREAM", "x", "FULL", "COUNT", 0) == stream, "what a stream's group has read and not acknowledged")
    expect(again.client()("TTL", "s") == 90 and again.ctl("clock")["now"] == "2026-01-01T00:00:10.000Z", "and the time")
    expect(os.listdir(rig.folder).count("saved.new") == 0, "nothing is left aside")
    expect("--save FILE" in rig.controlled().refused("save"), "there is no file to save to")


def a_damaged_file_is_refused(rig):
    path = os.path.join(rig.folder, "saved")
    served = rig.controlled("--save", path)
    served.client()("SET", "a", "1")
    served.stop()
    with open(path, "rb") as file:
        saved = file.read()

    def refused(content, said):
        with open(path, "wb") as file:
            file.write(content)
        done = subprocess.run([os.path.join(BUILD, "faultline"), "serve", "--save", path], capture_output=True,
                              text=True, timeout=30, stdin=subprocess.DEVNULL)
        expect((done.returncode, done.stderr) == (2, f"faultline serve: {path}: {said}\n"), done)
    refused(b"", "that is no saved keyspace")
    refused(b"faultline keyspace 9\n", "it was saved by another version")
    refused(saved[:-30], "it ends too early")
    refused(saved.replace(b"key 0", b"key 1"), "its checksum is wrong")
    refused(saved + b"x", "its checksum is wrong")
    refused(saved.replace(b"key 0", b"key x"), "the line of a key is none")
    folder = subprocess.run([os.path.join(BUILD, "faultline"), "serve", "--save", rig.folder], capture_output=True,
                            text=True, timeout=30, stdin=subprocess.DEVNULL)
    expect(folder.returncode == 5 and "Is a directory" in folder.stderr, folder)


def it_starts_again_with_what_it_had_kept(rig):
    served = rig.controlled("--writes-kept", 10)
    client = served.client()
    for number in range(5):
        client("RPUSH", "q", number)
    served.ctl("restart", "lose", 2)
    expect(ends(client) == "closed", "all are hung up on")
    client = served.client()
    expect(client("LRANGE", "q", 0, -1) == [b"0", b"1", b"2"], "the last two are lost")
    served.ctl("restart")
    client = served.client()
    expect(client("LLEN", "q") == 3, "all is kept")
    served.ctl("restart", "nothing")
    expect(served.client()("LLEN", "q") == 0, "nothing is")
    expect("--writes-kept 99" in served.refused("restart", "lose", 99), "more than are kept")
    expect("found \"some\"" in served.refused("restart", "some"), "a mistake is named")
    expect("--writes-kept" in rig.controlled().refused("restart", "aof"), "none are kept")


# ---- faults

def an_error_is_answered_in_the_servers_place(rig):
    served = rig.controlled()
    client = served.client()
    served.ctl("fault", "error", "readonly", "command", "set", "key", "job:*")
    expect(client("SET", "other", "1") == b"OK", "it matches the key")
    expect("READONLY" in fails(client, "SET", "job:1", "1"), "it strikes")
    expect(client("GET", "job:1") is None, "nothing was applied")
    expect(client("SET", "job:1", "2") == b"OK", "it strikes once")
    expect(served.ctl("faults")["faults"] == [
        {"id": 1, "fault": "error readonly command set key job:*", "matched": 2, "fired": 1}], served.ctl("faults"))


def a_reply_is_lost_after_it_was_applied(rig):
    served = rig.controlled()
    client, other = served.client(), served.client()
    served.ctl("fault", "lose-ack command lpush")
    client.write(("PING",), ("LPUSH", "q", "job"), ("PING",))
    expect(client.reply() == b"PONG", "what came before arrives")
    expect(ends(client) == "reset", "then it breaks")
    expect(other("LRANGE", "q", "0", "-1") == [b"job"], "it was applied")


def a_connection_breaks_before_it_is_applied(rig):
    served = rig.controlled()
    client, other = served.client(), served.client()
    served.ctl("fault", "reset command lpush")
    client.write(("PING",), ("LPUSH", "q", "job"))
    expect(client.reply() == b"PONG" and ends(client) == "reset", "then it breaks")
    expect(other("LLEN", "q") == 0, "nothing was applied")


def a_reply_is_cut(rig):
    served = rig.controlled()
    client = served.client()
    client("SET", "a", "0123456789")
    served.ctl("fault", "cut-reply 7 command get")
    client.write(("GET", "a"))
    expect(client.socket.recv(100, socket.MSG_WAITALL) == b"$10\r\n01", "seven bytes, then the end")


def a_reply_comes_in_slices(rig):
    served = rig.controlled(*VIRTUAL)
    client = served.client()
    client("SET", "a", "0123456789")
    served.ctl("fault", "slice 8 1s command get")
    client.write(("GET", "a"))
    got = [client.socket.recv(100)]
    for _ in range(2):
        served.ctl("clock", "+1s")
        got.append(client.socket.recv(100))
    expect(got == [b"$10\r\n012", b"3456789\r", b"\n"], got)


def a_command_is_delayed_and_those_behind_it_wait(rig):
    served = rig.controlled(*VIRTUAL)
    client, other = served.client(), served.client()
    served.ctl("fault", "delay 5s command lpush")
    client.write(("LPUSH", "q", "job"), ("PING",))
    until(lambda: served.ctl("faults")["faults"][0]["fired"] == 1, "it has struck")
    expect(other("LLEN", "q") == 0, "it is not applied yet")
    served.ctl("clock", "+4s")
    expect(other("LLEN", "q") == 0, "nor after four seconds")
    expect(served.ctl("clock", "next")["now"] == "2026-03-29T00:30:05.000Z", "it is what comes next")
    expect(client.reply() == 1 and client.reply() == b"PONG", "then both are answered")


def a_reply_is_delayed_after_it_was_applied(rig):
    served = rig.controlled(*VIRTUAL)
    client, other = served.client(), served.client()
    served.ctl("fault", "delay-reply 5s command lpush")
    client.write(("LPUSH", "q", "job"), ("LPUSH", "q", "job"))
    until(lambda: other("LLEN", "q") == 2, "both are applied")
    served.ctl("clock", "+5s")
    expect(client.reply() == 1 and client.reply() == 2, "and answered in order")


def by_the_real_clock_a_delay_ends_by_itself(rig):
    served = rig.controlled()
    client = served.client()
    served.ctl("fault", "delay 20ms command ping")
    expect(client("PING") == b"PONG", "after a while")


def a_dropped_request_leaves_the_connection_deaf(rig):
    served = rig.controlled()
    client, other = served.client(), served.client()
    served.ctl("fault", "drop command lpush")
    client.write(("PING",), ("LPUSH", "q", "job"), ("LPUSH", "q", "job"))
    expect(client.reply() == b"PONG", "what came before is answered")
    until(lambda: served.ctl("faults")["faults"][0]["fired"] == 1, "it has struck")
    expect(other("LLEN", "q") == 0, "nothing is applied")
    expect(len(served.ctl("clients")["clients"]) == 2, "it stays connected")


def a_stalled_connection_applies_and_says_nothing(rig):
    served = rig.controlled()
    client, other = served.client(), served.client()
    served.ctl("fault", "stall command lpush")
    client.write(("LPUSH", "q", "1"), ("LPUSH", "q", "2"))
    until(lambda: other("LLEN", "q") == 2, "both are applied")
    client.socket.setblocking(False)
    try:
        raise Failure(f"it says {client.socket.recv(100)}")
    except BlockingIOError:
        pass
    expect(len(served.ctl("clients")["clients"]) == 2, "it stays connected")


def a_command_is_repeated_and_answered_once(rig):
    served = rig.controlled()
    client, other = served.client(), served.client()
    served.ctl("fault", "repeat command *push times 2")
    expect(client("LPUSH", "q", "job") == 1 and client("PING") == b"PONG", "one answer")
    expect(other("LLEN", "q") == 2, "applied twice")
    served.ctl("fault", "repeat command brpop")
    expect(client("BRPOP", "q", "0") == [b"q", b"job"], "the first answer")
    expect(other("LLEN", "q") == 0, "both are gone")
    client.write(("BRPOP", "q", "0"), ("PING",))
    other("RPUSH", "q", "later")
    expect(client.reply() == [b"q", b"later"] and client.reply() == b"PONG", "all goes on")


def new_connections_are_refused(rig):
    served = rig.controlled()
    before = served.client()
    served.ctl("fault", "refuse")
    try:
        expect(ends(served.client()) == "reset", "one is refused")
    except ConnectionResetError: # in connect() already
        pass
    expect(served.client()("PING") == b"PONG" and before("PING") == b"PONG", "no other is")


def a_blocked_pop_loses_its_job_with_its_reply(rig):
    """What no client can tell from a lost connection: the job is gone."""
    served = rig.controlled()
    served.ctl("fault", "lose-ack command brpop")
    client, other = served.client(), served.client()
    client.write(("BRPOP", "q", "0"))
    blocked(served, 1)
    other("LPUSH", "q", "job")
    expect(ends(client) == "reset" and other("LLEN", "q") == 0, "popped, and lost")


def a_fault_knows_its_client_by_name_and_by_address(rig):
    served = rig.controlled()
    named, other = served.client(), served.client()
    named("CLIENT", "SETNAME", "worker-1")
    address = "127.0.0.1:%d" % other.socket.getsockname()[1]
    served.ctl("fault", "error oom client worker-* always")
    served.ctl("fault", f"error loading client {address} always")
    expect("OOM" in fails(named, "PING") and "LOADING" in fails(other, "PING"), "each has its own")
    expect(served.client()("PING") == b"PONG", "a third has none")


def faults_can_be_healed(rig):
    served = rig.controlled()
    client = served.client()
    served.ctl("fault", "error oom always")
    served.ctl("fault", "error loading always")
    expect("OOM" in fails(client, "PING"), "the first wins")
    served.ctl("heal", 1)
    expect("LOADING" in fails(client, "PING"), "the other is left")
    served.ctl("heal")
    expect(client("PING") == b"PONG" and served.ctl("faults")["faults"] == [], "none is left")
    expect(served.refused("heal", 7) == "there is no fault 7", "a mistake is named")


def half_a_command_was_there_before_the_fault(rig):
    """Rules see whole commands: one whose first bytes came before the rule passes."""
    served = rig.controlled()
    client = served.client()
    client("SET", "a", "1")
    client.socket.sendall(b"*2\r\n$3\r\nGET\r\n$1")
    until(lambda: client and served.ctl("faults")["ok"], "they have come")
    served.ctl("fault", "error oom command get always")
    client.socket.sendall(b"\r\na\r\n")
    expect(client.reply() == b"1", "the half is completed")
    expect("OOM" in fails(client, "GET", "a"), "the next is not spared")


def a_broken_stream_is_answered_as_ever(rig):
    served = rig.controlled()
    served.ctl("fault", "error oom command get always")
    client = served.client()
    client.socket.sendall(b"*1\r\n$4\r\nPING\r\n*1\r\n:1\r\n")
    expect(client.reply() == b"PONG", "what came before")
    try:
        client.reply()
    except ReplyError as error:
        expect("Protocol error: expected '$'" in str(error) and ends(client) == "closed", str(error))


def a_script_of_faults_is_read_at_the_start(rig):
    path = os.path.join(rig.folder, "script")
    with open(path, "w", encoding="utf-8") as script:
        script.write("# what goes wrong\n\nfault error oom command set   # once\ndelay 5ms command get\n")
    served = rig.controlled("--script", path)
    expect([fault["fault"] for fault in served.ctl("faults")["faults"]] ==
           ["error oom command set", "delay 5ms command get"], served.ctl("faults"))
    with open(path, "a", encoding="utf-8") as script:
        script.write("state readonly # and more\n")
    expect(rig.controlled("--script", path).ctl("state")["states"] == ["readonly"], "other commands too")
    with open(path, "a", encoding="utf-8") as script:
        script.write("fault eror oom\n")
    done = subprocess.run([os.path.join(BUILD, "faultline"), "serve", "--script", path], capture_output=True,
                          text=True, timeout=30, stdin=subprocess.DEVNULL)
    expect(done.returncode == 2 and f"{path}:6: expected error, delay," in done.stderr, done)


# ---- the channel itself

def it_is_a_line_in_and_a_line_out(rig):
    served = rig.controlled(*VIRTUAL)
    with socket.socket(socket.AF_UNIX) as raw:
        raw.connect(served.control)
        raw.sendall(b"clock\r\n\nfaults\nnonsense\nfaults now\n")
        raw.shutdown(socket.SHUT_WR)
        lines = [json.loads(line) for line in raw.makefile("rb")]
    expect([line["ok"] for line in lines] == [True, True, False, False], lines)
    expect(lines[2]["error"] == 'expected a command, found "nonsense"; help lists them', lines[2])
    expect(lines[3]["error"] == 'faults takes nothing, found "now"', lines[3])
    expect("clock [+5m|next|stop|run|TIME]" in served.ctl("help")["commands"], "help lists them")


def its_reference_has_all_commands(rig):
    with open(os.path.join(HERE, "../../docs/reference/serve.md"), encoding="utf-8") as page:
        text = page.read()
    for command in rig.controlled().ctl("help")["commands"]:
        expect(f"`{command.split()[0]}" in text, f"docs/reference/serve.md tells of {command}")


def it_can_be_a_port(rig):
    served = rig.serve("--control", 0)
    host, port = served.control.split(":")
    done = subprocess.run([os.path.join(BUILD, "faultline"), "ctl", port, "clock"], capture_output=True, text=True,
                          timeout=30)
    expect(host == "127.0.0.1" and json.loads(done.stdout)["ok"], done)


def a_browser_gets_nowhere(rig):
    served = rig.serve("--control", 0)
    with socket.create_connection(("127.0.0.1", int(served.control.split(":")[1]))) as raw:
        raw.sendall(b"POST / HTTP/1.1\r\nHost: localhost\r\n\r\nstop\n")
        try:
            expect(raw.recv(100) == b"", "not a word")
        except ConnectionResetError:
            pass
    expect(served.client()("PING") == b"PONG", "it has not stopped")


def too_long_a_line_is_hung_up_on(rig):
    served = rig.controlled()
    with socket.socket(socket.AF_UNIX) as raw:
        raw.connect(served.control)
        try:
            raw.sendall(b"x" * 200_000)
            expect(raw.recv(100) == b"", "not a word")
        except ConnectionError:
            pass
    served.ctl("clock")


def it_stops(rig):
    served = rig.controlled()
    client = served.client()
    client("PING")
    served.ctl("stop")
    expect(served.child.wait(timeout=20) == 0 and ends(client) == "closed", "exit status 0")


main([the_clock_moves_when_it_is_told, what_is_due_on_the_way_happens_at_its_own_time,
      a_clock_can_be_stopped_and_run_on, a_paused_server_answers_nobody, clients_are_listed, keys_are_shown,
      changes_are_shown, the_last_writer_of_a_key_is_known, commands_are_recorded,
      keys_are_saved_and_there_again, a_damaged_file_is_refused, it_starts_again_with_what_it_had_kept,
      the_server_can_be_ill, an_error_is_answered_in_the_servers_place,
      a_reply_is_lost_after_it_was_applied, a_connection_breaks_before_it_is_applied, a_reply_is_cut,
      a_reply_comes_in_slices, a_command_is_delayed_and_those_behind_it_wait,
      a_reply_is_delayed_after_it_was_applied, by_the_real_clock_a_delay_ends_by_itself,
      a_dropped_request_leaves_the_connection_deaf, a_stalled_connection_applies_and_says_nothing,
      a_command_is_repeated_and_answered_once, new_connections_are_refused,
      a_blocked_pop_loses_its_job_with_its_reply, a_fault_knows_its_client_by_name_and_by_address,
      faults_can_be_healed, half_a_command_was_there_before_the_fault, a_broken_stream_is_answered_as_ever,
      a_script_of_faults_is_read_at_the_start, it_is_a_line_in_and_a_line_out,
      its_reference_has_all_commands, it_can_be_a_port,
      a_browser_gets_nowhere, too_long_a_line_is_hung_up_on, it_stops], ServeRig)
