// The file of users that gss-ntlmssp reads, held in memory: no password lies on a disk.

#pragma once

#include <string>
#include <vector>

#include "net/gss_credentials.hpp"

namespace rpchspec::net {

class NtlmUserFile {
 public:
  /// Holds the NT hash of each password (MS-NLMP 3.3.1), as an smbpasswd file does: such a line
  /// stands for the user in any domain. @return bad_value for a name or password that cannot be
  /// written there; not_supported where OpenSSL has no MD4.
  [[nodiscard]] static Result<NtlmUserFile> make(std::vector<GssUser> const& users);

  NtlmUserFile(NtlmUserFile&& other) noexcept;
  NtlmUserFile& operator=(NtlmUserFile&&) = delete;
  ~NtlmUserFile();

  /// Readable as long as this lives.
  [[nodiscard]] std::string path() const;

 private:
  explicit NtlmUserFile(int descriptor) : descriptor_(descriptor) {}

  int descriptor_;
};

}  // namespace rpchspec::net
