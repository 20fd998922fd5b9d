# The job classes of both.c as Sidekiq runs them: the same in Redis, and this side's name.
Redis.sadd_returns_boolean = false # what this Sidekiq expects, without a warning each time
Sidekiq.configure_server do |config|
  config.options[:poll_interval_average] = 0.5
  # A job does not know its own payload otherwise.
  config.server_middleware do |chain|
    chain.add(Class.new do
      def call(_worker, job, _queue)
        Thread.current[:payload] = job
        yield
      end
    end)
  end
end

class EchoWorker
  include Sidekiq::Worker

  def perform(*args)
    Sidekiq.redis { |redis| redis.rpush("echo", Sidekiq.dump_json(args)) }
  end
end

class TallyWorker
  include Sidekiq::Worker

  def perform(name)
    Sidekiq.redis do |redis|
      redis.incr("by:ruby")
      redis.sadd("tally", name)
    end
  end
end

class FlakyWorker
  include Sidekiq::Worker

  def perform(failures)
    count = Thread.current[:payload]["retry_count"] || -1
    Sidekiq.redis { |redis| redis.rpush("flaky", "ruby #{count}") }
    raise "not yet, says Ruby: é" if count + 1 < failures
  end
end
