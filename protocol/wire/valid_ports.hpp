// Which servers and ports an RPC proxy may connect to: the ValidPorts rule of Windows' RPC proxy,
// "server:6001-6002;server:6004".

#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "protocol/base/error.hpp"
#include "protocol/base/strong.hpp"

namespace rpchspec::wire {

/// A list of hosts with a port or a range of ports each. An empty one allows nothing.
class ValidPorts {
 public:
  struct Rule {
    std::string host;  // canonical, see canonical_server_name
    std::uint16_t low = 0;
    std::uint16_t high = 0;  // inclusive
    friend bool operator==(Rule const&, Rule const&) = default;
  };

  ValidPorts() = default;

  /// Reads "host:lo-hi;host:port". Empty entries, as a final semicolon makes one, and white space
  /// around entries are passed over; a host may be an IPv6 literal with or without brackets.
  /// @return bad_syntax or bad_value with the offset: no colon, a bad host (wildcards are not part
  ///         of the rule), a port outside 1 to 65535, a range that runs backwards.
  [[nodiscard]] static Result<ValidPorts> parse(std::string_view text);

  /// Hosts compare as written, without regard to case; IPv6 literals by value. Nothing is resolved:
  /// a rule for a short name does not allow the full one.
  [[nodiscard]] bool allows(std::string_view server, Port port) const;

  /// In the order they were written.
  [[nodiscard]] std::vector<Rule> const& rules() const { return rules_; }

 private:
  std::vector<Rule> rules_;
};

/// The rule's text; IPv6 literals in brackets. parse() reads it back.
[[nodiscard]] std::string to_string(ValidPorts const& ports);

}  // namespace rpchspec::wire
