#include "run/events.hpp"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "vm/model/characters.hpp"

namespace rbc {
namespace events {

using Json = nlohmann::ordered_json;

std::string_view name(Trace::What what) {
  switch (what) {
    case Trace::What::step_began: return "step_began";
    case Trace::What::step_ended: return "step_ended";
    case Trace::What::step_skipped: return "step_skipped";
    case Trace::What::note: return "note";
    case Trace::What::look_ended: return "look";
    case Trace::What::check_ended: return "check";
    case Trace::What::shown: return "shown";
    case Trace::What::action_began: return "action_began";
    case Trace::What::action_ended: return "action_ended";
    case Trace::What::cause_began: return "cause_began";
    case Trace::What::cause_tried: return "cause_tried";
    case Trace::What::sleeping: return "sleeping";
    case Trace::What::question: return "question";
    case Trace::What::answered: return "answered";
    case Trace::What::notice: return "notice";
    case Trace::What::rung_fired: return "rung_fired";
    case Trace::What::failure: return "failure";
    case Trace::What::recovered: return "recovered";
    case Trace::What::outcome: return "outcome";
    case Trace::What::afterwards: return "afterwards";
    case Trace::What::finished: return "finished";
  }
  return "";
}

// The name in the program of what a trace is about, where its index says one.
std::string about(const Program& program, const Trace& trace) {
  const auto at = [&](const auto& list) { return trace.index < list.size() ? list[trace.index].name : std::string(); };
  switch (trace.what) {
    case Trace::What::step_began: case Trace::What::step_ended: case Trace::What::step_skipped: return at(program.runbook.steps);
    case Trace::What::check_ended: return at(program.checks);
    case Trace::What::cause_began: case Trace::What::cause_tried: return at(program.runbook.causes);
    default: return {};
  }
}

Json value(const Value& v) { return Json::parse(to_json_text(v), nullptr, false); }

Json moment(const Moment& when) { return Json::parse(to_json_text(Value::instant(when.wall)), nullptr, false); }

// On a terminal too nobody's text moves the cursor or turns the line around: what nobody sees is an escape, which says the same.
std::string line(const Json& json) {
  const std::string all = json.dump(-1, ' ', false, Json::error_handler_t::replace);
  std::string shown;
  shown.reserve(all.size());
  for (std::size_t at = 0; at < all.size();) {
    const auto [width, c] = character(all, at);
    if (!hidden(c)) shown.append(all, at, width);
    else shown += c > 0xffff ? fmt::format("\\u{:04x}\\u{:04x}", 0xd7c0 + (c >> 10), 0xdc00 | (c & 0x3ff)) : fmt::format("\\u{:04x}", c);
    at += width ? width : 1;
  }
  return shown;
}

}  // namespace events

std::string to_json_line(const Program& program, const Trace& trace) {
  using events::Json;
  Json json;
  json["event"] = events::name(trace.what);
  json["at"] = events::moment(trace.when);
  json["alive"] = static_cast<double>(trace.when.alive) / kSecond;
  if (const std::string name = events::about(program, trace); !name.empty()) json["name"] = name;
  if (!trace.title.empty()) json["title"] = trace.title;
  if (!trace.text.empty()) json["text"] = trace.text;
  if (trace.what == Trace::What::check_ended) {
    json["colour"] = spell(trace.value.tag() == Tag::verdict ? trace.value.colour() : Colour::blind);
    if (!trace.value.text().empty()) json["reason"] = trace.value.text();
  } else if (trace.value.tag() == Tag::missing) {
    json["missing"] = trace.value.text();
  } else if (trace.value.tag() != Tag::nothing) {
    json["value"] = events::value(trace.value);
  }
  if (trace.measured.tag() != Tag::nothing && trace.measured.tag() != Tag::missing) json["measured"] = events::value(trace.measured);
  if (trace.what == Trace::What::outcome || trace.what == Trace::What::finished)
    json["outcome"] = spell(static_cast<Outcome>(std::clamp(trace.result, 0, 3)));
  if (trace.what == Trace::What::cause_tried) {
    static constexpr std::string_view kTried[] = {"does not hold", "failed", "did not help", "identified"};
    json["result"] = kTried[std::clamp(trace.result, 0, 3)];
  }
  if (trace.took != 0) json["took"] = static_cast<double>(trace.took) / kSecond;
  if (trace.site < program.sites.size()) json["line"] = program.sites[trace.site].line;
  return events::line(json);
}

void EventWriter::attach(Control& control) {
  control_ = &control;
  inner_.attach(control);
}

void EventWriter::detach() {
  inner_.detach();
  control_ = nullptr;
}

void EventWriter::trace(const Trace& trace, bool replayed) {
  inner_.trace(trace, replayed);
  if (control_ != nullptr && !replayed) write_(to_json_line(control_->program(), trace) + "\n");
}

void EventWriter::delivered(const Delivery& delivery) {
  inner_.delivered(delivery);
  if (control_ == nullptr) return;
  const auto& resources = control_->program().resources;
  events::Json json;
  json["event"] = "delivery";
  json["at"] = events::moment(control_->live().now);
  json["to"] = delivery.resource < resources.size() ? resources[delivery.resource].name : std::string();
  json["page"] = delivery.page;
  json["text"] = delivery.text;
  json["delivered"] = delivery.problem.empty();
  if (!delivery.problem.empty()) json["problem"] = delivery.problem;
  write_(events::line(json) + "\n");
}

void EventWriter::remark(const std::string& sentence) {
  inner_.remark(sentence);
  events::Json json;
  json["event"] = "remark";
  json["text"] = sentence;
  write_(events::line(json) + "\n");
}

}  // namespace rbc
