#include "reference_proxy/connection.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "reference_proxy/admission.hpp"
#include "reference_proxy/authentication.hpp"
#include "reference_proxy/channel.hpp"
#include "reference_proxy/channel_config.hpp"
#include "reference_proxy/mixed_session.hpp"
#include "reference_proxy/request_reader.hpp"

namespace rpchspec::proxy {
namespace {

using namespace std::chrono_literals;

constexpr auto kWriteTime = 10s;  // for one small answer
constexpr auto kLingerTime = 2s;  // for the client to close, too
constexpr auto kRefuseTime = 1s;  // for a connection that is one too many
constexpr auto kLateContinue = 2s;

class Connection {
 public:
  Connection(net::Stream stream, ProxyConfig const& config, ProxyChannels& channels)
      : stream_(std::move(stream)),
        config_(config),
        channels_(channels),
        reader_(stream_, config),
        authentication_(config, remote_address()),
        place_(channels_.streams.insert(channels_.streams.end(), &stream_)) {}

  ~Connection() { channels_.streams.erase(place_); }

  Connection(Connection const&) = delete;
  Connection& operator=(Connection const&) = delete;

  net::Task<> serve() {
    if (config_.observer != nullptr) {
      observe();
    }
    auto const shaken = co_await stream_.handshake(net::Deadline::in(config_.head_timeout));
    shape_writes(stream_, config_);
    if (!shaken) {
      log(shaken.error().error.detail);
      co_return;
    }
    auto const is_new = stream_.is_tls() && stream_.tls_summary().version == "TLSv1.3";
    if (is_new && config_.defect == Defect::tls_1_3_unread) {
      co_await reader_.drop_all();
    }
    auto first_byte_within = config_.head_timeout;
    while (auto head = co_await read_head(first_byte_within)) {
      if (!co_await answer(*head)) {
        co_return;
      }
      // An idle kept-alive connection may be closed after a ConnectionTimeout (latitude.md).
      first_byte_within = config_.connection_timeout;
    }
    if (is_to_be_given_back_) {
      give_back();
      co_return;
    }
    co_await stream_.close(net::CloseHow::fin, net::Deadline::in(kLingerTime));
  }

 private:
  void observe() {
    journal::TapOptions options;
    options.source = journal::v1::UPSTREAM;
    options.stream = journal::Stream::http_then_pdus;
    options.number_of = config_.number_of;
    stream_.observe(journal::ConnectionTap(*config_.observer, options));
  }

  /// The connection goes on without us, from the request on that was not consumed.
  void give_back() {
    auto const unread = reader_.unread().data();
    config_.lender->take_back(stream_.release(Bytes(unread.begin(), unread.end())));
  }

  net::Task<std::optional<wire::RequestHead>> read_head(Duration first_byte_within) {
    auto read = co_await reader_.head(first_byte_within);
    is_to_be_given_back_ = read.anothers || (read.cancelled && reader_.lent());
    if (read.error) {
      co_await refuse_head(*read.error);
    } else if (read.late) {
      co_await write_status(408, "Request Timeout");
    }
    co_return std::move(read.head);
  }

  net::Task<> refuse_head(Error error) {
    log(to_string(error));
    if (config_.defect == Defect::bad_heads_unanswered) {
      co_await reader_.drop_all();
      co_return;
    }
    if (error.code == ErrorCode::too_large) {
      co_await write_status(431, "Request Header Fields Too Large");
    } else {
      co_await write_status(400, "Bad Request");
    }
  }

  net::Task<> write_status(unsigned status, std::string reason) {
    wire::ResponseHead head;
    head.status = status;
    head.reason = std::move(reason);
    head.headers = {{"Content-Length", "0"}, {"Connection", "close"}};
    auto bytes = wire::encode(head);
    static_cast<void>(co_await write(std::move(bytes)));
  }

  net::Task<bool> write(Bytes bytes) {
    auto const written = co_await stream_.write_all(bytes, net::Deadline::in(kWriteTime));
    co_return !written.ending;
  }

  [[nodiscard]] Bytes const& channel_binding() const {
    return reader_.lent() ? config_.lender->channel_binding : stream_.tls_summary().channel_binding;
  }

  /// @return true when the connection goes on to a next request.
  net::Task<bool> answer(wire::RequestHead const& head) {
    if (config_.answers != Answers::as_an_rpc_proxy) {
      co_await answer_otherwise();
      co_return false;
    }
    Transport transport;
    transport.tls = stream_.is_tls() || (config_.lender && config_.lender->over_tls);
    transport.client_certificate = stream_.tls_summary().peer_trusted;
    auto identity = authentication_.judge(head, channel_binding());
    transport.let_in = identity.known || authentication_.was_let_in();
    transport.challenge = std::move(identity.challenge);
    auto admission = admit(head, transport, config_);
    if (auto* refusal = std::get_if<Refusal>(&admission)) {
      co_return co_await send_refusal(head, std::move(*refusal));
    }
    authentication_.remember(head);
    // RFC 9110 10.1.1: an Expect in an HTTP/1.0 request is ignored.
    if (head.version >= wire::kHttp11 && expects_100(head)) {
      if (!co_await say_continue()) {
        co_return false;
      }
    }
    if (auto const* echo = std::get_if<EchoRequest>(&admission)) {
      co_return co_await answer_echo(head, echo->body);
    }
    identify(head);
    if (auto const* v1 = std::get_if<V1Request>(&admission)) {
      co_await run_mixed_session(stream_, std::move(reader_.unread()), *v1, config_);
      co_return false;
    }
    co_await run_channel(stream_, std::move(reader_.unread()),
                         std::get<ChannelRequest>(std::move(admission)), config_, channels_);
    co_return false;
  }

  net::Task<bool> say_continue() {
    if (config_.continues == Continues::never) {
      co_return true;
    }
    if (config_.continues == Continues::late) {
      static_cast<void>(co_await net::sleep_until(net::Deadline::in(kLateContinue)));
    }
    wire::ResponseHead interim;
    interim.status = 100;
    interim.reason = "Continue";
    auto bytes = wire::encode(interim);
    co_return co_await write(std::move(bytes));
  }

  /// What a front must not pass on, or must not wait for.
  net::Task<> answer_otherwise() {
    constexpr std::string_view kTwoLengths =
        "HTTP/1.1 200 OK\r\nContent-Length: 4\r\nContent-Length: 5\r\n\r\nabcde";
    constexpr std::string_view kGarbage = "this is not HTTP\r\n\r\n";
    if (config_.answers == Answers::never) {
      co_await reader_.drop_all();
      co_return;
    }
    auto const bytes = as_bytes(config_.answers == Answers::garbage ? kGarbage : kTwoLengths);
    auto const written = co_await write(Bytes(bytes.begin(), bytes.end()));
    if (written) {
      co_await stream_.close(net::CloseHow::fin, net::Deadline::in(kLingerTime));
    }
  }

  [[nodiscard]] bool expects_100(wire::RequestHead const& head) const {
    auto const* expect = wire::find_header(head.headers, "Expect");
    if (expect == nullptr || config_.defect == Defect::expect_unanswered) {
      return false;
    }
    return config_.defect == Defect::expect_cased
               ? *expect == "100-continue"
               : wire::has_element(head.headers, "Expect", "100-continue");
  }

  [[nodiscard]] std::string remote_address() const {
    auto const remote = stream_.remote();
    return remote.substr(0, remote.rfind(':'));
  }

  void identify(wire::RequestHead const& head) {
    if (auto* tap = stream_.tap()) {
      auto const leg = head.method == wire::kInMethod    ? journal::v1::IN
                       : head.method == wire::kOutMethod ? journal::v1::OUT
                                                         : journal::v1::MIXED;
      tap->identify(leg, 0, {}, Clock::now());
    }
  }

  net::Task<bool> send_refusal(wire::RequestHead const& head, Refusal refusal) {
    log(fmt::format("{} {}: {} {}", head.method, head.target, refusal.head.status,
                    refusal.head.reason));
    if (config_.defect == Defect::bad_heads_unanswered && refusal.head.status == 400) {
      co_await reader_.drop_all();
      co_return false;
    }
    wire::set_header(refusal.head.headers, "Connection",
                     refusal.keep_connection ? "Keep-Alive" : "close");
    dress(refusal, config_);
    auto bytes = wire::encode(refusal.head);
    append(bytes, as_bytes(refusal.body));
    auto const written = co_await write(std::move(bytes));
    if (written && refusal.keep_connection) {
      auto const length = wire::content_length(head.headers);
      co_return co_await reader_.drop_body(length->value_or(0));
    }
    co_await stream_.close(net::CloseHow::fin, net::Deadline::in(kLingerTime));
    co_return false;
  }

  net::Task<bool> answer_echo(wire::RequestHead const& head, std::uint64_t body) {
    if (config_.defect == Defect::echo_hangs) {
      body = std::max<std::uint64_t>(body, wire::kRtsHeaderSize);  // waits for a PDU
    } else if (config_.defect == Defect::echo_body_unread) {
      body = 0;
    }
    // One co_await a statement: g++ 12 loses temporaries of the right side of || and &&.
    if (!co_await reader_.drop_body(body)) {
      co_return false;
    }
    if (config_.defect == Defect::lost_behind_echo) {
      reader_.unread().clear();
    }
    auto response = echo_response(head, config_);
    if (!co_await write(std::move(response))) {
      co_return false;
    }
    if (wire::keeps_alive(head.version, head.headers) && !config_.latitude.echoes_close) {
      co_return true;
    }
    co_await stream_.close(net::CloseHow::fin, net::Deadline::in(kLingerTime));
    co_return false;
  }

  void log(std::string const& text) const {
    if (config_.log) {
      config_.log(LogLevel::info, stream_.remote() + ": " + text);
    }
  }

  net::Stream stream_;
  ProxyConfig const& config_;
  ProxyChannels& channels_;
  RequestReader reader_;
  Authentication authentication_;
  std::list<net::Stream*>::iterator place_;
  bool is_to_be_given_back_ = false;
};

}  // namespace

net::Task<> serve_connection(net::Stream stream,
                             ProxyConfig const& config,
                             ProxyChannels& channels) {
  Connection connection(std::move(stream), config, channels);
  co_await connection.serve();
}

net::Task<> refuse_connection(net::Stream stream, ProxyConfig const&) {
  auto const deadline = net::Deadline::in(kRefuseTime);
  auto const shaken = co_await stream.handshake(deadline);
  if (shaken) {
    wire::ResponseHead head;
    head.status = 503;
    head.reason = "Too Many Connections";
    head.headers = {{"Content-Length", "0"}, {"Connection", "close"}};
    auto const bytes = wire::encode(head);
    static_cast<void>(co_await stream.write_all(bytes, deadline));
    co_await stream.close(net::CloseHow::fin, deadline);
  }
}

}  // namespace rpchspec::proxy
