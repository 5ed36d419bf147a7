// The way to the endpoint: name, TCP, TLS.

#include <algorithm>

#include "harness/actors/way_to_proxy.hpp"
#include "harness/diagnosis/examiner.hpp"
#include "model/suggestion.hpp"
#include "net/address.hpp"
#include "protocol/wire/http_headers.hpp"

namespace rpchspec::diagnosis {

namespace {

constexpr long kSoon = 30;  // days until a certificate's end that are worth a warning

std::string bare(std::string const& host) {
  return host.starts_with('[') && host.ends_with(']') ? host.substr(1, host.size() - 2) : host;
}

std::string with_port(std::string const& address, std::uint16_t port) {
  auto const literal = address.find(':') != std::string::npos;
  return (literal ? "[" + address + "]" : address) + ":" + std::to_string(port);
}

bool says(std::string const& text, std::string_view words) {
  return text.find(words) != std::string::npos;
}

Symptom symptom_of_connect(net::Ending ending) {
  switch (ending) {
    case net::Ending::refused:
    case net::Ending::rst:
      return Symptom::refused;
    case net::Ending::deadline:
      return Symptom::no_answer_to_connect;
    default:
      return Symptom::unreachable;
  }
}

Symptom symptom_of_handshake(net::Failure const& why) {
  if (why.error.section == actors::kTunnelSection) {
    return Symptom::tunnel_refused;
  }
  switch (why.ending) {
    case net::Ending::deadline:
      return Symptom::tls_silent;
    case net::Ending::fin:
    case net::Ending::rst:
    case net::Ending::tls_truncated:
    case net::Ending::tls_close_notify:
      return Symptom::tls_broken_off;
    default:
      break;
  }
  auto const& text = why.error.detail;
  if (says(text, "wrong version number") || says(text, "http request") ||
      says(text, "packet length too long") || says(text, "unexpected message")) {
    return Symptom::not_tls;
  }
  return says(text, "alert") && !says(text, "protocol version") ? Symptom::tls_broken_off
                                                                : Symptom::tls_failed;
}

Symptom symptom_of_certificate(net::CertificateFault fault) {
  switch (fault) {
    case net::CertificateFault::untrusted:
      return Symptom::certificate_untrusted;
    case net::CertificateFault::wrong_name:
      return Symptom::certificate_wrong_name;
    case net::CertificateFault::expired:
      return Symptom::certificate_expired;
    case net::CertificateFault::not_yet_valid:
      return Symptom::certificate_not_yet_valid;
    case net::CertificateFault::other:
      break;
  }
  return Symptom::certificate_other;
}

}  // namespace

net::Task<Symptom> Examiner::resolve(net::Deadline deadline) {
  auto const host = bare(first_hop().host);
  if (request_.target.forward_proxy) {
    say("all goes through the HTTP proxy " + first_hop().text + ", which looks up " +
        bare(url().host) + " itself");
  }
  for (auto const& entry : request_.target.resolve) {
    if (wire::iequals(entry.host, host) && (entry.port == 0 || entry.port == first_hop().port)) {
      addresses_ = {entry.address};
      left_out(host + " is taken to be " + entry.address + " (--resolve)");
      co_return Symptom::none;
    }
  }
  if (net::is_ip_address(host)) {
    addresses_ = {host};
    left_out(request_.target.forward_proxy ? host + " is an address" : "the URL has an address");
    co_return Symptom::none;
  }
  net::Resolver resolver(executor_);
  auto lookup = resolver.async_resolve(host, std::to_string(first_hop().port));
  auto const [error, found] = co_await net::until(deadline, std::move(lookup));
  if (error) {
    say("cannot resolve " + host + ": " + error.message());
    co_return Symptom::name_unknown;
  }
  for (auto const& entry : found) {
    auto const address = entry.endpoint().address().to_string();
    if (std::find(addresses_.begin(), addresses_.end(), address) == addresses_.end()) {
      addresses_.push_back(address);
    }
  }
  say(host + " is " + model::join(addresses_));
  co_return Symptom::none;
}

net::Task<Symptom> Examiner::connect(net::Deadline deadline) {
  auto worst = Symptom::unreachable;
  for (auto const& address : addresses_) {
    auto connected =
        co_await net::connect(net::ConnectOptions(address, first_hop().port), deadline);
    if (connected) {
      say(with_port(address, first_hop().port) + " accepts connections");
      connected->close_now(net::CloseHow::fin);
      // One address from here on, so that what is told is told of one machine.
      target_.resolve.insert(target_.resolve.begin(),
                             {bare(first_hop().host), first_hop().port, address});
      co_return Symptom::none;
    }
    worst = symptom_of_connect(connected.error().ending);
    say(connected.error().error.detail);
  }
  co_return worst;
}

net::Task<net::Attempt<net::Stream>> Examiner::reach_over_tls(net::TlsContext context,
                                                              net::Deadline deadline) {
  if (!target_.forward_proxy) {
    net::ConnectOptions options(bare(url().host), url().port);
    options.resolve = target_.resolve;
    options.tls = std::move(context);
    co_return co_await net::connect(std::move(options), deadline);
  }
  actors::Way way(target_, target_.in);
  auto tunnel = co_await actors::open_tunnel(std::move(way), deadline);
  if (!tunnel) {
    co_return tl::unexpected(net::Failure(net::Ending::unreachable, tunnel.error()));
  }
  if (auto const uses = tunnel->use_tls(context, bare(url().host)); !uses) {
    co_return tl::unexpected(net::Failure(net::Ending::tls_failed, uses.error()));
  }
  auto const shaken = co_await tunnel->handshake(deadline);
  if (!shaken) {
    co_return tl::unexpected(shaken.error());
  }
  co_return std::move(*tunnel);
}

net::Task<Symptom> Examiner::try_tls(net::TlsVersion least,
                                     net::TlsVersion most,
                                     net::Deadline deadline) {
  auto tls = target_.tls;
  tls.insecure = false;  // looked at in any case; -k says what becomes of it
  tls.min_version = least;
  tls.max_version = most;
  auto const context = net::TlsContext::client(tls);
  if (!context) {
    say(to_string(context.error()));
    co_return Symptom::tls_failed;
  }
  net::report_certificates(*context, certificates_);
  auto connected = co_await reach_over_tls(*context, deadline);
  if (!connected) {
    say(connected.error().error.detail);
    co_return symptom_of_handshake(connected.error());
  }
  auto const& summary = connected->tls_summary();
  say(summary.version + ", " + summary.cipher);
  connected->close_now(net::CloseHow::fin);
  co_return Symptom::none;
}

net::Task<Symptom> Examiner::handshake(net::Deadline deadline) {
  if (!url().tls) {
    left_out("the URL is http://");
    if (!target_.credentials.user.empty()) {
      into_.warnings.emplace_back("the password goes over the network readably: use https://");
    }
    co_return Symptom::none;
  }
  auto const found = co_await try_tls(net::TlsVersion::tls1_2, net::TlsVersion::tls1_3, deadline);
  if (found == Symptom::none) {
    co_return judge_certificates();
  }
  if (found == Symptom::tls_failed || found == Symptom::tls_broken_off) {
    auto const old = co_await try_tls(net::TlsVersion::tls1_0, net::TlsVersion::tls1_1, deadline);
    if (old == Symptom::none) {
      co_return Symptom::tls_too_old;
    }
    step_->seen.pop_back();  // the same again
  }
  co_return found;
}

Symptom Examiner::judge_certificates() {
  auto depth = 0;
  for (auto const& each : certificates_.chain) {
    auto line = "certificate " + std::to_string(depth++) + ": " + each.subject + ", issued by " +
                each.issuer + ", valid from " + each.not_before + " to " + each.not_after;
    say(each.names.empty() ? line : line + ", for " + model::join(each.names));
  }
  auto found = Symptom::none;
  for (auto const& problem : certificates_.problems) {
    auto line = "certificate " + std::to_string(problem.depth) + ": " + problem.text;
    if (problem.fault == net::CertificateFault::wrong_name) {
      line += " (asked for: " +
              (target_.tls.server_name.empty() ? bare(url().host) : target_.tls.server_name) + ")";
    }
    auto const symptom = symptom_of_certificate(problem.fault);
    found = found == Symptom::none || found == Symptom::certificate_other ? symptom : found;
    if (request_.target.insecure) {
      into_.warnings.push_back(line + "; accepted, as --insecure says");
    } else {
      say(std::move(line));
    }
  }
  if (found == Symptom::none && certificates_.days_left < kSoon) {
    into_.warnings.push_back("the certificate ends in " + std::to_string(certificates_.days_left) +
                             " days");
  }
  return request_.target.insecure ? Symptom::none : found;
}

}  // namespace rpchspec::diagnosis
