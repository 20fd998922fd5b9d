# A small application on Sidekiq: push, run, retry, schedule, die, and the books of its API.
#
#     ruby sidekiq_app.rb URL
#
# The last thing it does is to print what happened, without ids and times. Sidekiq itself is started by the
# application, with this same file as what it requires.
require "sidekiq"
require "sidekiq/api"

Redis.sadd_returns_boolean = false # what this Sidekiq expects, without a warning each time
Sidekiq.configure_server { |config| config.options[:poll_interval_average] = 0.2 }

class Note
  include Sidekiq::Worker

  def perform(text)
    Sidekiq.redis { |redis| redis.rpush("notes", text) }
  end
end

class Bulk
  include Sidekiq::Worker
  sidekiq_options queue: "bulk"

  def perform(number)
    Sidekiq.redis { |redis| redis.incrby("sum", number) }
  end
end

# Fails once, and is done at its second run.
class Flaky
  include Sidekiq::Worker

  def perform(text)
    tries = Sidekiq.redis { |redis| redis.incr("tries:#{text}") }
    raise ArgumentError, "not yet: #{text}" if tries == 1
    Sidekiq.redis { |redis| redis.rpush("recovered", text) }
  end
end

class Doomed
  include Sidekiq::Worker
  sidekiq_options retry: 1

  def perform(text)
    raise "never: #{text}"
  end
end

def until_true(what, limit_s = 50)
  ends = Process.clock_gettime(Process::CLOCK_MONOTONIC) + limit_s
  until yield
    abort "not within #{limit_s} s: #{what}" if Process.clock_gettime(Process::CLOCK_MONOTONIC) > ends
    sleep 0.02
  end
end

def redis(*command)
  Sidekiq.redis { |connection| connection.call(*command) }
end

def push_everything
  %w[one two three].each { |text| Note.perform_async(text) }
  Bulk.perform_bulk((1..250).map { |number| [number] })
  Note.perform_in(1, "later")
  Note.perform_at(Time.now + 1, "later")
  Note.perform_in(3600, "never")
  Flaky.perform_async("a")
  Doomed.perform_async("b")
  Note.set(queue: "dropped").perform_async("x")
end

def told_before(story)
  stats = Sidekiq::Stats.new
  story << "enqueued #{stats.enqueued} scheduled #{stats.scheduled_size} queues #{stats.queues.sort.to_h}"
  story << "in bulk #{Sidekiq::Queue.new('bulk').map { |job| job.args.first }.minmax}"
  story << "of default #{Sidekiq::Queue.new.map { |job| [job.klass, job.args] }}"
  Sidekiq::Queue.new("dropped").first.delete
  story << "dropped #{Sidekiq::Queue.new('dropped').size}"
  hour = Sidekiq::ScheduledSet.new.find { |job| job.args == ["never"] }
  story << "far away #{hour.klass} #{hour.delete} #{Sidekiq::ScheduledSet.new.size}"
end

def start_sidekiq
  log = ENV["APP_LOG"] || File::NULL
  spawn("sidekiq", "-r", File.expand_path(__FILE__), "-c", "1", "-q", "default", "-q", "bulk", "-e", "production",
        in: File::NULL, out: log, err: log)
end

def told_after(story)
  stats = Sidekiq::Stats.new
  story << "processed #{stats.processed} failed #{stats.failed}"
  story << "retry #{stats.retry_size} dead #{stats.dead_size} enqueued #{stats.enqueued}"
  story << "notes #{redis('LRANGE', 'notes', 0, -1)}"
  story << "sum #{redis('GET', 'sum')} recovered #{redis('LRANGE', 'recovered', 0, -1)}"
  Sidekiq::DeadSet.new.each do |job|
    story << "dead #{job.klass} #{job.args} #{job['error_class']}: #{job['error_message']} after #{job['retry_count']}"
  end
  history = Sidekiq::Stats::History.new(2)
  story << "history #{history.processed.values.sum} #{history.failed.values.sum}"
end

def run
  story = []
  push_everything
  told_before(story)
  sidekiq = start_sidekiq
  until_true("two jobs wait for another try") { Sidekiq::RetrySet.new.size == 2 }
  Sidekiq::RetrySet.new.sort_by(&:klass).each do |job|
    story << "retry #{job.klass} #{job['error_message']} #{job['retry_count']} in #{job.at > Time.now ? 'future' : 'past'}"
  end
  process = Sidekiq::ProcessSet.new.first
  story << "process #{process['concurrency']} #{process['queues']} stopping #{process.stopping?}"
  # Two ways to run it now: one gives the try back, one does not.
  Sidekiq::RetrySet.new.each { |job| job.klass == "Doomed" ? job.add_to_queue : job.retry }
  until_true("all has run") { Sidekiq::DeadSet.new.size == 1 && Sidekiq::ScheduledSet.new.size == 0 && Sidekiq::Queue.all.sum(&:size) == 0 }
  until_true("the last notes are written") { redis("LLEN", "notes") == 5 && redis("LLEN", "recovered") == 1 }
  process.quiet!
  process.stop!
  Process.wait(sidekiq)
  story << "stopped #{$?.exitstatus} processes #{Sidekiq::ProcessSet.new.size}"
  told_after(story)
  Sidekiq::DeadSet.new.first.retry
  story << "back from the dead #{Sidekiq::Queue.new.map(&:klass)}"
  story << "keys #{redis('KEYS', '*').grep_v(/^(stat|vm):/).sort}"
  puts story
end

if $PROGRAM_NAME == __FILE__
  ENV["REDIS_URL"] = ARGV.fetch(0)
  Sidekiq.logger.level = Logger::ERROR
  run
end
