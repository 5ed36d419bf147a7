// A scripted interface: any UUID, and an answer for each opnum, for clients whose own server is not
// here.

#pragma once

#include <deque>
#include <map>
#include <optional>
#include <vector>

#include "mock_backend/interface_table.hpp"

namespace rpchspec::backend {

/// What an operation does: a response with this stub, or with the request's, a fault, or nothing
/// until it is released.
struct ScriptedAnswer {
  enum class Kind { reply, echo, fault, hold };

  Kind kind = Kind::fault;
  Bytes reply{};
  std::uint32_t fault = wire::kNcaOpRngError;

  friend bool operator==(ScriptedAnswer const&, ScriptedAnswer const&) = default;
};

struct ScriptedVersion {
  std::uint16_t major = 0;
  std::uint16_t minor = 0;
};

struct ScriptedInterface {
  std::optional<wire::Uuid> uuid{};          // empty: any
  std::optional<ScriptedVersion> version{};  // empty: any
  std::map<std::uint16_t, ScriptedAnswer> operations{};
  ScriptedAnswer otherwise{};

  [[nodiscard]] bool serves(wire::SyntaxId const& asked) const;
};

/// A call that came, answered or held.
struct ScriptedCall {
  std::uint32_t number = 0;
  wire::SyntaxId interface {};
  std::uint16_t opnum = 0;
  Bytes stub{};          // its first 4096 bytes
  std::size_t size = 0;  // of the whole stub
  bool held = false;
};

/// What the connections of `script` share: the interfaces, and the calls that came. Without an
/// interface any is served, and every opnum out of range. Single-threaded.
class Script {
 public:
  static constexpr std::size_t kCallsKept = 1024;  // those that are answered
  static constexpr std::size_t kMostHeld = 256;    // more are out of range
  static constexpr std::size_t kStubKept = 4096;   // bytes

  /// Replaces them; binds that were accepted stay.
  void serve(std::vector<ScriptedInterface> interfaces) { interfaces_ = std::move(interfaces); }

  [[nodiscard]] bool serves(wire::SyntaxId const& asked) const;

  /// True when an interface names this UUID: it goes before what a port serves anyway.
  [[nodiscard]] bool names(wire::SyntaxId const& asked) const;

  /// Notes a call. @return its answer; for a held one, the number that take() is asked with.
  struct Answer {
    CallOutcome outcome;
    std::uint32_t held = 0;  // 0: `outcome` counts
  };

  [[nodiscard]] Answer on_call(wire::SyntaxId const& interface, std::uint16_t opnum, ByteView stub);

  /// Gives held calls an answer. @param call  0: all. @return how many.
  std::size_t release(std::uint32_t call, ScriptedAnswer const& answer);

  /// The answer to a held call, once it has one. It is forgotten then.
  [[nodiscard]] std::optional<CallOutcome> take(std::uint32_t call);

  /// A held call whose connection is gone.
  void forget(std::uint32_t call);

  [[nodiscard]] std::deque<ScriptedCall> const& calls() const { return calls_; }

  void forget_calls();

 private:
  struct Held {
    Bytes stub;  // for echo
    std::optional<CallOutcome> outcome{};
  };

  [[nodiscard]] ScriptedAnswer answer_of(wire::SyntaxId const& interface,
                                         std::uint16_t opnum) const;
  void mark_answered(std::uint32_t call);
  void drop_old_calls();

  std::vector<ScriptedInterface> interfaces_;
  std::deque<ScriptedCall> calls_;
  std::map<std::uint32_t, Held> held_;
  std::uint32_t last_ = 0;
};

}  // namespace rpchspec::backend
