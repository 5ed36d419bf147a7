// The RPC interfaces of the mock servers: which operations they have, and on which port they are.

#pragma once

#include <cstdint>
#include <span>
#include <string_view>
#include <variant>
#include <vector>

#include "mock_backend/rpc_runtime_environment.hpp"

namespace rpchspec::backend {

/// What the management interface counts (C706 appendix Q).
struct RuntimeStatistics {
  std::uint32_t calls_in = 0;
  std::uint32_t calls_out = 0;
  std::uint32_t pdus_in = 0;
  std::uint32_t pdus_out = 0;
};

/// What an operation can see and change.
struct CallContext {
  RuntimeEnvironment const& environment;
  Association& association;
  RuntimeStatistics const& statistics;
};

struct CallFault {
  std::uint32_t status = 0;
};

/// The call stays open until a notification, its time, or a cancel ends it.
struct CallWaits {
  wire::ContextHandle handle;
};

/// A response's stub, a fault, or neither yet.
using CallOutcome = std::variant<Bytes, CallFault, CallWaits>;

/// The stub of a request, and the byte order of its sender.
struct StubIn {
  ByteView bytes;
  ByteOrder order = ByteOrder::little;
};

struct Operation {
  std::uint16_t opnum = 0;
  std::string_view name;
  CallOutcome (*run)(CallContext& context, StubIn stub) = nullptr;
};

struct Interface {
  wire::SyntaxId id;
  std::string_view name;
  std::span<Operation const> operations;

  /// Null when the opnum is out of range or not used on the wire.
  [[nodiscard]] Operation const* find(std::uint16_t opnum) const;
};

[[nodiscard]] Interface const& store_interface();
[[nodiscard]] Interface const& async_store_interface();
[[nodiscard]] Interface const& referral_interface();
[[nodiscard]] Interface const& address_book_interface();
[[nodiscard]] Interface const& mapper_interface();
[[nodiscard]] Interface const& mgmt_interface();

/// Stands for every interface of a script; its operations are the script's.
[[nodiscard]] Interface const& scripted_interface();

/// The interfaces that a port's server registered; the management interface is on each and not
/// among them.
[[nodiscard]] std::vector<Interface const*> registered_interfaces(
    RuntimeEnvironment const& environment);

/// The interface that a client asks for: same UUID and major version, minor version not above ours
/// (C706 6.1.2.2); null when it is not on this port.
[[nodiscard]] Interface const* find_interface(RuntimeEnvironment const& environment,
                                              wire::SyntaxId const& asked);

/// Adapts `CallOutcome run(CallContext&, Call::Request const&)` to an operation: a stub that does
/// not decode faults with the policy's status.
template <class Call, auto run>
CallOutcome decoded(CallContext& context, StubIn stub) {
  auto const request = wire::decode_stub<typename Call::Request>(stub.bytes, stub.order);
  if (!request) {
    return CallFault{context.environment.policies.bad_stub_status};
  }
  return run(context, *request);
}

}  // namespace rpchspec::backend
