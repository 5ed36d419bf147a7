#include "harness/agent/judge.hpp"

#include <ctime>
#include <system_error>

#include <fmt/chrono.h>
#include <fmt/format.h>

#include "harness/engine/output.hpp"
#include "reports/junit.hpp"
#include "reports/results_json.hpp"
#include "reports/run_result.hpp"

namespace rpchspec::agent {

Result<void> write_reports(std::filesystem::path const& out,
                           model::RunResult run,
                           reports::ClientJudge const& judge) {
  run.cases = judge.cases();
  reports::summarize(run);
  if (auto written = engine::write_file(out / "junit.xml", reports::to_junit(run, kJudged));
      !written) {
    return written;
  }
  return engine::write_file(out / "results.json", reports::to_json(run));
}

Judge::Judge(JudgeOptions options) : options_(std::move(options)), judge_(options_.requirements) {}

Result<void> Judge::open(std::vector<std::string> urls) {
  begun_.tool_version = options_.tool_version;
  begun_.suite = options_.suite;
  begun_.started = fmt::format("{:%Y-%m-%dT%H:%M:%SZ}", fmt::gmtime(std::time(nullptr)));
  begun_.target.name = kJudged;
  begun_.target.topology = "embedded";
  begun_.target.urls = std::move(urls);
  if (options_.out.empty()) {
    return {};
  }
  std::error_code code;
  std::filesystem::create_directories(options_.out, code);
  if (code) {
    return fail({ErrorCode::io, 0, "", "", options_.out.string() + ": " + code.message()});
  }
  auto const journal = options_.out / kJudgeJournal;
  if (engine::has_writer(journal)) {
    return fail(
        {ErrorCode::io, 0, "", "", options_.out.string() + ": another fixture judges there"});
  }
  if (auto held = journal_.open(journal); !held) {
    return held;
  }
  std::filesystem::remove(options_.out / "junit.xml", code);
  return engine::write_file(options_.out / "results.json", reports::to_json(begun_));
}

api::Findings Judge::findings() const {
  api::Findings findings;
  findings.set_judging(true);
  for (auto const& each : judge_.findings()) {
    auto const& observation = each.observation;
    auto const* const requirement = options_.requirements.find(observation.requirement);
    auto& finding = *findings.add_findings();
    finding.set_id(each.id);
    finding.set_requirement(observation.requirement);
    finding.set_level(std::string(to_string(observation.level)));
    finding.set_kind(observation.kind);
    finding.set_leg(observation.leg);
    finding.set_text(requirement == nullptr ? "" : requirement->text);
    finding.set_expected(observation.expected);
    finding.set_seen(observation.seen);
    finding.mutable_connections()->Add(each.connections.begin(), each.connections.end());
    finding.set_sightings(each.sightings);
  }
  return findings;
}

Result<void> Judge::close() {
  if (options_.out.empty()) {
    return {};
  }
  auto run = begun_;
  run.complete = true;
  run.duration_s = std::chrono::duration<double>(std::chrono::steady_clock::now() - start_).count();
  return write_reports(options_.out, std::move(run), judge_);
}

std::string Judge::summary() const {
  auto const& findings = judge_.findings();
  if (findings.empty()) {
    return "no client broke a requirement";
  }
  std::string text;
  for (auto const& each : findings) {
    auto const& observation = each.observation;
    text += fmt::format("{}{} {} ({}): expected {}, seen {}; {} times, first at {}",
                        text.empty() ? "" : "\n", each.id, observation.requirement,
                        to_string(observation.level), observation.expected, observation.seen,
                        each.sightings, observation.where);
  }
  return text;
}

}  // namespace rpchspec::agent
