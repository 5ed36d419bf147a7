#include "protocol/wire/http_headers.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace rpchspec::wire {
namespace {

using testing::ElementsAre;

TEST(HttpHeaders, AreFoundWithoutRegardToCase) {
  HeaderList headers{{"A", "1"}, {"b", "2"}, {"a", "3"}};
  EXPECT_EQ(*find_header(headers, "B"), "2");
  EXPECT_EQ(find_header(headers, "c"), nullptr);
  EXPECT_THAT(all_headers(headers, "A"), ElementsAre("1", "3"));
  set_header(headers, "a", "9");
  EXPECT_EQ(headers, (HeaderList{{"A", "9"}, {"b", "2"}}));
  set_header(headers, "C", "4");
  EXPECT_EQ(remove_header(headers, "c"), 1U);
  EXPECT_EQ(remove_header(headers, "c"), 0U);
}

TEST(HttpHeaders, ListsRunOverCommasAndLines) {
  HeaderList const headers{{"Pragma", " a ,, b"}, {"x", "c"}, {"pragma", "\"d,\\\",e\", f,"}};
  EXPECT_THAT(list_elements(headers, "Pragma"), ElementsAre("a", "b", "\"d,\\\",e\"", "f"));
  EXPECT_TRUE(has_element(headers, "Pragma", "B"));
  EXPECT_FALSE(has_element(headers, "Pragma", "d"));
  EXPECT_THAT(list_elements({{"p", "a, \"b\\"}}, "p"), ElementsAre("a", "\"b\\"));
}

Result<std::optional<std::uint64_t>> length(std::vector<std::string> const& values) {
  HeaderList headers;
  for (auto const& value : values) {
    headers.emplace_back("content-length", value);
  }
  return content_length(headers);
}

TEST(ContentLength, IsDigitsBelowTwoToThe63) {
  EXPECT_EQ(length({}).value(), std::optional<std::uint64_t>());
  EXPECT_EQ(length({"0"}).value(), std::optional<std::uint64_t>(0));
  EXPECT_EQ(length({"076"}).value(), std::optional<std::uint64_t>(76));
  EXPECT_EQ(length({"9223372036854775807"}).value(),
            std::optional<std::uint64_t>(9223372036854775807U));
  EXPECT_EQ(length({"9223372036854775808"}).error().code, ErrorCode::too_large);
  EXPECT_EQ(length({"99999999999999999999999"}).error().code, ErrorCode::too_large);
  for (auto const* bad : {"", "+1", "-1", "0x10", "1 2", "1.0", "1,"}) {
    EXPECT_EQ(length({bad}).error().code, ErrorCode::bad_syntax) << bad;
  }
}

TEST(ContentLength, MayRepeatButNotContradictItself) {
  EXPECT_EQ(length({"76", "76"}).value(), std::optional<std::uint64_t>(76));
  EXPECT_EQ(length({"76, 76"}).value(), std::optional<std::uint64_t>(76));
  EXPECT_EQ(length({"76", "120"}).error().code, ErrorCode::bad_syntax);
  EXPECT_EQ(length({"76, 120"}).error().code, ErrorCode::bad_syntax);
}

TEST(HttpHeaders, KeepAliveFollowsVersionAndConnection) {
  EXPECT_TRUE(keeps_alive(kHttp11, {}));
  EXPECT_FALSE(keeps_alive(kHttp11, {{"Connection", "foo, Close"}}));
  EXPECT_FALSE(keeps_alive(kHttp10, {}));
  EXPECT_TRUE(keeps_alive(kHttp10, {{"Connection", "Keep-Alive"}}));
}

TEST(Pragmas, ComeFromListsAndSeveralLines) {
  auto const pragmas = parse_pragmas({{"Pragma", "no-CACHE, minconntimeout=120"},
                                      {"PRAGMA", "ResourceTypeUuid=44e265dd-7daf-42cd-8560"},
                                      {"Pragma", "SessionId=s,MinConnTimeout=7, other"}});
  Pragmas const expected{true, 120, "44e265dd-7daf-42cd-8560", "s"};
  EXPECT_EQ(pragmas, expected);
  EXPECT_EQ(parse_pragmas({}), Pragmas{});
}

TEST(Pragmas, RefuseATimeoutThatIsNoNumber) {
  for (auto const* bad : {"", "-1", "1s", "4294967296", "0x78"}) {
    auto const refused = parse_pragmas({{"Pragma", std::string("MinConnTimeout=") + bad}});
    ASSERT_FALSE(refused) << bad;
    EXPECT_EQ(refused.error().field, "MinConnTimeout");
  }
}

}  // namespace
}  // namespace rpchspec::wire
