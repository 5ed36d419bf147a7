#include "harness/engine/certificates.hpp"

#include "net/certificate_request.hpp"

namespace rpchspec::engine {

Result<Certificates> make_certificates() {
  net::CertificateRequest authority;
  authority.names = {"localhost", "127.0.0.1"};
  net::CertificateRequest client;
  client.names = {"client.rpchspec.test"};
  Certificates made;
  for (auto const into : {&Certificates::client, &Certificates::stranger}) {
    auto own = net::self_signed(authority);
    if (!own) {
      return tl::unexpected(own.error());
    }
    auto issued = net::issue(client, *own);
    if (!issued) {
      return tl::unexpected(issued.error());
    }
    made.*into = *std::move(issued);
    if (into == &Certificates::client) {
      made.own = *std::move(own);
    }
  }
  return made;
}

}  // namespace rpchspec::engine
