// The world as it is: says what templates say to the resources they name, and sorts what comes back.
#pragma once
#include <uv.h>

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "stdlib/backends/http.hpp"
#include "stdlib/backends/port.hpp"
#include "stdlib/backends/postgres.hpp"
#include "stdlib/backends/process.hpp"
#include "stdlib/backends/redis.hpp"
#include "stdlib/modules/address.hpp"
#include "stdlib/modules/machine.hpp"
#include "stdlib/modules/network.hpp"
#include "stdlib/modules/render.hpp"
#include "stdlib/modules/reply.hpp"
#include "stdlib/world.hpp"

namespace rbc {

class RealWorld final : public World {
 public:
  explicit RealWorld(WorldSetup setup);
  ~RealWorld() override;
  void open(Micros limit, std::function<void()> opened) override;
  void ask(Said said, std::function<void(Answer)> answered) override;
  void cancel(std::uint64_t id) override;
  void notify(Notice notice, std::function<void(std::string)> delivered) override;
  void learn(std::string_view secret) override { scrubber_.learn(secret); }

 private:
  using Serial = std::uint64_t;
  struct Timer {
    uv_timer_t handle{};
    RealWorld* world = nullptr;
    Serial serial = 0;
    void (*passed)(RealWorld&, Serial) = nullptr;
  };
  // One utterance on its way. Its serial number is what backends know it by, so that a late answer finds nobody.
  struct Pending {
    Said said;
    std::function<void(Answer)> answered;
    std::uint64_t started = 0;      // uv_hrtime
    Timer* timer = nullptr;
    enum class Over : std::uint8_t { nothing, postgres, redis, http, process } over = Over::nothing;
    bool late = false;              // its limit has passed; it is being ended
  };
  struct Delivery {
    Notice notice;
    HttpRequest request;
    std::function<void(std::string)> delivered;
    int tries = 0;
    Timer* timer = nullptr;
  };

  Reply start(Serial serial, Pending& pending);      // `way` answer with no value: it is on its way
  Reply start_postgres(Serial serial, Pending& pending, const Utterance& said, const std::string& address);
  Reply start_redis(Serial serial, Pending& pending, const Utterance& said, const std::string& address);
  Reply start_http(Serial serial, Pending& pending, const Utterance& said, const std::string& address);
  Reply start_compose(Serial serial, Pending& pending, const Utterance& said, const std::string& address);
  Reply start_host(Serial serial, Pending& pending, const Utterance& said, const std::string& address);
  Reply start_command(Serial serial, Pending& pending, const Utterance& said, const std::string& address);
  void run_process(Serial serial, Pending& pending, Command command, std::function<Reply(const Finished&)> decode);
  void finish(Serial serial, Reply reply);
  void limit_passed(Serial serial);
  void stop_backend(Serial serial, const Pending& pending, bool wait);
  void post(std::function<void()> work);
  void one_opened();
  void all_opened();
  void try_delivery(Serial serial);
  void delivery_tried(Serial serial, std::string problem);
  void keep_loop();

  const Resource* resource(std::uint32_t index) const;
  const Address* address(std::uint32_t index) const;
  bool local(std::int32_t host) const;               // kNone, or a host bound to this machine
  std::vector<std::pair<std::string, std::string>> exports(const Resource& resource) const;
  PostgresBackend* postgres(std::string& problem);
  RedisBackend* redis(std::string& problem);
  HttpBackend* http(std::string& problem);
  Timer* new_timer(Serial serial);
  static void arm(Timer* timer, std::uint64_t milliseconds, void (*passed)(RealWorld&, Serial));
  static void close_timer(Timer*& timer);

  WorldSetup setup_;
  Scrubber scrubber_;
  std::shared_ptr<Port> port_;
  std::map<Serial, Pending> pending_;
  std::map<std::uint64_t, Serial> by_id_;
  std::map<Serial, Delivery> deliveries_;
  Serial last_serial_ = 0;
  Timer* opening_ = nullptr;
  std::size_t opening_left_ = 0;
  std::function<void()> opened_;                     // empty once it was called
  std::size_t posted_ = 0;
  std::unique_ptr<Processes> processes_;
  std::unique_ptr<PostgresBackend> postgres_;
  std::unique_ptr<RedisBackend> redis_;
  std::unique_ptr<HttpBackend> http_;
};

}  // namespace rbc
