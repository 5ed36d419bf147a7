// The one place that includes Asio. Precompiled for this folder and those above it.
//
// Sockets, acceptors, timers and resolvers complete with (error_code, ...) tuples by their type:
// nothing here throws for what a peer or a network does, and a race between an operation and a
// timer sees a reset at once, not after the full wait.

#pragma once

#include <chrono>

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/basic_waitable_timer.hpp>
#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/buffer.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/deferred.hpp>
#include <boost/asio/experimental/parallel_group.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>

namespace rpchspec::net {

namespace asio = boost::asio;

using boost::system::error_code;

/// Every coroutine of ours.
template <class T = void>
using Task = asio::awaitable<T>;

using Executor = asio::any_io_executor;

/// What a co_await of ours yields: a tuple that starts with an error_code.
using UseTuple = asio::as_tuple_t<asio::use_awaitable_t<>>;
inline constexpr UseTuple kUseTuple{};

using TcpSocket = UseTuple::as_default_on_t<asio::ip::tcp::socket>;
using TcpAcceptor = UseTuple::as_default_on_t<asio::ip::tcp::acceptor>;
using Timer = UseTuple::as_default_on_t<asio::steady_timer>;
using Resolver = UseTuple::as_default_on_t<asio::ip::tcp::resolver>;
using Endpoint = asio::ip::tcp::endpoint;

}  // namespace rpchspec::net
