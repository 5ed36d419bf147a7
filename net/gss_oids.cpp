#include "net/gss_oids.hpp"

#include "net/gss_library.hpp"

namespace rpchspec::net {
namespace {

std::string status_text(OM_uint32 status, int kind, gss_OID mechanism) {
  OM_uint32 minor = 0;
  OM_uint32 more = 0;
  gss_buffer_desc text = GSS_C_EMPTY_BUFFER;
  if (GSS_ERROR(gss().display_status(&minor, status, kind, mechanism, &more, &text))) {
    return {};
  }
  std::string words(static_cast<char const*>(text.value), text.length);
  gss().release_buffer(&minor, &text);
  return words;
}

}  // namespace

gss_OID gss_oid(GssMechanism mechanism) {
  static char ntlm_bytes[] = "\x2b\x06\x01\x04\x01\x82\x37\x02\x02\x0a";
  static char spnego_bytes[] = "\x2b\x06\x01\x05\x05\x02";
  static gss_OID_desc ntlm = {sizeof ntlm_bytes - 1, ntlm_bytes};
  static gss_OID_desc spnego = {sizeof spnego_bytes - 1, spnego_bytes};
  return mechanism == GssMechanism::ntlm ? &ntlm : &spnego;
}

std::string gss_error_text(OM_uint32 major, OM_uint32 minor, GssMechanism mechanism) {
  auto text = status_text(major, GSS_C_GSS_CODE, GSS_C_NO_OID);
  if (minor != 0) {
    text += ": " + status_text(minor, GSS_C_MECH_CODE, gss_oid(mechanism));
  }
  return text;
}

gss_buffer_desc gss_buffer(std::string const& text) {
  return {text.size(), const_cast<char*>(text.data())};  // the library does not write to it
}

GssName::GssName(std::string const& text, gss_OID type) {
  OM_uint32 minor = 0;
  auto buffer = gss_buffer(text);
  if (GSS_ERROR(gss().import_name(&minor, &buffer, type, &name_))) {
    name_ = GSS_C_NO_NAME;
  }
}

GssName::~GssName() {
  OM_uint32 minor = 0;
  gss().release_name(&minor, &name_);
}

}  // namespace rpchspec::net
