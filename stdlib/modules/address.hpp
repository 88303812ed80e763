// Where a resource is: a filled binding, taken apart without its values being parsed.
#pragma once
#include <string>
#include <utility>
#include <vector>

#include "stdlib/world.hpp"

namespace rbc {

struct Url {
  std::string scheme, user, password, host, path;   // decoded but for the path, which is as written
  int port = 0;                                     // 0: not said
  std::vector<std::pair<std::string, std::string>> query;
  std::string query_text;                           // as written
  std::string problem;                              // one sentence; empty if it was read
};
Url parse_url(const std::string& text);

// Puts the arguments of a parametrised resource into its address. Empty text and a problem if one does not fit.
struct Placed {
  std::string text, problem;
};
Placed place(const Address& address, const std::vector<Value>& arguments);

}  // namespace rbc
