// Secrets: where they are read, and how their bytes are taken out of what comes back.
#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>
#include <uv.h>

#include <algorithm>
#include <cstring>

#include "stdlib/backends/process.hpp"
#include "stdlib/modules/render.hpp"
#include "stdlib/world.hpp"

namespace rbc {
namespace secret_forms {

std::string base64(std::string_view bytes, bool url) {
  const char* alphabet = url ? "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_" : "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  std::string all;
  std::uint32_t held = 0;
  int bits = 0;
  for (unsigned char c : bytes) {
    held = held << 8 | c;
    bits += 8;
    while (bits >= 6) {
      bits -= 6;
      all += alphabet[held >> bits & 63];
    }
  }
  return all;   // the digit that also holds bits of what follows is left off
}

// The base64 of a text that has `bytes` somewhere inside: three alignments, and only the digits that do not depend on the neighbours.
void alignments(std::string_view bytes, bool url, std::vector<std::string>& forms) {
  for (std::size_t lead = 0; lead < 3; ++lead) {
    const std::string digits = base64(std::string(lead, '\0') + std::string(bytes), url);
    const std::size_t unsure = lead == 0 ? 0 : lead + 1;   // digits that hold bits of the bytes before
    if (digits.size() > unsure + 5) forms.push_back(digits.substr(unsure));
  }
}

std::string hex(std::string_view bytes, bool upper) {
  std::string all;
  for (unsigned char c : bytes) all += upper ? fmt::format("{:02X}", c) : fmt::format("{:02x}", c);
  return all;
}

// What JSON makes of it where nothing but ASCII is written (`\u00f6`), and where a slash is escaped too.
std::string json_ascii(std::string_view bytes, bool upper) {
  std::string all;
  const std::string escaped = json_escaped(bytes);
  for (std::size_t i = 0; i < escaped.size();) {
    const auto lead = static_cast<unsigned char>(escaped[i]);
    const std::size_t size = lead < 0x80 ? 1 : lead >= 0xf0 ? 4 : lead >= 0xe0 ? 3 : lead >= 0xc2 ? 2 : 1;
    if (size == 1 || i + size > escaped.size()) {
      all += escaped[i++];
      continue;
    }
    std::uint32_t point = lead & (0xffU >> (size + 1));
    for (std::size_t k = 1; k < size; ++k) point = point << 6 | (static_cast<unsigned char>(escaped[i + k]) & 0x3fU);
    const auto unit = [&](std::uint32_t one) { all += upper ? fmt::format("\\u{:04X}", one) : fmt::format("\\u{:04x}", one); };
    if (point >= 0x10000) {
      unit(0xd800 + ((point - 0x10000) >> 10));
      unit(0xdc00 + ((point - 0x10000) & 0x3ff));
    } else unit(point);
    i += size;
  }
  return all;
}

std::string percent(std::string_view bytes, std::string_view left, std::string_view blank, bool upper) {
  std::string all;
  for (unsigned char c : bytes) {
    if (std::isalnum(c) || c == '-' || c == '.' || c == '_' || c == '~' || left.find(static_cast<char>(c)) != std::string_view::npos) all += static_cast<char>(c);
    else if (c == ' ') all += blank;
    else all += upper ? fmt::format("%{:02X}", c) : fmt::format("%{:02x}", c);
  }
  return all;
}

std::string replaced(std::string_view text, char from, std::string_view to) {
  std::string all;
  for (const char c : text)
    if (c == from) all += to;
    else all += c;
  return all;
}

}  // namespace secret_forms

void Scrubber::learn(std::string_view secret) {
  if (secret.size() < kShortest) return;
  std::vector<std::string> forms = {std::string(secret), secret_forms::hex(secret, false), secret_forms::hex(secret, true),
                                    json_escaped(secret)};
  for (const bool upper : {false, true}) {
    forms.push_back(secret_forms::json_ascii(secret, upper));
    forms.push_back(secret_forms::replaced(forms.back(), '/', "\\/"));
  }
  forms.push_back(secret_forms::replaced(json_escaped(secret), '/', "\\/"));
  // Encoders of addresses differ in what they leave as it is, and a form writes a blank as `+`; a page writes `&` and `<` as entities.
  for (const std::string_view left : {"", "/", "!'()*", "/:@!$&'()*+,;="})
    for (const bool upper : {true, false})
      for (const std::string_view blank : {"%20", "+"}) forms.push_back(secret_forms::percent(secret, left, blank, upper));
  std::string page = secret_forms::replaced(secret_forms::replaced(secret_forms::replaced(secret, '&', "&amp;"), '<', "&lt;"), '>', "&gt;");
  forms.push_back(page);
  forms.push_back(secret_forms::replaced(page, '"', "&quot;"));
  forms.push_back(secret_forms::replaced(forms.back(), '\'', "&#39;"));
  std::string shell;
  for (char c : secret) shell += c == '\'' ? std::string("'\\''") : std::string(1, c);
  forms.push_back(shell);
  std::string sql;
  for (char c : secret) sql += c == '\'' ? std::string("''") : std::string(1, c);
  forms.push_back(sql);
  secret_forms::alignments(secret, false, forms);
  secret_forms::alignments(secret, true, forms);
  for (std::string& form : forms) {
    if (form.size() >= kShortest && std::find(forms_.begin(), forms_.end(), form) == forms_.end()) forms_.push_back(std::move(form));
  }
  std::stable_sort(forms_.begin(), forms_.end(), [](const std::string& a, const std::string& b) { return a.size() > b.size(); });
}

std::string Scrubber::scrub(std::string_view text) const {
  std::string all(text);
  for (const std::string& form : forms_) {
    for (auto at = all.find(form); at != std::string::npos; at = all.find(form, at)) {
      all.replace(at, form.size(), "•••");
      at += std::strlen("•••");
    }
  }
  return all;
}

Value Scrubber::scrub(const Value& value) const {
  if (forms_.empty()) return value;
  auto each = [&](const std::vector<Value>& items) {
    std::vector<Value> clean;
    clean.reserve(items.size());
    for (const Value& item : items) clean.push_back(scrub(item));
    return clean;
  };
  auto names = [&](const std::vector<std::string>& all) {
    std::vector<std::string> clean;
    for (const std::string& name : all) clean.push_back(scrub(name));
    return clean;
  };
  switch (value.tag()) {
    case Tag::missing: return Value::missing(scrub(value.text()), value.way());
    case Tag::text: return Value::text(scrub(value.text()));
    case Tag::url: return Value::url(scrub(value.text()));
    case Tag::verdict: return Value::verdict(value.colour(), scrub(value.text()));
    case Tag::list: return Value::list(each(value.items()));
    case Tag::record: return Value::record(value.names(), each(value.items()));
    case Tag::rows: {
      const Value rows = Value::rows(value.names(), each(value.items()));
      const Value* beside = value.beside();
      return beside ? rows.answered(beside->field("ok")->as_bool(), beside->field("took")->as_int(), beside->field("at")->as_int()) : rows;
    }
    case Tag::json:
      switch (value.json_kind()) {
        case JsonKind::text: return Value::json_text(scrub(value.text()));
        case JsonKind::array: return Value::json_array(each(value.items()));
        case JsonKind::object: return Value::json_object(names(value.names()), each(value.items()));
        case JsonKind::null: case JsonKind::boolean: case JsonKind::integer: case JsonKind::number: return value;
      }
      return value;
    case Tag::nothing: case Tag::boolean: case Tag::integer: case Tag::number: case Tag::percent: case Tag::duration: case Tag::size:
    case Tag::rate: case Tag::instant: case Tag::option: case Tag::secret:
      return value;
  }
  return value;
}

namespace secret_sources {

std::string from_file(const std::string& path, std::string& problem) {
  // A pipe that nobody writes to must not keep us waiting.
  const int fd = ::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK);
  struct stat seen{};
  if (fd < 0 || ::fstat(fd, &seen) != 0) {
    problem = fmt::format("`{}` cannot be read: {}", path, std::strerror(errno));
    if (fd >= 0) ::close(fd);
    return {};
  }
  std::string text;
  if (!S_ISREG(seen.st_mode)) {
    problem = fmt::format("`{}` is no file", path);
  } else if (seen.st_mode & 077) {
    problem = fmt::format("others can read `{}`; make it yours alone: chmod 600 {}", path, path);
  } else {
    char buffer[4096];
    ssize_t got = 0;
    while (text.size() < 65536 && (got = ::read(fd, buffer, sizeof buffer)) > 0) text.append(buffer, static_cast<std::size_t>(got));
  }
  ::close(fd);
  if (text.ends_with('\n')) text.pop_back();
  if (text.ends_with('\r')) text.pop_back();
  return text;
}

// Words with `"…"` and `'…'`, as everywhere in the language; no shell, no holes.
std::vector<std::string> split(const std::string& line) {
  std::vector<std::string> words;
  bool inside = false;
  char quote = 0;
  for (std::size_t i = 0; i < line.size(); ++i) {
    const char c = line[i];
    if (!quote && c == ' ') {
      inside = false;
      continue;
    }
    if (!inside) words.emplace_back();
    inside = true;
    if (quote && c == quote) quote = 0;
    else if (!quote && (c == '"' || c == '\'')) quote = c;
    else if (quote == '"' && c == '\\' && i + 1 < line.size()) words.back() += line[++i];
    else words.back() += c;
  }
  return words;
}

std::string from_command(const std::string& line, const std::string& project, std::string& problem) {
  constexpr std::uint64_t kLimit = 10'000;   // milliseconds
  uv_loop_t loop;
  uv_loop_init(&loop);
  std::string text;
  {
    Processes processes(&loop);
    uv_timer_t limit;
    bool late = false;
    struct Late { Processes* processes; bool* late; } both{&processes, &late};
    uv_timer_init(&loop, &limit);
    limit.data = &both;
    uv_timer_start(&limit, [](uv_timer_t* t) {
      auto* b = static_cast<Late*>(t->data);
      *b->late = true;
      b->processes->end(1, true);
    }, kLimit, 0);
    processes.run(1, {split(line), {}, project}, [&](const Finished& done) {
      if (!done.problem.empty()) problem = done.problem;
      else if (late) problem = "it took more than 10 seconds";
      else if (done.signal) problem = fmt::format("it was killed by signal {}", done.signal);
      else if (done.exit) problem = fmt::format("it ended with exit code {}", done.exit);
      else text = done.out;
      uv_close(reinterpret_cast<uv_handle_t*>(&limit), nullptr);
    });
    uv_run(&loop, UV_RUN_DEFAULT);
  }
  uv_run(&loop, UV_RUN_DEFAULT);
  uv_loop_close(&loop);
  if (text.ends_with('\n')) text.pop_back();
  if (problem.empty() && text.find('\n') != std::string::npos) problem = "it prints more than one line";
  return text;
}

}  // namespace secret_sources

SecretsRead read_secrets(const Program& program, const std::string& project, const std::vector<bool>& needed) {
  SecretsRead read;
  for (std::size_t i = 0; i < program.secrets.size(); ++i) {
    const Secret& secret = program.secrets[i];
    const bool wanted = i < needed.size() && needed[i];
    std::string problem, value;
    switch (secret.from) {
      case Secret::From::env:
        if (const char* found = ::getenv(secret.source.c_str())) value = found;
        else problem = fmt::format("the variable {} is not set", secret.source);
        break;
      case Secret::From::file: {
        const bool whole = secret.source.starts_with('/') || project.empty();
        value = secret_sources::from_file(whole ? secret.source : project + "/" + secret.source, problem);
        break;
      }
      case Secret::From::command:
        if (wanted) value = secret_sources::from_command(secret.source, project, problem);
        break;
    }
    if (problem.empty() && value.find('\0') != std::string::npos) problem = "it holds a NUL character";
    if (problem.empty() && value.size() < Scrubber::kShortest) {
      problem = value.empty() ? "it is empty" : fmt::format("it is shorter than {} bytes, so it could not be scrubbed from what comes back", Scrubber::kShortest);
    }
    if (!problem.empty()) {
      if (wanted) read.problems.push_back(fmt::format("The secret `{}` cannot be used: {}.", secret.name, problem));
      value.clear();
    }
    read.values.push_back(std::move(value));
  }
  return read;
}

}  // namespace rbc
