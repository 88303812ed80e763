#include "stdlib/world.hpp"

int main() {
  rbc::Scrubber scrubber;
  scrubber.learn("opensesame");
  return scrubber.scrub(std::string_view("say opensesame")).find("opensesame") == std::string::npos ? 0 : 1;
}
