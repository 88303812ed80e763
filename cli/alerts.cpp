#include "cli/alerts.hpp"

#include <yaml.h>

#include <algorithm>
#include <chrono>
#include <map>
#include <memory>

#include <fmt/format.h>

#include "grammar/ast.hpp"

namespace rbc::cli {

namespace {

constexpr std::size_t kMostRuleBytes = 8 << 20;       // of a file; the largest public rule sets have under 1 MiB
constexpr std::size_t kMostYamlNodes = 400'000;
constexpr std::size_t kMostYamlDepth = 64;
constexpr std::size_t kMostRules = 20'000;        // anchors let a short file name many

struct YamlNode {
  enum class As : std::uint8_t { scalar, list, table } as = As::scalar;
  std::string text;
  Span at;
  std::vector<std::size_t> children;              // of a table: key, value, key, value …
};

// The documents of a file as flat nodes.
class YamlFile {
 public:
  explicit YamlFile(const Source& source) : source_(source) {}

  // A sentence and its place if the file is no YAML.
  std::string problem;
  Span problem_at;
  std::vector<std::size_t> roots;
  const YamlNode& operator[](std::size_t index) const { return nodes_[index]; }

  void read() {
    yaml_parser_t parser;
    if (!yaml_parser_initialize(&parser)) return fail("There is no memory to read this file.", {});
    const std::unique_ptr<yaml_parser_t, decltype(&yaml_parser_delete)> owned(&parser, yaml_parser_delete);
    const std::string_view text = source_.text();
    yaml_parser_set_input_string(&parser, reinterpret_cast<const unsigned char*>(text.data()), text.size());
    for (bool more = true; more && problem.empty();) {
      yaml_event_t event;
      if (!yaml_parser_parse(&parser, &event)) {
        const Span at = span(parser.problem_mark, parser.problem_mark);
        return fail(fmt::format("This is no YAML: {}.", parser.problem ? parser.problem : "it cannot be read"), at);
      }
      const std::unique_ptr<yaml_event_t, decltype(&yaml_event_delete)> held(&event, yaml_event_delete);
      more = take(event);
    }
  }

  // The value of a key of a table, or nothing.
  const YamlNode* get(const YamlNode& table, std::string_view key) const {
    if (table.as != YamlNode::As::table) return nullptr;
    for (std::size_t i = 0; i + 1 < table.children.size(); i += 2)
      if (nodes_[table.children[i]].text == key) return &nodes_[table.children[i + 1]];
    return nullptr;
  }

 private:
  void fail(std::string sentence, Span at) { problem = std::move(sentence), problem_at = at; }

  // libyaml counts characters; spans count bytes.
  std::uint32_t offset(const yaml_mark_t& mark) const {
    const auto line = static_cast<std::uint32_t>(mark.line + 1);
    if (line > source_.line_count()) return source_.size();
    const std::string_view text = source_.text();
    std::size_t at = source_.line_begin(line);
    for (std::size_t left = mark.column; left > 0 && at < text.size() && text[at] != '\n'; --left)
      do ++at;
      while (at < text.size() && (static_cast<unsigned char>(text[at]) & 0xC0) == 0x80);
    return static_cast<std::uint32_t>(at);
  }
  Span span(const yaml_mark_t& from, const yaml_mark_t& to) const {
    const std::uint32_t begin = offset(from);
    std::uint32_t end = std::max(begin, offset(to));
    // A block's text goes to the next key; what is shown is its lines.
    while (end > begin && (source_.text()[end - 1] == '\n' || source_.text()[end - 1] == ' ')) --end;
    return {begin, end};
  }

  bool add(YamlNode node, const yaml_char_t* anchor) {
    if (nodes_.size() >= kMostYamlNodes) return fail("This file has too many lines to be a rule file.", node.at), false;
    nodes_.push_back(std::move(node));
    if (anchor) anchors_[reinterpret_cast<const char*>(anchor)] = nodes_.size() - 1;
    place(nodes_.size() - 1);
    return true;
  }
  void place(std::size_t index) {
    if (open_.empty()) roots.push_back(index);
    else nodes_[open_.back()].children.push_back(index);
  }

  bool take(const yaml_event_t& event) {
    const Span at = span(event.start_mark, event.end_mark);
    switch (event.type) {
      case YAML_STREAM_END_EVENT: return false;
      case YAML_ALIAS_EVENT: {
        const char* name = reinterpret_cast<const char*>(event.data.alias.anchor);
        const auto found = anchors_.find(name);
        if (found == anchors_.end()) return fail(fmt::format("There is no anchor `&{}` above this.", name), at), false;
        place(found->second);
        return true;
      }
      case YAML_SCALAR_EVENT:
        return add({YamlNode::As::scalar, std::string(reinterpret_cast<const char*>(event.data.scalar.value), event.data.scalar.length), at, {}}, event.data.scalar.anchor);
      case YAML_SEQUENCE_START_EVENT:
      case YAML_MAPPING_START_EVENT: {
        const bool list = event.type == YAML_SEQUENCE_START_EVENT;
        if (open_.size() >= kMostYamlDepth) return fail(fmt::format("This is nested deeper than {} levels.", kMostYamlDepth), at), false;
        if (!add({list ? YamlNode::As::list : YamlNode::As::table, {}, at, {}}, list ? event.data.sequence_start.anchor : event.data.mapping_start.anchor)) return false;
        open_.push_back(nodes_.size() - 1);
        return true;
      }
      case YAML_SEQUENCE_END_EVENT:
      case YAML_MAPPING_END_EVENT: open_.pop_back(); return true;
      case YAML_DOCUMENT_START_EVENT: anchors_.clear(); return true;
      case YAML_NO_EVENT:
      case YAML_STREAM_START_EVENT:
      case YAML_DOCUMENT_END_EVENT: return true;
    }
    return true;
  }

  const Source& source_;
  std::vector<YamlNode> nodes_;
  std::vector<std::size_t> open_;
  std::map<std::string, std::size_t> anchors_;
};

class RuleReader {
 public:
  RuleReader(const Source& source, std::vector<AlertRule>& rules, std::vector<Diagnostic>& problems) : source_(source), file_(source), rules_(rules), problems_(problems) {}

  void read() {
    if (source_.size() > kMostRuleBytes) return tell({0, 0}, fmt::format("This file is larger than {} MiB.", kMostRuleBytes >> 20), "Give the file of rules alone.");
    file_.read();
    if (!file_.problem.empty()) return tell(file_.problem_at, file_.problem, "");
    bool any = false;
    for (std::size_t root : file_.roots) {
      const YamlNode* groups = file_.get(file_[root], "groups");
      if (const YamlNode* spec = file_.get(file_[root], "spec"); !groups && spec) groups = file_.get(*spec, "groups");
      if (!groups) continue;
      any = true;
      if (groups->as != YamlNode::As::list) tell(groups->at, "`groups` is not a list.", "Write `- name: …` beneath it, with `rules`.");
      for (std::size_t group : groups->children) if (!read_group(file_[group])) return;
    }
    if (!any) tell({0, 0}, "This is no rule file: it has no `groups`.", "Give a file with `groups:` and `rules:`, or a PrometheusRule manifest.");
  }

 private:
  void tell(Span at, std::string sentence, std::string help) { problems_.emplace_back("E0926", source_, at, std::move(sentence), std::move(help)); }

  bool read_group(const YamlNode& group) {
    const YamlNode* list = file_.get(group, "rules");
    if (!list) return true;
    for (std::size_t index : list->children) {
      const YamlNode& one = file_[index];
      if (file_.get(one, "record")) continue;
      if (rules_.size() >= kMostRules) return tell(one.at, fmt::format("There are more than {} rules.", kMostRules), "Give fewer files at once."), false;
      const YamlNode* name = file_.get(one, "alert");
      if (!name || name->text.empty()) {
        tell({one.at.begin, one.at.begin}, "This rule has neither `alert` nor `record`.", "Write `alert: NAME`.");
        continue;
      }
      AlertRule rule;
      rule.source = &source_;
      rule.name = text(name);
      rule.expression = text(file_.get(one, "expr"));
      rule.lasts = text(file_.get(one, "for"));
      if (const auto length = duration_of(rule.lasts.text)) rule.lasts_micros = std::chrono::duration_cast<std::chrono::microseconds>(*length).count();
      if (const YamlNode* labels = file_.get(one, "labels"); labels && labels->as == YamlNode::As::table)
        for (std::size_t i = 0; i + 1 < labels->children.size(); i += 2) rule.labels.emplace_back(file_[labels->children[i]].text, file_[labels->children[i + 1]].text);
      if (const YamlNode* labels = file_.get(one, "labels")) rule.severity = text(file_.get(*labels, "severity"));
      if (const YamlNode* annotations = file_.get(one, "annotations")) rule.runbook_url = text(file_.get(*annotations, "runbook_url"));
      rules_.push_back(std::move(rule));
    }
    return true;
  }

  static AlertRule::Text text(const YamlNode* node) {
    return node && node->as == YamlNode::As::scalar ? AlertRule::Text{node->text, node->at} : AlertRule::Text{};
  }

  const Source& source_;
  YamlFile file_;
  std::vector<AlertRule>& rules_;
  std::vector<Diagnostic>& problems_;
};

}  // namespace

void read_alert_rules(const Source& source, std::vector<AlertRule>& rules, std::vector<Diagnostic>& problems) { RuleReader(source, rules, problems).read(); }

}  // namespace rbc::cli
