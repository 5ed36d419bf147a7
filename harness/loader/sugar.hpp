// The documented step that takes the sugar out: what a person writes becomes the shape of
// scenario.proto. Places stay those of what was written.
//
//   server.send: {...}                       a step           server_send: {...}
//   - client.open                            a bare step      client_open: {}
//   pause: 3s · client.close: out            a shorthand      pause: {for: 3s}
//   client.out: closed                       an expectation   subject: client.out, closed: {}
//   client.out: {closed: fin}                                 subject: client.out, closed: {how:
//   [fin]} client.out: [closed, {response: 503}]    one of several   any_of: [...] parallel:
//   [[step, step], step]           branches         branches: [{steps: [...]}, ...] headers:
//   {Pragma: [a, b]}                headers          headers: [{name, value}, ...]
//   vc: 2..200                               many of them     a branch of a parallel, or an
//   expectation, for each number

#pragma once

#include "model/strict_yaml.hpp"

namespace rpchspec::loader {

/// A whole scenario, after matrix and set-ups. What is wrong is added to `errors`.
[[nodiscard]] model::YamlNode desugar_scenario(model::YamlNode const& scenario,
                                               model::TextErrors& errors);

/// One step, also of a set-up.
[[nodiscard]] model::YamlNode desugar_step(model::YamlNode const& step, model::TextErrors& errors);

[[nodiscard]] model::YamlNode desugar_expectation(model::YamlNode const& expectation,
                                                  model::TextErrors& errors);

}  // namespace rpchspec::loader
