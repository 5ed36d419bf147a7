#include "journal/lane.hpp"

#include <algorithm>
#include <limits>

#include "protocol/wire/pdu_stream.hpp"

namespace rpchspec::journal {

namespace {

constexpr std::uint64_t kUntilClose = std::numeric_limits<std::uint64_t>::max();
constexpr std::string_view kResponseStart = "HTTP/";
constexpr std::string_view kGarbage = "garbage";
constexpr std::string_view kLegacy = "legacy-response";
constexpr std::uint8_t kPduStart = 5;

/// A character of a method, or an empty line before it.
bool may_start_request(std::uint8_t byte) {
  static constexpr std::string_view kOther = "!#$%&'*+-.^_`|~\r\n";
  return (byte >= 'A' && byte <= 'Z') || (byte >= 'a' && byte <= 'z') ||
         (byte >= '0' && byte <= '9') || kOther.find(static_cast<char>(byte)) != kOther.npos;
}

}  // namespace

Lane::Lane(TapEvents& events, Exchange& exchange, v1::Direction direction, Role role)
    : events_(&events),
      exchange_(&exchange),
      direction_(direction),
      role_(role),
      place_(role == Role::pdus ? Place::greeting : Place::head_start),
      head_(role == Role::responses ? HeadFramer::Kind::response : HeadFramer::Kind::request,
            events.recorder().digest_key()),
      pdus_(events.recorder().digest_key(),
            direction == v1::RECEIVED ? PduFramer::Check::payload : PduFramer::Check::off),
      length_(role == Role::pdus ? kUntilClose : 0) {}

void Lane::add(ByteView bytes, TimePoint now) {
  bytes_ += bytes.size();
  while (!bytes.empty()) {
    step(bytes, now);
  }
  if (raw_.due()) {
    write_raw(now);
  }
}

void Lane::step(ByteView& bytes, TimePoint now) {
  switch (place_) {
    case Place::greeting:
      return take_greeting(bytes, now);
    case Place::head_start:
      return start_head(bytes, now);
    case Place::head:
      return take_head(bytes, now);
    case Place::body_start:
      return start_body(bytes);
    case Place::pdus:
      return take_pdu(bytes, now);
    case Place::body:
      return take_body(bytes, now);
    case Place::chunks:
      return take_chunks(bytes, now);
  }
}

std::uint64_t Lane::finish(TimePoint now) {
  auto const cut = place_ == Place::pdus ? pdus_.under_way() : 0;
  if (place_ == Place::head) {
    end_raw_run(now);
    events_->head(direction_, head_, "the stream ended inside the head", now);
  } else if (matched_ > 0) {
    auto const text = place_ == Place::greeting ? wire::kLegacyServerResponse : kResponseStart;
    gather(as_bytes(text.substr(0, matched_)), kGarbage, now);
  }
  end_raw_run(now);
  pdus_.restart();
  garbage_from({}, now);  // were more to come, against what we were told
  return cut;
}

void Lane::take_greeting(ByteView& bytes, TimePoint now) {
  constexpr auto kGreeting = wire::kLegacyServerResponse;
  if (matched_ == 0 && bytes.front() != static_cast<std::uint8_t>(kGreeting[0])) {
    place_ = Place::pdus;
    return;
  }
  if (bytes.front() != static_cast<std::uint8_t>(kGreeting[matched_])) {
    garbage_from(as_bytes(kGreeting.substr(0, matched_)), now);
    return;
  }
  bytes = bytes.subspan(1);
  if (++matched_ == kGreeting.size()) {
    gather(as_bytes(kGreeting), kLegacy, now);
    end_raw_run(now);
    matched_ = 0;
    body_at_ = kGreeting.size();
    place_ = Place::pdus;
  }
}

void Lane::start_head(ByteView& bytes, TimePoint now) {
  if (matched_ == 0 && may_be_pdus_ && bytes.front() == kPduStart) {
    place_ = Place::pdus;  // beyond the length that the head gave: PDUs all the same
  } else if (role_ == Role::responses) {
    match_response_start(bytes, now);
  } else if (may_start_request(bytes.front())) {
    head_.restart();
    place_ = Place::head;
  } else {
    garbage_from({}, now);
  }
}

void Lane::match_response_start(ByteView& bytes, TimePoint now) {
  if (bytes.front() != static_cast<std::uint8_t>(kResponseStart[matched_])) {
    garbage_from(as_bytes(kResponseStart.substr(0, matched_)), now);
    return;
  }
  bytes = bytes.subspan(1);
  if (++matched_ == kResponseStart.size()) {
    matched_ = 0;
    head_.restart();
    auto start = as_bytes(kResponseStart);
    (void)head_.take(start, redactor_);  // no line end in it
    place_ = Place::head;
  }
}

void Lane::take_head(ByteView& bytes, TimePoint now) {
  auto const status = head_.take(bytes, redactor_);
  if (status == HeadFramer::Status::more) {
    return;
  }
  end_raw_run(now);
  if (status == HeadFramer::Status::too_large) {
    events_->head(direction_, head_, "no end within 1 MiB", now);
    garbage_from({}, now);
    return;
  }
  events_->head(direction_, head_, {}, now);
  role_ == Role::responses ? after_response() : after_request();
}

void Lane::after_request() {
  exchange_->requested(head_.method());
  auto const request = exchange_->last();
  may_be_pdus_ = request == Exchange::Request::rpc || request == Exchange::Request::rpc_connect;
  if (head_.chunked()) {
    chunks_.restart();
    place_ = Place::chunks;
  } else if (head_.content_length_unreadable()) {
    expect_body(kUntilClose);
  } else {
    bool const unbounded = request == Exchange::Request::rpc_connect;
    expect_body(head_.content_length().value_or(unbounded ? kUntilClose : 0));
  }
}

void Lane::after_response() {
  auto const status = head_.status();
  if (status / 100 == 1 && status != 101) {
    expect_head();  // interim: the answer is still to come
    return;
  }
  auto const request = exchange_->answered(status);
  bool const rpc = request == Exchange::Request::rpc || request == Exchange::Request::rpc_connect ||
                   head_.content_type().starts_with("application/rpc");
  may_be_pdus_ = rpc && status / 100 == 2;
  if (request == Exchange::Request::head || status == 204 || status == 304) {
    expect_body(0);
  } else if (head_.chunked()) {
    chunks_.restart();
    place_ = Place::chunks;
  } else {
    expect_body(head_.content_length().value_or(kUntilClose));
  }
}

void Lane::expect_body(std::uint64_t length) {
  length_ = length;
  body_at_ = 0;
  body_is_ = "body";
  place_ = Place::body_start;
  if (length == 0) {
    expect_head();
  }
}

void Lane::expect_head() {
  matched_ = 0;
  place_ = Place::head_start;
}

void Lane::start_body(ByteView bytes) {
  if (role_ == Role::requests && exchange_->refused() && bytes.front() >= 'A' &&
      bytes.front() <= 'Z') {
    expect_head();
  } else {
    place_ = may_be_pdus_ && bytes.front() == kPduStart ? Place::pdus : Place::body;
  }
}

void Lane::take_pdu(ByteView& bytes, TimePoint now) {
  if (pdus_.under_way() == 0 && bytes.front() != kPduStart) {
    // A proxy that fails late writes an error response among the PDUs.
    bool const head = role_ == Role::responses && bytes.front() == 'H';
    if (head || body_at_ >= length_) {
      expect_head();
      return;
    }
  }
  switch (pdus_.take(bytes, redactor_)) {
    case PduFramer::Status::more:
      break;
    case PduFramer::Status::whole:
      end_raw_run(now);
      events_->pdu(direction_, pdus_, body_at_, now);
      body_at_ += pdus_.size();
      break;
    case PduFramer::Status::broken:
      body_at_ += pdus_.taken().size();
      gather(pdus_.taken(), kGarbage, now);
      pdus_.restart();
      body_is_ = kGarbage;
      length_ = body_at_ >= length_ ? kUntilClose : length_;
      place_ = Place::body;
      break;
  }
}

void Lane::take_body(ByteView& bytes, TimePoint now) {
  auto const size = std::min<std::uint64_t>(bytes.size(), length_ - body_at_);
  auto const piece = bytes.first(static_cast<std::size_t>(size));
  bytes = bytes.subspan(piece.size());
  gather(piece, body_is_, now);
  body_at_ += size;
  if (body_at_ >= length_) {
    end_raw_run(now);
    expect_head();
  }
}

void Lane::take_chunks(ByteView& bytes, TimePoint now) {
  auto const before = bytes;
  auto const status = chunks_.take(bytes);
  gather(before.first(before.size() - bytes.size()), "chunked", now);
  if (status == ChunkFramer::Status::whole) {
    end_raw_run(now);
    may_be_pdus_ = false;
    expect_head();
  } else if (status == ChunkFramer::Status::broken) {
    garbage_from({}, now);
  }
}

void Lane::garbage_from(ByteView already_taken, TimePoint now) {
  gather(already_taken, kGarbage, now);
  matched_ = 0;
  length_ = kUntilClose;
  body_is_ = kGarbage;
  place_ = Place::body;
}

void Lane::gather(ByteView bytes, std::string_view is, TimePoint now) {
  if (bytes.empty()) {
    return;
  }
  if (raw_.is() != is) {
    end_raw_run(now);
  }
  raw_.add(bytes, is, redactor_);
}

void Lane::write_raw(TimePoint now) {
  events_->raw(direction_, raw_, now);
  raw_.recorded();
}

void Lane::end_raw_run(TimePoint now) {
  if (!raw_.active()) {
    return;
  }
  if (!raw_.empty()) {
    write_raw(now);
  }
  raw_.restart();
}

}  // namespace rpchspec::journal
