#include <catch2/catch.hpp>

#include "tests/unit/grammar/analyze_traits.hpp"

TEST_CASE("no rule of the grammar can loop without consuming") { CHECK(tao::pegtl::analyze<rbc::parsing::rules::file>() == 0); }
