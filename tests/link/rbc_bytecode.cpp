#include "vm/bytecode/image.hpp"

int main() { return rbc::load("").program ? 1 : 0; }
