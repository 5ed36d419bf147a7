// Object identifiers and errors of GSSAPI. Private to the wrapper in this folder.

#pragma once

#include <gssapi/gssapi_ext.h>

#include <string>

#include "net/gss_credentials.hpp"

namespace rpchspec::net {

/// 1.3.6.1.4.1.311.2.2.10 for NTLM, 1.3.6.1.5.5.2 for SPNEGO. Static storage.
[[nodiscard]] gss_OID gss_oid(GssMechanism mechanism);

/// The library's words for a status, and the mechanism's for the minor one.
[[nodiscard]] std::string gss_error_text(OM_uint32 major, OM_uint32 minor, GssMechanism mechanism);

/// A buffer over text that outlives the call.
[[nodiscard]] gss_buffer_desc gss_buffer(std::string const& text);

/// A name of GSSAPI, released with this.
class GssName {
 public:
  /// @param type  GSS_C_NT_USER_NAME or GSS_C_NT_HOSTBASED_SERVICE.
  GssName(std::string const& text, gss_OID type);
  ~GssName();
  GssName(GssName const&) = delete;
  GssName& operator=(GssName const&) = delete;

  /// GSS_C_NO_NAME where the text was none.
  [[nodiscard]] gss_name_t get() const { return name_; }

 private:
  gss_name_t name_ = GSS_C_NO_NAME;
};

}  // namespace rpchspec::net
