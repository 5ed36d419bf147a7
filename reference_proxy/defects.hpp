// The catalogue of deliberate defects: one small, realistic bug each, to break the reference proxy
// on purpose and see which requirement the suite says it broke.

#pragma once

#include <optional>
#include <span>
#include <string_view>

#include "protocol/session/deviations.hpp"
#include "protocol/session/mixed_proxy.hpp"

namespace rpchspec::proxy {

enum class Defect {
  none,
  // heads
  ok_reason,
  methods_refused,
  head_buffered,
  a3_held_back,
  in_body_prefetched,
  out_chunked,
  out_length_zero,
  out_content_type,
  reason_rewritten,
  rpc_error_prefixed,
  rpc_error_reserved,
  failure_502,
  in_answered,
  head_before_connect,
  expect_unanswered,
  bad_heads_unanswered,
  http_1_0_refused,
  lower_case_fields_unseen,
  absolute_form_refused,
  via_refused,
  expect_cased,
  in_answered_at_last,
  in_length_ignored,
  fields_demanded,
  ee_info_wrapped,
  // echo
  echo_hangs,
  echo_body,
  echo_not_for_out,
  echo_reason,
  echo_body_unread,
  lost_behind_echo,
  // URIs and ports
  valid_ports_ignored,
  valid_ports_range,
  valid_ports_case,
  valid_ports_first,
  short_name_unknown,
  server_port_fixed,
  port_by_name,
  any_path_served,
  long_name_refused,
  leading_zero_refused,
  // TLS and authentication
  allow_anonymous_always,
  allow_anonymous_never,
  any_password,
  credentials_stay,
  credentials_by_address,
  tls_1_0_only,
  tls_1_3_unread,
  closure_alert_missing,
  // RTS PDUs of establishment
  first_pdu_flags,
  window_zero,
  cookies_swapped,
  version_not_min,
  timeout_in_seconds,
  lifetime_halved,
  group_id_altered,
  client_address_missing,
  c2_dropped,
  c2_window_halved,
  keepalive_zero_refused,
  rts_minor_version,
  rts_not_last,
  rts_drep_wrong,
  rts_length_off,
  rts_call_id,
  second_a1_taken,
  // forwarding
  pdu_dropped,
  pdu_duplicated,
  pdus_swapped,
  byte_flipped,
  byte_in_a_million,
  second_connection_garbled,
  large_pdus_lost,
  rare_types_lost,
  rpc_behind_rts_lost,
  first_pdu_in_pieces_refused,
  call_id_rewritten,
  waits_for_next_pdu,
  destination_ignored,
  forwarded_altered,
  pings_relayed,
  pings_refused,
  rpc_before_b3,
  verified_pdus_lost,
  routed_padding_lost,
  rpc_crosses_over,
  // flow control
  acks_never,
  acks_once,
  ack_one_pdu_late,
  ack_in_16_bits,
  ack_shrinks_window,
  ack_wrong_cookie,
  ack_counts_rts,
  ack_above_window,
  window_ignored_in,
  window_ignored_out,
  acks_forgotten,
  unknown_cookie_taken,
  bad_ack_believed,
  acknowledged_at_receipt,
  bytes_since_last_ack,
  whole_window_told,
  in_flight_forgotten,
  window_not_empty,
  smaller_first,
  queue_of_64_pdus,
  lifetime_overrun,
  // pings and timeouts
  pings_late,
  ping_flags,
  pings_by_configuration,
  pings_pause_in_recycling,
  ping_traffic_told_again,
  server_pinged,
  min_conn_timeout_ignored,
  min_conn_timeout_any,
  min_conn_timeout_for_all,
  in_idle_cut,
  out_idle_cut,
  idle_end_kept,
  short_timeout_loads,
  // reset and close
  client_close_kept_in,
  client_close_kept_out,
  early_close_kept,
  client_leg_kept,
  server_close_kept_in,
  server_close_kept_out,
  server_rst_swallowed,
  failure_spreads,
  close_loses_data,
  // protocol errors
  protocol_errors_tolerated,
  wrong_direction_tolerated,
  legacy_relayed,
  legacy_required,
  legacy_in_one_piece,
  lost_behind_legacy,
  // recycling
  recycling_cookies_forgotten,
  recycling_any_predecessor,
  recycling_cookie_kept,
  recycling_acks_predecessor,
  recycling_any_successor,
  recycling_wrong_successor,
  recycling_version_not_min,
  recycling_lifetime_halved,
  successor_not_plugged,
  successor_overtakes_queue,
  in_r1_window_ignored,
  in_r1_a6_last,
  in_r1_b1_dropped,
  recycling_loses_queue,
  successor_head_at_once,
  successor_head_without_c1,
  successor_a3_again,
  successor_window_ignored,
  predecessor_end_dropped,
  b3_without_eof,
  predecessor_kept_open,
  recycles_only_once,
  recycling_overlap_refused,
  b2_ends_all,
  b2_forbids_another,
  former_close_ends_all,
  successor_loss_stalls,
  window_forgotten_by_recycling,
  leak_after_recycling,
  a5_mismatch_ends_all,
  successor_joins_any_state,
  recycling_count_continued,
  held_behind_new,
  in_r2_queue_dropped,
  a5_anywhere,
  successor_ping_refused,
  wrong_predecessor_carries,
  // RPC over HTTP v1
  v1_reason_success,
  v1_output_chunked,
  v1_root_unserved,
  v1_length_demanded,
  v1_port_fixed,
  v1_connection_each_way,
  v1_head_at_once,
  v1_failure_succeeds,
  v1_pdus_before_legacy,
  v1_early_pdus_lost,
  v1_legacy_relayed,
  v1_legacy_in_one_piece,
  v1_half_duplex,
  v1_output_held_back,
  v1_output_flipped,
  v1_input_limited,
  v1_client_close_kept,
  v1_server_close_kept,
  v1_resets_swallowed,
  // authentication of connections
  first_leg_echoed,
  challenge_closes,
  one_scheme_offered,
  any_handshake,
  first_leg_suffices,
  handshake_by_address,
  second_log_on_refused,
  identity_outlives_log_on,
  channel_binding_ignored,
  certificate_unseen,
  any_certificate,
  withcert_open,
};

struct DefectInfo {
  Defect defect = Defect::none;
  std::string_view name;                           // "ok-reason"
  std::string_view title;                          // one sentence
  std::span<std::string_view const> requirements;  // the ids that it breaks
  std::string_view category;                       // of design.md section 6
};

/// All of them, in the order of the enumeration, without `none`.
[[nodiscard]] std::span<DefectInfo const> defects();

/// By name; null when there is none.
[[nodiscard]] DefectInfo const* find_defect(std::string_view name);

/// What a defect changes inside the machines of the two roles.
[[nodiscard]] session::Deviations inbound_deviations(Defect defect);
[[nodiscard]] session::Deviations outbound_deviations(Defect defect);
[[nodiscard]] session::MixedDeviations mixed_deviations(Defect defect);

}  // namespace rpchspec::proxy
