// A blocking socket with a time limit, so that tests of the proxy share no code with its network.

#pragma once

#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <stdexcept>
#include <string>
#include <utility>

#include "protocol/base/bytes.hpp"

namespace rpchspec::proxy::testing {

class BlockingSocket {
 public:
  BlockingSocket() = default;

  explicit BlockingSocket(int socket) : socket_(socket) {
    timeval const limit{10, 0};
    ::setsockopt(socket_, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof limit);
    ::setsockopt(socket_, SOL_SOCKET, SO_SNDTIMEO, &limit, sizeof limit);
    int const on = 1;
    ::setsockopt(socket_, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  }

  BlockingSocket(BlockingSocket&& other) noexcept : socket_(std::exchange(other.socket_, -1)) {}

  BlockingSocket& operator=(BlockingSocket&& other) noexcept {
    std::swap(socket_, other.socket_);
    return *this;
  }

  ~BlockingSocket() { close(); }

  static BlockingSocket connect_to(std::uint16_t port) {
    BlockingSocket made(::socket(AF_INET, SOCK_STREAM, 0));
    auto const at = loopback(port);
    if (::connect(made.socket_, reinterpret_cast<sockaddr const*>(&at), sizeof at) != 0) {
      throw std::runtime_error("connect failed");
    }
    return made;
  }

  static BlockingSocket listen_on_any() {
    BlockingSocket made(::socket(AF_INET, SOCK_STREAM, 0));
    auto const at = loopback(0);
    if (::bind(made.socket_, reinterpret_cast<sockaddr const*>(&at), sizeof at) != 0 ||
        ::listen(made.socket_, 16) != 0) {
      throw std::runtime_error("listen failed");
    }
    return made;
  }

  /// Throws when nobody connects in time.
  BlockingSocket accept() {
    auto const socket = ::accept(socket_, nullptr, nullptr);
    if (socket < 0) {
      throw std::runtime_error("nobody connected");
    }
    return BlockingSocket(socket);
  }

  /// Somebody connected who was not accepted yet.
  [[nodiscard]] bool has_waiting() const {
    pollfd watched{socket_, POLLIN, 0};
    return ::poll(&watched, 1, 0) == 1;
  }

  [[nodiscard]] std::uint16_t port() const {
    sockaddr_in at{};
    socklen_t size = sizeof at;
    ::getsockname(socket_, reinterpret_cast<sockaddr*>(&at), &size);
    return ntohs(at.sin_port);
  }

  [[nodiscard]] int native() const { return socket_; }

  void send(ByteView bytes) {
    while (!bytes.empty()) {
      auto const sent = ::send(socket_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
      if (sent <= 0) {
        throw std::runtime_error("send failed");
      }
      bytes = bytes.subspan(static_cast<std::size_t>(sent));
    }
  }

  void send(std::string_view text) { send(as_bytes(text)); }

  /// Exactly this many bytes, or fewer when the peer ends before.
  Bytes receive(std::size_t size) {
    Bytes got(size);
    std::size_t have = 0;
    while (have < size) {
      auto const n = ::recv(socket_, got.data() + have, size - have, 0);
      if (n < 0 && errno != ECONNRESET) {
        throw std::runtime_error("nothing came");
      }
      if (n <= 0) {
        break;
      }
      have += static_cast<std::size_t>(n);
    }
    got.resize(have);
    return got;
  }

  /// Up to and with the empty line.
  std::string receive_head() {
    std::string head;
    while (!head.ends_with("\r\n\r\n")) {
      auto const byte = receive(1);
      if (byte.empty()) {
        break;
      }
      head += static_cast<char>(byte[0]);
    }
    return head;
  }

  /// True when the peer ended the connection, by FIN or RST, and sent nothing before.
  bool receives_end() { return receive(1).empty(); }

  void reset() {
    linger const now{1, 0};
    ::setsockopt(socket_, SOL_SOCKET, SO_LINGER, &now, sizeof now);
    close();
  }

  void close() {
    if (socket_ >= 0) {
      ::close(std::exchange(socket_, -1));
    }
  }

 private:
  static sockaddr_in loopback(std::uint16_t port) {
    sockaddr_in at{};
    at.sin_family = AF_INET;
    at.sin_port = htons(port);
    at.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    return at;
  }

  int socket_ = -1;
};

}  // namespace rpchspec::proxy::testing
