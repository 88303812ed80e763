#include "run/drive.hpp"

#include <csignal>
#include <uv.h>

namespace rbc {
namespace driving {

constexpr Micros kOpening = 10 * kSecond;           // for the connections that are kept from the start of the run
constexpr unsigned kLetters = 1000;                 // milliseconds between two looks into the inbox
constexpr unsigned kTick = 1000;                    // and between two ticks of a screen
constexpr unsigned kClosing = 5000;                 // milliseconds for everything on the loop to close

class Driver {
 public:
  Driver(DriveSetup setup, Store& store, Prompter& prompter, const RunSeams& seams, const std::function<std::string(Session&)>& first)
      : store_(store), prompter_(prompter), clock_(seams.clock != nullptr ? *seams.clock : system_clock()), first_(first) {
    loop_ = new uv_loop_t;
    uv_loop_init(loop_);
    uv_async_init(loop_, &wake_, [](uv_async_t* h) { static_cast<Driver*>(h->data)->turn(); });
    uv_timer_init(loop_, &due_);
    uv_timer_init(loop_, &letters_);
    uv_timer_init(loop_, &tick_);
    wake_.data = due_.data = letters_.data = tick_.data = this;
    if (seams.signals)
      for (std::size_t i = 0; i < kSignals; ++i) {
        uv_signal_init(loop_, &signals_[i]);
        signals_[i].data = this;
        uv_signal_start(&signals_[i], [](uv_signal_t* h, int number) { static_cast<Driver*>(h->data)->signal(number); }, kNumbers[i]);
        ++signals_used_;
      }
    WorldSetup world;
    world.loop = loop_;
    world.program = setup.program.get();
    world.addresses = std::move(setup.ready.addresses);
    world.secrets = setup.ready.secrets;
    world.project = setup.project;
    world_ = seams.world ? seams.world(std::move(world)) : make_world(std::move(world));
    SessionSetup session;
    session.program = std::move(setup.program);
    session.row = std::move(setup.row);
    session.fence = setup.fence;
    session.store = &store_, session.world = world_.get(), session.prompter = &prompter_, session.clock = &clock_, session.loop = loop_;
    session.secrets = std::move(setup.ready.secrets);
    session.yes = setup.yes;
    session.wake = [this] { uv_async_send(&wake_); };
    session.interrupt = [this] { interrupted(); };
    session_ = std::make_unique<Session>(std::move(session));
    store_.on_ready([this] { uv_async_send(&wake_); });
  }

  Driven run() {
    prompter_.attach(*session_);
    // Ladders count from the run's start, so nothing waits for a database that swallows packets: its looks queue behind the connecting.
    world_->open(kOpening, [] {});
    turn();
    uv_timer_start(&letters_, [](uv_timer_t* h) {
      auto& self = *static_cast<Driver*>(h->data);
      self.session_->collect_mail();
      self.turn();
    }, kLetters, kLetters);
    if (prompter_.ticks())
      uv_timer_start(&tick_, [](uv_timer_t* h) { static_cast<Driver*>(h->data)->prompter_.tick(); }, kTick, kTick);
    if (!done_) uv_run(loop_, UV_RUN_DEFAULT);
    Driven driven;
    driven.problem = problem_.empty() ? session_->problem() : problem_;
    if (began_ && !left_) {
      driven.outcome = session_->machine().outcome();
      driven.reason = session_->machine().outcome_reason();
      if (!session_->machine().ended()) driven.outcome.reset();
    }
    prompter_.detach();
    return driven;
  }

  ~Driver() {
    store_.on_ready({});
    session_->silence();
    world_.reset();
    const auto close = [](auto* handle) { uv_close(reinterpret_cast<uv_handle_t*>(handle), nullptr); };
    close(&wake_), close(&due_), close(&letters_), close(&tick_);
    for (std::size_t i = 0; i < signals_used_; ++i) close(&signals_[i]);
    // Backends may need a few turns to close what they hold; one that never does may cost its memory, not the run's end.
    uv_timer_t patience;
    bool late = false;
    uv_timer_init(loop_, &patience);
    patience.data = &late;
    uv_timer_start(&patience, [](uv_timer_t* h) { *static_cast<bool*>(h->data) = true; }, kClosing, 0);
    uv_unref(reinterpret_cast<uv_handle_t*>(&patience));
    while (!late && uv_run(loop_, UV_RUN_ONCE) != 0) {}
    uv_close(reinterpret_cast<uv_handle_t*>(&patience), nullptr);
    uv_run(loop_, UV_RUN_NOWAIT);
    session_.reset();
    if (uv_loop_close(loop_) == 0) delete loop_;
  }

 private:
  static constexpr std::size_t kSignals = 3;
  static constexpr int kNumbers[kSignals] = {SIGINT, SIGTERM, SIGHUP};

  void turn() {
    if (done_) return;
    if (!began_) {
      began_ = true;
      problem_ = first_(*session_);
      if (!problem_.empty()) {
        began_ = false;
        return finish();
      }
      session_->collect_mail();
    }
    store_.poll();
    session_->settle();
    while (session_->fire()) session_->settle();
    if (session_->over()) return finish();
    arm();
  }

  // A session's times have microseconds, the loop's timer milliseconds; it is never woken early.
  void arm() {
    const Micros due = session_->next_due();
    if (due == 0) {
      uv_timer_stop(&due_);
      return;
    }
    uv_update_time(loop_);
    const Micros left = std::max<Micros>(0, due - clock_.boot());
    // Long waits are cut into pieces: the loop's clock stands still while the machine is suspended, ours does not.
    const auto millis = static_cast<std::uint64_t>(std::min<Micros>((left + 999) / 1000, 30'000));
    uv_timer_start(&due_, [](uv_timer_t* h) { static_cast<Driver*>(h->data)->turn(); }, millis, 0);
  }

  void finish() {
    done_ = true;
    uv_stop(loop_);
  }

  void signal(int number) {
    if (number == SIGINT) return interrupted();
    leave();
  }

  void interrupted() {
    if (asked_) return leave();
    asked_ = true;
    prompter_.interrupted([this](OnInterrupt decision) {
      switch (decision) {
        case OnInterrupt::go_on: asked_ = false; return;
        case OnInterrupt::leave: return leave();
        case OnInterrupt::abort: asked_ = false; return session_->abort();
      }
    });
  }

  void leave() {
    left_ = true;
    session_->leave();
  }

  Store& store_;
  Prompter& prompter_;
  Clock& clock_;
  const std::function<std::string(Session&)>& first_;
  uv_loop_t* loop_ = nullptr;
  uv_async_t wake_{};
  uv_timer_t due_{}, letters_{}, tick_{};
  std::array<uv_signal_t, kSignals> signals_{};
  std::size_t signals_used_ = 0;
  std::unique_ptr<World> world_;
  std::unique_ptr<Session> session_;
  std::string problem_;
  bool began_ = false, left_ = false, asked_ = false, done_ = false;
};

}  // namespace driving

Driven drive(DriveSetup setup, Store& store, Prompter& prompter, const RunSeams& seams, const std::function<std::string(Session&)>& first) {
  driving::Driver driver(std::move(setup), store, prompter, seams, first);
  return driver.run();
}

}  // namespace rbc
