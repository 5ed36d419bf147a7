// The system's GSSAPI library, loaded where it is installed: the program runs without it, too.
// Private to the wrapper in this folder.

#pragma once

#include <gssapi/gssapi_ext.h>

#include "protocol/base/error.hpp"

namespace rpchspec::net {

/// Its functions, without their prefix.
struct GssLibrary {
  decltype(&::gss_accept_sec_context) accept_sec_context = nullptr;
  decltype(&::gss_acquire_cred_from) acquire_cred_from = nullptr;
  decltype(&::gss_delete_sec_context) delete_sec_context = nullptr;
  decltype(&::gss_display_name) display_name = nullptr;
  decltype(&::gss_display_status) display_status = nullptr;
  decltype(&::gss_import_name) import_name = nullptr;
  decltype(&::gss_indicate_mechs) indicate_mechs = nullptr;
  decltype(&::gss_init_sec_context) init_sec_context = nullptr;
  decltype(&::gss_inquire_context) inquire_context = nullptr;
  decltype(&::gss_release_buffer) release_buffer = nullptr;
  decltype(&::gss_release_cred) release_cred = nullptr;
  decltype(&::gss_release_name) release_name = nullptr;
  decltype(&::gss_release_oid_set) release_oid_set = nullptr;
  decltype(&::gss_set_neg_mechs) set_neg_mechs = nullptr;
  decltype(&::gss_test_oid_set_member) test_oid_set_member = nullptr;
};

/// Loads it, once. @return not_supported with what is missing and the package that brings it.
[[nodiscard]] Result<void> load_gss();

/// Only after load_gss() said that it is there.
[[nodiscard]] GssLibrary const& gss();

/// 1.2.840.113554.1.2.1.1 and .4 (RFC 2743 4.1, 4.2). Static storage.
[[nodiscard]] gss_OID gss_user_name();
[[nodiscard]] gss_OID gss_host_based_service();

}  // namespace rpchspec::net
