#include "harness/agent/token.hpp"

#include <openssl/crypto.h>
#include <openssl/sha.h>

#include "harness/targets/secret.hpp"
#include "net/address.hpp"

namespace rpchspec::agent {

namespace {

std::array<std::uint8_t, 32> digest_of(std::string_view text) {
  std::array<std::uint8_t, 32> digest{};
  SHA256(reinterpret_cast<unsigned char const*>(text.data()), text.size(), digest.data());
  return digest;
}

}  // namespace

Token::Token(std::string_view text) : digest_(digest_of(text)) {}

Result<Token> Token::load(std::string const& file) {
  auto const line = targets::read_secret(file);
  if (!line) {
    return tl::unexpected(line.error());
  }
  if (line->size() < kLeast) {
    return fail({ErrorCode::bad_value, 0, "token", "",
                 "the first line of '" + file + "' is the token; it wants " +
                     std::to_string(kLeast) + " characters at least"});
  }
  return Token(*line);
}

bool Token::matches(std::string_view text) const {
  auto const other = digest_of(text);
  return CRYPTO_memcmp(digest_.data(), other.data(), digest_.size()) == 0;
}

bool is_loopback(std::string const& address) {
  return address == "::1" || (address.starts_with("127.") && net::is_ip_address(address));
}

}  // namespace rpchspec::agent
