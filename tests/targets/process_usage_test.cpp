#include "harness/targets/process_usage.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <filesystem>
#include <fstream>

#include <gtest/gtest.h>

#include "harness/targets/process_stat.hpp"

namespace rpchspec::targets {
namespace {

namespace fs = std::filesystem;

constexpr char const* kRest = " 34816 -1 4194304 103 0 0 0 0 0 0 0 20 0 1 0 8675309 2371584";

TEST(ProcessStat, IsReadBehindAnyName) {
  for (std::string const front : {"17 (sh) S 1 42 43", "17 (a) S 1 9) S 1 42 43"}) {
    auto const stat = read_stat(front + kRest);
    ASSERT_TRUE(stat);
    EXPECT_EQ(stat->group, 42);
    EXPECT_EQ(stat->session, 43);
    EXPECT_EQ(stat->started, "8675309");
  }
  for (auto const* text : {"17 (sh)", "", "17 (sh) S 1 42 43 0", "17 sh S 1 42 43"}) {
    EXPECT_FALSE(read_stat(text)) << text;
  }
}

TEST(ProcessStat, SaysOfOurselvesWhatTheSystemSays) {
  auto const stat = stat_of(getpid());
  ASSERT_TRUE(stat);
  EXPECT_EQ(stat->group, getpgrp());
  EXPECT_EQ(stat->session, getsid(0));
  auto const all = all_processes();
  EXPECT_NE(std::find(all.begin(), all.end(), getpid()), all.end());
}

/// A made-up /proc with processes 11 and 12 of group 11, and 13 of another.
class MadeUpProc : public testing::Test {
 protected:
  void SetUp() override {
    add("11", "11 (sh) S 1 11 11", 3, 100);
    add("12", "12 (nginx: worker) S 11 11 11", 5, 200);
    add("13", "13 (other) S 1 13 13", 7, 400);
    fs::create_directories(root_ / "self");
  }

  void TearDown() override { fs::remove_all(root_); }

  void add(std::string const& pid, std::string const& stat, int descriptors, int pages) {
    fs::create_directories(root_ / pid / "fd");
    std::ofstream(root_ / pid / "stat") << stat << kRest;
    std::ofstream(root_ / pid / "statm") << "999 " << pages << " 1";
    for (int i = 0; i < descriptors; ++i) {
      std::ofstream(root_ / pid / "fd" / std::to_string(i)) << "";
    }
  }

  fs::path root_ = fs::path(testing::TempDir()) / ("proc-" + std::to_string(getpid()));
};

TEST_F(MadeUpProc, SumsUpOneGroup) {
  auto const usage = usage_of_group(11, root_);
  ASSERT_TRUE(usage);
  EXPECT_EQ(usage->processes, 2U);
  EXPECT_EQ(usage->descriptors, 8U);
  EXPECT_EQ(usage->resident, 300U * static_cast<std::uint64_t>(sysconf(_SC_PAGESIZE)));
}

TEST_F(MadeUpProc, SaysSoWhereThereIsNone) {
  EXPECT_FALSE(usage_of_group(14, root_));
  EXPECT_FALSE(usage_of_group(11, root_ / "absent"));
}

TEST(ProcessUsage, SeesADescriptorOfOurOwn) {
  ASSERT_EQ(setpgid(0, 0), 0) << "others of the group come and go";
  auto const before = usage_of_group(getpgrp());
  auto const opened = open("/dev/null", O_RDONLY | O_CLOEXEC);
  auto const after = usage_of_group(getpgrp());
  close(opened);
  ASSERT_TRUE(before && after);
  EXPECT_GT(after->resident, 0U);
  EXPECT_GE(after->descriptors, before->descriptors + 1);
}

}  // namespace
}  // namespace rpchspec::targets
