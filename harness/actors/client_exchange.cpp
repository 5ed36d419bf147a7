// The client actor's steps that wait for an answer: HTTP exchanges and RPC calls.

#include <algorithm>

#include "harness/actors/client.hpp"
#include "harness/actors/step_values.hpp"

namespace rpchspec::actors {
namespace {

using session::Channel;

}  // namespace

net::Task<Result<void>> Client::echo(std::uint32_t vc, scn::Echo step, net::Deadline deadline) {
  auto const by_method = step.method() == "RPC_OUT_DATA" ? Channel::out : Channel::in;
  auto const channel = channel_named(step.channel(), by_method);
  if (!channel) {
    co_return tl::unexpected(channel.error());
  }
  // fn 11 and 12: Windows sends these four bytes.
  auto body = from_hex(step.body_hex().empty() ? "f8e81808" : step.body_hex());
  if (!body) {
    co_return tl::unexpected(body.error());
  }
  if (step.has_content_length()) {
    body->resize(step.content_length());
  }
  scn::Request request;
  request.set_method(step.method());
  request.set_content_length(std::to_string(body->size()));
  request.set_http_version(step.http_version());
  request.set_path(step.path());
  request.set_query(step.query());
  request.set_reuse(step.reuse());
  *request.mutable_headers() = step.headers();
  auto const sent = co_await send_request(vc, *channel, std::move(request), deadline);
  if (!sent || body->empty()) {
    co_return sent;
  }
  co_return co_await write(vc, *channel, std::move(*body), net::Pieces(), deadline);
}

net::Task<Result<void>> Client::http(std::uint32_t vc,
                                     scn::HttpExchange step,
                                     net::Deadline deadline) {
  auto const channel = channel_named(step.request().channel(), Channel::in);
  auto body = from_hex(step.body_hex());
  if (!channel || !body) {
    co_return tl::unexpected(channel ? body.error() : channel.error());
  }
  auto const sent = co_await send_request(vc, *channel, step.request(), deadline);
  if (!sent) {
    co_return sent;
  }
  if (!body->empty()) {
    auto const written = co_await write(vc, *channel, std::move(*body), net::Pieces(), deadline);
    if (!written) {
      co_return written;
    }
  }
  auto const of = virtual_connection(vc).channel(*channel);
  auto const within = step.has_within() ? net::Deadline::in(to_duration(step.within())) : deadline;
  auto const answered = [&of] { return of->idle() || of->ended() || of->answering(); };
  if (!co_await changed_.wait(answered, earlier(within, deadline))) {
    co_return fail({ErrorCode::deadline, 0, "", "", "the request was not answered"});
  }
  co_return Result<void>();
}

Result<std::deque<Bytes>*> Client::send_call(std::uint32_t vc, Bytes request) {
  if (auto const v1 = v1_sessions_.find(vc); v1 != v1_sessions_.end()) {
    auto const& channel = v1->second->channel();
    if (!channel || !channel->leg().send(std::move(request))) {
      return fail({ErrorCode::io, 0, "", "", "the client's v1 session is not connected"});
    }
    return &v1->second->replies();
  }
  auto& made = virtual_connection(vc);
  auto const sent = made.machine().send_rpc(std::move(request), Clock::now());
  if (!sent) {
    return tl::unexpected(sent.error());
  }
  made.pump();
  return &made.replies();
}

net::Task<Result<void>> Client::call(std::uint32_t vc, scn::Call step, net::Deadline deadline) {
  auto const service = options_.conduct.server().empty() ? "store" : options_.conduct.server();
  auto& caller = callers_.try_emplace(vc, service).first->second;
  for (std::uint32_t i = 0; i < std::max(step.count(), 1U); ++i) {
    auto request = caller.request(step.operation());
    if (!request) {
      co_return tl::unexpected(request.error());
    }
    auto const sent = send_call(vc, std::move(*request));
    if (!sent) {
      co_return tl::unexpected(sent.error());
    }
    auto& replies = **sent;
    auto const answered = [&] {
      while (!replies.empty() && !caller.answers(replies.front())) {
        replies.pop_front();
      }
      return !replies.empty();
    };
    auto const lost = [this, vc] {
      auto const v1 = v1_sessions_.find(vc);
      auto const from = v1 != v1_sessions_.end() ? v1->second->channel()
                                                 : virtual_connection(vc).channel(Channel::out);
      return !from || from->ended();
    };
    auto const over = [&] { return answered() || lost(); };
    (void)co_await changed_.wait(over, deadline);
    if (!answered()) {
      co_return fail({lost() ? ErrorCode::io : ErrorCode::deadline, 0, "", "",
                      step.operation() +
                          (lost() ? " was not answered: the channel ended" : " was not answered")});
    }
    auto const reply = caller.on_reply(replies.front());
    replies.pop_front();
    if (!reply) {
      co_return reply;
    }
  }
  co_return Result<void>();
}

}  // namespace rpchspec::actors
