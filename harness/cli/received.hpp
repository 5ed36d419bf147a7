// What came of a run elsewhere, for where the rest never does.

#pragma once

#include <filesystem>
#include <string>

#include "harness/agent/proto/rpchspec/v1/agent.pb.h"
#include "harness/targets/settings.hpp"
#include "model/verdict.hpp"
#include "reports/rows_by_id.hpp"

namespace rpchspec::cli {

class Received {
 public:
  /// @param agent  its address, for whom no target is named.
  Received(targets::Settings const& settings, std::string const& agent);
  Received(Received const&) = delete;
  Received& operator=(Received const&) = delete;

  void take(rpchspec::v1::RunEvent const& event);

  /// Writes results.json and junit.xml of the verdicts that came, with "complete": false, in place
  /// of what an earlier run left there. Nothing where not even the begin of the run was heard of.
  /// @throws StartError: they cannot be written.
  void write() const;

 private:
  std::filesystem::path out_;
  std::string suite_name_;
  model::RunResult run_;
  reports::RowsById<model::CaseResult> cases_{run_.cases};
  bool has_begun_ = false;
};

}  // namespace rpchspec::cli
