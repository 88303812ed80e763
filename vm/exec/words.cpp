#include "vm/exec/machine.hpp"

namespace rbc {

std::string_view spell(Outcome outcome) {
  switch (outcome) {
    case Outcome::resolved: return "resolved";
    case Outcome::escalated: return "escalated";
    case Outcome::failed: return "failed";
    case Outcome::aborted: return "aborted";
  }
  return "failed";
}

std::string_view spell(Exit exit) {
  switch (exit) {
    case Exit::ask: return "ask";
    case Exit::act: return "act";
    case Exit::human: return "human";
    case Exit::notify: return "notify";
    case Exit::sleep: return "sleep";
    case Exit::arm: return "arm";
    case Exit::cancel: return "cancel";
    case Exit::end: return "end";
  }
  return "";
}

}  // namespace rbc
