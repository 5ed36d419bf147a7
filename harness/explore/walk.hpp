// The state of a history while it is rendered, and what each kind of move becomes in it.

#pragma once

#include <cstdint>
#include <map>
#include <string>

#include "harness/explore/names.hpp"
#include "harness/explore/timeline.hpp"

namespace rpchspec::explore {

enum class Whose { client, server };

inline constexpr std::uint32_t kLeastPdu = 48;       // bytes of the smallest payload
inline constexpr std::uint32_t kSmallPdu = 1000;     // bytes, of which many fit any window
inline constexpr std::uint64_t kLeastWindow = 8192;  // bytes, of any proxy
// Beyond a window. The least proxy takes 8 KiB ahead, and may not have acknowledged half of them.
inline constexpr std::uint64_t kQueued = 2000;

/// The requirement that the other leg of a channel ends when this one's peer ends it.
[[nodiscard]] By end_of(Side side, Whose peer);

class Walk {
 public:
  explicit Walk(scenario::v1::Scenario& scenario);

  /// Adds the move's steps. @return false: the state does not admit it, and nothing was added.
  bool make(std::size_t index, Move const& move);

 private:
  /// Of one virtual connection.
  struct State {
    bool known = false;      // its number is taken
    bool open = false;       // whole and healthy
    std::uint64_t up = 0;    // bytes of RPC PDUs that arrived at the server
    std::uint64_t down = 0;  // at the client
    bool up_closed = false;  // raw RPC PDUs went past the sender's accounts: no more payload
    bool down_closed = false;
    // Connections so far, as expectations number them: client.in#2 is the first successor.
    std::uint32_t client_in = 1;
    std::uint32_t client_out = 1;
    std::uint32_t server_in = 1;
    std::uint32_t server_out = 1;
    std::uint64_t down_window = 0;  // announced by a successor; 0: what the frame says
    bool released = false;          // nothing of its recyclings is held back any more
  };

  /// Payload as it can be sent without ever standing still.
  struct Payload {
    std::uint64_t bytes = 0;
    std::uint32_t pdu_size = 0;
    std::uint64_t window = 0;
  };

  bool open(Move const& move);
  void open_by_hand(Move const& move);
  void expect_opening(Move const& move);
  void expect_own_timeout(std::uint32_t vc);
  void until_b3(Move const& move);
  bool transfer(Move const& move, Side side);
  bool both(Move const& move);
  bool crowd(Move const& move);
  bool stall(Move const& move, Side side);
  bool burst(Move const& move, Side side);
  bool pings(Move const& move);
  bool routed_up(Move const& move);
  bool routed_down(Move const& move);
  bool echo(Move const& move);
  void await_connection_kept(Move const& move);
  bool odd_timeout(Move const& move);
  bool refused(Move const& move);
  bool idle(Move const& move);
  bool client_close(Move const& move);
  bool server_close(Move const& move);
  bool last_words(Move const& move, Side side);
  bool half_pdu(Move const& move);
  bool early_close(Move const& move);
  bool client_error(Move const& move);
  bool server_error(Move const& move);
  bool bad_first_pdu(Move const& move);
  bool stray_ack(Move const& move);
  bool lying_ack(Move const& move);
  Payload payload_of_lies(std::uint32_t vc, Side side);
  Payload fill_window(std::uint32_t vc, Side side, std::uint64_t more);
  bool lifetime_overrun(Move const& move);
  bool length_overrun(Move const& move);
  bool recycle(Move const& move);
  void recycle_beside(Move const& move, RecycleChoice how);
  void await_news_at_server(std::uint32_t vc, Side side);
  void recycle_into_small_window(std::uint32_t vc, bool r1);
  bool recycle_both(Move const& move);
  bool recycle_filled(Move const& move);
  bool recycle_held(Move const& move);
  void hold_a5(Move const& move);
  void early_on_successor(Move const& move);
  void early_behind_queue(Move const& move);
  void misplace_a5(Move const& move);
  void ping_on_successor(std::uint32_t vc);
  void out_meanwhile(Move const& move);
  void lose_successor(Move const& move);
  void mismatch(Move const& move);
  void hold_c1(Move const& move);
  void hold_a11(Move const& move);
  void hold_b1(Move const& move);
  void out_again(std::uint32_t vc, std::uint32_t old);
  void hold_b2(Move const& move);
  void send_while_held(Move const& move, char const* pdu, char const* by, bool r1);
  bool false_successor(Move const& move);
  bool lone_successor(Move const& move);
  bool early_successor(Move const& move);

  bool make_ready(std::uint32_t vc);
  void begin_recycling(std::uint32_t vc, Side side, bool r1);
  void await_successor(std::uint32_t vc, Side side, bool r1);
  void await_head_of_successor(std::uint32_t vc, char const* by);
  void await_no_head(std::uint32_t vc, std::uint32_t ordinal, By by);
  void expect_no_head(std::uint32_t vc, std::uint32_t ordinal, By by);
  void await_still_open(std::uint32_t vc, std::string const& leg, By by);
  void count_successor(std::uint32_t vc, Side side, bool r1);
  void close_former(std::uint32_t vc);
  void release(std::uint32_t vc, Whose whose, char const* pdu);
  [[nodiscard]] std::uint32_t connections(std::uint32_t vc, Side side) const;
  [[nodiscard]] bool may_recycle(std::uint32_t vc, Side side) const;
  [[nodiscard]] bool holds_recycling() const;
  [[nodiscard]] bool client_holds(char const* pdu) const;

  [[nodiscard]] bool is_open(std::uint32_t vc) const;
  [[nodiscard]] bool holds(std::string const& pdu) const;
  [[nodiscard]] bool may_transfer(std::uint32_t vc, Side side) const;
  [[nodiscard]] bool acks_by_hand(Side side) const;
  [[nodiscard]] std::uint64_t window(std::uint32_t vc, Side side) const;
  [[nodiscard]] std::uint64_t room(std::uint32_t vc, Side side) const;
  [[nodiscard]] Payload payload(Move const& move, Side side) const;
  void fill(scenario::v1::Send& send, Move const& move, Payload const& payload) const;
  scenario::v1::Send& send(Move const& move, Side side, Payload const& payload);
  void ack(std::uint32_t vc, Side side);
  void await_transfer(std::uint32_t vc, Side side, Payload const& payload);
  void await_all_of(std::uint32_t vc, Side side, Payload const& payload);
  void read_on(std::uint32_t vc, Side side, bool stop);
  void await_open(std::uint32_t vc, By by);
  void await_others_open();

  scenario::v1::Scenario& scenario_;
  Timeline timeline_;
  std::map<std::uint32_t, State> states_;
  bool under_way_ = false;  // something else was done than opening
  bool one_asked_ = false;  // a virtual connection asked for a timeout that others do not
};

}  // namespace rpchspec::explore
