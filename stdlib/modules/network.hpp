// Postgres, Redis, HTTP and Prometheus: places out of addresses, requests out of utterances, answers out of replies. No I/O.
#pragma once
#include <string>
#include <vector>

#include "stdlib/backends/http.hpp"
#include "stdlib/backends/postgres.hpp"
#include "stdlib/backends/redis.hpp"
#include "stdlib/modules/address.hpp"
#include "stdlib/modules/render.hpp"
#include "stdlib/modules/reply.hpp"

namespace rbc {

// Each answers a problem in one sentence, empty if there is none.
std::string postgres_place(const Url& url, bool pooler, PgPlace& place);
Reply decode_postgres(const PgAnswer& answer, const Template& what);
// One cell by its type's oid.
Value decode_cell(const std::string& text, std::uint32_t type);

std::string redis_place(const Url& url, RedisPlace& place);   // the address may still be a name
Reply decode_redis(const RedisAnswer& answer, const std::string& row);

std::string http_request(const Url& base, const Utterance& said, HttpRequest& request);
Reply decode_http(const HttpAnswer& answer);

std::string prometheus_request(const Url& base, const std::string& query, Micros limit, HttpRequest& request);
Reply decode_prometheus(const HttpAnswer& answer);

}  // namespace rbc
