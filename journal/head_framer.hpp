// Finds the end of an HTTP head in a byte stream and reads from it what framing needs.
//
// Its own reading of RFC 9112, apart from the codecs that the roles use, and lenient: what is
// wrong is told, and framing goes on as well as it can.

#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "journal/digest.hpp"
#include "journal/journal.pb.h"
#include "journal/redaction.hpp"

namespace rpchspec::journal {

inline constexpr std::size_t kHeadKept = std::size_t{16} * 1024;   // bytes of text in the record
inline constexpr std::size_t kHeadScanned = std::size_t{1} << 20;  // bytes looked at for its end

class HeadFramer {
 public:
  enum class Kind { request, response };
  enum class Status { more, whole, too_large };

  HeadFramer(Kind kind, std::uint64_t digest_key) : kind_(kind), digest_(digest_key) {}

  /// The next byte is the first one of a head.
  void restart();

  /// Takes bytes off the front, up to and with the empty line. An empty line before the start line
  /// is part of the head (RFC 9112 2.2).
  /// @param redactor  of the whole direction: a head may begin in the middle of a secret.
  Status take(ByteView& bytes, Redactor& redactor);

  [[nodiscard]] bool empty() const { return size_ == 0; }

  /// The record, secrets blotted out. `cut`: the stream, or our patience, ended inside the head.
  void write_to(v1::Head& head, std::string_view cut = {}) const;

  // What follows the head.
  [[nodiscard]] std::string const& method() const { return method_; }

  [[nodiscard]] std::uint32_t status() const { return status_; }

  [[nodiscard]] std::string const& content_type() const { return content_type_; }  // lower case

  [[nodiscard]] std::optional<std::uint64_t> content_length() const { return content_length_; }

  [[nodiscard]] bool content_length_unreadable() const { return bad_length_; }

  [[nodiscard]] bool chunked() const { return chunked_; }

 private:
  void add(ByteView piece, Redactor& redactor);
  [[nodiscard]] bool end_line();  // true: it was the empty one
  void read_start_line(std::string_view line);
  void read_request_line(std::string_view line);
  void read_status_line(std::string_view line);
  void read_version(std::string_view text);
  void read_field(std::string_view line);
  void read_content_length(std::string_view value);
  void complain(std::string_view what);

  Kind kind_;
  RunningDigest digest_;
  std::string text_;   // at most kHeadKept
  std::string line_;   // of the current line, bounded, secrets blotted out
  std::string added_;  // of the last piece, likewise
  std::uint64_t size_ = 0;
  bool started_ = false;  // the start line was seen
  std::string method_;
  std::string target_;
  std::string reason_;
  std::string content_type_;
  std::string error_;
  std::uint32_t status_ = 0;
  std::uint32_t version_ = 0;
  std::optional<std::uint64_t> content_length_{};
  bool bad_length_ = false;
  bool chunked_ = false;
};

}  // namespace rpchspec::journal
