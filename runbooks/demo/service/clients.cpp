#include "runbooks/demo/service/clients.hpp"

#include <unistd.h>

#include <pqxx/pqxx>
#include <thread>

namespace rbc::demo {
namespace {

using std::chrono::milliseconds;

constexpr milliseconds kPause{500};

std::string called(std::string_view name) { return fmt::format("connect_timeout=2 application_name={}", name); }

[[noreturn]] void hold() {
  while (true) pause();
}

// One client that does its part for ever: a new connection whenever the old one is gone.
template <typename Part>
[[noreturn]] void for_ever(std::string_view name, Part part) {
  while (true) {
    try {
      pqxx::connection database(called(name));
      part(database);
    } catch (const std::exception& error) {
      fmt::print(stderr, "{}: {}\n", name, error.what());
    }
    std::this_thread::sleep_for(kPause);
  }
}

[[noreturn]] void take_orders(int order) {
  for_ever("web-pool", [order](pqxx::connection& database) {
    while (true) {
      {
        pqxx::work change(database);
        change.exec(fmt::format("update orders set n = n + 1 where id = {}", order));
        change.commit();
      }
      std::this_thread::sleep_for(kPause);
    }
  });
}

[[noreturn]] void report() {
  for_ever("report", [](pqxx::connection& database) {
    pqxx::work reading(database);
    while (true) {
      reading.exec("select now()");
      std::this_thread::sleep_for(kPause);
    }
  });
}

}  // namespace

int work() {
  std::thread([] { take_orders(1); }).detach();
  std::thread([] { take_orders(2); }).detach();
  report();
}

int leak() {
  std::vector<std::unique_ptr<pqxx::connection>> forgotten;
  try {
    while (true) {
      forgotten.push_back(std::make_unique<pqxx::connection>(called("leaky-client")));
      pqxx::nontransaction once(*forgotten.back());
      once.exec("select 1");
    }
  } catch (const std::exception& error) {
    fmt::print("leaky-client: {} connections open, then: {}\n", forgotten.size(), error.what());
    std::fflush(stdout);
  }
  hold();
}

int block() {
  try {
    pqxx::connection database(called("migration"));
    pqxx::work change(database);
    change.exec("lock table orders in access exclusive mode");
    fmt::print("migration: has the table\n");
    std::fflush(stdout);
    hold();
  } catch (const std::exception& error) {
    fmt::print(stderr, "migration: {}\n", error.what());
    return 1;
  }
}

}  // namespace rbc::demo
