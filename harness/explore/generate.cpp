#include "harness/explore/generate.hpp"

#include <fmt/format.h>

#include "harness/explore/dice.hpp"

namespace rpchspec::explore {
namespace {

namespace scn = scenario::v1;

/// What a history is about; its frame decides which moves can be made in it.
enum class Theme {
  mixed,        // anything legal
  client_acks,  // the client's acknowledgements are sent by the script
  server_acks,  // the server's are
  held_back,    // the server answers the opening by the script
  unopened,     // ends in the middle of the opening
  silence,      // longer than a careless timer
  foul,         // PDUs that nobody may send
  lies,         // acknowledgements that cannot be true
  overrun,      // more than the OUT channel may carry
  recycling,    // channels are replaced, again and again
  held,         // one PDU of a recycling comes late
  filled,       // payload waits for its window when the channel is replaced
  lifetimes,    // channels are used up, and replaced by the peers themselves
  impostors,    // successors that no client may ask for
};

// A window is no multiple of the PDUs of a move that counts them.
constexpr std::uint32_t kWindows[] = {8192, 12288, 16384, 32768, 65536, 131072, 262144};
constexpr std::uint32_t kPduSizes[] = {48, 100, 500, 1400, 4000, 5840, 16000, 24000, 32767};
constexpr std::uint64_t kSizes[] = {48, 1000, 6000, 20000, 60000, 90000, 150000, 400000};
constexpr std::uint32_t kPieces[] = {1, 7, 19, 50};
constexpr std::uint64_t kBulk = 1'600'000;  // bytes: more than a million, for what is rare

class Author {
 public:
  Author(std::uint64_t seed, std::uint64_t number)
      : dice_((seed + 1) * 0x9E3779B97F4A7C15ULL ^ number * 0xD1B54A32D192ED03ULL) {}

  History write(std::uint64_t seed, std::uint64_t number) {
    theme_ = pick_theme();
    auto& frame = history_.frame;
    auto const illegal = theme_ == Theme::foul || theme_ == Theme::lies ||
                         theme_ == Theme::overrun || theme_ == Theme::impostors;
    frame.set_id(
        fmt::format("{}/explored-{}-{}", illegal ? "protocol-error" : "forwarding", seed, number));
    frame.set_title(
        fmt::format("{} history {} of seed {}", illegal ? "Illegal" : "Legal", number, seed));
    frame.set_since("1.0");
    frame.add_needs("topology:rpc-proxy");
    set_frame();
    begin();
    auto const moves = dice_.between(1, theme_ == Theme::mixed ? 8 : 4);
    for (std::uint64_t i = 0; i < moves; ++i) {
      continue_with();
    }
    return std::move(history_);
  }

 private:
  Theme pick_theme() {
    static constexpr Theme kThemes[] = {
        Theme::mixed,     Theme::mixed,       Theme::mixed,     Theme::mixed,
        Theme::mixed,     Theme::mixed,       Theme::mixed,     Theme::mixed,
        Theme::mixed,     Theme::mixed,       Theme::mixed,     Theme::client_acks,
        Theme::held_back, Theme::server_acks, Theme::held_back, Theme::unopened,
        Theme::silence,   Theme::foul,        Theme::foul,      Theme::foul,
        Theme::lies,      Theme::overrun,     Theme::recycling, Theme::recycling,
        Theme::recycling, Theme::held,        Theme::held,      Theme::held,
        Theme::filled,    Theme::lifetimes,   Theme::impostors, Theme::impostors,
    };
    return dice_.one_of(kThemes);
  }

  void set_frame() {
    auto& client = *history_.frame.mutable_client();
    auto& server = *history_.frame.mutable_server();
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
    } else if (theme_ == Theme::overrun) {
      history_.frame.mutable_proxy()->set_channel_lifetime(131072);
      server.set_conduct(scn::PATIENT);
    }
    if (theme_ == Theme::mixed && dice_.percent(15)) {
      server.add_closed_ports("referral");
    } else if (dice_.percent(15)) {
      client.set_server(dice_.percent(50) ? "referral" : "address-book");
    }
    set_recycling();
  }

  void set_recycling() {
    auto& client = *history_.frame.mutable_client();
    auto& server = *history_.frame.mutable_server();
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
    auto& client = *history_.frame.mutable_client();
    client.set_conduct(scn::SPEC);
    if (dice_.percent(50)) {
      client.set_in_content_length(131072);
      client.set_recycle_in_at(4096);
      client.set_in_sequence(dice_.one_of(kSequences));
    } else {
      client.clear_receive_window();
      client.set_out_sequence(dice_.one_of(kSequences));
      history_.frame.mutable_proxy()->set_channel_lifetime(524288);
      history_.frame.mutable_server()->set_recycle_out_at(8192);
    }
  }

  void hold_recycling() {
    static constexpr char const* kOfClient[] = {"IN_R2/A5", "IN_R2/A5", "OUT_R2/C1", "OUT_R1/A11"};
    auto& client = *history_.frame.mutable_client();
    auto& server = *history_.frame.mutable_server();
    if (dice_.percent(60)) {
      client.add_hold(dice_.one_of(kOfClient));
      if (client.hold(0) == kOfClient[0] && dice_.percent(30)) {
        history_.frame.add_monitors_off("forwarding");  // it takes what overtakes for lost
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
    auto& client = *history_.frame.mutable_client();
    auto& server = *history_.frame.mutable_server();
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

  Move& add(Kind kind, std::uint32_t vc) {
    auto& move = history_.moves.emplace_back();
    move.kind = kind;
    move.vc = vc;
    move.side = dice_.percent(50) ? Side::in : Side::out;
    move.cause = dice_.percent(50) ? scn::TCP_RST : scn::TCP_FIN;
    return move;
  }

  void open() {
    auto& move = add(Kind::open, ++opened_);
    move.choice = static_cast<std::uint32_t>(dice_.below(2) + (dice_.percent(10) ? 2 : 0));
    move.split = dice_.percent(25) ? dice_.one_of(kPieces) : 0;
  }

  void begin() {
    if (theme_ == Theme::unopened) {
      return;
    }
    open();
    if (theme_ == Theme::foul || dice_.percent(25)) {
      open();
    }
  }

  std::uint32_t some_vc() { return static_cast<std::uint32_t>(dice_.between(1, opened_)); }

  Move& payload(Kind kind) {
    auto& move = add(kind, some_vc());
    move.bytes = dice_.percent(8) ? kBulk : dice_.between(48, dice_.one_of(kSizes));
    move.pdu_size = dice_.percent(50) ? 0 : dice_.one_of(kPduSizes);
    if (dice_.percent(30)) {
      move.choice = static_cast<std::uint32_t>(dice_.below(6 * 7));
    }
    return move;
  }

  void continue_with() {
    switch (theme_) {
      case Theme::mixed:
        return mixed();
      case Theme::client_acks:
        return by_hand(Side::out);
      case Theme::server_acks:
        return by_hand(Side::in);
      case Theme::held_back:
        return transfer();
      case Theme::unopened:
        return unopened();
      case Theme::silence:
        return silence();
      case Theme::foul:
        return foul();
      case Theme::lies:
        return lies();
      case Theme::overrun:
        add(Kind::lifetime_overrun, 1);
        return;
      case Theme::recycling:
        return recycling();
      case Theme::held:
        return recycle(Kind::recycle_held);
      case Theme::filled:
        return recycle(Kind::recycle_filled);
      case Theme::lifetimes:
        return use_up();
      case Theme::impostors:
        return impostors();
    }
  }

  void transfer() { payload(dice_.percent(50) ? Kind::up : Kind::down); }

  void mixed() {
    auto const what = dice_.below(100);
    if (what < 44) {
      static constexpr Kind kTransfers[] = {Kind::up,       Kind::down,      Kind::up,
                                            Kind::down,     Kind::both,      Kind::crowd,
                                            Kind::stall_up, Kind::stall_down};
      payload(dice_.one_of(kTransfers));
    } else if (what < 56) {
      beside_payload();
    } else if (what < 63) {
      add(Kind::echo, kEchoes + ++echoes_).choice = static_cast<std::uint32_t>(dice_.below(34));
    } else if (what < 70) {
      add(Kind::refused, kRefused + ++refused_);
    } else if (what < 73) {
      add(Kind::odd_timeout, kRefused + ++refused_).choice =
          static_cast<std::uint32_t>(dice_.below(5));
    } else if (what < 80) {
      open();
    } else {
      ending();
    }
  }

  void beside_payload() {
    static constexpr Kind kKinds[] = {Kind::burst_up, Kind::burst_down, Kind::pings,
                                      Kind::routed_up, Kind::routed_down};
    auto& move = add(dice_.one_of(kKinds), some_vc());
    move.bytes = dice_.percent(30) ? dice_.between(1, 1000) : dice_.between(1, 5);
    move.choice = static_cast<std::uint32_t>(dice_.below(2));
  }

  void ending() {
    static constexpr Kind kKinds[] = {
        Kind::client_close,  Kind::client_close,    Kind::server_close, Kind::server_close,
        Kind::last_words_up, Kind::last_words_down, Kind::half_pdu};
    auto& move = payload(dice_.one_of(kKinds));
    move.choice = static_cast<std::uint32_t>(dice_.below(2));
    if (move.kind == Kind::client_close && dice_.percent(25)) {
      move.cause = scn::HALF_CLOSE;
    }
  }

  void by_hand(Side side) {
    if (dice_.percent(20)) {
      auto& move = add(Kind::stray_ack, some_vc());
      move.side = side;
      move.choice = static_cast<std::uint32_t>(dice_.below(2));
      return;
    }
    payload(dice_.percent(60) == (side == Side::in) ? Kind::up : Kind::down);
  }

  void unopened() {
    if (history_.frame.client().conduct() == scn::PATIENT && dice_.percent(50)) {
      add(Kind::early_successor, ++opened_);
      return;
    }
    auto& move = add(Kind::early_close, ++opened_);
    move.choice = static_cast<std::uint32_t>(dice_.below(2));
    move.split = dice_.percent(25) ? dice_.one_of(kPieces) : 0;
  }

  void silence() {
    if (!silent_) {
      silent_ = true;
      add(Kind::idle, 1).bytes = dice_.between(3500, 4500);
    } else {
      transfer();
    }
  }

  void foul() {
    if (fouls_ == 0 || dice_.percent(30)) {
      static constexpr Kind kKinds[] = {Kind::client_error, Kind::server_error, Kind::server_error,
                                        Kind::bad_first_pdu};
      auto const kind = dice_.one_of(kKinds);
      ++fouls_;
      auto const vc = kind == Kind::bad_first_pdu ? kRefused + fouls_ : some_vc();
      add(kind, vc).choice = static_cast<std::uint32_t>(dice_.below(7));
    } else {
      transfer();
    }
  }

  void lies() {
    auto& move = add(Kind::lying_ack, some_vc());
    move.side = history_.frame.client().no_ack() ? Side::out : Side::in;
    move.choice = static_cast<std::uint32_t>(dice_.below(3));
  }

  void recycle(Kind kind) {
    auto& move = payload(kind);
    move.bytes = dice_.between(1000, 60000);
    move.choice = static_cast<std::uint32_t>(dice_.below(RecycleChoice::kMost));
  }

  void recycling() {
    auto const what = dice_.below(100);
    if (what < 65) {
      recycle(Kind::recycle);
    } else if (what < 80) {
      recycle(Kind::recycle_both);
    } else {
      mixed();
    }
  }

  void use_up() {
    static constexpr Kind kTransfers[] = {Kind::up, Kind::down, Kind::both};
    auto& move = add(dice_.one_of(kTransfers), some_vc());
    move.bytes = dice_.between(100'000, 1'500'000);
  }

  void impostors() {
    auto const what = dice_.below(100);
    if (what < 40) {
      add(Kind::false_successor, some_vc()).choice = static_cast<std::uint32_t>(dice_.below(2));
    } else if (what < 70) {
      recycle(Kind::recycle);
    } else {
      auto& move = add(Kind::lone_successor, kRefused + ++refused_);
      move.choice = static_cast<std::uint32_t>(dice_.below(2));
      move.split = dice_.percent(25) ? dice_.one_of(kPieces) : 0;
    }
  }

  static constexpr std::uint32_t kEchoes = 100;  // numbers beside those of virtual connections
  static constexpr std::uint32_t kRefused = 200;

  Dice dice_;
  Theme theme_ = Theme::mixed;
  History history_;
  std::uint32_t opened_ = 0;
  std::uint32_t echoes_ = 0;
  std::uint32_t refused_ = 0;
  std::uint32_t fouls_ = 0;
  bool silent_ = false;
};

}  // namespace

History generate(std::uint64_t seed, std::uint64_t number) {
  return Author(seed, number).write(seed, number);
}

}  // namespace rpchspec::explore
