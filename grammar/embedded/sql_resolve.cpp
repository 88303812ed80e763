#include "grammar/embedded/sql_resolve.hpp"

#include <algorithm>

namespace rbc::embedded::sql_detail {

namespace resolve_detail {

using enum PgType;

bool is_array(PgType t) {
  const PgTypeRow& row = type_row(t);
  return t == t_anyarray || t == t__record || (row.category == 'A' && row.element != t);
}
bool is_range(PgType t) { return type_row(t).category == 'R' && !type_row(t).name.ends_with("multirange"); }
bool is_multirange(PgType t) { return type_row(t).category == 'R' && type_row(t).name.ends_with("multirange"); }

struct RangeOf {
  PgType range, multirange, element;
};
constexpr RangeOf kRanges[] = {{t_int4range, t_int4multirange, t_int4}, {t_int8range, t_int8multirange, t_int8}, {t_numrange, t_nummultirange, t_numeric},
                               {t_tsrange, t_tsmultirange, t_timestamp}, {t_tstzrange, t_tstzmultirange, t_timestamptz}, {t_daterange, t_datemultirange, t_date}};
const RangeOf* range_row(PgType t) {
  for (const auto& r : kRanges)
    if (r.range == t || r.multirange == t || (r.element == t)) return &r;
  return nullptr;
}

enum class Family : uint8_t { concrete, same, compatible };
Family family(PgType t) {
  switch (t) {
    case t_anyelement: case t_anyarray: case t_anynonarray: case t_anyenum: case t_anyrange: case t_anymultirange: return Family::same;
    case t_anycompatible: case t_anycompatiblearray: case t_anycompatiblenonarray: case t_anycompatiblerange: case t_anycompatiblemultirange: return Family::compatible;
    default: return Family::concrete;
  }
}

bool fits_polymorphic(PgType from, PgType to) {
  switch (to) {
    case t_any: case t_anyelement: case t_anycompatible: return true;
    case t_anynonarray: case t_anycompatiblenonarray: return !is_array(from);
    case t_anyarray: case t_anycompatiblearray: return is_array(from);
    case t_anyenum: return from == t_anyenum;
    case t_anyrange: case t_anycompatiblerange: return is_range(from);
    case t_anymultirange: case t_anycompatiblemultirange: return is_multirange(from);
    default: return false;
  }
}

// The element that an argument binds: of an array its element, of a range its bound.
PgType bound_by(PgType param, PgType actual) {
  switch (param) {
    case t_anyarray: case t_anycompatiblearray: return actual == t_anyarray ? none : element_of(actual);
    case t_anyrange: case t_anycompatiblerange: case t_anymultirange: case t_anycompatiblemultirange: {
      const RangeOf* row = range_row(actual);
      return row ? row->element : none;
    }
    default: return actual;
  }
}

struct Binding {
  bool ok = true, open = false;    // open: an argument whose type is not known takes part
  PgType same = none, compatible = none, range = none;
};

Binding bind_types(const std::vector<PgType>& params, const std::vector<PgType>& args) {
  Binding b;
  std::vector<PgType> compatible;
  bool same_seen = false;
  for (size_t i = 0; i < params.size() && i < args.size(); ++i) {
    const Family f = family(params[i]);
    if (f == Family::concrete) continue;
    if (args[i] == none) {
      b.open = true;
      continue;
    }
    if (args[i] == t_unknown) {
      if (f == Family::compatible) compatible.push_back(t_unknown);
      continue;
    }
    if (type_row(args[i]).category == 'R') b.range = args[i];
    const PgType element = bound_by(params[i], args[i]);
    if (element == none) {
      b.open = true;
      continue;
    }
    if (f == Family::compatible) {
      compatible.push_back(element);
    } else {
      if (same_seen && b.same != element) b.ok = false;
      b.same = element;
      same_seen = true;
    }
  }
  if (!compatible.empty()) {
    bool clash = false;
    b.compatible = common_type(compatible, clash);
    b.ok = b.ok && !clash;
  }
  return b;
}

PgType result_of(PgType result, const Binding& b) {
  const auto range = [&](bool multi) {
    const RangeOf* row = range_row(b.range);
    return row ? (multi ? row->multirange : row->range) : none;
  };
  if (b.open && family(result) != Family::concrete) return none;
  switch (result) {
    case t_anyelement: case t_anynonarray: case t_anyenum: return b.same;
    case t_anyarray: return array_of(b.same);
    case t_anycompatible: case t_anycompatiblenonarray: return b.compatible;
    case t_anycompatiblearray: return array_of(b.compatible);
    case t_anyrange: case t_anycompatiblerange: return range(false);
    case t_anymultirange: case t_anycompatiblemultirange: return range(true);
    default: return result;
  }
}

struct Match {
  std::vector<PgType> params;
  PgType result;
  Binding binding;
  PgType answer() const { return result_of(result, binding); }
};

bool fits(const std::vector<PgType>& params, const std::vector<PgType>& args) {
  for (size_t i = 0; i < args.size(); ++i)
    if (!coercible(args[i], params[i])) return false;
  return true;
}

char category(PgType t) { return type_row(t).category; }

template <class Score>
void keep_best(std::vector<Match>& matches, Score score) {
  int best = -1;
  for (const auto& m : matches) best = std::max(best, score(m));
  std::erase_if(matches, [&](const Match& m) { return score(m) < best; });
}

// Of candidates that take all arguments, those that PostgreSQL prefers.
void prefer(std::vector<Match>& matches, const std::vector<PgType>& args) {
  keep_best(matches, [&](const Match& m) {
    int n = 0;
    for (size_t i = 0; i < args.size(); ++i) n += args[i] != t_unknown && m.params[i] == args[i];
    return n;
  });
  if (matches.size() < 2) return;
  keep_best(matches, [&](const Match& m) {
    int n = 0;
    for (size_t i = 0; i < args.size(); ++i)
      n += args[i] != t_unknown && (m.params[i] == args[i] || (type_row(m.params[i]).preferred && category(m.params[i]) == category(args[i])));
    return n;
  });
  if (matches.size() < 2) return;
  bool resolved = true;
  std::vector<char> slots(args.size(), '\0');
  for (size_t i = 0; i < args.size() && resolved; ++i) {
    if (args[i] != t_unknown) continue;
    char slot = '\0';
    bool conflict = false;
    for (const auto& m : matches) {
      const char c = category(m.params[i]);
      if (slot == '\0') slot = c;
      else if (slot != c) conflict = true;
    }
    if (conflict) {
      const bool text = std::any_of(matches.begin(), matches.end(), [&](const Match& m) { return category(m.params[i]) == 'S'; });
      if (text) slot = 'S';
      else resolved = false;
    }
    slots[i] = slot;
  }
  if (resolved) {
    std::vector<Match> kept = matches;
    for (size_t i = 0; i < args.size(); ++i) {
      if (args[i] != t_unknown) continue;
      std::erase_if(kept, [&](const Match& m) { return category(m.params[i]) != slots[i]; });
      const bool preferred = std::any_of(kept.begin(), kept.end(), [&](const Match& m) { return type_row(m.params[i]).preferred; });
      if (preferred) std::erase_if(kept, [&](const Match& m) { return !type_row(m.params[i]).preferred; });
    }
    if (!kept.empty()) matches = std::move(kept);
    if (matches.size() < 2) return;
  }
  // Literals beside arguments that are all of one type are taken to be of that type.
  PgType only = none;
  bool one = true, any_unknown = false;
  for (const PgType t : args) {
    if (t == t_unknown) any_unknown = true;
    else if (only == none) only = t;
    else one = one && only == t;
  }
  if (!one || only == none || !any_unknown) return;
  std::vector<Match> kept;
  for (const auto& m : matches)
    if (fits(m.params, std::vector<PgType>(args.size(), only))) kept.push_back(m);
  if (kept.size() == 1) matches = std::move(kept);
}

Resolved decide(std::vector<Match> matches, const std::vector<PgType>& args) {
  Resolved out;
  std::erase_if(matches, [&](const Match& m) { return !fits(m.params, args) || !m.binding.ok; });
  if (matches.empty()) {
    out.fit = Fit::nothing;
    return out;
  }
  const bool open = std::find(args.begin(), args.end(), none) != args.end();
  if (!open) prefer(matches, args);
  out.result = matches[0].answer();
  out.left = matches[0].params.empty() ? none : family(matches[0].params[0]) == Family::concrete ? matches[0].params[0] : args[0];
  for (const auto& m : matches)
    if (const PgType other = m.answer(); other != out.result) {
      const bool json = (other == t_json || other == t_jsonb) && (out.result == t_json || out.result == t_jsonb);   // alike to us
      out.result = json ? t_jsonb : none;
    }
  out.fit = out.result == none || (open && matches.size() > 1) ? Fit::unclear : Fit::found;
  if (matches.size() == 1) {
    out.params = matches[0].params;
    if (args.size() == 2 && family(matches[0].params[1]) == Family::concrete) out.right = matches[0].params[1];
  }
  return out;
}

bool of_version(int since, int until, int version) { return version == 0 || (since <= version && version <= until); }

}  // namespace resolve_detail

using namespace resolve_detail;

bool coercible(PgType from, PgType to) {
  if (from == to || from == none || to == none || from == t_unknown) return true;
  if (to == t_any || family(to) != Family::concrete) return fits_polymorphic(from, to);
  if (cast_context(from, to) == 'i') return true;
  if (is_array(from) && is_array(to) && from != t_anyarray) return cast_context(element_of(from), element_of(to)) == 'i';
  return false;
}

PgType common_type(const std::vector<PgType>& types, bool& clash) {
  clash = false;
  PgType best = t_unknown;
  for (const PgType t : types) {
    if (t == none) return none;
    if (t == t_unknown || t == best) continue;
    if (best == t_unknown) {
      best = t;
      continue;
    }
    if (category(t) != category(best)) {
      clash = true;
      return none;
    }
    if (!type_row(best).preferred && coercible(best, t) && !coercible(t, best)) best = t;
  }
  if (best == t_unknown) return t_text;
  for (const PgType t : types)
    if (!coercible(t, best)) {
      clash = true;
      return none;
    }
  return best;
}

Resolved resolve_function(std::string_view name, const std::vector<PgType>& args, bool named, bool variadic, int version, const std::vector<Candidate>& others) {
  std::vector<Match> matches, spread;
  const std::vector<PgType> given = named ? std::vector<PgType>(args.size(), none) : args;
  for (const ProcRow& row : find_procs(name)) {
    if (!of_version(row.since, row.until, version)) continue;
    std::vector<PgType> params(row.args, row.args + row.count);
    if (given.size() <= params.size() && given.size() + row.defaults >= params.size()) {
      if (!row.variadic || variadic) {
        params.resize(given.size());
        matches.push_back({params, row.result, bind_types(params, given)});
        continue;
      }
    }
    if (!row.variadic || variadic || given.size() + 1 < params.size()) continue;
    const PgType last = params.back();
    const PgType each = last == t_any ? t_any : last == t_anyarray ? t_anyelement : last == t_anycompatiblearray ? t_anycompatible : element_of(last);
    params.pop_back();
    while (params.size() < given.size()) params.push_back(each);
    spread.push_back({params, row.result, bind_types(params, given)});
  }
  for (const Candidate& c : others)
    if (c.args.size() == given.size()) matches.push_back({c.args, c.result, bind_types(c.args, given)});
  // A form of fixed length beats one that is spread out.
  for (auto& s : spread)
    if (std::none_of(matches.begin(), matches.end(), [&](const Match& m) { return m.params == s.params; })) matches.push_back(std::move(s));
  return decide(std::move(matches), given);
}

Resolved resolve_operator(std::string_view name, bool prefix, PgType left, PgType right, int version) {
  if (name == "!=") name = "<>";
  const auto rows = find_operators(name);
  std::vector<PgType> args = prefix ? std::vector<PgType>{right} : std::vector<PgType>{left, right};
  const auto exact = [&](PgType l, PgType r) -> const OperatorRow* {
    for (const auto& row : rows)
      if (row.right == r && row.left == (prefix ? none : l) && of_version(row.since, row.until, version)) return &row;
    return nullptr;
  };
  if (!prefix && (left == none || right == none)) {
    // One side may be enough: every operator of this name may answer the same.
  } else if (const OperatorRow* row = exact(!prefix && left == t_unknown ? right : left, right == t_unknown ? left : right)) {
    return {Fit::found, row->result, row->left, row->right, {}};
  }
  std::vector<Match> matches;
  for (const auto& row : rows) {
    if ((row.left == none) != prefix || !of_version(row.since, row.until, version)) continue;
    std::vector<PgType> params = prefix ? std::vector<PgType>{row.right} : std::vector<PgType>{row.left, row.right};
    Binding b = bind_types(params, args);
    matches.push_back({std::move(params), row.result, b});
  }
  return decide(std::move(matches), args);
}

}  // namespace rbc::embedded::sql_detail
