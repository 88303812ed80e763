// The only file that sees libcurl: a multi handle driven by the loop's polls and one timer.
#include "stdlib/backends/http.hpp"

#include <curl/curl.h>
#include <fmt/format.h>
#include <uv.h>

#include <algorithm>
#include <map>
#include <memory>

namespace rbc {
namespace http_backend {

constexpr int kMostRedirects = 3;

class Transfers;

struct Transfer {
  Transfers* owner = nullptr;
  std::uint64_t id = 0;
  HttpRequest request;
  std::function<void(HttpAnswer)> answered;
  CURL* easy = nullptr;
  curl_slist* headers = nullptr;
  HttpAnswer answer;
  std::size_t seen = 0;
  int redirects = 0;
  bool too_long = false;
  char error[CURL_ERROR_SIZE] = "";

  ~Transfer() {
    if (easy) curl_easy_cleanup(easy);
    curl_slist_free_all(headers);
  }
};

std::size_t took_body(char* data, std::size_t, std::size_t size, void* user) {
  auto& transfer = *static_cast<Transfer*>(user);
  transfer.seen += size;
  if (transfer.seen > kHttpCap) {
    transfer.too_long = true;
    return 0;
  }
  const std::size_t room = kHttpKept - transfer.answer.body.size();
  transfer.answer.body.append(data, std::min(room, size));
  if (size > room) transfer.answer.cut = true;
  return size;
}

std::size_t took_header(char* data, std::size_t, std::size_t size, void* user) {
  auto& transfer = *static_cast<Transfer*>(user);
  std::string_view line(data, size);
  while (!line.empty() && (line.back() == '\r' || line.back() == '\n')) line.remove_suffix(1);
  if (line.starts_with("HTTP/")) {
    transfer.answer.headers.clear();   // of the response before: 100, a redirect
    return size;
  }
  const auto colon = line.find(':');
  if (colon == std::string_view::npos || transfer.answer.headers.size() > 500) return size;
  std::string name(line.substr(0, colon));
  std::transform(name.begin(), name.end(), name.begin(), [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  std::string_view value = line.substr(colon + 1);
  while (!value.empty() && (value.front() == ' ' || value.front() == '\t')) value.remove_prefix(1);
  transfer.answer.headers.emplace_back(std::move(name), std::string(value));
  return size;
}

// Scheme, host and port, as curl reads them.
std::string origin(const std::string& url) {
  CURLU* parsed = curl_url();
  std::string all;
  if (curl_url_set(parsed, CURLUPART_URL, url.c_str(), CURLU_PATH_AS_IS) == CURLUE_OK) {
    for (CURLUPart part : {CURLUPART_SCHEME, CURLUPART_HOST, CURLUPART_PORT}) {
      char* text = nullptr;
      if (curl_url_get(parsed, part, &text, CURLU_DEFAULT_PORT) == CURLUE_OK && text) all += std::string(text) + "\n";
      curl_free(text);
    }
  }
  curl_url_cleanup(parsed);
  std::transform(all.begin(), all.end(), all.begin(), [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  return all;
}

Way way_of(CURLcode code) {
  switch (code) {
    case CURLE_COULDNT_RESOLVE_HOST: case CURLE_COULDNT_RESOLVE_PROXY: case CURLE_URL_MALFORMAT: case CURLE_UNSUPPORTED_PROTOCOL:
    case CURLE_OUT_OF_MEMORY: case CURLE_SSL_CACERT_BADFILE: case CURLE_FAILED_INIT: case CURLE_WRITE_ERROR:
      return Way::blindness;
    default:
      return Way::silence;
  }
}

class Transfers final : public HttpBackend {
 public:
  explicit Transfers(uv_loop_s* loop) : loop_(loop), timer_(new uv_timer_t) {
    curl_global_init(CURL_GLOBAL_DEFAULT);
    uv_timer_init(loop_, timer_);
    timer_->data = this;
    multi_ = curl_multi_init();
    curl_multi_setopt(multi_, CURLMOPT_SOCKETDATA, this);
    curl_multi_setopt(multi_, CURLMOPT_SOCKETFUNCTION, +[](CURL*, curl_socket_t socket, int what, void* user, void* known) {
      static_cast<Transfers*>(user)->watch(socket, what, static_cast<Watch*>(known));
      return 0;
    });
    curl_multi_setopt(multi_, CURLMOPT_TIMERDATA, this);
    curl_multi_setopt(multi_, CURLMOPT_TIMERFUNCTION, +[](CURLM*, long milliseconds, void* user) {
      auto* self = static_cast<Transfers*>(user);
      if (milliseconds < 0) uv_timer_stop(self->timer_);
      else uv_timer_start(self->timer_, [](uv_timer_t* t) { static_cast<Transfers*>(t->data)->go(CURL_SOCKET_TIMEOUT, 0); },
                          static_cast<std::uint64_t>(milliseconds), 0);
      return 0;
    });
  }
  ~Transfers() override {
    for (auto& [id, transfer] : transfers_) curl_multi_remove_handle(multi_, transfer->easy);
    transfers_.clear();
    curl_multi_cleanup(multi_);
    uv_close(reinterpret_cast<uv_handle_t*>(timer_), [](uv_handle_t* h) { delete reinterpret_cast<uv_timer_t*>(h); });
  }
  void ask(std::uint64_t id, HttpRequest request, std::function<void(HttpAnswer)> answered) override {
    auto transfer = std::make_unique<Transfer>();
    transfer->owner = this;
    transfer->id = id;
    transfer->request = std::move(request);
    transfer->answered = std::move(answered);
    begin(*transfer);
    transfers_[id] = std::move(transfer);
  }
  void cancel(std::uint64_t id) override {
    const auto found = transfers_.find(id);
    if (found == transfers_.end()) return;
    curl_multi_remove_handle(multi_, found->second->easy);
    transfers_.erase(found);
  }

 private:
  struct Watch {
    uv_poll_t poll{};
    Transfers* owner = nullptr;
    curl_socket_t socket = 0;
  };

  void begin(Transfer& transfer) {
    const HttpRequest& request = transfer.request;
    CURL* easy = transfer.easy = curl_easy_init();
    auto set = [easy](CURLoption option, auto value) { curl_easy_setopt(easy, option, value); };
    set(CURLOPT_PRIVATE, &transfer);
    set(CURLOPT_ERRORBUFFER, transfer.error);
    set(CURLOPT_URL, request.url.c_str());
    set(CURLOPT_PATH_AS_IS, 1L);
    set(CURLOPT_PROTOCOLS_STR, "http,https");
    set(CURLOPT_PROXY, "");
    set(CURLOPT_NETRC, static_cast<long>(CURL_NETRC_IGNORED));
    set(CURLOPT_FOLLOWLOCATION, 0L);
    set(CURLOPT_SSL_VERIFYPEER, 1L);
    set(CURLOPT_SSL_VERIFYHOST, 2L);
    set(CURLOPT_ACCEPT_ENCODING, "");
    set(CURLOPT_NOSIGNAL, 1L);
    // Else a transfer that is given up waits for its resolver's thread, and the whole loop with it.
    set(CURLOPT_QUICK_EXIT, 1L);
    // The world keeps the limit; this is the belt behind it.
    set(CURLOPT_TIMEOUT_MS, static_cast<long>(request.limit / 1000 + 1000));
    set(CURLOPT_CONNECTTIMEOUT_MS, static_cast<long>(request.limit / 1000 + 1000));
    set(CURLOPT_USERAGENT, "rbc");
    set(CURLOPT_WRITEFUNCTION, +took_body);
    set(CURLOPT_WRITEDATA, &transfer);
    set(CURLOPT_HEADERFUNCTION, +took_header);
    set(CURLOPT_HEADERDATA, &transfer);
    if (!request.user.empty() || !request.password.empty()) {
      set(CURLOPT_HTTPAUTH, CURLAUTH_BASIC);
      set(CURLOPT_USERNAME, request.user.c_str());
      set(CURLOPT_PASSWORD, request.password.c_str());
    }
    if (request.method == "HEAD") {
      set(CURLOPT_NOBODY, 1L);
    } else if (request.has_body || request.method == "POST" || request.method == "PUT" || request.method == "PATCH") {
      set(CURLOPT_POSTFIELDSIZE, static_cast<long>(request.body.size()));
      set(CURLOPT_POSTFIELDS, request.body.c_str());
    }
    if (request.method != "GET" && request.method != "HEAD") set(CURLOPT_CUSTOMREQUEST, request.method.c_str());
    bool typed = false;
    for (const auto& [name, value] : request.headers) {
      // A header without a value is only sent when it ends in a semicolon.
      transfer.headers = curl_slist_append(transfer.headers, (value.empty() ? name + ";" : name + ": " + value).c_str());
      typed = typed || (name.size() == 12 && strcasecmp(name.c_str(), "content-type") == 0);
    }
    transfer.headers = curl_slist_append(transfer.headers, "Expect:");
    if (!typed) transfer.headers = curl_slist_append(transfer.headers, "Content-Type:");
    set(CURLOPT_HTTPHEADER, transfer.headers);
    curl_multi_add_handle(multi_, easy);
  }

  void watch(curl_socket_t socket, int what, Watch* known) {
    if (what == CURL_POLL_REMOVE) {
      if (!known) return;
      curl_multi_assign(multi_, socket, nullptr);
      uv_poll_stop(&known->poll);
      uv_close(reinterpret_cast<uv_handle_t*>(&known->poll), [](uv_handle_t* h) { delete static_cast<Watch*>(h->data); });
      return;
    }
    if (!known) {
      known = new Watch;
      known->owner = this;
      known->socket = socket;
      known->poll.data = known;
      uv_poll_init_socket(loop_, &known->poll, socket);
      curl_multi_assign(multi_, socket, known);
    }
    const int events = ((what & CURL_POLL_IN) ? UV_READABLE : 0) | ((what & CURL_POLL_OUT) ? UV_WRITABLE : 0);
    uv_poll_start(&known->poll, events, [](uv_poll_t* poll, int status, int heard) {
      auto* self = static_cast<Watch*>(poll->data);
      const int flags = status < 0 ? CURL_CSELECT_ERR
                                   : ((heard & UV_READABLE) ? CURL_CSELECT_IN : 0) | ((heard & UV_WRITABLE) ? CURL_CSELECT_OUT : 0);
      self->owner->go(self->socket, flags);
    });
  }

  void go(curl_socket_t socket, int flags) {
    int running = 0;
    curl_multi_socket_action(multi_, socket, flags, &running);
    int left = 0;
    while (CURLMsg* message = curl_multi_info_read(multi_, &left)) {
      if (message->msg != CURLMSG_DONE) continue;
      const CURLcode code = message->data.result;
      Transfer* transfer = nullptr;
      curl_easy_getinfo(message->easy_handle, CURLINFO_PRIVATE, &transfer);
      curl_multi_remove_handle(multi_, transfer->easy);
      ended(*transfer, code);
    }
  }

  void ended(Transfer& transfer, CURLcode code) {
    HttpAnswer& answer = transfer.answer;
    long status = 0, bytes = 0;
    curl_easy_getinfo(transfer.easy, CURLINFO_RESPONSE_CODE, &status);
    curl_easy_getinfo(transfer.easy, CURLINFO_REQUEST_SIZE, &bytes);
    answer.status = static_cast<int>(status);
    if (code != CURLE_OK) {
      answer.way = transfer.too_long ? Way::blindness : way_of(code);
      answer.reason = transfer.too_long      ? fmt::format("the body is longer than {} MiB", kHttpCap >> 20)
                      : code == CURLE_UNSUPPORTED_PROTOCOL ? "what answers there does not speak HTTP"
                      : *transfer.error ? std::string(transfer.error) : std::string(curl_easy_strerror(code));
      answer.in_doubt = bytes > 0;
    } else if (follow(transfer, status)) {
      return;
    }
    const auto found = transfers_.find(transfer.id);
    const auto last = std::move(found->second);
    transfers_.erase(found);
    last->answered(std::move(last->answer));
  }

  bool follow(Transfer& transfer, long status) {
    if (status != 301 && status != 302 && status != 303 && status != 307 && status != 308) return false;
    if ((transfer.request.method != "GET" && transfer.request.method != "HEAD") || transfer.redirects >= kMostRedirects) return false;
    char* target = nullptr;
    curl_easy_getinfo(transfer.easy, CURLINFO_REDIRECT_URL, &target);
    if (!target || origin(target) != origin(transfer.request.url)) return false;
    transfer.request.url = target;
    ++transfer.redirects;
    transfer.answer = HttpAnswer();
    transfer.seen = 0;
    curl_easy_cleanup(transfer.easy);
    curl_slist_free_all(transfer.headers);
    transfer.headers = nullptr;
    begin(transfer);
    return true;
  }

  uv_loop_s* loop_;
  uv_timer_t* timer_;
  CURLM* multi_;
  std::map<std::uint64_t, std::unique_ptr<Transfer>> transfers_;
};

}  // namespace http_backend
}  // namespace rbc

extern "C" rbc::HttpBackend* rbc_http_backend(uv_loop_s* loop) { return new rbc::http_backend::Transfers(loop); }
