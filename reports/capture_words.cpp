#include "reports/capture_words.hpp"

namespace rpchspec::reports {

namespace v1 = journal::v1;

std::string_view end_name(v1::Source source) {
  switch (source) {
    case v1::CLIENT:
      return "client";
    case v1::SERVER:
      return "server";
    case v1::UPSTREAM:
      return "upstream";
    default:
      return "harness";
  }
}

std::string_view between(v1::Source source) {
  switch (source) {
    case v1::CLIENT:
      return "between client and proxy, as the client saw it";
    case v1::SERVER:
      return "between proxy and servers, as the servers saw it";
    case v1::UPSTREAM:
      return "between the front and the RPC proxy behind it, as that saw it";
    default:
      return "";
  }
}

std::string_view role_of(v1::Source source) {
  return source == v1::SERVER ? "servers" : end_name(source);
}

}  // namespace rpchspec::reports
