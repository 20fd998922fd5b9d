# A person at Sidekiq's web pages: ruby web.rb '[["GET", "/busy"], ["POST", "/busy", {"quiet": "1"}]]'
# prints [[status, body], ...] as JSON. Forms carry the token of a page that was opened before.
require "json"
require "rack/mock"
require "sidekiq/web"

session = {}
pages = Rack::MockRequest.new(Sidekiq::Web)
form = pages.get("/busy", "rack.session" => session).body
token = form[/name=['"]authenticity_token['"] value=['"]([^'"]+)['"]/, 1]
answers = JSON.parse(ARGV.fetch(0)).map do |method, path, params|
  params = params.merge("authenticity_token" => token) if params
  answer = pages.request(method, path, :params => params, "rack.session" => session)
  [answer.status, answer.body]
end
puts JSON.generate(answers)
