#include "reports/proxy_log.hpp"

#include <algorithm>
#include <fstream>
#include <sstream>

#include "journal/reader.hpp"

namespace rpchspec::reports {

namespace fs = std::filesystem;

namespace {

bool is_log(std::string const& name) {
  return name.starts_with("proxy") && name.ends_with(".log") && name.find('/') == name.npos;
}

}  // namespace

void LogRange::on_event(journal::v1::Event const& event) {
  auto const& parameter = event.parameter();
  if (parameter.name() != kProxyLogFrom && parameter.name() != kProxyLogTo) {
    return;
  }
  std::istringstream in(parameter.value());
  std::uint64_t size = 0;
  std::string file;
  if (in >> size && std::getline(in >> std::ws, file) && is_log(file)) {
    name = file;
    (parameter.name() == kProxyLogFrom ? from : to) = size;
  }
}

LogRange log_range_of(fs::path const& journal) {
  LogRange range;
  auto const read = journal::read(journal, [&](auto const& event) { range.on_event(event); });
  return read ? range : LogRange();
}

std::vector<fs::path> logs_in(std::vector<fs::path> const& folders) {
  std::vector<fs::path> logs;
  for (auto const& folder : folders) {
    std::error_code ignored;
    for (auto const& entry : fs::directory_iterator(folder, ignored)) {
      if (is_log(entry.path().filename().string()) && entry.file_size(ignored) != 0) {
        logs.push_back(entry.path());
      }
    }
  }
  std::sort(logs.begin(), logs.end());
  logs.erase(std::unique(logs.begin(), logs.end()), logs.end());
  return logs;
}

std::string end_of(fs::path const& log, LogRange const& range, std::size_t most) {
  if (range.to <= range.from) {
    return {};
  }
  bool const cut = range.to - range.from > most;
  auto const from = cut ? range.to - most : range.from;
  std::ifstream in(log, std::ios::binary);
  in.seekg(static_cast<std::streamoff>(from));
  std::string text(static_cast<std::size_t>(range.to - from), '\0');
  in.read(text.data(), static_cast<std::streamsize>(text.size()));
  text.resize(static_cast<std::size_t>(std::max<std::streamsize>(in.gcount(), 0)));
  if (cut) {
    text.erase(0, text.find('\n') + 1);
  }
  return text;
}

}  // namespace rpchspec::reports
