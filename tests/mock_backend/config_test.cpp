#include "mock_backend/config.hpp"

#include <fstream>

#include <gtest/gtest.h>

namespace rpchspec::backend {
namespace {

class ConfigFile : public testing::Test {
 protected:
  ~ConfigFile() override { std::filesystem::remove(file_); }

  auto load(std::string const& yaml) {
    std::ofstream(file_) << yaml;
    return load_backend_config(file_);
  }

  std::vector<std::string> complaints(std::string const& yaml) {
    std::vector<std::string> all;
    auto const read = load(yaml);
    if (!read) {
      for (auto const& error : read.error()) {
        all.push_back(std::to_string(error.line) + ":" + std::to_string(error.column) + ": " +
                      error.message);
      }
    }
    return all;
  }

  std::filesystem::path file_ =
      std::filesystem::temp_directory_path() / ("backend-" + std::to_string(getpid()) + ".yaml");
};

TEST_F(ConfigFile, SetsWhatItNamesAndLeavesTheRest) {
  auto const config = load(
      "deployment: co-located\n"
      "ports: {store: 0, address-book: 7004, mapper: 593}\n"
      "receive_window: 8KiB\n"
      "recycle_out_at: 12KiB\n"
      "reply_delay: 250ms\n"
      "ack: every\n"
      "legacy_response: absent\n"
      "withhold: [CONN/C1]\n"
      "faults: {split: 100}\n");
  ASSERT_TRUE(config);
  EXPECT_EQ(config->placement, Placement::CoLocated);
  EXPECT_EQ(config->ports,
            (std::map<Listening, std::uint16_t>{
                {Listening::store, 0}, {Listening::address_book, 7004}, {Listening::mapper, 593}}));
  EXPECT_EQ(config->session.receive_window, ReceiveWindowSize(8192));
  EXPECT_EQ(config->session.recycle_out_at, 12288U);
  EXPECT_EQ(config->session.reply_delay, std::chrono::milliseconds(250));
  EXPECT_EQ(config->legacy_response, LegacyPolicy::absent);
  EXPECT_TRUE(config->session.withheld.contains(wire::RtsPduKind::ConnC1));
  EXPECT_EQ(config->send_faults.size(), 1U);
  EXPECT_EQ(config->server_name, "EXCH01");
}

TEST_F(ConfigFile, NamesEachFaultOfWhatIsSent) {
  auto const config = load(
      "faults: {delay: 5ms, drip: {bytes: 3, every: 20ms}, throttle: 64KiB, split: 100, coalesce: "
      "4KiB,\n"
      "  truncate: 2KiB, corrupt: 17, half_close: 1MiB, end: {by: rst, at: 300}}\n");
  ASSERT_TRUE(config);
  std::vector<std::string> all;
  for (auto const& fault : config->send_faults) {
    all.push_back(std::string(net::name_of(fault)) + " at " + std::to_string(fault.at) + ", " +
                  std::to_string(fault.times));
  }
  EXPECT_EQ(all, (std::vector<std::string>{"delay at 0, 0", "drip at 0, 0", "throttle at 0, 0",
                                           "split at 0, 0", "coalesce at 0, 0",
                                           "truncate at 2048, 0", "corrupt at 17, 1",
                                           "half_close at 1048576, 1", "end at 300, 1"}));
  EXPECT_EQ(std::get<net::Drip>(config->send_faults[1].what).bytes, 3U);
  EXPECT_EQ(std::get<net::End>(config->send_faults[8].what).how, net::CloseHow::rst);
}

TEST_F(ConfigFile, SaysWhichFaultsThereAre) {
  auto const all = complaints("faults: {dripp: {bytes: 1}, end: {by: raset}, split: 0}\n");
  ASSERT_EQ(all.size(), 3U);
  EXPECT_NE(all[0].find("did you mean 'drip'?"), std::string::npos) << all[0];
  EXPECT_NE(all[1].find("did you mean 'rst'?"), std::string::npos) << all[1];
  EXPECT_NE(all[2].find("allowed: 1 to"), std::string::npos) << all[2];
}

TEST_F(ConfigFile, RecyclesOutAsWindowsDoesUnlessToldNotTo) {
  EXPECT_EQ(load("bind: 127.0.0.1\n")->session.recycle_out_at, 8192U);
  EXPECT_EQ(load("recycle_out_at: 0\n")->session.recycle_out_at, std::nullopt);
}

TEST_F(ConfigFile, SaysWhereAMistakeIsAndWhatWasMeant) {
  auto const all = complaints(
      "recieve_window: 8KiB\n"
      "reply_delay: 30\n"
      "ack: halve\n"
      "receive_window: 1KiB\n"
      "withhold: [CONN/Z9]\n");
  ASSERT_EQ(all.size(), 5U);
  EXPECT_NE(all[0].find("1:1: unknown key 'recieve_window'; did you mean 'receive_window'?"),
            std::string::npos)
      << all[0];
  EXPECT_NE(all[1].find("30s?"), std::string::npos) << all[1];
  EXPECT_NE(all[2].find("did you mean 'half'?"), std::string::npos) << all[2];
  EXPECT_NE(all[3].find("8192 to 262144"), std::string::npos) << all[3];
  EXPECT_NE(all[4].find("CONN/Z9"), std::string::npos) << all[4];
}

}  // namespace
}  // namespace rpchspec::backend
