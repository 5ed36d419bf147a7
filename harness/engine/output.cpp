#include "harness/engine/output.hpp"

#include <array>
#include <cerrno>
#include <fstream>
#include <set>

#include "reports/events.hpp"
#include "reports/finished.hpp"
#include "reports/html_report.hpp"
#include "reports/junit.hpp"
#include "reports/ladder.hpp"
#include "reports/markdown.hpp"
#include "reports/proxy_log.hpp"
#include "reports/results_json.hpp"

namespace rpchspec::engine {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t kReserve = std::size_t{320} * 1024;     // bytes: report.html of no case
constexpr std::size_t kReserveACase = std::size_t{8} * 1024;  // of all reports, without evidence

/// Bytes of evidence in report.html, tried one after the other: a full disk may have room for less.
constexpr std::array kPageEvidence = {std::size_t{24} << 20, std::size_t{1} << 20, std::size_t{0}};

constexpr std::size_t kMostLogACase = std::size_t{256} * 1024;

constexpr std::array kOurs = {"results.json", "junit.xml",  "events.jsonl",        "cases",
                              "report.html",  kCaptureFile, "summary.md",          "tls",
                              kExploring,     kReserveFile, reports::kFinishedFile};

Error io_error(fs::path const& file, std::error_code code) {
  return {ErrorCode::io, 0, "", "", file.string() + ": " + code.message()};
}

/// Of a stream that failed: the system's word for it is all that there is.
std::error_code last_error() {
  return {errno == 0 ? EIO : errno, std::generic_category()};
}

/// proxy.log; proxy-NAME.log and reconfigure-NAME.log of a configuration.
bool is_log_of_ours(fs::path const& file) {
  auto const name = file.filename().string();
  return file.extension() == ".log" &&
         (name.starts_with("proxy") || name.starts_with("reconfigure"));
}

bool is_trouble(model::CaseResult const& result) {
  return result.verdict != model::Verdict::pass && result.verdict != model::Verdict::skip;
}

}  // namespace

void remove_earlier(fs::path const& folder) {
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

Result<void> write_file(fs::path const& file,
                        std::function<Result<void>(std::ostream& to)> const& write) {
  auto const part = fs::path(file.string() + ".part");
  errno = 0;
  std::ofstream out(part, std::ios::binary | std::ios::trunc);
  auto const written = write(out);
  out.close();
  auto const error = last_error();
  std::error_code code;
  if (!written || !out) {
    fs::remove(part, code);
    return out ? tl::unexpected(written.error()) : fail(io_error(file, error));
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
  if (has_writer(request_.out / reports::kFinishedFile)) {
    return fail({ErrorCode::io, 0, "", "",
                 request_.out.string() + ": another run is under way there; see --out"});
  }
  remove_earlier(request_.out);
  capture_file_.open(request_.out / kCaptureFile, std::ios::binary | std::ios::trunc);
  capture_.emplace(capture_file_, request_.tool_version);
  capture_file_.flush();
  if (auto none_yet = write_file(request_.out / "events.jsonl", std::string()); !none_yet) {
    return none_yet;
  }
  return write_file(results(), reports::to_json(begun));
}

fs::path Output::case_directory(std::string const& id) const {
  return request_.out / "cases" / id;
}

Result<void> Output::plan(model::RunResult const& planned) {
  if (auto room = reserve_.take(request_.out / kReserveFile,
                                kReserve + kReserveACase * planned.cases.size());
      !room) {
    return room;
  }
  if (auto written = write_file(results(), reports::to_json(planned)); !written) {
    return written;
  }
  if (auto begun = finished_.open(request_.out / reports::kFinishedFile); !begun) {
    return begun;
  }
  reports::RunNotes notes;
  notes.suite_name = request_.suite_name;
  notes.strict = request_.strict;
  notes.waivers = waivers_of(request_.target);
  std::set<std::string> files;
  for (auto const& scenario : request_.scenarios) {
    if (!scenario.file().empty()) {  // generated ones have none
      files.insert(fs::absolute(scenario.file()).string());
    }
  }
  notes.files.assign(files.begin(), files.end());
  return finished_.append(reports::notes_line(notes));
}

/// First that it is done, for its journal may be dropped next.
Result<void> Output::add_case(model::CaseResult const& result, fs::path const& journal) {
  auto noted = finished_.append(reports::finished_line(result));
  if (request_.evidence == Evidence::none ||
      (request_.evidence == Evidence::failed && !is_trouble(result))) {
    std::error_code ignored;
    fs::remove_all(journal.parent_path(), ignored);
    return noted;
  }
  auto const kept = add_evidence(result, journal);
  return noted ? kept : noted;
}

Result<void> Output::add_evidence(model::CaseResult const& result, fs::path const& journal) {
  if (auto const text = reports::ladder(journal)) {
    if (auto written = write_file(journal.parent_path() / "ladder.txt", *text); !written) {
      return written;
    }
  }
  if (auto written = add_log(journal); !written) {
    return written;
  }
  if (auto written = append_events(request_.out / "events.jsonl", result.id, journal); !written) {
    return written;
  }
  auto const id = journal.parent_path().lexically_relative(request_.out / "cases");
  return add_packets(reports::captured(id.generic_string(), result), journal);
}

/// What a proxy that we started said meanwhile; other cases may have run at the same time.
Result<void> Output::add_log(fs::path const& journal) {
  if (request_.target.start.empty()) {
    return {};
  }
  auto const range = reports::log_range_of(journal);
  auto const text = range.name.empty()
                        ? std::string()
                        : reports::end_of(request_.out / range.name, range, kMostLogACase);
  return text.empty() ? Result<void>() : write_file(journal.parent_path() / "proxy.log", text);
}

Result<void> Output::add_packets(reports::CapturedCase const& captured, fs::path const& journal) {
  if (!capture_) {
    return {};
  }
  auto const before = capture_file_.tellp();
  errno = 0;
  (void)capture_->add(captured, journal);
  capture_file_.flush();
  auto const error = last_error();
  if (capture_file_) {
    return {};
  }
  capture_.reset();
  capture_file_.close();
  std::error_code code;
  fs::resize_file(request_.out / kCaptureFile, static_cast<std::uintmax_t>(before), code);
  return fail(io_error(request_.out / kCaptureFile, error));
}

Result<void> append_events(fs::path const& events, std::string const& id, fs::path const& journal) {
  std::error_code code;
  auto const before = fs::file_size(events, code);
  auto const size = code ? 0 : before;
  errno = 0;
  std::ofstream out(events, std::ios::binary | std::ios::app);
  static_cast<void>(reports::write_events(out, id, journal));
  out.close();
  auto const error = last_error();
  if (out) {
    return {};
  }
  fs::resize_file(events, size, code);
  return fail(io_error(events, error));
}

std::vector<reports::Waiver> waivers_of(targets::Target const& target) {
  std::vector<reports::Waiver> waivers;
  for (auto const& entry : target.waivers) {
    waivers.push_back({entry.finding, entry.requirement, entry.id, entry.reason, entry.owner,
                       entry.until, entry.cases});
  }
  return waivers;
}

Result<void> Output::close(model::RunResult const& run) {
  reserve_.give_up();
  auto const junit = reports::to_junit(run, request_.suite_name);
  auto written = write_file(request_.out / "junit.xml", junit);
  if (written && !request_.junit.empty()) {
    written = write_file(request_.junit, junit);
  }
  if (written) {
    written = write_file(request_.out / "summary.md", reports::markdown_summary(run));
  }
  auto const json = reports::to_json(run);
  if (written) {
    written = write_page_and_results(run, json);
  }
  if (!written) {  // what programs read goes before what people do, where the disk is full
    auto last = write_file(results(), json);
    if (!last) {
      std::error_code ignored;
      fs::remove(request_.out / "summary.md", ignored);
      last = write_file(results(), json);
    }
    if (!last) {
      return last;
    }
  }
  finished_.remove();
  return written;
}

Result<void> Output::write_page(model::RunResult const& run, std::size_t evidence) const {
  reports::HtmlReport page{run, request_.registry, {request_.out}};
  page.evidence_bytes = evidence;
  return write_file(request_.out / "report.html",
                    [&](std::ostream& to) { return reports::write_html(to, page); });
}

/// The page with as much evidence as leaves room for results.json behind it.
Result<void> Output::write_page_and_results(model::RunResult const& run, std::string const& json) {
  Result<void> written;
  for (auto const evidence : kPageEvidence) {
    written = write_page(run, evidence);
    if (written) {
      written = write_file(results(), json);
    }
    if (written) {
      return written;
    }
    std::error_code ignored;
    fs::remove(request_.out / "report.html", ignored);
  }
  return written;
}

}  // namespace rpchspec::engine
