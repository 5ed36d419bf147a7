// Whether anything can still come to the client, if it does nothing more. Private to reports.

#pragma once

#include <cstdint>
#include <map>

#include "reports/connections.hpp"

namespace rpchspec::reports {

/// Follows the requests and answers of every connection of the client.
class Exhaustion {
 public:
  void on_event(journal::v1::Event const& event);

  /// True when every connection that the subject covers has ended, or all its requests were
  /// answered whole: then nothing can come there but to a further request. Never true of one
  /// without connections, or where what we sent cannot be parsed. Where others connect to the
  /// subject it is true when nobody did, and all that the client asked for there was refused.
  [[nodiscard]] bool of(Subject const& subject, ConnectionTable const& table) const;

 private:
  struct Lane {
    std::uint32_t requests = 0;
    std::uint32_t answers = 0;
    std::uint64_t owed = 0;    // of the last answer's body
    std::uint32_t status = 0;  // of the last answer
    bool unclear = false;
  };

  [[nodiscard]] bool answered(std::uint32_t connection) const;
  [[nodiscard]] bool refused(Connection const& connection) const;
  [[nodiscard]] bool refused_at(Subject const& subject, ConnectionTable const& table) const;

  std::map<std::uint32_t, Lane> lanes_;
};

}  // namespace rpchspec::reports
