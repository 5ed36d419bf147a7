// The servers of one case, on this machine or on another one.

#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <string>

#include "journal/journal.pb.h"
#include "model/scenario.pb.h"
#include "net/asio.hpp"
#include "net/deadline.hpp"
#include "protocol/base/error.hpp"
#include "protocol/base/strong.hpp"
#include "protocol/base/time.hpp"

namespace rpchspec::engine {

/// Where requests find them.
struct ServersPlace {
  std::string server_name;
  std::map<std::string, std::uint16_t> ports;  // by the services' names in scenarios
};

/// Single-threaded. Raise them first; strike them whatever raise() said.
class Servers {
 public:
  virtual ~Servers() = default;

  /// Errors: what could not listen.
  [[nodiscard]] virtual net::Task<Result<ServersPlace>> raise() = 0;

  /// This cookie is virtual connection `number` of the scenario.
  virtual void expect(VirtualConnectionCookie const& cookie, std::uint32_t number) = 0;

  /// The next connection is the v1 session `number`, or that session is over.
  virtual void expect_v1(std::uint32_t number) = 0;
  virtual void expect_v1_no_more(std::uint32_t number) = 0;

  /// Waits until they know all that they were told to expect.
  [[nodiscard]] virtual net::Task<> announced() = 0;

  /// A step that is theirs. The error says why not, in words that fit behind "step 3 server.send:".
  [[nodiscard]] virtual net::Task<Result<void>> act(scenario::v1::Step const& step,
                                                    net::Deadline deadline) = 0;

  /// Waits until everything that they have seen so far was told.
  [[nodiscard]] virtual net::Task<> caught_up() = 0;

  /// How late after its time an event of theirs may be told.
  [[nodiscard]] virtual Duration lateness() const = 0;

  /// Waits until no connection to them is open, or the deadline passes.
  [[nodiscard]] virtual net::Task<> left(net::Deadline deadline) = 0;

  /// Ends them and their connections.
  [[nodiscard]] virtual net::Task<> strike() = 0;

  /// Why the case cannot go on; empty: it can.
  [[nodiscard]] virtual std::string const& broken() const = 0;

  /// Once struck, and the case's journal is closed: puts what another machine wrote into it.
  [[nodiscard]] virtual Result<void> complete(std::filesystem::path const& journal) = 0;
};

}  // namespace rpchspec::engine
