// One walk over a PDU's bytes serves decoding and dissecting: the cursor behind both.

#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "protocol/wire/dcerpc.hpp"

namespace rpchspec::wire {

/// Reads fields one after the other. The first field that does not fit is remembered as the error;
/// from then on every read gives zero and moves nothing, so callers check once, at the end.
class PduCursor {
 public:
  /// @param fields where to write down what is read; null when nobody wants to know.
  PduCursor(ByteView bytes, std::vector<DissectedField>* fields) : bytes_(bytes), fields_(fields) {}

  void set_order(ByteOrder order) { order_ = order; }

  /// Reads stop before this offset from now on.
  void set_end(std::size_t end) { end_ = end; }

  [[nodiscard]] std::size_t offset() const { return offset_; }

  [[nodiscard]] std::size_t left() const { return end() - offset_; }

  [[nodiscard]] bool recording() const { return fields_ != nullptr; }

  [[nodiscard]] std::optional<Error> const& error() const { return error_; }

  void fail_with(Error error);

  /// What the following fields' names begin with; "" for nothing.
  void set_prefix(std::string prefix);

  std::uint8_t u8(std::string_view name, std::string_view section);
  std::uint16_t u16(std::string_view name, std::string_view section);
  std::uint32_t u32(std::string_view name, std::string_view section);
  Uuid uuid(std::string_view name, std::string_view section);
  SyntaxId syntax(std::string_view name, std::string_view section);
  ByteView raw(std::size_t size, std::string_view name, std::string_view section);

  /// Says more of the field that was read last, "nca_s_unk_if".
  void explain(std::string_view words);

 private:
  [[nodiscard]] std::size_t end() const { return end_ < bytes_.size() ? end_ : bytes_.size(); }

  bool take(std::size_t size, std::string_view name, std::string_view section);
  void record(std::size_t size, std::string_view name, std::string value, std::string_view section);

  template <class Int>
  Int integer(std::string_view name, std::string_view section);

  ByteView bytes_;
  std::vector<DissectedField>* fields_;
  ByteOrder order_ = ByteOrder::little;
  std::size_t offset_ = 0;
  std::size_t end_ = SIZE_MAX;
  std::string prefix_;
  std::optional<Error> error_;
};

}  // namespace rpchspec::wire
