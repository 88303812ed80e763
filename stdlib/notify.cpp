// Words to people: `log` leaves them to the run's own screen and journal, `webhook URL` posts them as JSON.
#include <fmt/format.h>

#include "stdlib/modules/network.hpp"
#include "stdlib/real_world.hpp"

namespace rbc {
namespace notify_limits {

constexpr int kTries = 3;
constexpr Micros kTry = 30 * kSecond;
constexpr std::uint64_t kPause = 5000;   // milliseconds, doubled: with three tries everything is over within two minutes

}  // namespace notify_limits

void RealWorld::notify(Notice notice, std::function<void(std::string)> delivered) {
  const Resource* which = resource(notice.resource);
  const Address* where = address(notice.resource);
  auto say = [&](std::string problem) { post([delivered, problem = std::move(problem)] { delivered(problem); }); };
  if (!which) return say("there is no such contact");
  if (!where) return say(fmt::format("`{}` is not bound in this environment", which->name));
  if (where->text == "log") return say({});
  const std::string way = where->text.substr(0, where->text.find(' '));
  if (way != "webhook") return say(fmt::format("`{}` cannot be told: `{}` is not supported yet", which->name, visible(way)));
  std::string url = where->text.substr(std::min(where->text.find(' '), where->text.size()));
  url.erase(0, url.find_first_not_of(' '));
  Utterance said;
  said.method = "POST";
  said.has_body = true;
  said.headers = {{"Content-Type", "application/json"}, {"Idempotency-Key", visible(notice.key)}};
  Fields body;
  body.put("run", Value::text(notice.run)).put("to", Value::text(which->name)).put("page", Value::boolean(notice.page));
  said.body = to_json_text(body.put("text", Value::text(scrubber_.scrub(notice.text))).put("key", Value::text(notice.key)).record());
  Delivery delivery;
  // The URL is whole already: path and query go as they are written.
  std::string problem = http_request(parse_url(url), said, delivery.request);
  if (problem.empty()) http(problem);
  if (!problem.empty()) return say(scrubber_.scrub(problem));
  delivery.request.limit = notify_limits::kTry;
  delivery.delivered = std::move(delivered);
  delivery.notice = std::move(notice);
  const Serial serial = ++last_serial_;
  delivery.timer = new_timer(serial);
  deliveries_.emplace(serial, std::move(delivery));
  try_delivery(serial);
}

void RealWorld::try_delivery(Serial serial) {
  Delivery& delivery = deliveries_.at(serial);
  ++delivery.tries;
  arm(delivery.timer, static_cast<std::uint64_t>(notify_limits::kTry / 1000), [](RealWorld& world, Serial late) {
    world.http_->cancel(late);
    world.delivery_tried(late, "no answer within 30 seconds");
  });
  http_->ask(serial, delivery.request, [this, serial](const HttpAnswer& answer) {
    const bool taken = answer.way == Way::answer && answer.status >= 200 && answer.status < 300;
    delivery_tried(serial, taken ? std::string() : answer.way == Way::answer ? fmt::format("it answers with status {}", answer.status) : answer.reason);
  });
}

void RealWorld::delivery_tried(Serial serial, std::string problem) {
  const auto found = deliveries_.find(serial);
  if (found == deliveries_.end()) return;
  Delivery& delivery = found->second;
  if (!problem.empty() && delivery.tries < notify_limits::kTries) {
    return arm(delivery.timer, notify_limits::kPause << (delivery.tries - 1), [](RealWorld& world, Serial again) { world.try_delivery(again); });
  }
  close_timer(delivery.timer);
  const auto delivered = std::move(delivery.delivered);
  deliveries_.erase(found);
  delivered(scrubber_.scrub(problem));
}

}  // namespace rbc
