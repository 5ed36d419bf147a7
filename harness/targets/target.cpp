#include "harness/targets/target.hpp"

#include <array>
#include <utility>

namespace rpchspec::targets {

namespace {

constexpr std::array<std::pair<Topology, std::string_view>, 5> kTopologies{{
    {Topology::embedded, "embedded"},
    {Topology::rpc_proxy, "rpc-proxy"},
    {Topology::http_front, "http-front"},
    {Topology::split, "split"},
    {Topology::live, "live"},
}};

constexpr std::array<std::pair<Auth, std::string_view>, 4> kAuths{{
    {Auth::none, "none"},
    {Auth::basic, "basic"},
    {Auth::ntlm, "ntlm"},
    {Auth::negotiate, "negotiate"},
}};

template <class Table, class Value>
std::string_view name_in(Table const& table, Value value) {
  for (auto const& [known, name] : table) {
    if (known == value) {
      return name;
    }
  }
  return {};
}

template <class Value, class Table>
std::optional<Value> value_in(Table const& table, std::string_view name) {
  for (auto const& [known, text] : table) {
    if (text == name) {
      return known;
    }
  }
  return std::nullopt;
}

}  // namespace

std::string_view to_string(Topology topology) {
  return name_in(kTopologies, topology);
}

bool has_our_servers(Topology topology) {
  return topology == Topology::rpc_proxy || topology == Topology::split;
}

std::string_view to_string(Auth auth) {
  return name_in(kAuths, auth);
}

std::optional<Topology> parse_topology(std::string_view name) {
  return value_in<Topology>(kTopologies, name);
}

std::optional<Auth> parse_auth(std::string_view name) {
  return value_in<Auth>(kAuths, name);
}

Url const* url_of(Target const& target, bool tls) {
  for (auto const& url : target.urls) {
    if (url.tls == tls) {
      return &url;
    }
  }
  return nullptr;
}

}  // namespace rpchspec::targets
