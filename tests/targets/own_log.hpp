// A file that no other test writes.

#pragma once

#include <unistd.h>

#include <filesystem>
#include <string>

#include <gtest/gtest.h>

namespace rpchspec::targets::test {

inline std::filesystem::path own_log() {
  auto const* test = testing::UnitTest::GetInstance()->current_test_info();
  return std::filesystem::temp_directory_path() /
         (std::string("rpchspec-") + test->name() + std::to_string(getpid()) + ".log");
}

}  // namespace rpchspec::targets::test
