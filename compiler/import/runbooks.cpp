#include "compiler/import/runbooks.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cctype>

#include "compiler/import/markdown.hpp"

namespace rbc::import {

namespace {

bool same_words(const std::string& a, const std::string& b) { return lowered(a) == lowered(b); }

Node meta_line(std::string text, unsigned line, std::vector<std::string> marks = {}) {
  Node node;
  node.lines = {std::move(text)};
  node.source = node.last = line;
  node.marks = std::move(marks);
  return node;
}

std::string severity_of(std::string_view words) {
  const std::string low = lowered(words);
  static constexpr std::pair<std::string_view, std::string_view> kWords[] = {{"critical", "critical"}, {"sev0", "critical"}, {"sev1", "critical"}, {"sev-1", "critical"}, {"p0", "critical"}, {"p1", "critical"},
                                                                              {"high", "high"}, {"sev2", "high"}, {"sev-2", "high"}, {"p2", "high"}, {"major", "high"}, {"medium", "medium"}, {"warning", "medium"},
                                                                              {"sev3", "medium"}, {"sev-3", "medium"}, {"p3", "medium"}, {"moderate", "medium"}, {"low", "low"}, {"minor", "low"}, {"p4", "low"}, {"sev4", "low"}};
  for (const auto& [word, severity] : kWords)
    if (low.find(word) != std::string::npos) return std::string(severity);
  return {};
}

std::string date_in(std::string_view text) {
  for (std::size_t i = 0; i + 10 <= text.size(); ++i) {
    const std::string_view part = text.substr(i, 10);
    bool date = part[4] == '-' && part[7] == '-';
    for (const std::size_t at : {0, 1, 2, 3, 5, 6, 8, 9}) date = date && std::isdigit(static_cast<unsigned char>(part[at]));
    const int month = date ? (part[5] - '0') * 10 + part[6] - '0' : 0, day = date ? (part[8] - '0') * 10 + part[9] - '0' : 0;
    if (month >= 1 && month <= 12 && day >= 1 && day <= 28) return std::string(part);
    if (date && month >= 1 && month <= 12 && day <= 30 && month != 2) return std::string(part);
  }
  return {};
}

std::string cadence_of(std::string_view text) {
  const std::string low = lowered(text);
  static constexpr std::pair<std::string_view, std::string_view> kWords[] = {{"week", "7d"}, {"month", "30d"}, {"quarter", "90d"}, {"year", "365d"}, {"annual", "365d"}};
  for (const auto& [word, every] : kWords)
    if (low.find(word) != std::string::npos) return std::string(every);
  return {};
}

// A title without the words that say what kind of document it is.
std::string core_title(std::string title) {
  const std::string id = id_in(title);
  if (!id.empty()) title.erase(0, title.find_first_not_of(":) ", id.size()) == std::string::npos ? title.size() : title.find_first_not_of(":) ", id.size()));
  const std::string low = lowered(title);
  for (const std::string_view front : {"runbook:", "runbook -", "playbook:"})
    if (low.starts_with(front)) title = std::string(trimmed(std::string_view(title).substr(front.size())));
  return title;
}

// `KubeNodeNotReady`, `etcdNoLeader`: how alerts are named, and so the runbooks of one.
bool alert_name(std::string_view title) {
  if (title.size() < 6 || title.size() > 80 || !std::all_of(title.begin(), title.end(), [](unsigned char c) { return std::isalnum(c) || c == '_'; })) return false;
  unsigned humps = 0;
  for (std::size_t i = 1; i < title.size(); ++i) humps += std::isupper(static_cast<unsigned char>(title[i])) && std::islower(static_cast<unsigned char>(title[i - 1]));
  return humps >= 1 && std::any_of(title.begin(), title.end(), [](unsigned char c) { return std::islower(c); });
}

// Its words: `Kube Node Not Ready`, `Kube API Down`.
std::string spaced(std::string_view name) {
  std::string out;
  for (std::size_t i = 0; i < name.size(); ++i) {
    const auto upper = [&](std::size_t at) { return at < name.size() && std::isupper(static_cast<unsigned char>(name[at])); };
    const bool begins = i > 0 && upper(i) && (!upper(i - 1) || (i + 1 < name.size() && std::islower(static_cast<unsigned char>(name[i + 1]))));
    if (begins) out += ' ';
    out += name[i];
  }
  return out;
}

std::string name_of(const std::string& title) {
  std::string low = lowered(alert_name(title) ? spaced(title) : core_title(title));
  for (const std::string_view word : {" runbooks", " runbook", " playbook", " procedure"})
    if (low.ends_with(word)) low.erase(low.size() - word.size());
  return kebab(low);
}

// Names in backticks, or between commas.
std::vector<std::string> names_in(std::string_view value) {
  std::vector<std::string> out;
  std::string clean;
  for (const char c : value)
    if (c != '`' && c != '*') clean += c;
  for (std::size_t from = 0; from <= clean.size();) {
    const auto end = std::min(clean.find_first_of(",/", from), clean.size());
    const std::string name(trimmed(std::string_view(clean).substr(from, end - from)));
    const bool word = !name.empty() && std::isalpha(static_cast<unsigned char>(name[0])) && name.back() != '-' && name.find("--") == std::string::npos &&
                      std::all_of(name.begin(), name.end(), [](unsigned char c) { return std::isalnum(c) || c == '_' || c == '-'; });
    if (word) out.push_back(name);
    from = end + 1;
  }
  return out;
}

unsigned count_headings(const Section& section) {
  unsigned n = section.depth ? 1 : 0;
  for (const Section& child : section.children) n += count_headings(child);
  return n;
}

// Sections with the same headings beneath, or with ids: each is a runbook of its own.
void find_runbooks(const Section& section, std::vector<const Section*>& found) {
  std::vector<const Section*> named;
  for (const Section& child : section.children)
    if (!id_in(child.title).empty() && child.blocks.size() + child.children.size() > 0) named.push_back(&child);
  if (named.size() >= 2) return void(found.insert(found.end(), named.begin(), named.end()));
  if (section.depth <= 1) {
    std::map<std::string, unsigned> titles;
    for (const Section& child : section.children)
      for (const Section& grandchild : child.children) ++titles[lowered(grandchild.title)];
    std::vector<const Section*> alike;
    for (const Section& child : section.children) {
      const auto shared = std::count_if(child.children.begin(), child.children.end(), [&](const Section& one) { return titles[lowered(one.title)] >= 2; });
      if (shared >= 2 && child.role == Role::step) alike.push_back(&child);
    }
    if (alike.size() >= 2) return void(found.insert(found.end(), alike.begin(), alike.end()));
  }
  for (const Section& child : section.children) find_runbooks(child, found);
}

void find_people(const Section& section, const std::vector<const Section*>& apart, std::vector<const Section*>& found) {
  if (std::find(apart.begin(), apart.end(), &section) != apart.end()) return;
  if (section.role == Role::escalation) return found.push_back(&section);
  for (const Section& child : section.children) find_people(child, apart, found);
}

// A copy without the sections that are runbooks of their own.
Section without(const Section& section, const std::vector<const Section*>& apart) {
  Section copy = section;
  copy.children.clear();
  for (const Section& child : section.children)
    if (std::find(apart.begin(), apart.end(), &child) == apart.end()) copy.children.push_back(without(child, apart));
  return copy;
}

bool has_work(const Section& section) {
  if (section.role == Role::step && !section.blocks.empty() && section.depth > 1) return true;
  return std::any_of(section.children.begin(), section.children.end(), has_work);
}

}  // namespace

void Runbooks::find_inputs(const Section& section) {
  for (const Block& block : section.blocks) {
    if (block.kind == Block::Kind::code && (block.language.empty() || block.language == "bash" || block.language == "sh" || block.language == "shell" || block.language == "console" || block.language == "sql"))
      for (const Stretch& stretch : read_code(block.parts, 1, !block.language.empty()))
        if (stretch.kind == Stretch::Kind::command) commands_.with_holes(stretch.text, {});
    for (const std::string& code : inline_code(block.text.size() > 4096 ? std::string_view() : std::string_view(block.text)))
      if (looks_like_command(code) && code.find(' ') != std::string::npos) commands_.with_holes(code);
  }
  for (const Section& child : section.children) find_inputs(child);
}

std::string Runbooks::contact(std::string_view words) {
  std::string title = plain_words(words);
  const std::string low = lowered(title);
  if (const auto dash = title.find(" - "); dash != std::string::npos && low.starts_with("level ")) title = title.substr(dash + 3);
  if (lowered(title).starts_with("the ")) title.erase(0, 4);
  for (const Contact& known : contacts)
    if (same_words(known.title, title) || kebab(known.title) == kebab(title)) return known.name;
  contacts.push_back({names_.take(title, "on-call"), title});
  return contacts.back().name;
}

// Whom a sentence tells to page: `page the on-call engineer`, `escalate to the team lead if …`; "" if nobody.
std::string Runbooks::paged_in(std::string_view text) {
  const std::string low = lowered(text);
  for (const std::string_view verb : {"escalate to ", "page ", "notify ", "call ", "contact "}) {
    const auto at = low.find(verb);
    if (at == std::string::npos || (at > 0 && std::isalnum(static_cast<unsigned char>(low[at - 1])))) continue;
    std::string words(text.substr(at + verb.size(), 60));
    const std::string rest = lowered(words);
    std::size_t end = std::min(words.find_first_of(".,:;(`"), words.size());
    if (rest.ends_with(" if") || rest.ends_with(" if:")) end = std::min(end, rest.rfind(" if"));
    for (const std::string_view stop : {" if ", " when ", " after ", " within ", " in ", " and ", " or ", " immediately"}) end = std::min(end, std::min(rest.find(stop), words.size()));
    words = std::string(trimmed(std::string_view(words).substr(0, end)));
    if (names_people(words)) return contact(words);
  }
  return {};
}

// A line of the meta table at a runbook's head.
bool Runbooks::meta(const Block& block) {
  const auto pair = pair_of(block.text);
  if (!pair) return false;
  const auto is = [&](std::initializer_list<std::string_view> keys) { return std::find(keys.begin(), keys.end(), pair->key) != keys.end(); };
  const std::string value = plain_words(pair->value);
  if (is({"severity", "priority"})) {
    if (here_->severity) return false;
    const std::string severity = severity_of(value);
    if (severity.empty()) return false;
    here_->severity = true;
    std::vector<std::string> marks;
    if (!same_words(value, severity)) marks.push_back(fmt::format("the document says `{}`", value));
    here_->metas.push_back(meta_line("severity " + severity, block.line, marks));
    return true;
  }
  if (is({"alert", "alerts", "alert name", "triggered by", "trigger"})) {
    const auto names = names_in(pair->value);
    for (const std::string& name : names)
      if (alerts_.emplace(name, "").second) here_->metas.push_back(meta_line("alert " + name + " ?", block.line));
    return !names.empty();
  }
  if (is({"runbook id", "id"}) && !id_in(value + " ").empty()) return true;
  if (value.empty()) return false;
  if (is({"service", "system", "component"})) return here_->metas.push_back(meta_line("service " + prose(pair->value, {}), block.line)), true;
  if (is({"owner", "maintainer", "maintained by", "team", "owned by", "owners"})) return here_->metas.push_back(meta_line("owner " + prose(pair->value, {}), block.line)), true;
  if (is({"last updated", "last reviewed", "updated", "reviewed", "last review"}) && !date_in(value).empty()) {
    here_->metas.push_back(meta_line(fmt::format("reviewed {} every ?", date_in(value)), block.line));
    return true;
  }
  if (is({"review schedule", "review cycle", "review", "review frequency"}) && !cadence_of(value).empty())
    return here_->metas.push_back(meta_line("every " + cadence_of(value), block.line)), true;
  if ((pair->key.find("response") != std::string::npos || is({"sla", "acknowledge within"})) && !time_in(value).empty())
    return here_->metas.push_back(meta_line("target acknowledge " + time_in(value), block.line)), true;
  return false;
}

void Runbooks::needs(const Section& section) {
  for (const Block& block : section.blocks) {
    if (block.kind == Block::Kind::rule || meta(block)) continue;
    if (block.kind == Block::Kind::item) ++count_.items.all, ++count_.items.typed;
    here_->metas.push_back(meta_line("needs " + prose(words_of(block), {}), block.line));
  }
  for (const Section& child : section.children) ++count_.headings.typed, needs(child);
}

void Runbooks::see(const Section& section) {
  for (const Block& block : section.blocks) {
    if (block.kind == Block::Kind::rule || meta(block)) continue;
    if (block.kind == Block::Kind::item) ++count_.items.all;
    const auto found = links(block.text);
    for (const Link& link : found)
      if (!link.target.empty() && link.target.find(' ') == std::string::npos) here_->metas.push_back(meta_line(fmt::format("see {}  # {}", link.target, plain_words(block.text).substr(0, 200)), block.line));
    count_.items.typed += block.kind == Block::Kind::item && !found.empty();
    if (found.empty() && !block.text.empty()) here_->notes.push_back(meta_line("> " + prose(block.text, {}), block.line));
  }
  for (const Section& child : section.children) ++count_.headings.typed, see(child);
}

void Runbooks::after(const Section& section) {
  Body body(commands_, names_, checks_, count_);
  for (std::size_t i = 0; i < section.blocks.size(); ++i) {
    const Block& block = section.blocks[i];
    if (block.kind == Block::Kind::rule || meta(block)) continue;
    if (block.kind == Block::Kind::item) {
      ++count_.items.all, ++count_.items.typed;
      Node node = meta_line("[ ] " + prose(block.text, commands_.inputs()), block.line);
      node.indent = 0;
      here_->afterwards.push_back(node);
    } else if (block.kind != Block::Kind::code) {
      here_->afterwards.push_back(meta_line("> " + prose(words_of(block), commands_.inputs()), block.line));
    }
  }
  for (const Section& child : section.children) {
    ++count_.headings.typed;
    here_->afterwards.push_back(meta_line("[ ] " + prose(child.title, {}), child.line));
    const std::size_t from = here_->afterwards.size();
    after(child);
    for (std::size_t i = from; i < here_->afterwards.size(); ++i) ++here_->afterwards[i].indent;
  }
}

// Somebody who can be paged, and when: `**Team lead**: after 30 minutes`. `last`: whom the lines above are about.
bool Runbooks::person(const Block& block, std::string& last) {
  if (block.kind == Block::Kind::row) {
    if (block.parts.size() < 2 || !names_people(plain_words(block.parts[0]))) return false;
    last = contact(block.parts[0]);
    std::string words = words_of(block);
    const std::string time = time_in(words);
    if (!time.empty()) here_->rungs.push_back({time, last, plain_words(words), false, block.line});
    else here_->ladder.push_back(meta_line("> " + prose(words, {}), block.line));
    return true;
  }
  if (block.kind != Block::Kind::item && block.kind != Block::Kind::paragraph) return false;
  const std::string label = label_of(block.text);
  const auto pair = pair_of(block.text);
  const std::string who = pair ? plain_words(block.text).substr(0, pair->key.size()) : label;
  if (!who.empty() && names_people(who) && (pair ? pair->bold || block.kind == Block::Kind::item : true)) {
    last = contact(who);
    const std::string time = pair ? time_in(pair->value) : "";
    if (!time.empty()) here_->rungs.push_back({time, last, plain_words(block.text), false, block.line});
    else here_->ladder.push_back(meta_line("> " + prose(block.text, {}), block.line));
    return true;
  }
  const std::string time = time_in(block.text);
  if (time.empty()) return false;
  const std::string low = lowered(block.text);
  if (const std::string paged = paged_in(block.text); !paged.empty()) {
    here_->rungs.push_back({time, paged, plain_words(block.text), false, block.line});
    return true;
  }
  if (!last.empty() && (low.find("response") != std::string::npos || low.find("after") != std::string::npos) && low.find("target") == std::string::npos) {
    here_->rungs.push_back({time, last, plain_words(block.text), false, block.line});
    return true;
  }
  return false;
}

// Contacts, before anybody is told to page one.
void Runbooks::learn_people(const Section& section) {
  if (section.role == Role::escalation)
    for (const Block& block : section.blocks) {
      if (block.kind != Block::Kind::item && block.kind != Block::Kind::paragraph) continue;
      const auto pair = pair_of(block.text);
      const std::string who = pair ? plain_words(block.text).substr(0, pair->key.size()) : label_of(block.text);
      if (!who.empty() && names_people(who) && (!pair || pair->bold || block.kind == Block::Kind::item)) contact(who);
    }
  for (const Section& child : section.children) learn_people(child);
}

// Contacts, rungs, and the conditions under which a person escalates. `steps`: those conditions become a step of this runbook.
void Runbooks::people(const Section& section, bool steps) {
  std::string last, label;
  unsigned label_line = 0;
  std::vector<const Block*> conditions;
  for (const Block& block : section.blocks) {
    if (block.kind == Block::Kind::rule) continue;
    if (block.kind == Block::Kind::item) ++count_.items.all;
    const std::size_t rungs = here_->rungs.size();
    if (person(block, last)) {
      count_.items.typed += block.kind == Block::Kind::item && (here_->rungs.size() > rungs || !last.empty());
      continue;
    }
    const std::string words = words_of(block);
    if (block.kind == Block::Kind::item && last.empty()) conditions.push_back(&block), ++count_.items.typed;
    else if (block.kind == Block::Kind::paragraph && label.empty() && (words.ends_with(":") || !paged_in(words).empty())) label = words, label_line = block.line;
    else if (block.kind == Block::Kind::code)
      for (std::size_t i = 0; i < block.parts.size(); ++i) {
        if (!trimmed(block.parts[i]).empty()) here_->ladder.push_back(meta_line("> " + verbatim(block.parts[i]), block.line + static_cast<unsigned>(i)));
      }
    else here_->ladder.push_back(meta_line("> " + prose(words, {}), block.line));
  }
  if (steps && (!conditions.empty() || !label.empty())) {
    Body body(commands_, names_, checks_, count_);
    std::string who = paged_in(label);
    if (who.empty()) who = contacts.empty() ? contact("On-call engineer") : contacts[0].name;
    std::string words = plain_words(label.empty() ? section.title : label);
    while (words.ends_with(':') || words.ends_with('.')) words.pop_back();
    if (lowered(words).ends_with(" if")) words.erase(words.size() - 3);
    body.condition(words, label.empty() ? section.line : label_line, conditions.empty() ? "" : fmt::format("{}: does one of these hold?", prose(words, {})));
    count_.items.all -= static_cast<unsigned>(conditions.size()), count_.items.typed -= static_cast<unsigned>(conditions.size());
    for (const Block* block : conditions) body.item(block->text, 0, block->line);
    body.escalate(who, section.title);
    here_->steps.push_back({names_.take_step(section.title), section.title, section.line, body.take()});
  }
  for (const Section& child : section.children) ++count_.headings.typed, people(child, steps);
}

void Runbooks::block(Body& body, const Section& section, std::size_t at) {
  const Block& block = section.blocks[at];
  const Block* next = at + 1 < section.blocks.size() ? &section.blocks[at + 1] : nullptr;
  switch (block.kind) {
    case Block::Kind::heading: return;
    case Block::Kind::rule: return body.end_condition();
    case Block::Kind::code: return body.code(block);
    case Block::Kind::row: return body.row(block);
    case Block::Kind::item: {
      const bool below = next && ((next->kind == Block::Kind::code && next->in_item) || (next->kind == Block::Kind::item && next->depth > block.depth));
      const bool lead = block.text.starts_with("**") || plain_words(block.text).ends_with(":");
      if (block.depth == 0 && below && lead && !block.checkbox && (lists_remedies(section.title) || is_condition(plain_words(block.text)))) {
        ++count_.items.all, ++count_.items.typed;
        std::string label = plain_words(block.text);
        while (label.ends_with(':')) label.pop_back();
        return body.condition(label, block.line, {}, 1);
      }
      if (block.depth == 0 && body.in_condition() && at > 0) {
        std::size_t before = at;
        while (before > 0 && section.blocks[before - 1].kind == Block::Kind::item && section.blocks[before - 1].depth > 0) --before;
        const bool sibling = before > 0 && section.blocks[before - 1].in_item;
        if (sibling) body.end_condition();
      }
      return body.item(block.text, block.depth, block.line);
    }
    case Block::Kind::paragraph:
    case Block::Kind::quote: {
      const std::string label = label_of(block.text);
      if (!label.empty() && is_condition(label)) return body.condition(label, block.line);
      if (!label.empty() && body.in_condition()) {
        const std::string low = lowered(label);
        for (const std::string_view word : {"solution", "resolution", "fix", "mitigation", "action", "steps", "remed"})
          if (low.starts_with(word)) body.solve();
      }
      std::vector<std::string> marks;
      if (std::string mark = threshold_mark(block.text); !mark.empty()) marks.push_back(std::move(mark));
      std::string text = block.text;
      if (block.text.starts_with("$ ") && looks_like_command(block.text)) text = "`" + block.text.substr(2) + "`";
      else body.note(text, block.line, std::move(marks));
      return body.inline_commands(text, block.line);
    }
  }
}

void Runbooks::blocks(Body& body, const Section& section) {
  for (std::size_t i = 0; i < section.blocks.size(); ++i) {
    const Block& one = section.blocks[i];
    const bool words = one.kind == Block::Kind::paragraph || one.kind == Block::Kind::item;
    if (one.kind == Block::Kind::paragraph && meta(one)) continue;
    if (words && one.text.size() < 400)
      if (const std::string time = time_in(one.text); !time.empty() && lowered(one.text).find("escalat") + lowered(one.text).find("page ") != 2 * std::string::npos)
        if (const std::string who = paged_in(one.text); !who.empty()) here_->rungs.push_back({time, who, plain_words(one.text), false, one.line});
    block(body, section, i);
  }
}

void Runbooks::step(const Section& section, const std::string& title) {
  Body body(commands_, names_, checks_, count_);
  if (is_condition(section.title)) body.condition(section.title, section.line);
  else if (is_reference(section.title) && section.has_code_or_rows()) body.condition(section.title, section.line, fmt::format("{} is there to look things up in. Run it all?", prose(section.title, {})));
  blocks(body, section);
  here_->steps.push_back({names_.take_step(section.title), title, section.line, body.take()});
}

// The sections below one as steps; `above`: titles of sections that hold nothing of their own, outermost first, not yet said.
void Runbooks::walk(const Section& section, std::vector<std::string> above) {
  std::string parent = above.empty() ? std::string() : above.back();
  for (const Section& child : section.children) {
    switch (child.role) {
      case Role::contents: ++count_.headings.typed; continue;
      case Role::needs: ++count_.headings.typed; needs(child); continue;
      case Role::see: ++count_.headings.typed; see(child); continue;
      case Role::escalation: ++count_.headings.typed; people(child, true); continue;
      case Role::afterwards:
        ++count_.headings.typed;
        if (!here_->afterwards.empty() || child.children.empty()) here_->afterwards.push_back(meta_line("> " + prose(child.title, {}), child.line));
        after(child);
        continue;
      case Role::overview:
      case Role::history:
        for (const Block& block : child.blocks) {
          if (block.kind == Block::Kind::rule || block.kind == Block::Kind::code || meta(block)) continue;
          if (block.kind == Block::Kind::item) ++count_.items.all;
          const bool first = &block == &child.blocks.front();
          here_->notes.push_back(meta_line("> " + (first ? plain_words(child.title) + ": " : "") + prose(words_of(block), {}), block.line));
          if (first) here_->notes.back().source = child.line;
        }
        if (child.role == Role::overview) ++count_.headings.typed;   // what it says stands at the runbook's head
        walk(child, {});
        continue;
      case Role::step: break;
    }
    const std::string id = lowered(child.title);
    if (id.starts_with("alert:")) {
      const auto names = names_in(std::string_view(child.title).substr(6));
      if (!names.empty() && child.title.size() < 60) {
        ++count_.headings.typed;
        for (const std::string& name : names)
          if (alerts_.emplace(name, "").second) here_->metas.push_back(meta_line("alert " + name + " ?", child.line));
        for (const Block& block : child.blocks)
          if (block.kind != Block::Kind::rule && !meta(block)) here_->notes.push_back(meta_line("> " + prose(words_of(block), {}), block.line));
        walk(child, {});
        continue;
      }
    }
    const bool own = std::any_of(child.blocks.begin(), child.blocks.end(), [](const Block& block) { return block.kind != Block::Kind::rule; });
    if (!own && child.children.empty()) {
      here_->notes.push_back(meta_line("> " + prose(child.title, {}), child.line));
      continue;
    }
    ++count_.headings.typed;
    std::string title;
    for (const std::string& one : above) title += one + ": ";
    if (!own) {
      above.push_back(child.title);
      walk(child, above);
      above.clear();
      if (!parent.empty()) above.push_back(parent);
      continue;
    }
    step(child, title + child.title);
    above.clear();
    if (!parent.empty()) above.push_back(parent);
    walk(child, is_condition(child.title) ? std::vector<std::string>{} : std::vector<std::string>{child.title});
  }
}

void Runbooks::runbook(const Section& section, const std::string& otherwise, const std::vector<const Section*>& shared) {
  all.emplace_back();
  here_ = &all.back();
  names_.next_runbook();
  checks_.clear(), alerts_.clear();
  here_->line = section.line;
  const Section* head = &section;
  if (section.depth == 0 && section.children.size() == 1 && section.children[0].depth == 1 && section.children[0].role == Role::step) head = &section.children[0];
  if (section.depth == 0 && section.children.size() > 1 && section.children[0].depth == 1 && section.children[0].role == Role::step &&
      std::none_of(section.children.begin() + 1, section.children.end(), [](const Section& child) { return child.depth == 1; }))
    head = &section.children[0];
  std::string id = id_in(head->title);
  for (const Block& block : head->blocks)
    if (const auto pair = pair_of(block.text); pair && id.empty() && (pair->key == "runbook id" || pair->key == "id")) id = id_in(plain_words(pair->value) + " ");
  here_->title = core_title(head->depth ? head->title : otherwise);
  here_->line = head->line;
  if (head->depth) ++count_.headings.typed;
  std::string named = name_of(head->depth ? head->title : otherwise);
  here_->name = id.empty() ? names_.take(named, "runbook") : id;
  if (head->depth && alert_name(head->written) && alerts_.emplace(head->written, "").second)
    here_->metas.push_back(meta_line(fmt::format("alert {} ?", head->written), head->line, {"whether this is the alert's name, and how severe it is"}));
  for (const auto& [alert, level] : table_[id])
    if (alerts_.emplace(alert, level).second) here_->metas.push_back(meta_line(fmt::format("alert {} {}", alert, level.empty() ? "?" : level), 0));
  // What stands before the first heading.
  Body body(commands_, names_, checks_, count_);
  for (std::size_t i = 0; i < head->blocks.size(); ++i) {
    const Block& one = head->blocks[i];
    if ((one.kind == Block::Kind::paragraph || one.kind == Block::Kind::item) && meta(one)) {
      if (one.kind == Block::Kind::item) ++count_.items.all, ++count_.items.typed;
      continue;
    }
    if (one.kind == Block::Kind::rule) continue;
    if (one.kind == Block::Kind::paragraph && body.empty()) here_->notes.push_back(meta_line("> " + prose(one.text, {}), one.line));
    else block(body, *head, i);
  }
  std::vector<Node> made = body.take();
  if (std::all_of(made.begin(), made.end(), [](const Node& node) { return node.lines[0].starts_with("> "); })) here_->notes.insert(here_->notes.end(), made.begin(), made.end());
  else here_->steps.push_back({names_.take_step("begin"), here_->title, head->line, std::move(made)});
  const Count counted = count_;   // what all runbooks share is counted where it stands
  learn_people(section);
  for (const Section* people_of : shared) learn_people(*people_of), people(*people_of, false);
  count_ = counted;
  walk(*head, {});
  if (head != &section) {
    Section rest = section;
    rest.children.erase(rest.children.begin());
    walk(rest, {});
  }
  for (const auto& [looked, name] : checks_) here_->goals.push_back(name);
  std::sort(here_->goals.begin(), here_->goals.end());
  if (here_->goals.empty()) here_->over = names_.take_here("over", "over");
}

void Runbooks::alert_table(const Section& section) {
  for (const Block& block : section.blocks) {
    if (block.kind != Block::Kind::row || block.parts.size() < 2) continue;
    std::string alert, id, level;
    for (const std::string& cell : block.parts) {
      const std::string words = plain_words(cell);
      if (!id_in(words + " ").empty()) id = id_in(words + " ");
      else if (cell.starts_with("`") && names_in(cell).size() == 1) alert = names_in(cell)[0];
      else if (same_words(words, "critical") || same_words(words, "warning") || same_words(words, "info")) level = lowered(words);
    }
    if (!alert.empty() && !id.empty()) table_[id].emplace_back(alert, level);
  }
  for (const Section& child : section.children) alert_table(child);
}

void Runbooks::build(Section& root, std::string_view name) {
  find_inputs(root);
  for (const auto& [input, words] : commands_.inputs()) names_.take(input, input);
  alert_table(root);
  count_.headings.all = count_headings(root);
  std::vector<const Section*> apart, people_of;
  find_runbooks(root, apart);
  find_people(root, apart, people_of);
  for (const Section* section : apart) {
    runbook(*section, std::string(name), people_of);
  }
  const Section rest = without(root, apart);
  if (apart.empty() || has_work(rest)) runbook(rest, std::string(name), {});
}

}  // namespace rbc::import
