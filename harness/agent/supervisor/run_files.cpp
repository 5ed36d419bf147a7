#include "harness/agent/supervisor/run_files.hpp"

#include <algorithm>

#include "harness/agent/supervisor/words.hpp"
#include "journal/utf8.hpp"

namespace rpchspec::supervisor {

namespace {

namespace fs = std::filesystem;

constexpr char const* kCases = "cases";

/// The private keys of the run's own certificates; room set apart; what is being written.
bool is_kept_back(fs::path const& name) {
  return *name.begin() == "tls" || name.filename() == ".reserve" || name.extension() == ".part";
}

void add(std::vector<RunFile>& files, fs::directory_entry const& entry, fs::path const& out) {
  std::error_code error;
  bool const is_file = !entry.is_symlink(error) && entry.is_regular_file(error) && !error;
  auto const name = entry.path().lexically_relative(out);
  if (is_file && !is_kept_back(name)) {
    files.push_back({journal::to_utf8(name.generic_string()), entry.path()});
  }
}

std::vector<RunFile> all_below(fs::path const& out) {
  std::vector<RunFile> files;
  std::error_code error;
  fs::recursive_directory_iterator each(out, error);  // follows no links
  while (!error && each != fs::recursive_directory_iterator()) {
    add(files, *each, out);
    each.increment(error);
  }
  return files;
}

/// Those right below it: a folder there is another case's.
std::vector<RunFile> of_case(fs::path const& folder, fs::path const& out) {
  std::vector<RunFile> files;
  std::error_code error;
  fs::directory_iterator each(folder, error);
  while (!error && each != fs::directory_iterator()) {
    add(files, *each, out);
    each.increment(error);
  }
  return files;
}

/// By its name; empty: it is more than one file, or no word of ours.
std::string single_file(api::FetchRequest const& request) {
  switch (request.what()) {
    case api::FetchRequest::RESULTS:
      return "results.json";
    case api::FetchRequest::JUNIT:
      return "junit.xml";
    case api::FetchRequest::SUMMARY:
      return "summary.md";
    case api::FetchRequest::REPORT:
      return "report.html";
    case api::FetchRequest::CAPTURE:
      return "capture.pcapng";
    case api::FetchRequest::EVENTS:
      return "events.jsonl";
    case api::FetchRequest::JOURNAL:
      return std::string(kCases) + "/" + request.case_id() + "/journal.bin";
    default:
      return {};
  }
}

bool is_of_a_case(api::FetchRequest::What what) {
  return what == api::FetchRequest::CASE || what == api::FetchRequest::JOURNAL;
}

}  // namespace

Outcome<std::vector<RunFile>> files_of(RunFolder const& folder, api::FetchRequest const& request) {
  auto const out = folder.out();
  auto const& id = request.case_id();
  bool const is_id = is_selector(id) && id.find('*') == std::string::npos;
  if (is_of_a_case(request.what()) && !is_id) {
    return refuse_field("case_id", "expected the id of a case, as results.json has it");
  }
  std::vector<RunFile> files;
  auto const single = single_file(request);
  if (request.what() == api::FetchRequest::ALL) {
    files = all_below(out);
  } else if (request.what() == api::FetchRequest::CASE) {
    files = of_case(out / kCases / id, out);
  } else if (!single.empty()) {
    std::error_code error;
    fs::directory_entry const entry(out / single, error);
    add(files, entry, out);
  } else {
    return refuse_field("what", "is none of the files of a run");
  }
  if (files.empty()) {
    return refuse(Why::not_found,
                  "there is no such file; of a case, its evidence may not have been "
                  "kept (options.evidence)");
  }
  std::sort(files.begin(), files.end(),
            [](RunFile const& a, RunFile const& b) { return a.name < b.name; });
  return files;
}

}  // namespace rpchspec::supervisor
