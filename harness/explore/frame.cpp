#include "harness/explore/frame.hpp"

namespace rpchspec::explore {
namespace {

namespace scn = scenario::v1;

// A window is no multiple of the PDUs of a move that counts them.
constexpr std::uint32_t kWindows[] = {8192, 12288, 16384, 32768, 65536, 131072, 262144, 262144};

class Framer {
 public:
  Framer(Theme theme, Dice& dice, scn::Scenario& frame)
      : theme_(theme), dice_(dice), frame_(frame) {}

  void write() {
    auto& client = *frame_.mutable_client();
    auto& server = *frame_.mutable_server();
    if (dice_.percent(40)) {
      client.set_receive_window(dice_.one_of(kWindows));
    }
    if (dice_.percent(40)) {
      server.set_receive_window(dice_.one_of(kWindows));
    }
    set_greetings();
    if (dice_.percent(15)) {
      server.set_ack_policy("every");
    }
    auto const foul = theme_ == Theme::foul || theme_ == Theme::lies;
    if (foul || dice_.percent(30)) {
      client.set_conduct(scn::PATIENT);
    }
    if (theme_ == Theme::client_acks || (theme_ == Theme::lies && dice_.percent(50))) {
      client.set_no_ack(true);
    } else if (theme_ == Theme::server_acks || theme_ == Theme::lies) {
      server.set_ack_policy("never");
    } else if (theme_ == Theme::held_back) {
      server.add_hold(dice_.percent(50) ? "CONN/B3" : "CONN/C1");
    } else if (theme_ == Theme::unopened) {
      server.add_hold("CONN/C1");
      server.add_hold("CONN/B3");
    } else if (theme_ == Theme::overrun && dice_.percent(50)) {
      frame_.mutable_proxy()->set_channel_lifetime(131072);
      server.set_conduct(scn::PATIENT);
      server.set_recycle_out_at(0);
    } else if (theme_ == Theme::overrun) {
      client.set_in_content_length(131072);
      client.set_conduct(scn::PATIENT);
      client.set_recycle_in_at(0);
      frame_.add_monitors_off("forwarding");  // it takes what is too much for lost
    }
    if (theme_ == Theme::mixed && dice_.percent(15)) {
      server.add_closed_ports("referral");
    } else if (dice_.percent(15)) {
      client.set_server(dice_.percent(50) ? "referral" : "address-book");
    }
    set_recycling();
  }

 private:
  void set_recycling() {
    auto& client = *frame_.mutable_client();
    auto& server = *frame_.mutable_server();
    if (theme_ == Theme::impostors || (theme_ == Theme::unopened && dice_.percent(50))) {
      client.set_conduct(scn::PATIENT);
    }
    if (client.conduct() == scn::PATIENT) {
      client.set_out_sequence("r2");  // of itself it would leave the server's wish unanswered
    }
    if (theme_ == Theme::filled) {
      dice_.percent(30) ? server.set_ack_policy("never") : client.set_no_ack(true);
    } else if (theme_ == Theme::lifetimes) {
      set_lifetimes();
    } else if (theme_ == Theme::held) {
      hold_recycling();
    }
  }

  /// A lifetime is more than two of the largest windows of the peer who uses it up.
  void set_lifetimes() {
    static constexpr char const* kSequences[] = {"r1", "r2"};
    auto& client = *frame_.mutable_client();
    client.set_conduct(scn::SPEC);
    if (dice_.percent(50)) {
      client.set_in_content_length(131072);
      client.set_recycle_in_at(4096);
      client.set_in_sequence(dice_.one_of(kSequences));
    } else {
      client.clear_receive_window();
      client.set_out_sequence(dice_.one_of(kSequences));
      frame_.mutable_proxy()->set_channel_lifetime(524288);
      frame_.mutable_server()->set_recycle_out_at(8192);
    }
  }

  void hold_recycling() {
    static constexpr char const* kOfClient[] = {"IN_R2/A5", "IN_R2/A5", "OUT_R2/C1", "OUT_R1/A11"};
    auto& client = *frame_.mutable_client();
    auto& server = *frame_.mutable_server();
    if (dice_.percent(60)) {
      client.add_hold(dice_.one_of(kOfClient));
      if (client.hold(0) == kOfClient[0] && dice_.percent(30)) {
        frame_.add_monitors_off("forwarding");  // it takes what overtakes for lost
        if (dice_.percent(50)) {
          server.set_ack_policy("never");
        }
      }
    } else if (dice_.percent(60)) {
      server.add_hold("OUT_R2/B1");
      server.set_conduct(scn::PATIENT);
    } else {
      server.add_hold("IN_R1/B2");
      if (dice_.percent(50)) {
        server.add_hold("FlowControlAck");
      }
    }
    if (dice_.percent(50)) {
      client.set_conduct(scn::PATIENT);
      client.set_out_sequence("r2");
    }
  }

  void set_greetings() {
    static constexpr scn::Server::Legacy kGreetings[] = {
        scn::Server::LEGACY_SENT, scn::Server::LEGACY_SENT, scn::Server::LEGACY_ABSENT,
        scn::Server::LEGACY_SPLIT, scn::Server::LEGACY_WITH_FIRST_PDU};
    static constexpr char const* kTimeouts[] = {"120", "300", "900", "14400"};
    static constexpr int kKeepalives[] = {0, 60, 120, 600};
    auto& client = *frame_.mutable_client();
    auto& server = *frame_.mutable_server();
    server.set_legacy_response(dice_.one_of(kGreetings));
    if (dice_.percent(15)) {
      client.set_min_conn_timeout(dice_.one_of(kTimeouts));
    }
    if (dice_.percent(15)) {
      client.mutable_keepalive()->set_seconds(dice_.one_of(kKeepalives));
    }
    if (dice_.percent(10)) {
      client.set_in_content_length(dice_.percent(50) ? 16'777'216 : 2'147'483'648);
    }
    if (dice_.percent(10)) {
      server.mutable_reply_delay()->set_nanos(40'000'000);
    }
  }

  Theme theme_;
  Dice& dice_;
  scn::Scenario& frame_;
};

}  // namespace

Theme pick_theme(Dice& dice) {
  static constexpr Theme kThemes[] = {
      Theme::mixed,     Theme::mixed,       Theme::mixed,     Theme::mixed,       Theme::mixed,
      Theme::mixed,     Theme::mixed,       Theme::mixed,     Theme::mixed,       Theme::mixed,
      Theme::mixed,     Theme::client_acks, Theme::held_back, Theme::server_acks, Theme::held_back,
      Theme::unopened,  Theme::silence,     Theme::foul,      Theme::foul,        Theme::foul,
      Theme::lies,      Theme::overrun,     Theme::recycling, Theme::recycling,   Theme::recycling,
      Theme::held,      Theme::held,        Theme::held,      Theme::filled,      Theme::lifetimes,
      Theme::impostors, Theme::impostors,
  };
  return dice.one_of(kThemes);
}

void write_frame(Theme theme, Dice& dice, scenario::v1::Scenario& frame) {
  Framer(theme, dice, frame).write();
  if (theme == Theme::silence) {
    frame.mutable_expected()->set_seconds(5);  // it begins first
  }
}

}  // namespace rpchspec::explore
