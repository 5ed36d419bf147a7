// A small library of requirements and set-ups, and scenarios from text.

#pragma once

#include <string>

#include <gtest/gtest.h>

#include "harness/loader/load.hpp"

namespace rpchspec::loader::testing {

/// There is one fact here.
inline std::string wrong_fact(std::string_view fact) {
  return fact == "pings" ? "" : "unknown fact '" + std::string(fact) + "'; did you mean 'pings'?";
}

inline Library small_library() {
  Library library;
  auto requirements = model::RequirementRegistry::parse(R"(
- {id: RPCH-1.8-01, section: "1.8", role: both-proxies, level: must, front: should, category: http, text: Vendor headers are legal, observed_at: client}
- {id: RPCH-3.2.4.5.14-04, section: "3.2.4.5.14", role: outbound-proxy, level: must, front: should, category: reset, text: Server close, observed_at: client}
- {id: PROD-Idle-01, section: Idle, role: both-proxies, level: product, front: n/a, category: timeout, text: Not early, observed_at: client}
- {id: RPCH-2.2.3.1-01, section: "2.2.3.1", role: client, level: should, front: n/a, category: http, text: Random, observed_at: unobservable, why_not: Cannot be told}
)",
                                                        "requirements.yaml");
  EXPECT_TRUE(requirements) << (requirements ? "" : to_string(requirements.error()));
  library.requirements = std::move(*requirements);
  model::TextErrors errors("given.yaml");
  auto const root = model::parse_strict_yaml(R"(
opened:
  means: a virtual connection is open
  steps: [client.open]
bound:
  means: and bound
  after: opened
  steps: [{client.call: bind}]
)",
                                             "given.yaml");
  library.set_ups = read_set_ups(*root, errors);
  EXPECT_TRUE(errors.empty());
  library.wrong_fact = wrong_fact;
  library.retired = {{"reset/old-words", "reset/new-words"}};
  return library;
}

/// A whole file around `text`.
inline std::string file_with(std::string const& text) {
  return "id: reset/some-words\ntitle: A title\nsince: \"1.0\"\n" + text;
}

inline std::string const kExpect = "expect: [{client.out: closed, by: RPCH-1.8-01}]\n";

inline Loaded<Suite> load(std::string const& yaml) {
  static Library const library = small_library();
  return load_text(yaml, "x.yaml", library);
}

/// The one scenario of a text that must load.
inline scenario::v1::Scenario one(std::string const& yaml) {
  auto suite = load(yaml);
  EXPECT_TRUE(suite) << (suite ? "" : to_string(suite.error()));
  return suite && !suite->scenarios.empty() ? suite->scenarios.front() : scenario::v1::Scenario{};
}

/// All errors of a text, one a line; empty when it loads.
inline std::string errors_of(std::string const& yaml) {
  auto const suite = load(yaml);
  return suite ? "" : to_string(suite.error());
}

}  // namespace rpchspec::loader::testing
