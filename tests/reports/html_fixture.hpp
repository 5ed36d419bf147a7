// A run with a case of each verdict, and a folder of its evidence.

#pragma once

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <string>

#include <gtest/gtest.h>

#include "case_results.hpp"
#include "journal_builder.hpp"
#include "reports/html_report.hpp"
#include "reports/run_result.hpp"

namespace rpchspec::reports::test {

class HtmlFixture : public ::testing::Test {
 protected:
  HtmlFixture() {
    auto pattern = (std::filesystem::temp_directory_path() / "html-XXXXXX").string();
    folder_ = ::mkdtemp(pattern.data());
    run_.complete = true;
    run_.tool_version = "1.0.0";
    run_.suite = "1.0";
    run_.target = {"edge", {"http://gw"}, "rpc-proxy", {{"auth", "basic"}}};
  }

  ~HtmlFixture() override {
    std::error_code ignored;
    std::filesystem::remove_all(folder_, ignored);
  }

  model::CaseResult& add(std::string id, model::Verdict verdict, std::string message = {}) {
    auto made = case_result(std::move(id), verdict, 1.5);
    made.title = "Title of " + made.id;
    made.requirements = {"R-1", "R-2"};
    made.message = std::move(message);
    made.rerun = "rpchspec run " + made.id;
    run_.cases.push_back(std::move(made));
    return run_.cases.back();
  }

  void keep(std::string const& id, JournalBuilder const& journal) {
    auto const place = folder_ / "cases" / id;
    std::filesystem::create_directories(place);
    auto const bytes = journal.bytes();
    std::ofstream(place / "journal.bin", std::ios::binary) << std::string(as_text(ByteView(bytes)));
  }

  std::string page() {
    std::ostringstream to;
    HtmlReport report{run_, registry_, {folder_}, room_};
    recount(run_);
    EXPECT_TRUE(write_html(to, report));
    return to.str();
  }

  static std::size_t count(std::string const& in, std::string_view what) {
    std::size_t number = 0;
    for (auto at = in.find(what); at != std::string::npos; at = in.find(what, at + 1)) {
      ++number;
    }
    return number;
  }

  std::filesystem::path folder_;
  model::RunResult run_;
  model::RequirementRegistry const* registry_ = nullptr;
  std::size_t room_ = std::size_t{1} << 20;
};

}  // namespace rpchspec::reports::test
