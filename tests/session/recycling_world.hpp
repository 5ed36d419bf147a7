// All four roles of one virtual connection in memory: what one machine sends the other gets, in
// pieces and in an order that a seed decides.

#pragma once

#include <functional>
#include <list>
#include <map>
#include <memory>
#include <random>

#include <gtest/gtest.h>

#include "protocol/session/client.hpp"
#include "protocol/session/inbound_proxy.hpp"
#include "protocol/session/outbound_proxy.hpp"
#include "protocol/session/server.hpp"
#include "tests/session/proxy_testing.hpp"

namespace rpchspec::session::testing {

/// One connection: two directions, each in order, each ended by its writer.
struct Wire {
  Channel channel = Channel::in;
  Bytes forth;  // towards the server's side
  Bytes back;
  bool forth_ended = false;
  bool back_ended = false;
  bool end_told_forth = false;  // the reader was told of the end
  bool end_told_back = false;
  bool answered = false;  // HTTP only: the response's head went out
};

/// One proxy role with its connections.
template <class Machine>
struct Box {
  std::unique_ptr<Machine> machine;
  Wire* client = nullptr;
  Wire* successor = nullptr;
  Wire* server = nullptr;
  bool connecting = false;
  bool closed = false;
};

struct WorldOptions {
  std::uint64_t seed = 1;
  ClientConfig client{};
  ServerConfig server{};
  InboundProxyConfig inbound{};
  OutboundProxyConfig outbound{};
};

class RecyclingWorld {
 public:
  explicit RecyclingWorld(WorldOptions options)
      : options_(std::move(options)),
        random_(options_.seed),
        client(options_.client),
        server(options_.server) {
    out_ = open_http(Channel::out, client.conn_a1());
    in_ = open_http(Channel::in, client.conn_b1());
  }

  /// Moves bytes until nothing moves any more.
  void settle() {
    pump();
    while (step()) {
      pump();
    }
  }

  void steps(std::size_t count) {
    pump();
    for (std::size_t i = 0; i < count && step(); ++i) {
      pump();
    }
  }

  void client_sends(std::size_t size) {
    ASSERT_TRUE(client.send_rpc(numbered(size, client_sent_++), now_));
    pump();
  }

  void server_sends(std::size_t size) {
    ASSERT_TRUE(server.send_rpc(numbered(size, server_sent_++)));
    pump();
  }

  void expect_all_delivered() const {
    EXPECT_EQ(server_got_, client_sent_);
    EXPECT_EQ(client_got_, server_sent_);
    EXPECT_TRUE(failures.empty()) << failures.front();
  }

  [[nodiscard]] std::size_t http_connections() const { return count(https_); }

  [[nodiscard]] std::size_t tcp_connections() const { return count(tcps_); }

  [[nodiscard]] std::size_t tcp_opened() const { return tcps_.size(); }

  std::vector<std::string> failures;

 private:
  WorldOptions options_;
  std::mt19937_64 random_;

 public:
  Client client;
  Server server;

 private:
  static std::size_t count(std::list<Wire> const& wires) {
    return static_cast<std::size_t>(std::count_if(wires.begin(), wires.end(), [](Wire const& wire) {
      return !wire.forth_ended || !wire.back_ended;
    }));
  }

  static Bytes numbered(std::size_t size, std::uint32_t number) {
    auto pdu = rpc(std::max<std::size_t>(size, 24));
    store<std::uint32_t>(pdu, 16, number);
    return pdu;
  }

  void got(wire::PduView const& pdu, std::uint32_t& expected, char const* who) {
    auto const number = load<std::uint32_t>(pdu.bytes, 16);
    if (number != expected++) {
      failures.push_back(std::string(who) + " got PDU " + std::to_string(number) + " instead of " +
                         std::to_string(expected - 1));
    }
  }

  Wire* open_http(Channel channel, Bytes const& first) {
    auto& wire = https_.emplace_back();
    wire.channel = channel;
    wire.forth = first;
    if (channel == Channel::in) {
      auto& box = inbound_.emplace_back();
      box.machine = std::make_unique<InboundProxy>(options_.inbound, now_);
      box.client = &wire;
    } else {
      auto& box = outbound_.emplace_back();
      box.machine = std::make_unique<OutboundProxy>(options_.outbound, now_);
      box.client = &wire;
    }
    return &wire;
  }

  // -- One move ---------------------------------------------------------------------------------

  using Move = std::function<void()>;

  bool step() {
    std::vector<Move> moves;
    for (auto& box : inbound_) {
      collect(box, moves);
    }
    for (auto& box : outbound_) {
      collect(box, moves);
    }
    collect_ends(moves);
    if (moves.empty()) {
      return false;
    }
    moves[random_() % moves.size()]();
    return true;
  }

  template <class Machine>
  void collect(Box<Machine>& box, std::vector<Move>& moves) {
    if (box.closed) {
      return;
    }
    if (box.connecting) {
      moves.push_back([this, &box] { connect(box); });
    }
    collect_reads(box, box.client, ProxyLeg::client, moves);
    collect_reads(box, box.successor, ProxyLeg::successor, moves);
    if (box.server != nullptr) {
      if (box.machine->wants_server_bytes() && has_to_offer(*box.server, false)) {
        moves.push_back([this, &box, wire = box.server] {
          feed(
              *wire, false,
              [&](ByteView bytes) { return box.machine->on_server_bytes(bytes, now_); }, box);
        });
      } else if (wire_ended(*box.server, false)) {
        moves.push_back([this, &box] {
          box.server->end_told_back = true;
          box.machine->on_closed(ProxyLeg::server);
          pump(box);
        });
      }
    }
  }

  template <class Machine>
  void collect_reads(Box<Machine>& box, Wire* wire, ProxyLeg leg, std::vector<Move>& moves) {
    if (wire == nullptr) {
      return;
    }
    auto const is_client = leg == ProxyLeg::client;
    auto const wants =
        is_client ? box.machine->wants_client_bytes() : box.machine->wants_successor_bytes();
    if (wants && has_to_offer(*wire, true)) {
      moves.push_back([this, &box, wire, is_client] {
        feed(
            *wire, true,
            [&](ByteView bytes) {
              return is_client ? box.machine->on_client_bytes(bytes, now_)
                               : box.machine->on_successor_bytes(bytes, now_);
            },
            box);
      });
    } else if (wire_ended(*wire, true)) {
      moves.push_back([this, &box, wire, leg] {
        wire->end_told_forth = true;
        box.machine->on_closed(leg);
        pump(box);
      });
    }
  }

  static bool wire_ended(Wire const& wire, bool forth) {
    return forth ? wire.forth_ended && wire.forth.empty() && !wire.end_told_forth
                 : wire.back_ended && wire.back.empty() && !wire.end_told_back;
  }

  /// New bytes; or old ones that the machine left, once after each move that brought new ones.
  bool has_to_offer(Wire const& wire, bool forth) {
    auto const& fresh = forth ? wire.forth : wire.back;
    return !fresh.empty() ||
           (!unread_[{&wire, forth}].empty() && offered_[{&wire, forth}] != moves_);
  }

  /// Brings a piece of what waits, behind what was left before.
  template <class Input, class Machine>
  void feed(Wire& wire, bool forth, Input const& input, Box<Machine>& box) {
    auto& from = forth ? wire.forth : wire.back;
    auto& unread = unread_[{&wire, forth}];
    auto const size = from.empty() ? 0 : 1 + random_() % from.size();
    moves_ += size != 0 ? 1 : 0;
    offered_[{&wire, forth}] = moves_;
    append(unread, ByteView(from).first(size));
    from.erase(from.begin(), from.begin() + static_cast<std::ptrdiff_t>(size));
    auto const used = input(ByteView(unread));
    pump(box);
    auto& rest = unread_[{&wire, forth}];
    rest.erase(rest.begin(), rest.begin() + static_cast<std::ptrdiff_t>(used));
  }

  template <class Machine>
  void connect(Box<Machine>& box) {
    box.connecting = false;
    ++moves_;
    auto& wire = tcps_.emplace_back();
    wire.channel = std::is_same_v<Machine, InboundProxy> ? Channel::in : Channel::out;
    box.server = &wire;
    box.machine->on_server_connected(now_);
    pump(box);
  }

  // -- The ends ---------------------------------------------------------------------------------

  void collect_ends(std::vector<Move>& moves) {
    for (auto& wire : https_) {
      if (!wire.back.empty()) {
        moves.push_back([this, &wire] { client_reads(wire); });
      } else if (wire_ended(wire, false)) {
        moves.push_back([this, &wire] {
          wire.end_told_back = true;
          wire.forth_ended = true;
          if (is_of_client(wire)) {
            failures.push_back("the client lost a channel");
          } else if (&wire == in_former_) {
            client.on_predecessor_ended(now_);
            pump();
          }
        });
      }
    }
    for (auto& wire : tcps_) {
      if (!wire.forth.empty()) {
        moves.push_back([this, &wire] { server_reads(wire); });
      } else if (wire_ended(wire, true)) {
        moves.push_back([this, &wire] {
          wire.end_told_forth = true;
          wire.back_ended = true;
          auto const& slots = server_[wire.channel];
          if (&wire == slots.first || &wire == slots.second) {
            failures.push_back("the server lost a leg");
          }
        });
      }
    }
  }

  bool is_of_client(Wire const& wire) const {
    return &wire == in_ || &wire == out_ || &wire == in_next_ || &wire == out_next_;
  }

  void client_reads(Wire& wire) {
    auto& unread = unread_[{&wire, false}];
    take_piece(wire.back, unread);
    while (is_of_client(wire)) {
      ByteView rest(unread);
      auto const pdu = wire::next_pdu(rest);
      if (!pdu || !*pdu) {
        break;
      }
      auto const bytes = Bytes((*pdu)->bytes.begin(), (*pdu)->bytes.end());
      unread.erase(unread.begin(), unread.begin() + static_cast<std::ptrdiff_t>(bytes.size()));
      auto const instance = &wire == out_next_ ? Instance::successor : Instance::predecessor;
      if (auto const done = client.on_pdu(wire::PduView{bytes}, now_, instance); !done) {
        failures.push_back("client: " + to_string(done.error()));
      }
      pump_client();
    }
  }

  void server_reads(Wire& wire) {
    auto& unread = unread_[{&wire, true}];
    take_piece(wire.forth, unread);
    while (!retired_.contains(&wire)) {  // what a predecessor's proxy still says is of no interest
      ByteView rest(unread);
      auto const pdu = wire::next_pdu(rest);
      if (!pdu || !*pdu) {
        break;
      }
      auto const bytes = Bytes((*pdu)->bytes.begin(), (*pdu)->bytes.end());
      unread.erase(unread.begin(), unread.begin() + static_cast<std::ptrdiff_t>(bytes.size()));
      auto& slots = server_[wire.channel];
      if (&wire != slots.first && &wire != slots.second) {
        auto const first = first_pdu_of_leg(wire::PduView{bytes});
        if (!first) {
          failures.push_back("server: " + to_string(first.error()));
          return;
        }
        (first->instance == Instance::successor ? slots.second : slots.first) = &wire;
      }
      auto const instance = &wire == slots.second ? Instance::successor : Instance::predecessor;
      auto const done = server.on_pdu(wire.channel, wire::PduView{bytes}, now_, instance);
      if (!done) {
        failures.push_back("server: " + to_string(done.error()));
      }
      pump_server();
    }
  }

  void take_piece(Bytes& from, Bytes& into) {
    auto const size = 1 + random_() % from.size();
    ++moves_;
    append(into, ByteView(from).first(size));
    from.erase(from.begin(), from.begin() + static_cast<std::ptrdiff_t>(size));
  }

  // -- Events -----------------------------------------------------------------------------------

  void pump() {
    pump_client();
    pump_server();
    for (auto& box : inbound_) {
      pump(box);
    }
    for (auto& box : outbound_) {
      pump(box);
    }
  }

  void pump_client() {
    while (auto event = client.next_event()) {
      if (auto* send = std::get_if<Client::Send>(&*event)) {
        auto* const on = send->channel == Channel::in            ? in_
                         : send->instance == Instance::successor ? out_next_
                                                                 : out_;
        append(on->forth, ByteView(send->bytes));
      } else if (auto const* pdu = std::get_if<Client::Deliver>(&*event)) {
        got(pdu->pdu, client_got_, "the client");
      } else if (auto const* open = std::get_if<Client::OpenSuccessor>(&*event)) {
        (open->channel == Channel::in ? in_next_ : out_next_) =
            open_http(open->channel, open->first_pdu);
      } else if (auto const* change = std::get_if<Client::Switch>(&*event)) {
        if (change->channel == Channel::in) {
          in_former_ = std::exchange(in_, std::exchange(in_next_, nullptr));
        } else {
          out_->forth_ended = true;
          out_ = std::exchange(out_next_, nullptr);
        }
      } else if (auto const* close = std::get_if<Client::Close>(&*event)) {
        failures.push_back("the client closes: " + to_string(close->reason));
      }
    }
  }

  void pump_server() {
    while (auto event = server.next_event()) {
      if (auto* send = std::get_if<Server::Send>(&*event)) {
        auto const& slots = server_[send->channel];
        auto* const on = send->instance == Instance::former      ? former_
                         : send->instance == Instance::successor ? slots.second
                                                                 : slots.first;
        append(on->back, ByteView(send->bytes));
      } else if (auto const* pdu = std::get_if<Server::Deliver>(&*event)) {
        got(pdu->pdu, server_got_, "the server");
      } else if (auto const* change = std::get_if<Server::Switch>(&*event)) {
        auto& slots = server_[change->channel];
        if (change->channel == Channel::in) {
          slots.first->back_ended = true;
        }
        retired_.insert(slots.first);
        former_ = change->channel == Channel::out ? slots.first : former_;
        slots.first = std::exchange(slots.second, nullptr);
      } else if (auto const* close = std::get_if<Server::Close>(&*event)) {
        failures.push_back("the server closes: " + to_string(close->reason));
      }
    }
  }

  template <class Machine>
  void pump(Box<Machine>& box) {
    while (auto const event = box.machine->next_event()) {
      std::visit([&](auto const& what) { act(box, what); }, *event);
    }
  }

  template <class Machine>
  void act(Box<Machine>& box, LookUpCookie const& look) {
    ++moves_;
    auto& table = table_of(box);
    auto const known = table.find(look.cookie);
    if (known == table.end() || known->second->closed) {
      box.machine->on_cookie_unknown();
      return;
    }
    auto* const other = known->second;
    auto* const wire = box.client;
    box.closed = true;
    box.client = nullptr;
    other->successor = wire;
    other->machine->on_successor(config_of(*other), now_);
    pump(*other);
  }

  template <class Machine>
  void act(Box<Machine>& box, AddCookie const& add) {
    table_of(box)[add.cookie] = &box;
  }

  template <class Machine>
  void act(Box<Machine>& box, SwitchClient const&) {
    box.client->back_ended = true;
    box.client = std::exchange(box.successor, nullptr);
  }

  template <class Machine>
  void act(Box<Machine>& box, CloseSuccessor const&) {
    box.successor->back_ended = true;
    box.successor = nullptr;
  }

  template <class Machine>
  void act(Box<Machine>& box, ConnectServer const&) {
    box.connecting = true;
  }

  template <class Machine>
  void act(Box<Machine>& box, ToServer const& send) {
    append(box.server->forth, send.bytes);
  }

  template <class Machine>
  void act(Box<Machine>& box, ToClient const& send) {
    if (!box.client->answered) {
      failures.emplace_back("bytes before the head of the response");
    }
    append(box.client->back, send.bytes);
  }

  template <class Machine>
  void act(Box<Machine>& box, ResponseHead const& head) {
    auto& answered = head.to == ProxyLeg::successor ? box.successor : box.client;
    if (std::exchange(answered->answered, true)) {
      failures.emplace_back("two heads on one channel");
    }
  }

  template <class Machine>
  void act(Box<Machine>& box, Close const& close) {
    box.closed = true;
    if (close.reason != CloseReason::recycled) {
      auto const& error = box.machine->error();
      failures.push_back("a proxy closes: " + std::string(to_string(close.reason)) + ", " +
                         (error ? to_string(*error) : ""));
    }
    for (auto* const wire : {box.client, box.successor}) {
      if (wire != nullptr) {
        wire->back_ended = true;
      }
    }
    if (box.server != nullptr) {
      box.server->forth_ended = true;
    }
  }

  template <class Machine, class Other>
  void act(Box<Machine>&, Other const&) {}

  auto& table_of(Box<InboundProxy> const&) { return in_table_; }

  auto& table_of(Box<OutboundProxy> const&) { return out_table_; }

  InboundProxyConfig const& config_of(Box<InboundProxy> const&) { return options_.inbound; }

  OutboundProxyConfig const& config_of(Box<OutboundProxy> const&) { return options_.outbound; }

  TimePoint now_{std::chrono::seconds(100)};
  std::list<Wire> https_;
  std::list<Wire> tcps_;
  std::list<Box<InboundProxy>> inbound_;
  std::list<Box<OutboundProxy>> outbound_;
  std::map<VirtualConnectionCookie, Box<InboundProxy>*> in_table_;
  std::map<VirtualConnectionCookie, Box<OutboundProxy>*> out_table_;
  std::map<std::pair<Wire const*, bool>, Bytes> unread_;
  Wire* in_ = nullptr;
  Wire* in_former_ = nullptr;
  Wire* out_ = nullptr;
  Wire* in_next_ = nullptr;
  Wire* out_next_ = nullptr;
  std::map<Channel, std::pair<Wire*, Wire*>> server_;
  std::map<std::pair<Wire const*, bool>, std::uint64_t> offered_;  // at which move
  std::uint64_t moves_ = 0;                                        // that brought new bytes
  std::set<Wire const*> retired_;
  Wire* former_ = nullptr;  // the last OUT leg
  std::uint32_t client_sent_ = 0;
  std::uint32_t client_got_ = 0;
  std::uint32_t server_sent_ = 0;
  std::uint32_t server_got_ = 0;
};

}  // namespace rpchspec::session::testing
