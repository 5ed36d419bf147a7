#include "harness/targets/descriptor_limit.hpp"

#include <sys/resource.h>

#include <algorithm>
#include <utility>

namespace rpchspec::targets {
namespace {

constexpr rlim_t kEnough = 65536;

rlim_t before = 0;  // 0: nothing was raised

}  // namespace

void raise_descriptor_limit() {
  rlimit limit{};
  if (getrlimit(RLIMIT_NOFILE, &limit) != 0) {
    return;
  }
  auto const wanted = std::min(limit.rlim_max, kEnough);
  if (limit.rlim_cur >= wanted) {
    return;
  }
  auto const was = std::exchange(limit.rlim_cur, wanted);
  if (setrlimit(RLIMIT_NOFILE, &limit) == 0) {
    before = was;
  }
}

std::string descriptor_limit_restored() {
  return before == 0 ? "" : "ulimit -S -n " + std::to_string(before) + "; ";
}

}  // namespace rpchspec::targets
