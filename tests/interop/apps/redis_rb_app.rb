# What redis-rb offers, used once: pipelines, transactions, scripts, scans, blocking calls, subscriptions.
#
#     ruby redis_rb_app.rb URL
require "redis"

Redis.sadd_returns_boolean = false
redis = Redis.new(url: ARGV.fetch(0), id: "app")
other = Redis.new(url: ARGV.fetch(0))

def refused
  yield.inspect
rescue Redis::CommandError => error
  "refused: #{error.message}"
end

puts "set #{redis.set('a', 1, ex: 100, nx: true)} #{redis.set('a', 2, nx: true)} #{redis.get('a')} #{redis.ttl('a')}"
puts "mget #{redis.mget('a', 'none')} #{redis.mapped_mget('a', 'none')} #{redis.getdel('a')} #{redis.exists?('a')}"
redis.mapped_hmset("h", "name" => "x", "count" => 1)
puts "hash #{redis.hgetall('h')} #{redis.hincrbyfloat('h', 'count', 0.1)} #{redis.hscan_each('h').to_a}"
puts "list #{redis.rpush('l', [1, 2, 3])} #{redis.lrange('l', 0, -1)} #{redis.rpoplpush('l', 'm')} #{redis.lpop('l', 5)}"
puts "sets #{redis.sadd('s', %w[a b])} #{redis.smembers('s').sort} #{redis.srem('s', 'a')} #{redis.sinter('s', 'none')}"
puts "zset #{redis.zadd('z', [[1, 'a'], [2.5, 'b']])} #{redis.zadd('z', 9, 'a', gt: true)} " \
     "#{redis.zrange('z', 0, -1, with_scores: true)} #{redis.zrangebyscore('z', '-inf', '(9', limit: [0, 5])} " \
     "#{redis.zrem('z', 'none')} #{redis.zscore('z', 'a')} #{redis.zrevrange('z', 0, 0)}"

puts "pipelined #{redis.pipelined { |pipe| pipe.set('p', 1); pipe.incr('p'); pipe.sismember('s', 'b') }}"
puts "multi #{redis.multi { |transaction| transaction.set('t', 1); transaction.expire('t', 10); transaction.zcard('z') }}"
redis.watch("w") do
  other.set("w", 1)
  puts "watched #{redis.multi { |transaction| transaction.set('w', 2) }.inspect} #{redis.get('w')}"
end
puts "wrong #{refused { redis.incr('h') }}"
puts "aborted #{refused { redis.multi { |transaction| transaction.call([:set, 't']) } }}"
puts "unknown #{refused { redis.call('NOSUCH', 'a', 'b') }}"

sha = redis.script(:load, "return {KEYS[1], ARGV[1], #ARGV}")
puts "script #{sha} #{redis.evalsha(sha, ['k'], %w[x y])} #{redis.script(:exists, sha)} #{refused { redis.evalsha('0' * 40) }}"

30.times { |number| redis.set("scan:#{number}", number) }
puts "scan #{redis.scan_each(match: 'scan:*', count: 7).to_a.uniq.size}"
puts "sort #{redis.sort('m', order: 'DESC', get: '#')}"

popper = Thread.new { Redis.new(url: ARGV.fetch(0)).blpop("later", "more", timeout: 10) }
redis.rpush("more", "job")
puts "blpop #{popper.value} #{redis.brpop('never', timeout: 1).inspect}"

heard = []
listener = Redis.new(url: ARGV.fetch(0))
listener.psubscribe("news.*") do |on|
  on.psubscribe do |*words|
    heard << words
    %w[hello end].each { |text| other.publish("news.a", text) }
  end
  on.pmessage do |*words|
    heard << words
    listener.punsubscribe("news.*") if words.last == "end"
  end
  on.punsubscribe { |*words| heard << words }
end
puts "heard #{heard}"

puts "stream #{redis.xadd('x', { 'a' => 1 }, id: '1-1')} #{redis.xgroup(:create, 'x', 'g', '0')} " \
     "#{redis.xreadgroup('g', 'me', 'x', '>')} #{redis.xack('x', 'g', '1-1')} #{redis.xrange('x')}"
puts "dump #{redis.restore('copy', 0, redis.dump('h'))} #{redis.type('copy')} #{redis.object(:encoding, 'copy')}"
puts "client #{redis.client(:getname)} #{redis.info['redis_version']} #{redis.config(:get, 'maxmemory')}"
puts "keys #{redis.keys('*').reject { |key| key.start_with?('scan:') }.sort} #{redis.dbsize} #{redis.select(1)} #{redis.dbsize}"
