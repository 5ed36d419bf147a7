#include "harness/cli/received.hpp"

#include <ctime>

#include <boost/json.hpp>
#include <fmt/chrono.h>
#include <fmt/format.h>

#include "harness/cli/command.hpp"
#include "harness/engine/output.hpp"
#include "harness/loader/suite_version.hpp"
#include "harness/targets/target.hpp"
#include "reports/junit.hpp"
#include "reports/repetitions.hpp"
#include "reports/results_case.hpp"
#include "reports/results_json.hpp"
#include "reports/run_result.hpp"

namespace rpchspec::cli {

namespace {

void must_be_written(Result<void> const& written) {
  if (!written) {
    throw StartError{to_string(written.error())};
  }
}

}  // namespace

Received::Received(targets::Settings const& settings, std::string const& agent)
    : out_(settings.out), suite_name_(settings.suite_name) {
  run_.tool_version = RPCHSPEC_VERSION;
  run_.suite = loader::kSuiteVersion;
  run_.started = fmt::format("{:%Y-%m-%dT%H:%M:%SZ}", fmt::gmtime(std::time(nullptr)));
  run_.seed = settings.seed;
  run_.target.name = settings.target_name.empty() ? agent : settings.target_name;
  run_.target.topology = targets::to_string(settings.target.topology);
}

void Received::take(rpchspec::v1::RunEvent const& event) {
  has_begun_ = true;
  if (event.has_case_()) {
    reports::add_case(cases_,
                      reports::case_of(boost::json::parse(event.case_().json()).as_object()));
  }
}

void Received::write() const {
  if (!has_begun_) {
    return;
  }
  auto run = run_;
  reports::recount(run);
  std::error_code ignored;
  std::filesystem::create_directories(out_, ignored);
  engine::remove_earlier(out_);
  must_be_written(engine::write_file(out_ / "junit.xml", reports::to_junit(run, suite_name_)));
  must_be_written(engine::write_file(out_ / "results.json", reports::to_json(run)));
  fmt::print(stderr, "rpchspec: the {} verdicts that came are in {}\n", run.cases.size(),
             (out_ / "results.json").string());
}

}  // namespace rpchspec::cli
