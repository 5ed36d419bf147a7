// What the simulated Exchange servers are called, where they listen and how they behave.

#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include <tl/expected.hpp>

#include "mock_backend/rpc_runtime_environment.hpp"
#include "model/text_error.hpp"
#include "net/faults.hpp"
#include "net/send_gate.hpp"
#include "protocol/session/server.hpp"

namespace rpchspec::backend {

/// What listens on a port: those of the well-known ports 6001, 6002 and 6004 first. The mapper's is
/// 593, where no listener is unless it is asked for: a port below 1024 may be refused.
enum class Listening { store, referral, address_book, referral_tcp, script, mapper };

[[nodiscard]] std::string_view to_string(Listening service);  // "address-book"

/// What a connection meets before its first byte.
enum class OnAccept { serve, rst, fin, silence };

/// When "ncacn_http/1.0" is sent (MS-RPCH 2.1.1.2.1).
enum class LegacyPolicy { sent, absent, split, with_first_pdu };

struct BackendConfig {
  std::string server_name = "EXCH01";  // Exchange server, NetBIOS name
  std::string server_fqdn = "exch01.rpchspec.example";
  std::string server_dn =
      "/o=rpchspec/ou=Exchange Administrative Group/cn=Configuration/cn=Servers/cn=EXCH01";
  std::string global_catalog = "gc01.rpchspec.example";
  Placement placement = Placement::Separate;
  std::string bind = "127.0.0.1";
  std::map<Listening, std::uint16_t> ports = {
      {Listening::store, 6001}, {Listening::referral, 6002}, {Listening::address_book, 6004}};
  std::map<Listening, std::uint16_t> advertised{};  // by the mapper, beside what listens here
  session::ServerConfig session{};
  LegacyPolicy legacy_response = LegacyPolicy::sent;
  OnAccept on_accept = OnAccept::serve;
  bool patient = false;                   // keeps the other leg open when one is lost
  bool reads = true;                      // false: accepts and never reads
  std::uint16_t max_fragment = 5840;      // bytes, negotiated in bind_ack
  std::vector<net::Fault> send_faults{};  // on every accepted connection
  std::uint64_t payload_key = 0;          // of the keyed stream that payload PDUs carry
  /// EcDoAsyncWaitEx is answered after so long (MS-OXCRPC 3.3.4.1).
  Duration longest_wait = std::chrono::minutes(5);
  std::shared_ptr<Script> script{};  // what `script` serves; null: nothing does
  net::LegWatch* watch = nullptr;    // told of the legs; outlives the backend
  /// For the record: the number of a virtual connection that no scenario expects.
  std::function<std::uint32_t(VirtualConnectionCookie const&)> number_of{};
};

/// Reads a YAML file over `defaults`. Every key has a default; an unknown one is an error with its
/// place and the nearest known one.
[[nodiscard]] tl::expected<BackendConfig, std::vector<model::TextError>> load_backend_config(
    std::filesystem::path const& file, BackendConfig defaults = {});

}  // namespace rpchspec::backend
