// How fast payload went through the proxy in one case: throughput and latency over time.
// Private to reports.

#pragma once

#include <cstdint>
#include <deque>
#include <map>
#include <vector>

#include <boost/json/value.hpp>

#include "journal/journal.pb.h"

namespace rpchspec::reports {

/// Follows the RPC PDUs of a case from where they were sent to where they arrived, each way. Holds
/// a bounded number of PDUs under way and of samples, whatever the case's size.
class Traffic {
 public:
  void on_event(journal::v1::Event const& event);

  /// {"in": {"pdus", "bytes", "latency": [[t, ms]...], "rate": [[t, bytes/s]...]}, "out": ...}, of
  /// those ways on which enough went through to be measured; null where none is. Seconds.
  [[nodiscard]] boost::json::value take() const;

 private:
  struct Sample {
    std::uint64_t at_ns = 0;
    std::uint64_t latency_ns = 0;
    std::uint64_t bytes = 0;
  };

  struct Way {
    std::map<std::uint64_t, std::deque<std::uint64_t>> under_way;  // by digest: when it was sent
    std::size_t waiting = 0;
    std::vector<Sample> samples;  // each of `every` PDUs
    std::size_t every = 1;
    std::size_t pdus = 0;
    std::uint64_t bytes = 0;
    std::uint64_t pending_bytes = 0;  // since the last sample

    void arrived(Sample sample);
  };

  [[nodiscard]] static boost::json::value taken(Way const& way);

  Way in_;
  Way out_;
};

}  // namespace rpchspec::reports
