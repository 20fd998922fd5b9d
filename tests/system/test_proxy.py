"""`faultline proxy` before a real Redis: nothing changes without faults, and with one exactly what it says."""

import json
import os
import socket
import subprocess
import sys

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, HERE)

from rig import BUILD, Client, Failure, ReplyError, expect, listens, main, until
from serve_rig import ServeRig, ends, fails

TABLES = os.path.join(HERE, "../conformance/tables")


def says_nothing(client):
    client.socket.setblocking(False)
    try:
        raise Failure(f"it says {client.socket.recv(100)}")
    except BlockingIOError:
        client.socket.settimeout(60)


def fired(served, count=1):
    until(lambda: sum(fault["fired"] for fault in served.ctl("faults")["faults"]) == count, f"{count} faults struck")


def conforms(where, *left_out):
    """What the conformance program finds on a socket: all tables but those that need a server of its own."""
    left_out = ("states.redis", *left_out)
    tables = sorted(os.path.join(TABLES, name) for name in os.listdir(TABLES) if name not in left_out)
    done = subprocess.run([os.path.join(BUILD, "tests/conformance/conformance"), "--sequences", "150", "--seconds", "60", "--real", where,
                           *tables], capture_output=True, text=True, timeout=120)
    expect(done.returncode == 0, done.stdout)


def a_real_redis_behind_it_is_the_same(rig):
    real, proxied = os.path.join(rig.folder, "real"), os.path.join(rig.folder, "proxied")
    server = subprocess.Popen(["redis-server", "--port", "0", "--unixsocket", real, "--save", "", "--dir", rig.folder],
                              stdout=subprocess.DEVNULL)
    try:
        until(lambda: listens(real), "redis-server listens")
        rig.before(real, "--unix", proxied)
        # Half a reply, which CLIENT REPLY and a client that kills itself leave, stays in the proxy: it passes whole ones.
        conforms(proxied, "client.redis")
    finally:
        server.kill()
        server.wait()


def the_served_fake_is_the_same(rig):
    path = os.path.join(rig.folder, "served")
    rig.serve("--unix", path)
    # Its keys die by themselves, as a real server's do; that table counts on a moment when they have not yet.
    # And half a reply has no end that the other side could wait for.
    conforms(path, "events.redis", "client.redis")


def pipelines_and_transactions_stay_in_order(rig):
    served = rig.proxy()
    client = served.client()
    served.ctl("fault", "error oom command incr nth 3")
    client.write(*[("INCR", "n")] * 5)
    seen = []
    for _ in range(5):
        try:
            seen.append(client.reply())
        except ReplyError as error:
            seen.append("OOM" in str(error))
    expect(seen == [1, 2, True, 3, 4], seen)
    replies = client.send(("MULTI",), ("INCR", "n"), ("GET", "n"), ("EXEC",), ("GET", "n"))
    expect(replies == [b"OK", b"QUEUED", b"QUEUED", [5, b"5"], b"5"], replies)


def big_values_pass(rig):
    served = rig.proxy()
    client = served.client()
    value = os.urandom(30_000_000)
    client("SET", "big", value)
    expect(client("GET", "big") == value, "there and back")
    expect(len(client.send(*[("GET", "big")] * 4)[3]) == len(value), "many at once")


def a_reply_is_lost_after_it_was_applied(rig):
    served = rig.proxy()
    client = served.client()
    served.ctl("fault", "lose-ack command lpush")
    client.write(("PING",), ("LPUSH", "q", "job"), ("PING",))
    expect(client.reply() == b"PONG" and ends(client) == "reset", "what came before, then it breaks")
    expect(rig.redis("LLEN", "q") == 1, "it was applied")


def a_connection_breaks_before_it_is_applied(rig):
    served = rig.proxy()
    client = served.client()
    served.ctl("fault", "reset command lpush")
    client.write(("SET", "a", "1"), ("LPUSH", "q", "job"))
    expect(client.reply() == b"OK" and ends(client) == "reset", "what came before, then it breaks")
    expect(rig.redis("LLEN", "q") == 0 and rig.redis("GET", "a") == b"1", "nothing of it was applied")


def a_reply_is_cut_and_another_sliced(rig):
    served = rig.proxy()
    client = served.client()
    client("SET", "a", "0123456789")
    served.ctl("fault", "slice 8 1ms command get")
    expect(client("GET", "a") == b"0123456789", "in pieces, but whole")
    served.ctl("fault", "cut-reply 7 command get")
    client.write(("GET", "a"))
    expect(client.socket.recv(100, socket.MSG_WAITALL) == b"$10\r\n01", "seven bytes, then the end")


def a_delay_holds_up_what_is_behind_it(rig):
    served = rig.proxy()
    client = served.client()
    served.ctl("fault", "delay 1h command lpush")
    client.write(("PING",), ("LPUSH", "q", "job"), ("PING",))
    expect(client.reply() == b"PONG", "what came before is answered")
    fired(served)
    says_nothing(client)
    expect(rig.redis("LLEN", "q") == 0, "it has not got there")
    served.ctl("heal")
    served.ctl("fault", "delay 10ms command ping")
    expect(served.client()("PING") == b"PONG", "a short one ends")


def a_stalled_connection_applies_and_says_nothing(rig):
    served = rig.proxy()
    client = served.client()
    served.ctl("fault", "stall command lpush")
    client.write(("LPUSH", "q", "1"), ("LPUSH", "q", "2"))
    until(lambda: rig.redis("LLEN", "q") == 2, "both are applied")
    says_nothing(client)


def a_command_is_repeated_and_answered_once(rig):
    served = rig.proxy()
    client = served.client()
    served.ctl("fault", "repeat command lpush")
    expect(client.send(("LPUSH", "q", "job"), ("PING",)) == [1, b"PONG"], "one answer")
    expect(rig.redis("LLEN", "q") == 2, "applied twice")


def connections_are_refused(rig):
    served = rig.proxy()
    before = served.client()
    served.ctl("fault", "refuse 1h")
    try:
        expect(ends(served.client()) == "reset", "a new one is refused")
    except ConnectionResetError: # in connect() already
        pass
    expect(before("PING") == b"PONG", "an old one is not")
    served.ctl("heal")
    expect(served.client()("PING") == b"PONG", "healed")


def messages_are_nobodys_replies(rig):
    """A rule about SUBSCRIBE or PING strikes the reply, whatever is published in between."""
    served = rig.proxy()
    client = served.client()
    served.ctl("fault", "delay-reply 1ms command ping always")
    client.write(("SUBSCRIBE", "a", "b"))
    expect([client.reply(), client.reply()] == [[b"subscribe", b"a", 1], [b"subscribe", b"b", 2]], "two")
    for number in range(3):
        rig.redis("PUBLISH", "a", number)
    expect([client.reply()[2] for _ in range(3)] == [b"0", b"1", b"2"], "they arrive")
    expect(client("PING") == [b"pong", b""], "a reply behind them")
    client.write(("UNSUBSCRIBE",))
    expect(sorted([client.reply()[1], client.reply()[1]]) == [b"a", b"b"], "both end")
    rig.redis("RPUSH", "l", "message", "x", "y")
    expect(client("LRANGE", "l", 0, -1) == [b"message", b"x", b"y"], "what looks like a message is none")


def protocol_3_passes(rig):
    served = rig.proxy()
    served.ctl("fault", "lose-ack command get nth 3")
    raw = socket.create_connection(("127.0.0.1", served.port), timeout=60)
    reader = raw.makefile("rb")
    raw.sendall(b"HELLO 3\r\nCLIENT TRACKING ON\r\nHSET h f v\r\nHGETALL h\r\nGET k\r\n")
    head = b"".join(reader.readline() for _ in range(1 + 7 * 4 - 1 + 3))
    while not head.endswith(b"%1\r\n$1\r\nf\r\n$1\r\nv\r\n_\r\n"):
        line = reader.readline()
        expect(line, "the connection lives")
        head += line
    rig.redis("SET", "k", "1")
    expect(b"".join(reader.readline() for _ in range(6)) == b">2\r\n$10\r\ninvalidate\r\n*1\r\n$1\r\nk\r\n",
           "an invalidation")
    raw.sendall(b"GET k\r\nGET k\r\n")
    expect(reader.read(7) == b"$1\r\n1\r\n", "a reply behind it")
    try:
        expect(reader.read(1) == b"", "the third is lost")
    except ConnectionResetError:
        pass


def commands_without_an_answer_are_counted_right(rig):
    served = rig.proxy()
    served.ctl("fault", "error oom command get nth 3")
    client = served.client()
    client.write(("CLIENT", "REPLY", "SKIP"), ("GET", "a"), ("PING",), ("CLIENT", "REPLY", "OFF"), ("GET", "a"),
                 ("PING",), ("CLIENT", "REPLY", "ON"))
    expect(client.reply() == b"PONG" and client.reply() == b"OK", "two are answered")
    expect("OOM" in fails(client, "GET", "a"), "the third GET")


def blocked_pops_are_served_and_lost(rig):
    served = rig.proxy()
    client = served.client()
    client.write(("BRPOP", "q", "0"))
    until(lambda: b"blocked_clients:1" in rig.redis("INFO", "clients"), "it waits")
    rig.redis("LPUSH", "q", "1")
    expect(client.reply() == [b"q", b"1"], "it is served")
    served.ctl("fault", "lose-ack command brpop")
    client.write(("BRPOP", "q", "0"))
    until(lambda: b"blocked_clients:1" in rig.redis("INFO", "clients"), "it waits again")
    rig.redis("LPUSH", "q", "2")
    expect(ends(client) == "reset" and rig.redis("LLEN", "q") == 0, "popped, and lost")


def a_client_that_is_gone_leaves_the_server_too(rig):
    served = rig.proxy()
    client = served.client()
    client.write(("BRPOP", "q", "0"))
    until(lambda: b"blocked_clients:1" in rig.redis("INFO", "clients"), "it waits")
    client.close()
    until(lambda: b"blocked_clients:0" in rig.redis("INFO", "clients"), "the server knows")
    expect(served.ctl("clients")["clients"] == [], "and nobody is left")


def what_was_sent_before_hanging_up_counts(rig):
    served = rig.proxy()
    client = served.client()
    client.write(*[("RPUSH", "q", number) for number in range(50_000)])
    client.socket.shutdown(socket.SHUT_WR)
    until(lambda: rig.redis("LLEN", "q") == 50_000, "all pushes were executed")


def the_last_words_of_the_server_arrive(rig):
    served = rig.proxy()
    client = served.client()
    expect(client("QUIT") == b"OK" and ends(client) == "closed", "OK, then the end")
    broken = served.client()
    broken.socket.sendall(b"*1\r\n:3\r\n")
    try:
        broken.reply()
        raise Failure("it was answered")
    except ReplyError as error:
        expect("Protocol error" in str(error) and ends(broken) == "closed", "the error, then the end")


def names_tell_clients_apart(rig):
    served = rig.proxy()
    named, other = served.client(), served.client()
    named("CLIENT", "SETNAME", "worker-1")
    other("HELLO", "2", "SETNAME", "web-1")
    served.ctl("fault", "error oom client worker-*")
    expect(other("PING") == b"PONG" and "OOM" in fails(named, "PING"), "one of them")
    names = sorted(client["name"] for client in served.ctl("clients")["clients"])
    expect(names == ["web-1", "worker-1"], names)


def a_paused_proxy_passes_nothing(rig):
    served = rig.proxy()
    client = served.client()
    served.ctl("pause")
    client.write(("SET", "a", "1"))
    expect(rig.redis("GET", "a") is None, "nothing comes")
    served.ctl("resume")
    expect(client.reply() == b"OK", "until it goes on")


def commands_are_recorded(rig):
    path = os.path.join(rig.folder, "record")
    served = rig.proxy("--record", path)
    client = served.client()
    client("SET", "a", "1")
    fails(client, "LPUSH", "a", "1")
    seen = served.ctl("commands")["commands"]
    expect([(command["args"], command["reply"]) for command in seen] ==
           [(["SET", "a", "1"], "status"), (["LPUSH", "a", "1"], "error")], seen)
    expect("WRONGTYPE" in seen[1]["error"], seen[1])
    served.stop()
    with open(path, encoding="utf-8") as lines:
        expect([json.loads(line) for line in lines] == seen, "the file has the same")


def a_server_that_is_not_there_is_a_reset(rig):
    served = rig.proxy()
    expect(served.client()("PING") == b"PONG", "it is there")
    rig.redis.server.kill()
    rig.redis.server.wait()
    try:
        client = served.client()
        client.write(("PING",))
        expect(ends(client) == "reset", "it is not")
    except ConnectionError:
        pass
    expect(served.stop() == 0, "the proxy goes on")


def what_cannot_be_done_is_one_line(rig):
    def refused(said, *arguments):
        done = subprocess.run([os.path.join(BUILD, "faultline"), "proxy", *arguments], capture_output=True, text=True,
                              timeout=30, stdin=subprocess.DEVNULL)
        expect((done.returncode, done.stderr) == (2, f"faultline proxy: {said}\n"), f"{arguments}: {done}")
    served = rig.proxy()
    refused("expected --upstream HOST:PORT (faultline proxy --help)")
    refused("nowhere: no such address", "--upstream", "nowhere")
    refused("no.such.host.invalid:1: no such address", "--upstream", "no.such.host.invalid:1")
    script = os.path.join(rig.folder, "script")
    with open(script, "w", encoding="utf-8") as out:
        out.write("fault delay 1s\nstate readonly\n")
    refused(f"{script}:2: a state needs the fake: faultline serve", "--upstream", f"127.0.0.1:{rig.redis.port}",
            "--script", script)
    expect("faultline serve" in served.refused("state", "readonly"), "nor by the control channel")
    expect("faultline serve" in served.refused("clock", "+1s"), "time is real")


main([a_real_redis_behind_it_is_the_same, the_served_fake_is_the_same, pipelines_and_transactions_stay_in_order,
      big_values_pass, a_reply_is_lost_after_it_was_applied, a_connection_breaks_before_it_is_applied,
      a_reply_is_cut_and_another_sliced, a_delay_holds_up_what_is_behind_it,
      a_stalled_connection_applies_and_says_nothing, a_command_is_repeated_and_answered_once,
      connections_are_refused, messages_are_nobodys_replies, protocol_3_passes,
      commands_without_an_answer_are_counted_right, blocked_pops_are_served_and_lost,
      a_client_that_is_gone_leaves_the_server_too, what_was_sent_before_hanging_up_counts,
      the_last_words_of_the_server_arrive, names_tell_clients_apart, a_paused_proxy_passes_nothing,
      commands_are_recorded, a_server_that_is_not_there_is_a_reset, what_cannot_be_done_is_one_line], ServeRig)
