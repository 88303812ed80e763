#include "stdlib/world.hpp"

int main() { return rbc::catalogue().rows().empty() ? 1 : 0; }
