// The families' tables, found by the tool they speak of.
#include <unordered_map>

#include "compiler/effects/detail.hpp"

namespace rbc::effects::detail {

namespace tables_detail {

constexpr Entry kEntries[] = {
#define RBC_LOOK(pattern, flags) {Section::row, pattern, flags, "", "", "", Level::looks, Trait::plain, -1},
#define RBC_LOOK_AT_MOST(pattern, flags, most) {Section::row, pattern, flags, "", "", "", Level::looks, Trait::plain, most},
#define RBC_ANSWERS(pattern, flags) {Section::row, pattern, flags, "", "", "", Level::looks, Trait::answers, -1},
#define RBC_CHANGE(pattern, what) {Section::row, pattern, "", what, "", "", Level::changes, Trait::plain, -1},
#define RBC_AGAIN(pattern, what) {Section::row, pattern, "", what, "", "", Level::changes, Trait::repeats, -1},
#define RBC_SLOW(pattern, what) {Section::row, pattern, "", what, "", "", Level::changes, Trait::slow, -1},
#define RBC_DESTROY(pattern, what) {Section::row, pattern, "", what, "", "", Level::destroys, Trait::plain, -1},
#define RBC_OPTIONS(pattern, with_value, bare) {Section::options, pattern, with_value, bare, "", "", Level::looks, Trait::plain, -1},
#define RBC_VALUES(pattern, flags) {Section::values, pattern, flags, "", "", "", Level::looks, Trait::plain, -1},
#define RBC_ENDLESS(pattern, flags, unless, instead) {Section::endless, pattern, flags, unless, instead, "", Level::looks, Trait::plain, -1},
#define RBC_PRINTS(pattern, flags, unless, most, what, instead) {Section::prints, pattern, flags, unless, what, instead, Level::looks, Trait::plain, most},
#include "compiler/effects/families.def"
#undef RBC_LOOK
#undef RBC_LOOK_AT_MOST
#undef RBC_ANSWERS
#undef RBC_CHANGE
#undef RBC_AGAIN
#undef RBC_SLOW
#undef RBC_DESTROY
#undef RBC_OPTIONS
#undef RBC_VALUES
#undef RBC_ENDLESS
#undef RBC_PRINTS
};

std::vector<std::string_view> cut(std::string_view text, char at) {
  std::vector<std::string_view> out;
  for (size_t i = 0; i < text.size();) {
    const size_t end = std::min(text.find(at, i), text.size());
    if (end > i) out.push_back(text.substr(i, end - i));
    i = end + 1;
  }
  return out;
}

struct Index {
  std::vector<Known> all;
  std::unordered_map<std::string_view, std::vector<const Known*>> by_tool;
  std::vector<const Known*> starred;  // `mkfs*`

  Index() {
    all.reserve(std::size(kEntries));
    for (const Entry& entry : kEntries) {
      Known known{&entry, {}, 0, 0};
      for (const auto word : cut(entry.pattern, ' ')) {
        known.parts.push_back(cut(word, '|'));
        known.stars += word.find('*') != std::string_view::npos;
      }
      known.words = known.parts.size();
      all.push_back(std::move(known));
    }
    for (const Known& known : all)
      for (const auto tool : known.parts[0])
        if (tool.find('*') == std::string_view::npos) by_tool[tool].push_back(&known);
    for (const Known& known : all)
      for (const auto tool : known.parts[0])
        if (tool.find('*') != std::string_view::npos) starred.push_back(&known);
  }
};

}  // namespace tables_detail

const std::vector<const Known*>& known_of(std::string_view tool) {
  static const tables_detail::Index index;
  if (const auto found = index.by_tool.find(tool); found != index.by_tool.end()) return found->second;
  return index.starred;
}

}  // namespace rbc::effects::detail
