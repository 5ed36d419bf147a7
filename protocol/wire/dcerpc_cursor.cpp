#include "protocol/wire/dcerpc_cursor.hpp"

namespace rpchspec::wire {

void PduCursor::fail_with(Error error) {
  if (!error_) {
    error_ = std::move(error);
  }
}

void PduCursor::set_prefix(std::string prefix) {
  prefix_ = std::move(prefix);
}

bool PduCursor::take(std::size_t size, std::string_view name, std::string_view section) {
  if (error_) {
    return false;
  }
  if (left() < size) {
    error_ = Error{ErrorCode::truncated, offset_, name, section,
                   std::to_string(left()) + " bytes, expected " + std::to_string(size)};
    return false;
  }
  offset_ += size;
  return true;
}

void PduCursor::record(std::size_t size,
                       std::string_view name,
                       std::string value,
                       std::string_view section) {
  if (fields_ != nullptr) {
    fields_->push_back(
        {offset_ - size, size, prefix_ + std::string(name), std::move(value), section});
  }
}

template <class Int>
Int PduCursor::integer(std::string_view name, std::string_view section) {
  if (!take(sizeof(Int), name, section)) {
    return 0;
  }
  auto const value = load<Int>(bytes_, offset_ - sizeof(Int), order_);
  if (recording()) {
    record(sizeof(Int), name, std::to_string(value), section);
  }
  return value;
}

std::uint8_t PduCursor::u8(std::string_view name, std::string_view section) {
  return integer<std::uint8_t>(name, section);
}

std::uint16_t PduCursor::u16(std::string_view name, std::string_view section) {
  return integer<std::uint16_t>(name, section);
}

std::uint32_t PduCursor::u32(std::string_view name, std::string_view section) {
  return integer<std::uint32_t>(name, section);
}

Uuid PduCursor::uuid(std::string_view name, std::string_view section) {
  if (!take(kUuidSize, name, section)) {
    return {};
  }
  auto const value = load_uuid(bytes_, offset_ - kUuidSize, order_);
  if (recording()) {
    record(kUuidSize, name, to_string(value), section);
  }
  return value;
}

SyntaxId PduCursor::syntax(std::string_view name, std::string_view section) {
  constexpr std::size_t kSize = kUuidSize + 4;
  if (!take(kSize, name, section)) {
    return {};
  }
  auto const at = offset_ - kSize;
  SyntaxId const value{load_uuid(bytes_, at, order_),
                       load<std::uint32_t>(bytes_, at + kUuidSize, order_)};
  if (recording()) {
    record(kSize, name,
           to_string(value.uuid) + " v" + std::to_string(value.major_version()) + "." +
               std::to_string(value.minor_version()),
           section);
  }
  return value;
}

ByteView PduCursor::raw(std::size_t size, std::string_view name, std::string_view section) {
  if (!take(size, name, section)) {
    return {};
  }
  if (recording() && size > 0) {
    record(size, name, std::to_string(size) + " bytes", section);
  }
  return bytes_.subspan(offset_ - size, size);
}

void PduCursor::explain(std::string_view words) {
  if (recording() && !error_ && !fields_->empty()) {
    fields_->back().value += " (" + std::string(words) + ")";
  }
}

}  // namespace rpchspec::wire
