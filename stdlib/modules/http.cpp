// HTTP and Prometheus: requests under a base address, and what their answers say.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>

#include "stdlib/modules/network.hpp"

namespace rbc {
namespace http_module {

std::string base_of(const Url& base, HttpRequest& request) {
  if (!base.problem.empty()) return base.problem;
  if (base.scheme != "http" && base.scheme != "https") return fmt::format("`{}://` is not an address of the web", visible(base.scheme));
  if (base.host.empty()) return "the address names no host";
  const bool six = base.host.find(':') != std::string::npos;
  request.url = base.scheme + "://" + (six ? "[" + base.host + "]" : base.host) + (base.port ? ":" + std::to_string(base.port) : std::string());
  // The server ends the name at the first colon, whatever was meant.
  if (base.user.find(':') != std::string::npos) return "the name of the user in the address holds a colon, which HTTP cannot say";
  request.user = base.user;
  request.password = base.password;
  return {};
}

double sample(const Value* pair) {
  if (!pair || pair->items().size() != 2) return std::numeric_limits<double>::quiet_NaN();
  const std::string& text = pair->items()[1].text();
  if (text == "+Inf") return std::numeric_limits<double>::infinity();
  if (text == "-Inf") return -std::numeric_limits<double>::infinity();
  return std::strtod(text.c_str(), nullptr);
}

}  // namespace http_module

std::string http_request(const Url& base, const Utterance& said, HttpRequest& request) {
  if (std::string problem = http_module::base_of(base, request); !problem.empty()) return problem;
  std::string path = base.path;
  while (path.ends_with('/')) path.pop_back();
  if (said.target.starts_with("//")) return "a path does not begin with `//`";
  request.url += path + said.target;
  if (!base.query_text.empty()) request.url += (said.target.find('?') == std::string::npos ? "?" : "&") + base.query_text;
  request.method = said.method;
  request.headers = said.headers;
  constexpr std::size_t kMostHead = 512 << 10;   // bytes; servers take 8 to 64 KiB, and curl says of more than 1 MiB that it is out of memory
  std::size_t head = request.url.size();
  for (const auto& [name, value] : request.headers) head += name.size() + value.size();
  if (head > kMostHead) return fmt::format("the address and the headers have {} KiB together, and more than {} are not sent; put it into a body", head >> 10, kMostHead >> 10);
  request.body = said.body;
  request.has_body = said.has_body;
  return {};
}

Reply decode_http(const HttpAnswer& answer) {
  if (answer.way != Way::answer) return Reply::none(answer.way, answer.reason, answer.in_doubt);
  Fields headers;
  for (const auto& [name, value] : answer.headers) headers.put(name, Value::text(value));
  Value json = Value::missing(answer.cut ? fmt::format("the body is longer than {} MiB", kHttpKept >> 20) : "the body is not JSON");
  if (!answer.cut) {
    if (auto parsed = parse_json(answer.body)) json = *parsed;
  }
  Fields fields;
  fields.put("status", Value::integer(answer.status)).put("body", Value::text(answer.body)).put("text", Value::text(answer.body));
  fields.put("json", std::move(json)).put("headers", headers.record());
  return Reply::answer(fields.record(), answer.status >= 200 && answer.status < 300);
}

std::string prometheus_request(const Url& base, const std::string& query, Micros limit, HttpRequest& request) {
  Utterance said;
  said.method = "POST";
  said.target = "/api/v1/query";
  said.headers = {{"Content-Type", "application/x-www-form-urlencoded"}, {"Accept", "application/json"}};
  said.body = "query=" + percent_encoded(query) + fmt::format("&timeout={}ms", std::max<Micros>(limit / 1000, 1));
  said.has_body = true;
  return http_request(base, said, request);
}

Reply decode_prometheus(const HttpAnswer& answer) {
  if (answer.way != Way::answer) return Reply::none(answer.way, answer.reason);
  const auto json = parse_json(answer.body);
  if (answer.status < 200 || answer.status >= 300) {
    const Value* error = json ? json->field("error") : nullptr;
    return Reply::none(Way::refusal, error ? fmt::format("{} (status {})", error->text(), answer.status) : fmt::format("status {}", answer.status));
  }
  const Value* data = json ? json->field("data") : nullptr;
  const Value* kind = data ? data->field("resultType") : nullptr;
  const Value* result = data ? data->field("result") : nullptr;
  if (!kind || !result) return Reply::none(Way::refusal, answer.cut ? "its answer is too long" : "its answer is not what a Prometheus says");
  std::vector<Value> samples;
  std::vector<double> numbers;
  bool nan = false;
  auto add = [&](const Value* labels, double number) {
    nan = nan || std::isnan(number);
    numbers.push_back(number);
    Value shown = std::isfinite(number) ? Value::number(number) : Value::missing(std::isnan(number) ? "NaN" : "it is infinite", Way::blindness);
    samples.push_back(Fields().put("labels", labels ? *labels : Value::json_object({}, {})).put("value", std::move(shown)).record());
  };
  if (kind->text() == "scalar") {
    add(nullptr, http_module::sample(result));
  } else if (kind->text() == "vector") {
    for (const Value& item : result->items()) add(item.field("metric"), http_module::sample(item.field("value")));
  } else {
    return Reply::none(Way::blindness, fmt::format("the query answers with a {}, not with samples", visible(kind->text())));
  }
  auto blind = [](std::string why) { return Value::missing(std::move(why), Way::blindness); };
  Value value, least, most;
  if (numbers.empty()) value = blind("no sample");
  else if (numbers.size() > 1) value = blind(fmt::format("{} samples, not one", numbers.size()));
  else if (nan) value = blind("the sample is NaN");
  else if (!std::isfinite(numbers[0])) value = blind("the sample is infinite");
  else value = Value::number(numbers[0]);
  if (numbers.empty() || nan) {
    least = most = blind(numbers.empty() ? "no sample" : "a sample is NaN");
  } else {
    const auto [low, high] = std::minmax_element(numbers.begin(), numbers.end());
    least = std::isfinite(*low) ? Value::number(*low) : blind("a sample is infinite");
    most = std::isfinite(*high) ? Value::number(*high) : blind("a sample is infinite");
  }
  const auto count = static_cast<std::int64_t>(numbers.size());
  Fields fields;
  fields.put("value", std::move(value)).put("samples", Value::rows({"labels", "value"}, std::move(samples)));
  fields.put("min", std::move(least)).put("max", std::move(most)).put("count", Value::integer(count));
  return Reply::answer(fields.record());
}

}  // namespace rbc
