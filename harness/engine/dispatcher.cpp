#include "harness/engine/dispatcher.hpp"

#include <algorithm>
#include <cctype>

#include "net/buffer.hpp"
#include "protocol/session/server.hpp"
#include "protocol/wire/http_head.hpp"

namespace rpchspec::engine {

Result<std::optional<std::string>> key_of_server_leg(ByteView bytes) {
  auto const pdu = wire::next_pdu(bytes);
  if (!pdu) {
    return tl::unexpected(pdu.error());
  }
  if (!*pdu) {
    return std::optional<std::string>();
  }
  auto const first = session::first_pdu_of_leg(**pdu);
  if (!first) {
    return tl::unexpected(first.error());
  }
  return std::optional(to_hex(first->cookie));
}

std::string server_name_of(std::string_view target) {
  auto const query = target.find('?');
  std::string name(query == target.npos ? std::string_view() : target.substr(query + 1));
  name.resize(std::min(name.size(), name.rfind(':')));
  std::transform(name.begin(), name.end(), name.begin(),
                 [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  return name;
}

Result<std::optional<std::string>> key_of_request(ByteView bytes) {
  wire::HeadOptions options;
  options.leading_crlf = wire::LeadingCrlf::skip;
  auto const parsed = wire::parse_request_head(bytes, options);
  if (!parsed) {
    return tl::unexpected(parsed.error());
  }
  if (!*parsed) {
    return std::optional<std::string>();
  }
  return std::optional(server_name_of((*parsed)->head.target));
}

Dispatcher::Dispatcher(Options options) : options_(std::move(options)) {}

Result<std::unique_ptr<Dispatcher>> Dispatcher::start(Options options) {
  std::unique_ptr<Dispatcher> made(new Dispatcher(std::move(options)));
  made->scope_ = std::make_unique<net::TaskScope>(made->io_.get_executor(), "Dispatcher");
  for (auto const& listen : made->options_.listen) {
    auto listener = net::Listener::bind(made->io_.get_executor(), listen);
    if (!listener) {
      return tl::unexpected(listener.error());
    }
    made->ports_.push_back(listener->local_port());
    made->listeners_.push_back(std::move(*listener));
  }
  for (std::size_t i = 0; i < made->listeners_.size(); ++i) {
    made->scope_->spawn(made->accept_from(i));
  }
  made->thread_ = std::thread([self = made.get()] { self->io_.run(); });
  return made;
}

Dispatcher::~Dispatcher() {
  if (!thread_.joinable()) {
    return;
  }
  net::asio::post(io_, [this] {
    for (auto& listener : listeners_) {
      listener.close();
    }
    scope_->cancel();
  });
  thread_.join();
}

net::Task<> Dispatcher::accept_from(std::size_t listener) {
  for (;;) {
    auto stream = co_await listeners_[listener].accept(net::Deadline::never());
    if (!stream) {
      co_return;
    }
    scope_->spawn(sort(std::move(*stream), listener));
  }
}

net::Task<> Dispatcher::sort(net::Stream stream, std::size_t listener) {
  if (deliver_to_all(stream, listener)) {
    co_return;
  }
  net::ReadBuffer buffer;
  auto const deadline = net::Deadline::in(options_.patience);
  for (;;) {
    auto const key = options_.key_of(buffer.data());
    if (!key || *key) {
      deliver(key ? **key : std::string(), stream, listener, buffer.data());
      co_return;
    }
    auto const got = co_await stream.read_some(buffer.prepare(), deadline);
    if (got.ending || buffer.full()) {
      co_return;
    }
    buffer.commit(got.bytes);
  }
}

void Dispatcher::take_back(net::Handover handover, std::size_t listener) {
  net::asio::post(io_, [this, listener, handover = std::move(handover)]() mutable {
    auto stream = net::Stream::adopt(io_.get_executor(), std::move(handover));
    if (stream) {
      scope_->spawn(sort(std::move(*stream), listener));
    }
  });
}

void Dispatcher::route(std::string const& key, Receiver receiver) {
  std::lock_guard const lock(mutex_);
  receivers_[key] = std::move(receiver);
}

void Dispatcher::unroute(std::string const& key) {
  std::lock_guard const lock(mutex_);
  receivers_.erase(key);
}

void Dispatcher::route_all(Receiver receiver) {
  std::lock_guard const lock(mutex_);
  all_ = std::move(receiver);
}

// Receivers are called under the lock: after unroute() none of them runs any more.
void Dispatcher::deliver(std::string const& key,
                         net::Stream& stream,
                         std::size_t listener,
                         ByteView read) {
  std::lock_guard const lock(mutex_);
  auto const at = receivers_.find(key);
  if (at == receivers_.end()) {
    ++strays_;
    return;
  }
  at->second(stream.release(Bytes(read.begin(), read.end())), listener);
}

bool Dispatcher::deliver_to_all(net::Stream& stream, std::size_t listener) {
  std::lock_guard const lock(mutex_);
  if (all_) {
    all_(stream.release(), listener);
  }
  return all_ != nullptr;
}

std::size_t Dispatcher::strays() const {
  std::lock_guard const lock(mutex_);
  return strays_;
}

}  // namespace rpchspec::engine
