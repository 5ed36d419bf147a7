#include "reference_proxy/defects.hpp"

#include <algorithm>
#include <vector>

#include "reference_proxy/defect_row.hpp"

namespace rpchspec::proxy {
namespace {

using enum Defect;

// In the order of the enumeration.
constexpr DefectRow kRows[] = {
    {ok_reason,
     "ok-reason",
     "http",
     "The OUT response says 200 OK, not 200 Success",
     {"RPCH-2.1.2.1.4-03"}},
    {methods_refused,
     "methods-refused",
     "http",
     "RPC_IN_DATA and RPC_OUT_DATA are answered 501",
     {"RPCH-3-05", "RPCH-3-06", "FIELD-F01"}},
    {head_buffered,
     "head-buffered",
     "http",
     "The OUT response is held back until 8 KiB of it are there",
     {"RPCH-2.1.2.1.8-04", "FIELD-F18"}},
    {a3_held_back,
     "a3-held-back",
     "connection",
     "CONN/A3 waits for the server's CONN/C1",
     {"RPCH-3.2.4.5.3-05"}},
    {in_body_prefetched,
     "in-body-prefetched",
     "http",
     "Nothing of the IN body is looked at before 8 KiB of it are there",
     {"RPCH-2.1.2.1.7-04", "FIELD-F16"}},
    {out_chunked,
     "out-chunked",
     "http",
     "The OUT response is chunked",
     {"RPCH-2.1.2.1.8-01", "RPCH-2.1.2.1.4-01", "FIELD-F06"}},
    {out_length_zero,
     "out-length-zero",
     "http",
     "The OUT response announces Content-Length: 0",
     {"RPCH-2.1.2.1.4-01"}},
    {out_content_type,
     "out-content-type",
     "http",
     "The OUT response is text/html",
     {"RPCH-2.1.2.1.4-02"}},
    {reason_rewritten,
     "reason-rewritten",
     "http",
     "A 503 carries the usual reason phrase where RPC Error belongs",
     {"RPCH-2.1.2.1.3-03", "FIELD-F42"}},
    {rpc_error_prefixed,
     "rpc-error-prefixed",
     "http",
     "The code of RPC Error is written with 0x",
     {"RPCH-2.1.2.1.3-03", "RPCH-2.1.2.1.3-04"}},
    {rpc_error_reserved,
     "rpc-error-reserved",
     "http",
     "RPC Error carries a reserved status code",
     {"RPCH-2.1.2.1.3-05"}},
    {failure_502,
     "failure-502",
     "http",
     "A server out of reach is answered 502",
     {"RPCH-2.1.2.1.3-09", "RPCH-3.2.3.5.11-01"}},
    {in_answered,
     "in-answered",
     "http",
     "A healthy IN channel is answered 200",
     {"RPCH-2.1.2.1.3-01"}},
    {head_before_connect,
     "head-before-connect",
     "connection",
     "200 is sent on OUT before the server was reached",
     {"RPCH-3.2.4.5.3-04"}},
    {expect_unanswered,
     "expect-unanswered",
     "http",
     "Expect: 100-continue gets no 100",
     {"HTTP-9110-10.1.1-01", "FIELD-F20"}},
    {bad_heads_unanswered,
     "bad-heads-unanswered",
     "http",
     "A head that must be refused gets no answer, and its connection stays",
     {"HTTP-9112-6.3-01", "HTTP-9112-6.1-02", "HTTP-9112-5.1-01"}},
    {http_1_0_refused,
     "http-1.0-refused",
     "http",
     "HTTP/1.0 requests are answered 505",
     {"RPCH-2.1.2.1-02", "RPCH-2.1.2.1.4-03"}},
    {lower_case_fields_unseen,
     "lower-case-fields-unseen",
     "http",
     "Header fields with lower-case names are not seen",
     {"RPCH-2.1.2.1-08"}},
    {absolute_form_refused,
     "absolute-form-refused",
     "http",
     "A request target in absolute form is answered 404",
     {"HTTP-9112-3.2.2-01"}},
    {via_refused,
     "via-refused",
     "http",
     "A request with a Via field is taken for a loop and answered 403",
     {"RPCH-1.8-01"}},

    {echo_hangs,
     "echo-hangs",
     "echo",
     "An echo request with a short body waits for a PDU",
     {"RPCH-3.2.3.5.9-02", "RPCH-3.2.4.5.13-02", "FIELD-F04"}},
    {echo_body, "echo-body", "echo", "The echo response carries a Ping PDU", {"RPCH-2.1.2.1.6-07"}},
    {echo_not_for_out,
     "echo-not-for-out",
     "echo",
     "RPC_OUT_DATA is never taken for an echo",
     {"RPCH-2.1.2.1.5-04"}},
    {echo_reason,
     "echo-reason",
     "echo",
     "The echo response says 200 OK, not 200 Success",
     {"RPCH-2.1.2.1.6-05"}},
    {echo_body_unread,
     "echo-body-unread",
     "echo",
     "The body of an echo request stays on the connection, for the next request",
     {"RPCH-2.1.2.1-02", "RPCH-2.1.2.1.5-07"}},

    {valid_ports_ignored,
     "valid-ports-ignored",
     "uri",
     "ValidPorts is not applied",
     {"PROD-ValidPorts-01", "PROD-ValidPorts-02"}},
    {valid_ports_range,
     "valid-ports-range",
     "uri",
     "Of a range in ValidPorts only the first port is allowed",
     {"PROD-ValidPorts-03"}},
    {valid_ports_case,
     "valid-ports-case",
     "uri",
     "Letter case counts in the server names of ValidPorts",
     {"PROD-ValidPorts-05"}},
    {valid_ports_first,
     "valid-ports-first",
     "uri",
     "Of ValidPorts only the first entry counts",
     {"PROD-ValidPorts-04"}},
    {server_port_fixed,
     "server-port-fixed",
     "uri",
     "The server is reached at port 6001, whatever the URI says",
     {"RPCH-2.1.2.2-02"}},
    {any_path_served,
     "any-path-served",
     "uri",
     "Every path is taken for /rpc/rpcproxy.dll",
     {"RPCH-2.1.2.2-02"}},
    {long_name_refused,
     "long-name-refused",
     "uri",
     "A server name of more than 255 characters is refused",
     {"RPCH-2.2.2-09"}},
    {leading_zero_refused,
     "leading-zero-refused",
     "uri",
     "A port with a leading zero is refused",
     {"FIELD-F12", "RPCH-2.1.2.2-02"}},

    {allow_anonymous_always,
     "allow-anonymous-always",
     "auth",
     "Requests without TLS or credentials pass although AllowAnonymous is off",
     {"PROD-AllowAnonymous-01", "PROD-AllowAnonymous-02"}},
    {allow_anonymous_never,
     "allow-anonymous-never",
     "auth",
     "Requests without TLS are refused although AllowAnonymous is on",
     {"PROD-AllowAnonymous-03", "PROD-SslOffload-01"}},
    {any_password,
     "any-password",
     "auth",
     "Any password of a known user is accepted",
     {"PROD-AllowAnonymous-05"}},
    {credentials_stay,
     "credentials-stay",
     "auth",
     "Credentials count for all later requests of their connection",
     {"HTTP-9110-3.3-01"}},
    {credentials_by_address,
     "credentials-by-address",
     "auth",
     "Credentials count for all later requests from the same address",
     {"FIELD-F67", "HTTP-9110-3.3-01", "RPCH-2.1.2.1-04"}},
    {tls_1_0_only, "tls-1.0-only", "tls", "TLS is spoken in version 1.0 only", {"RPCH-1.5-01"}},
    {tls_1_3_unread,
     "tls-1.3-unread",
     "tls",
     "After a handshake of TLS 1.3 nothing is read, and nothing closed",
     {"HTTP-9110-4.2.2-01"}},

    {first_pdu_flags,
     "first-pdu-flags",
     "connection",
     "CONN/A2 and CONN/B2 lack their channel flag",
     {"RPCH-2.2.4.3-01", "RPCH-2.2.4.6-01", "RPCH-2.2.3.6.1-09"}},
    {window_zero,
     "window-zero",
     "connection",
     "CONN/A2 and CONN/B2 announce a window of 0",
     {"RPCH-2.2.3.5.1-01", "RPCH-2.2.4.3-05", "RPCH-2.2.4.6-04"}},
    {cookies_swapped,
     "cookies-swapped",
     "connection",
     "The cookies in CONN/A2 and CONN/B2 change places",
     {"RPCH-2.2.4.3-03", "RPCH-2.2.4.6-03"}},
    {version_not_min,
     "version-not-min",
     "version",
     "CONN/A2 and CONN/B2 repeat the client's version, however high",
     {"RPCH-2.2.4.3-02", "RPCH-2.2.4.6-02"}},
    {timeout_in_seconds,
     "timeout-in-seconds",
     "timeout",
     "CONN/A3 and CONN/B2 carry the timeout in seconds",
     {"RPCH-2.2.4.4-02", "RPCH-2.2.4.6-05", "PROD-ConnectionTimeout-04", "RPCH-2.2.3.5.3-01"}},
    {lifetime_halved,
     "lifetime-halved",
     "connection",
     "CONN/A2 announces half of the response's Content-Length",
     {"RPCH-2.2.4.3-04"}},
    {group_id_altered,
     "group-id-altered",
     "connection",
     "CONN/B2 carries another AssociationGroupId than CONN/B1",
     {"RPCH-2.2.4.6-03"}},
    {client_address_missing,
     "client-address-missing",
     "connection",
     "CONN/B2 names 0.0.0.0 as the client",
     {"RPCH-2.2.4.6-06"}},
    {c2_dropped,
     "c2-dropped",
     "connection",
     "CONN/C1 is not followed by CONN/C2",
     {"RPCH-3.2.4.5.4-02"}},
    {c2_window_halved,
     "c2-window-halved",
     "connection",
     "CONN/C2 carries half of the window in CONN/C1",
     {"RPCH-2.2.4.9-02"}},
    {keepalive_zero_refused,
     "keepalive-zero-refused",
     "connection",
     "ClientKeepalive 0 is a protocol error",
     {"RPCH-2.2.3.5.6-02", "FIELD-F35"}},

    {pdu_dropped, "pdu-dropped", "forwarding", "Every third RPC PDU is lost", {"RPCH-1.3.4-01"}},
    {pdu_duplicated,
     "pdu-duplicated",
     "forwarding",
     "Every third RPC PDU comes twice",
     {"RPCH-1.3.4-01"}},
    {pdus_swapped,
     "pdus-swapped",
     "forwarding",
     "Every third RPC PDU is overtaken by the next",
     {"RPCH-1.3.4-01", "RPCH-3.2.1.1.4-02"}},
    {byte_flipped,
     "byte-flipped",
     "forwarding",
     "One bit is wrong after 64 KiB of RPC PDUs",
     {"RPCH-1.3.4-01"}},
    {byte_in_a_million,
     "byte-in-a-million",
     "forwarding",
     "One bit of every millionth byte is wrong",
     {"RPCH-1.3.4-01"}},
    {second_connection_garbled,
     "second-connection-garbled",
     "forwarding",
     "One bit is wrong in a virtual connection that opens beside another",
     {"RPCH-1.3.4-01"}},
    {large_pdus_lost,
     "large-pdus-lost",
     "forwarding",
     "RPC PDUs above 16 KiB are lost",
     {"RPCH-1.3.4-01", "FIELD-F25"}},
    {rare_types_lost,
     "rare-types-lost",
     "forwarding",
     "co_cancel, orphaned and shutdown are lost",
     {"RPCH-1.3.4-01"}},
    {rpc_behind_rts_lost,
     "rpc-behind-rts-lost",
     "forwarding",
     "An RPC PDU that comes in one segment with an RTS PDU before it is lost",
     {"RPCH-1.3.4-01", "FIELD-F23"}},
    {first_pdu_in_pieces_refused,
     "first-pdu-in-pieces-refused",
     "forwarding",
     "CONN/A1 and CONN/B1 must come in one piece",
     {"FIELD-F22", "RPCH-2.1.2.1.7-04"}},
    {call_id_rewritten,
     "call-id-rewritten",
     "forwarding",
     "call_id of RPC PDUs is changed",
     {"RPCH-1.3.4-01"}},
    {waits_for_next_pdu,
     "waits-for-next-pdu",
     "forwarding",
     "Each RPC PDU goes on only when the next one is there",
     {"RPCH-2.1.2.1.8-04", "RPCH-1.3.4-01"}},
    {destination_ignored,
     "destination-ignored",
     "forwarding",
     "RTS PDUs with a Destination are dropped",
     {"RPCH-3.2.1.5.2-04", "RPCH-3.2.1.5.2-05"}},
    {forwarded_altered,
     "forwarded-altered",
     "forwarding",
     "The flags of forwarded RTS PDUs are cleared",
     {"RPCH-3.2.1.5.2-08", "RPCH-2.2.3.6.1-09", "RPCH-3.2.1.5.2-04", "RPCH-3.2.1.5.2-05"}},
    {pings_relayed,
     "pings-relayed",
     "forwarding",
     "The client's Ping and Keep-Alive go on to the server",
     {"RPCH-3.2.1.5.2-02", "RPCH-2.2.4.46-02"}},
    {pings_refused,
     "pings-refused",
     "keepalive",
     "The client's Ping is a protocol error",
     {"FIELD-F34"}},
    {rpc_before_b3,
     "rpc-before-b3",
     "flow-control",
     "RPC PDUs go to the server before its CONN/B3",
     {"RPCH-3.2.3.5.3-07", "RPCH-3.2.1.1.4-03"}},

    {acks_never,
     "acks-never",
     "flow-control",
     "No FlowControlAck is ever sent",
     {"RPCH-3.2.1.4.1.1-01"}},
    {acks_once,
     "acks-once",
     "flow-control",
     "Only one FlowControlAck is sent on each channel",
     {"RPCH-3.2.1.4.1.1-02", "RPCH-3.2.1.4.1.1-01"}},
    {ack_one_pdu_late,
     "ack-one-pdu-late",
     "flow-control",
     "A FlowControlAck goes out only when the PDU after it is there",
     {"RPCH-3.2.1.4.1.1-01"}},
    {ack_in_16_bits,
     "ack-in-16-bits",
     "flow-control",
     "BytesReceived starts again at 0 after 64 KiB",
     {"RPCH-2.2.3.4-01"}},
    {ack_shrinks_window,
     "ack-shrinks-window",
     "flow-control",
     "AvailableWindow loses 2 KiB with each FlowControlAck",
     {"RPCH-3.2.1.4.1.1-01", "RPCH-3.2.1.1.5.1.4-01"}},
    {ack_wrong_cookie,
     "ack-wrong-cookie",
     "flow-control",
     "FlowControlAck names the virtual connection, not the channel",
     {"RPCH-2.2.3.4-03"}},
    {ack_counts_rts,
     "ack-counts-rts",
     "flow-control",
     "BytesReceived counts RTS PDUs too",
     {"RPCH-3.2.1.1.4-01", "FIELD-F58"}},
    {ack_above_window,
     "ack-above-window",
     "flow-control",
     "AvailableWindow is 4 KiB more than was announced",
     {"RPCH-2.2.3.4-02", "RPCH-3.2.1.1.5.1.4-01"}},
    {window_ignored_in,
     "window-ignored-in",
     "flow-control",
     "RPC PDUs go to the server past its window",
     {"RPCH-3.2.1.4.1.3-01", "RPCH-3.2.3.5.2-03", "RPCH-3.2.1.3-02"}},
    {window_ignored_out,
     "window-ignored-out",
     "flow-control",
     "RPC PDUs go to the client past its window",
     {"RPCH-3.2.1.4.1.3-01", "RPCH-3.2.4.5.2-03", "RPCH-3.2.1.3-02"}},
    {acks_forgotten,
     "acks-forgotten",
     "flow-control",
     "Acknowledgements of the peers open no window",
     {"RPCH-3.2.1.5.1.1-02", "RPCH-3.2.1.5.1.2-02"}},
    {unknown_cookie_taken,
     "unknown-cookie-taken",
     "flow-control",
     "Acknowledgements with an unknown cookie count",
     {"RPCH-3.2.1.5.1.2-01"}},
    {bad_ack_believed,
     "bad-ack-believed",
     "flow-control",
     "An impossible acknowledgement is taken at its word",
     {"FIELD-F62", "RPCH-3.2.1.5.1.1-03"}},
    {lifetime_overrun,
     "lifetime-overrun",
     "limits",
     "The OUT channel carries more than its Content-Length",
     {"RPCH-2.1.2.1.8-02"}},

    {pings_late,
     "pings-late",
     "keepalive",
     "An idle OUT channel is pinged after one and a half connection timeouts",
     {"RPCH-3.2.1.2.2-01", "RPCH-3.2.4.6-01"}},
    {ping_flags,
     "ping-flags",
     "keepalive",
     "Pings lack the PING flag",
     {"RPCH-2.2.3.6.1-09", "RPCH-2.2.4.49-01"}},
    {pings_by_configuration,
     "pings-by-configuration",
     "keepalive",
     "Pings go by the configured timeout, whatever MinConnTimeout says",
     {"RPCH-3.2.1.2.2-01"}},
    {pings_pause_in_recycling,
     "pings-pause-in-recycling",
     "keepalive",
     "While the OUT channel is recycled nothing is pinged",
     {"RPCH-3.2.4.6-04"}},
    {ping_traffic_told_again,
     "ping-traffic-told-again",
     "keepalive",
     "The server is told of the same pings again with each notification",
     {"RPCH-2.2.3.5.15-01", "FIELD-F65"}},
    {min_conn_timeout_ignored,
     "min-conn-timeout-ignored",
     "timeout",
     "The MinConnTimeout pragma is not applied",
     {"RPCH-3.2.4.5.1-04", "PROD-MinConnTimeout-01"}},
    {min_conn_timeout_any,
     "min-conn-timeout-any",
     "timeout",
     "The MinConnTimeout pragma is applied whatever its value",
     {"PROD-MinConnTimeout-03"}},
    {in_idle_cut,
     "in-idle-cut",
     "timeout",
     "An IN channel is closed after 3 s of silence",
     {"PROD-Idle-01", "FIELD-F27", "FIELD-F28"}},
    {out_idle_cut,
     "out-idle-cut",
     "timeout",
     "An OUT channel is closed after 3 s of silence",
     {"PROD-Idle-01", "FIELD-F27"}},
    {short_timeout_loads,
     "short-timeout-loads",
     "timeout",
     "It loads with a connection timeout below 30 s",
     {"PROD-ConnectionTimeout-01", "PROD-ConnectionTimeout-02"}},

    {client_close_kept_in,
     "client-close-kept-in",
     "reset",
     "The client closes IN and the server is not told",
     {"RPCH-3.2.3.5.10-02"}},
    {client_close_kept_out,
     "client-close-kept-out",
     "reset",
     "The client closes OUT and the server is not told",
     {"RPCH-3.2.4.5.14-02", "FIELD-F38"}},
    {early_close_kept,
     "early-close-kept",
     "reset",
     "A client that leaves before the server answers leaves the connection to the server behind",
     {"RPCH-3.2.3.5.10-02", "RPCH-3.2.4.5.14-02"}},
    {client_leg_kept,
     "client-leg-kept",
     "reset",
     "The client ends a channel and its own connection is never closed: a socket is lost a session",
     {"RPCH-3.2.3.5.10-02", "RPCH-3.2.4.5.14-02"}},
    {server_close_kept_in,
     "server-close-kept-in",
     "reset",
     "The server closes IN and the client is not told",
     {"RPCH-3.2.3.5.10-05", "FIELD-F40"}},
    {server_close_kept_out,
     "server-close-kept-out",
     "reset",
     "The server closes OUT and the client is not told",
     {"RPCH-3.2.4.5.14-04"}},
    {server_rst_swallowed,
     "server-rst-swallowed",
     "reset",
     "A FIN of the server is passed on, a reset is not",
     {"RPCH-3.2.3.5.10-01", "RPCH-3.2.4.5.14-01", "FIELD-F40"}},
    {failure_spreads,
     "failure-spreads",
     "reset",
     "A reset or a protocol error on one channel ends all channels of the proxy",
     {"FIELD-F63", "RPCH-3.2.3.5.10-06", "RPCH-3.2.4.5.14-05"}},
    {close_loses_data,
     "close-loses-data",
     "reset",
     "What was on its way to the client is lost when the server closes",
     {"RPCH-1.3.4-01"}},

    {protocol_errors_tolerated,
     "protocol-errors-tolerated",
     "protocol-error",
     "PDUs that are protocol errors are passed over",
     {"RPCH-3.2.3.5.10-06", "RPCH-3.2.4.5.14-05"}},
    {wrong_direction_tolerated,
     "wrong-direction-tolerated",
     "protocol-error",
     "RPC PDUs in the wrong direction are passed over",
     {"RPCH-3.2.3.5.2-02", "RPCH-3.2.4.5.2-02"}},
    {legacy_relayed,
     "legacy-relayed",
     "connection",
     "The legacy server response is relayed to the client",
     {"RPCH-3.2.4.5.15-01"}},
    {legacy_required,
     "legacy-required",
     "connection",
     "Without a legacy server response nothing opens",
     {"RPCH-3.2.3.5.12-02", "RPCH-3.2.4.5.15-02"}},
    {legacy_in_one_piece,
     "legacy-in-one-piece",
     "connection",
     "A legacy server response in several pieces is a protocol error",
     {"RPCH-3.2.3.5.12-01", "RPCH-3.2.4.5.15-01"}},
};

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
  add(kRows, all);
  add(recycling_rows(), all);
  add(v1_rows(), all);
  add(authentication_rows(), all);
  return all;
}

constexpr std::uint32_t kNth = 3;                   // of RPC PDUs
constexpr std::uint64_t kFlippedByte = 65536 + 99;  // in the RPC bytes of a channel
constexpr std::size_t kLargePdu = 16384;            // bytes

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

/// What both roles do alike.
session::Deviations common_deviations(Defect defect) {
  session::Deviations d;
  d.zero_window = defect == window_zero;
  d.swap_cookies = defect == cookies_swapped;
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
  relay.rewrite_call_id = defect == call_id_rewritten;
  relay.forget_acks = defect == acks_forgotten;
  relay.any_cookie_acks = defect == unknown_cookie_taken;
  relay.believe_bad_acks = defect == bad_ack_believed;
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
  d.ignore_lifetime = defect == lifetime_overrun;
  d.keep_server_on_client_close = defect == client_close_kept_out;
  d.keep_client_on_server_close = defect == server_close_kept_out;
  d.pings = ping_deviation(defect);
  d.relay.ignore_window = defect == window_ignored_out;
  d.relay.wait_for_next = defect == waits_for_next_pdu;
  return d;
}

}  // namespace rpchspec::proxy
