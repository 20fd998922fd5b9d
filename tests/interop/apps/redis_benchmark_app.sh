#!/bin/sh
# redis-benchmark's own tests, small, with pipelines, many clients and its generated data; prints which have run.
#
#     redis_benchmark_app.sh URL
set -u
url=$1
# The first column of its table: the others are times.
bench() { timeout 40 redis-benchmark -u "$url" -n 500 --csv "$@" 2>&1 | sed 's/","[0-9r].*//; s/^"//'; }

echo "--- all of them"
bench -c 10
echo "--- pipelined, in threads, with random keys"
bench -c 20 -P 16 -r 100 --threads 2 -t set,get,incr,lpush,rpop,sadd,zadd,zpopmin,lrange_100
echo "--- one command"
bench -c 5 XADD stream '*' field __rand_int__ # a random field for each
bench -c 5 EVAL 'return redis.call("INCR", KEYS[1])' 1 counted
redis-cli -u "$url" GET counted
redis-cli -u "$url" XLEN stream
