// Opens a network backend's shared object at the first look, so that a program that only checks text links none of them.
#pragma once
#include <memory>
#include <string>

struct uv_loop_s;

namespace rbc {

// The factory `symbol` of librbc-NAME.so, called for `loop`; null, and one sentence in `problem`, if there is none. Never closed again:
// callbacks of the loop may still come from it.
void* open_backend(const std::string& name, const char* symbol, uv_loop_s* loop, std::string& problem);

}  // namespace rbc
