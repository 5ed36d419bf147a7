#include "harness/explore/generate.hpp"

#include <fmt/format.h>

#include "harness/explore/frame.hpp"

namespace rpchspec::explore {
namespace {

namespace scn = scenario::v1;

constexpr std::uint32_t kPduSizes[] = {48, 100, 500, 1400, 4000, 5840, 16000, 24000, 32767};
constexpr std::uint64_t kSizes[] = {48, 1000, 6000, 20000, 60000, 90000, 150000, 400000};
constexpr std::uint32_t kPieces[] = {1, 7, 19, 50};
constexpr std::uint64_t kBulk = 1'600'000;  // bytes: more than a million, for what is rare

class Author {
 public:
  Author(std::uint64_t seed, std::uint64_t number)
      : dice_((seed + 1) * 0x9E3779B97F4A7C15ULL ^ number * 0xD1B54A32D192ED03ULL) {}

  History write(std::uint64_t seed, std::uint64_t number) {
    theme_ = pick_theme(dice_);
    auto& frame = history_.frame;
    auto const illegal = theme_ == Theme::foul || theme_ == Theme::lies ||
                         theme_ == Theme::overrun || theme_ == Theme::impostors;
    frame.set_id(
        fmt::format("{}/explored-{}-{}", illegal ? "protocol-error" : "forwarding", seed, number));
    frame.set_title(
        fmt::format("{} history {} of seed {}", illegal ? "Illegal" : "Legal", number, seed));
    frame.set_since("1.0");
    frame.add_needs("topology:rpc-proxy");
    write_frame(theme_, dice_, frame);
    begin();
    auto const moves = dice_.between(1, theme_ == Theme::mixed ? 8 : 4);
    for (std::uint64_t i = 0; i < moves; ++i) {
      continue_with();
    }
    return std::move(history_);
  }

 private:
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
    move.choice = static_cast<std::uint32_t>(dice_.below(2) + (dice_.percent(10) ? 2 : 0) +
                                             (dice_.percent(10) ? 4 : 0));
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
    } else if (what < 68) {
      add(Kind::refused, kRefused + ++refused_);
    } else if (what < 75) {
      add(Kind::odd_timeout, kRefused + ++refused_).choice =
          static_cast<std::uint32_t>(dice_.below(5));
    } else if (what < 81) {
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
        Kind::client_close,    Kind::client_close,    Kind::server_close,
        Kind::server_close,    Kind::last_words_up,   Kind::last_words_down,
        Kind::last_words_down, Kind::last_words_down, Kind::half_pdu};
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

  /// Payload the other way would be acknowledged on the channel that is nearly used up, and while a
  /// successor is slow in coming nothing holds acknowledgements back.
  void use_up() {
    auto const in = history_.frame.client().recycle_in_at() != 0;
    auto& move = add(in ? Kind::up : Kind::down, some_vc());
    move.bytes = dice_.between(100'000, 1'500'000);
  }

  void impostors() {
    auto const what = dice_.below(100);
    if (what < 40) {
      false_successor();
    } else if (what < 70) {
      recycle(Kind::recycle);
    } else {
      auto& move = add(Kind::lone_successor, kRefused + ++refused_);
      move.choice = static_cast<std::uint32_t>(dice_.below(2));
      move.split = dice_.percent(25) ? dice_.one_of(kPieces) : 0;
    }
  }

  /// Names a stale predecessor where there is one.
  void false_successor() {
    auto const stale = dice_.percent(50);
    auto const vc = some_vc();
    auto const side = dice_.percent(50) ? Side::in : Side::out;
    if (stale) {
      auto& before = add(Kind::recycle, vc);
      before.side = side;
      before.bytes = dice_.between(1000, 60000);
      before.choice = static_cast<std::uint32_t>(dice_.below(2));
    }
    auto& move = add(Kind::false_successor, vc);
    move.side = side;
    move.choice = stale ? 1 : 0;
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
