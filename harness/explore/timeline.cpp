#include "harness/explore/timeline.hpp"

namespace rpchspec::explore {

namespace scn = scenario::v1;

namespace {

// Ours: what takes longer is late, what takes three times as long never comes.
constexpr int kWithinSeconds = 3;

}  // namespace

void Timeline::begin_move(std::size_t index) {
  label_ = "move-" + std::to_string(index + 1);
  labelled_ = false;
}

void Timeline::begin_part() {
  if (labelled_) {
    label_ += "+";
    labelled_ = false;
  }
}

scn::Step& Timeline::step(std::uint32_t vc) {
  auto& made = *scenario_.add_steps();
  if (vc > 1) {
    made.set_vc(vc);
  }
  if (!labelled_) {
    made.set_label(label_);
    labelled_ = true;
  }
  return made;
}

scn::Send& Timeline::client_send(std::uint32_t vc, std::string const& channel) {
  auto& send = *step(vc).mutable_client_send();
  send.set_channel(channel);
  return send;
}

scn::Send& Timeline::server_send(std::uint32_t vc, std::string const& channel) {
  auto& send = *step(vc).mutable_server_send();
  send.set_channel(channel);
  return send;
}

scn::Send& Timeline::client_pdu(std::uint32_t vc,
                                std::string const& channel,
                                std::string const& pdu,
                                std::uint32_t split) {
  auto& send = client_send(vc, channel);
  send.set_pdu(pdu);
  if (split != 0) {
    send.set_split(split);
    send.mutable_gap()->set_nanos(1'000'000);
  }
  return send;
}

scn::Request& Timeline::client_request(std::uint32_t vc,
                                       std::string const& channel,
                                       std::string const& query) {
  auto& request = *step(vc).mutable_client_request();
  request.set_channel(channel);
  request.set_query(query);
  return request;
}

scn::Recycle& Timeline::client_recycle(std::uint32_t vc, std::string const& channel, bool r1) {
  auto& recycle = *step(vc).mutable_client_recycle();
  recycle.set_channel(channel);
  recycle.set_sequence(r1 ? "r1" : "r2");
  recycle.set_no_wait(channel == "in");  // what does not come is for the expectation to tell
  return recycle;
}

void Timeline::server_recycle(std::uint32_t vc) {
  step(vc).mutable_server_recycle()->set_no_wait(true);
}

void Timeline::pause(std::uint32_t milliseconds) {
  auto& length = *step(1).mutable_pause()->mutable_for_();
  length.set_seconds(milliseconds / 1000);
  length.set_nanos(static_cast<std::int32_t>(milliseconds % 1000) * 1'000'000);
}

void Timeline::cite(scn::Expectation& expectation, By by) const {
  for (auto const* id : by) {
    expectation.add_by(id);
  }
  expectation.set_since(label_);
  expectation.mutable_within()->set_seconds(kWithinSeconds);
}

scn::Expectation& Timeline::await(std::uint32_t vc, std::string const& subject, By by) {
  auto& waiting = step(vc);
  auto& expectation = *waiting.mutable_await();
  expectation.set_subject(subject);
  if (vc > 1) {
    expectation.set_vc(vc);
  }
  cite(expectation, by);
  *waiting.mutable_by() = expectation.by();
  return expectation;
}

void Timeline::await_data(std::uint32_t vc,
                          std::string const& subject,
                          std::uint64_t at_least,
                          By by) {
  await(vc, subject, by).mutable_data()->set_at_least(at_least);
}

scn::Receives& Timeline::await_pdu(std::uint32_t vc,
                                   std::string const& subject,
                                   std::string const& pdu,
                                   By by) {
  auto& receives = *await(vc, subject, by).mutable_receives();
  receives.set_pdu(pdu);
  return receives;
}

void Timeline::await_silence(std::uint32_t vc,
                             std::string const& subject,
                             std::string const& pdu,
                             By by) {
  auto& expectation = await(vc, subject, by);
  expectation.clear_since();
  auto& nothing = *expectation.mutable_receives_not();
  nothing.set_pdu(pdu);
  nothing.mutable_for_()->set_nanos(kSilence);
}

void Timeline::await_closed(std::uint32_t vc, std::string const& subject, By by) {
  await(vc, subject, by).mutable_closed();
}

void Timeline::await_end(std::uint32_t vc, std::string const& subject, By by) {
  subject == "client.in" ? await_refused(vc, subject, by) : await_closed(vc, subject, by);
}

void Timeline::await_refused(std::uint32_t vc, std::string const& subject, By by) {
  auto& either = await(vc, {}, by);
  add_other(either, subject).mutable_closed();
  add_error(either, subject);
}

scn::Expectation& Timeline::add_other(scn::Expectation& any_of, std::string const& subject) {
  auto& other = *any_of.add_any_of();
  other.set_subject(subject);
  return other;
}

void Timeline::add_error(scn::Expectation& any_of, std::string const& subject) {
  auto& answer = *add_other(any_of, subject).mutable_response();
  answer.add_status("4xx");
  answer.add_status("5xx");
}

scn::Expectation& Timeline::expect(std::uint32_t vc, std::string const& subject, By by) {
  auto& expectation = *scenario_.add_expect();
  expectation.set_subject(subject);
  if (vc > 1) {
    expectation.set_vc(vc);
  }
  cite(expectation, by);
  return expectation;
}

}  // namespace rpchspec::explore
