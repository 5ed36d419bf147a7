#include "harness/loader/scenario_words.hpp"

#include <algorithm>

#include "harness/loader/names.hpp"
#include "model/suggestion.hpp"
#include "reports/monitor.hpp"

namespace rpchspec::loader {
namespace {

using model::suggestion;

/// One form of `needs`: a word, or a kind with a name behind its colon.
struct NeedForm {
  std::string_view kind;                // "topology:", "tls"
  std::string_view name = {};           // what stands behind it, in the words of an error
  std::vector<std::string> names = {};  // all that it can be; empty: known elsewhere
};

std::vector<NeedForm> const& need_forms() {
  static std::vector<NeedForm> const kForms{
      {"topology:", "NAME", {"embedded", "rpc-proxy", "http-front", "split", "live"}},
      {"fact:", "NAME"},
      {"auth:", "SCHEME", {"none", "basic", "ntlm", "negotiate"}},
      {"tls"},
      {"offload"},
      {"ipv6"},
      {"two-proxies"},
      {"two-upstreams"},
      {"http-hop"},
      {"v1"},
      {"mapper"},
      {"raw-socket"},
      {"one-machine"},
      {"reconfigure"},
      {"refused:port"},
      {"refused:port-below-range"},
      {"refused:port-above-range"},
      {"refused:server"}};
  return kForms;
}

/// "topology:NAME", or each "topology:embedded" that there is.
std::vector<std::string> needs(bool spelled) {
  std::vector<std::string> all;
  for (auto const& form : need_forms()) {
    if (!spelled || form.names.empty()) {
      all.push_back(std::string(form.kind) + std::string(form.name));
    }
    for (auto const& name : form.names) {
      if (spelled) {
        all.push_back(std::string(form.kind) + name);
      }
    }
  }
  return all;
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
  static std::vector<std::string> const kOperations = {"bind",
                                                       "RfrGetNewDSA",
                                                       "RfrGetFQDNFromServerDN",
                                                       "NspiBind",
                                                       "NspiUnbind",
                                                       "EcDoConnectEx",
                                                       "EcDoDisconnect",
                                                       "EcDummyRpc",
                                                       "inq_if_ids",
                                                       "is_server_listening",
                                                       "ept_map",
                                                       "ept_lookup"};
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

std::string wrong_need(std::string_view need, FactCheck wrong_fact) {
  constexpr std::string_view kNot = "not:";
  constexpr std::string_view kFact = "fact:";
  bool const negated = need.starts_with(kNot);
  auto const positive = negated ? need.substr(kNot.size()) : need;
  if (positive.starts_with(kFact) && positive.size() > kFact.size()) {
    return wrong_fact == nullptr ? "" : wrong_fact(positive.substr(kFact.size()));
  }
  if (contains(needs(true), positive) && positive != "fact:NAME") {
    return "";
  }
  auto const near = model::nearest(positive, needs(true));
  return "unknown need '" + std::string(need) + "'" +
         (near.empty() ? "; allowed: " + model::join(needs(false)) + ", each also after not:"
                       : "; did you mean '" + std::string(negated ? kNot : "") + near + "'?");
}

}  // namespace rpchspec::loader
