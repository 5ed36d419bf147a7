#include "harness/targets/secret.hpp"

#include <unistd.h>

#include <filesystem>
#include <fstream>

#include <gtest/gtest.h>

namespace rpchspec::targets {
namespace {

class Secret : public testing::Test {
 protected:
  ~Secret() override { std::filesystem::remove(file_); }

  Result<std::string> read(std::string const& text) {
    std::ofstream(file_, std::ios::binary) << text;
    return read_secret(file_);
  }

  std::string const file_ = testing::TempDir() + "secret-" + std::to_string(getpid());
};

TEST_F(Secret, IsTheFirstLineOfItsFileAsItIsWithoutTheLinesEnd) {
  EXPECT_EQ(read("s3cret").value(), "s3cret");
  EXPECT_EQ(read("s3cret\n").value(), "s3cret");
  EXPECT_EQ(read("s3cret\r\nsecond\n").value(), "s3cret");
  EXPECT_EQ(read(" s3 cret \n").value(), " s3 cret ");
  EXPECT_EQ(read("s3cret\r\r\n").value(), "s3cret\r");
}

TEST_F(Secret, IsNeverEmpty) {
  for (auto const* const text : {"", "\n", "\r\n", "\nsecond\n"}) {
    auto const secret = read(text);
    ASSERT_FALSE(secret) << text;
    EXPECT_EQ(secret.error().code, ErrorCode::bad_value);
    EXPECT_NE(secret.error().detail.find(file_), std::string::npos);
  }
}

TEST_F(Secret, OfAFileThatCannotBeReadSaysWhy) {
  for (auto const& file : {file_ + ".missing", testing::TempDir()}) {
    auto const secret = read_secret(file);
    ASSERT_FALSE(secret) << file;
    EXPECT_EQ(secret.error().code, ErrorCode::io) << file;
    EXPECT_NE(secret.error().detail.find(file), std::string::npos) << secret.error().detail;
  }
}

}  // namespace
}  // namespace rpchspec::targets
