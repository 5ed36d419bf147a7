// Values that the proxy carries from one PDU or head to another (2.2.4.3 to 2.2.4.9, 3.2.4.5.1).

#include <algorithm>
#include <map>
#include <set>

#include <fmt/format.h>

#include "protocol/wire/client_address.hpp"
#include "reports/http_head.hpp"
#include "reports/matching.hpp"
#include "reports/monitor.hpp"
#include "reports/pdu_text.hpp"

namespace rpchspec::reports {

namespace v1 = journal::v1;

namespace {

constexpr std::string_view kA2Cookies = "RPCH-2.2.4.3-03";
constexpr std::string_view kA2Version = "RPCH-2.2.4.3-02";
constexpr std::string_view kA2Lifetime = "RPCH-2.2.4.3-04";
constexpr std::string_view kA4Lifetime = "RPCH-3.2.4.5.6.2-02";
constexpr std::string_view kB2Copies = "RPCH-2.2.4.6-03";
constexpr std::string_view kB2Version = "RPCH-2.2.4.6-02";
constexpr std::string_view kB2Address = "RPCH-2.2.4.6-06";
constexpr std::string_view kPadding4 = "RPCH-2.2.3.2.1-02";
constexpr std::string_view kAddress6 = "RPCH-2.2.3.2.2-01";
constexpr std::string_view kPadding6 = "RPCH-2.2.3.2.2-02";
constexpr std::string_view kC2Values = "RPCH-2.2.4.9-02";
constexpr std::string_view kMinTimeout = "RPCH-3.2.4.5.1-04";

constexpr std::uint64_t kEchoLength = 20;  // 2.1.2.1.6: no channel's

/// Name and bytes of a PDU that was seen once.
using Pdus = std::map<std::string, v1::Pdu>;

struct Known {
  Pdus pdus;
  std::optional<std::uint64_t> out_length;   // Content-Length of the OUT response
  std::optional<std::uint64_t> min_timeout;  // seconds, of the OUT request
  std::optional<std::string> told_by_a4;     // lifetime of the OUT channel that is to come
  std::string client_address;                // of the IN connection
  std::string in_peer;                       // the other end of it
  bool is_direct = false;                    // the IN request names that peer: no forward proxy
};

/// A field that one PDU takes over from another.
struct Copy {
  std::string from;
  std::string to;
  std::string_view field;
  std::string_view requirement;
};

/// MinConnTimeout of the Pragma lines, in seconds, where its value is legal.
std::optional<std::uint64_t> min_conn_timeout(std::string_view head) {
  constexpr std::string_view kName = "minconntimeout=";
  std::optional<std::uint64_t> found;
  for (auto const line : values_of(head, "Pragma")) {
    for (auto rest = line; !rest.empty();) {
      auto const comma = rest.find(',');
      auto const item = trimmed(rest.substr(0, comma));
      rest.remove_prefix(comma == rest.npos ? rest.size() : comma + 1);
      if (to_lower(item.substr(0, kName.size())) == kName) {
        auto const value = number(item.substr(kName.size()));
        if (found || !value || *value < 120 || *value > 14'400) {
          return std::nullopt;  // twice, or out of range: what it means is not defined
        }
        found = value;
      }
    }
  }
  return found;
}

class ValuesMonitor final : public Monitor {
 public:
  [[nodiscard]] std::string_view name() const override { return "values"; }

  [[nodiscard]] std::vector<std::string_view> requirements() const override {
    return {kA2Cookies, kA2Version, kA2Lifetime, kA4Lifetime, kB2Copies, kB2Version,
            kB2Address, kPadding4,  kAddress6,   kPadding6,   kC2Values, kMinTimeout};
  }

  void on_event(Sighting const& sighting) override {
    auto const& event = sighting.event;
    auto& known = known_[sighting.vc()];
    if (event.source() == v1::CLIENT) {
      if (event.has_opened() && sighting.leg() == v1::IN) {
        known.client_address = event.opened().local();
        known.in_peer = event.opened().remote();
        known.is_direct = false;
      } else if (event.has_head()) {
        on_head(sighting, known);
      }
    }
    if (event.has_pdu() && !is_rpc(event.pdu()) && event.source() != v1::UPSTREAM) {
      on_rts(sighting, known);
    }
  }

 private:
  void on_head(Sighting const& sighting, Known& known) {
    auto const& head = sighting.event.head();
    if (sighting.leg() == v1::IN && !head.response()) {
      auto const hosts = values_of(head.text(), "Host");
      known.is_direct = hosts.size() == 1 && hosts.front() == known.in_peer;
    }
    if (sighting.leg() != v1::OUT) {
      return;
    }
    if (!head.response()) {
      known.min_timeout = min_conn_timeout(head.text());
    } else if (head.status() == 200 && content_length(head.text()) != kEchoLength) {
      on_length(sighting, known, content_length(head.text()));
    }
  }

  /// The first OUT channel's lifetime was told in CONN/A2, a successor's in OUT_R1/A4.
  void on_length(Sighting const& sighting, Known& known, std::optional<std::uint64_t> length) {
    if (sighting.connection == nullptr || sighting.connection->ordinal <= 1) {
      known.out_length = length;
      check_lifetime(sighting, known);
      return;
    }
    auto const told = std::exchange(known.told_by_a4, std::nullopt);
    if (told && length && *told != std::to_string(*length)) {
      object(sighting, {kA4Lifetime, "ChannelLifetime",
                        fmt::format("Content-Length {}, the ChannelLifetime in OUT_R1/A4", *told),
                        fmt::format("a successor's response with Content-Length {}", *length)});
    }
  }

  void on_rts(Sighting const& sighting, Known& known) {
    auto const name = pdu_name(sighting.event);
    if (name == "OUT_R1/A4" && sighting.is(v1::SERVER, v1::RECEIVED)) {
      known.told_by_a4 = field_of(sighting.event.pdu(), name, "ChannelLifetime");
    }
    bool const first = known.pdus.count(name) == 0;
    if (name.substr(0, 5) != "CONN/") {
      return;
    }
    if (!first) {
      // A second opening with the same number is a case about that: values of which, is not known.
      ambiguous_.insert(sighting.vc());
    }
    known.pdus[name] = sighting.event.pdu();
    if (ambiguous_.count(sighting.vc()) != 0) {
      return;
    }
    if (name == "CONN/A2") {
      same(sighting, known, {"CONN/A1", name, "VirtualConnectionCookie", kA2Cookies});
      same(sighting, known, {"CONN/A1", name, "OUTChannelCookie", kA2Cookies});
      version(sighting, known, {"CONN/A1", name, "Version", kA2Version});
      check_lifetime(sighting, known);
    } else if (name == "CONN/B2") {
      same(sighting, known, {"CONN/B1", name, "VirtualConnectionCookie", kB2Copies});
      same(sighting, known, {"CONN/B1", name, "INChannelCookie", kB2Copies});
      same(sighting, known, {"CONN/B1", name, "AssociationGroupId", kB2Copies});
      version(sighting, known, {"CONN/B1", name, "Version", kB2Version});
      address(sighting, known);
    } else if (name == "CONN/C2") {
      check_c2(sighting, known);
    } else if (name == "CONN/A3") {
      check_timeout(sighting, known);
    }
  }

  static std::optional<std::string> value(Known const& known,
                                          std::string const& pdu,
                                          std::string_view field) {
    auto const found = known.pdus.find(pdu);
    return found == known.pdus.end() ? std::nullopt : field_of(found->second, pdu, field);
  }

  void same(Sighting const& sighting, Known const& known, Copy const& copy) {
    auto const& [from, to, field, requirement] = copy;
    auto const before = value(known, from, field);
    auto const after = value(known, to, field);
    if (before && after && *before != *after) {
      object(sighting, {requirement, field, fmt::format("{} {}, as in {}", field, *before, from),
                        fmt::format("{} with {} {}", to, field, *after)});
    }
  }

  /// The lower of the client's and the proxy's, which is 1; a client's 0 proves nothing (AMB-10).
  void version(Sighting const& sighting, Known const& known, Copy const& copy) {
    auto const client = value(known, copy.from, copy.field);
    auto const proxy = value(known, copy.to, copy.field);
    if (client && proxy && *client != "0" && *proxy != "1") {
      object(sighting,
             {copy.requirement, copy.field, fmt::format("Version 1; the client's is {}", *client),
              fmt::format("{} with Version {}", copy.to, *proxy)});
    }
  }

  void check_lifetime(Sighting const& sighting, Known const& known) {
    auto const lifetime = value(known, "CONN/A2", "ChannelLifetime");
    if (lifetime && known.out_length && ambiguous_.count(sighting.vc()) == 0 &&
        *lifetime != std::to_string(*known.out_length)) {
      object(sighting.event.at_ns(), "server.out",
             {kA2Lifetime, "ChannelLifetime",
              fmt::format("ChannelLifetime {}, the Content-Length of the OUT response",
                          *known.out_length),
              fmt::format("CONN/A2 with ChannelLifetime {}", *lifetime)});
    }
  }

  void check_timeout(Sighting const& sighting, Known const& known) {
    auto const timeout = value(known, "CONN/A3", "ConnectionTimeout");
    if (timeout && known.min_timeout && *timeout != std::to_string(*known.min_timeout * 1000)) {
      object(sighting, {kMinTimeout, "ConnectionTimeout",
                        fmt::format("ConnectionTimeout {}, by MinConnTimeout={}",
                                    *known.min_timeout * 1000, *known.min_timeout),
                        fmt::format("CONN/A3 with ConnectionTimeout {}", *timeout)});
    }
  }

  /// C1's values, or the proxy's own (AMB-06).
  void check_c2(Sighting const& sighting, Known const& known) {
    if (sighting.around.topology == "live") {
      return;  // the server's CONN/C1 is not ours to see
    }
    if (known.pdus.count("CONN/C1") == 0) {
      object(sighting, {kC2Values, "CONN/C2 without C1", "CONN/C2 after the server's CONN/C1",
                        "CONN/C2 before it"});
      return;
    }
    one_of(sighting, known, "Version", {"CONN/C1", "CONN/A2", "CONN/B2"});
    one_of(sighting, known, "ReceiveWindowSize", {"CONN/C1", "CONN/A2", "CONN/B2"});
    one_of(sighting, known, "ConnectionTimeout", {"CONN/C1", "CONN/A3", "CONN/B2"});
  }

  void one_of(Sighting const& sighting,
              Known const& known,
              std::string_view field,
              std::initializer_list<char const*> sources) {
    auto const seen = value(known, "CONN/C2", field);
    bool const lawful = std::any_of(sources.begin(), sources.end(), [&](char const* source) {
      return value(known, source, field) == seen;
    });
    if (seen && !lawful) {
      object(sighting, {kC2Values, field,
                        fmt::format("{} {}, as in CONN/C1", field,
                                    value(known, "CONN/C1", field).value_or("?")),
                        fmt::format("CONN/C2 with {} {}", field, *seen)});
    }
  }

  /// What is in it is compared only where nothing stands between client and proxy: a NAT, or an
  /// offloader, is seen instead of the client; on loopback there is no NAT.
  void address(Sighting const& sighting, Known const& known) {
    auto const pdu = decoded(sighting.event.pdu());
    auto const* address = pdu ? wire::find<wire::ClientAddressCommand>(*pdu) : nullptr;
    if (address == nullptr) {
      return;
    }
    bool const v6 = address->address_type != 0;
    auto const& padding = address->padding;
    if (std::any_of(padding.begin(), padding.end(), [](auto byte) { return byte != 0; })) {
      object(sighting, {v6 ? kPadding6 : kPadding4, "padding of ClientAddress",
                        "12 bytes of zero behind the address", "CONN/B2 with others"});
    }
    auto const host = bare_host(known.client_address);
    auto const is_near = sighting.around.topology == "embedded" ||
                         (known.is_direct && (host.starts_with("127.") || host == "::1"));
    if (!is_near || sighting.around.topology == "http-front" || sighting.around.offloaded ||
        host.empty()) {
      return;
    }
    bool const host_is_v6 = host.find(':') != host.npos;
    if (v6 && !host_is_v6) {
      return;  // an IPv4 address in IPv6 form
    }
    if (!wire::holds_address(*address, host)) {  // AMB-01: either byte order
      object(
          sighting,
          {host_is_v6 ? kAddress6 : kB2Address, "ClientAddress", "ClientAddress " + host,
           "CONN/B2 with ClientAddress " + wire::to_string(*address, wire::AddressOrder::network)});
    }
  }

  /// "::1" of "[::1]:80".
  static std::string bare_host(std::string const& endpoint) {
    auto host = endpoint.substr(0, endpoint.rfind(':'));
    return host.starts_with('[') ? host.substr(1, host.size() - 2) : host;
  }

  std::map<std::uint32_t, Known> known_;
  std::set<std::uint32_t> ambiguous_;
};

}  // namespace

std::unique_ptr<Monitor> make_values_monitor() {
  return std::make_unique<ValuesMonitor>();
}

}  // namespace rpchspec::reports
