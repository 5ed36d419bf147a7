#include "harness/agent/guard.hpp"

#include "net/address.hpp"

namespace rpchspec::agent {

namespace {

constexpr std::string_view kBearer = "Bearer ";

/// "localhost" or an address, with or without a port.
bool names_no_stranger(std::string host) {
  if (host.starts_with('[')) {
    return net::is_ip_address(host.substr(1, host.find(']') - 1));
  }
  host = host.substr(0, host.find(':'));
  return host == "localhost" || net::is_ip_address(host);
}

bool is_json(std::string const& content_type) {
  return content_type.substr(0, content_type.find(';')) == "application/json";
}

}  // namespace

Answer<void> Guard::admit(HttpRequest const& request) const {
  if (request.fields.contains("origin")) {
    return refuse(403, "a web page may not drive this: the request has an Origin");
  }
  if (token_) {
    auto const said = request.field("authorization");
    auto const is_bearer = said.starts_with(kBearer);
    if (!is_bearer || !token_->matches(std::string_view(said).substr(kBearer.size()))) {
      return refuse(401, "wants the header Authorization: Bearer TOKEN, with the right token");
    }
  } else if (!names_no_stranger(request.field("host"))) {
    return refuse(403,
                  "the Host must be an address or localhost, not '" + request.field("host") + "'");
  }
  if (!request.body.empty() && !is_json(request.field("content-type"))) {
    return refuse(415, "a body must say Content-Type: application/json");
  }
  return {};
}

}  // namespace rpchspec::agent
