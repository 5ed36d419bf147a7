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
    // establishment
    Variant{"forbids-at-first-pdu", "ValidPorts are applied to CONN/A1 and B1, not to the head.",
            "latitude.md, HTTP", [](ProxyConfig& c) { c.latitude.forbids_at_first_pdu = true; }},
    Variant{"connects-at-request", "It connects to the server before the first PDU is there.",
            "AMB-09", [](ProxyConfig& c) { c.latitude.connects_at_request = true; }},
    Variant{"address-in-network-order", "ClientAddress is in network byte order.", "AMB-01",
            [](ProxyConfig& c) { c.latitude.address_in_network_order = true; }},
    // acknowledgements and pings
    Variant{"acks-each-pdu", "It acknowledges each RPC PDU.", "latitude.md, acknowledgements",
            [](ProxyConfig& c) { c.latitude.acks = AckPolicy::every_pdu; }},
    Variant{"acks-at-last", "It acknowledges when the sender has hardly any room.",
            "latitude.md, acknowledgements",
            [](ProxyConfig& c) { c.latitude.acks = AckPolicy::at_last; }},
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
