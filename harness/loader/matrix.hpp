// `matrix:` makes several cases of one file, `$name` puts a value in place.
//
//   matrix: {cause: [tcp-rst, tcp-fin]}                          ids ...@tcp-rst, ...@tcp-fin
//   matrix: {cause: [...], order: {since: "1.1", values: [...]}} added later: its first value stays
//                                                                out of the id, so old ids live on
//   matrix: {pdu: [{b1: CONN/B1}, {b2: {pdu: CONN/B2}}]}         a word for the id, any value

#pragma once

#include <map>
#include <string>
#include <vector>

#include "model/strict_yaml.hpp"

namespace rpchspec::loader {

/// One case of a file: the scenario without `matrix`, its values put in place.
struct Variant {
  model::YamlNode scenario;
  std::map<std::string, std::string> values;  // dimension to word
  std::string suffix;                         // "@tcp-rst,in-first", or empty
  std::string since;                          // of the latest added dimension off its first value
};

inline constexpr std::size_t kMostVariants = 1000;

/// The cases of a scenario in the matrix' order, the last dimension fastest; one where there is no
/// matrix. `$name` must name a dimension, or one of the variables that the run fills in
/// ($server_name, $port, $target, $store, $referral, $address-book and $mapper for the ports of
/// these services, and names with a capital, which stand for a parameter of the case).
[[nodiscard]] std::vector<Variant> expand_matrix(model::YamlNode const& scenario,
                                                 model::TextErrors& errors);

}  // namespace rpchspec::loader
