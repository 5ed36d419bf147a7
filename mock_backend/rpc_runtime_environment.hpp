// What an RPC runtime is told about the server that it plays.

#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "mock_backend/rpc_runtime_association.hpp"
#include "protocol/base/time.hpp"
#include "protocol/wire/dcerpc_fragments.hpp"
#include "protocol/wire/rpc_calls.hpp"
#include "protocol/wire/tower.hpp"

namespace rpchspec::backend {

class Script;

/// Whose port this is: 6001, 6002, 6004, any, or 593.
enum class Service { Store, Referral, AddressBook, Script, EndpointMapper };

/// Whether Exchange and Active Directory share a machine. Where they do, there is no referral
/// service, and the address book is Active Directory's own, under the same UUID.
enum class Placement { Separate, CoLocated };

/// How the session came: RPC over HTTP clients are referred to the Exchange server itself, TCP
/// clients to a global catalog.
enum class RpcTransport { RpcOverHttp, Tcp };

/// Departures from plain service, for scenarios that want them.
struct ReplyPolicies {
  std::optional<wire::RejectReason> refuse_bind{};         // every bind gets this bind_nak
  std::optional<std::uint32_t> fault_requests{};           // every request gets this fault
  std::uint32_t bad_stub_status = wire::kRpcXBadStubData;  // for a stub that does not decode
  bool withhold_responses = false;                         // calls run, nobody is told
};

/// An interface on a port, as the endpoint mapper knows it.
struct Endpoint {
  wire::TowerBinding binding;
  std::string annotation;
};

struct RuntimeEnvironment {
  Service service = Service::Store;
  Placement placement = Placement::Separate;
  RpcTransport transport = RpcTransport::RpcOverHttp;

  std::string server_name = "exchange.example.com";    // FQDN
  std::string global_catalog_name = "gc.example.com";  // FQDN
  std::string server_dn =
      "/o=First Organization/ou=Exchange Administrative Group/cn=Configuration/cn=Servers"
      "/cn=EXCHANGE";
  std::string dn_prefix = "/o=First Organization/ou=Exchange Administrative Group";
  std::string display_name = "Mailbox User";
  wire::FlatUid address_book_guid{0xA1, 0x5B, 0x00, 0x4D, 0x10, 0x0C, 0x45, 0x4E,
                                  0x8F, 0x55, 0x52, 0x50, 0x43, 0x48, 0x53, 0x50};

  std::string secondary_address{};  // bind_ack's sec_addr; empty: the service's own port
  std::uint16_t max_frag = 5840;    // bytes, both ways; Windows' value over HTTP
  wire::ReassemblyLimits reassembly{};
  std::size_t max_contexts = 64;  // presentation contexts of one connection
  std::size_t max_waits = 64;     // EcDoAsyncWaitEx calls that wait at the same time
  Duration longest_wait = std::chrono::minutes(5);  // of each, MS-OXCRPC 3.3.4.1
  ReplyPolicies policies{};

  /// The answer to EcDoRpcExt2's rgbIn, in at most `room` bytes; empty: the same bytes back.
  std::function<Bytes(ByteView rop_in, std::uint32_t room)> answer_rops{};

  /// What Service::Script serves; null: nothing.
  std::shared_ptr<Script> script{};

  /// What Service::EndpointMapper tells of.
  std::vector<Endpoint> endpoints{};

  /// Shared by the connections of one server; null: an association of the connection's own.
  std::shared_ptr<AssociationGroups> groups{};
};

}  // namespace rpchspec::backend
