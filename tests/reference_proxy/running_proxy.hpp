// A reference proxy on a thread of its own, for tests with blocking sockets.

#pragma once

#include <stdexcept>
#include <thread>

#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/use_future.hpp>

#include "reference_proxy/reference_proxy.hpp"

namespace rpchspec::proxy::testing {

class RunningProxy {
 public:
  explicit RunningProxy(ProxyConfig config)
      : proxy_(std::move(config)), work_(boost::asio::make_work_guard(io_)) {
    if (auto const started = proxy_.start(io_.get_executor()); !started) {
      throw std::runtime_error(to_string(started.error()));
    }
    thread_ = std::thread([this] { io_.run(); });
  }

  RunningProxy(RunningProxy const&) = delete;
  RunningProxy& operator=(RunningProxy const&) = delete;

  ~RunningProxy() {
    boost::asio::co_spawn(io_, proxy_.stop(), boost::asio::use_future).get();
    work_.reset();
    thread_.join();
  }

  [[nodiscard]] std::uint16_t port(std::size_t listener = 0) const {
    return proxy_.endpoints().at(listener).port;
  }

  /// Asks on the proxy's own thread.
  [[nodiscard]] std::size_t connections() {
    return boost::asio::post(io_, boost::asio::use_future([this] { return proxy_.connections(); }))
        .get();
  }

 private:
  boost::asio::io_context io_;
  ReferenceProxy proxy_;
  boost::asio::executor_work_guard<boost::asio::io_context::executor_type> work_;
  std::thread thread_;
};

}  // namespace rpchspec::proxy::testing
