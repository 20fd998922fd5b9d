"""What redis-py offers, used once: pipelines, transactions, locks, scans, blocking calls, subscriptions, streams.

    python3 redis_py_app.py URL"""

import sys
import threading

import redis

url = sys.argv[1]
client = redis.Redis.from_url(url, decode_responses=True, client_name="app")
other = redis.Redis.from_url(url, decode_responses=True)


def refused(call, *arguments):
    try:
        return call(*arguments)
    except redis.ResponseError as error:
        return f"{type(error).__name__}: {error}"


print("set", client.set("a", 1, ex=100, nx=True), client.set("a", 2, nx=True), client.set("a", 3, get=True),
      client.getex("a", persist=True), client.ttl("a"), client.delete("a", "none"), client.exists("a", "a"))
print("hash", client.hset("h", mapping={"name": "x", "count": 1}), client.hgetall("h"), client.hincrby("h", "count"))
print("list", client.rpush("l", 1, 2, 3), client.lrange("l", 0, -1), client.lmove("l", "m"), client.lpop("l", 5),
      client.lmpop(2, "l", "m", direction="LEFT"))
print("set", client.sadd("s", "a", "b"), sorted(client.smembers("s")), client.smismember("s", ["a", "z"]),
      client.sintercard(2, ["s", "s"]))
print("zset", client.zadd("z", {"a": 1, "b": 2.5}), client.zadd("z", {"a": 9}, gt=True, ch=True),
      client.zrange("z", 0, -1, withscores=True, desc=True), client.zrangebyscore("z", "-inf", "(9", 0, 5),
      client.zrandmember("none"), client.zpopmin("z"), client.zmscore("z", ["a", "none"]))
print("geo", client.geoadd("g", (13.4, 52.5, "berlin", 11.6, 48.1, "munich")),
      client.geodist("g", "berlin", "munich", "km"))
print("bits", client.setbit("b", 7, 1), client.bitcount("b"),
      client.bitfield("b").incrby("u8", 0, 5).get("u4", 4).execute())
print("hyperloglog", client.pfadd("hll", *range(100)), client.pfcount("hll"))

with client.pipeline() as pipe:
    print("transaction", pipe.set("p", 1).incr("p").expire("p", 10).zcard("z").execute())
with client.pipeline(transaction=False) as pipe:
    print("pipeline", pipe.lpush("p", "x").get("p").execute(raise_on_error=False))


def raise_it(pipe):
    value = int(pipe.get("w") or 0)
    if value == 0:
        other.set("w", 1)  # in between, the first time: the transaction is tried again
    pipe.multi()
    pipe.set("w", value + 10)


print("watched", client.transaction(raise_it, "w"), client.get("w"))
print("wrong", refused(client.incr, "h"), "|", refused(client.execute_command, "NOSUCH", "a", "b"))

with client.lock("lock", timeout=10) as lock:
    print("lock", lock.owned(), other.lock("lock", blocking_timeout=0).acquire(), lock.extend(5), lock.reacquire())
script = client.register_script("return {KEYS[1], ARGV[1], redis.call('GET', KEYS[1]), 3.7}")
print("script", script(keys=["w"], args=["x"]), script(keys=["w"], args=["y"]), refused(client.evalsha, "0" * 40, 0))
print("function", client.function_load("#!lua name=mine\nredis.register_function('twice', function(keys, args) "
                                       "return args[1] * 2 end)"), client.fcall("twice", 0, 21))

client.mset({f"scan:{number}": number for number in range(30)})
print("scan", len(set(client.scan_iter("scan:*", count=7))), dict(client.hscan_iter("h")), sorted(client.sscan_iter("s")))
print("sort", client.rpush("n", 3, 1, 2), client.sort("n", desc=True), client.sort("n", by="none*", get=["#", "scan:*"]))

popped = []
popper = threading.Thread(target=lambda: popped.append(other.blpop(["later", "more"], 10)))
popper.start()
client.rpush("more", "job")
popper.join()
print("blpop", popped, client.brpop("never", 0.05), client.bzpopmin("never", 0.05), client.blmove("none", "l", 0.05))

with client.pubsub() as listener:
    listener.subscribe("news")
    listener.psubscribe("n*")
    heard = [listener.get_message(timeout=10) for _ in range(2)]
    print("published", other.publish("news", "hello"), other.publish("other", "x"), client.pubsub_numsub("news"))
    heard += [listener.get_message(timeout=10) for _ in range(2)]
    print("heard", [(each["type"], each["pattern"], each["channel"], each["data"]) for each in heard])

print("stream", client.xadd("x", {"a": 1}, "1-1"), client.xadd("x", {"a": 2}, "1-2", maxlen=5, approximate=False),
      client.xgroup_create("x", "group", "0"), client.xreadgroup("group", "me", {"x": ">"}, count=1, block=10),
      client.xpending("x", "group"), client.xautoclaim("x", "group", "you", 0), client.xack("x", "group", "1-1"),
      client.xinfo_groups("x")[0]["lag"], client.xread({"x": "$"}, block=10))
print("copy", client.restore("copy", 0, redis.Redis.from_url(url).dump("h")), client.hgetall("copy"), client.copy("l", "l2"),
      client.object("encoding", "h"), client.type("x"), client.memory_usage("none"))
print("client", client.client_getname(), client.info("server")["redis_version"], sorted(client.config_get("maxmemory*").items()),
      
      client.acl_whoami(), client.command_count(), client.command_getkeys("SET", "a", "b"))
print("keys", sorted(key for key in client.keys() if not key.startswith("scan:")), client.dbsize())
