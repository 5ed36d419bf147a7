// The golden RTS PDUs of tests/data/vectors.json: what each is, field by field, and its bytes.

#pragma once

#include <fstream>
#include <sstream>
#include <string>
#include <vector>

#include <boost/json.hpp>

#include "protocol/base/bytes.hpp"

namespace rpchspec::wire::golden {

struct Vector {
  std::string name;  // "CONN/B2 [IPv6, network order]"
  boost::json::object json;
  Bytes bytes;

  /// The name in 2.2.4, without the variant's remark.
  [[nodiscard]] std::string kind_name() const { return name.substr(0, name.find(" [")); }
};

inline Bytes from_hex(std::string_view text) {
  Bytes bytes;
  for (std::size_t i = 0; i + 1 < text.size(); i += 2) {
    bytes.push_back(
        static_cast<std::uint8_t>(std::stoul(std::string(text.substr(i, 2)), nullptr, 16)));
  }
  return bytes;
}

/// All 50 vectors and 8 variants, read once.
inline std::vector<Vector> const& all() {
  static auto const vectors = [] {
    std::ifstream file(RPCHSPEC_SOURCE_DIR "/tests/data/vectors.json");
    std::stringstream text;
    text << file.rdbuf();
    auto const root = boost::json::parse(text.str());
    std::vector<Vector> found;
    for (auto const* part : {"vectors", "variants"}) {
      for (auto const& entry : root.as_object().at(part).as_array()) {
        auto const& object = entry.as_object();
        found.push_back({std::string(object.at("name").as_string()), object,
                         from_hex(std::string(object.at("hex").as_string()))});
      }
    }
    return found;
  }();
  return vectors;
}

}  // namespace rpchspec::wire::golden
