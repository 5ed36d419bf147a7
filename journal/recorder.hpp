// Writes the journal of one scenario: stamps, numbers, stores, and shows each event to listeners.

#pragma once

#include <filesystem>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "journal/journal.pb.h"
#include "protocol/base/bytes.hpp"
#include "protocol/base/error.hpp"
#include "protocol/base/time.hpp"

namespace rpchspec::journal {

using v1::Event;

struct RecorderOptions {
  TimePoint start{};             // events carry the time since then
  std::uint64_t digest_key = 0;  // keys every digest of this journal
  std::filesystem::path file{};  // empty: kept in memory only (tests)
};

/// Appends events, one length-delimited protobuf record each (see reader.hpp).
///
/// Not thread-safe: one scenario, one thread. Each record reaches the operating system before
/// append returns for anything but a Pdu, and at the latest with the next other record, so that a
/// crash of the harness loses no more than the last PDUs. Never throws on a full disk: `error()`.
class Recorder {
 public:
  explicit Recorder(RecorderOptions options);
  ~Recorder();
  Recorder(Recorder const&) = delete;
  Recorder& operator=(Recorder const&) = delete;

  /// Stamps `event` with the time since the start and stores it.
  void append(Event& event, TimePoint now);

  /// Called for every event after it was stored, in order. Listeners must not append.
  void listen(std::function<void(Event const&)> listener);

  /// 1, 2, 3, ... for TCP connections.
  [[nodiscard]] std::uint32_t next_connection();

  /// Keyed 64-bit digest of a whole byte sequence.
  [[nodiscard]] std::uint64_t digest(ByteView bytes) const;
  [[nodiscard]] std::uint64_t digest_key() const;
  [[nodiscard]] TimePoint start() const;

  /// What an event that happens then is stamped with: nanoseconds since the start, never below 0.
  [[nodiscard]] std::uint64_t ns_at(TimePoint now) const;

  // Shorthands.
  void parameter(std::string name, std::string value, TimePoint now);
  void note(v1::Source source, std::string text, TimePoint now);

  void flush();
  [[nodiscard]] std::string const& error() const;  // empty: all stored

  /// What was stored so far, in the reader's form. For journals kept in memory.
  [[nodiscard]] Bytes const& memory() const;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace rpchspec::journal
