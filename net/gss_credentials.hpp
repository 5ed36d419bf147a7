// Credentials of GSSAPI (RFC 2743): NTLM, alone or inside SPNEGO, by the plug-in gss-ntlmssp.

#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "protocol/base/error.hpp"

struct gss_cred_id_struct;

namespace rpchspec::net {

enum class GssMechanism {
  ntlm,       // MS-NLMP
  negotiate,  // SPNEGO (RFC 4178), with NTLM inside
};

struct GssUser {
  std::string name;                       // "user", or "DOMAIN\user"
  std::optional<std::string> password{};  // empty: looked up in the file that NTLM_USER_FILE names
};

/// A handle, shared by its copies. An empty one authenticates nobody.
class GssCredentials {
 public:
  GssCredentials() = default;

  /// What a client shows. @return not_supported with the package's name where the plug-in is not
  ///         installed; not_found where the user is in no file.
  [[nodiscard]] static Result<GssCredentials> initiator(GssMechanism mechanism,
                                                        GssUser const& user);

  /// What a server checks clients with: these users, of any domain; or, where there are none,
  /// those of the file that NTLM_USER_FILE names.
  [[nodiscard]] static Result<GssCredentials> acceptor(GssMechanism mechanism,
                                                       std::vector<GssUser> const& users);

  [[nodiscard]] explicit operator bool() const { return state_ != nullptr; }

  [[nodiscard]] GssMechanism mechanism() const;
  [[nodiscard]] gss_cred_id_struct* native() const;

 private:
  struct State;
  std::shared_ptr<State> state_;
};

/// Whether this machine has the mechanism; the error names the package that brings it.
[[nodiscard]] Result<void> check_gss(GssMechanism mechanism);

}  // namespace rpchspec::net
