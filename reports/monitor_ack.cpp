// The proxy's acknowledgements: right channel, whole PDUs that were sent, no more than its window
// (2.2.3.4, 3.2.1.1.5).

#include <algorithm>
#include <cstdlib>
#include <deque>
#include <map>
#include <set>

#include <fmt/format.h>

#include "reports/monitor.hpp"
#include "reports/pdu_text.hpp"

namespace rpchspec::reports {

namespace v1 = journal::v1;

namespace {

constexpr std::string_view kReceived = "RPCH-2.2.3.4-01";
constexpr std::string_view kAvailable = "RPCH-2.2.3.4-02";
constexpr std::string_view kCookie = "RPCH-2.2.3.4-03";
constexpr std::string_view kRpcOnly = "RPCH-3.2.1.1.4-01";
constexpr std::string_view kFromZero = "RPCH-3.2.1.3-01";

/// Where the RPC PDUs of one channel end, counted from its first byte: what a receiver may have
/// received at any time, as it counts whole PDUs (3.2.1.5.1.1).
class PduEnds {
 public:
  void add(std::uint64_t size) {
    ends_.push_back((ends_.empty() ? floor_ : ends_.back()) + size);
    if (ends_.size() > kMost) {
      forget_below(ends_.front() + 1);
    }
  }

  /// True also for what is too old to be known.
  [[nodiscard]] bool has(std::uint64_t count) const {
    return count <= floor_ || std::binary_search(ends_.begin(), ends_.end(), count);
  }

  /// Nothing below this count will be asked for.
  void forget_below(std::uint64_t count) {
    while (!ends_.empty() && ends_.front() < count) {
      floor_ = ends_.front();
      ends_.pop_front();
    }
  }

 private:
  static constexpr std::size_t kMost = 65536;

  std::uint64_t floor_ = 0;
  std::deque<std::uint64_t> ends_;
};

/// One channel from a sender of ours to the proxy. A successor is another one, also where it goes
/// on over the same connection (OUT_R2).
struct OneChannel {
  std::string cookie;
  std::uint32_t connection = 0;
  std::uint64_t before = 0;  // RPC bytes that its predecessor sent on the same connection
  std::uint64_t rpc_sent = 0;
  std::uint64_t rts_sent = 0;
  std::uint64_t window = 0;  // 0: not announced
  std::uint64_t acknowledged = 0;
  bool is_successor = false;
  PduEnds ends;

  void send(std::uint64_t size) {
    rpc_sent += size;
    ends.add(size);
  }

  /// Whether BytesReceived can be this much: a successor on the same connection may count on from
  /// its predecessor.
  [[nodiscard]] bool can_have_received(std::uint64_t count) const {
    return ends.has(count) || (before != 0 && (count <= before || ends.has(count - before)));
  }
};

/// The channels of one direction of a virtual connection, the present one last.
struct Hop {
  std::vector<OneChannel> channels;
  std::string announced;  // cookie of a successor on the same connection
  bool off = false;       // what a script did with it is not known

  OneChannel* on(std::uint32_t connection) {
    auto const at = std::find_if(channels.rbegin(), channels.rend(), [&](OneChannel const& each) {
      return each.connection == connection;
    });
    return at == channels.rend() ? nullptr : &*at;
  }

  /// A channel of its own connection. One that has begun already does not begin again.
  void begin(std::uint32_t connection, std::string cookie, std::uint64_t window) {
    off = off || on(connection) != nullptr;
    auto const follows = !channels.empty();
    auto& begun = channels.emplace_back();
    begun.cookie = std::move(cookie);
    begun.connection = connection;
    begun.window = window;
    begun.is_successor = follows;
  }
};

class AckMonitor final : public Monitor {
 public:
  [[nodiscard]] std::string_view name() const override { return "acks"; }

  [[nodiscard]] std::vector<std::string_view> requirements() const override {
    return {kReceived, kAvailable, kCookie, kRpcOnly, kFromZero};
  }

  void on_event(Sighting const& sighting) override {
    auto const& event = sighting.event;
    if (!event.has_pdu()) {
      return;
    }
    auto& in = hops_[{sighting.vc(), v1::IN}];    // client to inbound proxy
    auto& out = hops_[{sighting.vc(), v1::OUT}];  // server to outbound proxy
    bool const by_client = sighting.is(v1::CLIENT, v1::SENT);
    if (by_client || sighting.is(v1::SERVER, v1::SENT)) {
      on_sent(sighting, by_client, in, out);
    } else if (sighting.is(v1::SERVER, v1::RECEIVED) && !is_rpc(event.pdu())) {
      on_received(sighting, in, out);
    }
  }

 private:
  void on_sent(Sighting const& sighting, bool by_client, Hop& in, Hop& out) {
    auto const& pdu = sighting.event.pdu();
    auto const connection = sighting.event.connection();
    auto const leg = sighting.leg();
    if (!is_rpc(pdu)) {
      if (by_client) {
        on_client_rts(sighting, in, out);
      } else if (goes_by(pdu, "OUT_R2/B1") && !out.announced.empty()) {
        go_on_as_successor(out, connection);
      }
    }
    if (leg == (by_client ? v1::IN : v1::OUT)) {
      if (auto* const channel = (by_client ? in : out).on(connection)) {
        if (is_rpc(pdu)) {
          channel->send(pdu.size());
        } else {
          channel->rts_sent += pdu.size();
        }
      } else if (is_rpc(pdu)) {
        (by_client ? in : out).off = true;
      }
    }
  }

  void on_client_rts(Sighting const& sighting, Hop& in, Hop& out) {
    auto const& pdu = sighting.event.pdu();
    auto const name = pdu_name(sighting.event);
    auto const connection = sighting.event.connection();
    if (name == "CONN/B1") {
      in = {};  // a channel of its own, also where the number of the connection comes again
      in.begin(connection, field_of(pdu, name, "INChannelCookie").value_or(""), 0);
    } else if (name == "CONN/A1") {
      out = {};
      out.channels.emplace_back().cookie = field_of(pdu, name, "OUTChannelCookie").value_or("");
    } else if (goes_by(pdu, "IN_R1/A1") && sighting.leg() == v1::IN) {
      auto const window = in.channels.empty() ? 0 : in.channels.back().window;
      in.begin(connection, field_of(pdu, "IN_R1/A1", "SuccessorCookie").value_or(""), window);
    }
    acks_of_client_.insert(pdu.digest());
  }

  /// The server says that it sends for the successor from here on (3.2.5.5.12).
  static void go_on_as_successor(Hop& out, std::uint32_t connection) {
    if (auto const* channel = out.on(connection)) {
      OneChannel next;
      next.cookie = out.announced;
      next.connection = connection;
      next.before = channel->before + channel->rpc_sent;
      next.window = channel->window;
      next.is_successor = true;
      out.channels.push_back(next);
      out.announced.clear();
    }
  }

  void on_received(Sighting const& sighting, Hop& in, Hop& out) {
    auto const& pdu = sighting.event.pdu();
    auto const name = pdu_name(sighting.event);
    auto const connection = sighting.event.connection();
    auto const window = [&] {
      auto const text = field_of(pdu, name, "ReceiveWindowSize").value_or("0");
      return std::strtoull(text.c_str(), nullptr, 10);
    };
    if (name == "CONN/A2" && !out.channels.empty()) {
      out.channels.back().connection = connection;
      out.channels.back().window = window();
    } else if ((name == "CONN/B2" || name == "IN_R1/A2") && !in.channels.empty()) {
      in.channels.back().window = window();
    } else if (name == "OUT_R1/A4") {
      out.begin(connection, field_of(pdu, name, "SuccessorCookie").value_or(""), window());
    } else if (sighting.leg() == v1::OUT && goes_by(pdu, "OUT_R2/A4")) {
      out.announced = field_of(pdu, "OUT_R2/A4", "SuccessorCookie").value_or("");
    } else {
      judge_ack(sighting, in, out);
    }
  }

  void judge_ack(Sighting const& sighting, Hop& in, Hop& out) {
    auto const& pdu = sighting.event.pdu();
    auto const rts = decoded(pdu);
    auto const* ack = rts ? wire::find<wire::FlowControlAckCommand>(*rts) : nullptr;
    if (ack == nullptr || acks_of_client_.count(pdu.digest()) != 0) {
      return;  // the client's own, on its way to the outbound proxy
    }
    auto& hop = sighting.leg() == v1::IN ? in : out;
    if (hop.off || hop.channels.empty()) {
      return;
    }
    auto const cookie = to_hex(ack->channel_cookie);
    auto const named = std::find_if(hop.channels.begin(), hop.channels.end(),
                                    [&](OneChannel const& each) { return each.cookie == cookie; });
    if (named == hop.channels.end()) {
      if (cookie != hop.announced && !hop.channels.back().cookie.empty()) {
        object(sighting,
               {kCookie, "wrong cookie", "the cookie of the channel, " + hop.channels.back().cookie,
                "cookie " + cookie});
      }
      judge(sighting, *ack, hop.channels.back(), false);
    } else {
      judge(sighting, *ack, *named, &*named != &hop.channels.back());
    }
  }

  void judge(Sighting const& sighting,
             wire::FlowControlAckCommand const& ack,
             OneChannel& channel,
             bool is_predecessor) {
    auto const received = std::uint64_t{ack.bytes_received.value};
    auto const sent = channel.before + channel.rpc_sent;
    if (received > sent && is_predecessor) {
      object(sighting, {kCookie, "the predecessor's cookie",
                        fmt::format("the successor's cookie for more than the {} RPC bytes of the "
                                    "predecessor",
                                    sent),
                        fmt::format("BytesReceived {} with the predecessor's", received)});
    } else if (received > sent) {
      bool const counts_rts = received <= sent + channel.rts_sent;
      object(sighting, {channel.is_successor ? kFromZero
                        : counts_rts         ? kRpcOnly
                                             : kReceived,
                        "more than was sent",
                        fmt::format("BytesReceived of at most {}, the RPC bytes sent", sent),
                        fmt::format("BytesReceived {}", received)});
    } else if (received < channel.acknowledged && channel.before == 0) {
      object(sighting,
             {is_predecessor ? kCookie : kReceived, "less than before",
              fmt::format("BytesReceived of at least {}, as before", channel.acknowledged),
              fmt::format("BytesReceived {}", received)});
    } else if (!channel.can_have_received(received)) {
      object(sighting, {kReceived, "in the middle of a PDU",
                        "BytesReceived of whole RPC PDUs, as they were sent",
                        fmt::format("BytesReceived {}", received)});
    }
    if (channel.before == 0) {
      channel.ends.forget_below(received);
    }
    channel.acknowledged = std::max(channel.acknowledged, received);
    if (channel.window != 0 && ack.available_window.value > channel.window) {
      object(sighting, {kAvailable, "larger than the window",
                        fmt::format("AvailableWindow of at most {}, the window", channel.window),
                        fmt::format("AvailableWindow {}", ack.available_window.value)});
    }
  }

  std::map<std::pair<std::uint32_t, v1::Leg>, Hop> hops_;
  std::set<std::uint64_t> acks_of_client_;
};

}  // namespace

std::unique_ptr<Monitor> make_ack_monitor() {
  return std::make_unique<AckMonitor>();
}

}  // namespace rpchspec::reports
