#include "harness/engine/tls_upstream.hpp"

#include <future>
#include <set>

namespace rpchspec::engine {
namespace {

Result<net::Certificate> certificate_of(std::string const& choice,
                                        std::vector<TlsUpstream::Way> const& ways) {
  if (choice != "auto") {
    auto const comma = choice.find(',');
    return net::load_certificate(choice.substr(0, comma), choice.substr(comma + 1));
  }
  std::set<std::string> names{"localhost", "127.0.0.1"};
  for (auto const& way : ways) {
    names.insert(way.from.host);
  }
  return net::self_signed({names.begin(), names.end()});
}

}  // namespace

Result<std::unique_ptr<TlsUpstream>> TlsUpstream::start(std::string const& choice,
                                                        std::vector<Way> const& ways) {
  auto const certificate = certificate_of(choice, ways);
  if (!certificate) {
    return tl::unexpected(certificate.error());
  }
  std::unique_ptr<TlsUpstream> made(new TlsUpstream());
  made->channel_binding_ = net::end_point_binding(*certificate);
  Result<void> started;
  for (auto const& way : ways) {
    auto& offloader = made->offloaders_.emplace_back(
        made->io_.get_executor(), net::ConnectOptions("127.0.0.1", way.to),
        net::ListenOptions(way.from.host, way.from.port));
    offloader.on_handshake([self = made.get()](net::TlsSummary const& summary) {
      if (self->told_) {
        self->told_(summary);
      }
    });
    started = started ? offloader.start(*certificate) : started;
  }
  made->thread_ = std::thread([self = made.get()] { self->io_.run(); });
  if (!started) {
    return tl::unexpected(started.error());
  }
  return made;
}

Result<void> TlsUpstream::negotiate(std::vector<std::string> const& alpn, Told told) {
  std::promise<Result<void>> done;
  net::asio::post(io_, [&] {
    told_ = std::move(told);
    Result<void> offered;
    for (auto& offloader : offloaders_) {
      offered = offered ? offloader.offer_alpn(alpn) : offered;
    }
    done.set_value(std::move(offered));
  });
  return done.get_future().get();
}

TlsUpstream::~TlsUpstream() {
  net::asio::co_spawn(
      io_,
      [this]() -> net::Task<> {
        for (auto& offloader : offloaders_) {
          co_await offloader.stop();
        }
      },
      [](std::exception_ptr) {});
  thread_.join();
}

}  // namespace rpchspec::engine
