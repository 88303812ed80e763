// The small web service that the demo breaks: /health asks its database, /metrics is for Prometheus.
#pragma once
#include <cstdint>
#include <string>

namespace rbc::demo {

// Serves on ADDRESS:PORT until the process ends; the database is the one that the PG* environment variables name.
// Returns an exit code, and says on stderr why, when it cannot listen.
int serve(const std::string& address, std::uint16_t port);

}  // namespace rbc::demo
