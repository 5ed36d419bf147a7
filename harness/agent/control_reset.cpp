// Reset and findings of the control API.

#include <algorithm>
#include <set>

#include "harness/agent/control.hpp"

namespace rpchspec::agent {

Control::Said Control::reset(HttpRequest const& request, std::string const&) {
  api::ResetRequest wanted;
  if (auto const read = from_json(request.body, wanted); !read) {
    return tl::unexpected(read.error());
  }
  std::vector<std::string> const allowed = {"faults", "connections", "script", "events",
                                            "findings"};
  std::set<std::string> what(wanted.what().begin(), wanted.what().end());
  for (auto const& each : what) {
    if (std::ranges::find(allowed, each) == allowed.end()) {
      return refuse(400, "'what': '" + each + "'", allowed, each);
    }
  }
  if (what.empty()) {
    what = {"faults", "connections", "script"};  // what was seen stays: it is evidence
  }
  api::ResetReply reply;
  if (what.contains("faults")) {
    reply.set_faults(static_cast<std::uint32_t>(to_.faults.reset()));
  }
  if (what.contains("connections")) {
    to_.faults.reset_legs();
    reply.set_connections(static_cast<std::uint32_t>(to_.reset_connections()));
  }
  if (what.contains("script") && to_.script) {
    script_.Clear();
    to_.script->serve({});
    to_.script->forget_calls();
  }
  if (what.contains("events")) {
    to_.traffic.events().clear();
  }
  if (what.contains("findings") && to_.forget_findings) {
    to_.forget_findings();
  }
  reply.set_next(to_.traffic.events().next());
  return to_json(reply);
}

Control::Said Control::findings(HttpRequest const&, std::string const&) {
  return to_json(to_.findings ? to_.findings() : api::Findings());
}

}  // namespace rpchspec::agent
