// The server side of the RPC runtime: PDUs of one connection in, PDUs out (C706 chapters 9 and 12,
// MS-RPCE 3.3.2). No socket, no clock.

#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "mock_backend/interface_table.hpp"
#include "mock_backend/rpc_runtime_environment.hpp"
#include "protocol/base/time.hpp"
#include "protocol/wire/dcerpc.hpp"
#include "protocol/wire/dcerpc_fragments.hpp"
#include "protocol/wire/pdu_stream.hpp"

namespace rpchspec::backend {

/// A call that was answered, refused, or left waiting.
struct CallRecord {
  std::uint32_t call_id = 0;
  std::string_view interface;  // "EMSMDB"; empty when the context is unknown
  std::string_view operation;  // "EcDummyRpc"; empty when the opnum is unknown
  std::uint16_t opnum = 0;
  std::uint32_t fault = 0;   // 0: a response
  std::size_t stub_in = 0;   // bytes
  std::size_t stub_out = 0;  // bytes
};

enum class AfterReply { keep_open, close };

/// What the connection's owner does next.
struct RuntimeReply {
  std::vector<Bytes> pdus;  // to send, in order
  AfterReply after = AfterReply::keep_open;
  std::string reason;               // why to close, or why a bind was refused
  std::vector<CallRecord> calls{};  // for the journal
};

/// One instance serves one virtual connection or one TCP connection.
class RpcRuntime {
 public:
  explicit RpcRuntime(RuntimeEnvironment environment);
  ~RpcRuntime();
  RpcRuntime(RpcRuntime&&) = default;
  RpcRuntime& operator=(RpcRuntime&&) = delete;

  /// Takes one whole RPC PDU; RTS PDUs belong to the virtual connection and are a protocol error
  /// here.
  ///
  /// A bind_nak leaves the connection open for another bind. After a protocol error the reply says
  /// close.
  [[nodiscard]] RuntimeReply on_pdu(wire::PduView pdu, TimePoint now);

  /// Ends waits whose five minutes are over (MS-OXCRPC 3.3.4.1), and answers the calls that a
  /// script held and has released.
  [[nodiscard]] RuntimeReply on_time(TimePoint now);

  /// When to call on_time; kNever when nothing waits.
  [[nodiscard]] TimePoint next_deadline() const;

  /// Ends every wait with NotificationPending, as a change in a mailbox does.
  [[nodiscard]] RuntimeReply notify();

  [[nodiscard]] bool bound() const { return association_ != nullptr; }

  /// The association group id that bind_ack gave; 0 before.
  [[nodiscard]] std::uint32_t association_group() const {
    return association_ ? association_->id() : 0;
  }

  /// The largest PDU that may be sent now, and received, in bytes.
  [[nodiscard]] std::uint16_t max_xmit_frag() const { return max_xmit_frag_; }

  [[nodiscard]] std::uint16_t max_recv_frag() const { return max_recv_frag_; }

  [[nodiscard]] RuntimeStatistics const& statistics() const { return statistics_; }

  [[nodiscard]] std::size_t calls_waiting() const { return waits_.size(); }

 private:
  struct Wait {
    std::uint16_t p_cont_id = 0;
    wire::ContextHandle handle;
    TimePoint deadline = kNever;
  };

  struct Context {
    Interface const* interface = nullptr;
    wire::SyntaxId asked{};  // tells the interfaces of a script apart

    friend bool operator==(Context const&, Context const&) = default;
  };

  /// A call that a script holds.
  struct HeldCall {
    std::uint16_t p_cont_id = 0;
    std::uint32_t number = 0;  // the script's
  };

  enum class Negotiates { features, contexts_only };

  void on_bind(wire::RpcPdu const& pdu, RuntimeReply& reply);
  void on_alter_context(wire::RpcPdu const& pdu, RuntimeReply& reply);
  [[nodiscard]] std::optional<wire::RejectReason> reason_to_refuse(wire::RpcPdu const& pdu) const;
  [[nodiscard]] std::vector<wire::PresentationResult> negotiate(
      std::vector<wire::PresentationContext> const& offered, Negotiates what);
  [[nodiscard]] wire::PresentationResult negotiate(wire::PresentationContext const& offered,
                                                   Negotiates what);
  void refuse_bind(std::uint32_t call_id, wire::RejectReason reason, RuntimeReply& reply);
  void negotiate_sizes(wire::BindBody const& bind);

  void on_request(wire::RpcPdu const& pdu, std::size_t size, TimePoint now, RuntimeReply& reply);
  void dispatch(wire::AssembledCall const& call, TimePoint now, RuntimeReply& reply);
  [[nodiscard]] CallOutcome run(Context const& context,
                                wire::AssembledCall const& call,
                                CallRecord& record);
  [[nodiscard]] bool ask_script(Context const& context,
                                wire::AssembledCall const& call,
                                CallOutcome& outcome);
  void answer_released(RuntimeReply& reply);
  void forget_held(std::uint32_t call_id);
  void park(wire::AssembledCall const& call,
            CallWaits const& waits,
            TimePoint now,
            RuntimeReply& reply);
  void on_cancel(std::uint32_t call_id, RuntimeReply& reply);
  void end_wait(std::uint32_t call_id, std::uint32_t flags_out, RuntimeReply& reply);

  void respond(std::uint32_t call_id, std::uint16_t p_cont_id, ByteView stub, RuntimeReply& reply);
  void fault(wire::RpcHeader const& to,
             std::uint16_t p_cont_id,
             std::uint32_t status,
             RuntimeReply& reply);
  void protocol_error(wire::RpcHeader const& to, std::string reason, RuntimeReply& reply);
  [[nodiscard]] RuntimeReply finish(RuntimeReply reply);

  RuntimeEnvironment environment_;
  std::shared_ptr<AssociationGroups> groups_;
  std::shared_ptr<Association> association_;
  std::map<std::uint16_t, Context> contexts_;
  std::uint16_t max_xmit_frag_;
  std::uint16_t max_recv_frag_;
  wire::Reassembler reassembler_;
  std::map<std::uint32_t, Wait> waits_;
  std::map<std::uint32_t, HeldCall> held_;
  RuntimeStatistics statistics_;
};

}  // namespace rpchspec::backend
