"""`faultline serve` with clients over real sockets: redis-cli, redis-benchmark, and clients that behave badly."""

import os
import socket
import struct
import subprocess
import sys

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, HERE)

from rig import BUILD, Client, Failure, ReplyError, expect, main, until
from serve_rig import ServeRig


def redis_cli(served, *arguments):
    return subprocess.run(["redis-cli", "-p", str(served.port), *arguments], capture_output=True, text=True,
                          timeout=30).stdout


def redis_cli_sees_a_redis(rig):
    served = rig.serve()
    expect(redis_cli(served, "SET", "a", "1") == "OK\n", "it is set")
    expect(redis_cli(served, "GET", "a") == "1\n", "it is there")
    expect("redis_version:7.0.15" in redis_cli(served, "INFO", "server"), "it is a 7.0.15")
    expect(redis_cli(served, "-3", "HSET", "h", "f", "v") == "1\n", "protocol 3 is spoken")


def redis_benchmark_runs(rig):
    served = rig.serve()
    done = subprocess.run(["redis-benchmark", "-p", str(served.port), "-t", "set,get,lpush,rpop,lrange_100",
                           "-n", "2000", "-c", "20", "-P", "8", "--csv"], capture_output=True, text=True, timeout=120)
    expect(done.returncode == 0 and "Error" not in done.stdout, done.stdout + done.stderr)
    expect(len(done.stdout.splitlines()) >= 6, done.stdout)


def it_listens_where_it_is_told(rig):
    path = os.path.join(rig.folder, "s")
    served = rig.serve("--unix", path)
    expect(served.first_line == f"faultline serve: unix://{path}", served.first_line)
    expect(Client(path)("PING") == b"PONG", "it answers there")
    both = rig.serve("--unix", path + "2", "--port", 0, "--bind", "localhost")
    expect(both.client()("SET", "a", "1") == b"OK" and Client(path + "2")("GET", "a") == b"1", "one Redis, two ways")
    expect(served.stop() == 0 and not os.path.exists(path), "the path goes with it")


def what_cannot_be_done_is_one_line(rig):
    def refused(status, said, *arguments):
        done = subprocess.run([os.path.join(BUILD, "faultline"), "serve", *arguments], capture_output=True, text=True,
                              timeout=30, stdin=subprocess.DEVNULL)
        expect((done.returncode, done.stderr) == (status, f"faultline serve: {said}\n"), f"{arguments}: {done}")
    served = rig.serve()
    more = " (faultline serve --help)"
    refused(2, f"127.0.0.1:{served.port}: somebody listens there already", "--port", str(served.port))
    refused(2, "no.such.host.invalid:0: no such address", "--bind", "no.such.host.invalid")
    refused(2, f'expected a number from 0 to 65535 after --port, found "70000"{more}', "--port", "70000")
    refused(2, f'expected real, virtual or virtual@TIME, like virtual@2026-03-29T00:30Z, found "slow"{more}',
            "--clock", "slow")
    refused(2, f'expected 6.2, 7.0, 7.2 or 7.4, found "5.0"{more}', "--redis-version", "5.0")
    refused(2, f'expected a size, like 100mb, after --maxmemory, found "much"{more}', "--maxmemory", "much")
    refused(5, "/nowhere/s: No such file or directory", "--unix", "/nowhere/s")


def a_path_left_by_a_killed_server_is_taken_over(rig):
    path = os.path.join(rig.folder, "s")
    first = rig.serve("--unix", path)
    first.child.kill()
    first.child.wait()
    expect(os.path.exists(path), "the path is left over")
    rig.serve("--unix", path)
    expect(Client(path)("PING") == b"PONG", "the second answers")


def signals_end_it_cleanly(rig):
    for number in 2, 15:
        served = rig.serve()
        client = served.client()
        client("SET", "a", "1")
        served.child.send_signal(number)
        expect(served.child.wait(timeout=20) == 0, f"signal {number}: exit status 0")
        expect(client.is_closed(), "its clients are hung up on")


def a_blocked_pop_is_served_by_another_client(rig):
    served = rig.serve()
    waiting, pushing = served.client(), served.client()
    waiting.write(("BRPOP", "q", "0"))
    until(lambda: b"blocked_clients:1" in pushing("INFO", "clients"), "it waits")
    pushing("LPUSH", "q", "job")
    expect(waiting.reply() == [b"q", b"job"], "it is served")


def a_blocked_pop_times_out_by_the_real_clock(rig):
    served = rig.serve()
    expect(served.client()("BRPOP", "q", "0.02") is None, "after a while there is an answer")


def a_virtual_clock_stands_still(rig):
    served = rig.serve("--clock", "virtual@2026-03-29T00:30Z")
    client = served.client()
    expect(client("TIME") == [b"1774744200", b"0"] and client("TIME") == [b"1774744200", b"0"], "no time passes")
    client("SET", "a", "1", "PX", "1")
    expect(client("PTTL", "a") == 1, "and nothing dies")


def a_server_asleep_moves_its_clock_alone(rig):
    client = rig.serve("--clock", "virtual@2026-03-29T00:30Z", "--allow-debug").client()
    expect(client("DEBUG", "SLEEP", "3600") == b"OK", "it answers at once")
    expect(client("TIME") == [b"1774747800", b"0"], "and an hour has passed")


def a_client_may_shut_it_down(rig):
    served = rig.serve()
    client = served.client()
    client.write(("SHUTDOWN", "NOSAVE"))
    expect(served.child.wait(timeout=20) == 0, "it ends as cleanly as by a signal")
    expect(client.is_closed(), "without a word")


def a_key_dies_by_the_real_clock_with_nobody_looking(rig):
    served = rig.serve()
    client = served.client()
    client("SET", "a", "1", "PX", "5")
    until(lambda: client("DBSIZE") == 0, "it is gone")


def reset(client):
    """The client is killed: its socket is reset, not closed politely."""
    client.socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    client.close()


def a_dead_waiter_takes_nothing_with_it(rig):
    """The job of a push right behind a client's death goes to the living, every time."""
    served = rig.serve()
    pushing, living = served.client(), served.client()
    for round_ in range(200):
        dying = served.client()
        dying.write(("BRPOP", "q", "0"))
        until(lambda: b"blocked_clients:1" in pushing("INFO", "clients"), "it waits")
        if round_ % 2:
            reset(dying)
        else:
            dying.close()
        pushing("LPUSH", "q", round_)
        expect(living("RPOP", "q") == b"%d" % round_, f"job {round_} is not lost")


def a_client_that_does_not_read_is_hung_up_on(rig):
    served = rig.serve()
    slow, other = served.client(), served.client()
    other("SET", "big", b"x" * (8 * 1024 * 1024))
    try:
        slow.write(*[("GET", "big")] * 64)
    except ConnectionError:
        pass
    until(lambda: b"connected_clients:1\r" in other("INFO", "clients"), "it is gone")
    expect(other("STRLEN", "big") == 8 * 1024 * 1024, "the others are served")


def a_client_may_be_slow_within_the_bound(rig):
    served = rig.serve()
    slow, other = served.client(), served.client()
    other("SET", "big", b"x" * (8 * 1024 * 1024))
    slow.write(*[("GET", "big")] * 16)
    expect(other("PING") == b"PONG", "another is served meanwhile")
    expect(all(len(slow.reply()) == 8 * 1024 * 1024 for _ in range(16)), "all of it arrives")


def what_was_sent_before_hanging_up_counts(rig):
    served = rig.serve()
    client, other = served.client(), served.client()
    client.write(*[("RPUSH", "q", number) for number in range(50_000)])
    client.socket.shutdown(socket.SHUT_WR)
    until(lambda: other("LLEN", "q") == 50_000, "all pushes were executed")
    until(lambda: b"connected_clients:1\r" in other("INFO", "clients"), "and it is forgotten")


def the_last_words_arrive_before_the_end(rig):
    served = rig.serve()
    client = served.client()
    expect(client("QUIT") == b"OK" and client.is_closed(), "OK, then the end")
    broken = served.client()
    broken.socket.sendall(b"*1\r\n:3\r\n")
    try:
        broken.reply()
    except ReplyError as error:
        expect("Protocol error" in str(error) and broken.is_closed(), "the error, then the end")


def one_client_more_than_the_bound_is_refused(rig):
    served = rig.serve("--maxclients", 2)
    first, second = served.client(), served.client()
    expect(first("PING") == b"PONG" and second("PING") == b"PONG", "two are served")
    third = served.client()
    try:
        third.reply()
        raise Failure("the third was served")
    except ReplyError as error:
        expect(str(error).endswith("ERR max number of clients reached"), str(error))
    expect(third.is_closed(), "and it is hung up on")
    first.close()
    until(lambda: b"connected_clients:1\r" in second("INFO", "clients"), "one has gone")
    expect(served.client()("PING") == b"PONG", "there is room again")


def arrives(port):
    """Whether a new connection is served, and the connection."""
    connection = socket.create_connection(("127.0.0.1", port), timeout=30)
    connection.sendall(b"PING\r\n")
    try:
        answer = connection.recv(100)
    except ConnectionError:
        answer = b""
    return answer == b"+PONG\r\n", connection


def no_descriptor_left_is_no_reason_to_spin(rig):
    """With 100 descriptors some of 200 clients are served and all others hear why not."""
    served = rig.serve("--maxclients", 10_000)
    import resource
    resource.prlimit(served.child.pid, resource.RLIMIT_NOFILE, (100, 100))
    seen = [arrives(served.port) for _ in range(200)]
    count = sum(ok for ok, _ in seen)
    expect(50 < count < 100, f"{count} are served")
    for _, connection in seen:
        connection.close()
    until(lambda: arrives(served.port)[0], "when they are gone there is room again")


def ten_thousand_clients_are_served(rig):
    import resource
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = min(10_000, hard - 100)
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    served = rig.serve()
    connections = [socket.create_connection(("127.0.0.1", served.port), timeout=30) for _ in range(wanted)]
    try:
        for connection in connections:
            connection.sendall(b"INCR n\r\n")
        for number, connection in enumerate(connections, 1):
            expect(connection.recv(100).startswith(b":"), f"client {number} is answered")
        last = connections[-1]
        last.sendall(b"GET n\r\n")
        expect(str(wanted).encode() in last.recv(100), "each was counted once")
    finally:
        for connection in connections:
            connection.close()
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))


main([redis_cli_sees_a_redis, redis_benchmark_runs, it_listens_where_it_is_told, what_cannot_be_done_is_one_line,
      a_path_left_by_a_killed_server_is_taken_over, signals_end_it_cleanly,
      a_blocked_pop_is_served_by_another_client, a_blocked_pop_times_out_by_the_real_clock,
      a_virtual_clock_stands_still, a_server_asleep_moves_its_clock_alone, a_client_may_shut_it_down,
      a_key_dies_by_the_real_clock_with_nobody_looking,
      a_dead_waiter_takes_nothing_with_it, a_client_that_does_not_read_is_hung_up_on,
      a_client_may_be_slow_within_the_bound, what_was_sent_before_hanging_up_counts,
      the_last_words_arrive_before_the_end, one_client_more_than_the_bound_is_refused,
      no_descriptor_left_is_no_reason_to_spin, ten_thousand_clients_are_served], ServeRig)
