// Rules of a metrics server that raise alerts, as a rule file has them: what runbooks are held against. Read elsewhere (cli/alerts.hpp);
// spans are bytes of `source`, which must outlive them.
#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "grammar/source.hpp"

namespace rbc {

struct AlertRule {
  struct Text {
    std::string text;                             // empty: absent
    Span at;
  };
  const Source* source = nullptr;
  Text name, expression, severity, runbook_url, lasts;
  std::optional<std::int64_t> lasts_micros;       // `for`
  std::vector<std::pair<std::string, std::string>> labels;
};

}  // namespace rbc
