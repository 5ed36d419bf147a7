#include "journal/recorder.hpp"

#include <unistd.h>

#include <filesystem>
#include <fstream>

#include <gtest/gtest.h>

#include "journal/digest.hpp"
#include "journal/reader.hpp"

namespace rpchspec::journal {
namespace {

using namespace std::chrono_literals;

class JournalFile : public testing::Test {
 protected:
  std::filesystem::path path_ =
      std::filesystem::temp_directory_path() / ("rpchspec-journal-" + std::to_string(::getpid()));

  void TearDown() override { std::filesystem::remove(path_); }

  static Event pdu(std::uint32_t size) {
    Event event;
    event.mutable_pdu()->set_size(size);
    return event;
  }
};

std::vector<Event> read_all(ByteView bytes) {
  std::vector<Event> events;
  EXPECT_TRUE(read(bytes, [&](Event const& event) { events.push_back(event); }));
  return events;
}

TEST(Recorder, KeepsEventsInOrderWithTheTimeSinceTheStart) {
  auto const start = TimePoint{} + 1h;
  Recorder recorder({.start = start});
  recorder.parameter("window", "65536", start + 5ms);
  recorder.note(v1::SERVER, "hello", start + 7ms);
  auto const events = read_all(recorder.memory());
  ASSERT_EQ(events.size(), 2U);
  EXPECT_EQ(events[0].parameter().name(), "window");
  EXPECT_EQ(events[0].at_ns(), 5'000'000U);
  EXPECT_EQ(events[1].source(), v1::SERVER);
  EXPECT_EQ(events[1].at_ns(), 7'000'000U);
  EXPECT_EQ(recorder.ns_at(start + 7ms), 7'000'000U);
  EXPECT_EQ(recorder.ns_at(start - 1ms), 0U);
}

TEST(Recorder, ShowsEachEventToItsListenersAfterItWasStored) {
  Recorder recorder({});
  std::size_t stored = 0;
  recorder.listen([&](Event const&) { stored = recorder.memory().size(); });
  recorder.note(v1::CLIENT, "one", {});
  EXPECT_GT(stored, 0U);
}

TEST(Recorder, NumbersConnectionsFromOne) {
  Recorder recorder({});
  EXPECT_EQ(recorder.next_connection(), 1U);
  EXPECT_EQ(recorder.next_connection(), 2U);
}

TEST(Recorder, DigestsDependOnTheKeyAndNotOnSegmentation) {
  Recorder recorder({.start = {}, .digest_key = 7});
  Bytes bytes(5840);
  for (std::size_t i = 0; i < bytes.size(); ++i) {
    bytes[i] = static_cast<std::uint8_t>(i * 31);
  }
  for (std::size_t const size : {0UL, 1UL, 16UL, 17UL, 240UL, 241UL, 1024UL, 5840UL}) {
    auto const view = ByteView(bytes).first(size);
    RunningDigest running(7);
    for (std::size_t at = 0; at < size; at += 3) {
      running.add(view.subspan(at, std::min<std::size_t>(3, size - at)));
    }
    EXPECT_EQ(running.value(), recorder.digest(view)) << size;
    EXPECT_NE(recorder.digest(view), Recorder({.start = {}, .digest_key = 8}).digest(view));
  }
}

TEST(Recorder, TextThatIsNoUtf8IsReadableAllTheSame) {
  Recorder recorder({});
  recorder.note(v1::HARNESS, "caf\xe9 \xc3\xa9 \xed\xa0\x80 \xf0\x9f", {});
  Event started;
  (*started.mutable_started()->mutable_facts())["auth"] = "\xff";
  recorder.append(started, {});
  auto const events = read_all(recorder.memory());
  ASSERT_EQ(events.size(), 2U);
  EXPECT_EQ(events[0].note().text(), "caf? \xc3\xa9 ??? ??");
  EXPECT_EQ(events[1].started().facts().at("auth"), "?");
}

TEST(Recorder, RefusesAnEventThatItsReaderWouldRefuse) {
  Recorder recorder({});
  recorder.note(v1::HARNESS, std::string(kMaxRecordSize + 1, 'x'), {});
  recorder.note(v1::HARNESS, "next", {});
  EXPECT_NE(recorder.error(), "");
  EXPECT_EQ(read_all(recorder.memory()).size(), 1U);
}

TEST_F(JournalFile, HasEveryOtherRecordAtOnceAndThePdusBeforeIt) {
  Recorder recorder({.start = {}, .digest_key = 0, .file = path_});
  auto event = pdu(100);
  recorder.append(event, {});
  EXPECT_EQ(std::filesystem::file_size(path_), 0U);
  recorder.note(v1::CLIENT, "now", {});
  std::size_t pdus = 0;
  auto const count = read(path_, [&](Event const& found) { pdus += found.has_pdu() ? 1 : 0; });
  ASSERT_TRUE(count);
  EXPECT_EQ(*count, 2U);
  EXPECT_EQ(pdus, 1U);
  EXPECT_TRUE(recorder.memory().empty());
}

TEST_F(JournalFile, IsReadInPiecesWhenItIsLargerThanTheReadersBuffer) {
  std::size_t const notes = 40;
  {
    Recorder recorder({.start = {}, .digest_key = 0, .file = path_});
    for (std::size_t i = 0; i < notes; ++i) {
      recorder.note(v1::CLIENT, std::string(200'000 + i, 'x'), {});
    }
    auto event = pdu(1);
    recorder.append(event, {});
  }
  std::size_t next = 200'000;
  auto const count = read(path_, [&](Event const& event) {
    if (event.has_note()) {
      EXPECT_EQ(event.note().text().size(), next++);
    }
  });
  ASSERT_TRUE(count);
  EXPECT_EQ(*count, notes + 1);
}

TEST_F(JournalFile, ThatCannotBeOpenedIsAnErrorAndNoCrash) {
  Recorder recorder({.start = {}, .digest_key = 0, .file = path_ / "missing" / "journal"});
  int shown = 0;
  recorder.listen([&](Event const&) { ++shown; });
  recorder.note(v1::CLIENT, "lost", {});
  EXPECT_NE(recorder.error().find("No such file"), std::string::npos);
  EXPECT_EQ(shown, 1);
}

TEST(Recorder, AFullDiskIsAnErrorAndNoCrash) {
  Recorder recorder({.start = {}, .digest_key = 0, .file = "/dev/full"});
  recorder.note(v1::CLIENT, "lost", {});
  recorder.note(v1::CLIENT, "too", {});
  EXPECT_NE(recorder.error().find("No space left"), std::string::npos);
}

TEST(Reader, EndsWithoutAnErrorWhereverTheLastRecordIsTorn) {
  Recorder recorder({});
  recorder.note(v1::CLIENT, "first", {});
  auto const whole = recorder.memory().size();
  recorder.note(v1::CLIENT, std::string(300, 'x'), {});
  for (std::size_t size = 0; size < recorder.memory().size(); ++size) {
    auto const count = read(ByteView(recorder.memory()).first(size), [](Event const&) {});
    ASSERT_TRUE(count) << size;
    EXPECT_EQ(*count, size >= whole ? 1U : 0U) << size;
  }
}

TEST(Reader, NamesTheOffsetOfARecordThatIsNone) {
  Recorder recorder({});
  recorder.note(v1::CLIENT, "first", {});
  auto bytes = recorder.memory();
  auto const at = bytes.size();
  append(bytes, as_bytes("\x03\xff\xff\xff"));
  auto const count = read(bytes, [](Event const&) {});
  ASSERT_FALSE(count);
  EXPECT_EQ(count.error().code, ErrorCode::bad_syntax);
  EXPECT_EQ(count.error().offset, at);
}

TEST(Reader, RefusesALengthAboveTheLimitWithoutWaitingForTheBytes) {
  for (auto const length : {"\x81\x80\x40", "\xff\xff\xff\xff\xff\xff"}) {
    auto const count = read(as_bytes(length), [](Event const&) {});
    ASSERT_FALSE(count);
    EXPECT_EQ(count.error().code, ErrorCode::too_large);
  }
}

TEST(Reader, SaysThatAFileIsNotThere) {
  auto const count = read(std::filesystem::path("/nonexistent/journal"), [](Event const&) {});
  ASSERT_FALSE(count);
  EXPECT_EQ(count.error().code, ErrorCode::not_found);
}

}  // namespace
}  // namespace rpchspec::journal
