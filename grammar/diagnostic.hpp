// What is wrong with a file, as data; the sink that collects it; the renderers that show it.
#pragma once
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "grammar/source.hpp"

namespace rbc {

enum class Severity : uint8_t { Error, Warning };

// What stands around an example: nothing, a runbook, its one step, its one check, or a test of it, each with resources
// declared.
enum class Frame : uint8_t { File, Runbook, Step, Check, Test };

// A row of diagnostics.def: what `rbc explain` prints.
struct DiagnosticInfo {
  std::string_view code; // "E0105", "W0124"
  Severity severity;
  std::string_view message; // as the specification words it, about its example
  std::string_view explanation;
  Frame frame;
  std::string_view failing; // an example that gets it, or "" where it needs more than a snippet
  std::string_view mended;  // the example mended, or ""
};
const DiagnosticInfo* find_diagnostic(std::string_view code); // null: no such code
const std::vector<DiagnosticInfo>& all_diagnostics();         // ascending by their number
// An example as a whole file, as a compiler takes it.
std::string whole_example(Frame frame, std::string_view example);

// A place that a diagnostic points at. `source` must outlive the diagnostic.
struct Label {
  const Source* source = nullptr;
  Span span;
  std::string text; // beside the caret; may be empty
};

// A change that would mend it.
struct Edit {
  const Source* source = nullptr;
  Span span; // replaced by
  std::string text;
};
struct Fix {
  std::string title;
  std::vector<Edit> edits;
  bool safe = false; // safe: keeps or restores the meaning; else a person should review it
};

struct Diagnostic {
  std::string code;
  Severity severity = Severity::Error;
  std::string message; // one sentence about this program
  Label primary;
  std::vector<Label> secondary;
  std::vector<std::string> notes;
  std::string help; // what to write; may be empty
  std::vector<Fix> fixes;
  std::string origin = "rbc"; // or "postgres", "shellcheck"

  // The severity comes from the code's row (or its letter).
  Diagnostic() = default;
  Diagnostic(std::string code, const Source& source, Span span, std::string message, std::string help = {});
  Diagnostic& with(Label label) { return secondary.push_back(std::move(label)), *this; }
  Diagnostic& note(std::string text) { return notes.push_back(std::move(text)), *this; }
  Diagnostic& fix(Fix f) { return fixes.push_back(std::move(f)), *this; }
  // Stable when lines move: code, file name, the text of the line, and the words pointed at. 16 hex digits.
  std::string fingerprint() const;
};

// What was found and does not count, and why.
struct Suppressed {
  Diagnostic diagnostic;
  bool in_source = false; // by `# rbc: allow(…)`; else by a baseline
  std::string reason;     // as written in the `allow`; "" for a baseline
};

// Collects diagnostics. After `max_errors` errors the rest are counted, not kept.
class Sink {
 public:
  explicit Sink(size_t max_errors = 20) : max_errors_(max_errors) {}
  void add(Diagnostic diagnostic);
  const std::vector<Diagnostic>& all() const { return all_; }
  size_t errors() const { return errors_; } // kept and dropped
  size_t warnings() const { return warnings_; }
  size_t dropped() const { return dropped_; }
  bool ok() const { return errors_ == 0; }
  bool full() const { return errors_ >= max_errors_; }
  bool has(std::string_view code) const;
  void sort(); // by file, place, code

 private:
  std::vector<Diagnostic> all_;
  size_t max_errors_, errors_ = 0, warnings_ = 0, dropped_ = 0;
};

// Text from a file with its control, bidirectional and broken characters made visible (`<U+202E>`, `<0x1B>`); tabs stay.
std::string visible_source(std::string_view text);

// With the source line, a caret under the place, and the help; ends with a newline.
std::string render_pretty(const Diagnostic& diagnostic, bool colour = false);
// `path:line:col: error[E0105]: message`, one line.
std::string render_short(const Diagnostic& diagnostic);
// One JSON object without a newline; columns in bytes from 1.
std::string render_json(const Diagnostic& diagnostic);

std::string render_pretty(const Sink& sink, bool colour = false);
std::string render_short(const Sink& sink);
std::string render_json(const Sink& sink); // {"diagnostics":[…],"errors":n,"warnings":n}

} // namespace rbc
