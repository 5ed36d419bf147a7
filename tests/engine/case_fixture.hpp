// What tests that play whole cases share: the suite's library, a certificate, a folder of their
// own.

#pragma once

#include <unistd.h>

#include <filesystem>
#include <optional>
#include <string>

#include <gtest/gtest.h>

#include "harness/engine/case_run.hpp"
#include "harness/loader/load.hpp"
#include "harness/targets/needed_fact.hpp"

namespace rpchspec::engine::test {

class CaseFixture : public testing::Test {
 protected:
  /// @param name  of the folder, which is gone with the test.
  explicit CaseFixture(std::string const& name)
      : directory_(std::filesystem::temp_directory_path() /
                   (name + "-" + std::to_string(getpid()))) {
    auto library = loader::load_library(RPCHSPEC_SOURCE_DIR "/scenarios", targets::wrong_fact);
    EXPECT_TRUE(library) << loader::to_string(library.error());
    library_.emplace(std::move(*library));
    certificates_ = *make_certificates();
  }

  ~CaseFixture() override { std::filesystem::remove_all(directory_); }

  [[nodiscard]] scenario::v1::Scenario scenario_of(std::string const& yaml) const {
    auto const suite = loader::load_text(yaml, "test.yaml", *library_);
    EXPECT_TRUE(suite) << loader::to_string(suite.error());
    return suite->scenarios.at(0);
  }

  [[nodiscard]] Surroundings surroundings(double timeout_scale = 1) const {
    return {target_, library_->requirements, 1,  timeout_scale, false,
            "test",  certificates_,          {}, nullptr,       nullptr,
            {}};
  }

  /// Against `target_`, in the folder.
  CaseOutcome play(std::string const& yaml, double timeout_scale = 1) {
    scenario_ = scenario_of(yaml);
    CaseOrder order;
    order.scenario = &scenario_;
    order.directory = directory_;
    return run_case(surroundings(timeout_scale), order, [] { return false; });
  }

  std::optional<loader::Library> library_;
  Certificates certificates_;
  targets::Target target_;
  scenario::v1::Scenario scenario_;  // that was played last
  std::filesystem::path directory_;
};

}  // namespace rpchspec::engine::test
