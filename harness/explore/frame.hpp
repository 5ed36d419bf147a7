// What a history is about, and what the two ends and the proxy are like in it.

#pragma once

#include "harness/explore/dice.hpp"
#include "model/scenario.pb.h"

namespace rpchspec::explore {

/// What a history is about; its frame decides which moves can be made in it.
enum class Theme {
  mixed,        // anything legal
  client_acks,  // the client's acknowledgements are sent by the script
  server_acks,  // the server's are
  held_back,    // the server answers the opening by the script
  unopened,     // ends in the middle of the opening
  silence,      // longer than a careless timer
  foul,         // PDUs that nobody may send
  lies,         // acknowledgements that cannot be true
  overrun,      // more than the OUT channel may carry
  recycling,    // channels are replaced, again and again
  held,         // one PDU of a recycling comes late
  filled,       // payload waits for its window when the channel is replaced
  lifetimes,    // channels are used up, and replaced by the peers themselves
  impostors,    // successors that no client may ask for
};

[[nodiscard]] Theme pick_theme(Dice& dice);

/// Writes client, server and proxy, and what else the theme asks for; id and title are the
/// caller's.
void write_frame(Theme theme, Dice& dice, scenario::v1::Scenario& frame);

}  // namespace rpchspec::explore
