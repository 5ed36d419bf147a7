// Facts: what is known of a proxy's configuration, typed and listed.

#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "harness/targets/target.hpp"
#include "protocol/base/error.hpp"

namespace rpchspec::targets {

/// One line of `rpchspec facts`.
struct FactKind {
  std::string_view name;       // "connection_timeout"
  std::string_view type;       // "duration", "size", "true or false", ...
  std::string_view example;    // "120s"
  std::string_view unstated;   // what holds where the fact is not given
  std::string_view unlocks;    // what it makes possible
  std::string_view probed{};   // what of a run's first cases tells it; empty: it must be stated
  std::string_view allowed{};  // "30s to 4h (MS-RPCH 2.2.3.5.3)"; empty: what its type allows
};

[[nodiscard]] std::vector<FactKind> const& fact_kinds();
[[nodiscard]] std::vector<std::string> fact_names();

/// Null for a name that is not known.
[[nodiscard]] FactKind const* fact_kind(std::string_view name);

/// A fact's name as it is known: hyphens count as underscores.
[[nodiscard]] std::string underscored(std::string_view name);

/// Sets one fact from text. Unknown names and values that do not fit the type are errors that say
/// what is allowed. Hyphens in the name count as underscores.
[[nodiscard]] Result<void> set_fact(Facts& facts, std::string_view name, std::string const& value);

/// "receive_window=64KiB".
[[nodiscard]] Result<void> set_fact(Facts& facts, std::string_view assignment);

/// Whether what was seen of a fact that can be probed agrees with what is stated: "120s" with "2m",
/// "ntlm" with "negotiate,ntlm".
[[nodiscard]] bool agrees(std::string_view name,
                          std::string const& stated,
                          std::string const& seen);

/// True when the fact was given.
[[nodiscard]] bool has_fact(Facts const& facts, std::string_view name);

}  // namespace rpchspec::targets
