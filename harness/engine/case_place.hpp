// Where one case takes place: addresses and names of its servers, and how its client reaches them.

#pragma once

#include "harness/actors/client.hpp"
#include "harness/engine/case_run.hpp"
#include "mock_backend/config.hpp"

namespace rpchspec::engine {

/// The services by the names that scenarios use.
inline constexpr std::array kServiceNames = {
    std::pair{"store", backend::Listening::store},
    std::pair{"referral", backend::Listening::referral},
    std::pair{"address-book", backend::Listening::address_book},
    std::pair{"mapper", backend::Listening::mapper}};

/// What the target says of the port of the service with this index above; empty: nothing, as of a
/// mapper that no other than our own proxy reaches.
[[nodiscard]] std::optional<std::uint16_t> stated_port(targets::Target const& target,
                                                       std::size_t service);

/// The mock backend of a case: where it binds, and what the scenario asks of it.
[[nodiscard]] backend::BackendConfig backend_config(Surroundings const& surroundings,
                                                    CaseOrder const& order);

/// Of the case's random values: the same in each run with the same seed, another in each
/// repetition.
[[nodiscard]] std::uint64_t seed_of(Surroundings const& surroundings, CaseOrder const& order);

/// The server-name of the case's URIs. On loopback an address of its own; behind a front a made-up
/// name; embedded plain 127.0.0.1; else what the target says.
[[nodiscard]] std::string server_name(Surroundings const& surroundings, CaseOrder const& order);

/// One for each case, clear of 127.0.0.x where others listen.
[[nodiscard]] std::string loopback_address(std::uint32_t number);

/// The client as the scenario wants it played, and as the clients of a lawful variant play where
/// the scenario says nothing.
[[nodiscard]] scenario::v1::Client client_conduct(Surroundings const& surroundings,
                                                  CaseOrder const& order);

/// How the client reaches a target that is not ours. Ports are those of the URI.
[[nodiscard]] actors::ClientTarget client_target(Surroundings const& surroundings,
                                                 CaseOrder const& order,
                                                 std::map<std::string, std::uint16_t> const& ports);

/// True when the servers of each case get ports of their own: only our own proxy connects to them.
[[nodiscard]] bool uses_free_ports(targets::Target const& target);

/// True when each case can bind an address of its own, because the proxy runs on this machine.
[[nodiscard]] bool has_own_addresses(targets::Target const& target);

/// True when a connection to the servers does not say by its first PDU whose it is: where all
/// cases share the servers' listeners, such a case must run alone.
[[nodiscard]] bool ends_unattributed(scenario::v1::Scenario const& scenario);

/// A port that none of our servers has, near theirs: proxies often allow 6001 to 6004.
[[nodiscard]] std::uint16_t unserved_port(targets::Target const& target);

/// Who the target's options say that the client is. Without a password, NTLM looks it up where
/// gss-ntlmssp does.
[[nodiscard]] actors::Credentials credentials_of(targets::Target const& target);

}  // namespace rpchspec::engine
