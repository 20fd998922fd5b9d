# The job that does nothing, for Sidekiq's side of the comparison.
class NoopWorker
  include Sidekiq::Worker

  def perform
  end
end
