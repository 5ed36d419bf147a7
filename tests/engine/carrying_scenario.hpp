// The scenario that tests of whole cases play.

#pragma once

namespace rpchspec::engine::test {

/// A virtual connection opens and carries payload both ways.
inline constexpr char const* kCarries = R"(
id: connection/opens
title: A virtual connection opens and carries payload
since: "1.0"
given: [opened]
steps:
  - client.send: {channel: in, bytes: 20000}
  - server.send: {channel: out, bytes: 20000}
expect:
  - {server.in: {data: {exactly: 20000}}, within: 5s, by: RPCH-1.3.4-01}
  - {client.out: {data: {exactly: 20000}}, within: 5s, by: RPCH-1.3.4-01}
)";

}  // namespace rpchspec::engine::test
