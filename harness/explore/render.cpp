#include "harness/explore/render.hpp"

#include "harness/explore/walk.hpp"

namespace rpchspec::explore {

Rendered render(History const& history) {
  Rendered out;
  out.scenario = history.frame;
  Walk walk(out.scenario);
  for (auto const& move : history.moves) {
    if (walk.make(out.moves.size(), move)) {
      out.moves.push_back(move);
    }
  }
  return out;
}

}  // namespace rpchspec::explore
