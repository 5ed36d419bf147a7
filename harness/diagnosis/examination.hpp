// Looks at one live endpoint step by step, as far as its client's end can.

#pragma once

#include <optional>
#include <string>

#include "harness/actors/client.hpp"
#include "harness/diagnosis/diagnosis.hpp"
#include "harness/diagnosis/watch.hpp"
#include "harness/targets/target.hpp"
#include "net/certificate_report.hpp"

namespace rpchspec::diagnosis {

/// What to look at. Not an aggregate: it is passed into coroutines.
struct Request {
  Request() = default;

  targets::Target target{};   // one URL, trust, credentials, --resolve
  std::string server{};       // in the URI
  std::uint16_t port = 6001;  // in the URI
  std::string service{};      // store, referral, address-book, mgmt: what is bound
  Duration step_time{};       // each step ends within it
};

static_assert(!std::is_aggregate_v<Request>);

/// The service that listens on this port of an Exchange; "mgmt", remote management, on others.
[[nodiscard]] std::string service_of_port(std::uint16_t port);

/// All steps up to the first that breaks. Blocks; runs an io_context of its own.
[[nodiscard]] Diagnosis diagnose(Request const& request);

}  // namespace rpchspec::diagnosis
