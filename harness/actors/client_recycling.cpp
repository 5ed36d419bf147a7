// The client actor's part in channel recycling: successors, and the steps that are about them.

#include "harness/actors/client.hpp"
#include "harness/actors/request_head.hpp"
#include "harness/actors/step_values.hpp"

namespace rpchspec::actors {
namespace {

using session::Channel;

constexpr auto kSuccessorTime = std::chrono::seconds(30);  // to connect, and to write its start

session::SuccessorWishes wishes_of(scn::Recycle const& step,
                                   Channel channel,
                                   scn::Client const& conduct,
                                   session::Client const& machine) {
  session::SuccessorWishes wishes;
  auto const& usual = channel == Channel::in ? conduct.in_sequence() : conduct.out_sequence();
  wishes.sequence = sequence_named(step.sequence().empty() ? usual : step.sequence());
  if (step.predecessor() == "wrong") {
    wishes.predecessor = machine.cookie(channel);
    wishes.predecessor->bytes[0] ^= 0xFF;
  } else if (step.predecessor() == "stale") {
    wishes.predecessor = machine.former_cookie(channel);
  }
  if (step.receive_window() != 0) {
    wishes.receive_window = ReceiveWindowSize(static_cast<std::uint32_t>(step.receive_window()));
  }
  return wishes;
}

}  // namespace

void Client::open_successor(std::uint32_t vc, session::Client::OpenSuccessor due) {
  auto const channel = due.channel;
  if (due.sequence == session::RecyclingSequence::r1 && options_.target.has_two_nodes() &&
      !moved_.insert({vc, channel}).second) {
    moved_.erase({vc, channel});  // and back again
  }
  auto const& machine = virtual_connection(vc).machine();
  tell(vc, channel == Channel::in ? "SuccessorINChannelCookie" : "SuccessorOUTChannelCookie",
       to_hex(machine.successor_cookie(channel)));
  if (on_cookie_) {
    on_cookie_(due.cookie, vc);
  }
  scope_.spawn([this, vc, channel, first = std::move(due.first_pdu)]() mutable -> net::Task<> {
    auto const deadline = net::Deadline::in(kSuccessorTime);
    auto const started = co_await start_successor(vc, channel, std::move(first), deadline);
    if (!started) {
      virtual_connection(vc).on_successor_lost();
    }
  });
}

net::Task<Result<void>> Client::start_successor(std::uint32_t vc,
                                                Channel channel,
                                                Bytes first_pdu,
                                                net::Deadline deadline) {
  auto const dialled = co_await dial(vc, channel, deadline, session::Instance::successor);
  if (!dialled) {
    co_return tl::unexpected(dialled.error());
  }
  auto const to = *dialled;
  scn::Request request;
  if (channel == Channel::out) {
    request.set_content_length("120");  // 2.1.2.1.2: OUT_R*/A3, and OUT_R1/A11 or OUT_R2/C1
  }
  if (auto const query = queries_.find(vc); query != queries_.end()) {
    request.set_query(query->second);
  }
  auto setting = setting_of(vc, channel);
  auto authorized = co_await authorization(to, setting, request, deadline);
  if (!authorized) {
    co_return tl::unexpected(authorized.error());
  }
  setting.authorization = *std::move(authorized);
  to->request_sent();
  auto bytes = request_head(setting, request);
  auto& made = virtual_connection(vc);
  if (made.options().watch == nullptr) {
    append(bytes, ByteView(first_pdu));
    co_return co_await write_to(to, std::move(bytes), net::Pieces(), deadline);
  }
  (void)to->leg().send(std::move(bytes));
  made.send(*to, std::move(first_pdu));
  auto const written = co_await to->leg().outbox().drained(deadline);
  co_return written_to(*to, written);
}

net::Task<Client::ChannelResult> Client::wait_for(std::uint32_t vc,
                                                  Channel channel,
                                                  scn::Instance instance,
                                                  net::Deadline deadline) {
  auto& made = virtual_connection(vc);
  auto const named = instance_of(instance);
  auto const is_there = [&] { return made.channel(channel, named) != nullptr; };
  if (instance != scn::PRESENT) {
    (void)co_await changed_.wait(is_there, deadline);
  }
  auto found = made.channel(channel, named);
  if (!found) {
    co_return fail({ErrorCode::io, 0, "", "",
                    "the client's " + std::string(to_string(channel)) +
                        (instance == scn::PRESENT ? " channel is not connected"
                                                  : " channel has no such instance")});
  }
  co_return found;
}

net::Task<Result<void>> Client::recycle(std::uint32_t vc,
                                        scn::Recycle step,
                                        net::Deadline deadline) {
  auto const channel = channel_named(step.channel(), Channel::in);
  if (!channel) {
    co_return tl::unexpected(channel.error());
  }
  auto& made = virtual_connection(vc);
  auto& machine = made.machine();
  if (*channel == Channel::out) {
    machine.wish_for_out(wishes_of(step, *channel, options_.conduct, machine));
    co_return Result<void>();
  }
  auto const lost = [&] {
    auto const in = made.channel(Channel::in);
    auto const out = made.channel(Channel::out);
    return !in || !out || in->ended() || out->ended();
  };
  auto const may_start = [&] { return !machine.recycles_in_by_itself() || lost(); };
  (void)co_await changed_.wait(may_start, deadline);
  auto const before = machine.recycled(Channel::in);
  auto started = machine.start_in_recycling(wishes_of(step, *channel, options_.conduct, machine),
                                            Clock::now());
  made.pump();
  if (!started || step.no_wait()) {
    co_return started;
  }
  auto const over = [&] { return machine.recycled(Channel::in) != before || lost(); };
  auto const in_time = co_await changed_.wait(over, deadline);
  if (machine.recycled(Channel::in) == before) {
    co_return fail({in_time ? ErrorCode::io : ErrorCode::deadline, 0, "", "MS-RPCH 3.2.2.5.5",
                    in_time ? "a channel was closed before IN_R1/A4 or IN_R2/A4 came"
                            : "IN_R1/A4 or IN_R2/A4 did not come"});
  }
  co_return Result<void>();
}

Result<void> Client::release(std::uint32_t vc, scn::Release const& step) {
  if (!step.fault().empty()) {
    return faults_.end(step.fault());
  }
  auto const* form = wire::find_form(step.pdu());
  if (form == nullptr) {
    return fail({ErrorCode::not_found, 0, "", "MS-RPCH 2.2.4",
                 "no RTS PDU is called '" + step.pdu() + "'"});
  }
  auto& made = virtual_connection(vc);
  made.machine().release(form->kind, Clock::now());
  made.pump();
  return {};
}

}  // namespace rpchspec::actors
