#include "harness/engine/reserve.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <system_error>

#include <fmt/format.h>

namespace rpchspec::engine {

namespace {

bool is_full(int error) {
  return error == ENOSPC || error == EDQUOT;
}

}  // namespace

Result<void> Reserve::take(std::filesystem::path const& file, std::size_t bytes) {
  auto const number = ::open(file.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
  if (number < 0) {
    return is_full(errno) ? Result<void>(fail({ErrorCode::io, 0, "", "",
                                               file.string() + ": no room on the disk"}))
                          : Result<void>();
  }
  file_ = file;
  auto const error = ::posix_fallocate(number, 0, static_cast<off_t>(bytes));
  ::close(number);
  if (is_full(error)) {
    give_up();
    return fail(
        {ErrorCode::io, 0, "", "",
         fmt::format("{}: {} KiB are wanted for the reports: {}", file.parent_path().string(),
                     bytes / 1024, std::generic_category().message(error))});
  }
  return {};
}

void Reserve::give_up() {
  if (!file_.empty()) {
    std::error_code ignored;
    std::filesystem::remove(file_, ignored);
    file_.clear();
  }
}

}  // namespace rpchspec::engine
