// Names that nobody uses. What stands in a file without runbooks is a library, whose users may not have been given to us: it is left alone.
#include <fmt/format.h>

#include <algorithm>
#include <memory>
#include <unordered_map>
#include <unordered_set>

#include "compiler/lint/lint.hpp"
#include "compiler/lint/marks.hpp"
#include "compiler/lint/mentions.hpp"

namespace rbc::lint {

namespace {

class Unused {
 public:
  explicit Unused(Desk& desk) : desk_(desk) {
    for (std::uint32_t i = 0; i < desk.files(); ++i) {
      const Mentions& here = *mentions_.emplace_back(std::make_unique<Mentions>(desk.tree(i)));
      here.each(Mentions::Where::tests, [&](std::string_view name) { in_tests_.insert(name); });
      here.each(Mentions::Where::bindings, [&](std::string_view name) { in_bindings_.insert(name); });
      for (NodeId use : desk.tree(i).all(0, Kind::Use)) used_modules_.insert(module_of(i, use));
      const std::string& path = desk.tree(i).source().path();
      files_.emplace(path.substr(path.rfind('/') + 1), i);
    }
  }

  void file(std::uint32_t index) {
    file_ = index;
    const Tree& tree = desk_.tree(index);
    const std::string path = tree.source().path();
    const bool library = !tree.child(0, Kind::Runbook) || used_modules_.count(path.substr(path.rfind('/') + 1)) != 0;
    bound_here_.clear();
    // What stands in a mark of another tool's template was meant to be read: W0217 says so.
    marked_.clear();
    for (const Mark& mark : marks_of(tree)) marked_.insert(mark.inside.substr(0, mark.inside.find_first_of(" .()+|")));
    for (NodeId env : tree.all(0, Kind::Env))
      for (NodeId binding : tree.all(env, Kind::Binding)) bound_here_.insert(tree.name(binding));
    for (NodeId node : tree.children(0)) switch (tree.kind(node)) {
      case Kind::Use: import(node); break;
      case Kind::Resource: if (!library) top(node, std::string(spelling(tree.word(node))), "speaks to"); break;
      case Kind::Secret: if (!library) top(node, "secret", "uses"); break;
      case Kind::Message: if (!library) top(node, "message", "says"); inside(node); break;
      case Kind::Procedure: if (!library) top(node, "procedure", "does"); inside(node); break;
      case Kind::CheckDef: inside(node); break;
      case Kind::Runbook: runbook(node); break;
      default: break;
    }
  }

 private:
  std::string module_of(std::uint32_t file, NodeId use) const {
    const Tree& tree = desk_.tree(file);
    const std::string name(tree.text(tree.child(use, Kind::Module)));
    return name.substr(name.rfind('/') + 1) + ".runbook";
  }
  NodeRef at(NodeId node) const { return {file_, node}; }

  void top(NodeId node, std::string kind, std::string_view verb) {
    const Tree& tree = desk_.tree(file_);
    const std::string_view name = tree.name(node);
    if (name.empty() || mentions_[file_]->in(name, {0, tree.source().size()}) || mentions_[file_]->in_bindings(name)) return;
    if (kind == "contact") verb = "pages";
    if (kind == "channel") verb = "tells";
    desk_.warn("W0214", at(tree.child(node, Kind::Name)), fmt::format("Nothing {} the {} `{}`.", verb, kind, name),
               fmt::format("Use it, or delete it{}.", tree.kind(node) == Kind::Resource ? " with its bindings" : ""));
  }

  void runbook(NodeId node) {
    const Tree& tree = desk_.tree(file_);
    const Span span = tree.span(node);
    const std::string id(tree.name(node));
    for (NodeId part : tree.children(node)) {
      const std::string_view name = tree.name(part);
      if (name.empty() || mentions_[file_]->in(name, span)) continue;
      const NodeRef place = at(tree.child(part, Kind::Name));
      if (tree.kind(part) == Kind::CheckDef)
        desk_.warn("W0214", place, fmt::format("No line of {} looks at the check `{}`.", id, name), fmt::format("Add `check {}` to a step or name it in the goal, or delete it.", name));
      else if (tree.kind(part) == Kind::Message)
        desk_.warn("W0214", place, fmt::format("Nothing says the message `{}`.", name), fmt::format("Say it, `tell CHANNEL with {}`, or delete it.", name));
      else if (tree.kind(part) == Kind::Input && in_bindings_.count(name) == 0 && !is_marked(name))
        desk_.warn("W0215", place, fmt::format("Nobody reads the input `{}`.", name), "Read it, or delete it: whoever starts the run is asked for it.");
    }
    values(node);
    for (NodeId check : tree.find(Kind::CheckDef, node)) parameters(check);
    for (NodeId message : tree.all(node, Kind::Message)) parameters(message);
  }

  void inside(NodeId node) {
    parameters(node);
    values(node);
  }

  void parameters(NodeId node) {
    const Tree& tree = desk_.tree(file_);
    for (NodeId parameter : tree.all(node, Kind::Param))
      if (const std::string_view name = tree.name(parameter); !name.empty() && !mentions_[file_]->in(name, tree.span(node)) && !is_marked(name))
        desk_.warn("W0215", at(tree.child(parameter, Kind::Name)), fmt::format("`{}` does not read its parameter `{}`.", tree.name(node), name), "Read it, or delete it here and where it is given.");
  }

  void values(NodeId node) {
    const Tree& tree = desk_.tree(file_);
    for (Kind kind : {Kind::Bind, Kind::Named})
      for (NodeId one : tree.find(kind, node)) {
        const std::string_view name = tree.name(one);
        if (name.empty() || tree.child(one, Kind::Do) || mentions_[file_]->in(name, tree.span(node)) || in_tests_.count(name) != 0 || is_marked(name)) continue;   // a test may give its answer by its name
        if (tree.kind(node) == Kind::Procedure && mentioned_anywhere(name)) continue;
        const NodeId probe = tree.child(one, Kind::Probe);
        if (probe && desk_.answer_is_read({file_, tree.child(probe, Kind::Utterance)})) continue;
        desk_.warn("W0215", at(tree.child(one, Kind::Name)), fmt::format("Nobody reads `{}`.", name),
                   probe ? "Judge it, `show` it, or drop the name: a bare look is shown." : "Read it, or delete the line.");
      }
  }

  // `made = do P` reads a procedure's names as fields, from anywhere.
  bool mentioned_anywhere(std::string_view name) {
    if (in_lines_.empty())
      for (const auto& one : mentions_) one->each(Mentions::Where::lines, [&](std::string_view each) { in_lines_.insert(each); });
    return in_lines_.count(name) != 0 || in_tests_.count(name) != 0 || in_bindings_.count(name) != 0;
  }

  void import(NodeId use) {
    const Tree& tree = desk_.tree(file_);
    const auto wanted = tree.all(use, Kind::Name);
    for (NodeId name : wanted)
      if (!mentioned_outside(use, tree.text(name)))
        desk_.warn("W0216", at(name), fmt::format("Nothing here uses `{}` of `{}`.", tree.text(name), tree.text(tree.child(use, Kind::Module))), "Take it out of the line.");
    if (!wanted.empty()) return;
    const auto found = files_.find(module_of(file_, use));
    if (found == files_.end()) return;
    const Tree& other = desk_.tree(found->second);
    // Environments need no name to be useful, and what a broken file declares is not known.
    if (!desk_.sound(found->second) || other.child(0, Kind::Env) || other.child(0, Kind::Use)) return;
    for (NodeId declared : other.children(0))
      if (const std::string_view name = other.name(declared); !name.empty() && mentioned_outside(use, name)) return;
    desk_.warn("W0216", at(use), fmt::format("Nothing here uses a name of `{}`.", tree.text(tree.child(use, Kind::Module))), "Delete the line.");
  }
  bool mentioned_outside(NodeId use, std::string_view name) const {
    const Tree& tree = desk_.tree(file_);
    return mentions_[file_]->in_tests(name) || mentions_[file_]->in_bindings(name) || bound_here_.count(name) != 0 ||
           mentions_[file_]->in(name, {0, tree[use].begin}) || mentions_[file_]->in(name, {tree[use].end, tree.source().size()});
  }

  Desk& desk_;
  std::uint32_t file_ = 0;
  bool is_marked(std::string_view name) const { return marked_.count(std::string(name)) != 0; }

  std::unordered_set<std::string> marked_;
  std::unordered_set<std::string_view> bound_here_;
  std::vector<std::unique_ptr<Mentions>> mentions_;
  std::unordered_set<std::string_view> in_tests_, in_bindings_, in_lines_;   // of all files
  std::unordered_set<std::string> used_modules_;
  std::unordered_map<std::string, std::uint32_t> files_;                     // by their names without folders, the first of each
};

}  // namespace

void unused_names(Desk& desk) {
  Unused unused(desk);
  for (std::uint32_t i = 0; i < desk.files(); ++i)
    if (desk.sound(i)) unused.file(i);
}

}  // namespace rbc::lint
