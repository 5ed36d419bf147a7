// The proxy never sends more RPC bytes than its peer's window lets it (3.2.1.1.4, 3.2.1.4.1.3).
//
// Counted from the announcements and acknowledgements alone: bytes that arrived may never exceed
// the largest allowance the receiver had given by then, the window at first, BytesReceived plus
// AvailableWindow of an acknowledgement afterwards. A successor has an account of its own, for it
// has a connection of its own; only behind IN_R2 the connection to the server is the old one, where
// counters may go on or start again (there the larger of both allowances counts).

#include <algorithm>
#include <map>
#include <vector>

#include <fmt/format.h>

#include "reports/monitor.hpp"
#include "reports/pdu_text.hpp"

namespace rpchspec::reports {

namespace v1 = journal::v1;

namespace {

constexpr std::string_view kStartsAtWindow = "RPCH-3.2.1.3-02";
constexpr std::string_view kAckFormula = "RPCH-3.2.1.5.1.1-02";
constexpr std::string_view kCookie = "RPCH-3.2.1.5.1.2-01";
constexpr std::string_view kPlugged = "RPCH-3.2.3.5.3-07";
constexpr std::string_view kSuccessorPlugged = "RPCH-3.2.3.5.5.2-04";
constexpr std::string_view kSuccessorWindow = "RPCH-3.2.4.5.6.1-03";

/// What one connection may bring to a receiver of ours.
struct Account {
  std::uint32_t vc = 0;
  std::vector<std::string> cookies;  // of its channels: an acknowledgement names one of them
  bool known = false;                // the window was announced
  bool follows = false;              // it belongs to a successor
  bool off = false;                  // announced twice: a script does as it likes
  std::uint64_t window = 0;
  std::uint64_t allowed = 0;
  std::uint64_t with_wrong_cookies = 0;  // what it would be, had the proxy believed these, too
  std::uint64_t received = 0;
  std::uint64_t before = 0;  // what predecessors sent at most, where counting may start again
  bool acknowledged = false;

  /// By a PDU that says no window, nothing is announced.
  void announce(v1::Pdu const& pdu) {
    auto const rts = decoded(pdu);
    auto const* said = rts ? wire::find<wire::ReceiveWindowSizeCommand>(*rts) : nullptr;
    if (said != nullptr) {
      off = off || known;
      known = true;
      window = allowed = with_wrong_cookies = said->value.value;
    }
  }

  [[nodiscard]] bool has(std::string const& cookie) const {
    return cookies.empty() || std::find(cookies.begin(), cookies.end(), cookie) != cookies.end();
  }
};

class WindowMonitor final : public Monitor {
 public:
  [[nodiscard]] std::string_view name() const override { return "window"; }

  [[nodiscard]] std::vector<std::string_view> requirements() const override {
    return {kStartsAtWindow, kAckFormula, kCookie, kPlugged, kSuccessorPlugged, kSuccessorWindow};
  }

  void on_event(Sighting const& sighting) override {
    auto const& event = sighting.event;
    if (!event.has_pdu() || event.source() == v1::UPSTREAM) {
      return;
    }
    bool const in = sighting.is(v1::SERVER, v1::RECEIVED) && sighting.leg() == v1::IN;
    bool const out = sighting.is(v1::CLIENT, v1::RECEIVED) && sighting.leg() == v1::OUT;
    if (!is_rpc(event.pdu())) {
      on_rts(sighting);
    } else if (in || out) {
      on_rpc(sighting, (in ? in_ : out_)[event.connection()]);
    } else if (sighting.is(v1::CLIENT, v1::SENT) && sighting.leg() == v1::IN) {
      sent_[event.connection()] += event.pdu().size();
    }
  }

 private:
  using Accounts = std::map<std::uint32_t, Account>;  // by number of the connection

  void on_rts(Sighting const& sighting) {
    if (sighting.is(v1::CLIENT, v1::SENT)) {
      on_client(sighting);
    } else if (sighting.is(v1::SERVER, v1::RECEIVED)) {
      on_proxy(sighting);
    } else if (sighting.is(v1::SERVER, v1::SENT)) {
      on_server(sighting);
    }
  }

  /// A1 and A3 open an account; A5 lets counting start again on the leg behind IN_R2.
  void on_client(Sighting const& sighting) {
    auto const& pdu = sighting.event.pdu();
    auto const name = pdu_name(sighting.event);
    auto const connection = sighting.event.connection();
    if (name == "CONN/A1") {
      begin(out_[connection], sighting, field_of(pdu, name, "OUTChannelCookie"));
      out_[connection].announce(pdu);
    } else if (goes_by(pdu, "OUT_R2/A3") && sighting.leg() == v1::OUT) {
      begin(out_[connection], sighting, field_of(pdu, "OUT_R2/A3", "SuccessorCookie"));
      out_[connection].announce(pdu);
      out_[connection].follows = true;
    } else if (name == "CONN/B1") {
      in_cookies_[sighting.vc()] = field_of(pdu, name, "INChannelCookie").value_or("");
    } else if (goes_by(pdu, "IN_R2/A5") && sighting.leg() == v1::IN) {
      for (auto& [number, account] : in_) {
        if (account.vc == sighting.vc() && account.cookies.size() > 1) {
          account.before += std::exchange(sent_[connection], 0);
          account.allowed = std::max(account.allowed, account.before + account.window);
          account.with_wrong_cookies = std::max(account.with_wrong_cookies, account.allowed);
        }
      }
    }
  }

  /// What the proxy tells the server of a channel.
  void on_proxy(Sighting const& sighting) {
    auto const& pdu = sighting.event.pdu();
    auto const name = pdu_name(sighting.event);
    if (name == "IN_R1/A2") {
      auto& account = in_[sighting.event.connection()];
      begin(account, sighting, field_of(pdu, name, "SuccessorCookie"));
      account.follows = true;
    } else if (goes_by(pdu, "IN_R2/A2") && sighting.leg() == v1::IN) {
      auto& account = in_[sighting.event.connection()];
      account.vc = sighting.vc();
      account.cookies.push_back(field_of(pdu, "IN_R2/A2", "SuccessorCookie").value_or(""));
    }
  }

  void on_server(Sighting const& sighting) {
    auto const& pdu = sighting.event.pdu();
    auto const name = pdu_name(sighting.event);
    bool const in = sighting.leg() == v1::IN;
    if (in && (name == "CONN/B3" || name == "IN_R1/B2")) {
      auto& account = in_[sighting.event.connection()];
      if (auto const cookie = in_cookies_.find(sighting.vc());
          name == "CONN/B3" && cookie != in_cookies_.end()) {
        begin(account, sighting, cookie->second);
      }
      account.announce(pdu);
    } else if (auto const rts = decoded(pdu)) {
      if (auto const* ack = wire::find<wire::FlowControlAckCommand>(*rts)) {
        acknowledge(*ack, sighting, in ? in_ : out_);
      }
    }
  }

  static void begin(Account& account,
                    Sighting const& sighting,
                    std::optional<std::string> const& cookie) {
    account.vc = sighting.vc();
    account.cookies.assign(1, cookie.value_or(""));
  }

  static void acknowledge(wire::FlowControlAckCommand const& ack,
                          Sighting const& sighting,
                          Accounts& accounts) {
    auto const allowance =
        std::uint64_t{ack.bytes_received.value} + std::uint64_t{ack.available_window.value};
    auto const cookie = to_hex(ack.channel_cookie);
    for (auto& [number, account] : accounts) {
      if (account.vc != sighting.vc()) {
        continue;
      }
      auto const counted = account.before + allowance;
      account.with_wrong_cookies = std::max(account.with_wrong_cookies, counted);
      if (account.has(cookie)) {
        account.allowed = std::max(account.allowed, counted);
        account.acknowledged = true;
      }
    }
  }

  void on_rpc(Sighting const& sighting, Account& account) {
    account.received += sighting.event.pdu().size();
    if (account.off) {
      return;
    }
    if (!account.known) {
      if (sighting.leg() == v1::IN) {
        object(sighting, {account.follows ? kSuccessorPlugged : kPlugged,
                          account.follows ? "before IN_R1/B2" : "before CONN/B3",
                          fmt::format("no RPC PDU goes to the server before {}",
                                      account.follows ? "IN_R1/B2" : "CONN/B3"),
                          fmt::format("{} of {} bytes", pdu_name(sighting.event),
                                      sighting.event.pdu().size())});
      }
      return;
    }
    if (account.received <= account.allowed) {
      return;
    }
    auto const id = account.received <= account.with_wrong_cookies ? kCookie
                    : account.acknowledged                         ? kAckFormula
                    : account.follows && sighting.leg() == v1::OUT ? kSuccessorWindow
                                                                   : kStartsAtWindow;
    object(sighting, {id, id == kCookie ? "acknowledgement of another channel" : "window exceeded",
                      fmt::format("at most {} bytes of RPC PDUs, by window and acknowledgements",
                                  account.allowed),
                      fmt::format("{} bytes of RPC PDUs", account.received)});
  }

  Accounts in_;                                      // connections of the server
  Accounts out_;                                     // connections of the client
  std::map<std::uint32_t, std::uint64_t> sent_;      // RPC bytes of the client's IN connections
  std::map<std::uint32_t, std::string> in_cookies_;  // by virtual connection, of CONN/B1
};

}  // namespace

std::unique_ptr<Monitor> make_window_monitor() {
  return std::make_unique<WindowMonitor>();
}

}  // namespace rpchspec::reports
