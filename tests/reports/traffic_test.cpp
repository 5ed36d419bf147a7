#include "reports/traffic.hpp"

#include <boost/json.hpp>
#include <gtest/gtest.h>

#include "journal_builder.hpp"

namespace rpchspec::reports {
namespace {

using journal::v1::RECEIVED;
using journal::v1::SENT;
using test::JournalBuilder;

boost::json::value measured(JournalBuilder const& journal) {
  Traffic traffic;
  for (auto const& event : journal.events()) {
    traffic.on_event(event);
  }
  return traffic.take();
}

TEST(Traffic, MeasuresTheTimeFromOneEndToTheOther) {
  JournalBuilder journal;
  for (std::uint32_t i = 0; i < 20; ++i) {
    journal.at(i).rpc(test::kClientIn, SENT, i, 1000);
    journal.at(i + 0.25).rpc(test::kServerIn, RECEIVED, i, 1000);
  }
  auto const data = measured(journal).as_object();
  ASSERT_TRUE(data.contains("in"));
  EXPECT_FALSE(data.contains("out"));
  auto const& in = data.at("in").as_object();
  EXPECT_EQ(in.at("pdus"), 20);
  EXPECT_EQ(in.at("bytes"), 20000);
  for (auto const& sample : in.at("latency").as_array()) {
    EXPECT_NEAR(sample.at(1).to_number<double>(), 250, 0.01);
  }
}

TEST(Traffic, TellsTheBytesOfEachMoment) {
  JournalBuilder journal;
  for (std::uint32_t i = 0; i <= 60; ++i) {
    journal.at(i).rpc(test::kServerOut, SENT, i, 500).rpc(test::kClientOut, RECEIVED, i, 500);
  }
  auto const data = measured(journal).as_object();
  double total = 0;
  for (auto const& point : data.at("out").at("rate").as_array()) {
    total += point.at(1).to_number<double>();  // each bucket is a second wide
  }
  EXPECT_EQ(total, 61 * 500);
}

TEST(Traffic, SaysNothingOfAFewPdusOrOfThoseThatNeverArrive) {
  JournalBuilder journal;
  for (std::uint32_t i = 0; i < 15; ++i) {
    journal.at(i).rpc(test::kClientIn, SENT, i).rpc(test::kServerIn, RECEIVED, i);
  }
  for (std::uint32_t i = 100; i < 200; ++i) {
    journal.rpc(test::kClientIn, SENT, i);
    journal.rpc(test::kServerIn, RECEIVED, i + 1000);
  }
  EXPECT_TRUE(measured(journal).is_null());
}

TEST(Traffic, KeepsABoundedNumberOfSamplesAndAllBytes) {
  JournalBuilder journal;
  for (std::uint32_t i = 0; i < 10000; ++i) {
    journal.at(i * 0.01).rpc(test::kClientIn, SENT, i, 100).rpc(test::kServerIn, RECEIVED, i, 100);
  }
  auto const data = measured(journal);
  auto const& in = data.at("in").as_object();
  EXPECT_LE(in.at("latency").as_array().size(), 1000U);
  EXPECT_GE(in.at("latency").as_array().size(), 400U);
  EXPECT_EQ(in.at("bytes"), 1000000);
  auto const& rate = in.at("rate").as_array();
  auto const width = rate[1].at(0).to_number<double>() - rate[0].at(0).to_number<double>();
  double total = 0;
  for (auto const& point : rate) {
    total += point.at(1).to_number<double>() * width;
  }
  EXPECT_NEAR(total, 1000000, 2000) << "what is thinned out is counted in its neighbour";
}

}  // namespace
}  // namespace rpchspec::reports
