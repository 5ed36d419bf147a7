#include "reference_proxy/variants.hpp"

#include <algorithm>
#include <array>

namespace rpchspec::proxy {
namespace {

using AckPolicy = session::ReceiveWindow::AckPolicy;

constexpr std::uint32_t kShortest = 131072;  // bytes of a channel (2.2.3.5.5)

constexpr std::array kVariants{
    // windows and lifetimes
    Variant{"window-8k", "Its receive windows are 8 KiB, the least there is.", "2.2.3.5.1",
            [](ProxyConfig& c) { c.receive_window = ReceiveWindowSize(8192); }},
    Variant{"window-256k", "Its receive windows are 256 KiB, the most there is.", "2.2.3.5.1",
            [](ProxyConfig& c) { c.receive_window = ReceiveWindowSize(262144); }},
    Variant{"window-odd", "Its receive windows are no power of two.", "2.2.3.5.1",
            [](ProxyConfig& c) { c.receive_window = ReceiveWindowSize(45007); }},
    Variant{"length-2g", "OUT channels of 2 GiB, the longest there are.", "2.1.2.1.4",
            [](ProxyConfig& c) { c.channel_lifetime = ChannelLifetime(0x7FFFFFFF); }},
    Variant{"short-lifetime", "OUT channels of 128 KiB, the shortest there are; IN ones, too.",
            "2.1.2.1.4", [](ProxyConfig& c) { c.channel_lifetime = ChannelLifetime(kShortest); },
            kShortest},
    Variant{"strict-window", "A PDU that would use up a window waits, unless all of it is free.",
            "AMB-16", [](ProxyConfig& c) { c.latitude.roles.strict_window = true; }},
    Variant{"overrun-ends", "Who sends more than its window is cut off, not made to wait.",
            "latitude.md, acknowledgements",
            [](ProxyConfig& c) { c.latitude.roles.aborts_overrun = true; }},
    // heads
    Variant{"heads-otherwise", "Headers in another order and case, with further ones.",
            "latitude.md, HTTP", [](ProxyConfig& c) { c.latitude.other_heads = true; }},
    Variant{"ee-info", "A 503 carries extended error information in its line and body.",
            "2.1.2.1.3", [](ProxyConfig& c) { c.latitude.ee_info = true; }},
    Variant{"errors-http-1.1", "A 503 is HTTP/1.1.", "latitude.md, HTTP",
            [](ProxyConfig& c) { c.latitude.errors_in_http_1_1 = true; }},
    Variant{"anonymous-401", "What AllowAnonymous refuses is told with 401, also without TLS.",
            "latitude.md, HTTP", [](ProxyConfig& c) { c.latitude.anonymous_gets_401 = true; }},
    Variant{"refusals-close", "A 401 ends its connection.", "latitude.md, HTTP",
            [](ProxyConfig& c) { c.latitude.refusals_close = true; }},
    Variant{"challenges-in-one-list", "A 401 offers its schemes in one line, with commas.",
            "RFC 9110 11.6.1",
            [](ProxyConfig& c) { c.latitude.challenges = ChallengeForm::one_list; }},
    Variant{"challenges-unknown-first", "A 401 offers schemes first that no client knows.",
            "RFC 9110 11.6.1",
            [](ProxyConfig& c) { c.latitude.challenges = ChallengeForm::unknown_first; }},
    Variant{"challenges-lower-case", "A 401 writes the names of schemes small.", "RFC 9110 11.1",
            [](ProxyConfig& c) { c.latitude.challenges = ChallengeForm::lower_case; }},
    Variant{"other-rpc-errors", "A 503 names other errors, with eight digits each.",
            "latitude.md, HTTP", [](ProxyConfig& c) { c.latitude.other_rpc_errors = true; }},
    Variant{"html-bodies", "Each refusal has an HTML page below it.", "latitude.md, HTTP",
            [](ProxyConfig& c) { c.latitude.html_bodies = true; }},
    Variant{"other-refusals", "Other statuses for method, path and URI; no reason phrases.",
            "latitude.md, HTTP", [](ProxyConfig& c) { c.latitude.other_refusals = true; }},
    Variant{"needs-host", "HTTP/1.1 without Host is refused.", "latitude.md, HTTP",
            [](ProxyConfig& c) { c.latitude.needs_host = true; }},
    Variant{"needs-defined-lengths", "A Content-Length between the defined classes is refused.",
            "AMB-20", [](ProxyConfig& c) { c.latitude.needs_defined_lengths = true; }},
    Variant{"lines-of-8k", "No line of a head is longer than 8 KiB, and none is folded.",
            "latitude.md, pings and accounting",
            [](ProxyConfig& c) { c.latitude.longest_line = 8192; }},
    // echoes
    Variant{"echoes-in-http-1.0", "An echo is answered in HTTP/1.0.", "latitude.md, HTTP",
            [](ProxyConfig& c) { c.latitude.echoes_in_http_1_0 = true; }},
    Variant{"echoes-obey-valid-ports", "ValidPorts are applied to echo requests, too.",
            "latitude.md, HTTP", [](ProxyConfig& c) { c.latitude.echoes_obey_valid_ports = true; }},
    Variant{"echoes-close", "An echo ends its connection, against a SHOULD.", "AMB-30",
            [](ProxyConfig& c) { c.latitude.echoes_close = true; }},
    // establishment
    Variant{"forbids-at-first-pdu", "ValidPorts are applied to CONN/A1 and B1, not to the head.",
            "latitude.md, HTTP", [](ProxyConfig& c) { c.latitude.forbids_at_first_pdu = true; }},
    Variant{"connects-at-request", "It connects to the server before the first PDU is there.",
            "AMB-09", [](ProxyConfig& c) { c.latitude.connects_at_request = true; }},
    Variant{"address-in-network-order", "ClientAddress is in network byte order.", "AMB-01",
            [](ProxyConfig& c) { c.latitude.address_in_network_order = true; }},
    Variant{"own-c2", "CONN/C2 has the outbound proxy's own values.", "AMB-06",
            [](ProxyConfig& c) { c.latitude.roles.own_c2 = true; }},
    Variant{"any-value", "Values outside their ranges are taken.", "latitude.md, fields",
            [](ProxyConfig& c) { c.latitude.roles.takes_any_value = true; }},
    Variant{"known-cookie-ends-both", "A known cookie in CONN/A1 or B1 ends both connections.",
            "latitude.md, cookies",
            [](ProxyConfig& c) { c.latitude.known_cookie = KnownCookie::ends_both; }},
    Variant{"known-cookie-ends-newcomer", "A known cookie in CONN/A1 or B1 ends the newcomer.",
            "latitude.md, cookies",
            [](ProxyConfig& c) { c.latitude.known_cookie = KnownCookie::ends_newcomer; }},
    // routed PDUs
    Variant{"unknown-forms-refused", "A routed PDU of no known form is a protocol error.",
            "latitude.md, pings and accounting",
            [](ProxyConfig& c) { c.latitude.roles.refuses_unknown_forms = true; }},
    Variant{"sends-back", "What the table leads back to the server goes back to it.",
            "latitude.md, pings and accounting",
            [](ProxyConfig& c) { c.latitude.roles.sends_back = true; }},
    // recycling
    Variant{"counters-restart", "After OUT_R2 the server's bytes are counted from 0 again.",
            "latitude.md, counters",
            [](ProxyConfig& c) { c.latitude.roles.counters_restart = true; }},
    Variant{"a8-without-version", "OUT_R2/A7 goes on in the form of A8, without Version.", "AMB-02",
            [](ProxyConfig& c) { c.latitude.roles.a8_without_version = true; }},
    Variant{"head-before-b3", "A successor's 200 goes out before OUT_R2/B3.", "AMB-13",
            [](ProxyConfig& c) { c.latitude.roles.head_before_b3 = true; }},
    Variant{"successor-unread", "A plugged IN successor is not read until it is unplugged.",
            "latitude.md, pings and accounting",
            [](ProxyConfig& c) { c.latitude.roles.successor_unread = true; }},
    Variant{"newcomer-ends-alone", "A wrong predecessor cookie ends the newcomer alone.",
            "latitude.md, cookies",
            [](ProxyConfig& c) { c.latitude.roles.newcomer_ends_alone = true; }},
    Variant{"unmatched-cookie-stays",
            "After another cookie in IN_R2/A5 the successor's is expected.", "latitude.md, cookies",
            [](ProxyConfig& c) { c.latitude.roles.keeps_unmatched_cookie = true; }},
    Variant{"successor-unlisted", "A successor by OUT_R1 is not in the table of cookies.", "AMB-12",
            [](ProxyConfig& c) { c.latitude.roles.successor_unlisted = true; }},
    Variant{"one-cookie-table", "Both roles have one table of cookies.", "AMB-14",
            [](ProxyConfig& c) { c.latitude.one_cookie_table = true; }},
    // acknowledgements and pings
    Variant{"acks-each-pdu", "It acknowledges each RPC PDU.", "latitude.md, acknowledgements",
            [](ProxyConfig& c) { c.latitude.acks = AckPolicy::every_pdu; }},
    Variant{"acks-at-last", "It acknowledges when the sender has hardly any room.",
            "latitude.md, acknowledgements",
            [](ProxyConfig& c) { c.latitude.acks = AckPolicy::at_last; }},
    Variant{"acks-twice", "It sends each acknowledgement twice.", "latitude.md, acknowledgements",
            [](ProxyConfig& c) { c.latitude.roles.acks_twice = true; }},
    Variant{"acks-at-once", "An acknowledgement of nothing comes first on each channel.",
            "latitude.md, acknowledgements",
            [](ProxyConfig& c) { c.latitude.roles.acks_at_once = true; }},
    Variant{"acks-cross-the-switch", "At OUT_R2/B1 an acknowledgement still names the predecessor.",
            "latitude.md, acknowledgements",
            [](ProxyConfig& c) { c.latitude.roles.acks_former = true; }},
    Variant{"timeout-raised", "A ConnectionTimeout below 120 s is raised to that.", "AMB-08",
            [](ProxyConfig& c) { c.latitude.raises_timeout = true; }},
    Variant{"pings-never", "It never pings, against a SHOULD.", "3.2.4.2",
            [](ProxyConfig& c) { c.pings = session::Pings::off; }, 0, "pings=false"},
    Variant{"pings-told-at-once", "It tells the server of each ping.", "latitude.md, timers",
            [](ProxyConfig& c) { c.ping_traffic_threshold = 0; }},
    Variant{"pings-at-whole-timeout", "It pings after a whole ConnectionTimeout of silence.",
            "AMB-07", [](ProxyConfig& c) { c.pings = session::Pings::at_whole; }},
    Variant{"pings-regularly", "It pings each half ConnectionTimeout, whatever else it sends.",
            "AMB-07", [](ProxyConfig& c) { c.pings = session::Pings::regular; }},
    // segments and ends
    Variant{"writes-of-100", "Everything is written in pieces of 100 bytes.", "latitude.md, HTTP",
            [](ProxyConfig& c) { c.latitude.write_pieces = 100; }},
    Variant{"writes-of-1460", "Everything is written in pieces of 1460 bytes.", "latitude.md, HTTP",
            [](ProxyConfig& c) { c.latitude.write_pieces = 1460; }},
    Variant{"writes-together", "What comes within a millisecond is written as one.",
            "latitude.md, HTTP",
            [](ProxyConfig& c) { c.latitude.gathers_for = std::chrono::milliseconds(1); }},
    Variant{"writes-late", "Everything leaves 40 ms late.", "latitude.md, HTTP",
            [](ProxyConfig& c) { c.latitude.gathers_for = std::chrono::milliseconds(40); }, 0,
            "throughput=400KiB"},
    Variant{"ends-both-halves", "With a virtual channel it ends the other one, too.",
            "latitude.md, closing", [](ProxyConfig& c) { c.latitude.ends_other_half = true; }},
    Variant{"refuses-at-close", "A channel that ends before its 200 gets a 503 first.",
            "latitude.md, closing", [](ProxyConfig& c) { c.latitude.refuses_at_close = true; }},
    Variant{"closes-idle-in", "An IN channel ends after a ConnectionTimeout of silence.",
            "latitude.md, timers", [](ProxyConfig& c) { c.latitude.closes_idle_in = true; }},
    Variant{"aborts-by-rst", "A connection that broke the protocol, or was reset, ends with RST.",
            "latitude.md, closing", [](ProxyConfig& c) { c.latitude.aborts_by_rst = true; }},
};

}  // namespace

std::span<Variant const> variants() {
  return kVariants;
}

Variant const* find_variant(std::string_view name) {
  auto const found = std::find_if(kVariants.begin(), kVariants.end(),
                                  [&](auto const& v) { return v.name == name; });
  return found == kVariants.end() ? nullptr : &*found;
}

}  // namespace rpchspec::proxy
