#include "reference_proxy/leg_writer.hpp"

#include <functional>

#include <fmt/format.h>

namespace rpchspec::proxy {
namespace {

constexpr std::size_t kBorrowFrom = 4096;  // bytes; less is copied sooner than waited for
constexpr std::size_t kHeldBack = 8192;    // bytes that Framing::held_back collects

bool lies_in(ByteView part, ByteView whole) {
  std::less_equal<> const before;
  return !whole.empty() && before(whole.data(), part.data()) &&
         before(part.data() + part.size(), whole.data() + whole.size());
}

}  // namespace

Framing out_framing(Defect defect) {
  return defect == Defect::out_chunked     ? Framing::chunked
         : defect == Defect::head_buffered ? Framing::held_back
                                           : Framing::plain;
}

Framing v1_framing(Defect defect) {
  return defect == Defect::v1_output_chunked ? Framing::chunked : Framing::plain;
}

void LegWriter::write(ByteView bytes, ByteView kept) {
  if (framing_ == Framing::chunked) {
    Bytes chunk;
    append(chunk, as_bytes(fmt::format("{:x}\r\n", bytes.size())));
    append(chunk, bytes);
    append(chunk, as_bytes("\r\n"));
    write(std::move(chunk));
    return;
  }
  if (framing_ == Framing::held_back) {
    append(held_back_, bytes);
    if (held_back_.size() >= kHeldBack) {
      write(std::exchange(held_back_, {}));
    }
    return;
  }
  if (bytes.size() >= kBorrowFrom && lies_in(bytes, kept)) {
    borrows_ = outbox_.push_borrowed(bytes) || borrows_;
  } else {
    write(Bytes(bytes.begin(), bytes.end()));
  }
}

net::Task<> LegWriter::settled() {
  if (borrows_) {
    borrows_ = false;
    static_cast<void>(co_await outbox_.drained(net::Deadline::never()));
  }
}

net::Task<> LegWriter::finish(net::Deadline deadline) {
  outbox_.finish();
  static_cast<void>(co_await outbox_.drained(deadline));
}

}  // namespace rpchspec::proxy
