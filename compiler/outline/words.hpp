// Expressions, titles and lengths of time in English, with what is quoted as code marked.
#pragma once
#include <map>
#include <string>

#include "compiler/outline/outline.hpp"

namespace rbc::outline {

class Words {
 public:
  explicit Words(const Facts& facts) : facts_(facts) {}

  // Text of a Title, Prose, Text, Note or Bare node, holes as `<name>`; "" for none.
  std::string text(NodeRef node) const;
  std::string condition(NodeRef expression) const;      // "“Disk space” is red and …"
  std::string value(NodeRef expression) const;          // "the used", "30 minutes"
  std::string length(NodeRef node) const;               // of a Duration or Name
  std::string refs(NodeRef refs) const;                 // "“Disk space” and “Memory”"
  std::string check(NodeRef mention) const;             // a Ref, Var or Apply: the title, its parameters filled
  std::string contacts(NodeRef parent) const;           // the Names directly under it, by title: "Team lead and DBA"
  std::string contact(NodeRef name) const;
  const Symbol* symbol(NodeRef name) const;             // what a Name or Var means; null for none

  const Tree& tree(NodeRef at) const { return facts_.tree(at); }

 private:
  std::string operand(NodeRef node) const;
  std::string compare(NodeRef node) const;
  std::string joined(NodeRef node, std::string_view word) const;
  std::string raw(NodeRef node) const;
  bool takes(NodeRef node) const;                       // `.took`

  const Facts& facts_;
};

std::string time_words(Micros micros);                  // "1 hour 30 minutes"
std::string listed(const std::vector<std::string>& words, std::string_view last = "and");

}  // namespace rbc::outline
