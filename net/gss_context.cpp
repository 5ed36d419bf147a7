#include "net/gss_context.hpp"

#include <algorithm>

#include "net/gss_library.hpp"
#include "net/gss_oids.hpp"

#ifndef GSS_C_CHANNEL_BOUND_FLAG
#define GSS_C_CHANNEL_BOUND_FLAG 2048  // MIT Kerberos 1.19
#endif

namespace rpchspec::net {
namespace {

constexpr std::string_view kNegotiate{"NTLMSSP\0\1\0\0\0", 12};     // MS-NLMP 2.2.1.1
constexpr std::string_view kAuthenticate{"NTLMSSP\0\3\0\0\0", 12};  // MS-NLMP 2.2.1.3
constexpr std::size_t kNegotiateSize = 32;                          // both without Version
constexpr std::size_t kAuthenticateSize = 64;
constexpr std::size_t kVersionSize = 8;
constexpr std::size_t kVersionFlagAt = 63;  // in AUTHENTICATE_MESSAGE
constexpr std::uint8_t kVersionFlag = 0x02;

/// An AUTHENTICATE_MESSAGE whose payload begins where Version would stand.
bool lacks_version(ByteView token) {
  for (auto field = kNegotiate.size(); field < kAuthenticateSize - 4; field += 8) {
    auto const length = load<std::uint16_t>(token, field);
    if (length != 0 && load<std::uint32_t>(token, field + 4) < kAuthenticateSize + kVersionSize) {
      return true;
    }
  }
  return false;
}

/// Clients may leave Version out, and curl does, also where its flags say that it is there.
/// gss-ntlmssp 1.2 takes such a first message with those eight bytes only, and such a last one
/// without that flag. Neither can hold a MIC, which would stand behind Version.
Bytes digestible(ByteView token) {
  Bytes changed(token.begin(), token.end());
  auto const text = as_text(token);
  if (text.starts_with(kNegotiate) && token.size() >= kNegotiateSize) {
    changed.resize(std::max(token.size(), kNegotiateSize + kVersionSize));
  } else if (text.starts_with(kAuthenticate) && token.size() >= kAuthenticateSize &&
             lacks_version(token)) {
    changed[kVersionFlagAt] &= static_cast<std::uint8_t>(~kVersionFlag);
  }
  return changed;
}

}  // namespace

struct GssContext::State {
  ~State() {
    OM_uint32 minor = 0;
    gss().delete_sec_context(&minor, &native, GSS_C_NO_BUFFER);
  }

  State(GssCredentials credentials_, Bytes binding_)
      : credentials(std::move(credentials_)), binding(std::move(binding_)) {
    bindings.application_data = {binding.size(), binding.data()};
  }

  State(State const&) = delete;
  State& operator=(State const&) = delete;

  [[nodiscard]] gss_channel_bindings_t channel_bindings() {
    return binding.empty() ? GSS_C_NO_CHANNEL_BINDINGS : &bindings;
  }

  OM_uint32 initiate(OM_uint32& minor, gss_buffer_t in, gss_buffer_t out) {
    return gss().init_sec_context(&minor, credentials.native(), &native, target->get(),
                                  gss_oid(credentials.mechanism()), GSS_C_INTEG_FLAG, 0,
                                  channel_bindings(), in, nullptr, out, &flags, nullptr);
  }

  OM_uint32 accept(OM_uint32& minor, gss_buffer_t in, gss_buffer_t out) {
    return gss().accept_sec_context(&minor, &native, credentials.native(), in, channel_bindings(),
                                    nullptr, nullptr, out, &flags, nullptr, nullptr);
  }

  GssCredentials credentials;
  Bytes binding;
  gss_channel_bindings_struct bindings{};
  std::unique_ptr<GssName> target;  // null: this is the acceptor
  gss_ctx_id_t native = GSS_C_NO_CONTEXT;
  OM_uint32 flags = 0;
  bool complete = false;
};

GssContext::GssContext(std::unique_ptr<State> state) : state_(std::move(state)) {}

GssContext::GssContext(GssContext&&) noexcept = default;
GssContext& GssContext::operator=(GssContext&&) noexcept = default;
GssContext::~GssContext() = default;

GssContext GssContext::initiator(GssCredentials credentials,
                                 std::string const& service,
                                 Bytes channel_binding) {
  auto state = std::make_unique<State>(std::move(credentials), std::move(channel_binding));
  state->target = std::make_unique<GssName>(service, gss_host_based_service());
  return GssContext(std::move(state));
}

GssContext GssContext::acceptor(GssCredentials credentials, Bytes channel_binding) {
  return GssContext(std::make_unique<State>(std::move(credentials), std::move(channel_binding)));
}

Result<GssContext::Step> GssContext::step(ByteView token) {
  if (state_->complete) {
    return fail({ErrorCode::unexpected, 0, "", "RFC 2743 2.2", "a token after the last one"});
  }
  auto taken = digestible(token);
  gss_buffer_desc in = {taken.size(), taken.data()};
  gss_buffer_desc out = GSS_C_EMPTY_BUFFER;
  OM_uint32 minor = 0;
  auto const major =
      state_->target ? state_->initiate(minor, &in, &out) : state_->accept(minor, &in, &out);
  auto const bytes = as_bytes({static_cast<char const*>(out.value), out.length});
  Step step;
  step.token.assign(bytes.begin(), bytes.end());
  step.complete = major == GSS_S_COMPLETE;
  state_->complete = step.complete;
  OM_uint32 ignored = 0;
  gss().release_buffer(&ignored, &out);
  if (GSS_ERROR(major)) {
    return fail({ErrorCode::bad_value, 0, "", "RFC 2743 2.2",
                 gss_error_text(major, minor, state_->credentials.mechanism())});
  }
  return step;
}

bool GssContext::bound() const {
  return state_->complete && (state_->flags & GSS_C_CHANNEL_BOUND_FLAG) != 0;
}

std::string GssContext::peer() const {
  OM_uint32 minor = 0;
  gss_name_t name = GSS_C_NO_NAME;
  if (!state_->complete || state_->target ||
      GSS_ERROR(gss().inquire_context(&minor, state_->native, &name, nullptr, nullptr, nullptr,
                                      nullptr, nullptr, nullptr))) {
    return {};
  }
  gss_buffer_desc text = GSS_C_EMPTY_BUFFER;
  gss().display_name(&minor, name, &text, nullptr);
  std::string shown(static_cast<char const*>(text.value), text.length);
  gss().release_buffer(&minor, &text);
  gss().release_name(&minor, &name);
  return shown.substr(0, shown.find('\0'));  // gss-ntlmssp counts the end of its string
}

}  // namespace rpchspec::net
