#include <algorithm>

#include "protocol/wire/dcerpc.hpp"
#include "protocol/wire/pdu_stream.hpp"

namespace rpchspec::wire {

namespace {

constexpr std::uint16_t kMinimumFragment = 1432;  // MustRecvFragSize, C706 12.6.2

/// Collects what each section forbids.
class Checker {
 public:
  explicit Checker(RpcPdu const& pdu) : pdu_(pdu) {}

  std::vector<Violation> run() {
    header();
    std::visit(*this, pdu_.body);
    verifier();
    return std::move(violations_);
  }

  void operator()(OpaqueBody const& body) {
    if (name_of(pdu_.ptype()) == "unknown") {
      forbid("C706 12.6.1", 2, "PTYPE " + std::to_string(pdu_.header.ptype) + " is not defined");
    } else {
      forbid_if(!body.bytes.empty(), "C706 12.6.4", kCommonHeaderSize,
                "a body of " + std::to_string(body.bytes.size()) + " bytes where there is none");
    }
  }

  void operator()(BindBody const& body) {
    fragment_sizes(body.max_xmit_frag, body.max_recv_frag, "C706 12.6.4.3");
    forbid_if(body.contexts.empty(), "C706 12.6.4.3", 24,
              "n_context_elem is 0, expected 1 or more");
    forbid_if(body.n_context_elem.has_value() && *body.n_context_elem != body.contexts.size(),
              "C706 12.6.4.3", 24, "n_context_elem differs from the number of elements");
    for (std::size_t i = 0; i < body.contexts.size(); ++i) {
      context(body.contexts, i);
    }
  }

  void operator()(BindAckBody const& body) {
    fragment_sizes(body.max_xmit_frag, body.max_recv_frag, "C706 12.6.4.4");
    forbid_if(!body.sec_addr.empty() && body.sec_addr.back() != '\0', "C706 12.6.3.1", 26,
              "sec_addr is not terminated");
    forbid_if(body.n_results.has_value() && *body.n_results != body.results.size(), "C706 12.6.4.4",
              28, "n_results differs from the number of results");
    for (auto const& result : body.results) {
      auto const negotiate = static_cast<std::uint16_t>(ContextResult::negotiate_ack);
      forbid_if(result.result > negotiate, "MS-RPCE 2.2.2.4", 28,
                "result " + std::to_string(result.result) + ", expected 0 to 3");
      forbid_if(result.result < negotiate && result.reason > 3, "C706 12.6.3.1", 28,
                "reason " + std::to_string(result.reason) + ", expected 0 to 3");
    }
  }

  void operator()(BindNakBody const& body) {
    forbid_if(body.provider_reject_reason > 9, "MS-RPCE 2.2.2.5", kCommonHeaderSize,
              "provider_reject_reason " + std::to_string(body.provider_reject_reason) +
                  ", expected 0 to 9");
    forbid_if(!body.versions.has_value() || body.versions->empty(), "C706 12.6.4.5", 18,
              "no protocol version is offered");
  }

  void operator()(RequestBody const& body) {
    bool const flagged = (pdu_.header.pfc_flags & kPfcObjectUuid) != 0;
    forbid_if(flagged != body.object.has_value(), "C706 12.6.4.9", 3,
              "PFC_OBJECT_UUID and the object field disagree");
  }

  void operator()(ResponseBody const&) {}

  void operator()(FaultBody const& body) {
    forbid_if(body.status == 0, "C706 12.6.4.7", 24, "status 0 in a fault");
  }

  void operator()(Auth3Body const&) {
    forbid_if(!pdu_.auth.has_value(), "MS-RPCE 2.2.2.5", 10, "auth3 without a verifier");
  }

 private:
  void header() {
    auto const& header = pdu_.header;
    forbid_if(header.rpc_vers != 5, "C706 12.6.3.1", 0,
              "rpc_vers " + std::to_string(header.rpc_vers) + ", expected 5");
    forbid_if(header.rpc_vers_minor > 1, "C706 12.6.3.1", 1,
              "rpc_vers_minor " + std::to_string(header.rpc_vers_minor) + ", expected 0 or 1");
    forbid_if((header.packed_drep[0] >> 4) > 1 || (header.packed_drep[0] & 0x0F) > 1 ||
                  header.packed_drep[1] > 3,
              "C706 14.1", 4, "packed_drep names no defined representation");
    bool const whole = (header.pfc_flags & 3) == 3;
    bool const fragments = pdu_.ptype() == Ptype::request || pdu_.ptype() == Ptype::response;
    forbid_if(!whole && !fragments, "C706 12.6.3.1", 3,
              "PFC_FIRST_FRAG and PFC_LAST_FRAG must be set: only request and response fragment");
    forbid_if(header.frag_length.has_value(), "C706 12.6.3.1", 8,
              "frag_length differs from the PDU's size");
  }

  void verifier() {
    if (!pdu_.auth) {
      forbid_if(pdu_.header.auth_length.value_or(0) != 0, "C706 12.6.3.1", 10,
                "auth_length without a verifier");
      return;
    }
    auto const& auth = *pdu_.auth;
    forbid_if(pdu_.ptype() == Ptype::shutdown, "C706 12.6.4.11", 10, "a verifier in shutdown");
    forbid_if(auth.auth_level > 6, "MS-RPCE 2.2.1.1.8", 0,
              "auth_level " + std::to_string(auth.auth_level) + ", expected 0 to 6");
    auto plain = pdu_;
    plain.auth.reset();
    auto const start = encode(plain).size() + auth.auth_pad.size();
    forbid_if(start % 4 != 0, "MS-RPCE 2.2.2.11", start, "sec_trailer is not 4-byte aligned");
  }

  void fragment_sizes(std::uint16_t xmit, std::uint16_t recv, std::string_view section) {
    forbid_if(xmit < kMinimumFragment, section, 16,
              "max_xmit_frag " + std::to_string(xmit) + " is below MustRecvFragSize (1432)");
    forbid_if(recv < kMinimumFragment, section, 18,
              "max_recv_frag " + std::to_string(recv) + " is below MustRecvFragSize (1432)");
  }

  void context(std::vector<PresentationContext> const& contexts, std::size_t index) {
    auto const& element = contexts[index];
    auto const where = "p_cont_elem[" + std::to_string(index) + "]";
    forbid_if(element.transfer_syntaxes.empty(), "C706 12.6.4.3", 28,
              where + " offers no transfer syntax");
    forbid_if(element.n_transfer_syn.has_value() &&
                  *element.n_transfer_syn != element.transfer_syntaxes.size(),
              "C706 12.6.4.3", 28, where + ".n_transfer_syn differs from their number");
    bool const repeated =
        std::any_of(contexts.begin(), contexts.begin() + static_cast<std::ptrdiff_t>(index),
                    [&](auto const& other) { return other.p_cont_id == element.p_cont_id; });
    forbid_if(repeated, "C706 12.6.4.3", 28, where + ".p_cont_id was used before");
    bool const features = std::ranges::any_of(
        element.transfer_syntaxes,
        [](SyntaxId const& syntax) { return feature_bitmask(syntax).has_value(); });
    forbid_if(features && element.transfer_syntaxes.size() != 1, "MS-RPCE 3.3.1.5.3", 28,
              where + " mixes a feature negotiation with other transfer syntaxes");
  }

  void forbid(std::string_view section, std::uint64_t offset, std::string detail) {
    violations_.push_back({section, offset, std::move(detail)});
  }

  void forbid_if(bool wrong, std::string_view section, std::uint64_t offset, std::string detail) {
    if (wrong) {
      forbid(section, offset, std::move(detail));
    }
  }

  RpcPdu const& pdu_;
  std::vector<Violation> violations_;
};

}  // namespace

std::vector<Violation> validate(RpcPdu const& pdu) {
  return Checker(pdu).run();
}

}  // namespace rpchspec::wire
