#include "run/run.hpp"

int main() { return rbc::exit_code(rbc::Outcome::escalated) == 10 ? 0 : 1; }
