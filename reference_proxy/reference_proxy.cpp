#include "reference_proxy/reference_proxy.hpp"

#include <fmt/format.h>

#include "net/listener.hpp"
#include "net/task_scope.hpp"
#include "reference_proxy/authentication.hpp"
#include "reference_proxy/connection.hpp"

namespace rpchspec::proxy {
namespace {

constexpr std::size_t kRoom = 256;  // connections, where the oldest makes room

Result<net::Certificate> certificate_of(ProxyConfig const& config) {
  if (config.certificate) {
    return *config.certificate;
  }
  if (!config.certificate_file.empty()) {
    return net::load_certificate(config.certificate_file, config.key_file);
  }
  return net::self_signed(config.tls_names);
}

net::TlsServerOptions tls_options(ProxyConfig const& config, net::Certificate certificate) {
  net::TlsServerOptions options;
  options.certificate = std::move(certificate);
  options.min_version = config.tls_min_version;
  options.closure_alert = config.defect != Defect::closure_alert_missing;
  auto const any = config.defect == Defect::any_certificate;
  if (any || !config.client_ca_file.empty() || !config.client_ca_pem.empty()) {
    options.client_certificates = net::ClientCertificates::request;
  }
  if (!any) {
    options.client_ca_file = config.client_ca_file;
    options.client_ca_pem = config.client_ca_pem;
  }
  if (config.defect == Defect::tls_1_0_only) {
    options.min_version = net::TlsVersion::tls1_0;
    options.max_version = net::TlsVersion::tls1_0;
  }
  return options;
}

}  // namespace

std::string ProxyEndpoint::url() const {
  auto const is_v6 = address.find(':') != address.npos;
  return fmt::format("{}://{}{}{}:{}", scheme == Scheme::https ? "https" : "http", is_v6 ? "[" : "",
                     address, is_v6 ? "]" : "", port);
}

struct ReferenceProxy::Impl {
  explicit Impl(ProxyConfig config_) : config(std::move(config_)) {}

  Result<void> make_tls() {
    auto certificate = certificate_of(config);
    if (!certificate) {
      return tl::unexpected(certificate.error());
    }
    certificate_pem = certificate->certificate_pem;
    auto context = net::TlsContext::server(tls_options(config, *std::move(certificate)));
    if (!context) {
      return tl::unexpected(context.error());
    }
    tls = *std::move(context);
    return {};
  }

  Result<void> bind(net::Executor const& on, ListenAddress const& at) {
    if (at.scheme == Scheme::https && !tls) {
      if (auto made = make_tls(); !made) {
        return made;
      }
    }
    net::ListenOptions options(at.address, at.port);
    options.tls = at.scheme == Scheme::https ? tls : net::TlsContext();
    auto listener = net::Listener::bind(on, std::move(options));
    if (!listener) {
      return tl::unexpected(listener.error());
    }
    endpoints.push_back({at.scheme, at.address, listener->local_port()});
    listeners.push_back(std::make_unique<net::Listener>(*std::move(listener)));
    return {};
  }

  net::Task<> accept(net::Listener& listener) {
    while (true) {
      auto accepted = co_await listener.accept(net::Deadline::never());
      if (!accepted) {
        if (accepted.error().ending == net::Ending::cancelled) {
          co_return;
        }
        continue;
      }
      if (open >= config.max_connections) {
        scope->spawn(refuse_connection(*std::move(accepted), config));
      } else {
        scope->spawn(serve(*std::move(accepted)));
      }
    }
  }

  /// One connection must not take the others with it, whatever happens in it.
  net::Task<> serve(net::Stream stream) {
    ++open;
    auto const& others = channels->streams;
    if (config.defect == Defect::oldest_makes_room && others.size() >= kRoom) {
      others.front()->abort();
    }
    try {
      co_await serve_connection(std::move(stream), config, *channels);
    } catch (boost::system::system_error const&) {
      // cancelled: the proxy stops
    } catch (std::exception const& error) {
      if (config.log) {
        config.log(LogLevel::warning, fmt::format("a connection failed: {}", error.what()));
      }
    }
    --open;
  }

  ProxyConfig config;
  net::Executor executor;
  std::unique_ptr<net::TaskScope> scope;
  std::unique_ptr<ProxyChannels> channels;
  std::vector<std::unique_ptr<net::Listener>> listeners;
  std::vector<ProxyEndpoint> endpoints;
  net::TlsContext tls;
  std::string certificate_pem;
  std::size_t open = 0;
};

ReferenceProxy::ReferenceProxy(ProxyConfig config)
    : impl_(std::make_unique<Impl>(std::move(config))) {}

ReferenceProxy::~ReferenceProxy() = default;

Result<void> ReferenceProxy::start(net::Executor executor) {
  if (auto checked = check(impl_->config); !checked) {
    return checked;
  }
  auto acceptors = make_acceptors(impl_->config);
  if (!acceptors) {
    return tl::unexpected(acceptors.error());
  }
  impl_->config.shared = std::make_shared<Shared>();
  impl_->config.shared->acceptors = *std::move(acceptors);
  for (auto const& at : impl_->config.listen) {
    if (auto bound = impl_->bind(executor, at); !bound) {
      impl_->listeners.clear();
      impl_->endpoints.clear();
      return bound;
    }
  }
  impl_->executor = executor;
  if (impl_->config.defect == Defect::failure_spreads) {
    impl_->config.failure = std::make_shared<net::Event>(executor);
  }
  impl_->scope = std::make_unique<net::TaskScope>(executor, "ReferenceProxy");
  impl_->channels = std::make_unique<ProxyChannels>(*impl_->scope);
  for (auto const& listener : impl_->listeners) {
    impl_->scope->spawn(impl_->accept(*listener));
  }
  return {};
}

void ReferenceProxy::adopt(net::Handover handover) {
  if (impl_->config.lender && (!impl_->scope || impl_->scope->cancelled())) {
    impl_->config.lender->take_back(std::move(handover));
    return;
  }
  auto stream = net::Stream::adopt(impl_->executor, std::move(handover));
  if (stream && impl_->scope && !impl_->scope->cancelled()) {
    impl_->scope->spawn(impl_->serve(*std::move(stream)));
  }
}

std::vector<ProxyEndpoint> const& ReferenceProxy::endpoints() const {
  return impl_->endpoints;
}

std::string const& ReferenceProxy::certificate_pem() const {
  return impl_->certificate_pem;
}

std::size_t ReferenceProxy::connections() const {
  return impl_->open;
}

ProxyConfig const& ReferenceProxy::config() const {
  return impl_->config;
}

Result<void> ReferenceProxy::set_defect(Defect defect) {
  for (auto const which : {defect, impl_->config.defect}) {
    if (which == Defect::tls_1_0_only || which == Defect::failure_spreads) {
      return fail({ErrorCode::not_supported, 0, "defect", "",
                   "a proxy has it from its start on, or never: --defect"});
    }
  }
  impl_->config.defect = defect;
  return {};
}

std::size_t ReferenceProxy::reset_connections() {
  if (!impl_->channels) {
    return 0;
  }
  auto const streams = impl_->channels->streams;
  for (auto* const stream : streams) {
    stream->abort();
  }
  return streams.size();
}

net::Task<> ReferenceProxy::stop() {
  if (!impl_->scope) {
    co_return;
  }
  for (auto const& listener : impl_->listeners) {
    listener->close();
  }
  impl_->scope->cancel();
  co_await impl_->scope->join();
  impl_->channels.reset();
  impl_->scope.reset();
  impl_->listeners.clear();
}

}  // namespace rpchspec::proxy
