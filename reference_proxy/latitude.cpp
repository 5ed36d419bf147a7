#include "reference_proxy/latitude.hpp"

#include <algorithm>

namespace rpchspec::proxy {

void dress_otherwise(wire::ResponseHead& head) {
  std::reverse(head.headers.begin(), head.headers.end());
  for (auto& [name, value] : head.headers) {
    std::transform(name.begin(), name.end(), name.begin(), [](char c) {
      return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
    });
  }
  head.headers.insert(head.headers.begin(), {"Server", "another"});
  head.headers.insert(head.headers.begin() + 1, {"cache-control", "no-store, no-transform"});
  head.headers.emplace_back("X-Request-Id", "7f9c2ba4e88f827d616045507605853e");
}

}  // namespace rpchspec::proxy
