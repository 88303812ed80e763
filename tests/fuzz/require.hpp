// What a fuzz target insists on.
#pragma once
#include <cstdio>
#include <cstdlib>

// A finding names what does not hold.
#define REQUIRE(holds)                                                                                                         \
  do {                                                                                                                         \
    if (!(holds)) {                                                                                                            \
      std::fprintf(stderr, "%s:%d: does not hold: %s\n", __FILE__, __LINE__, #holds);                                          \
      std::abort();                                                                                                            \
    }                                                                                                                          \
  } while (false)
