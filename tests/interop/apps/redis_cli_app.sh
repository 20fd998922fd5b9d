#!/bin/sh
# What redis-cli can do beyond sending a command: formats, protocols, scans, pipes, subscriptions, statistics.
#
#     redis_cli_app.sh URL
set -u
url=$1
cli() { timeout 20 redis-cli -u "$url" "$@"; }
say() { printf '%s\n' "--- $*"; }

say formats
cli SET text 'a "quoted" word'
cli GET text
cli --no-raw GET text
cli RPUSH list 1 2 3
cli --csv LRANGE list 0 -1
cli --no-raw LRANGE list 0 -1
cli --json HSET hash field value
cli --json -3 HGETALL hash
cli --json ZADD zset 1.5 a inf b
cli -3 --no-raw ZRANGE zset 0 -1 WITHSCORES
cli -3 --no-raw CONFIG GET maxmemory
cli -2 --no-raw HELLO 3 SETNAME me | grep -A1 version
printf 'from standard input' | cli -x SET stdin
cli GET stdin
printf 'SET line 1\nINCR line\nNOSUCH\nMULTI\nGET line\nEXEC\n' | cli --no-raw
cli -n 3 SET there 1
cli -n 3 KEYS '*'

say errors
cli INCR text
echo "exit status $?"
cli -e INCR text 2>&1
echo "exit status with -e $?"
cli GET

say repeat
cli -r 3 INCR counter
cli -r 2 -i 0.01 PING

say scripts
script=$(mktemp)
trap 'rm -f "$script"' EXIT
printf 'return {KEYS[1], ARGV[1], #ARGV, redis.call("GET", KEYS[1])}' >"$script"
cli --eval "$script" text , a b

say mass insertion
i=0
while [ $i -lt 300 ]; do
    printf '*3\r\n$3\r\nSET\r\n$7\r\nkey:%03d\r\n$1\r\nx\r\n' $i
    i=$((i + 1))
done | cli --pipe | tail -n 1
cli DBSIZE

say scans
cli --scan --pattern 'key:*' | sort | head -n 3
cli --scan --pattern 'key:*' | sort -u | wc -l
cli --bigkeys | grep -E '^(Biggest|[0-9]+ (list|hash|string|set|stream|zset)s? )' | sort
cli --memkeys-samples 0 | grep -cE '^Biggest'

say subscriptions
cli --csv SUBSCRIBE news >"$script" &
until [ "$(cli PUBSUB NUMSUB news | tail -n 1)" = 1 ]; do :; done
cli PUBLISH news hello
until grep -q hello "$script"; do :; done
kill $!
cat "$script"

say help of the server
cli COMMAND COUNT
cli --no-raw COMMAND INFO get | head -n 3
cli ACL WHOAMI
cli LATENCY RESET
cli CLUSTER INFO
cli ROLE | head -n 1
cli DEBUG SLEEP 0
