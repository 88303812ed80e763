// What a module makes of what came back, before the world adds `.ok`, `.took` and `.at` and takes the secrets out.
#pragma once
#include <string>
#include <utility>
#include <vector>

#include "vm/bytecode/program.hpp"

namespace rbc {

struct Reply {
  Way way = Way::answer;
  Value value;              // a record or rows, if it is an answer
  bool ok = true;
  std::string reason;       // one line, if it is none
  bool in_doubt = false;

  static Reply answer(Value value, bool ok = true) { return {Way::answer, std::move(value), ok, {}, false}; }
  static Reply none(Way way, std::string reason, bool in_doubt = false) { return {way, {}, false, std::move(reason), in_doubt}; }
};

// A record under construction.
class Fields {
 public:
  Fields& put(std::string name, Value value) {
    names_.push_back(std::move(name));
    items_.push_back(std::move(value));
    return *this;
  }
  Value record() { return Value::record(std::move(names_), std::move(items_)); }

 private:
  std::vector<std::string> names_;
  std::vector<Value> items_;
};

}  // namespace rbc
