// A client's part in recycling its channels: when it begins, which cookies it names, and what goes
// where (MS-RPCH 3.2.2.5.5 to 3.2.2.5.12).
//
// Judged where the proxy saw both what the client answered and what it answers to. What a client
// sends on two connections may come in either order, so nothing rests on that.

#include <set>

#include "reports/client_monitor.hpp"
#include "reports/client_sessions.hpp"
#include "reports/pdu_text.hpp"

namespace rpchspec::reports {

namespace v1 = journal::v1;

namespace {

constexpr std::string_view kInStart = "RPCH-3.2.2.5.12-01";
constexpr std::string_view kInDrain = "RPCH-3.2.2.5.5-01";
constexpr std::string_view kOutStart = "RPCH-3.2.2.5.6-01";
constexpr std::string_view kOutR1A7 = "RPCH-3.2.2.5.7-01";
constexpr std::string_view kOutR1A11 = "RPCH-3.2.2.5.8-01";
constexpr std::string_view kOutR2 = "RPCH-3.2.2.5.9-01";

/// A channel and the connection that it came on.
struct Channel {
  std::string cookie;
  std::uint32_t connection = 0;
};

enum class OutSequence { none, r1, r2 };

struct Recycling {
  bool opened = false;  // CONN/C2 was sent
  Channel in;
  Channel in_successor;
  bool in_answered = false;         // IN_R*/A4 was sent
  std::set<std::uint32_t> drained;  // predecessors of IN: A5 was their last PDU
  Channel out;
  Channel out_successor;
  bool out_asked = false;                        // OUT_R*/A2 was sent
  OutSequence out_sequence = OutSequence::none;  // which A6 was sent
  bool out_ended = false;                        // OUT_R1/A10 was sent
};

std::string cookie_of(v1::Pdu const& pdu, std::string_view form, std::string_view which) {
  return field_of(pdu, form, which).value_or(std::string());
}

class RecyclingMonitor final : public ClientMonitor {
 public:
  [[nodiscard]] std::vector<std::string_view> requirements() const override {
    return {kInStart, kInDrain, kOutStart, kOutR1A7, kOutR1A11, kOutR2};
  }

  void on_event(ClientSighting const& sighting) override {
    if (!sighting.event.has_pdu()) {
      return;
    }
    auto* const state = sessions_.of(sighting);
    if (state == nullptr) {
      return;
    }
    if (!sighting.received()) {
      on_sent(sighting.event.pdu(), *state);
    } else if (sighting.connection.request == ClientRequestKind::in_channel) {
      on_in(sighting, *state);
    } else if (sighting.connection.request == ClientRequestKind::out_channel) {
      on_out(sighting, *state);
    }
  }

  void on_gone(ClientConnection const& connection, std::uint64_t) override {
    sessions_.on_gone(connection);
  }

 private:
  static void on_sent(v1::Pdu const& pdu, Recycling& state) {
    if (is_rpc(pdu)) {
      return;
    }
    if (goes_by(pdu, "CONN/C2")) {
      state.opened = true;
    } else if (goes_by(pdu, "IN_R1/A4") || goes_by(pdu, "IN_R2/A4")) {
      state.in_answered = true;
    } else if (goes_by(pdu, "OUT_R1/A2")) {
      state.out_asked = true;
    } else if (goes_by(pdu, "OUT_R1/A6")) {
      state.out_sequence = OutSequence::r1;
    } else if (goes_by(pdu, "OUT_R2/A6")) {
      state.out_sequence = OutSequence::r2;
    } else if (goes_by(pdu, "OUT_R1/A10") && state.out_sequence == OutSequence::r1) {
      state.out_ended = true;
    } else if (goes_by(pdu, "OUT_R2/B3")) {
      switch_out(state);
    }
  }

  static void switch_out(Recycling& state) {
    state.out = state.out_successor;
    state.out_successor = {};
    state.out_sequence = OutSequence::none;
    state.out_ended = false;
  }

  void on_in(ClientSighting const& at, Recycling& state) {
    auto const& pdu = at.event.pdu();
    auto const number = at.connection.number;
    if (state.drained.contains(number)) {
      judge(at, kInDrain, false, [&] {
        return ClientWords{"PDU behind A5", "nothing on the predecessor after IN_R1/A5 or IN_R2/A5",
                           pdu_name(at.event)};
      });
      return;
    }
    if (goes_by(pdu, "CONN/B1")) {
      state.in = {cookie_of(pdu, "CONN/B1", "INChannelCookie"), number};
    } else if (at.connection.pdus == 1 && goes_by(pdu, "IN_R1/A1")) {
      on_in_start(at, state);
    } else if (goes_by(pdu, "IN_R1/A5")) {
      on_drained(at, state);
    } else if (goes_by(pdu, "OUT_R1/A7") || goes_by(pdu, "OUT_R2/A7")) {
      on_a7(at, state);
    }
  }

  void on_in_start(ClientSighting const& at, Recycling& state) {
    auto const& pdu = at.event.pdu();
    auto const named = cookie_of(pdu, "IN_R1/A1", "PredecessorCookie");
    if (state.in.cookie.empty()) {
      return;  // of another proxy, whose connections were not seen here
    }
    judge(at, kInStart, state.opened && named == state.in.cookie, [&] {
      return state.opened ? ClientWords{"another predecessor", "the cookie of the IN channel",
                                        "PredecessorCookie " + named + " of another channel"}
                          : ClientWords{"recycling before it is opened",
                                        "IN recycling of an opened virtual connection",
                                        "IN_R1/A1 before CONN/C2 was sent"};
    });
    state.in_successor = {cookie_of(pdu, "IN_R1/A1", "SuccessorCookie"), at.connection.number};
    state.in_answered = false;
  }

  void on_drained(ClientSighting const& at, Recycling& state) {
    auto const cookie = cookie_of(at.event.pdu(), "IN_R1/A5", "SuccessorCookie");
    auto const number = at.connection.number;
    if (state.in_successor.connection == 0 || state.in.connection == 0) {
      return;
    }
    auto const holds =
        state.in_answered && number == state.in.connection && cookie == state.in_successor.cookie;
    judge(at, kInDrain, holds, [&] {
      return !state.in_answered
                 ? ClientWords{"A5 before A4", "A5 in answer to IN_R1/A4 or IN_R2/A4",
                               "A5 before that was sent"}
             : number != state.in.connection
                 ? ClientWords{"A5 on another channel", "A5 on the predecessor",
                               "A5 on the successor"}
                 : ClientWords{"A5 with another cookie", "the cookie of the successor",
                               "SuccessorCookie " + cookie + " of another channel"};
    });
    state.drained.insert(number);
    state.in = state.in_successor;
    state.in_successor = {};
  }

  void on_a7(ClientSighting const& at, Recycling& state) {
    auto const& pdu = at.event.pdu();
    auto const is_r2 = goes_by(pdu, "OUT_R2/A7");
    auto const* const form = is_r2 ? "OUT_R2/A7" : "OUT_R1/A7";
    if (state.out_successor.connection == 0) {
      return;
    }
    auto const cookie = cookie_of(pdu, form, "SuccessorCookie");
    auto const wanted = is_r2 ? OutSequence::r2 : OutSequence::r1;
    judge(at, is_r2 ? kOutR2 : kOutR1A7,
          state.out_sequence == wanted && cookie == state.out_successor.cookie, [&] {
            return state.out_sequence != wanted
                       ? ClientWords{"A7 without its A6", "A7 in answer to the A6 of its sequence",
                                     std::string(form) + " before that was sent"}
                       : ClientWords{"A7 with another cookie", "the cookie of the successor",
                                     "SuccessorCookie " + cookie + " of another channel"};
          });
  }

  void on_out(ClientSighting const& at, Recycling& state) {
    auto const& pdu = at.event.pdu();
    auto const number = at.connection.number;
    if (goes_by(pdu, "CONN/A1")) {
      if (!state.out.cookie.empty()) {
        state = {};  // the cookie again; otherwise CONN/B1 may have come before
      }
      state.out = {cookie_of(pdu, "CONN/A1", "OUTChannelCookie"), number};
    } else if (at.connection.pdus == 1 && goes_by(pdu, "OUT_R1/A3")) {
      on_out_start(at, state);
    } else if (number == state.out_successor.connection && goes_by(pdu, "OUT_R1/A11")) {
      judge(at, kOutR1A11, state.out_ended, [] {
        return ClientWords{"A11 before A10", "OUT_R1/A11 in answer to OUT_R1/A10",
                           "OUT_R1/A11 before that was sent"};
      });
      switch_out(state);
    } else if (number == state.out_successor.connection && goes_by(pdu, "OUT_R2/C1")) {
      judge(at, kOutR2, state.out_sequence == OutSequence::r2, [] {
        return ClientWords{"C1 before A6", "OUT_R2/C1 in answer to OUT_R2/A6",
                           "OUT_R2/C1 before that was sent"};
      });
    }
  }

  void on_out_start(ClientSighting const& at, Recycling& state) {
    auto const& pdu = at.event.pdu();
    auto const named = cookie_of(pdu, "OUT_R1/A3", "PredecessorCookie");
    if (state.out.cookie.empty()) {
      return;
    }
    auto const asked = state.opened && state.out_asked;
    judge(at, kOutStart, asked && named == state.out.cookie, [&] {
      return !asked ? ClientWords{"A3 without A2", "A3 in answer to OUT_R1/A2 or OUT_R2/A2",
                                  "A3 before that was sent"}
                    : ClientWords{"another predecessor", "the cookie of the OUT channel",
                                  "PredecessorCookie " + named + " of another channel"};
    });
    state.out_successor = {cookie_of(pdu, "OUT_R1/A3", "SuccessorCookie"), at.connection.number};
    state.out_asked = false;
    state.out_sequence = OutSequence::none;
    state.out_ended = false;
  }

  ClientSessions<Recycling> sessions_;
};

}  // namespace

std::unique_ptr<ClientMonitor> make_client_recycling_monitor() {
  return std::make_unique<RecyclingMonitor>();
}

}  // namespace rpchspec::reports
