// The registry of requirements: scenarios/requirements.yaml, read and indexed.

#pragma once

#include <filesystem>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "model/verdict.hpp"
#include "protocol/base/error.hpp"

namespace rpchspec::model {

struct Requirement {
  std::string id;       // RPCH-*, PROD-*, HTTP-*, FIELD-*
  std::string section;  // of the document it comes from
  std::string
      role;  // both-proxies, inbound-proxy, outbound-proxy, mixed-proxy, client, server, front
  Level level = Level::must;            // when the proxy under test is an RPC proxy
  Level front = Level::not_applicable;  // when it is an HTTP front (topology http-front)
  std::string category;
  std::string text;                // one sentence
  std::string observed_at;         // client, server, both, config, unobservable
  std::string stimulus;            // how it is provoked
  std::string expect;              // what is then seen
  std::vector<std::string> needs;  // long-timer, raw-bytes, proxy-config, ...
  std::string why_not;             // why no scenario checks it, where that is so
};

class RequirementRegistry {
 public:
  /// Errors name file:line:column and what is allowed.
  [[nodiscard]] static Result<RequirementRegistry> load(std::filesystem::path const& file);
  [[nodiscard]] static Result<RequirementRegistry> parse(std::string_view yaml,
                                                         std::string const& name);

  [[nodiscard]] Requirement const* find(std::string_view id) const;
  [[nodiscard]] std::vector<Requirement> const& all() const;

  /// Level in a topology ("http-front" takes `front`); must for an unknown id.
  [[nodiscard]] Level level(std::string_view id, std::string_view topology) const;

 private:
  std::vector<Requirement> all_;
  std::map<std::string, std::size_t, std::less<>> index_;
};

}  // namespace rpchspec::model
