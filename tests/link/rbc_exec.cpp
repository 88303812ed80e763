#include "vm/exec/machine.hpp"

int main() { return rbc::spell(rbc::Outcome::resolved) == "resolved" ? 0 : 1; }
