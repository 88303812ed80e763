// A file's text with its lines, and where files come from: the disk, or an editor's unsaved buffers above it.
#pragma once
#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace rbc {

// A stretch of a file: byte offsets [begin, end).
struct Span {
  uint32_t begin = 0;
  uint32_t end = 0;
  bool operator==(const Span&) const = default;
};

// A place as people count: both from 1, the column in bytes.
struct Place {
  uint32_t line = 1;
  uint32_t column = 1;
  bool operator==(const Place&) const = default;
};

// A place as the Language Server Protocol counts: both from 0, the column in UTF-16 units.
struct Utf16Place {
  uint32_t line = 0;
  uint32_t character = 0;
  bool operator==(const Utf16Place&) const = default;
};

// The text of one file; immutable. At most 4 GiB - 1 bytes: what is longer is cut there.
class Source {
 public:
  Source(std::string path, std::string text);
  const std::string& path() const { return path_; }
  std::string_view text() const { return text_; }
  uint32_t size() const { return static_cast<uint32_t>(text_.size()); }
  uint32_t line_count() const { return static_cast<uint32_t>(line_begins_.size()); }
  uint32_t line_begin(uint32_t line) const;   // byte offset of a line (from 1); clamped to the file
  std::string_view line(uint32_t line) const; // without its line end
  uint32_t line_at(uint32_t offset) const;    // from 1
  Place place(uint32_t offset) const;
  uint32_t offset(Place place) const; // clamped to the line
  Utf16Place utf16(uint32_t offset) const;
  uint32_t offset(Utf16Place place) const; // clamped to the line; never inside a character
  std::string_view slice(Span span) const { return text().substr(span.begin, span.end - span.begin); }

 private:
  std::string path_;
  std::string text_;
  std::vector<uint32_t> line_begins_;
};

// Where sources come from. Loaded sources live as long as this does.
class Sources {
 public:
  virtual ~Sources() = default;
  virtual const Source* load(const std::string& path) = 0; // null: cannot be read
  virtual bool exists(const std::string& path) = 0;

  // The file a `use` means: `NAME.runbook` beside the file that says so, else in the first folder of `search_path` that has it;
  // "" if none.
  std::string resolve(std::string_view module, const std::string& used_in, const std::vector<std::string>& search_path = {});
};

// Files as they are on the disk; each is read once.
class DiskSources : public Sources {
 public:
  const Source* load(const std::string& path) override;
  bool exists(const std::string& path) override;

 private:
  std::map<std::string, std::unique_ptr<Source>> loaded_;
};

// Texts held in memory, in front of other sources: an editor's buffers, or a test's files. `below` may be null and must outlive
// this.
class OverlaySources : public Sources {
 public:
  explicit OverlaySources(Sources* below = nullptr) : below_(below) {}
  const Source* put(const std::string& path, std::string text); // replaces an earlier text; sources given out before stay valid
  void drop(const std::string& path);
  const Source* load(const std::string& path) override;
  bool exists(const std::string& path) override;

 private:
  Sources* below_;
  std::map<std::string, const Source*> current_;
  std::vector<std::unique_ptr<Source>> all_;
};

} // namespace rbc
