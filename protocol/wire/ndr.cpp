#include "protocol/wire/ndr.hpp"

#include <algorithm>

namespace rpchspec::wire {

namespace {

constexpr std::string_view kSection = "C706 14";

}  // namespace

void NdrWriter::align(std::size_t alignment) {
  bytes_.resize((bytes_.size() + alignment - 1) / alignment * alignment);
}

void NdrWriter::uuid(Uuid const& value) {
  align(4);
  append_uuid(bytes_, value, order_);
}

void NdrWriter::context_handle(ContextHandle const& value) {
  u32(value.attributes);
  uuid(value.uuid);
}

std::uint32_t NdrWriter::next_referent() {
  return 0x00020000 + 4 * referents_++;  // as Windows numbers them; any distinct values do
}

bool NdrWriter::unique_pointer(bool present) {
  u32(present ? next_referent() : 0);
  return present;
}

bool NdrWriter::full_pointer(void const* target) {
  if (target == nullptr) {
    u32(0);
    return false;
  }
  auto const seen =
      std::ranges::find(full_pointers_, target, [](auto const& p) { return p.first; });
  if (seen != full_pointers_.end()) {
    u32(seen->second);
    return false;
  }
  full_pointers_.emplace_back(target, next_referent());
  u32(full_pointers_.back().second);
  return true;
}

void NdrWriter::variance(std::uint32_t offset, std::uint32_t actual_count) {
  u32(offset);
  u32(actual_count);
}

void NdrWriter::string(std::string_view text, std::uint32_t max_count) {
  auto const count = static_cast<std::uint32_t>(text.size() + 1);
  conformance(std::max(count, max_count));
  variance(0, count);
  append(bytes_, as_bytes(text));
  u8(0);
}

void NdrWriter::wide_string(std::u16string_view text) {
  auto const count = static_cast<std::uint32_t>(text.size() + 1);
  conformance(count);
  variance(0, count);
  for (auto const unit : text) {
    u16(static_cast<std::uint16_t>(unit));
  }
  u16(0);
}

void NdrReader::fail_at(ErrorCode code, std::string_view name, std::string detail) {
  if (!error_) {
    error_ = Error{code, offset_, name, kSection, std::move(detail)};
  }
}

bool NdrReader::take(std::size_t size, std::string_view name) {
  if (error_) {
    return false;
  }
  if (left() < size) {
    fail_at(ErrorCode::truncated, name,
            std::to_string(left()) + " bytes, expected " + std::to_string(size));
    return false;
  }
  offset_ += size;
  return true;
}

void NdrReader::align(std::size_t alignment, std::string_view name) {
  take((alignment - offset_ % alignment) % alignment, name);
}

bool NdrReader::fits(std::uint32_t count, std::size_t element_size, std::string_view name) {
  if (error_) {
    return false;
  }
  if (count > limits_.max_elements) {
    fail_at(ErrorCode::too_large, name,
            std::to_string(count) + " elements, at most " + std::to_string(limits_.max_elements));
    return false;
  }
  if (left() / element_size < count) {
    fail_at(ErrorCode::truncated, name,
            std::to_string(left()) + " bytes, expected " + std::to_string(count) + " elements");
    return false;
  }
  return true;
}

Uuid NdrReader::uuid(std::string_view name) {
  align(4, name);
  return take(kUuidSize, name) ? load_uuid(stub_, offset_ - kUuidSize, order_) : Uuid{};
}

ContextHandle NdrReader::context_handle(std::string_view name) {
  ContextHandle handle;
  handle.attributes = u32(name);
  handle.uuid = uuid(name);
  return handle;
}

NdrReader::FullPointer NdrReader::full_pointer(std::string_view name) {
  auto const referent = u32(name);
  if (referent == 0 || std::ranges::find(full_pointers_, referent) != full_pointers_.end()) {
    return {referent, false};
  }
  if (full_pointers_.size() >= limits_.max_full_pointers) {
    fail_at(ErrorCode::too_large, name,
            "more than " + std::to_string(limits_.max_full_pointers) + " full pointers");
    return {};
  }
  full_pointers_.push_back(referent);
  return {referent, true};
}

void NdrReader::embedded_ref_pointer(std::string_view name) {
  if (u32(name) == 0 && ok()) {
    refuse(name, "a null reference pointer");
  }
}

std::uint32_t NdrReader::conformance(std::string_view name) {
  auto const count = u32(name);
  if (count > limits_.max_elements) {
    fail_at(ErrorCode::too_large, name,
            "maximum count " + std::to_string(count) + ", at most " +
                std::to_string(limits_.max_elements));
    return 0;
  }
  return count;
}

NdrReader::Variance NdrReader::variance(std::string_view name, std::uint32_t max_count) {
  Variance variance;
  variance.offset = u32(name);
  variance.actual_count = u32(name);
  if (variance.offset > max_count || variance.actual_count > max_count - variance.offset) {
    refuse(name, "offset " + std::to_string(variance.offset) + " and actual count " +
                     std::to_string(variance.actual_count) + " exceed the maximum count " +
                     std::to_string(max_count));
    return {};
  }
  return variance;
}

std::string NdrReader::string(std::string_view name, std::uint32_t* max_count) {
  auto const maximum = conformance(name);
  if (max_count != nullptr) {
    *max_count = maximum;
  }
  auto const [offset, count] = variance(name, maximum);
  if (!fits(count, 1, name)) {
    return {};
  }
  if (offset != 0 || count == 0 || stub_[offset_ + count - 1] != 0) {
    refuse(name, "a string that does not begin at 0 or is not terminated");
    return {};
  }
  take(count, name);
  auto const text = as_text(stub_.subspan(offset_ - count, count));
  return std::string(text.substr(0, text.find('\0')));
}

std::u16string NdrReader::wide_string(std::string_view name) {
  auto const maximum = conformance(name);
  auto const [offset, count] = variance(name, maximum);
  auto const units = elements<std::uint16_t>(count, name);
  if (!ok()) {
    return {};
  }
  if (offset != 0 || units.empty() || units.back() != 0) {
    refuse(name, "a string that does not begin at 0 or is not terminated");
    return {};
  }
  std::u16string const text(units.begin(), units.end());
  return text.substr(0, text.find(u'\0'));
}

NdrReader::Nesting::Nesting(NdrReader& reader, std::string_view name) : reader_(reader) {
  if (++reader_.depth_ > reader_.limits_.max_depth) {
    reader_.fail_at(ErrorCode::too_large, name,
                    "nested deeper than " + std::to_string(reader_.limits_.max_depth));
  }
}

void NdrReader::refuse(std::string_view name, std::string detail) {
  fail_at(ErrorCode::bad_value, name, std::move(detail));
}

Result<void> NdrReader::finish() const {
  if (error_) {
    return fail(*error_);
  }
  return {};
}

}  // namespace rpchspec::wire
