#include "grammar/embedded/sql.hpp"

int main() { return 0; }
