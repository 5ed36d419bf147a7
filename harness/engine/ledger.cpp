#include "harness/engine/ledger.hpp"

#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

#include <cerrno>
#include <system_error>

namespace rpchspec::engine {

namespace {

namespace fs = std::filesystem;

Error io_error(fs::path const& file, int number) {
  return {ErrorCode::io, 0, "", "",
          "cannot write " + file.string() + ": " + std::generic_category().message(number)};
}

}  // namespace

Ledger::~Ledger() {
  if (number_ >= 0) {
    ::close(number_);
  }
}

Result<void> Ledger::open(fs::path const& file) {
  file_ = file;
  number_ = ::open(file.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0644);
  if (number_ < 0 || ::flock(number_, LOCK_EX | LOCK_NB) != 0 || ::ftruncate(number_, 0) != 0) {
    return fail(io_error(file, errno));
  }
  return {};
}

Result<void> Ledger::append(std::string_view line) {
  if (number_ < 0) {
    return {};
  }
  auto const before = ::lseek(number_, 0, SEEK_END);
  auto rest = line;
  while (!rest.empty()) {
    auto const count = ::write(number_, rest.data(), rest.size());
    if (count < 0 && errno == EINTR) {
      continue;
    }
    if (count <= 0) {
      auto const error = count < 0 ? errno : ENOSPC;
      static_cast<void>(::ftruncate(number_, before));
      return fail(io_error(file_, error));
    }
    rest.remove_prefix(static_cast<std::size_t>(count));
  }
  return {};
}

void Ledger::remove() {
  std::error_code ignored;
  fs::remove(file_, ignored);
}

bool has_writer(fs::path const& file) {
  auto const number = ::open(file.c_str(), O_RDONLY | O_CLOEXEC);
  if (number < 0) {
    return false;
  }
  auto const held = ::flock(number, LOCK_SH | LOCK_NB) != 0 && errno == EWOULDBLOCK;
  ::close(number);
  return held;
}

}  // namespace rpchspec::engine
