#include "protocol/session/routing.hpp"

#include <gtest/gtest.h>

namespace rpchspec::session {
namespace {

using enum wire::ForwardDestination;

struct Row {
  Role self;
  wire::ForwardDestination to;
  Role next;
};

// The table of MS-RPCH 3.2.1.5.2, cell by cell; the diagonal means: it has arrived.
constexpr Row kTable[] = {
    {Role::Client, FDClient, Role::Client},
    {Role::Client, FDInProxy, Role::InboundProxy},
    {Role::Client, FDServer, Role::InboundProxy},
    {Role::Client, FDOutProxy, Role::InboundProxy},
    {Role::InboundProxy, FDClient, Role::Server},
    {Role::InboundProxy, FDInProxy, Role::InboundProxy},
    {Role::InboundProxy, FDServer, Role::Server},
    {Role::InboundProxy, FDOutProxy, Role::Server},
    {Role::OutboundProxy, FDClient, Role::Client},
    {Role::OutboundProxy, FDInProxy, Role::Server},
    {Role::OutboundProxy, FDServer, Role::Server},
    {Role::OutboundProxy, FDOutProxy, Role::OutboundProxy},
    {Role::Server, FDClient, Role::OutboundProxy},
    {Role::Server, FDInProxy, Role::InboundProxy},
    {Role::Server, FDServer, Role::Server},
    {Role::Server, FDOutProxy, Role::OutboundProxy},
};

TEST(Routing, FollowsTheTable) {
  for (auto const& row : kTable) {
    EXPECT_EQ(next_hop(row.self, row.to), row.next)
        << to_string(row.self) << " for " << to_string(party_of(row.to));
  }
}

TEST(Routing, ReachesItsTargetInAtMostThreeHops) {
  for (auto const& row : kTable) {
    auto at = row.self;
    for (int hops = 0; hops < 3; ++hops) {
      at = next_hop(at, row.to);
    }
    EXPECT_EQ(at, party_of(row.to)) << "from the " << to_string(row.self);
  }
}

}  // namespace
}  // namespace rpchspec::session
