// What scenario words mean to both actors: channels, causes, acknowledgements.

#pragma once

#include "harness/actors/send_bytes.hpp"
#include "net/ending.hpp"
#include "net/payload_sender.hpp"
#include "protocol/session/server.hpp"

namespace rpchspec::actors {

/// "in" or "out"; `fallback` when empty; bad_value otherwise ("both" is the caller's).
[[nodiscard]] Result<session::Channel> channel_named(std::string const& name,
                                                     session::Channel fallback);

/// "in", "out" or "both" as a list; both when empty.
[[nodiscard]] Result<std::vector<session::Channel>> channels_named(std::string const& name);

/// What server.release sends of v1's, beside PDUs.
inline constexpr std::string_view kLegacyResponse = "legacy-response";

/// The one connection of a v1 session, where a step names a channel or a leg.
[[nodiscard]] inline bool is_v1(std::string_view channel) {
  return channel == "v1";
}

[[nodiscard]] std::string_view to_string(session::Channel channel);

[[nodiscard]] session::Instance instance_of(scenario::v1::Instance named);

/// Of `recycle_in_at` and `recycle_out_at`: 0 is never.
[[nodiscard]] std::optional<std::uint32_t> bytes_left(std::uint64_t recycle_at);

/// Of `client.open`: a number of 32 bits, 1 when empty; bad_value otherwise.
[[nodiscard]] Result<std::uint32_t> version_named(std::string const& text);

/// "r1"; anything else is r2.
[[nodiscard]] session::RecyclingSequence sequence_named(std::string const& name);

/// Half-close has no CloseHow: the callers ask for the cause first.
[[nodiscard]] net::CloseHow close_how(scenario::v1::Cause cause);

[[nodiscard]] Duration to_duration(google::protobuf::Duration const& duration);

/// `bytes`, sizes, window rule and type of a payload step. @param ptype  when the step names none.
[[nodiscard]] Result<net::PayloadOrder> payload_order(scenario::v1::Send const& step,
                                                      std::uint8_t ptype);

/// One RPC PDU for a channel that must not carry any in this direction: past every window.
[[nodiscard]] Result<Bytes> stray_payload(scenario::v1::Send const& step, std::uint8_t ptype);

/// What an acknowledgement says when it is right.
struct AckFacts {
  std::uint32_t bytes_received = 0;
  std::uint32_t window = 65536;
  RtsCookie channel_cookie{};
  RtsCookie virtual_connection_cookie{};
  RtsCookie first_connection_cookie{};  // that channel's of virtual connection 1
};

/// The step's acknowledgement: its own numbers where it has some. @param destination  "none" for a
/// plain FlowControlAck.
[[nodiscard]] Result<Bytes> ack_bytes(scenario::v1::Ack const& step,
                                      AckFacts const& facts,
                                      std::string const& destination);

}  // namespace rpchspec::actors
