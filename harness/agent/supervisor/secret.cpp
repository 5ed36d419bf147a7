#include "harness/agent/supervisor/secret.hpp"

#include <array>
#include <stdexcept>

#include <openssl/rand.h>

namespace rpchspec::supervisor {

std::string new_secret() {
  std::array<unsigned char, 16> bytes{};
  if (RAND_bytes(bytes.data(), static_cast<int>(bytes.size())) != 1) {
    throw std::runtime_error("the system has no random numbers");
  }
  constexpr std::string_view kDigits = "0123456789abcdef";
  std::string text;
  for (auto const byte : bytes) {
    text += kDigits[byte >> 4U];
    text += kDigits[byte & 15U];
  }
  return text;
}

}  // namespace rpchspec::supervisor
