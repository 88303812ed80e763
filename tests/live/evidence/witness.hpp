// What a server looks like, so that it can be compared with what it looks like afterwards.
#pragma once
#include <string>
#include <vector>

#include "tests/live/support/servers.hpp"

namespace rbc::live {

// Everything the program prints; a failing program fails the test.
std::string printed(std::vector<std::string> words);
std::vector<std::string> lines_of(const std::string& text);
std::string text_of(const std::string& name);               // a file beside this one

// psql as the superuser; `settings` are its variables, `NAME=value`.
std::string psql(const Postgres& server, const std::string& database, const std::string& script, const std::vector<std::string>& settings = {});

// A server as its dump, its settings, its counters of writes, its locks and the files of its folder tell it, line by line.
std::vector<std::string> portrait(const Postgres& server, const std::string& database);
// Lines of the one that are not in the other, with `-` and `+`.
std::string difference(const std::vector<std::string>& before, const std::vector<std::string>& after);

}  // namespace rbc::live
