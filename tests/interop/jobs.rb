# The job class that the real Sidekiq runs in the interoperation tests.
class RubyWorker
  include Sidekiq::Worker

  def perform(name)
    Sidekiq.redis { |redis| redis.sadd("ruby", name) }
  end
end
