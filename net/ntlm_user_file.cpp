#include "net/ntlm_user_file.hpp"

#include <sys/mman.h>
#include <unistd.h>

#include <array>
#include <memory>
#include <utility>

#include <openssl/evp.h>
#include <openssl/provider.h>
#include <openssl/rand.h>

#include "model/utf8.hpp"

namespace rpchspec::net {
namespace {

using Hash = std::array<unsigned char, 16>;

/// MD4, which OpenSSL 3 keeps with other old things. A context of its own: the program's TLS must
/// not get at them.
class Md4 {
 public:
  Md4()
      : library_(OSSL_LIB_CTX_new()),
        legacy_(OSSL_PROVIDER_load(library_, "legacy")),
        algorithm_(EVP_MD_fetch(library_, "MD4", nullptr)) {}

  ~Md4() {
    EVP_MD_free(algorithm_);
    if (legacy_ != nullptr) {
      OSSL_PROVIDER_unload(legacy_);
    }
    OSSL_LIB_CTX_free(library_);
  }

  Md4(Md4 const&) = delete;
  Md4& operator=(Md4 const&) = delete;

  [[nodiscard]] bool there() const { return algorithm_ != nullptr; }

  [[nodiscard]] Hash of(std::u16string const& text) const {
    std::string bytes;
    for (auto const unit : text) {
      bytes += static_cast<char>(unit & 0xFF);
      bytes += static_cast<char>(unit >> 8);
    }
    Hash hash{};
    EVP_Digest(bytes.data(), bytes.size(), hash.data(), nullptr, algorithm_, nullptr);
    return hash;
  }

 private:
  OSSL_LIB_CTX* library_;
  OSSL_PROVIDER* legacy_;
  EVP_MD* algorithm_;
};

/// @param text  well-formed UTF-8.
std::u16string utf16(std::string_view text) {
  std::u16string units;
  for (std::size_t i = 0; i < text.size();) {
    auto const lead = static_cast<unsigned char>(text[i]);
    auto const size = lead < 0x80 ? 1U : lead < 0xE0 ? 2U : lead < 0xF0 ? 3U : 4U;
    char32_t point = size == 1 ? lead : lead & (0x7FU >> size);
    for (std::size_t k = 1; k < size; ++k) {
      point = point << 6 | (static_cast<unsigned char>(text[i + k]) & 0x3FU);
    }
    i += size;
    if (point < 0x10000) {
      units += static_cast<char16_t>(point);
    } else {
      units += static_cast<char16_t>(0xD7C0 + (point >> 10));
      units += static_cast<char16_t>(0xDC00 + (point & 0x3FF));
    }
  }
  return units;
}

std::string hex(Hash const& hash) {
  constexpr std::string_view kDigits = "0123456789ABCDEF";
  std::string text;
  for (auto const byte : hash) {
    text += kDigits[byte >> 4];
    text += kDigits[byte & 15];
  }
  return text;
}

/// The line's user, without a domain.
std::string account_of(std::string const& name) {
  return name.substr(name.rfind('\\') + 1);
}

}  // namespace

Result<NtlmUserFile> NtlmUserFile::make(std::vector<GssUser> const& users) {
  Md4 const md4;
  if (!md4.there()) {
    return fail({ErrorCode::not_supported, 0, "MD4", "MS-NLMP 3.3.1",
                 "NTLM needs OpenSSL's legacy provider"});
  }
  std::string lines;
  for (auto const& user : users) {
    auto const account = account_of(user.name);
    auto const password = user.password.value_or("");
    auto const unfit = account.empty() || account.size() > 256 || account.front() == '#' ||
                       account.find_first_of(":\r\n") != std::string::npos;
    if (unfit || model::first_bad_utf8(account) || model::first_bad_utf8(password)) {
      return fail({ErrorCode::bad_value, 0, "user", "MS-NLMP 3.3.1",
                   "'" + account +
                       "' cannot be used with NTLM: a name without ':', and text in "
                       "UTF-8, is expected"});
    }
    Hash no_lan_manager_hash{};
    RAND_bytes(no_lan_manager_hash.data(), static_cast<int>(no_lan_manager_hash.size()));
    lines += account + ":0:" + hex(no_lan_manager_hash) + ":" + hex(md4.of(utf16(password))) +
             ":[U          ]:LCT-00000000:\n";
  }
  NtlmUserFile file(memfd_create("ntlm-users", MFD_CLOEXEC));
  if (file.descriptor_ < 0 ||
      write(file.descriptor_, lines.data(), lines.size()) != static_cast<ssize_t>(lines.size())) {
    return fail({ErrorCode::io, 0, "", "", "cannot hold the users of NTLM in memory"});
  }
  return file;
}

NtlmUserFile::NtlmUserFile(NtlmUserFile&& other) noexcept
    : descriptor_(std::exchange(other.descriptor_, -1)) {}

NtlmUserFile::~NtlmUserFile() {
  if (descriptor_ >= 0) {
    close(descriptor_);
  }
}

std::string NtlmUserFile::path() const {
  return "/proc/self/fd/" + std::to_string(descriptor_);
}

}  // namespace rpchspec::net
