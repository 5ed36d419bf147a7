#include "harness/agent/guard.hpp"

#include <cerrno>
#include <fstream>
#include <system_error>

#include <openssl/crypto.h>
#include <openssl/sha.h>

#include "harness/targets/url.hpp"

namespace rpchspec::agent {

namespace {

constexpr std::string_view kBearer = "Bearer ";

std::array<std::uint8_t, 32> digest_of(std::string_view text) {
  std::array<std::uint8_t, 32> digest{};
  SHA256(reinterpret_cast<unsigned char const*>(text.data()), text.size(), digest.data());
  return digest;
}

/// "localhost" or an address, with or without a port.
bool names_no_stranger(std::string host) {
  if (host.starts_with('[')) {
    return targets::is_ip_address(host.substr(1, host.find(']') - 1));
  }
  host = host.substr(0, host.find(':'));
  return host == "localhost" || targets::is_ip_address(host);
}

bool is_json(std::string const& content_type) {
  return content_type.substr(0, content_type.find(';')) == "application/json";
}

}  // namespace

Token::Token(std::string_view text) : digest_(digest_of(text)) {}

Result<Token> Token::load(std::string const& file) {
  std::ifstream in(file);
  if (!in) {
    return fail({ErrorCode::io, 0, "token", "",
                 "cannot open '" + file + "': " + std::generic_category().message(errno)});
  }
  std::string line;
  std::getline(in, line);
  while (!line.empty() && (line.back() == '\r' || line.back() == ' ')) {
    line.pop_back();
  }
  if (line.size() < kLeast) {
    return fail({ErrorCode::bad_value, 0, "token", "",
                 "the first line of '" + file + "' is the token; it wants " +
                     std::to_string(kLeast) + " characters at least"});
  }
  return Token(line);
}

bool Token::matches(std::string_view text) const {
  auto const other = digest_of(text);
  return CRYPTO_memcmp(digest_.data(), other.data(), digest_.size()) == 0;
}

bool is_loopback(std::string const& address) {
  return address == "::1" || (address.starts_with("127.") && targets::is_ip_address(address));
}

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
