require "json"
require "minitest/autorun"
require "redis"
require "socket"

# A `faultline serve` whose clock stands still until `ctl` moves it.
class FakeRedis
  attr_reader :url

  def initialize
    @output = IO.popen([ENV.fetch("FAULTLINE", "faultline"), "serve", "--port", "0", "--control", "0",
                        "--clock", "virtual@2026-03-29T00:30Z"])
    @url, @host, @port = @output.gets.match(/(redis:\S+) \(control (\S+):(\d+)\)/).captures
  end

  def ctl(command)
    TCPSocket.open(@host, @port) do |channel|
      channel.puts(command)
      JSON.parse(channel.gets)
    end
  end

  def stop
    Process.kill("TERM", @output.pid)
    @output.close
  end
end

# What is tested: runs jobs of a list, and a failed one again after an hour, by the clock of Redis.
class Worker
  def initialize(url, &perform)
    @redis = Redis.new(url: url)
    @perform = perform
  end

  def push(job)
    @redis.lpush("queue", job)
  end

  def run
    now = @redis.time.first
    @redis.zrangebyscore("retry", "-inf", now).each { |job| push(job) if @redis.zrem("retry", job) }
    while (job = @redis.rpop("queue"))
      begin
        @perform.call(job)
      rescue ArgumentError
        @redis.zadd("retry", now + 3600, job)
      end
    end
  end
end

class WorkerTest < Minitest::Test
  def setup
    @fake = FakeRedis.new
    @done = []
    @fails = false
    @worker = Worker.new(@fake.url) { |job| @fails ? raise(ArgumentError, job) : @done << job }
  end

  def teardown
    @fake.stop
  end

  def test_a_failed_job_runs_again_an_hour_later
    @worker.push("mail")
    @fails = true
    @worker.run
    assert_equal ['db0 zset "retry" [("mail",1774747800)]'], @fake.ctl("dump")["keys"]
    @fails = false
    @fake.ctl("clock +59m")
    @worker.run
    assert_empty @done
    @fake.ctl("clock +1m")
    @worker.run
    assert_equal ["mail"], @done
  end

  # redis-rb sends a command again when the connection breaks: the job is there twice.
  def test_a_lost_reply_pushes_a_job_twice
    @fake.ctl("fault lose-ack command lpush")
    @worker.push("mail")
    assert_equal ['db0 list "queue" ["mail","mail"]'], @fake.ctl("dump")["keys"]
  end

  def test_a_failover_refuses_one_push
    @fake.ctl("fault error readonly command lpush")
    assert_match(/READONLY/, assert_raises(Redis::CommandError) { @worker.push("mail") }.message)
    @worker.push("mail")
    @worker.run
    assert_equal ["mail"], @done
  end
end
