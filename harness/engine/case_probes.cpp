#include "harness/engine/case_probes.hpp"

#include <charconv>

#include "net/tcp_probes.hpp"
#include "reports/predicate.hpp"

namespace rpchspec::engine {

namespace {

/// 6001 of "127.0.0.1:6001"; 0 where there is none.
std::uint16_t port_of(std::string_view endpoint) {
  std::uint16_t port = 0;
  auto const digits = endpoint.substr(endpoint.rfind(':') + 1);
  static_cast<void>(std::from_chars(digits.data(), digits.data() + digits.size(), port));
  return port;
}

}  // namespace

CaseProbes::CaseProbes(net::Executor executor, journal::Recorder& recorder)
    : executor_(executor),
      recorder_(recorder),
      accepted_(std::make_shared<std::deque<Accepted>>()),
      more_(std::make_shared<net::Event>(executor)) {
  recorder_.listen([accepted = accepted_, more = more_](journal::Event const& event) {
    if (event.has_opened() && event.source() == journal::v1::SERVER) {
      accepted->push_back(
          {event.connection(), port_of(event.opened().local()), port_of(event.opened().remote())});
      more->notify();
    }
  });
}

net::Task<> CaseProbes::run(net::TaskScope& scope) {
  for (;;) {
    while (!accepted_->empty()) {
      scope.spawn(follow(accepted_->front()));
      accepted_->pop_front();
    }
    static_cast<void>(co_await more_->next(net::Deadline::never()));
  }
}

net::Task<> CaseProbes::follow(Accepted accepted) {
  auto probes = net::TcpProbes::open(executor_, accepted.remote, accepted.local);
  auto is_seen = probes.has_value();
  while (is_seen) {
    is_seen = co_await probes->next(net::Deadline::never());
    if (is_seen) {
      journal::Event event;
      event.set_source(journal::v1::SERVER);
      event.set_direction(journal::v1::RECEIVED);
      event.set_connection(accepted.connection);
      event.mutable_timer()->set_name(std::string(reports::kProbe));
      event.mutable_timer()->set_fired(true);
      recorder_.append(event, Clock::now());
    }
  }
}

}  // namespace rpchspec::engine
