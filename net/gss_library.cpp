#include "net/gss_library.hpp"

#include <dlfcn.h>

#include <cassert>
#include <string>

namespace rpchspec::net {
namespace {

constexpr char const* kFile = "libgssapi_krb5.so.2";

template <class Function>
bool load(void* from, char const* name, Function*& into) {
  into = reinterpret_cast<Function*>(::dlsym(from, name));
  return into != nullptr;
}

bool load_all(void* from, GssLibrary& table) {
  return load(from, "gss_accept_sec_context", table.accept_sec_context) &&
         load(from, "gss_acquire_cred_from", table.acquire_cred_from) &&
         load(from, "gss_delete_sec_context", table.delete_sec_context) &&
         load(from, "gss_display_name", table.display_name) &&
         load(from, "gss_display_status", table.display_status) &&
         load(from, "gss_import_name", table.import_name) &&
         load(from, "gss_indicate_mechs", table.indicate_mechs) &&
         load(from, "gss_init_sec_context", table.init_sec_context) &&
         load(from, "gss_inquire_context", table.inquire_context) &&
         load(from, "gss_release_buffer", table.release_buffer) &&
         load(from, "gss_release_cred", table.release_cred) &&
         load(from, "gss_release_name", table.release_name) &&
         load(from, "gss_release_oid_set", table.release_oid_set) &&
         load(from, "gss_set_neg_mechs", table.set_neg_mechs) &&
         load(from, "gss_test_oid_set_member", table.test_oid_set_member);
}

struct Loaded {
  GssLibrary table;
  std::string missing;  // why there is none, in words
};

/// It stays loaded: its plug-ins do not like to go.
Loaded const& loaded() {
  static Loaded const kLoaded = [] {
    Loaded made;
    auto* const library = ::dlopen(kFile, RTLD_NOW | RTLD_LOCAL);
    if (library == nullptr || !load_all(library, made.table)) {
      auto const* const why = ::dlerror();
      made.missing = why == nullptr ? kFile : why;
    }
    return made;
  }();
  return kLoaded;
}

}  // namespace

Result<void> load_gss() {
  if (!loaded().missing.empty()) {
    return fail({ErrorCode::not_supported, 0, "", "",
                 "NTLM needs GSSAPI of the packages libgssapi-krb5-2 and gss-ntlmssp: " +
                     loaded().missing});
  }
  return {};
}

GssLibrary const& gss() {
  assert(loaded().missing.empty());
  return loaded().table;
}

gss_OID gss_user_name() {
  static char bytes[] = "\x2a\x86\x48\x86\xf7\x12\x01\x02\x01\x01";
  static gss_OID_desc oid = {sizeof bytes - 1, bytes};
  return &oid;
}

gss_OID gss_host_based_service() {
  static char bytes[] = "\x2a\x86\x48\x86\xf7\x12\x01\x02\x01\x04";
  static gss_OID_desc oid = {sizeof bytes - 1, bytes};
  return &oid;
}

}  // namespace rpchspec::net
