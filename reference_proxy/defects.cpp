#include "reference_proxy/defects.hpp"

#include <algorithm>
#include <vector>

#include "reference_proxy/defect_row.hpp"

namespace rpchspec::proxy {
namespace {

using enum Defect;

void add(std::span<DefectRow const> rows, std::vector<DefectInfo>& all) {
  for (auto const& row : rows) {
    auto const& ids = row.requirements;
    auto const count = static_cast<std::size_t>(
        std::count_if(ids.begin(), ids.end(), [](auto id) { return !id.empty(); }));
    all.push_back({row.defect, row.name, row.title, std::span(ids).first(count), row.category});
  }
}

std::vector<DefectInfo> catalogue() {
  std::vector<DefectInfo> all;
  add(head_rows(), all);
  add(forwarding_rows(), all);
  add(flow_control_rows(), all);
  add(end_rows(), all);
  add(recycling_rows(), all);
  add(v1_rows(), all);
  add(authentication_rows(), all);
  return all;
}

constexpr std::uint32_t kNth = 3;                   // of RPC PDUs
constexpr std::uint64_t kFlippedByte = 65536 + 99;  // in the RPC bytes of a channel
constexpr std::size_t kLargePdu = 16384;            // bytes
constexpr std::size_t kLongestQueue = 64;           // PDUs

}  // namespace

std::span<DefectInfo const> defects() {
  static auto const kAll = catalogue();
  return kAll;
}

DefectInfo const* find_defect(std::string_view name) {
  auto const all = defects();
  auto const found = std::find_if(all.begin(), all.end(),
                                  [name](DefectInfo const& each) { return each.name == name; });
  return found == all.end() ? nullptr : &*found;
}

namespace {

session::HeaderBits wrong_header(Defect defect) {
  switch (defect) {
    case rts_minor_version:
      return {1, 0x01};
    case rts_not_last:
      return {3, 0x02};
    case rts_drep_wrong:
      return {4, 0x01};
    case rts_length_off:
      return {8, 0x02};
    case rts_call_id:
      return {12, 0x01};
    default:
      return {};
  }
}

/// What both roles do alike.
session::Deviations common_deviations(Defect defect) {
  session::Deviations d;
  d.zero_window = defect == window_zero;
  d.swap_cookies = defect == cookies_swapped;
  d.wrong_header = wrong_header(defect);
  d.lose_padded = defect == routed_padding_lost;
  d.version_not_min = defect == version_not_min;
  d.timeout_in_seconds = defect == timeout_in_seconds;
  d.wrong_flags = defect == first_pdu_flags;
  d.ignore_destination = defect == destination_ignored;
  d.alter_forwarded = defect == forwarded_altered;
  d.tolerate_protocol_errors = defect == protocol_errors_tolerated;
  d.tolerate_wrong_direction = defect == wrong_direction_tolerated;
  d.relay_legacy_response = defect == legacy_relayed;
  d.require_legacy_response = defect == legacy_required;
  d.legacy_in_one_piece = defect == legacy_in_one_piece;
  d.lose_behind_legacy = defect == lost_behind_legacy;
  d.keep_server_on_early_close = defect == early_close_kept;
  auto& relay = d.relay;
  relay.drop_every = defect == pdu_dropped ? kNth : 0;
  relay.duplicate_every = defect == pdu_duplicated ? kNth : 0;
  relay.swap_every = defect == pdus_swapped ? kNth : 0;
  relay.flip_byte_at = defect == byte_flipped ? kFlippedByte : 0;
  relay.flip_byte_every = defect == byte_in_a_million ? 1'000'000 : 0;
  relay.lose_above = defect == large_pdus_lost ? kLargePdu : 0;
  relay.lose_rare_types = defect == rare_types_lost;
  relay.lose_behind_rts = defect == rpc_behind_rts_lost;
  relay.lose_verified = defect == verified_pdus_lost;
  relay.rewrite_call_id = defect == call_id_rewritten;
  relay.forget_acks = defect == acks_forgotten;
  relay.any_cookie_acks = defect == unknown_cookie_taken;
  relay.believe_bad_acks = defect == bad_ack_believed;
  relay.forget_in_flight = defect == in_flight_forgotten;
  relay.window_not_empty = defect == window_not_empty;
  relay.smaller_first = defect == smaller_first;
  relay.longest_queue = defect == queue_of_64_pdus ? kLongestQueue : 0;
  switch (defect) {
    case acks_never:
      relay.acks = session::AckDeviation::never;
      break;
    case acks_once:
      relay.acks = session::AckDeviation::once;
      break;
    case ack_one_pdu_late:
      relay.acks = session::AckDeviation::one_pdu_late;
      break;
    case ack_in_16_bits:
      relay.acks = session::AckDeviation::in_16_bits;
      break;
    case ack_shrinks_window:
      relay.acks = session::AckDeviation::shrinks_window;
      break;
    case ack_wrong_cookie:
      relay.acks = session::AckDeviation::wrong_cookie;
      break;
    case ack_counts_rts:
      relay.acks = session::AckDeviation::count_rts;
      break;
    case ack_above_window:
      relay.acks = session::AckDeviation::above_window;
      break;
    case acknowledged_at_receipt:
      relay.acks = session::AckDeviation::at_receipt;
      break;
    case bytes_since_last_ack:
      relay.acks = session::AckDeviation::since_last;
      break;
    case bytes_received_one_short:
      relay.acks = session::AckDeviation::one_byte_short;
      break;
    case whole_window_told:
      relay.acks = session::AckDeviation::whole_window;
      break;
    default:
      break;
  }
  add_recycling_defect(defect, d);
  return d;
}

session::PingDeviation ping_deviation(Defect defect) {
  switch (defect) {
    case pings_late:
      return session::PingDeviation::late;
    case ping_flags:
      return session::PingDeviation::wrong_flags;
    case pings_pause_in_recycling:
      return session::PingDeviation::opened_only;
    case ping_traffic_told_again:
      return session::PingDeviation::traffic_kept;
    default:
      return session::PingDeviation::none;
  }
}

}  // namespace

session::Deviations inbound_deviations(Defect defect) {
  auto d = common_deviations(defect);
  d.random_association_group = defect == group_id_altered;
  d.not_plugged = defect == rpc_before_b3;
  d.relay_pings = defect == pings_relayed;
  d.refuse_pings = defect == pings_refused;
  d.refuse_zero_keepalive = defect == keepalive_zero_refused;
  d.no_tcp_keepalive = defect == server_leg_unprobed;
  d.keep_keepalive = defect == keep_alive_unheeded;
  d.ping_server = defect == server_pinged;
  d.keep_server_on_client_close = defect == client_close_kept_in;
  d.keep_client_on_server_close = defect == server_close_kept_in;
  d.relay.ignore_window = defect == window_ignored_in;
  return d;
}

session::Deviations outbound_deviations(Defect defect) {
  auto d = common_deviations(defect);
  d.wrong_lifetime = defect == lifetime_halved;
  d.halve_c2_window = defect == c2_window_halved;
  d.head_before_connect = defect == head_before_connect;
  d.hold_a3 = defect == a3_held_back;
  d.drop_c2 = defect == c2_dropped;
  d.open_again = defect == second_a1_taken;
  d.ignore_lifetime = defect == lifetime_overrun;
  d.keep_server_on_client_close = defect == client_close_kept_out;
  d.keep_client_on_server_close = defect == server_close_kept_out;
  d.pings = ping_deviation(defect);
  d.relay.ignore_window = defect == window_ignored_out;
  d.relay.wait_for_next = defect == waits_for_next_pdu;
  return d;
}

}  // namespace rpchspec::proxy
