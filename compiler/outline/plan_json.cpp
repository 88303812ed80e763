// A plan for programs. Times are seconds; what is not there is left out, or an empty list.
#include <fmt/format.h>

#include "compiler/outline/plan.hpp"
#include "compiler/outline/words.hpp"

namespace rbc::outline {

namespace {

std::string quoted(std::string_view text) {
  std::string out = "\"";
  for (char c : plain(text)) {
    switch (c) {
      case '"': out += "\\\""; break;
      case '\\': out += "\\\\"; break;
      case '\n': out += "\\n"; break;
      case '\t': out += "\\t"; break;
      default:
        if (static_cast<unsigned char>(c) < 0x20) out += fmt::format("\\u{:04x}", static_cast<unsigned>(c));
        else out += c;
    }
  }
  return out + "\"";
}

// An object or a list while it is being written.
class Json {
 public:
  explicit Json(char open) : text_(1, open), close_(open == '{' ? '}' : ']') {}
  Json& put(std::string_view key, std::string json) { return text_ += fmt::format("{}{}:{}", comma(), quoted(key), json), *this; }
  Json& text(std::string_view key, std::string_view value) { return value.empty() ? *this : put(key, quoted(value)); }
  Json& seconds(std::string_view key, Micros micros) { return micros < 0 ? *this : put(key, fmt::format("{}", static_cast<double>(micros) / 1e6)); }
  Json& flag(std::string_view key, bool value) { return put(key, value ? "true" : "false"); }
  Json& add(std::string json) { return text_ += comma() + json, *this; }
  std::string done() const { return text_ + close_; }

 private:
  std::string comma() const { return text_.size() > 1 ? "," : ""; }
  std::string text_;
  char close_;
};

template <class List, class Write>
std::string list(const List& all, Write write) {
  Json out('[');
  for (const auto& each : all) out.add(write(each));
  return out.done();
}
std::string texts(const std::vector<std::string>& all) { return list(all, [](const std::string& each) { return quoted(each); }); }

std::string spoken_json(const Spoken& said) {
  Json out('{');
  out.text("resource", said.resource).text("language", said.language).text("text", said.text).seconds("limit", said.limit).flag("repeatable", said.repeatable);
  return out.done();
}

std::string lines_json(const std::vector<Line>& all);

std::string branch_json(const Branch& branch) {
  Json out('{');
  out.text("kind", spell(branch.kind)).text("name", branch.name).text("words", branch.words);
  if (!branch.reasons.empty()) out.put("symptoms", texts(branch.reasons));
  if (!branch.evidence.empty()) out.put("evidence", lines_json(branch.evidence));
  out.flag("goes_on", branch.goes_on).put("lines", lines_json(branch.lines));
  return out.done();
}

std::string line_json(const Line& line) {
  Json out('{');
  out.text("kind", spell(line.kind)).text("effect", spell(line.effect)).put("line", std::to_string(line.number)).text("name", line.name).text("words", line.words).text("headless", line.headless);
  if (!line.details.empty()) out.put("details", texts(line.details));
  if (!line.spoken.empty()) out.put("says", list(line.spoken, spoken_json));
  if (!line.notes.empty()) out.put("notes", texts(line.notes));
  if (!line.inner.empty()) out.put("inner", lines_json(line.inner));
  if (!line.branches.empty()) out.put("branches", list(line.branches, branch_json));
  return out.done();
}
std::string lines_json(const std::vector<Line>& all) { return list(all, line_json); }

std::string rung_json(const Rung& rung) {
  Json out('{');
  out.text("when", rung.when).seconds("after", rung.at).text("does", rung.does).flag("pages", rung.pages);
  return out.done();
}

std::string bounds_json(const Bounds& bounds) {
  Json out('{');
  out.seconds("longest", bounds.longest).seconds("longest_at_caps", bounds.longest_at_caps).seconds("first_page", bounds.first_page);
  out.put("path", list(bounds.path, [](const BoundLine& line) {
            Json out('{');
            out.text("text", line.text).seconds("seconds", line.micros).put("depth", std::to_string(line.depth));
            if (!line.why.empty()) out.text("why", line.why);
            return out.done();
          }));
  return out.done();
}

std::string reached_json(const Reached& each) {
  Json out('{');
  out.text("name", each.name).text("kind", each.kind).text("title", each.title).text("address", each.address).text("via", each.via).flag("optional", each.optional);
  out.put("looks", std::to_string(each.looks)).put("changes", std::to_string(each.changes)).put("destroys", std::to_string(each.destroys));
  return out.put("says", texts(each.says)).put("secrets", texts(each.secrets)).done();
}

}  // namespace

std::string plan_json(const Outline& outline, const Program& program, const Wanted& wanted) {
  Json out('{');
  out.text("runbook", outline.id).text("title", outline.title).text("severity", outline.severity).text("file", outline.path);
  out.put("notes", texts(outline.notes)).put("alerts", texts(outline.alerts)).put("goal", texts(outline.goal));
  out.put("about", list(outline.about, [](const auto& each) { return Json('{').text("what", each.first).text("words", each.second).done(); }));
  if (outline.acknowledge_target) out.seconds("acknowledge_target", outline.acknowledge_target);
  if (outline.resolve_target) out.seconds("resolve_target", outline.resolve_target);
  if (outline.budget) out.seconds("budget", outline.budget);
  out.text("environment", wanted.environment);
  out.put("inputs", list(outline.inputs, [&](const Input& input) {
            const Filled value = filled(outline, input, wanted);
            Json one('{');
            one.text("name", input.name).text("type", input.type).text("title", input.title).text("value", value.value).text("from", value.from).flag("required", input.required);
            if (input.cap) one.seconds("at_most", input.cap);
            return one.done();
          }));
  out.put("steps", list(outline.steps, [](const Step& step) {
            Json one('{');
            one.text("name", step.name).text("title", step.title).put("line", std::to_string(step.number)).put("lines", lines_json(step.lines));
            if (step.handled) one.put("otherwise", lines_json(step.otherwise));
            return one.done();
          }));
  out.put("checks", list(outline.checks, [](const Check& check) {
            return Json('{').text("name", check.name).text("title", check.title).flag("in_goal", check.in_goal).flag("in_step", check.in_step).put("check", line_json(check.line)).done();
          }));
  out.put("procedures", list(outline.procedures, [](const Procedure& each) {
            return Json('{').text("name", each.name).text("title", each.title).text("effect", spell(each.effect)).put("parameters", texts(each.parameters)).put("lines", lines_json(each.lines)).done();
          }));
  out.put("messages", list(outline.messages, [](const Message& each) { return Json('{').text("name", each.name).text("title", each.title).text("text", each.text).done(); }));
  out.put("escalations", list(outline.ladders, [](const Ladder& each) {
            return Json('{').text("until", each.until).put("notes", texts(each.notes)).put("rungs", list(each.rungs, rung_json)).done();
          }));
  out.put("afterwards", lines_json(outline.afterwards)).put("time", bounds_json(outline.bounds));
  out.put("headless_refusals", texts(refusals(outline, program, wanted)));
  out.put("reach", list(reached(outline, program, wanted), reached_json));
  return out.done() + "\n";
}

}  // namespace rbc::outline
