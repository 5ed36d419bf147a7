// Listeners that several running cases share: each connection is read until it is known whose it
// is, then handed over to that case's thread.

#pragma once

#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "net/listener.hpp"
#include "net/task_scope.hpp"

namespace rpchspec::engine {

/// Whose connection this is, judged by its first bytes: a key; empty: more bytes are needed; an
/// error: it can't be told.
using KeyOf = std::function<Result<std::optional<std::string>>(ByteView)>;

/// Key of a server leg: the VirtualConnectionCookie of its first PDU, in hex.
[[nodiscard]] Result<std::optional<std::string>> key_of_server_leg(ByteView bytes);

/// The server-name of a request's target, in lower case; empty when it has none.
[[nodiscard]] std::string server_name_of(std::string_view target);

/// Key of a front's upstream connection: the server-name of the request's URI.
[[nodiscard]] Result<std::optional<std::string>> key_of_request(ByteView bytes);

/// Takes a connection; called on the dispatcher's thread, and must return at once.
using Receiver = std::function<void(net::Handover, std::size_t listener)>;

class Dispatcher {
 public:
  struct Options {
    std::vector<net::ListenOptions> listen;
    KeyOf key_of;
    Duration patience = std::chrono::seconds(60);  // for the first bytes of a connection
  };

  /// Binds and starts a thread. An error names the address that can't be had.
  [[nodiscard]] static Result<std::unique_ptr<Dispatcher>> start(Options options);
  ~Dispatcher();
  Dispatcher(Dispatcher const&) = delete;
  Dispatcher& operator=(Dispatcher const&) = delete;

  [[nodiscard]] std::vector<std::uint16_t> const& ports() const { return ports_; }

  /// Connections with this key go to `receiver` from now on. Any thread.
  void route(std::string const& key, Receiver receiver);
  void unroute(std::string const& key);

  /// All connections, keyed or not, go to this one before a byte of them is read: for the one case
  /// that runs alone. Null: back to keys.
  void route_all(Receiver receiver);

  /// Connections that came and belonged to nobody.
  [[nodiscard]] std::size_t strays() const;

  /// A socket that somebody gives back between two requests: it is read again until its next key.
  void take_back(net::Handover handover, std::size_t listener);

 private:
  explicit Dispatcher(Options options);

  [[nodiscard]] net::Task<> accept_from(std::size_t listener);
  [[nodiscard]] net::Task<> sort(net::Stream stream, std::size_t listener);
  void deliver(std::string const& key, net::Stream& stream, std::size_t listener, ByteView read);
  [[nodiscard]] bool deliver_to_all(net::Stream& stream, std::size_t listener);

  Options options_;
  net::asio::io_context io_;
  std::unique_ptr<net::TaskScope> scope_;
  std::vector<net::Listener> listeners_;
  std::vector<std::uint16_t> ports_;
  mutable std::mutex mutex_;
  std::map<std::string, Receiver> receivers_;
  Receiver all_;
  std::size_t strays_ = 0;
  std::thread thread_;
};

}  // namespace rpchspec::engine
