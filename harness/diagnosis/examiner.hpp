// The steps themselves. Private to the folder.

#pragma once

#include "harness/diagnosis/examination.hpp"

namespace rpchspec::diagnosis {

/// One examination. Single-threaded, on its io_context. Each step adds what it saw to the lines of
/// the step, and says how it broke, or `none`.
class Examiner {
 public:
  Examiner(net::Executor executor, Request const& request, Diagnosis& into);

  [[nodiscard]] net::Task<> run();

 private:
  using Found = net::Task<Symptom>;
  using Take = Found (Examiner::*)(net::Deadline);

  [[nodiscard]] Found resolve(net::Deadline deadline);
  [[nodiscard]] Found connect(net::Deadline deadline);
  [[nodiscard]] Found handshake(net::Deadline deadline);
  [[nodiscard]] Found authenticate(net::Deadline deadline);
  [[nodiscard]] Found echo(net::Deadline deadline);
  [[nodiscard]] Found open_out(net::Deadline deadline);
  [[nodiscard]] Found open_in(net::Deadline deadline);
  [[nodiscard]] Found negotiate(net::Deadline deadline);
  [[nodiscard]] Found bind(net::Deadline deadline);
  [[nodiscard]] Found call(net::Deadline deadline);

  [[nodiscard]] static Take taking(StepName step);
  [[nodiscard]] net::Task<Symptom> take(Step& step);
  [[nodiscard]] Result<void> prepare();

  [[nodiscard]] Found try_tls(net::TlsVersion least, net::TlsVersion most, net::Deadline deadline);
  [[nodiscard]] net::Task<net::Attempt<net::Stream>> reach_over_tls(net::TlsContext context,
                                                                    net::Deadline deadline);
  [[nodiscard]] Symptom judge_certificates();
  [[nodiscard]] Found authenticate_with(net::Deadline deadline);
  [[nodiscard]] Found echo_on(session::Channel channel, net::Deadline deadline);
  [[nodiscard]] net::Task<bool> channel_answers(net::Deadline deadline);
  [[nodiscard]] net::Task<Result<void>> start_channel(std::uint32_t vc,
                                                      session::Channel channel,
                                                      net::Deadline deadline);
  [[nodiscard]] net::Task<> await_answer(std::uint32_t vc,
                                         session::Channel channel,
                                         net::Deadline deadline);
  [[nodiscard]] Symptom refusal(LegSeen const& leg);
  [[nodiscard]] Symptom on_call_failure(Error const& error, Symptom silent);

  void say(std::string line);
  void left_out(std::string why);
  void note_server(LegSeen const& leg);
  void note_delay();

  [[nodiscard]] targets::Url const& url() const { return request_.target.urls.front(); }

  /// Where connections go: the endpoint, or the HTTP proxy on the way there.
  [[nodiscard]] targets::Url const& first_hop() const {
    auto const& forward = request_.target.forward_proxy;
    return forward ? *forward : url();
  }

  net::Executor executor_;
  Request const& request_;
  Diagnosis& into_;
  journal::Recorder recorder_;
  net::Event changed_;
  Watch watch_;
  actors::ClientTarget target_;
  std::optional<actors::Client> client_;
  std::vector<std::string> addresses_;
  net::CertificateReport certificates_;
  Step* step_ = nullptr;
  std::string server_header_;  // Server and Via of what answered
};

/// "HTTP/1.1 503 RPC Error: 6ba": the status line as it came.
[[nodiscard]] std::string status_line(wire::ResponseHead const& head);

/// What another status than 200 means, body included.
[[nodiscard]] Symptom symptom_of(LegSeen const& leg);

/// "Negotiate, NTLM, Basic (realm "mail")": schemes only, no challenge.
[[nodiscard]] std::string offered_schemes(wire::ResponseHead const& head);

}  // namespace rpchspec::diagnosis
