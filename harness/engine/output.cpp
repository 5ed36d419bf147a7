#include "harness/engine/output.hpp"

#include <fstream>

#include "reports/events.hpp"
#include "reports/html_report.hpp"
#include "reports/junit.hpp"
#include "reports/ladder.hpp"
#include "reports/markdown.hpp"
#include "reports/results_json.hpp"

namespace rpchspec::engine {
namespace {

namespace fs = std::filesystem;

constexpr std::array kOurs = {"results.json", "junit.xml",   "events.jsonl",
                              "cases",        "report.html", kCaptureFile,
                              "summary.md",   "tls",         kExploring};

Error io_error(fs::path const& file, std::error_code code) {
  return {ErrorCode::io, 0, "", "", file.string() + ": " + code.message()};
}

/// proxy.log; proxy-NAME.log and reconfigure-NAME.log of a configuration.
bool is_log_of_ours(fs::path const& file) {
  auto const name = file.filename().string();
  return file.extension() == ".log" &&
         (name.starts_with("proxy") || name.starts_with("reconfigure"));
}

void remove_old_files(fs::path const& folder) {
  std::error_code ignored;
  for (auto const* name : kOurs) {
    fs::remove_all(folder / name, ignored);
  }
  std::vector<fs::path> logs;
  for (auto const& entry : fs::directory_iterator(folder, ignored)) {
    if (is_log_of_ours(entry.path())) {
      logs.push_back(entry.path());
    }
  }
  for (auto const& log : logs) {
    fs::remove(log, ignored);
  }
}

bool is_trouble(model::CaseResult const& result) {
  return result.verdict != model::Verdict::pass && result.verdict != model::Verdict::skip;
}

}  // namespace

Result<void> write_file(fs::path const& file,
                        std::function<Result<void>(std::ostream& to)> const& write) {
  auto const part = fs::path(file.string() + ".part");
  std::ofstream out(part, std::ios::binary | std::ios::trunc);
  auto const written = write(out);
  out.close();
  std::error_code code;
  if (!written || !out) {
    return fail(io_error(file, std::make_error_code(std::errc::io_error)));
  }
  fs::rename(part, file, code);
  return code ? Result<void>(fail(io_error(file, code))) : Result<void>();
}

Result<void> write_file(fs::path const& file, std::string const& text) {
  return write_file(file, [&](std::ostream& to) {
    to << text;
    return Result<void>();
  });
}

Result<void> Output::open(model::RunResult const& begun) {
  std::error_code code;
  fs::create_directories(request_.out, code);
  if (code) {
    return fail(io_error(request_.out, code));
  }
  remove_old_files(request_.out);
  capture_file_.open(request_.out / kCaptureFile, std::ios::binary | std::ios::trunc);
  capture_.emplace(capture_file_, request_.tool_version);
  capture_file_.flush();
  return write_file(results(), reports::to_json(begun));
}

fs::path Output::case_directory(std::string const& id) const {
  return request_.out / "cases" / id;
}

void Output::add_case(model::CaseResult const& result, fs::path const& journal) {
  if (request_.evidence == Evidence::none ||
      (request_.evidence == Evidence::failed && !is_trouble(result))) {
    std::error_code ignored;
    fs::remove_all(journal.parent_path(), ignored);
    return;
  }
  if (auto const text = reports::ladder(journal)) {
    (void)write_file(journal.parent_path() / "ladder.txt", *text);
  }
  std::ofstream events(request_.out / "events.jsonl", std::ios::binary | std::ios::app);
  (void)reports::write_events(events, result.id, journal);
  if (capture_) {
    auto const id = journal.parent_path().lexically_relative(request_.out / "cases");
    (void)capture_->add(reports::captured(id.generic_string(), result), journal);
    capture_file_.flush();
  }
}

Result<void> Output::close(model::RunResult const& run) {
  auto const junit = reports::to_junit(run, request_.suite_name);
  auto written = write_file(request_.out / "junit.xml", junit);
  if (written && !request_.junit.empty()) {
    written = write_file(request_.junit, junit);
  }
  if (written) {
    written = write_file(request_.out / "summary.md", reports::markdown_summary(run));
  }
  if (written) {
    written = write_file(request_.out / "report.html", [&](std::ostream& to) {
      return reports::write_html(to, {run, request_.registry, {request_.out}});
    });
  }
  auto const results_written = write_file(results(), reports::to_json(run));
  return written ? results_written : written;
}

}  // namespace rpchspec::engine
