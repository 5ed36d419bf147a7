#include "model/strict_yaml.hpp"

#include <unistd.h>

#include <array>

#include <gtest/gtest.h>

#include "model/suggestion.hpp"
#include "model/utf8.hpp"

namespace rpchspec::model {
namespace {

std::string yaml_error(std::string_view text) {
  auto const node = parse_strict_yaml(text, "f.yaml");
  return node ? "" : to_string(node.error());
}

TEST(StrictYaml, KeepsTheTextAndThePlaceOfEveryScalar) {
  auto const root = parse_strict_yaml("a: 0777\nb: [no, \"1.10\"]\nc:\n", "f.yaml");
  ASSERT_TRUE(root);
  EXPECT_EQ(root->find("a")->text, "0777");
  EXPECT_EQ(root->find("b")->items[0].text, "no");
  EXPECT_EQ(root->find("b")->items[1].text, "1.10");
  EXPECT_EQ(root->find("b")->items[1].mark, (Mark{2, 9}));
  EXPECT_TRUE(root->find("c")->is_null());
  EXPECT_EQ(root->entry("b")->mark, (Mark{2, 1}));
  EXPECT_EQ(root->find("d"), nullptr);
}

TEST(StrictYaml, RefusesWhatHidesThings) {
  EXPECT_EQ(yaml_error("a: 1\nb: {x: 1, x: 2}\n"),
            "f.yaml:2:11: key 'x' appears twice; first in line 2");
  EXPECT_EQ(yaml_error("a: &x 1\n"),
            "f.yaml:1:4: an anchor (&name); write the value out where it is used");
  EXPECT_EQ(yaml_error("a: &x [1]\nb: *x\n"),
            "f.yaml:1:4: an anchor (&name); write the value out where it is used");
  EXPECT_EQ(yaml_error("a: 1\n---\nb: 1\n"), "f.yaml:2:1: a second document; a file holds one");
  EXPECT_EQ(yaml_error("[a, b]: 1\n"), "f.yaml:1:1: a key must be a word, this is a list");
  EXPECT_NE(yaml_error("a: !x 1\n"), "");
  EXPECT_NE(yaml_error("a: \x80\n"), "");
  EXPECT_NE(yaml_error("a: [1\n"), "");
}

TEST(StrictYaml, BoundsDepthAndSize) {
  EXPECT_NE(yaml_error(std::string(100'000, '[')), "");
  EXPECT_NE(yaml_error(std::string(kMostYamlBytes + 1, ' ')), "");
}

TEST(StrictYaml, SaysWhenAFileCannotBeRead) {
  EXPECT_EQ(load_strict_yaml("/nowhere/x.yaml").error().message, "cannot be read");
  EXPECT_EQ(load_strict_yaml("/tmp").error().message, "cannot be read");
}

TEST(StrictYaml, ReadsAPipe) {
  std::array<int, 2> ends{};
  ASSERT_EQ(pipe(ends.data()), 0);
  ASSERT_EQ(write(ends[1], "a: b\n", 5), 5);
  close(ends[1]);
  auto const root = load_strict_yaml("/dev/fd/" + std::to_string(ends[0]));
  close(ends[0]);
  ASSERT_TRUE(root) << to_string(root.error());
  EXPECT_EQ(root->find("a")->text, "b");
}

TEST(StrictYaml, ReadsNoMoreOfAFileThanItMayHave) {
  EXPECT_EQ(load_strict_yaml("/dev/zero").error().message, "the file is larger than 4 MiB");
}

TEST(Utf8, RefusesOverlongFormsSurrogatesAndCutSequences) {
  EXPECT_FALSE(first_bad_utf8("caf\xc3\xa9 \xe2\x82\xac \xf0\x9f\x98\x80\t\r\n"));
  for (char const* bad : {"\xc0\x80", "\xe0\x80\x80", "\xed\xa0\x80", "\xf4\x90\x80\x80",
                          "\xe2\x82", "\x80", "\xff", "\x7f", "\x01"}) {
    EXPECT_TRUE(first_bad_utf8(bad)) << bad;
  }
  EXPECT_EQ(first_bad_utf8("a\nbc\xff")->where, (Mark{2, 3}));
}

TEST(Suggestion, FindsTheNearestWordOrListsThemAll) {
  EXPECT_EQ(suggestion("witin", {"within", "since"}), "; did you mean 'within'?");
  EXPECT_EQ(suggestion("qqqq", {"within", "since"}), "; allowed: within, since");
  EXPECT_EQ(suggestion("x", {}), "");
  EXPECT_EQ(edit_distance("rts", "rst"), 1U);
  EXPECT_EQ(edit_distance("", "abc"), 3U);
  EXPECT_EQ(edit_distance("kitten", "sitting"), 3U);
}

TEST(TextErrors, AreReadBackFromTheirLines) {
  std::vector<TextError> const errors{{"a:b.yaml", 3, 4, "x: y"}, {"c.yaml", 1, 1, "z"}};
  EXPECT_EQ(parse_errors(to_string(errors[0]) + "\n" + to_string(errors[1])), errors);
}

}  // namespace
}  // namespace rpchspec::model
