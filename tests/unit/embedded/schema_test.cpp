#include <catch2/catch.hpp>

#include "grammar/embedded/schema.hpp"
#include "grammar/embedded/sql.hpp"

using namespace rbc;
using namespace rbc::embedded;

namespace {

constexpr const char* kText = R"(# What the database of `db` holds: names and types, no data. Commit it.
rbc-schema 1
server 15
extension hstore 1.8 public
enum public mood low "it's \"high\""
enum public none
domain public positive int4
domain public sly int4 calls public.own
view public loud calls public.own
  x int4
table public orders
  id int8
  note text
  "odd name" public.mood
foreign public away
  id int4
table shop items
  price numeric
function public half int4 immutable one - int4
function public own int4 volatile set hstore
operator public ~~~ - int4 bool public.own
cast public.mood text i public.own
)";

Schema read(std::string_view text = kText) {
  Schema schema;
  CHECK(parse_schema(text, schema) == "");
  return schema;
}

std::string wrong(std::string_view text) {
  Schema schema;
  return parse_schema(text, schema);
}

std::string found(std::string_view sql) {
  const Schema schema = read();
  SqlHints hints;
  hints.schema = &schema;
  const auto parsed = parse_sql(sql, {}, hints);
  std::string out;
  for (const Problem& p : parsed.problems) out += p.code + " " + p.message + " " + p.help + "\n";
  if (parsed.value.effect.level != SqlLevel::looks) out += parsed.value.effect.sentence + "\n";
  for (const SqlColumn& c : parsed.value.columns) out += c.name + " " + c.pg + "\n";
  return out;
}

}  // namespace

TEST_CASE("a snapshot is written as it is read") {
  const Schema schema = read();
  CHECK(print_schema(schema, "db") == kText);
  CHECK(schema.types[0].labels == std::vector<std::string>{"low", "it's \"high\""});
  Schema odd;
  odd.server = 17;
  odd.relations.push_back({SchemaKind::table, "a b", "line\nbreak \\ #", {{"", "text"}}, {}});
  CHECK(print_schema(read(print_schema(odd, "x")), "x") == print_schema(odd, "x"));
}

TEST_CASE("a damaged snapshot gets one sentence") {
  CHECK(wrong("") == "line 1: it does not begin with `rbc-schema 1`");
  CHECK(wrong("<<<<<<< HEAD\n") == "line 1: it does not begin with `rbc-schema 1`");
  CHECK(wrong("rbc-schema 2\n") == "line 1: it does not begin with `rbc-schema 1`");
  CHECK(wrong("rbc-schema 1\n") == "it does not say the server's version");
  CHECK(wrong("rbc-schema 1\nserver fifteen\n") == "line 2: the server's version is a number such as 15");
  CHECK(wrong("rbc-schema 1\nserver 15\ntabel public orders\n") == "line 3: `tabel` is nothing that a snapshot holds; did you mean `table`?");
  CHECK(wrong("rbc-schema 1\nserver 15\n  id int8\n") == "line 3: a column is a name and a type, and `key` if it is of the primary key, below its relation");
  CHECK(wrong("rbc-schema 1\nserver 15\ntable public \"orders\n") == "line 3: a quote is not closed");
}

TEST_CASE("a snapshot knows columns, views, types and functions") {
  CHECK(found("select id, note, \"odd name\" from orders") == "id int8\nnote text\nodd name anyenum\n");
  CHECK(found("select price from shop.items") == "price numeric\n");
  CHECK(found("select nott from orders") == "E0713 `orders` has no column `nott`. Did you mean `note`?\nnott \n");
  CHECK(found("select id from ordres") == "W0730 The snapshot has no table `ordres`. Did you mean `orders`? The snapshot may be old.\nid \n");
  CHECK(found("select price from items") == "W0730 The snapshot has no table `items`. It is in the schema `shop`: write `shop.items`. The snapshot may be old.\nprice \n");
  CHECK(found("select x from loud") == "`loud` calls `public.own`, which may change something\nx int4\n");
  CHECK(found("select id from away") == "`away` is a table of another server, where nothing says what reading it does\nid int4\n");
  CHECK(found("select '5'::sly as n") == "`sly` checks its values with `public.own`, which may change something\nn int4\n");
  CHECK(found("select half(4) as n") == "nothing says that `half` only looks\nn int4\n");
}

TEST_CASE("a statement is kept by its content: its text, its holes with their types, and the snapshot") {
  const Schema schema = read();
  SqlCache cache;
  const auto plain = cache.parse("select note from orders", {});
  CHECK(cache.parse("select note from orders", {}) == plain);
  CHECK(cache.parse("select note  from orders", {}) != plain);
  SqlHints hints;
  hints.schema = &schema;
  CHECK(cache.parse("select note from orders", {}, hints) != plain);
  CHECK(cache.parse("select note from orders", {}, hints)->value.columns[0].pg == "text");
  const std::vector<HoleRef> hole{{7, 10, 0, false}};
  SqlHints whole, number;
  whole.hole_types = {SqlType::integer};
  number.hole_types = {SqlType::number};
  CHECK(cache.parse("select <x> as x", hole, whole)->value.columns[0].type == SqlType::integer);
  CHECK(cache.parse("select <x> as x", hole, number)->value.columns[0].type == SqlType::number);
}

TEST_CASE("what differs between two snapshots is said") {
  const Schema before = read();
  Schema now = before;
  CHECK(schema_differences(before, now).empty());
  now.server = 16;
  now.relations[1].columns[1].type = "varchar";
  now.relations[1].columns.erase(now.relations[1].columns.begin());
  now.relations.pop_back();
  now.relations.push_back({SchemaKind::table, "public", "fresh", {}, {}});
  now.casts.clear();
  CHECK(schema_differences(before, now) ==
        std::vector<std::string>{"the server is PostgreSQL 16, not 15", "the column `note` of `public.orders` is varchar, not text", "the column `id` of `public.orders` is gone", "`public.fresh` is new",
                                 "`shop.items` is gone", "types, functions, operators, casts or extensions are others"});
}
