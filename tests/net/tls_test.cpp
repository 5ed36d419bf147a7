#include "net/tls.hpp"

#include <filesystem>
#include <fstream>

#include "net/certificate_request.hpp"
#include "support.hpp"

namespace rpchspec::net {
namespace {

struct Handshakes {
  std::optional<Failure> client;
  std::optional<Failure> server;
  TlsSummary client_summary;
  TlsSummary server_summary;
};

/// One handshake over TCP, and one byte each way, which is where TLS 1.3 tells a client that its
/// certificate was refused.
Task<Handshakes> shake(TlsContext server_tls,
                       TlsContext client_tls,
                       std::string host = "localhost") {
  Handshakes made;
  auto pair = co_await tcp_pair();
  (void)pair.client.use_tls(client_tls, host);
  (void)pair.server.use_tls(server_tls);
  co_await in_scope([&](TaskScope& scope) -> Task<> {
    scope.spawn([&]() -> Task<> {
      auto const done = co_await pair.server.handshake(soon());
      if (!done) {
        made.server = done.error();
      } else {
        (void)co_await pair.server.write_all(as_bytes("x"), soon());
      }
    });
    auto const done = co_await pair.client.handshake(soon());
    if (!done) {
      made.client = done.error();
      pair.client.close_now(CloseHow::fin);
      co_return;
    }
    Bytes space(1);
    auto const result = co_await pair.client.read_some(space, soon());
    if (result.ending) {
      Error error;
      error.detail = pair.client.ending_detail();
      made.client.emplace(*result.ending, error);
    }
  });
  made.client_summary = pair.client.tls_summary();
  made.server_summary = pair.server.tls_summary();
  co_return made;
}

TEST(Tls, NegotiatesEachVersionThatBothAllow) {
  for (auto const version :
       {TlsVersion::tls1_0, TlsVersion::tls1_1, TlsVersion::tls1_2, TlsVersion::tls1_3}) {
    run_net([version]() -> Task<> {
      TlsServerOptions server;
      server.min_version = TlsVersion::tls1_0;
      TlsClientOptions client;
      client.min_version = client.max_version = version;
      auto const made = co_await shake(test_server_tls(server), test_client_tls(client));
      EXPECT_FALSE(made.client) << made.client->error.detail;
      EXPECT_EQ(made.client_summary.version, to_string(version));
      EXPECT_EQ(made.server_summary.version, to_string(version));
      EXPECT_FALSE(made.server_summary.cipher.empty());
    });
  }
}

TEST(Tls, FailsInWordsWhereNoVersionIsCommon) {
  run_net([]() -> Task<> {
    TlsServerOptions server;
    server.min_version = TlsVersion::tls1_3;
    TlsClientOptions client;
    client.max_version = TlsVersion::tls1_2;
    auto const made = co_await shake(test_server_tls(server), test_client_tls(client));
    EXPECT_EQ(made.server->ending, Ending::tls_failed);
    EXPECT_THAT(made.server->error.detail, testing::HasSubstr("unsupported protocol"));
    EXPECT_EQ(made.client->ending, Ending::tls_failed);
    EXPECT_THAT(made.client->error.detail, testing::HasSubstr("alert protocol version"));
  });
}

TEST(Tls, VerifiesTheServersNameAndIssuerUnlessToldNotTo) {
  run_net([]() -> Task<> {
    auto const wrong = co_await shake(test_server_tls(), test_client_tls(), "mail.example.com");
    EXPECT_EQ(wrong.client->ending, Ending::tls_failed);
    EXPECT_THAT(wrong.client->error.detail, testing::HasSubstr("hostname mismatch"));
    auto const by_address = co_await shake(test_server_tls(), test_client_tls(), "127.0.0.1");
    EXPECT_FALSE(by_address.client);
    EXPECT_EQ(by_address.server_summary.server_name, "");
    auto const stranger = *TlsContext::client(TlsClientOptions());
    auto const untrusted = co_await shake(test_server_tls(), stranger);
    EXPECT_THAT(untrusted.client->error.detail, testing::HasSubstr("self-signed certificate"));
    TlsClientOptions insecure;
    insecure.insecure = true;
    auto const any = co_await shake(test_server_tls(), test_client_tls(insecure), "elsewhere");
    EXPECT_FALSE(any.client);
    EXPECT_EQ(any.server_summary.server_name, "elsewhere");
    EXPECT_EQ(any.client_summary.peer_subject, "CN=localhost");
  });
}

TEST(Tls, SendsTheServerNameThatItIsToldOrNone) {
  run_net([]() -> Task<> {
    TlsClientOptions options;
    options.server_name = "localhost";
    auto const named = co_await shake(test_server_tls(), test_client_tls(options), "127.0.0.1");
    EXPECT_EQ(named.server_summary.server_name, "localhost");
    options.send_sni = false;
    auto const silent = co_await shake(test_server_tls(), test_client_tls(options));
    EXPECT_FALSE(silent.client);
    EXPECT_EQ(silent.server_summary.server_name, "");
  });
}

TEST(Tls, GivesBothSidesTheSameChannelBinding) {
  run_net([]() -> Task<> {
    TlsClientOptions options;
    options.server_name = "localhost";
    auto const shaken = co_await shake(test_server_tls(), test_client_tls(options), "127.0.0.1");
    auto const& binding = shaken.client_summary.channel_binding;
    EXPECT_EQ(binding, shaken.server_summary.channel_binding);
    constexpr std::string_view kType = "tls-server-end-point:";
    EXPECT_EQ(binding.size(), kType.size() + 32);  // SHA-256
    EXPECT_EQ(as_text(binding).substr(0, kType.size()), kType);
  });
}

TEST(Tls, AsksForClientCertificatesAsToldAndSaysWhoCame) {
  run_net([]() -> Task<> {
    auto const mine = *self_signed({"the-client"});
    auto const folder = std::filesystem::path(testing::TempDir()) / "rpchspec_net_client_cert";
    std::filesystem::create_directories(folder);
    std::ofstream(folder / "cert.pem") << mine.certificate_pem;
    std::ofstream(folder / "key.pem") << mine.private_key_pem;
    TlsClientOptions with;
    with.client_certificate_file = folder / "cert.pem";
    with.client_key_file = folder / "key.pem";
    TlsServerOptions required;
    required.client_certificates = ClientCertificates::require;
    auto const any = co_await shake(test_server_tls(required), test_client_tls(with));
    EXPECT_FALSE(any.server) << any.server->error.detail;
    EXPECT_EQ(any.server_summary.peer_subject, "CN=the-client");
    auto const without = co_await shake(test_server_tls(required), test_client_tls());
    EXPECT_EQ(without.server->ending, Ending::tls_failed);
    EXPECT_EQ(without.client->ending, Ending::tls_failed);
    EXPECT_THAT(without.client->error.detail, testing::HasSubstr("certificate required"));
    required.client_ca_pem = test_certificate().certificate_pem;
    auto const stranger = co_await shake(test_server_tls(required), test_client_tls(with));
    EXPECT_EQ(stranger.server->ending, Ending::tls_failed);
    TlsServerOptions requested;
    requested.client_certificates = ClientCertificates::request;
    auto const none = co_await shake(test_server_tls(requested), test_client_tls());
    EXPECT_FALSE(none.server);
  });
}

TEST(Tls, SaysWhetherARequestedCertificateIsOfATrustedAuthority) {
  run_net([]() -> Task<> {
    CertificateRequest named;
    named.names = {"the-client"};
    auto const authority = *self_signed({"an-authority"});
    auto const namesake = *self_signed({"an-authority"});
    TlsClientOptions client;
    TlsServerOptions server;
    server.client_certificates = ClientCertificates::request;
    client.client_certificate = *issue(named, namesake);
    auto const unasked = co_await shake(test_server_tls(server), test_client_tls(client));
    EXPECT_TRUE(unasked.server_summary.peer_trusted) << "there is no authority to ask";
    server.client_ca_pem = authority.certificate_pem;
    for (auto const version : {TlsVersion::tls1_2, TlsVersion::tls1_3}) {
      server.min_version = server.max_version = version;
      client.client_certificate = *issue(named, authority);
      auto const known = co_await shake(test_server_tls(server), test_client_tls(client));
      EXPECT_EQ(known.server_summary.peer_subject, "CN=the-client");
      EXPECT_TRUE(known.server_summary.peer_trusted);
      client.client_certificate = *issue(named, namesake);
      auto const stranger = co_await shake(test_server_tls(server), test_client_tls(client));
      EXPECT_FALSE(stranger.server);
      EXPECT_EQ(stranger.server_summary.peer_subject, "CN=the-client");
      EXPECT_FALSE(stranger.server_summary.peer_trusted);
    }
    auto const none = co_await shake(test_server_tls(server), test_client_tls());
    EXPECT_FALSE(none.server);
    EXPECT_FALSE(none.server_summary.peer_trusted);
  });
}

TEST(Tls, ReadsTheClientsAuthorityFromAFile) {
  run_net([]() -> Task<> {
    auto const file = std::filesystem::path(testing::TempDir()) / "rpchspec_net_client_ca.pem";
    auto const authority = *self_signed({"an-authority"});
    std::ofstream(file) << authority.certificate_pem;
    CertificateRequest named;
    named.names = {"the-client"};
    TlsClientOptions client;
    client.client_certificate = *issue(named, authority);
    TlsServerOptions server;
    server.client_certificates = ClientCertificates::request;
    server.client_ca_file = file;
    auto const made = co_await shake(test_server_tls(server), test_client_tls(client));
    EXPECT_TRUE(made.server_summary.peer_trusted);
    server.certificate = test_certificate();
    server.client_ca_file = "/nonexistent.pem";
    auto const missing = TlsContext::server(server);
    EXPECT_FALSE(missing);
    EXPECT_THAT(missing.error().detail, testing::HasSubstr("/nonexistent.pem"));
  });
}

TEST(Tls, EndsWithoutAClosureAlertWhereToldTo) {
  run_net([]() -> Task<> {
    for (auto const alert : {true, false}) {
      TlsServerOptions options;
      options.closure_alert = alert;
      auto pair = co_await tls_pair(test_server_tls(options));
      auto const ended = co_await pair.server.shutdown_send(soon());
      EXPECT_FALSE(ended.ending);
      Bytes into(4);
      auto const end = co_await pair.client.read_some(into, soon());
      EXPECT_EQ(end.ending, alert ? Ending::tls_close_notify : Ending::tls_truncated);
      auto const answered = co_await pair.client.write_all(as_bytes("more"), soon());
      EXPECT_FALSE(answered.ending);
      auto const heard = co_await pair.server.read_some(into, soon());
      EXPECT_EQ(heard.bytes, 4U) << "our end is not the peer's";
    }
  });
}

TEST(Tls, NegotiatesAnApplicationProtocol) {
  run_net([]() -> Task<> {
    TlsServerOptions server;
    server.alpn = {"http/1.1"};
    TlsClientOptions client;
    client.alpn = {"h2", "http/1.1"};
    auto const made = co_await shake(test_server_tls(server), test_client_tls(client));
    EXPECT_EQ(made.client_summary.alpn, "http/1.1");
    EXPECT_EQ(made.server_summary.alpn, "http/1.1");
    client.alpn = {"h2"};
    auto const none = co_await shake(test_server_tls(server), test_client_tls(client));
    EXPECT_EQ(none.client->ending, Ending::tls_failed);
  });
}

TEST(Tls, PrefersAnApplicationProtocolAsTheServerDoesAndChangesWhatItOffers) {
  run_net([]() -> Task<> {
    auto server = test_server_tls();
    TlsClientOptions client;
    client.alpn = {"http/1.1", "h2"};
    auto const none = co_await shake(server, test_client_tls(client));
    EXPECT_EQ(none.server_summary.alpn, "") << "nothing is negotiated where nothing is offered";
    EXPECT_FALSE(none.client);
    EXPECT_TRUE(server.offer_alpn({"h2", "http/1.1"}));
    auto const best = co_await shake(server, test_client_tls(client));
    EXPECT_EQ(best.server_summary.alpn, "h2");
    EXPECT_FALSE(server.offer_alpn({""}));
    EXPECT_TRUE(server.offer_alpn({}));
    auto const again = co_await shake(server, test_client_tls(client));
    EXPECT_EQ(again.client_summary.alpn, "");
  });
}

TEST(Tls, HandshakeKeepsItsDeadlineWithASilentPeerAndTellsTheTap) {
  run_net([]() -> Task<> {
    journal::Recorder recorder(from_now());
    auto pair = co_await tcp_pair();
    (void)pair.server.use_tls(test_server_tls());
    pair.server.observe(journal::ConnectionTap(recorder, journal::TapOptions()));
    auto const done = co_await pair.server.handshake(Deadline::in(2ms));
    EXPECT_EQ(done.error().ending, Ending::deadline);
    EXPECT_EQ(events_of(recorder).back().ended().ending(), journal::v1::TIMED_OUT);
  });
}

TEST(Tls, HandshakeTellsPlainBytesATruncationAndAResetApart) {
  run_net([]() -> Task<> {
    for (int kind = 0; kind < 3; ++kind) {
      auto pair = co_await tcp_pair();
      (void)pair.server.use_tls(test_server_tls());
      if (kind == 0) {
        (void)co_await pair.client.write_all(as_bytes("RPC_IN_DATA /rpc HTTP/1.1\r\n"), soon());
      } else {
        pair.client.close_now(kind == 1 ? CloseHow::fin : CloseHow::rst);
      }
      auto const done = co_await pair.server.handshake(soon());
      Ending const expected[] = {Ending::tls_failed, Ending::tls_truncated, Ending::rst};
      EXPECT_EQ(done.error().ending, expected[kind]) << done.error().error.detail;
    }
  });
}

TEST(Tls, SaysWhatIsWrongWithCertificatesAndFiles) {
  EXPECT_THAT(load_certificate("/no/such.pem", "").error().detail,
              testing::HasSubstr("/no/such.pem: No such file"));
  TlsServerOptions options;
  options.certificate = test_certificate();
  options.certificate.private_key_pem = self_signed({"other"})->private_key_pem;
  EXPECT_THAT(TlsContext::server(options).error().detail,
              testing::HasSubstr("does not belong to the certificate"));
  options.certificate.certificate_pem = "nonsense";
  EXPECT_THAT(TlsContext::server(options).error().detail, testing::HasSubstr("not PEM"));
  EXPECT_FALSE(self_signed(std::vector<std::string>()).has_value());
  EXPECT_FALSE(self_signed({"a,DNS:b"}).has_value());
  TlsClientOptions client;
  client.ca_file = "/no/such.pem";
  EXPECT_THAT(TlsContext::client(client).error().detail, testing::HasSubstr("/no/such.pem"));
}

}  // namespace
}  // namespace rpchspec::net
