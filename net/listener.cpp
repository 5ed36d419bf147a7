#include "net/listener.hpp"

#include "net/stream_impl.hpp"

namespace rpchspec::net {

namespace {

// No event tells when descriptors or memory are free again.
constexpr auto kOutOfResourcesPause = std::chrono::milliseconds(50);

bool is_out_of_resources(error_code error) {
  return error == boost::system::errc::too_many_files_open ||
         error == boost::system::errc::too_many_files_open_in_system ||
         error == boost::system::errc::no_buffer_space ||
         error == boost::system::errc::not_enough_memory;
}

std::string bind_advice(error_code error) {
  if (error == asio::error::address_in_use) {
    return "; stop what listens there, or choose another port (0 asks for a free one)";
  }
  if (error == asio::error::access_denied) {
    return "; ports this low are for root or CAP_NET_BIND_SERVICE";
  }
  if (error == boost::system::errc::address_not_available) {
    return "; no interface of this machine has that address";
  }
  return {};
}

}  // namespace

struct Listener::Impl {
  Impl(Executor executor, ListenOptions options_)
      : options(std::move(options_)), acceptor(executor) {}

  [[nodiscard]] error_code open(Endpoint const& at) {
    error_code error;
    acceptor.open(at.protocol(), error);
    if (!error) {
      acceptor.set_option(asio::socket_base::reuse_address(true), error);
    }
    // Accepted sockets inherit these, in time for the window of their SYN-ACK.
    if (!error && options.send_buffer != 0) {
      acceptor.set_option(
          asio::socket_base::send_buffer_size(static_cast<int>(options.send_buffer)), error);
    }
    if (!error && options.receive_buffer != 0) {
      acceptor.set_option(
          asio::socket_base::receive_buffer_size(static_cast<int>(options.receive_buffer)), error);
    }
    if (!error) {
      acceptor.bind(at, error);
    }
    if (!error) {
      acceptor.listen(options.backlog, error);
    }
    return error;
  }

  ListenOptions options;
  TcpAcceptor acceptor;
  std::string local;
  std::uint16_t port = 0;
};

Listener::Listener(std::shared_ptr<Impl> impl) : impl_(std::move(impl)) {}

Listener::Listener(Listener&&) noexcept = default;

Listener& Listener::operator=(Listener&& other) noexcept {
  if (this != &other) {
    close();
    impl_ = std::move(other.impl_);
  }
  return *this;
}

Listener::~Listener() {
  close();
}

Result<Listener> Listener::bind(Executor executor, ListenOptions options) {
  error_code error;
  auto const address = asio::ip::make_address(options.address, error);
  if (error) {
    return fail({ErrorCode::bad_value,
                 0,
                 {},
                 {},
                 "cannot listen on \"" + options.address + "\": it is not an IP address"});
  }
  Endpoint const at(address, options.port);
  auto impl = std::make_shared<Impl>(std::move(executor), std::move(options));
  if (error = impl->open(at); error) {
    return fail(
        {ErrorCode::io,
         0,
         {},
         {},
         "cannot listen on " + endpoint_text(at) + ": " + error.message() + bind_advice(error)});
  }
  auto const bound = impl->acceptor.local_endpoint(error);
  impl->local = endpoint_text(bound);
  impl->port = bound.port();
  return Listener(std::move(impl));
}

Task<Attempt<Stream>> Listener::accept(Deadline deadline) {
  auto const impl = impl_;
  for (;;) {
    TcpSocket socket(co_await asio::this_coro::executor);
    auto const [error] = co_await until(deadline, impl->acceptor.async_accept(socket));
    if (!error) {
      Stream stream(std::move(socket), Stream::Side::accepted);
      if (impl->options.tls) {
        if (auto const made = stream.use_tls(impl->options.tls); !made) {
          co_return tl::unexpected(Failure(Ending::tls_failed, made.error()));
        }
      }
      co_return stream;
    }
    auto const ending = ending_of(error);
    if (ending == Ending::deadline || ending == Ending::cancelled) {
      Error why;
      why.code = ending == Ending::deadline ? ErrorCode::deadline : ErrorCode::io;
      why.detail = "nobody connected to " + impl->local;
      co_return tl::unexpected(Failure(ending, std::move(why)));
    }
    if (is_out_of_resources(error)) {
      (void)co_await sleep_until(earlier(deadline, Deadline::in(kOutOfResourcesPause)));
    }
  }
}

std::uint16_t Listener::local_port() const {
  return impl_->port;
}

std::string const& Listener::local() const {
  return impl_->local;
}

void Listener::close() {
  if (impl_) {
    error_code ignored;
    impl_->acceptor.close(ignored);
  }
}

}  // namespace rpchspec::net
