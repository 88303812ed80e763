// HTTP: METHOD /target, headers on the lines below, then a blank line and a body.
#pragma once
#include "grammar/embedded/embedded.hpp"

namespace rbc::embedded {

struct HttpSegment {
  Pieces pieces;
  std::string text;  // as written, holes as `<name>`
  bool known = true; // no hole in it
  uint32_t begin = 0;
  uint32_t end = 0;
};

struct HttpHeader {
  std::string name;
  Pieces value;  // all of one group: the header vanishes with an optional hole
  uint32_t begin = 0;
  uint32_t end = 0;
};

enum class HttpBody : uint8_t { none, json, form, other };

struct Http {
  std::string method;
  uint32_t method_end = 0;
  std::vector<HttpSegment> segments;  // of the path, without its slashes; `/` is one empty segment
  Pieces target;                      // path and query; a query pair and its `&` (or `?` before the first left) is a group
  std::string path;                   // the path as written, holes as `<name>`, without the query
  uint32_t path_begin = 0;
  uint32_t path_end = 0;
  std::vector<HttpHeader> headers;
  HttpBody body_kind = HttpBody::none;
  Pieces body;
  std::vector<HoleUse> uses;
};

// In `target`, the separator of query pairs is the first piece of a pair's group: `?` or `&`. The renderer writes `?` for the first pair that is left.
Parsed<Http> parse_http(std::string_view text, const std::vector<HoleRef>& holes);

}  // namespace rbc::embedded
