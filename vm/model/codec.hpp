// Values inside larger canonical CBOR, as the image keeps them; whole ones are encode and decode.
#pragma once
#include "vm/model/cbor.hpp"
#include "vm/model/value.hpp"

namespace rbc {

void put_value(cbor::Writer& out, const Value& value);
// Spoils the reader for anything that is no value. Whoever needs canonical bytes compares with what it writes again.
Value take_value(cbor::Reader& in);

}  // namespace rbc
