// TLS, credentials, and requests one after the other, with OpenSSL as the client.

#include <memory>

#include <gtest/gtest.h>
#include <openssl/ssl.h>

#include "protocol/wire/base64.hpp"
#include "protocol/wire/role_heads.hpp"
#include "protocol/wire/rts_catalogue.hpp"
#include "tests/reference_proxy/blocking_socket.hpp"
#include "tests/reference_proxy/running_proxy.hpp"

namespace rpchspec::proxy {
namespace {

using testing::BlockingSocket;
using testing::RunningProxy;

class TlsClient {
 public:
  explicit TlsClient(std::uint16_t port)
      : socket_(BlockingSocket::connect_to(port)),
        context_(SSL_CTX_new(TLS_client_method())),
        ssl_(SSL_new(context_.get())) {
    SSL_set_fd(ssl_.get(), socket_.native());
    connected_ = SSL_connect(ssl_.get()) == 1;
  }

  [[nodiscard]] bool connected() const { return connected_; }

  void send(ByteView bytes) {
    ASSERT_EQ(SSL_write(ssl_.get(), bytes.data(), static_cast<int>(bytes.size())),
              static_cast<int>(bytes.size()));
  }

  std::string receive(std::size_t size) {
    std::string got(size, '\0');
    std::size_t have = 0;
    while (have < size) {
      auto const n = SSL_read(ssl_.get(), got.data() + have, static_cast<int>(size - have));
      if (n <= 0) {
        break;
      }
      have += static_cast<std::size_t>(n);
    }
    got.resize(have);
    return got;
  }

  std::string receive_head() {
    std::string head;
    while (!head.ends_with("\r\n\r\n")) {
      auto const byte = receive(1);
      if (byte.empty()) {
        break;
      }
      head += byte;
    }
    return head;
  }

 private:
  struct Free {
    void operator()(SSL_CTX* context) const { SSL_CTX_free(context); }

    void operator()(SSL* ssl) const { SSL_free(ssl); }
  };

  BlockingSocket socket_;
  std::unique_ptr<SSL_CTX, Free> context_;
  std::unique_ptr<SSL, Free> ssl_;
  bool connected_ = false;
};

ProxyConfig secured() {
  ProxyConfig config;
  config.listen = {{Scheme::http, "127.0.0.1", 0}, {Scheme::https, "127.0.0.1", 0}};
  config.users = {{"alice", "secret"}};
  return config;
}

Bytes echo_request(std::string_view credentials) {
  wire::RequestOptions options;
  options.target = "/rpc/rpcproxy.dll?exch01:6001";
  options.host = "proxy";
  if (!credentials.empty()) {
    options.extra = {{"Authorization", "Basic " + wire::base64_encode(as_bytes(credentials))}};
  }
  return wire::encode(wire::channel_request(wire::kInMethod, options));
}

std::size_t body_length(std::string const& head) {
  auto const at = head.find("Content-Length: ");
  return at == std::string::npos ? 0 : std::stoul(head.substr(at + 16));
}

TEST(ReferenceProxyTls, Answers401AndThenTheRetryOnTheSameConnection) {
  RunningProxy proxy(secured());
  TlsClient client(proxy.port(1));
  ASSERT_TRUE(client.connected());
  for (auto const* wrong : {"", "alice:wrong"}) {
    client.send(echo_request(wrong));
    auto const head = client.receive_head();
    EXPECT_TRUE(head.starts_with("HTTP/1.1 401 ")) << head;
    static_cast<void>(client.receive(body_length(head)));
  }
  client.send(echo_request("alice:secret"));
  EXPECT_TRUE(client.receive_head().starts_with("HTTP/1.1 200 Success"));
  EXPECT_EQ(as_bytes(client.receive(20)).size(), 20U);
}

TEST(ReferenceProxyTls, RefusesPlainRequestsUnlessAnonymousOnesAreAllowed) {
  auto config = secured();
  for (auto const allowed : {false, true}) {
    config.allow_anonymous = allowed;
    RunningProxy proxy(config);
    auto client = BlockingSocket::connect_to(proxy.port(0));
    client.send(echo_request("alice:secret"));
    EXPECT_TRUE(client.receive_head().starts_with(allowed ? "HTTP/1.1 200 " : "HTTP/1.1 403 "));
  }
}

TEST(ReferenceProxyTls, RefusesAClientThatSpeaksNoTls) {
  RunningProxy proxy(secured());
  auto client = BlockingSocket::connect_to(proxy.port(1));
  client.send(echo_request(""));
  static_cast<void>(client.receive(1024));  // an alert at most, then the end
  EXPECT_TRUE(client.receives_end());
}

TEST(ReferenceProxyTls, SpeaksOnlyAnOldVersionUnderItsDefect) {
  auto config = secured();
  config.defect = Defect::tls_1_0_only;
  RunningProxy proxy(config);
  EXPECT_FALSE(TlsClient(proxy.port(1)).connected());
}

}  // namespace
}  // namespace rpchspec::proxy
