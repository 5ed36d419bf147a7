#include "journal/pdu_framer.hpp"

#include <algorithm>

#include "protocol/wire/pdu_stream.hpp"

namespace rpchspec::journal {

namespace {

constexpr std::size_t kHeader = wire::kCommonHeaderSize;
constexpr std::size_t kStubAt = 24;  // of a request or response (C706 12.6.4.9, 12.6.4.10)
constexpr std::size_t kObject = 16;
constexpr std::uint8_t kRequest = 0;
constexpr std::uint8_t kResponse = 2;
constexpr std::uint8_t kObjectUuid = 0x80;

/// Where the stub starts; 0 when there is none, or a verifier follows it.
std::size_t stub_of(ByteView header) {
  auto const ptype = header[2];
  bool const carries = ptype == kRequest || ptype == kResponse;
  if (!carries || header[10] != 0 || header[11] != 0) {
    return 0;
  }
  return kStubAt + (ptype == kRequest && (header[3] & kObjectUuid) != 0 ? kObject : 0);
}

}  // namespace

void PduFramer::restart() {
  kept_.clear();
  got_ = 0;
}

PduFramer::Status PduFramer::take(ByteView& bytes, Redactor& redactor) {
  fault_.reset();
  if (bytes.empty()) {
    return Status::more;
  }
  if (got_ == 0) {
    at_start_ = redactor;
  }
  auto const before = bytes;
  auto const status = cut(bytes);
  redactor.skip(before.first(before.size() - bytes.size()));
  if (status == Status::whole) {
    blot_front();
  } else if (status == Status::broken) {
    redactor = at_start_;
  }
  return status;
}

void PduFramer::blot_front() {
  if (!at_start_.leaves(front_)) {
    shown_.clear();
    at_start_.append(front_, shown_);
    front_ = as_bytes(shown_);
  }
}

PduFramer::Status PduFramer::cut(ByteView& bytes) {
  if (got_ == 0) {
    kept_.clear();
    if (bytes.front() != 5) {
      return Status::broken;
    }
    if (bytes.size() >= kHeader) {
      return take_at_once(bytes);
    }
  }
  return take_piece(bytes);
}

bool PduFramer::read_header(ByteView header) {
  wire::PduView const pdu{header};
  size_ = load<std::uint16_t>(header, 8, pdu.byte_order());
  keep_ = pdu.is_rts() ? size_ : std::min<std::size_t>(size_, kPduPrefix);
  stub_at_ = check_ == Check::payload ? stub_of(header) : 0;
  return size_ >= kHeader;
}

PduFramer::Status PduFramer::take_at_once(ByteView& bytes) {
  if (!read_header(bytes.first(kHeader))) {
    return Status::broken;
  }
  if (bytes.size() < size_) {
    return take_piece(bytes);
  }
  auto const pdu = bytes.first(size_);
  bytes = bytes.subspan(size_);
  digest_ = keyed_digest(pdu, key_);
  check_whole(pdu);
  front_ = pdu.first(keep_);
  return Status::whole;
}

PduFramer::Status PduFramer::take_piece(ByteView& bytes) {
  if (got_ < kHeader) {
    auto const size = std::min<std::size_t>(bytes.size(), kHeader - got_);
    append(kept_, bytes.first(size));
    bytes = bytes.subspan(size);
    got_ += size;
    if (got_ < kHeader) {
      return Status::more;
    }
    if (!read_header(kept_)) {
      return Status::broken;
    }
    running_.restart();
    running_.add(kept_);
    verifier_.restart();
  }
  auto const piece = bytes.first(std::min<std::size_t>(bytes.size(), size_ - got_));
  bytes = bytes.subspan(piece.size());
  running_.add(piece);
  check_piece(piece);
  append(kept_, piece.first(std::min(piece.size(), keep_ - std::min(keep_, kept_.size()))));
  got_ += piece.size();
  if (got_ < size_) {
    return Status::more;
  }
  finish(kept_);
  return Status::whole;
}

void PduFramer::finish(ByteView front) {
  digest_ = running_.value();
  front_ = front;
  got_ = 0;
  if (stub_at_ != 0 && verifier_.mismatch()) {
    auto const at = *verifier_.mismatch();
    fault_ = PayloadFault{*verifier_.position(), at, stub_at_ + at};
  }
}

void PduFramer::check_whole(ByteView pdu) {
  if (stub_at_ == 0 || pdu.size() <= stub_at_) {
    return;
  }
  auto const stub = pdu.subspan(stub_at_);
  auto const position = payload_position(stub);
  if (!position) {
    return;
  }
  if (auto const at = first_mismatch(stub, key_)) {
    fault_ = PayloadFault{*position, *at, stub_at_ + *at};
  }
}

void PduFramer::check_piece(ByteView piece) {
  if (stub_at_ == 0 || got_ + piece.size() <= stub_at_) {
    return;
  }
  auto const before = got_ < stub_at_ ? stub_at_ - static_cast<std::size_t>(got_) : 0;
  verifier_.add(piece.subspan(before));
}

}  // namespace rpchspec::journal
