#include "harness/targets/carried.hpp"

#include <algorithm>
#include <map>

namespace rpchspec::targets {
namespace {

namespace scn = scenario::v1;

constexpr std::uint64_t kRtsPdu = 56;  // the largest that is routed often: an acknowledgement
constexpr std::uint64_t kOpening = 4096;

using Carried = std::map<std::uint32_t, std::uint64_t>;

std::uint64_t payload(scn::Send const& step) {
  return std::max(step.bytes(), std::uint64_t{step.pdu_size()}) *
         std::max<std::uint64_t>(step.count(), 1);
}

void add(Carried& carried, scn::Step const& step) {
  auto& bytes = carried[std::max(step.vc(), 1U)];
  if (step.has_server_send() && step.server_send().channel() == "out") {
    auto const& send = step.server_send();
    bytes += payload(send);
    if (!send.pdu().empty()) {
      bytes += kRtsPdu * std::max<std::uint64_t>(send.count(), 1);
    }
  } else if (step.has_client_send() && step.client_send().channel() == "in") {
    // At most an acknowledgement each PDU, and one in sixteen bytes of small ones.
    bytes += payload(step.client_send()) / 16;
  } else if (step.has_parallel()) {
    for (auto const& branch : step.parallel().branches()) {
      for (auto const& inner : branch.steps()) {
        add(carried, inner);
      }
    }
  }
}

}  // namespace

std::uint64_t carried_on_out(scn::Scenario const& scenario) {
  if (scenario.proxy().channel_lifetime() != 0 || scenario.server().recycle_out_at() != 0) {
    return 0;
  }
  Carried carried;
  for (auto const& set_up : scenario.set_up()) {
    for (auto const& step : set_up.steps()) {
      add(carried, step);
    }
  }
  for (auto const& step : scenario.steps()) {
    add(carried, step);
  }
  std::uint64_t most = 0;
  for (auto const& [vc, bytes] : carried) {
    most = std::max(most, bytes + kOpening);
  }
  return most;
}

}  // namespace rpchspec::targets
