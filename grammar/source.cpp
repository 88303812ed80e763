#include "grammar/source.hpp"

#include <algorithm>
#include <filesystem>
#include <fstream>

#include "grammar/limits.hpp"

namespace rbc {

Source::Source(std::string path, std::string text) : path_(std::move(path)), text_(std::move(text)) {
  if (text_.size() > UINT32_MAX) text_.resize(UINT32_MAX);
  line_begins_.push_back(0);
  for (size_t at = text_.find('\n'); at != std::string::npos; at = text_.find('\n', at + 1))
    line_begins_.push_back(static_cast<uint32_t>(at + 1));
}

uint32_t Source::line_begin(uint32_t line) const {
  if (line == 0) return 0;
  return line <= line_begins_.size() ? line_begins_[line - 1] : size();
}

std::string_view Source::line(uint32_t number) const {
  if (number == 0 || number > line_begins_.size()) return {};
  uint32_t begin = line_begins_[number - 1];
  uint32_t end = number < line_begins_.size() ? line_begins_[number] - 1 : size();
  if (end > begin && text_[end - 1] == '\r') --end;
  return text().substr(begin, end - begin);
}

uint32_t Source::line_at(uint32_t offset) const {
  auto after = std::upper_bound(line_begins_.begin(), line_begins_.end(), offset);
  return static_cast<uint32_t>(after - line_begins_.begin());
}

Place Source::place(uint32_t offset) const {
  offset = std::min(offset, size());
  uint32_t line = line_at(offset);
  return {line, offset - line_begins_[line - 1] + 1};
}

uint32_t Source::offset(Place place) const {
  uint32_t begin = line_begin(place.line);
  return begin + std::min<uint32_t>(place.column ? place.column - 1 : 0, static_cast<uint32_t>(line(place.line).size()));
}

// A UTF-8 lead byte of four stands for two UTF-16 units; continuation bytes stand for none.
static uint32_t utf16_units(unsigned char byte) { return (byte & 0xC0) == 0x80 ? 0 : byte >= 0xF0 ? 2 : 1; }

Utf16Place Source::utf16(uint32_t offset) const {
  offset = std::min(offset, size());
  uint32_t line = line_at(offset), units = 0;
  for (uint32_t i = line_begins_[line - 1]; i < offset; ++i) units += utf16_units(static_cast<unsigned char>(text_[i]));
  return {line - 1, units};
}

uint32_t Source::offset(Utf16Place place) const {
  if (place.line >= line_count()) return size();
  uint32_t at = line_begins_[place.line], end = at + static_cast<uint32_t>(line(place.line + 1).size());
  for (uint32_t units = 0; at < end; ++at) {
    uint32_t more = utf16_units(static_cast<unsigned char>(text_[at]));
    if (more && units + more > place.character) break;
    units += more;
  }
  return at;
}

std::string Sources::resolve(std::string_view module, const std::string& used_in, const std::vector<std::string>& search_path) {
  namespace fs = std::filesystem;
  std::string file = std::string(module) + ".runbook";
  std::vector<fs::path> folders{fs::path(used_in).parent_path()};
  folders.insert(folders.end(), search_path.begin(), search_path.end());
  for (const fs::path& folder : folders) {
    std::string path = (folder / file).lexically_normal().string();
    if (exists(path)) return path;
  }
  return {};
}

const Source* DiskSources::load(const std::string& path) {
  if (auto found = loaded_.find(path); found != loaded_.end()) return found->second.get();
  std::error_code error;
  if (!std::filesystem::is_regular_file(path, error)) return nullptr;
  std::ifstream in(path, std::ios::binary);
  if (!in) return nullptr;
  const auto said = static_cast<size_t>(std::filesystem::file_size(path, error));
  if (error || said > kMostFileBytes) return nullptr;
  std::string text(said, '\0');
  in.read(text.data(), static_cast<std::streamsize>(said));
  text.resize(static_cast<size_t>(in.gcount()));
  // What a file says of its size need not be true: those of /proc say zero.
  char more[4096];
  while (in.good() && text.size() <= kMostFileBytes) {
    in.read(more, sizeof more);
    text.append(more, static_cast<size_t>(in.gcount()));
  }
  if (in.bad() || text.size() > kMostFileBytes) return nullptr;
  return loaded_.emplace(path, std::make_unique<Source>(path, std::move(text))).first->second.get();
}

bool DiskSources::exists(const std::string& path) {
  std::error_code error;
  return std::filesystem::is_regular_file(path, error);
}

const Source* OverlaySources::put(const std::string& path, std::string text) {
  all_.push_back(std::make_unique<Source>(path, std::move(text)));
  return current_[path] = all_.back().get();
}

void OverlaySources::drop(const std::string& path) { current_.erase(path); }

const Source* OverlaySources::load(const std::string& path) {
  if (auto found = current_.find(path); found != current_.end()) return found->second;
  return below_ ? below_->load(path) : nullptr;
}

bool OverlaySources::exists(const std::string& path) { return current_.contains(path) || (below_ && below_->exists(path)); }

} // namespace rbc
