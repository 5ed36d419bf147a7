// The PDUs that a client puts into the bodies of its requests: the first one, forms, lengths, and
// on which channel they go (MS-RPCH 2.1.2.1.7, 2.2.4, 3.2.1.5.2).

#include <fmt/format.h>

#include "reports/client_monitor.hpp"
#include "reports/pdu_text.hpp"

namespace rpchspec::reports {

namespace v1 = journal::v1;

namespace {

constexpr std::string_view kBackToBack = "RPCH-2.1.2.1.7-01";
constexpr std::string_view kWithinLength = "RPCH-2.1.2.1.7-02";
constexpr std::string_view kFirstLength = "RPCH-2.1.2.1.2-02";
constexpr std::string_view kNextLength = "RPCH-2.1.2.1.2-03";
constexpr std::string_view kA1 = "RPCH-2.2.4.2-01";
constexpr std::string_view kB1 = "RPCH-2.2.4.5-01";
constexpr std::string_view kInR1A1 = "RPCH-2.2.4.10-01";
constexpr std::string_view kA5 = "RPCH-2.2.4.14-01";
constexpr std::string_view kOutA3 = "RPCH-2.2.4.25-01";
constexpr std::string_view kOutR1A7 = "RPCH-2.2.4.29-01";
constexpr std::string_view kOutR1A11 = "RPCH-2.2.4.33-01";
constexpr std::string_view kOutR2A7 = "RPCH-2.2.4.40-01";
constexpr std::string_view kOutR2C1 = "RPCH-2.2.4.45-01";
constexpr std::string_view kKeepAlive = "RPCH-2.2.4.46-01";
constexpr std::string_view kPing = "RPCH-2.2.4.49-02";
constexpr std::string_view kInterval = "RPCH-2.2.3.5.6-01";
constexpr std::string_view kViaIn = "RPCH-3.2.1.5.2-10";

constexpr std::uint64_t kFirstOut = 76;
constexpr std::uint64_t kNextOut = 120;
constexpr std::uint32_t kLeastInterval = 60000;  // ms

/// A form that a client may send, and the requirement that states it.
struct Form {
  std::string_view name;
  std::string_view requirement;
};

constexpr Form kFirstIn[] = {{"CONN/B1", kB1}, {"IN_R1/A1", kInR1A1}};
constexpr Form kFirstOnOut[] = {{"CONN/A1", kA1}, {"OUT_R1/A3", kOutA3}};
constexpr Form kNextOnIn[] = {{"IN_R1/A5", kA5},
                              {"OUT_R1/A7", kOutR1A7},
                              {"OUT_R2/A7", kOutR2A7},
                              {"Keep-Alive", kKeepAlive},
                              {"Ping", kPing}};
constexpr Form kNextOnOut[] = {{"OUT_R1/A11", kOutR1A11}, {"OUT_R2/C1", kOutR2C1}};

std::string in_words(v1::Event const& event) {
  auto const& pdu = event.pdu();
  return pdu.error().empty() ? fmt::format("{} of {} bytes", pdu_name(event), pdu.size())
                             : fmt::format("an RTS PDU that does not decode: {}", pdu.error());
}

/// The requirement that a PDU of no lawful form most likely misses; empty: it can't be told.
std::string_view meant_on_in(wire::RtsPdu const& pdu) {
  if (wire::find<wire::ClientKeepaliveCommand>(pdu) != nullptr) {
    return kKeepAlive;
  }
  if (wire::find<wire::CookieCommand>(pdu) == nullptr) {
    return pdu.flags == wire::kRtsFlagPing ? kPing : std::string_view();
  }
  if (wire::find<wire::DestinationCommand>(pdu) == nullptr) {
    return kA5;
  }
  return wire::find<wire::VersionCommand>(pdu) != nullptr ? kOutR2A7 : kOutR1A7;
}

class BodyMonitor final : public ClientMonitor {
 public:
  [[nodiscard]] std::vector<std::string_view> requirements() const override {
    return {kBackToBack, kWithinLength, kFirstLength, kNextLength, kA1,       kB1,
            kInR1A1,     kA5,           kOutA3,       kOutR1A7,    kOutR1A11, kOutR2A7,
            kOutR2C1,    kKeepAlive,    kPing,        kInterval,   kViaIn};
  }

  void on_event(ClientSighting const& sighting) override {
    auto const request = sighting.connection.request;
    if (!sighting.received() ||
        (request != ClientRequestKind::in_channel && request != ClientRequestKind::out_channel)) {
      return;
    }
    auto const& event = sighting.event;
    if (event.has_raw() && event.raw().is() == "garbage") {
      on_garbage(sighting);
    } else if (event.has_pdu() && request == ClientRequestKind::in_channel) {
      on_in(sighting);
    } else if (event.has_pdu()) {
      on_out(sighting);
    }
  }

 private:
  void on_garbage(ClientSighting const& at) {
    auto const is_in = at.connection.request == ClientRequestKind::in_channel;
    judge(at, is_in ? kBackToBack : kA1, false, [&] {
      return ClientWords{"not PDUs", "PDUs back to back from the first byte of the body",
                         fmt::format("{} bytes that are no PDU", at.event.raw().size())};
    });
  }

  void on_in(ClientSighting const& at) {
    auto const& pdu = at.event.pdu();
    judge(at, kBackToBack, true, [] { return ClientWords(); });
    if (auto const length = at.connection.content_length) {
      auto const end = pdu.offset() + pdu.size();
      judge(at, kWithinLength, end <= *length, [&] {
        return ClientWords{"more than the Content-Length",
                           fmt::format("at most {} bytes of PDUs, the Content-Length", *length),
                           fmt::format("{} bytes", end)};
      });
    }
    check_interval(at);
    if (at.connection.pdus == 1) {
      auto const recycles = begins_recycling(pdu);
      first(at, recycles ? kFirstIn[1] : kFirstIn[0]);
    } else if (!is_rpc(pdu)) {
      next_on_in(at);
    }
  }

  void on_out(ClientSighting const& at) {
    auto const& pdu = at.event.pdu();
    if (at.connection.pdus > 1) {
      next_on_out(at);
      return;
    }
    auto const recycles = begins_recycling(pdu) || at.connection.content_length == kNextOut;
    first(at, recycles ? kFirstOnOut[1] : kFirstOnOut[0]);
    auto const& form = recycles ? kFirstOnOut[1] : kFirstOnOut[0];
    auto const wanted = recycles ? kNextOut : kFirstOut;
    auto const length = at.connection.content_length;
    if (goes_by(pdu, form.name) && length) {
      judge(at, recycles ? kNextLength : kFirstLength, *length == wanted, [&] {
        return ClientWords{"Content-Length of another OUT channel",
                           fmt::format("a Content-Length of {} before {}", wanted, form.name),
                           fmt::format("Content-Length: {}", *length)};
      });
    }
  }

  static bool begins_recycling(v1::Pdu const& pdu) {
    auto const rts = decoded(pdu);
    return rts && (rts->flags & wire::kRtsFlagRecycleChannel) != 0;
  }

  void first(ClientSighting const& at, Form const& form) {
    judge(at, form.requirement, goes_by(at.event.pdu(), form.name), [&] {
      return ClientWords{"another first PDU",
                         fmt::format("{} as the first PDU of the channel", form.name),
                         in_words(at.event)};
    });
  }

  void next_on_in(ClientSighting const& at) {
    auto const& pdu = at.event.pdu();
    for (auto const& form : kNextOnIn) {
      if (goes_by(pdu, form.name)) {
        judge(at, form.requirement, true, [] { return ClientWords(); });
        return;
      }
    }
    auto const rts = decoded(pdu);
    auto const meant = rts ? meant_on_in(*rts) : std::string_view();
    if (!meant.empty() && !goes_by(pdu, "FlowControlAckWithDestination")) {
      judge(at, meant, false, [&] {
        return ClientWords{"no RTS PDU of a client",
                           "an RTS PDU of the form that its section gives", in_words(at.event)};
      });
    }
  }

  void next_on_out(ClientSighting const& at) {
    auto const& pdu = at.event.pdu();
    for (auto const& form : kNextOnOut) {
      if (goes_by(pdu, form.name)) {
        judge(at, form.requirement, true, [] { return ClientWords(); });
        return;
      }
    }
    judge(at, kViaIn, false, [&] {
      return ClientWords{"PDU on the OUT channel",
                         "PDUs for the outbound proxy and the server on the IN channel",
                         in_words(at.event) + " on the OUT channel"};
    });
  }

  void check_interval(ClientSighting const& at) {
    auto const rts = decoded(at.event.pdu());
    auto const* const keepalive = rts ? wire::find<wire::ClientKeepaliveCommand>(*rts) : nullptr;
    if (keepalive == nullptr) {
      return;
    }
    auto const interval = keepalive->value.value;
    judge(at, kInterval, interval == 0 || interval >= kLeastInterval, [&] {
      return ClientWords{"ClientKeepalive out of range", "0, or 60000 and more",
                         fmt::format("ClientKeepalive {}", interval)};
    });
  }
};

}  // namespace

std::unique_ptr<ClientMonitor> make_client_body_monitor() {
  return std::make_unique<BodyMonitor>();
}

}  // namespace rpchspec::reports
