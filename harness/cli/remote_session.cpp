#include "harness/cli/remote_session.hpp"

#include <filesystem>
#include <fstream>

#include <fmt/format.h>

#include "harness/cli/command.hpp"

namespace rpchspec::cli {

namespace {

namespace fs = std::filesystem;

constexpr std::chrono::seconds kLease = std::chrono::minutes(10);

}  // namespace

void raise(service::CallFailed const& failure, std::string const& agent) {
  std::string text;
  for (auto const& each : failure.problems) {
    auto const place = each.file().empty()
                           ? each.field()
                           : fmt::format("{}:{}:{}", each.file(), each.line(), each.column());
    text += (text.empty() ? "" : "\n") + place + ": " + each.text();
  }
  if (failure.more > 0) {
    text += fmt::format("\nand {} more problems", failure.more);
  }
  if (text.empty()) {
    text = "the agent " + agent + ": " + failure.text;
  }
  if (failure.kind == service::CallFailed::Kind::request || !failure.problems.empty()) {
    throw UsageError{text};
  }
  throw StartError{text};
}

void RemoteSession::join(std::string const& action) {
  if (!file_.empty() && fs::exists(file_)) {
    std::getline(std::ifstream(file_) >> std::ws, lease_);
    auto const kept = called(agent_.keep_alive(lease_), where_);
    ttl_ = std::chrono::seconds(kept.ttl().seconds());
    return;
  }
  throw UsageError{action + " wants --session F, of the `remote run` that made it"};
}

void RemoteSession::join_or_open() {
  if (!file_.empty() && fs::exists(file_)) {
    join({});
    return;
  }
  auto const opened = called(agent_.open_session(kLease), where_);
  lease_ = opened.lease();
  ttl_ = std::chrono::seconds(opened.ttl().seconds());
  ours_ = true;
  if (!file_.empty()) {
    keep();
  }
}

RemoteSession::~RemoteSession() {
  if (ours_ && file_.empty()) {
    static_cast<void>(agent_.close_session(lease_));  // else it runs out
  }
}

void RemoteSession::close() {
  called(agent_.close_session(lease_), where_);
  std::error_code ignored;
  fs::remove(file_, ignored);
}

void RemoteSession::keep() const {
  auto const perms = fs::perms::owner_read | fs::perms::owner_write;
  std::ofstream out(file_);
  std::error_code error;
  fs::permissions(file_, perms, error);
  out << lease_ << "\n";
  if (!out.flush()) {
    throw StartError{"--session: cannot write '" + file_ + "'"};
  }
}

}  // namespace rpchspec::cli
