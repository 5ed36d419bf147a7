#include "harness/loader/scenario_words.hpp"

#include <algorithm>
#include <array>

#include "harness/loader/names.hpp"
#include "model/suggestion.hpp"
#include "reports/monitor.hpp"

namespace rpchspec::loader {
namespace {

using model::suggestion;

constexpr std::array<std::string_view, 5> kTopologies{"embedded", "rpc-proxy", "http-front",
                                                      "split", "live"};
constexpr std::array<std::string_view, 4> kSchemes{"none", "basic", "ntlm", "negotiate"};
constexpr std::array<std::string_view, 13> kPlainNeeds{"tls",
                                                       "offload",
                                                       "ipv6",
                                                       "two-proxies",
                                                       "two-upstreams",
                                                       "http-hop",
                                                       "v1",
                                                       "raw-socket",
                                                       "one-machine",
                                                       "refused:port",
                                                       "refused:port-below-range",
                                                       "refused:port-above-range",
                                                       "refused:server"};

template <class Words>
bool has(Words const& words, std::string_view word) {
  return std::find(words.begin(), words.end(), word) != words.end();
}

bool is_id_word(std::string_view word) {
  return !word.empty() && std::all_of(word.begin(), word.end(), [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-';
  });
}

}  // namespace

std::vector<std::string> const& categories() {
  static std::vector<std::string> const kCategories{
      "connection", "http",         "uri",       "auth",    "tls",   "echo",
      "forwarding", "flow-control", "keepalive", "timeout", "reset", "protocol-error",
      "recycling",  "version",      "v1",        "limits"};
  return kCategories;
}

std::vector<std::string> const& monitor_names() {
  static std::vector<std::string> const kNames = [] {
    std::vector<std::string> names;
    for (auto& monitor : reports::monitor_facts()) {
      names.push_back(std::move(monitor.name));
    }
    return names;
  }();
  return kNames;
}

std::vector<std::string> const& operations() {
  static std::vector<std::string> const kOperations = {
      "bind",       "RfrGetNewDSA",       "RfrGetFQDNFromServerDN", "NspiBind",
      "NspiUnbind", "EcDoConnectEx",      "EcDoDisconnect",         "EcDummyRpc",
      "inq_if_ids", "is_server_listening"};
  return kOperations;
}

std::string wrong_id(std::string_view id) {
  auto const slash = id.find('/');
  if (slash == std::string::npos || !is_id_word(id.substr(slash + 1)) ||
      !is_id_word(id.substr(0, slash))) {
    return "id '" + std::string(id) + "' must be category/words: small letters, digits and hyphens";
  }
  auto const category = id.substr(0, slash);
  return contains(categories(), category) ? ""
                                          : "unknown category '" + std::string(category) + "'" +
                                                suggestion(category, categories());
}

bool is_need(std::string_view need) {
  if (need.starts_with("not:")) {
    need.remove_prefix(4);
  }
  if (has(kPlainNeeds, need)) {
    return true;
  }
  auto const colon = std::min(need.find(':'), need.size());
  auto const kind = need.substr(0, colon);
  auto const name = need.substr(std::min(colon + 1, need.size()));
  return kind == "topology" ? has(kTopologies, name)
         : kind == "auth"   ? has(kSchemes, name)
                            : kind == "fact" && !name.empty();
}

}  // namespace rpchspec::loader
