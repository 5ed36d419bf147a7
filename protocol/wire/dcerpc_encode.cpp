#include <algorithm>

#include "protocol/wire/dcerpc.hpp"
#include "protocol/wire/pdu_stream.hpp"

namespace rpchspec::wire {

namespace {

/// Writes a body's fields in the PDU's own byte order.
class BodyEncoder {
 public:
  BodyEncoder(Bytes& out, ByteOrder order) : out_(out), order_(order) {}

  void operator()(OpaqueBody const& body) { append(out_, body.bytes); }

  void operator()(BindBody const& body) {
    put(body.max_xmit_frag);
    put(body.max_recv_frag);
    put(body.assoc_group_id);
    put(body.n_context_elem.value_or(static_cast<std::uint8_t>(body.contexts.size())));
    put(std::uint8_t{0});
    put(std::uint16_t{0});
    for (auto const& context : body.contexts) {
      put(context.p_cont_id);
      put(context.n_transfer_syn.value_or(
          static_cast<std::uint8_t>(context.transfer_syntaxes.size())));
      put(context.reserved);
      put(context.abstract_syntax);
      for (auto const& syntax : context.transfer_syntaxes) {
        put(syntax);
      }
    }
  }

  void operator()(BindAckBody const& body) {
    put(body.max_xmit_frag);
    put(body.max_recv_frag);
    put(body.assoc_group_id);
    put(static_cast<std::uint16_t>(body.sec_addr.size()));
    append(out_, as_bytes(body.sec_addr));
    out_.resize((out_.size() + 3) & ~std::size_t{3});
    put(body.n_results.value_or(static_cast<std::uint8_t>(body.results.size())));
    put(std::uint8_t{0});
    put(std::uint16_t{0});
    for (auto const& result : body.results) {
      put(result.result);
      put(result.reason);
      put(result.transfer_syntax);
    }
  }

  void operator()(BindNakBody const& body) {
    put(body.provider_reject_reason);
    if (body.versions) {
      put(static_cast<std::uint8_t>(body.versions->size()));
      for (auto const& version : *body.versions) {
        put(version.major);
        put(version.minor);
      }
    }
  }

  void operator()(RequestBody const& body) {
    put(body.alloc_hint);
    put(body.p_cont_id);
    put(body.opnum);
    if (body.object) {
      append_uuid(out_, *body.object, order_);
    }
    append(out_, body.stub);
  }

  void operator()(ResponseBody const& body) {
    put(body.alloc_hint);
    put(body.p_cont_id);
    put(body.cancel_count);
    put(body.reserved);
    append(out_, body.stub);
  }

  void operator()(FaultBody const& body) {
    put(body.alloc_hint);
    put(body.p_cont_id);
    put(body.cancel_count);
    put(body.reserved);
    put(body.status);
    put(body.reserved2);
    append(out_, body.stub);
  }

  void operator()(Auth3Body const& body) { append(out_, ByteView(body.pad)); }

 private:
  template <class Int>
  void put(Int value) {
    append<Int>(out_, value, order_);
  }

  void put(SyntaxId const& syntax) {
    append_uuid(out_, syntax.uuid, order_);
    put(syntax.version);
  }

  Bytes& out_;
  ByteOrder order_;
};

void append_verifier(Bytes& out, AuthVerifier const& auth, ByteOrder order) {
  append(out, auth.auth_pad);
  append<std::uint8_t>(out, auth.auth_type);
  append<std::uint8_t>(out, auth.auth_level);
  append<std::uint8_t>(
      out, auth.auth_pad_length.value_or(static_cast<std::uint8_t>(auth.auth_pad.size())));
  append<std::uint8_t>(out, auth.auth_reserved);
  append<std::uint32_t>(out, auth.auth_context_id, order);
  append(out, auth.auth_value);
}

}  // namespace

Bytes encode(RpcPdu const& pdu) {
  auto const& header = pdu.header;
  auto const order = header.byte_order();
  Bytes out{header.rpc_vers, header.rpc_vers_minor, header.ptype, header.pfc_flags};
  append(out, ByteView(header.packed_drep));
  append<std::uint16_t>(out, 0);
  auto const auth_size = pdu.auth ? pdu.auth->auth_value.size() : 0;
  append<std::uint16_t>(out, header.auth_length.value_or(static_cast<std::uint16_t>(auth_size)),
                        order);
  append<std::uint32_t>(out, header.call_id, order);
  std::visit(BodyEncoder(out, order), pdu.body);
  append(out, pdu.trailing);
  if (pdu.auth) {
    append_verifier(out, *pdu.auth, order);
  }
  store<std::uint16_t>(out, 8, header.frag_length.value_or(static_cast<std::uint16_t>(out.size())),
                       order);
  return out;
}

}  // namespace rpchspec::wire
