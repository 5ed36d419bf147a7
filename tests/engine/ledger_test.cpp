// What a run keeps for the case that it is killed, or that the disk fills up.

#include "harness/engine/ledger.hpp"

#include <sys/resource.h>

#include <csignal>
#include <cstdlib>
#include <fstream>
#include <sstream>

#include <gtest/gtest.h>

#include "harness/engine/reserve.hpp"

namespace rpchspec::engine {
namespace {

namespace fs = std::filesystem;

class LedgerFile : public ::testing::Test {
 protected:
  LedgerFile() {
    std::string name = ::testing::TempDir() + "/ledger-XXXXXX";
    folder_ = mkdtemp(name.data());
    file_ = folder_ / "lines";
  }

  ~LedgerFile() override { fs::remove_all(folder_); }

  [[nodiscard]] std::string text() const {
    std::ostringstream out;
    out << std::ifstream(file_).rdbuf();
    return out.str();
  }

  fs::path folder_;
  fs::path file_;
};

/// Lets no file of this process grow over so many bytes, as a full disk would.
class FileSizeLimit {
 public:
  explicit FileSizeLimit(rlim_t bytes) : handler_(std::signal(SIGXFSZ, SIG_IGN)) {
    getrlimit(RLIMIT_FSIZE, &before_);
    rlimit const limit{bytes, before_.rlim_max};
    setrlimit(RLIMIT_FSIZE, &limit);
  }

  ~FileSizeLimit() {
    setrlimit(RLIMIT_FSIZE, &before_);
    std::signal(SIGXFSZ, handler_);
  }

  FileSizeLimit(FileSizeLimit const&) = delete;
  FileSizeLimit& operator=(FileSizeLimit const&) = delete;

 private:
  rlimit before_{};
  void (*handler_)(int);
};

TEST_F(LedgerFile, HasEachLineAtOnceAndIsLockedWhileItsWriterLives) {
  EXPECT_FALSE(has_writer(file_));
  {
    Ledger ledger;
    ASSERT_TRUE(ledger.append("lost\n")) << "nothing is open yet";
    ASSERT_TRUE(ledger.open(file_));
    ASSERT_TRUE(ledger.append("one\n"));
    EXPECT_EQ(text(), "one\n");
    EXPECT_TRUE(has_writer(file_));
    Ledger second;
    EXPECT_FALSE(second.open(file_));
    EXPECT_EQ(text(), "one\n");
  }
  EXPECT_FALSE(has_writer(file_));
}

TEST_F(LedgerFile, HasWholeLinesOnlyWhereThereIsNoRoom) {
  Ledger ledger;
  ASSERT_TRUE(ledger.open(file_));
  ASSERT_TRUE(ledger.append("one\n"));
  Result<void> written;
  {
    FileSizeLimit const limit(7);
    written = ledger.append("four and five\n");
  }
  ASSERT_FALSE(written);
  EXPECT_NE(written.error().detail.find("File too large"), std::string::npos);
  EXPECT_EQ(text(), "one\n");
  ASSERT_TRUE(ledger.append("two\n"));
  EXPECT_EQ(text(), "one\ntwo\n");
}

TEST_F(LedgerFile, ThatCannotBeIsToldWithItsPlace) {
  Ledger ledger;
  auto const opened = ledger.open(folder_ / "gone/lines");
  ASSERT_FALSE(opened);
  EXPECT_NE(opened.error().detail.find("gone/lines: No such file"), std::string::npos);
}

TEST_F(LedgerFile, AReserveIsThereUntilItIsGivenUp) {
  {
    Reserve reserve;
    ASSERT_TRUE(reserve.take(file_, 4096));
    EXPECT_EQ(fs::file_size(file_), 4096U);
    reserve.give_up();
    EXPECT_FALSE(fs::exists(file_));
    ASSERT_TRUE(reserve.take(file_, 4096));
  }
  EXPECT_FALSE(fs::exists(file_));
}

}  // namespace
}  // namespace rpchspec::engine
