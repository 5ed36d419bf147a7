#include "reference_proxy/latitude.hpp"

#include <algorithm>

namespace rpchspec::proxy {

void refuse_otherwise(wire::ResponseHead& head) {
  switch (head.status) {
    case 400:
      head.status = 404;
      break;
    case 404:
      head.status = 500;
      break;
    case 501:
      head.status = 405;
      head.headers.emplace_back("Allow", "RPC_IN_DATA, RPC_OUT_DATA");
      break;
    case 503:
      return;
    default:
      break;
  }
  head.reason.clear();
}

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
