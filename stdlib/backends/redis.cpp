// The only file that sees hiredis: its asynchronous interface on the loop, and kept connections by place.
#include "stdlib/backends/redis.hpp"

#include <fmt/format.h>
#include <hiredis/async.h>
#include <hiredis/hiredis.h>
#include <uv.h>

#include <list>
#include <map>
#include <memory>
#include <utility>

namespace rbc {
namespace redis_backend {

// hiredis' own adapter ignores an error event, so a connect refused by another machine would never be heard of.
struct Events {
  redisAsyncContext* context = nullptr;
  uv_poll_t poll{};
  int wanted = 0;

  static void heard(uv_poll_t* poll, int status, int events) {
    auto* self = static_cast<Events*>(poll->data);
    if (status != 0) events = UV_READABLE | UV_WRITABLE;
    if (self->context && (events & UV_READABLE)) redisAsyncHandleRead(self->context);
    if (self->context && (events & UV_WRITABLE)) redisAsyncHandleWrite(self->context);
  }
  void want(int events) {
    wanted = events;
    if (wanted) uv_poll_start(&poll, wanted, heard);
    else uv_poll_stop(&poll);
  }
  static Events* of(void* data) { return static_cast<Events*>(data); }
  static void attach(redisAsyncContext* context, uv_loop_t* loop) {
    auto* self = new Events;
    self->context = context;
    self->poll.data = self;
    uv_poll_init(loop, &self->poll, context->c.fd);
    context->ev.data = self;
    context->ev.addRead = [](void* d) { of(d)->want(of(d)->wanted | UV_READABLE); };
    context->ev.delRead = [](void* d) { of(d)->want(of(d)->wanted & ~UV_READABLE); };
    context->ev.addWrite = [](void* d) { of(d)->want(of(d)->wanted | UV_WRITABLE); };
    context->ev.delWrite = [](void* d) { of(d)->want(of(d)->wanted & ~UV_WRITABLE); };
    context->ev.cleanup = [](void* d) {
      of(d)->context = nullptr;
      uv_close(reinterpret_cast<uv_handle_t*>(&of(d)->poll), [](uv_handle_t* handle) { delete static_cast<Events*>(handle->data); });
    };
  }
};

RedisReply copied(const redisReply* from, int depth = 0) {
  RedisReply reply;
  if (!from || depth > 100) return reply;
  switch (from->type) {
    case REDIS_REPLY_STRING: reply.kind = RedisReply::Kind::text; break;
    case REDIS_REPLY_STATUS: reply.kind = RedisReply::Kind::status; break;
    case REDIS_REPLY_ERROR: reply.kind = RedisReply::Kind::error; break;
    case REDIS_REPLY_INTEGER:
      reply.kind = RedisReply::Kind::integer;
      reply.integer = from->integer;
      return reply;
    case REDIS_REPLY_ARRAY:
      reply.kind = RedisReply::Kind::array;
      for (std::size_t i = 0; i < from->elements; ++i) reply.items.push_back(copied(from->element[i], depth + 1));
      return reply;
    default: return reply;
  }
  reply.text.assign(from->str, static_cast<std::size_t>(from->len));
  return reply;
}

class Connections;

struct Ask {
  std::uint64_t id = 0;
  RedisPlace place;
  std::vector<std::string> words;
  bool repeatable = false;
  std::function<void(RedisAnswer)> answered;
};

// One connection carries one command at a time, so that what is cancelled can be cut off without losing another's answer.
struct Link {
  Connections* owner = nullptr;
  RedisPlace place;
  redisAsyncContext* context = nullptr;
  std::unique_ptr<Ask> ask;
  bool fresh = true;        // never answered yet
  bool sent = false;
  std::list<Link>::iterator self;
};

class Connections final : public RedisBackend {
 public:
  explicit Connections(uv_loop_s* loop) : loop_(loop) {}
  ~Connections() override {
    closing_ = true;
    while (!links_.empty()) cut(links_.front());
  }
  void ask(std::uint64_t id, const RedisPlace& place, std::vector<std::string> words, bool repeatable,
           std::function<void(RedisAnswer)> answered) override {
    begin(std::make_unique<Ask>(Ask{id, place, std::move(words), repeatable, std::move(answered)}), true);
  }
  void cancel(std::uint64_t id) override {
    for (Link& link : links_) {
      if (link.ask && link.ask->id == id) {
        link.ask.reset();
        return cut(link);
      }
    }
  }
  void lost(Link& link, const std::string& why) {
    auto ask = std::move(link.ask);
    const bool was_fresh = link.fresh, sent = link.sent;
    links_.erase(link.self);
    if (!ask || closing_) return;
    if (!was_fresh && ask->repeatable) return begin(std::move(ask), false);
    RedisAnswer answer;
    answer.way = Way::silence;
    answer.reason = why;
    answer.in_doubt = sent;
    ask->answered(std::move(answer));
  }

 private:
  // hiredis answers what is pending with nothing, and calls the disconnect callback only for what was connected; so the link goes first.
  void cut(Link& link) {
    redisAsyncContext* context = std::exchange(link.context, nullptr);
    links_.erase(link.self);
    if (!context) return;
    context->data = nullptr;
    redisAsyncFree(context);
  }
  void begin(std::unique_ptr<Ask> ask, bool may_reuse) {
    for (Link& link : links_) {
      if (may_reuse && !link.ask && !link.fresh && link.context && link.place == ask->place) {
        link.ask = std::move(ask);
        return send(link);
      }
    }
    redisAsyncContext* context = redisAsyncConnect(ask->place.address.c_str(), ask->place.port);
    if (!context || context->err) {
      const std::string why = context ? context->errstr : "out of memory";
      if (context) redisAsyncFree(context);
      RedisAnswer answer;
      answer.way = Way::silence;
      answer.reason = why;
      return later(std::move(ask), std::move(answer));
    }
    Link& link = links_.emplace_back();
    link.self = std::prev(links_.end());
    link.owner = this;
    link.place = ask->place;
    link.context = context;
    link.ask = std::move(ask);
    context->data = &link;
    Events::attach(context, loop_);
    redisAsyncSetConnectCallback(context, [](const redisAsyncContext* c, int status) {
      auto* which = static_cast<Link*>(c->data);
      if (!which || status == REDIS_OK) return;
      which->context = nullptr;   // hiredis frees it when this returns
      which->owner->lost(*which, c->errstr);
    });
    redisAsyncSetDisconnectCallback(context, [](const redisAsyncContext* c, int) {
      auto* which = static_cast<Link*>(c->data);
      if (!which) return;
      which->context = nullptr;
      which->owner->lost(*which, c->errstr && *c->errstr ? c->errstr : "the connection was closed");
    });
    if (!link.place.password.empty()) {
      std::vector<std::string> auth = {"AUTH"};
      if (!link.place.user.empty()) auth.push_back(link.place.user);
      auth.push_back(link.place.password);
      command(link, auth, preamble);
    }
    if (link.place.database != 0) command(link, {"SELECT", std::to_string(link.place.database)}, preamble);
    send(link);
  }
  void later(std::unique_ptr<Ask> ask, RedisAnswer answer) {
    auto* timer = new uv_timer_t;
    struct Late { std::unique_ptr<Ask> ask; RedisAnswer answer; };
    timer->data = new Late{std::move(ask), std::move(answer)};
    uv_timer_init(loop_, timer);
    uv_timer_start(timer, [](uv_timer_t* t) {
      const std::unique_ptr<Late> late(static_cast<Late*>(t->data));
      uv_close(reinterpret_cast<uv_handle_t*>(t), [](uv_handle_t* h) { delete reinterpret_cast<uv_timer_t*>(h); });
      late->ask->answered(std::move(late->answer));
    }, 0, 0);
  }
  void send(Link& link) {
    uv_ref(reinterpret_cast<uv_handle_t*>(&Events::of(link.context->ev.data)->poll));
    command(link, link.ask->words, answered);
    link.sent = true;
  }
  static void command(Link& link, const std::vector<std::string>& words, redisCallbackFn* heard) {
    std::vector<const char*> texts;
    std::vector<std::size_t> lengths;
    for (const std::string& word : words) {
      texts.push_back(word.data());
      lengths.push_back(word.size());
    }
    redisAsyncCommandArgv(link.context, heard, nullptr, static_cast<int>(words.size()), texts.data(), lengths.data());
  }
  static RedisAnswer sorted(const redisReply* reply) {
    RedisAnswer answer;
    answer.reply = copied(reply);
    if (answer.reply.kind != RedisReply::Kind::error) return answer;
    answer.reason = answer.reply.text;
    const bool let_in = !answer.reason.starts_with("NOAUTH") && !answer.reason.starts_with("WRONGPASS") &&
                        answer.reason.find("invalid password") == std::string::npos &&
                        answer.reason.find("without any password configured") == std::string::npos;
    answer.way = let_in ? Way::refusal : Way::blindness;
    return answer;
  }
  static void preamble(redisAsyncContext* context, void* reply, void*) {
    auto* link = static_cast<Link*>(context->data);
    if (!link || !reply || !link->ask) return;
    RedisAnswer answer = sorted(static_cast<redisReply*>(reply));
    if (answer.way == Way::answer) return;
    answer.way = Way::blindness;   // not let in, or no such database
    const auto ask = std::move(link->ask);
    ask->answered(std::move(answer));
    redisAsyncDisconnect(context);
  }
  static void answered(redisAsyncContext* context, void* reply, void*) {
    auto* link = static_cast<Link*>(context->data);
    if (!link || !reply || !link->ask) return;   // no reply: the disconnect callback says why
    link->fresh = false;
    link->sent = false;
    uv_unref(reinterpret_cast<uv_handle_t*>(&Events::of(context->ev.data)->poll));   // an idle connection keeps no loop running
    const auto ask = std::move(link->ask);
    ask->answered(sorted(static_cast<redisReply*>(reply)));
  }

  uv_loop_s* loop_;
  std::list<Link> links_;
  bool closing_ = false;
};

}  // namespace redis_backend
}  // namespace rbc

extern "C" rbc::RedisBackend* rbc_redis_backend(uv_loop_s* loop) { return new rbc::redis_backend::Connections(loop); }
