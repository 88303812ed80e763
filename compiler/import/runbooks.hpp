// A document's sections as runbooks: what each promises, whom it pages, its steps.
#pragma once
#include <deque>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "compiler/import/body.hpp"
#include "compiler/import/sections.hpp"

namespace rbc::import {

struct Step {
  std::string name, title;
  unsigned line = 0;
  std::vector<Node> body;
};

struct Rung {
  std::string after, contact, words;
  bool made_up = false;
  unsigned line = 0;
};

struct Contact { std::string name, title; };

struct Runbook {
  std::string name, title;
  unsigned line = 0;
  std::vector<Node> metas;                     // indent 0: severity, alert, service …
  bool severity = false;
  std::vector<Node> notes, ladder;             // what stands at its top, and in its ladder
  std::vector<Rung> rungs;
  std::vector<std::string> goals;
  std::string over;                            // the check that asks a person, if nothing looks
  std::vector<Step> steps;
  std::vector<Node> afterwards;
};

class Runbooks {
 public:
  Runbooks(Commands& commands, Names& names, Count& count) : commands_(commands), names_(names), count_(count) {}

  void build(Section& root, std::string_view name);

  std::vector<Runbook> all;
  std::deque<Node> rungs_made;                 // the rungs as lines, once assembled
  std::vector<Contact> contacts;               // the first is who is paged if the document names nobody

 private:
  void find_inputs(const Section& section);
  void runbook(const Section& section, const std::string& otherwise, const std::vector<const Section*>& people);
  void walk(const Section& section, std::vector<std::string> above);
  void step(const Section& section, const std::string& title);
  void blocks(Body& body, const Section& section);
  void block(Body& body, const Section& section, std::size_t at);
  void after(const Section& section);
  bool meta(const Block& block);
  void needs(const Section& section), see(const Section& section);
  void people(const Section& section, bool steps);
  void learn_people(const Section& section);
  bool person(const Block& block, std::string& last);
  std::string contact(std::string_view words);
  std::string paged_in(std::string_view text);
  void alert_table(const Section& section);

  Commands& commands_;
  Names& names_;
  Count& count_;
  Runbook* here_ = nullptr;
  std::map<std::string, std::string> checks_;   // of the runbook at hand
  std::map<std::string, std::string> alerts_;   // alert → level, of the runbook at hand, as a table elsewhere says
  std::map<std::string, std::vector<std::pair<std::string, std::string>>> table_;   // runbook id → alerts and levels
};

}  // namespace rbc::import
