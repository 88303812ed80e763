// What a check of files came to, as one thing that every renderer takes: for people, for logs, for programs, for CI.
#pragma once
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "grammar/diagnostic.hpp"

namespace rbc {

// Its diagnostics point into sources that must outlive it.
struct Report {
  struct Runbook {
    std::string id, path;
    uint32_t line = 0; // from 1
  };
  std::vector<Diagnostic> diagnostics; // what counts; by file, place, code
  std::vector<Suppressed> suppressed;  // in the same order
  std::vector<std::string> files;      // all that were checked
  std::vector<Runbook> runbooks;       // that stand in them
  std::string version;                 // of rbc
  size_t most = SIZE_MAX;              // how many of them the forms for people show
  bool warnings_fail = false;          // JUnit: a warning fails its case
  bool colour = false;                 // pretty: with the terminal's colours

  size_t errors() const;
  size_t warnings() const { return diagnostics.size() - errors(); }
};

enum class Format : uint8_t { Pretty, Short, Json, Sarif, Junit, Github, Gitlab };
const std::vector<std::string>& format_names(); // "pretty", "short", …, in the order of Format
std::optional<Format> format_named(std::string_view name);

// Ends with a newline, or is empty where a form has nothing to say.
std::string render(const Report& report, Format format);

} // namespace rbc
