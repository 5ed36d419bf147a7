#include "protocol/base/error.hpp"

#include <set>
#include <string>

#include <gtest/gtest.h>

namespace rpchspec {
namespace {

TEST(Error, TellsEverythingItKnows) {
  EXPECT_EQ(to_string(Error{ErrorCode::truncated, 12, "frag_length", "MS-RPCH 2.2.3.6.1",
                            "3 bytes, expected 20"}),
            "truncated at offset 12 in frag_length (MS-RPCH 2.2.3.6.1): 3 bytes, expected 20");
}

TEST(Error, LeavesOutWhatItDoesNotKnow) {
  EXPECT_EQ(to_string(Error{ErrorCode::io, 0, {}, {}, {}}), "I/O error");
  EXPECT_EQ(to_string(Error{ErrorCode::io, 0, {}, {}, "refused"}), "I/O error: refused");
}

TEST(Error, EveryCodeHasANameOfItsOwn) {
  std::set<std::string_view> names;
  auto const last = static_cast<int>(ErrorCode::deadline);
  for (auto code = 0; code <= last; ++code) {
    names.insert(to_string(static_cast<ErrorCode>(code)));
  }
  EXPECT_EQ(names.size(), static_cast<std::size_t>(last) + 1);
  EXPECT_EQ(names.count("unknown"), 0U);
}

TEST(Result, HoldsAValueOrAnError) {
  Result<int> const value = 3;
  Result<int> const error = fail({ErrorCode::not_found, 0, "name", {}, {}});
  EXPECT_EQ(value.value_or(0), 3);
  ASSERT_FALSE(error);
  EXPECT_EQ(error.error().field, "name");
}

}  // namespace
}  // namespace rpchspec
