// Where drivers reach a peer: one TCP or TLS port, a thread for each link.

#pragma once

#include <list>
#include <memory>
#include <string>
#include <thread>

#include "harness/engine/peer.hpp"
#include "net/listener.hpp"

namespace rpchspec::engine {

class PeerListener {
 public:
  struct Options {
    std::string address = "127.0.0.1";
    std::uint16_t port = 0;            // 0: a free one
    net::TlsContext tls = {};          // null: plain
    std::size_t most_links = 300;      // further ones are closed at once
    std::size_t most_strangers = 128;  // whose token is not known yet; the oldest gives way
  };

  /// @param peer  outlives it. An error names the address that can't be had.
  [[nodiscard]] static Result<std::unique_ptr<PeerListener>> start(Peer& peer, Options options);

  /// Ends every link and waits for what it plays to be struck.
  ~PeerListener();
  PeerListener(PeerListener const&) = delete;
  PeerListener& operator=(PeerListener const&) = delete;

  /// "127.0.0.1:7000"
  [[nodiscard]] std::string const& local() const { return local_; }

  [[nodiscard]] std::uint16_t port() const { return port_; }

 private:
  struct Served;

  PeerListener(Peer& peer, Options options);
  [[nodiscard]] net::Task<> accept();
  void keep_few_strangers();
  void serve(net::Stream stream);
  [[nodiscard]] net::Task<> serve(Served& served);
  [[nodiscard]] net::Task<bool> welcome(Served& served);
  void forget_ended();

  Peer& peer_;
  Options options_;
  net::asio::io_context io_;
  std::unique_ptr<net::Listener> listener_;
  std::string local_;
  std::uint16_t port_ = 0;
  std::list<std::unique_ptr<Served>> served_;  // of the accepting thread
  std::thread thread_;
};

}  // namespace rpchspec::engine
