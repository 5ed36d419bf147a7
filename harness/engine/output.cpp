#include "harness/engine/output.hpp"

#include <fstream>

#include "reports/events.hpp"
#include "reports/junit.hpp"
#include "reports/ladder.hpp"
#include "reports/results_json.hpp"

namespace rpchspec::engine {
namespace {

namespace fs = std::filesystem;

constexpr std::array kOurs = {"results.json", "junit.xml",      "events.jsonl", "cases",
                              "report.html",  "capture.pcapng", "proxy.log",    "tls"};

Error io_error(fs::path const& file, std::error_code code) {
  return {ErrorCode::io, 0, "", "", file.string() + ": " + code.message()};
}

bool is_trouble(model::CaseResult const& result) {
  return result.verdict != model::Verdict::pass && result.verdict != model::Verdict::skip;
}

}  // namespace

Result<void> write_file(fs::path const& file, std::string const& text) {
  auto const part = fs::path(file.string() + ".part");
  std::ofstream out(part, std::ios::binary | std::ios::trunc);
  out << text;
  out.close();
  std::error_code code;
  if (!out) {
    return fail(io_error(file, std::make_error_code(std::errc::io_error)));
  }
  fs::rename(part, file, code);
  return code ? Result<void>(fail(io_error(file, code))) : Result<void>();
}

Result<void> Output::open(model::RunResult const& begun) {
  std::error_code code;
  fs::create_directories(request_.out, code);
  if (code) {
    return fail(io_error(request_.out, code));
  }
  for (auto const* name : kOurs) {
    fs::remove_all(request_.out / name, code);
  }
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
}

Result<void> Output::close(model::RunResult const& run) {
  auto const junit = reports::to_junit(run, request_.suite_name);
  auto written = write_file(request_.out / "junit.xml", junit);
  if (written && !request_.junit.empty()) {
    written = write_file(request_.junit, junit);
  }
  auto const results_written = write_file(results(), reports::to_json(run));
  return written ? results_written : written;
}

}  // namespace rpchspec::engine
