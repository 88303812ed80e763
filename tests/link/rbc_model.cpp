#include "vm/model/value.hpp"

int main() { return rbc::decode(rbc::encode(rbc::Value::integer(3))) == rbc::Value::integer(3) ? 0 : 1; }
