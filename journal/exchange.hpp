// Which response answers which request on one HTTP connection. Private to the folder.

#pragma once

#include <cstdint>
#include <deque>
#include <string_view>

namespace rpchspec::journal {

/// What the two directions of an HTTP connection know of each other.
class Exchange {
 public:
  enum class Request { rpc, rpc_connect, head, other };

  void requested(std::string_view method);

  /// What the last request asked for; `other` before there was one.
  [[nodiscard]] Request last() const { return last_; }

  /// Request that a final response answers; `other` when none is known.
  [[nodiscard]] Request answered(std::uint32_t status);

  /// The last request was refused: its body may never come, and a new head may take its place.
  [[nodiscard]] bool refused() const { return refused_; }

 private:
  std::deque<Request> pending_;  // bounded
  Request last_ = Request::other;
  bool refused_ = false;
};

}  // namespace rpchspec::journal
