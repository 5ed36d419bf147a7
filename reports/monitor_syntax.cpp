// Every RTS PDU that the proxy makes is well-formed (2.2.3, 2.2.4).

#include <algorithm>
#include <map>
#include <set>

#include <fmt/format.h>

#include "reports/monitor.hpp"
#include "reports/pdu_text.hpp"

namespace rpchspec::reports {

namespace v1 = journal::v1;

namespace {

constexpr std::string_view kExactForm = "RPCH-2.2.3.6.1-09";
constexpr std::string_view kTimeoutRange = "RPCH-2.2.3.5.3-01";
constexpr std::size_t kWholeRts = 512;
constexpr std::uint32_t kLeastTimeout = 30'000;  // a proxy configured to 30 s (AMB-08)

/// Names that the proxy gives to what it sends itself.
constexpr std::string_view kMade[] = {
    "CONN/A2",   "CONN/A3",    "CONN/B2",        "CONN/C2",
    "IN_R1/A2",  "IN_R1/A6",   "IN_R1/B1",       "IN_R2/A2",
    "OUT_R1/A4", "OUT_R1/A10", "OUT_R2/A4",      "OUT_R2/B3",
    "Ping",      "Echo",       "FlowControlAck", "PingTrafficSentNotify",
};

class SyntaxMonitor final : public Monitor {
 public:
  [[nodiscard]] std::string_view name() const override { return "rts-syntax"; }

  [[nodiscard]] std::vector<std::string_view> requirements() const override {
    return {kExactForm,           kTimeoutRange,       "RPCH-2.2.3.5.1-01", "RPCH-2.2.3.5.5-01",
            "RPCH-2.2.3.5.12-01", "RPCH-2.2.3.6.1-02", "RPCH-2.2.3.6.1-03", "RPCH-2.2.3.6.1-04",
            "RPCH-2.2.3.6.1-05",  "RPCH-2.2.3.6.1-06", "RPCH-2.2.3.6.1-10", "RPCH-2.2.3.6.2-02"};
  }

  void on_event(Sighting const& sighting) override {
    auto const& event = sighting.event;
    if (!event.has_pdu() || is_rpc(event.pdu())) {
      return;
    }
    if (event.direction() == v1::SENT) {
      sent_.insert(event.pdu().digest());
      if (goes_by(event.pdu(), "CONN/C1")) {
        values_sent_.insert(commands_of(event.pdu()));
      }
      return;
    }
    bool const from_proxy = event.source() == v1::CLIENT || event.source() == v1::SERVER;
    if (from_proxy && event.direction() == v1::RECEIVED && sent_.count(event.pdu().digest()) == 0) {
      judge(sighting);
    }
  }

 private:
  /// The commands alone, without the header: what C2 takes over from C1 as it is.
  static std::string commands_of(v1::Pdu const& pdu) {
    return pdu.prefix().size() > wire::kRtsHeaderSize ? pdu.prefix().substr(wire::kRtsHeaderSize)
                                                      : std::string();
  }

  void judge(Sighting const& sighting) {
    auto const& pdu = sighting.event.pdu();
    if (pdu.size() > kWholeRts) {
      return;
    }
    auto const decoding = wire::decode_rts(as_bytes(pdu.prefix()));
    if (!decoding) {
      auto const id = wire::requirement_of(decoding.error());
      object(sighting, {id.empty() ? kExactForm : id, "malformed", "a well-formed RTS PDU",
                        to_string(decoding.error())});
      return;
    }
    if (pdu.kinds().empty()) {
      // A Destination may carry anything that the other side invented; it is passed on as it is.
      if (wire::find<wire::DestinationCommand>(*decoding) == nullptr) {
        object(sighting, {kExactForm, "no known form",
                          "flags, number and order of commands as 2.2.4 lists them",
                          fmt::format("an RTS PDU with flags 0x{:04x} and {} commands",
                                      decoding->flags, decoding->commands.size())});
      }
      return;
    }
    auto const name = pdu_name(sighting.event);
    bool const made = std::find(std::begin(kMade), std::end(kMade), name) != std::end(kMade);
    bool const taken_over = name == "CONN/C2" && values_sent_.count(commands_of(pdu)) != 0;
    check_values(sighting, *decoding, name, made && !taken_over);
  }

  void check_values(Sighting const& sighting,
                    wire::RtsPdu const& pdu,
                    std::string const& name,
                    bool values_too) {
    auto const* form = wire::find_form(name);
    for (auto const& violation : wire::validate(pdu, form->kind)) {
      bool const value = violation.requirement.find("2.2.3.5.") != std::string_view::npos;
      if ((value && !values_too) || lawful_timeout(violation.requirement, pdu)) {
        continue;
      }
      object(sighting, {violation.requirement, "illegal value", "a legal " + name,
                        fmt::format("{}: {}", name, violation.detail)});
    }
  }

  static bool lawful_timeout(std::string_view requirement, wire::RtsPdu const& pdu) {
    auto const* timeout = wire::find<wire::ConnectionTimeoutCommand>(pdu);
    return requirement == kTimeoutRange && timeout != nullptr &&
           timeout->value.value >= kLeastTimeout && timeout->value.value < 120'000;
  }

  std::set<std::uint64_t> sent_;
  std::set<std::string> values_sent_;
};

}  // namespace

std::unique_ptr<Monitor> make_syntax_monitor() {
  return std::make_unique<SyntaxMonitor>();
}

}  // namespace rpchspec::reports
