// What a folder and the environment say about the services around: compose files, addresses in variables, Prometheus' own configuration.
#pragma once
#include <filesystem>
#include <string>
#include <vector>

namespace rbc::cli {

struct Service {
  std::string name, image;
  int port = 0;                             // published on this machine; 0: none
  int inside = 0;                           // the port that it leads to
  std::string health;                       // the path that its health check asks for; "" if it has none
  std::vector<std::string> variables;       // names that its environment sets
  std::string user, database;               // of a postgres: what its environment says as plain words
};

struct Discovered {
  std::string compose;                      // the file, relative to the folder; "" if there is none
  std::vector<Service> services;
  std::vector<std::string> variables;       // of those that hold addresses, which are set: DATABASE_URL, REDIS_URL, PROMETHEUS_URL …
  std::vector<std::string> only_in_file;    // those of them that stand in `.env` and not in the environment
  std::string prometheus;                   // its configuration, relative to the folder; "" if there is none
  std::vector<std::string> alerts;          // names of the rules it loads
  std::vector<std::string> unreadable;      // sentences about files that look like one of these, and are not
};

// Reads at most three folders down; values of variables are never kept.
Discovered discover(const std::filesystem::path& folder);

}  // namespace rbc::cli
