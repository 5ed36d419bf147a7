#include "net/gss_credentials.hpp"

#include <array>

#include "net/gss_library.hpp"
#include "net/gss_oids.hpp"
#include "net/ntlm_user_file.hpp"

namespace rpchspec::net {
namespace {

/// Only NTLM is offered inside SPNEGO: Kerberos would need a realm.
bool offer_ntlm_alone(gss_cred_id_t credentials) {
  OM_uint32 minor = 0;
  gss_OID_set_desc inside = {1, gss_oid(GssMechanism::ntlm)};
  return !GSS_ERROR(gss().set_neg_mechs(&minor, credentials, &inside));
}

/// @param store  of the plug-in: "ntlmssp_keyfile" for either side, "password" for a client.
Result<gss_cred_id_t> acquire(GssMechanism mechanism,
                              gss_name_t name,
                              gss_cred_usage_t usage,
                              std::vector<gss_key_value_element_desc> store) {
  // Clients send NTLM to a server that offers Negotiate with SPNEGO around it, or without.
  std::array<gss_OID_desc, 2> wanted = {*gss_oid(GssMechanism::ntlm),
                                        *gss_oid(GssMechanism::negotiate)};
  gss_OID_set_desc mechanisms = {mechanism == GssMechanism::ntlm ? 1U : 2U, wanted.data()};
  gss_key_value_set_desc const from = {static_cast<OM_uint32>(store.size()), store.data()};
  OM_uint32 minor = 0;
  gss_cred_id_t made = GSS_C_NO_CREDENTIAL;
  auto const major =
      gss().acquire_cred_from(&minor, name, GSS_C_INDEFINITE, &mechanisms, usage,
                              store.empty() ? GSS_C_NO_CRED_STORE : &from, &made, nullptr, nullptr);
  if (GSS_ERROR(major)) {
    return fail({ErrorCode::not_found, 0, "", "", gss_error_text(major, minor, mechanism)});
  }
  if (mechanism == GssMechanism::negotiate && !offer_ntlm_alone(made)) {
    gss().release_cred(&minor, &made);
    return fail({ErrorCode::not_supported, 0, "", "", "SPNEGO cannot be limited to NTLM"});
  }
  return made;
}

}  // namespace

struct GssCredentials::State {
  State(GssMechanism mechanism_, gss_cred_id_t native_, std::optional<NtlmUserFile> users_)
      : mechanism(mechanism_), native(native_), users(std::move(users_)) {}

  ~State() {
    OM_uint32 minor = 0;
    gss().release_cred(&minor, &native);
  }

  State(State const&) = delete;
  State& operator=(State const&) = delete;

  GssMechanism mechanism;
  gss_cred_id_t native;
  std::optional<NtlmUserFile> users;  // read at each authentication
};

Result<GssCredentials> GssCredentials::initiator(GssMechanism mechanism, GssUser const& user) {
  if (auto const there = check_gss(mechanism); !there) {
    return tl::unexpected(there.error());
  }
  GssName const name(user.name, gss_user_name());
  std::vector<gss_key_value_element_desc> store;
  if (user.password) {
    store.push_back({"password", user.password->c_str()});
  }
  auto made = acquire(mechanism, name.get(), GSS_C_INITIATE, std::move(store));
  if (!made) {
    auto error = made.error();
    error.detail = "the credentials of " + user.name + " cannot be used: " + error.detail;
    return tl::unexpected(std::move(error));
  }
  GssCredentials credentials;
  credentials.state_ = std::make_shared<State>(mechanism, *made, std::nullopt);
  return credentials;
}

Result<GssCredentials> GssCredentials::acceptor(GssMechanism mechanism,
                                                std::vector<GssUser> const& users) {
  if (auto const there = check_gss(mechanism); !there) {
    return tl::unexpected(there.error());
  }
  std::optional<NtlmUserFile> file;
  std::string path;
  std::vector<gss_key_value_element_desc> store;
  if (!users.empty()) {
    auto written = NtlmUserFile::make(users);
    if (!written) {
      return tl::unexpected(written.error());
    }
    file.emplace(*std::move(written));
    path = file->path();
    store.push_back({"ntlmssp_keyfile", path.c_str()});
  }
  // No service: its name would have to be the one that each client knows the proxy by.
  GssName const name("@localhost", gss_host_based_service());
  auto made = acquire(mechanism, name.get(), GSS_C_ACCEPT, std::move(store));
  if (!made) {
    return tl::unexpected(made.error());
  }
  GssCredentials credentials;
  credentials.state_ = std::make_shared<State>(mechanism, *made, std::move(file));
  return credentials;
}

GssMechanism GssCredentials::mechanism() const {
  return state_->mechanism;
}

gss_cred_id_t GssCredentials::native() const {
  return state_->native;
}

Result<void> check_gss(GssMechanism mechanism) {
  if (auto there = load_gss(); !there) {
    return there;
  }
  OM_uint32 minor = 0;
  gss_OID_set there = GSS_C_NO_OID_SET;
  gss().indicate_mechs(&minor, &there);
  auto has = 1;
  for (auto const wanted : {GssMechanism::ntlm, mechanism}) {  // SPNEGO needs NTLM inside
    auto present = 0;
    gss().test_oid_set_member(&minor, gss_oid(wanted), there, &present);
    has = has & present;
  }
  gss().release_oid_set(&minor, &there);
  if (has == 0) {
    return fail({ErrorCode::not_supported, 0, "", "",
                 "NTLM needs the GSSAPI mechanism of the package gss-ntlmssp"});
  }
  return {};
}

}  // namespace rpchspec::net
