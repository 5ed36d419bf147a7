// Certificates made on the spot that are good, or wrong in one way.

#pragma once

#include <string>
#include <vector>

#include "net/tls.hpp"

namespace rpchspec::net {

/// Days are counted from now.
struct CertificateRequest {
  CertificateRequest() = default;

  std::vector<std::string> names = {};  // as of self_signed() in tls.hpp
  long valid_from_days = -1;
  long valid_until_days = 3650;
};

/// The same as in tls.hpp, with these days.
[[nodiscard]] Result<Certificate> self_signed(CertificateRequest const& request);

/// One that is no authority itself, signed by this one.
[[nodiscard]] Result<Certificate> issue(CertificateRequest const& request,
                                        Certificate const& authority);

}  // namespace rpchspec::net
