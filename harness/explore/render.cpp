#include "harness/explore/render.hpp"

#include "harness/explore/walk.hpp"

namespace rpchspec::explore {

namespace {

/// What says nothing is not written down, and would not be read back.
void drop_empty_parts(scenario::v1::Scenario& frame) {
  if (frame.client().ByteSizeLong() == 0) {
    frame.clear_client();
  }
  if (frame.server().ByteSizeLong() == 0) {
    frame.clear_server();
  }
  if (frame.proxy().ByteSizeLong() == 0) {
    frame.clear_proxy();
  }
}

}  // namespace

Rendered render(History const& history) {
  Rendered out;
  out.scenario = history.frame;
  drop_empty_parts(out.scenario);
  Walk walk(out.scenario);
  for (auto const& move : history.moves) {
    if (walk.make(out.moves.size(), move)) {
      out.moves.push_back(move);
    }
  }
  return out;
}

}  // namespace rpchspec::explore
