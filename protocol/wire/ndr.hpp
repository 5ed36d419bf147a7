// Network Data Representation 2.0 (C706 chapter 14): the stubs of RPC calls.
//
// Writer and reader know the primitives and the constructed types' headers; a call's own encoder
// and decoder put them in order (protocol/wire/rpc_calls.hpp).

#pragma once

#include <cstdint>
#include <limits>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "protocol/base/bytes.hpp"
#include "protocol/base/error.hpp"
#include "protocol/wire/uuid.hpp"

namespace rpchspec::wire {

/// A context handle on the wire: 20 bytes, aligned to 4 (C706 14.3.12 and N.2). All zero: none.
struct ContextHandle {
  std::uint32_t attributes = 0;
  Uuid uuid;

  friend constexpr auto operator<=>(ContextHandle const&, ContextHandle const&) = default;

  [[nodiscard]] constexpr bool is_nil() const { return *this == ContextHandle{}; }
};

/// Marshals. Never fails; alignment gaps are zero (C706 14.2.2).
class NdrWriter {
 public:
  explicit NdrWriter(ByteOrder order = ByteOrder::little) : order_(order) {}

  /// An integer, aligned to its own size.
  template <class Int>
  void integer(Int value) {
    align(sizeof(Int));
    append<Int>(bytes_, value, order_);
  }

  void u8(std::uint8_t value) { integer(value); }

  void u16(std::uint16_t value) { integer(value); }

  void u32(std::uint32_t value) { integer(value); }

  void u64(std::uint64_t value) { integer(value); }

  void uuid(Uuid const& value);
  void context_handle(ContextHandle const& value);

  /// Zero bytes up to a multiple of `alignment`.
  void align(std::size_t alignment);

  /// A top-level or embedded unique pointer: a referent id of its own, or 0 (C706 14.3.10).
  /// @return `present`: the referent follows, at once at top level, after its construction
  /// otherwise.
  bool unique_pointer(bool present);

  /// A full pointer: targets seen before get the same id (C706 14.3.11).
  /// @return whether the referent must follow now: non-null and not seen before.
  bool full_pointer(void const* target);

  /// An embedded reference pointer: an id whose value means nothing; the referent follows later. A
  /// top-level one has no representation (C706 14.3.12).
  void embedded_ref_pointer() { unique_pointer(true); }

  /// Maximum count: before a conformant array, or before the whole structure that ends in one.
  void conformance(std::uint32_t max_count) { u32(max_count); }

  /// Offset and actual count, before a varying array's elements.
  void variance(std::uint32_t offset, std::uint32_t actual_count);

  /// The elements of a fixed array.
  template <class Int>
  void elements(std::span<Int const> values) {
    for (auto const value : values) {
      integer(value);
    }
  }

  template <class Int>
  void conformant_array(std::span<Int const> values) {
    conformance(static_cast<std::uint32_t>(values.size()));
    elements(values);
  }

  template <class Int>
  void varying_array(std::span<Int const> values, std::uint32_t offset = 0) {
    variance(offset, static_cast<std::uint32_t>(values.size()));
    elements(values);
  }

  template <class Int>
  void conformant_varying_array(std::span<Int const> values, std::uint32_t max_count) {
    conformance(max_count);
    varying_array(values);
  }

  /// A conformant varying string of 8-bit characters; the terminator is added and counted.
  /// @param max_count the maximum count, where it is more than the text takes.
  void string(std::string_view text, std::uint32_t max_count = 0);

  /// The same of UTF-16 code units.
  void wide_string(std::u16string_view text);

  [[nodiscard]] ByteView bytes() const { return bytes_; }

  [[nodiscard]] Bytes take() { return std::move(bytes_); }

 private:
  std::uint32_t next_referent();

  ByteOrder order_;
  Bytes bytes_;
  std::uint32_t referents_ = 0;
  std::vector<std::pair<void const*, std::uint32_t>> full_pointers_;
};

/// Bounds of what a stub can make us hold or descend.
struct NdrLimits {
  std::uint32_t max_elements = 1 << 20;  // of one array
  std::uint32_t max_depth = 16;          // of nested constructions
  std::size_t max_full_pointers = 256;
};

/// Unmarshals in either byte order.
///
/// The first value that does not fit is remembered as the error; from then on every read gives zero
/// and moves nothing, so a decoder reads all its fields and asks `finish` once. Counts are checked
/// against the limits and the bytes that are left before memory is taken. Names are the IDL's own.
class NdrReader {
 public:
  explicit NdrReader(ByteView stub, ByteOrder order = ByteOrder::little, NdrLimits limits = {})
      : stub_(stub), order_(order), limits_(limits) {}

  template <class Int>
  Int integer(std::string_view name) {
    align(sizeof(Int), name);
    return take(sizeof(Int), name) ? load<Int>(stub_, offset_ - sizeof(Int), order_) : Int{0};
  }

  std::uint8_t u8(std::string_view name) { return integer<std::uint8_t>(name); }

  std::uint16_t u16(std::string_view name) { return integer<std::uint16_t>(name); }

  std::uint32_t u32(std::string_view name) { return integer<std::uint32_t>(name); }

  std::uint64_t u64(std::string_view name) { return integer<std::uint64_t>(name); }

  Uuid uuid(std::string_view name);
  ContextHandle context_handle(std::string_view name);

  void align(std::size_t alignment, std::string_view name);

  /// @return whether a referent follows.
  bool unique_pointer(std::string_view name) { return u32(name) != 0; }

  struct FullPointer {
    std::uint32_t referent = 0;  // 0: null
    bool first = false;          // the referent follows; otherwise it was read before
  };

  FullPointer full_pointer(std::string_view name);

  /// Refuses 0, which a reference pointer cannot be (C706 14.3.12).
  void embedded_ref_pointer(std::string_view name);

  /// Maximum count, at most limits.max_elements.
  std::uint32_t conformance(std::string_view name);

  struct Variance {
    std::uint32_t offset = 0;
    std::uint32_t actual_count = 0;
  };

  /// Offset and actual count; their sum is at most `max_count`.
  Variance variance(std::string_view name,
                    std::uint32_t max_count = std::numeric_limits<std::uint32_t>::max());

  /// `count` elements of a fixed array.
  template <class Int>
  std::vector<Int> elements(std::uint32_t count, std::string_view name) {
    std::vector<Int> values;
    align(sizeof(Int), name);
    if (fits(count, sizeof(Int), name)) {
      values.reserve(count);
      for (std::uint32_t i = 0; i < count; ++i) {
        values.push_back(integer<Int>(name));
      }
    }
    return values;
  }

  template <class Int>
  std::vector<Int> conformant_array(std::string_view name) {
    return elements<Int>(conformance(name), name);
  }

  template <class Int>
  std::vector<Int> varying_array(std::string_view name) {
    return elements<Int>(variance(name).actual_count, name);
  }

  template <class Int>
  std::vector<Int> conformant_varying_array(std::string_view name) {
    auto const max_count = conformance(name);
    return elements<Int>(variance(name, max_count).actual_count, name);
  }

  /// A conformant varying string of 8-bit characters, which must begin at 0 and be terminated; up
  /// to its first NUL.
  /// @param max_count where to put the maximum count, for calls that check it; may be null.
  std::string string(std::string_view name, std::uint32_t* max_count = nullptr);

  /// The same of UTF-16 code units.
  std::u16string wide_string(std::string_view name);

  /// Steps into a nested construction for its own lifetime; beyond max_depth that is an error.
  class Nesting {
   public:
    explicit Nesting(NdrReader& reader, std::string_view name);
    Nesting(Nesting const&) = delete;
    Nesting& operator=(Nesting const&) = delete;

    ~Nesting() { --reader_.depth_; }

   private:
    NdrReader& reader_;
  };

  /// Records a value that the call's IDL does not allow.
  void refuse(std::string_view name, std::string detail);

  [[nodiscard]] bool ok() const { return !error_; }

  [[nodiscard]] std::size_t offset() const { return offset_; }

  /// Bytes after what was read; padding at a stub's end is no error.
  [[nodiscard]] std::size_t left() const { return stub_.size() - offset_; }

  /// The first error, with the offset into the stub.
  [[nodiscard]] Result<void> finish() const;

 private:
  void fail_at(ErrorCode code, std::string_view name, std::string detail);
  bool take(std::size_t size, std::string_view name);
  bool fits(std::uint32_t count, std::size_t element_size, std::string_view name);

  ByteView stub_;
  ByteOrder order_;
  NdrLimits limits_;
  std::size_t offset_ = 0;
  std::uint32_t depth_ = 0;
  std::vector<std::uint32_t> full_pointers_;
  std::optional<Error> error_;
};

}  // namespace rpchspec::wire
