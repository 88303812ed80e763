// Templates by language: what each parser found, as the pieces that a run fills.
#include <fmt/format.h>

#include <algorithm>
#include <cctype>

#include <re2/re2.h>

#include "compiler/spoken.hpp"
#include "grammar/suggest.hpp"

namespace rbc::front {

namespace {

using As = Piece::As;

Escape escape_of(embedded::Escape escape) {
  switch (escape) {
    case embedded::Escape::none:
    case embedded::Escape::word: return Escape::word;
    case embedded::Escape::shell_word:
    case embedded::Escape::shell_bare:
    case embedded::Escape::shell_quoted: return Escape::shell_variable;
    case embedded::Escape::segment: return Escape::path_segment;
    case embedded::Escape::query: return Escape::query_value;
    case embedded::Escape::header: return Escape::header_value;
    case embedded::Escape::json_value: return Escape::json_value;
    case embedded::Escape::json_text: return Escape::json_text;
    case embedded::Escape::form: return Escape::form_value;
    case embedded::Escape::label:
    case embedded::Escape::prom_text: return Escape::prom_label;
    case embedded::Escape::pattern: return Escape::prom_regex;
    case embedded::Escape::number: return Escape::prom_number;
    case embedded::Escape::duration: return Escape::prom_duration;
    case embedded::Escape::sql_param: return Escape::sql_parameter;
    case embedded::Escape::sql_identifier: return Escape::sql_identifier;
    case embedded::Escape::sql_literal: return Escape::sql_literal;
  }
  return Escape::none;
}

void put(std::vector<Piece>& into, As as, std::string text = {}) {
  if (as == As::literal && text.empty()) return;
  if (as == As::literal && !into.empty() && into.back().as == As::literal) {
    into.back().text += text;
    return;
  }
  Piece piece;
  piece.as = as;
  piece.text = std::move(text);
  into.push_back(std::move(piece));
}

void put_hole(std::vector<Piece>& into, std::uint32_t hole, Escape escape, bool optional) {
  Piece piece;
  piece.as = As::hole;
  piece.escape = escape;
  piece.optional = optional;
  piece.hole = hole;
  into.push_back(std::move(piece));
}

void put_all(std::vector<Piece>& into, const embedded::Pieces& pieces, const std::vector<embedded::HoleRef>& holes) {
  for (const embedded::Piece& piece : pieces) {
    if (piece.hole < 0) put(into, As::literal, piece.text);
    else put_hole(into, static_cast<std::uint32_t>(piece.hole), escape_of(piece.escape), holes[static_cast<std::size_t>(piece.hole)].optional);
  }
}

embedded::SqlType sql_type(const Type& type) {
  switch (type.tag()) {
    case TypeTag::boolean: return embedded::SqlType::boolean;
    case TypeTag::integer: return embedded::SqlType::integer;
    case TypeTag::number:
    case TypeTag::percent:
    case TypeTag::rate: return embedded::SqlType::number;
    case TypeTag::instant: return embedded::SqlType::instant;
    case TypeTag::duration: return embedded::SqlType::duration;
    case TypeTag::json: return embedded::SqlType::json;
    case TypeTag::size: return embedded::SqlType::size;
    case TypeTag::list: return embedded::SqlType::list;
    case TypeTag::text:
    case TypeTag::url:
    case TypeTag::secret:
    case TypeTag::one_of: return embedded::SqlType::text;
    default: return embedded::SqlType::unknown;
  }
}

std::string postgres_type(const Type& type) {
  switch (type.tag()) {
    case TypeTag::boolean: return "boolean";
    case TypeTag::integer:
    case TypeTag::size: return "bigint";
    case TypeTag::number:
    case TypeTag::percent:
    case TypeTag::rate: return "double precision";
    case TypeTag::instant: return "timestamptz";
    case TypeTag::duration: return "interval";
    case TypeTag::json: return "jsonb";
    case TypeTag::list: return postgres_type(type->element[0]) + "[]";
    default: return "text";
  }
}

Type column_type(embedded::SqlType type, embedded::SqlType element) {
  switch (type) {
    case embedded::SqlType::boolean: return TypeTag::boolean;
    case embedded::SqlType::integer: return TypeTag::integer;
    case embedded::SqlType::number: return TypeTag::number;
    case embedded::SqlType::text: return TypeTag::text;
    case embedded::SqlType::instant: return TypeTag::instant;
    case embedded::SqlType::duration: return TypeTag::duration;
    case embedded::SqlType::json: return TypeTag::json;
    case embedded::SqlType::size: return TypeTag::size;
    case embedded::SqlType::list: return Type::list_of(column_type(element, embedded::SqlType::unknown));
    case embedded::SqlType::unknown: break;
  }
  return {};
}

}  // namespace

// As an SQL identifier that means exactly this name.
static std::string quoted_name(std::string_view name) {
  std::string out = "\"";
  for (char c : name) out += c == '"' ? std::string("\"\"") : std::string(1, c);
  return out + "\"";
}

// What the server is asked about before the first look: relations, user's types, operators and functions that may stand in for PostgreSQL's own.
void Checker::judged_on_the_server(Spoken& spoken, const embedded::SqlStatement& statement, bool written_down) {
  std::set<std::string> reached;
  bool relation = false;
  for (const embedded::SqlName& name : statement.names) {
    const std::string quoted = name.schema.empty() ? quoted_name(name.name) : quoted_name(name.schema) + "." + quoted_name(name.name);
    switch (name.kind) {
      case embedded::SqlNameKind::relation:
        if (name.catalogue) break;
        relation = true;
        reached.insert(quoted);
        if (!name.known && !name.hidden && !written_down && unsure_.insert({spoken.resource, quoted}).second) {
          const std::string near = embedded::sql_relation_near(name.name);
          error("W0712", spoken.captured.file_span(name.begin, name.end), fmt::format("I do not know whether `{}` is a table; if it is a view, what it calls is judged before the first look.", name.name),
                near.empty() ? "`rbc schema pull --env ENV` writes down what the database holds; then this is known." : fmt::format("Did you mean `{}`?", near));
        }
        break;
      case embedded::SqlNameKind::type:
        if (name.known) break;
        relation = true;   // of the table that it is the row of, perhaps
        reached.insert("type " + quoted);
        break;
      case embedded::SqlNameKind::op: reached.insert("operator " + name.name); break;
      case embedded::SqlNameKind::function:
        if (name.extension) reached.insert("function " + quoted);
        break;
      case embedded::SqlNameKind::field: reached.insert("field " + name.name); break;
    }
  }
  // Fields of PostgreSQL's own relations are columns.
  for (const std::string& name : reached)
    if (relation || !name.starts_with("field ")) spoken.said.relations.push_back(name);
}

// A column that somebody named after something that every answer, or every list, has of its own.
void Checker::hides_builtin(const Spoken& spoken, std::string_view column) {
  static constexpr std::string_view kOwn[] = {"ok", "took", "at", "count", "first", "last"};
  if (std::find(std::begin(kOwn), std::end(kOwn), column) == std::end(kOwn)) return;
  const std::string& text = spoken.captured.text;
  const re2::RE2 named(fmt::format("(?i)\\bas\\s+(\"?{}\"?)(?:[^a-z0-9_]|$)", column));
  re2::StringPiece place;
  if (!re2::RE2::PartialMatch(text, named, &place)) return;
  const auto begin = static_cast<std::uint32_t>(place.data() - text.data());
  error("W0310", spoken.captured.file_span(begin, begin + static_cast<std::uint32_t>(place.size())), fmt::format("The column `{}` hides the built-in `.{}`.", column, column), "Give it another name.");
}

// For those who ask a real server. What is filled in by the client has no text that could be asked about.
void Checker::tell_sent(const Spoken& spoken, const embedded::SqlStatement& statement) const {
  SqlSent sent{facts.resources[spoken.resource].name, &tree().source(), {}, {}, {}, {}};
  const std::string& written = spoken.captured.text;
  constexpr std::string_view kAdded = "pg_catalog.";
  std::uint32_t at = 0;
  const auto put_text = [&](std::string_view text, std::uint32_t place) {
    sent.text += text;
    sent.places.insert(sent.places.end(), text.size(), spoken.captured.file_offset(place));
  };
  for (const embedded::Piece& piece : statement.pieces) {
    if (piece.hole >= 0) {
      if (piece.escape != embedded::Escape::sql_param) return;
      const embedded::HoleRef& hole = spoken.refs[static_cast<std::size_t>(piece.hole)];
      put_text(fmt::format("(${}::{})", piece.param, postgres_type(spoken.holes[static_cast<std::size_t>(piece.hole)].type.present())), hole.begin);
      at = hole.end;
      continue;
    }
    for (std::string_view rest = piece.text; !rest.empty();) {
      if (rest.starts_with(kAdded) && std::string_view(written).substr(at, kAdded.size()) != kAdded) {
        put_text(kAdded, at);
        rest.remove_prefix(kAdded.size());
      } else {
        put_text(rest.substr(0, 1), at++);
        rest.remove_prefix(1);
      }
    }
  }
  sent.places.push_back(spoken.captured.file_offset(at));
  for (const embedded::SqlColumn& column : statement.columns) {
    sent.types.push_back(column.pg);
    sent.column_places.push_back(spoken.captured.file_offset(column.begin));
  }
  settings_.sent(sent);
}

void Checker::spoken_sql(Spoken& spoken) {
  spoken.said.language = Language::sql;
  embedded::SqlHints hints;
  for (const HoleFacts& hole : spoken.holes) {
    const Type type = hole.type.present();
    hints.hole_types.push_back(sql_type(type));
    hints.hole_elements.push_back(type.tag() == TypeTag::list && !type->element.empty() ? sql_type(type->element[0]) : embedded::SqlType::unknown);
  }
  const auto written = settings_.schemas.find(facts.resources[spoken.resource].name);
  if (written != settings_.schemas.end()) hints.schema = written->second;
  const auto parsed = sql_.parse(spoken.captured.text, spoken.refs, hints);
  problems(spoken, parsed->problems);
  if (!spoken.ok) return;
  const embedded::SqlStatement& statement = parsed->value;
  spoken.effect = effects::of_sql(statement);
  problems(spoken, spoken.effect.problems);
  judge_holes(spoken, statement.uses);
  if (!spoken.ok) return;
  for (const embedded::Piece& piece : statement.pieces) {
    if (piece.hole < 0) put(spoken.said.pieces, As::literal, piece.text);
    else if (piece.escape == embedded::Escape::sql_param)
      put(spoken.said.pieces, As::literal, fmt::format("(${}::{})", piece.param, postgres_type(spoken.holes[static_cast<std::size_t>(piece.hole)].type.present())));
    else put_hole(spoken.said.pieces, static_cast<std::uint32_t>(piece.hole), escape_of(piece.escape), false);
  }
  for (std::uint32_t index : statement.params) put_hole(spoken.said.pieces, index, Escape::sql_parameter, false);
  if (settings_.sent && !proof_) tell_sent(spoken, statement);
  std::vector<std::pair<std::string, Type>> columns;
  for (const embedded::SqlColumn& column : statement.columns) {
    if (column.name.empty()) continue;
    // One row has no list's `.count`, so there the column is all that it can mean.
    const bool of_lists = column.name == "count" || column.name == "first" || column.name == "last";
    if (!of_lists || statement.shape != embedded::SqlShape::row) hides_builtin(spoken, column.name);
    columns.emplace_back(column.name, column_type(column.type, column.element));
  }
  switch (statement.shape) {
    case embedded::SqlShape::nothing: spoken.said.answer = Type::record({{"count", TypeTag::integer}}); break;
    case embedded::SqlShape::row:
      spoken.said.answer = Type::record(std::move(columns));
      spoken.said.one_row = true;
      spoken.open_row = statement.open_columns;
      break;
    case embedded::SqlShape::rows: spoken.said.answer = Type::rows(std::move(columns), statement.open_columns); break;
  }
  if (effect_of(spoken.effect.level) == Effect::looks) judged_on_the_server(spoken, statement, hints.schema != nullptr);
  if (const CatalogueRow* row = whole_row(spoken, effect_of(spoken.effect.level))) spoken.said.row = row->id;
}

void Checker::spoken_words(Spoken& spoken) {
  spoken.said.language = Language::words;
  const auto parsed = embedded::parse_words(spoken.captured.text, spoken.refs);
  problems(spoken, parsed.problems);
  if (!spoken.ok) return;
  const embedded::Words& words = parsed.value;
  if (words.words.empty()) {
    error("E0201", tree().span(spoken.node), "Nothing is said here.");
    spoken.ok = false;
    return;
  }
  const Resource& resource = facts.resources[spoken.resource];
  for (const embedded::Word& word : words.words)
    if (const auto as_written = std::string_view(spoken.captured.text).substr(word.begin, word.end - word.begin);
        as_written == "&&" || as_written == "||" || as_written == "|" || as_written == ";" || as_written == ">" || as_written == ">>" || as_written == "&") {
      error("E0708", spoken.captured.file_span(word.begin, word.end), fmt::format("`{}` belongs to a shell, and `{}>` is none: it would be handed over as a word.", as_written, resource.name),
            spoken.kind == ResourceKind::host ? fmt::format("For a shell command write `{}$ …`.", resource.name) : fmt::format("Say one thing a line; if the word itself is meant, put it in quotes."));
      spoken.ok = false;
      return;
    }
  switch (spoken.kind) {
    case ResourceKind::pgbouncer: spoken.effect = effects::of_pgbouncer(words); break;
    case ResourceKind::redis: spoken.effect = effects::of_redis(words); break;
    case ResourceKind::compose: spoken.effect = effects::of_compose(words); break;
    case ResourceKind::command: spoken.effect = effects::of_command(fmt::format("{}", fmt::join(resource.runs, " ")), words, patterns_of(spoken)); break;
    case ResourceKind::host: spoken.effect = effects::of_host(words); break;
    default: break;
  }
  problems(spoken, spoken.effect.problems);
  judge_holes(spoken, words.uses);
  if (!spoken.ok) return;
  if (spoken.kind == ResourceKind::redis) {
    const auto elastic = std::count_if(words.words.begin(), words.words.end(), [&](const embedded::Word& word) {
      return std::any_of(word.pieces.begin(), word.pieces.end(), [&](const embedded::Piece& piece) {
        if (piece.hole < 0) return false;
        const auto hole = static_cast<std::size_t>(piece.hole);
        return spoken.refs[hole].optional || spoken.holes[hole].type.present().is(TypeTag::list);
      });
    });
    if (const auto problem = effects::judge_redis_form(words, static_cast<std::size_t>(elastic))) return problems(spoken, {*problem});
  }
  std::vector<std::string> said;
  for (const embedded::Word& word : words.words)
    said.push_back(!word.known && word.pieces.size() == 1 && word.pieces[0].hole >= 0 ? std::string("<>") : word.text);
  const CatalogueRow* row = catalogue_.match(spoken.kind, spoken.form, said);
  const bool exact = row && !row->words.empty();
  if (exact && static_cast<Effect>(spoken.effect.level) < row->effect) {
    spoken.effect.level = static_cast<effects::Level>(row->effect);
    spoken.effect.sentence = row->sentence;
    spoken.effect.culprit = said[0];
    spoken.effect.begin = words.words[0].begin;
    spoken.effect.end = words.words[0].end;
    spoken.effect.known = true;
  }
  const Effect effect = effect_of(spoken.effect.level);
  const CatalogueRow* whole = whole_row(spoken, effect);
  const auto verbs = exact ? std::vector<std::string>() : catalogue_.verbs(spoken.kind);
  const bool verb_known = std::find(verbs.begin(), verbs.end(), said[0]) != verbs.end();
  const bool closed = spoken.kind == ResourceKind::host || spoken.kind == ResourceKind::clock;
  std::vector<std::string_view> candidates(verbs.begin(), verbs.end());
  if (spoken.kind == ResourceKind::redis && !exact) candidates = effects::redis_commands();
  const std::string near = exact ? std::string() : did_you_mean(said[0], candidates);
  const bool mistyped = spoken.acts && !exact && !verb_known && !spoken.effect.known && spoken.kind != ResourceKind::command && !near.empty();
  if (mistyped || (!exact && (closed || !whole)) || (!exact && !verb_known && !spoken.effect.known && spoken.kind != ResourceKind::command && !spoken.acts)) {
    const Span span = spoken.captured.file_span(words.words[0].begin, words.words[0].end);
    if (verb_known) {
      std::string forms;
      for (const CatalogueRow& other : catalogue_.rows())
        if (other.kind == spoken.kind && other.form == spoken.form && other.words.substr(0, other.words.find(' ')) == said[0]) forms += fmt::format("{}`{}`", forms.empty() ? "" : " or ", other.words);
      error("E0201", span, fmt::format("`{}` is not said like this to a {}.", said[0], spell(spoken.kind)), fmt::format("Say {}.", forms));
    } else {
      std::string help = near.empty() ? std::string() : fmt::format("Did you mean `{}`?", near);
      if (spoken.kind == ResourceKind::host && (near.empty() || said[0].size() < 3)) help = fmt::format("For a shell command write `{}$ …`.", resource.name);
      const std::string rest = words.words.size() > 1 ? spoken.captured.text.substr(words.words[1].begin) : std::string();
      const bool client = (spoken.kind == ResourceKind::redis && said[0] == "redis-cli") || (spoken.kind == ResourceKind::compose && (said[0] == "docker-compose" || said[0] == "docker")) ||
                          (spoken.kind == ResourceKind::pgbouncer && said[0] == "psql");
      if (client && !rest.empty()) help = fmt::format("The client's own name is left out: `{}> {}`.", resource.name, rest.starts_with("compose ") ? rest.substr(8) : rest);
      else if (help.empty() && spoken.kind == ResourceKind::compose) help = fmt::format("For a command in a container write `{}.SERVICE$ …`; another tool is declared: `command {}`.", resource.name, said[0]);
      error("E0201", span, fmt::format("A {} knows no `{}`.", spell(spoken.kind), said[0]), help);
    }
    spoken.ok = false;
    return;
  }
  const CatalogueRow* chosen = exact && row->effect == effect ? row : whole ? whole : row;
  spoken.said.row = chosen->id;
  spoken.said.answer = chosen->answer;
  spoken.said.limit = chosen->limit;
  if (exact && row->effect == effect) spoken.effect.repeatable |= row->repeatable;
  for (const embedded::Assign& assign : words.assigns) {
    put(spoken.said.pieces, As::assign, assign.name);
    put_all(spoken.said.pieces, assign.value.pieces, spoken.refs);
  }
  for (const embedded::Word& word : words.words) {
    put(spoken.said.pieces, As::word);
    put_all(spoken.said.pieces, word.pieces, spoken.refs);
  }
}

void Checker::spoken_shell(Spoken& spoken) {
  spoken.said.language = Language::shell;
  const auto parsed = embedded::parse_shell(spoken.captured.text, spoken.refs);
  problems(spoken, parsed.problems);
  if (!spoken.ok) return;
  // `\<` is the escape of a plain `<`; in a pattern somebody may have meant a word's beginning. Before what looks like a hole it is no accident.
  const std::string_view written = tree().text(spoken.node);
  for (std::size_t at = written.find("\\<"); at != std::string_view::npos; at = written.find("\\<", at + 2)) {
    std::size_t end = at + 2;
    while (end < written.size() && (std::isalnum(static_cast<unsigned char>(written[end])) || written[end] == '_' || written[end] == '-' || written[end] == '.')) ++end;
    const std::string_view before = written.substr(0, at);
    if (end == at + 2 || (end < written.size() && written[end] == '>') || (before.find("grep ") == std::string_view::npos && before.find("sed ") == std::string_view::npos)) continue;
    const std::uint32_t begin = tree()[spoken.node].begin + static_cast<std::uint32_t>(at);
    error("W0711", Span{begin, begin + 2}, "`\\<` is a plain `<` here, not a word's beginning.", "Use `-w`.")
        .fix({"Write `\\b`, the edge of a word to GNU's tools", {{&tree().source(), {begin, begin + 2}, "\\b"}}, false});
  }
  std::vector<std::string> secrets;
  for (const Resource::Export& exported : facts.resources[spoken.resource].exports)
    if (exported.secret != kNone) secrets.push_back(exported.name);
  spoken.effect = effects::of_shell(parsed.value, patterns_of(spoken), secrets);
  problems(spoken, spoken.effect.problems);
  judge_holes(spoken, parsed.value.uses);
  if (!spoken.ok) return;
  for (const embedded::HoleUse& use : parsed.value.uses)
    if (use.place != embedded::Place::argument) spoken.outside_words.insert(use.index);
  std::string script;
  for (const embedded::Piece& piece : parsed.value.pieces) {
    if (piece.hole < 0) script += piece.text;
    else if (piece.escape == embedded::Escape::shell_quoted) script += fmt::format("${{RB{}}}", piece.hole);
    else script += fmt::format("\"${{RB{}}}\"", piece.hole);
  }
  put(spoken.said.pieces, As::literal, std::move(script));
  for (std::uint32_t i = 0; i < spoken.refs.size(); ++i) put_hole(spoken.said.pieces, i, Escape::shell_variable, spoken.refs[i].optional);
  spoken.said.answer = output_type();
  if (const CatalogueRow* row = whole_row(spoken, effect_of(spoken.effect.level))) spoken.said.row = row->id;
}

void Checker::spoken_http(Spoken& spoken) {
  spoken.said.language = Language::http;
  const auto parsed = embedded::parse_http(spoken.captured.text, spoken.refs);
  problems(spoken, parsed.problems);
  if (!spoken.ok) return;
  const embedded::Http& request = parsed.value;
  spoken.effect = effects::of_http(request, patterns_of(spoken));
  problems(spoken, spoken.effect.problems);
  judge_holes(spoken, request.uses);
  if (!spoken.ok) return;
  auto& out = spoken.said.pieces;
  put(out, As::method);
  put(out, As::literal, request.method);
  put(out, As::path);
  bool query = false;
  for (const embedded::Piece& piece : request.target) {
    if (piece.hole >= 0) {
      put_hole(out, static_cast<std::uint32_t>(piece.hole), escape_of(piece.escape), spoken.refs[static_cast<std::size_t>(piece.hole)].optional);
      continue;
    }
    std::string part;
    for (char c : piece.text) {
      if ((!query && c == '?') || (query && c == '&')) {
        put(out, As::literal, std::move(part));
        part.clear();
        put(out, As::query);
        query = true;
      } else {
        part += c;
      }
    }
    put(out, As::literal, std::move(part));
  }
  for (const embedded::HttpHeader& header : request.headers) {
    put(out, As::header, header.name);
    put_all(out, header.value, spoken.refs);
  }
  if (!request.body.empty()) {
    put(out, As::body);
    put_all(out, request.body, spoken.refs);
  }
  spoken.said.answer = response_type();
  if (const CatalogueRow* row = whole_row(spoken, effect_of(spoken.effect.level))) spoken.said.row = row->id;
}

void Checker::spoken_prom(Spoken& spoken) {
  spoken.said.language = Language::promql;
  const auto parsed = embedded::parse_promql(spoken.captured.text, spoken.refs);
  problems(spoken, parsed.problems);
  if (!spoken.ok) return;
  spoken.effect = effects::of_promql(parsed.value);
  problems(spoken, spoken.effect.problems);
  judge_holes(spoken, parsed.value.uses);
  if (!spoken.ok) return;
  put_all(spoken.said.pieces, parsed.value.pieces, spoken.refs);
  if (const CatalogueRow* row = whole_row(spoken, Effect::looks)) {
    spoken.said.row = row->id;
    spoken.said.answer = row->answer;
  }
}

}  // namespace rbc::front
