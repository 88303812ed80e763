// Words: what is said to compose, host, command, redis and pgbouncer is one argument vector; no shell ever sees it.
#pragma once
#include "grammar/embedded/embedded.hpp"

namespace rbc::embedded {

// One argument. `text` has quotes removed and each hole as `<name>`; `known` is false when a hole is part of it.
struct Word {
  Pieces pieces;
  std::string text;
  uint32_t begin = 0;
  uint32_t end = 0;
  bool known = true;
  bool quoted = false;  // some part stood in quotes
};

// NAME=value in front of the words: goes into the environment of the command.
struct Assign {
  std::string name;
  Word value;
  uint32_t begin = 0;
  uint32_t end = 0;
};

struct Words {
  std::vector<Assign> assigns;
  std::vector<Word> words;  // at least one when ok(); each word is a group of its own for vanishing
  std::vector<HoleUse> uses;
};

Parsed<Words> parse_words(std::string_view text, const std::vector<HoleRef>& holes);

}  // namespace rbc::embedded
