// What was left of another tool's template: in titles, notes, items, messages, texts and utterances.
#include "compiler/lint/marks.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <set>

#include "compiler/lint/lint.hpp"

namespace rbc::lint {

namespace {

bool begins_a_name(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_'; }
bool within_a_name(char c) { return begins_a_name(c) || (c >= '0' && c <= '9') || c == '-'; }

// What every mark begins with; nearly all characters are passed by here.
bool may_begin(char c) { return c == '{' || c == '$' || c == '@' || c == '%' || c == '<'; }

std::string_view without_blanks(std::string_view text) {
  while (!text.empty() && text.front() == ' ') text.remove_prefix(1);
  while (!text.empty() && text.back() == ' ') text.remove_suffix(1);
  return text;
}

std::string_view leading_name(std::string_view text) {
  std::size_t end = 0;
  while (end < text.size() && within_a_name(text[end])) ++end;
  return end > 0 && begins_a_name(text[0]) ? text.substr(0, end) : std::string_view();
}

// A name, perhaps with parts: `alert.labels.instance`.
bool is_path(std::string_view text) {
  return !text.empty() && begins_a_name(text[0]) && std::all_of(text.begin(), text.end(), [](char c) { return within_a_name(c) || c == '.' || c == ' ' || c == '|' || c == '\'' || c == '"' || c == '(' || c == ')'; });
}

// Go's templates are arguments of many tools, and their words no names.
bool of_go(std::string_view inside) {
  constexpr std::array<std::string_view, 12> kWords{"end", "else", "range", "if", "with", "json", "printf", "println", "len", "index", "join", "table"};
  return inside.empty() || inside[0] == '.' || inside[0] == '$' || std::find(kWords.begin(), kWords.end(), leading_name(inside)) != kWords.end();
}

enum class Told { prose, text, speech, shell };

class Marks {
 public:
  explicit Marks(const Tree& tree) : text_(tree.source().text()) {
    for (Kind kind : {Kind::Title, Kind::Prose, Kind::Note})
      for (NodeId node : tree.find(kind)) look(tree.span(node), Told::prose);
    for (NodeId message : tree.find(Kind::Message))
      if (const NodeId raw = tree.child(message, Kind::Raw)) look(tree.span(raw), Told::prose);
    for (NodeId node : tree.find(Kind::Text)) look(tree.span(node), Told::text);
    for (NodeId node : tree.find(Kind::Utterance)) {
      const std::string_view said = tree.text(node);
      const std::size_t sign = said.find_first_of(">$");
      if (sign != std::string_view::npos) look({tree[node].begin + static_cast<std::uint32_t>(sign) + 1, tree[node].end}, said[sign] == '$' ? Told::shell : Told::speech);
    }
    std::sort(found_.begin(), found_.end(), [](const Mark& a, const Mark& b) { return a.span.begin < b.span.begin; });
  }

  std::vector<Mark> found_;

 private:
  void add(std::uint32_t begin, std::uint32_t end, std::string_view inside, bool sure) {
    if (std::none_of(found_.begin(), found_.end(), [&](const Mark& one) { return begin < one.span.end && one.span.begin < end; })) found_.push_back({{begin, end}, std::string(inside), sure});
  }

  void look(Span span, Told told) {
    for (std::uint32_t at = span.begin; at + 2 < span.end; ++at) {
      if (!may_begin(text_[at])) continue;
      const std::string_view rest = text_.substr(at, span.end - at);
      const auto closed = [&](std::size_t opened, std::string_view closing) { return rest.substr(0, std::min<std::size_t>(rest.find('\n'), 80)).find(closing, opened); };
      if (rest.starts_with("{{") || rest.starts_with("${{")) {
        const std::size_t opened = rest[0] == '$' ? 3 : 2, end = closed(opened, "}}");
        const std::string_view inside = end == std::string_view::npos ? std::string_view() : without_blanks(rest.substr(opened, end - opened));
        if (!inside.empty() && !of_go(inside) && is_path(inside)) add(at, at + static_cast<std::uint32_t>(end) + 2, inside, true);
      } else if (rest.starts_with("${")) {
        const std::size_t end = closed(2, "}");
        const std::string_view inside = end == std::string_view::npos ? std::string_view() : rest.substr(2, end - 2);
        if (leading_name(inside) == inside && !inside.empty()) add(at, at + static_cast<std::uint32_t>(end) + 1, inside, told != Told::shell);
      } else if (rest[0] == '{' || (rest[0] == '@' && told == Told::prose)) {
        const std::size_t end = closed(1, rest[0] == '{' ? "}" : "@");
        const std::string_view inside = end == std::string_view::npos ? std::string_view() : without_blanks(rest.substr(1, end - 1));
        if (!inside.empty() && leading_name(inside) == inside) add(at, at + static_cast<std::uint32_t>(end) + 1, inside, rest[0] == '@' && (at == 0 || text_[at - 1] == ' '));
      } else if (rest[0] == '$' && begins_a_name(rest[1])) {
        const std::string_view inside = leading_name(rest.substr(1));
        // In quotes of PromQL it is a dashboard's variable.
        const bool label = told == Told::speech && at >= 2 && text_[at - 1] == '"' && (text_[at - 2] == '=' || text_[at - 2] == '~');
        add(at, at + 1 + static_cast<std::uint32_t>(inside.size()), inside, label);
      } else if (rest.starts_with("%s") && told == Told::prose && (rest.size() == 2 || !within_a_name(rest[2]))) {
        add(at, at + 2, "", true);
      } else if (rest[0] == '<' && told != Told::shell) {
        const std::size_t end = closed(1, ">");
        if (end == std::string_view::npos) continue;
        const std::string_view inside = without_blanks(rest.substr(1, end - 1)), name = leading_name(inside);
        if (name.empty() || inside.find_first_of("<@:/=\"") != std::string_view::npos) continue;
        if ((name == inside || inside == fmt::format("{}?", name)) && rest[1] != ' ') continue;   // a hole
        if (inside.starts_with(fmt::format("{}.", name)) && inside.find_first_of(" (+") == std::string_view::npos) continue;
        const bool words = rest[1] != ' ' && rest[end - 1] != ' ' && std::all_of(inside.begin(), inside.end(), [](char c) { return within_a_name(c) || c == ' '; });
        add(at, at + static_cast<std::uint32_t>(end) + 1, inside, words && told == Told::prose);
      }
    }
  }

  std::string_view text_;
};

}  // namespace

std::vector<Mark> marks_of(const Tree& tree) {
  // A file without any of the signs is most files.
  if (tree.source().text().find_first_of("{%@$<") == std::string_view::npos) return {};
  return std::move(Marks(tree).found_);
}

void left_over_marks(Desk& desk) {
  for (std::uint32_t file = 0; file < desk.files(); ++file) {
    if (!desk.sound(file)) continue;
    const Tree& tree = desk.tree(file);
    std::set<std::string_view> names;
    for (Kind kind : {Kind::Bind, Kind::Named, Kind::Input, Kind::Param, Kind::Ask, Kind::Choose, Kind::ForEach})
      for (NodeId node : tree.find(kind)) names.insert(tree.name(node));
    for (const Mark& mark : marks_of(tree)) {
      const bool known = names.count(leading_name(mark.inside)) != 0;
      if (!mark.sure && !known) continue;
      const std::string_view shown = tree.source().text().substr(mark.span.begin, mark.span.end - mark.span.begin);
      std::string name(leading_name(mark.inside));
      const bool whole = name == mark.inside;
      std::replace(name.begin(), name.end(), '_', '-');
      std::transform(name.begin(), name.end(), name.begin(), [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; });
      if (known) name = leading_name(mark.inside);
      std::string help = "Write a hole, `<name>`, for a value that has a name.";
      if (whole && !name.empty()) help = fmt::format("Write `<{}>`{}.", name, known ? "" : fmt::format(", with `input {}` or a line `{} = …` above", name, name));
      else if (known) help = fmt::format("A hole holds a name: give this a name on a line above, and write `<name>`.");
      Diagnostic& said = desk.warn("W0217", tree.source(), mark.span, fmt::format("Nothing fills in `{}`: it stays as it stands.", shown), std::move(help));
      if (known && whole) said.fix({fmt::format("Write `<{}>`", name), {{&tree.source(), mark.span, fmt::format("<{}>", name)}}, false});
    }
  }
}

}  // namespace rbc::lint
