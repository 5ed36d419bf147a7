// One case from start to verdict: its servers, its client, its journal, on a thread of its own.

#pragma once

#include <filesystem>
#include <functional>
#include <string>

#include "harness/engine/certificates.hpp"
#include "harness/engine/dispatcher.hpp"
#include "harness/targets/target.hpp"
#include "model/requirements.hpp"
#include "model/scenario.pb.h"
#include "reports/judge.hpp"

namespace rpchspec::engine {

class Elsewhere;
class TlsUpstream;

/// What all cases of a run share. Outlives them; read-only but for the dispatchers.
struct Surroundings {
  targets::Target const& target;
  model::RequirementRegistry const& registry;
  std::uint64_t seed = 0;
  double timeout_scale = 1;
  bool strict = false;
  std::string tool_version;
  Certificates certificates;
  std::string own_address;  // the servers' address towards a proxy on another machine
  Dispatcher* server_legs =
      nullptr;  // shared listeners 6001, 6002, 6004; null: each case binds its own
  Dispatcher* upstream = nullptr;        // topology http-front
  Bytes upstream_binding = {};           // channel binding of TLS to it; empty: it is plain
  TlsUpstream* tls_upstream = nullptr;   // that TLS; null: it is plain
  bool indirect = false;                 // the proxy is reached through the target's forward proxy
  pid_t proxy_group = 0;                 // process group of a proxy that was started; 0: not known
  std::filesystem::path proxy_log = {};  // of such a proxy; empty: there is none
  /// Has the proxy read its configuration again, and blocks until it did; null: nobody can.
  std::function<Result<void>()> reload = {};
  Elsewhere* elsewhere = nullptr;  // who plays the servers; null: this process
};

struct CaseOrder {
  scenario::v1::Scenario const* scenario = nullptr;
  std::uint32_t number = 1;         // of the case in the run: makes its address and name
  std::filesystem::path directory;  // for its journal; made when missing
  std::string rerun;
  bool alone = false;            // no other case runs meanwhile
  bool retry = false;            // a lag is now an error
  std::uint32_t repetition = 0;  // of the case in the run: each has cookies of its own
  std::string server_name = {};  // of its servers; empty: as the target says
};

struct CaseOutcome {
  reports::Judgement judgement;
  std::filesystem::path journal;
  std::string unwritable;  // why the journal is not whole; the verdict is `error` then
};

/// Plays and judges one case. Blocks the calling thread. `is_over` is asked all the time, on
/// another thread, too: once it is true the case is broken off and judged as interrupted.
[[nodiscard]] CaseOutcome run_case(Surroundings const& surroundings,
                                   CaseOrder const& order,
                                   std::function<bool()> const& is_over);

}  // namespace rpchspec::engine
