// What a scenario can reach by what it names: cases played whole, beside a server that is none of
// the case's.

#include <filesystem>
#include <map>

#include <fmt/format.h>
#include <gtest/gtest.h>

#include "journal/reader.hpp"
#include "net/asio.hpp"
#include "tests/engine/case_fixture.hpp"

namespace rpchspec::engine {
namespace {

/// Listens, and is to be left alone.
class Bystander {
 public:
  Bystander() : acceptor_(io_, {net::asio::ip::address_v4::loopback(), 0}) {
    acceptor_.non_blocking(true);
  }

  [[nodiscard]] std::string port() const {
    return std::to_string(acceptor_.local_endpoint().port());
  }

  /// Somebody connected, who need not be there any more.
  [[nodiscard]] bool was_called() {
    boost::system::error_code error;
    (void)acceptor_.accept(error);
    return !error;
  }

 private:
  net::asio::io_context io_;
  net::TcpAcceptor acceptor_;
};

class Reach : public test::CaseFixture {
 protected:
  Reach() : CaseFixture("reach") {}

  /// PORT in it is the bystander's.
  CaseOutcome play(std::string yaml) {
    for (auto at = yaml.find("PORT"); at != std::string::npos; at = yaml.find("PORT")) {
      yaml.replace(at, 4, bystander_.port());
    }
    return CaseFixture::play(yaml);
  }

  static bool notes(std::filesystem::path const& journal, std::string const& words) {
    bool found = false;
    EXPECT_TRUE(journal::read(journal, [&](journal::v1::Event const& event) {
      found = found || event.note().text().find(words) != std::string::npos;
    }));
    return found;
  }

  void expect_refused_by_the_forward_proxy(std::string const& request) {
    auto const outcome = play(fmt::format(R"(
id: http/to-somebody-else
title: A request that names another host
since: "1.0"
client: {{forward_proxy: absolute-form}}
steps:
  - client.request: {0}
expect:
  - {{client.out: {{response: {{status: 403, reason: Not The Proxy Under Test}}}}, within: 10s, by: HTTP-9112-3.2.2-01}}
)",
                                          request));
    EXPECT_EQ(outcome.judgement.result.verdict, model::Verdict::pass)
        << outcome.judgement.result.message;
    EXPECT_TRUE(notes(outcome.journal, "leads to the proxy under test alone")) << request;
    EXPECT_FALSE(bystander_.was_called()) << request;
  }

  Bystander bystander_;
};

/// The embedded proxy answers as if nobody listened there.
TEST_F(Reach, OfTheEmbeddedProxyIsTheServersOfTheCase) {
  std::map<std::string, std::string> const first = {
      {"in", "  - client.send: {channel: in, pdu: CONN/B1}\n"},
      {"out", "  - client.send: {channel: out, pdu: CONN/A1}\n"},
      {"v1", ""}};
  for (std::string const name : {"127.0.0.1", "localhost", "127.0.0.2"}) {
    for (auto const& [channel, send] : first) {
      auto const outcome = play(fmt::format(R"(
id: uri/somebody-elses-server
title: A request that names the server of somebody else
since: "1.0"
steps:
  - client.request: {{channel: {0}, query: "{1}:PORT"}}
{2}expect:
  - {{client.{0}: {{response: {{status: 503, rpc_error: 6ba}}}}, within: 10s, by: RPCH-3.2.3.5.11-01}}
)",
                                            channel, name, send));
      EXPECT_EQ(outcome.judgement.result.verdict, model::Verdict::pass)
          << name << channel << outcome.judgement.result.message;
    }
  }
  EXPECT_FALSE(bystander_.was_called());
}

TEST_F(Reach, OfAForwardProxyOfOursIsTheProxyUnderTest) {
  expect_refused_by_the_forward_proxy(
      R"({channel: out, path: "http://127.0.0.1:PORT/inner", query: none})");
  expect_refused_by_the_forward_proxy(
      R"({channel: out, raw: "CONNECT 127.0.0.1:PORT HTTP/1.1\r\nHost: x\r\n\r\n"})");
  expect_refused_by_the_forward_proxy(
      R"({channel: out, method: CONNECT, path: "localhost:PORT", query: none})");
}

}  // namespace
}  // namespace rpchspec::engine
