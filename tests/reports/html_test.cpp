#include <boost/json.hpp>
#include <gmock/gmock.h>

#include "html_fixture.hpp"
#include "reports/html_text.hpp"

namespace rpchspec::reports {
namespace {

using model::Verdict;
using test::JournalBuilder;
using ::testing::HasSubstr;
using ::testing::Not;

constexpr char const* kHostile = "</script><img src=x onerror=\"alert('1')\">&\x1b[2J\xFF";

class HtmlReportTest : public test::HtmlFixture {};

TEST(HtmlText, LeavesNothingThatMeansSomethingInHtml) {
  EXPECT_EQ(escaped("<a b=\"c\" d='e'>&\t\n"), "&lt;a b=&quot;c&quot; d=&#39;e&#39;&gt;&amp;\t\n");
  EXPECT_EQ(escaped(std::string_view("\0\x1b\x7f\xff\xE2\x82\xAC", 7)),
            "\xEF\xBF\xBD\xEF\xBF\xBD\xEF\xBF\xBD\xEF\xBF\xBD\xE2\x82\xAC");
}

TEST(HtmlText, EncodesWhatAFragmentHasNoPlaceFor) {
  EXPECT_EQ(fragment("case/a-b@c~1"), "case/a-b@c~1");
  EXPECT_EQ(fragment("a b\"<#%\xC3\xA4"), "a%20b%22%3C%23%25%C3%A4");
}

TEST(HtmlText, PutsNothingIntoAScriptThatCouldEndIt) {
  boost::json::value const value = {{"a", "</script><!--"}};
  auto const text = script_json(value);
  EXPECT_EQ(text.find('<'), std::string::npos);
  EXPECT_EQ(boost::json::parse(text), value);
}

TEST_F(HtmlReportTest, HasARowForEachCaseAndAPartForThoseInTrouble) {
  add("a/pass", Verdict::pass);
  add("a/skip", Verdict::skip, "needs fact receive_window");
  add("b/fail", Verdict::fail, "required: R-1 (must) x\nexpected: y\nseen:     z");
  add("b/warn", Verdict::warn);
  auto const html = page();
  EXPECT_EQ(count(html, "<tr data-v="), 4U);
  EXPECT_EQ(count(html, "<section class=\"case "), 2U);
  EXPECT_THAT(html, HasSubstr("needs fact receive_window"));
  EXPECT_THAT(html, HasSubstr("<h1>1 of 4 cases failed</h1>"));
}

TEST_F(HtmlReportTest, LinksOnlyToPartsThatAreThere) {
  add("a/pass", Verdict::pass);
  add("b/fail", Verdict::fail);
  auto const html = page();
  EXPECT_THAT(html, HasSubstr("href=\"#case/b/fail\""));
  EXPECT_THAT(html, HasSubstr("id=\"case/b/fail\""));
  EXPECT_THAT(html, Not(HasSubstr("#case/a/pass")));
}

TEST_F(HtmlReportTest, TellsTheWorstFirst) {
  add("a/warn", Verdict::warn);
  add("b/fail", Verdict::fail);
  auto const html = page();
  EXPECT_LT(html.find("id=\"case/b/fail\""), html.find("id=\"case/a/warn\""));
}

model::Finding finding_in(std::string id, model::Level level, std::vector<std::string> cases) {
  return {std::move(id), "R-1", {}, level, "k", "", "y", "z", std::move(cases), "", false};
}

TEST_F(HtmlReportTest, HasRoomForACaseOfEachFindingFirst) {
  for (auto const* id : {"a/1", "a/2", "a/3", "b/1"}) {
    add(id, Verdict::fail);
    keep(id, JournalBuilder().at(1).opened(test::kClientIn).finished());
  }
  add("c/warn", Verdict::warn);
  keep("c/warn", JournalBuilder().at(1).opened(test::kClientIn).finished());
  run_.findings.push_back(finding_in("f-1", model::Level::must, {"a/1", "a/2", "a/3"}));
  run_.findings.push_back(finding_in("f-2", model::Level::must, {"a/3", "b/1"}));
  run_.findings.push_back(finding_in("f-3", model::Level::should, {"c/warn"}));
  auto const html = page();
  auto last = html.find("id=\"case/a/1\"");
  for (auto const* id : {"a/3", "c/warn", "a/2", "b/1"}) {
    auto const at = html.find(std::string("id=\"case/") + id + "\"");
    EXPECT_LT(last, at) << id;
    last = at;
  }
}

TEST_F(HtmlReportTest, TellsThreeLinesTheCommandAndTheLadder) {
  auto& failed = add("b/fail", Verdict::fail, "required: R-1 (must) x\nexpected: y\nseen:     z");
  failed.where = "step 1 client.echo, 15.002 s";
  keep("b/fail", JournalBuilder().at(1).opened(test::kClientIn).finished());
  auto const html = page();
  EXPECT_THAT(html, HasSubstr("<dt>required</dt><dd>R-1 (must) x</dd>"));
  EXPECT_THAT(html, HasSubstr("<dt>expected</dt><dd>y</dd>"));
  EXPECT_THAT(html, HasSubstr("<dt>seen</dt><dd>z</dd>"));
  EXPECT_THAT(html, HasSubstr("<dt>where</dt><dd>step 1 client.echo, 15.002 s</dd>"));
  EXPECT_THAT(html, HasSubstr("<code>rpchspec run b/fail</code>"));
  EXPECT_THAT(html, HasSubstr("connects to 127.0.0.1:80"));
}

TEST_F(HtmlReportTest, SaysWhatElseAFindingBreaks) {
  add("b/fail", Verdict::fail, "required: R-1 (must) x\nalso:     R-2\nexpected: y\nseen:     z");
  run_.findings.push_back(
      {"f-1", "R-1", {"R-2", "R-3"}, model::Level::must, "k", "", "y", "z", {"b/fail"}, "", false});
  auto const html = page();
  EXPECT_THAT(html, HasSubstr("<dt>also</dt><dd>R-2</dd>"));
  EXPECT_THAT(html, HasSubstr("<dt>also</dt><dd><span class=id>R-2</span> "
                              "<br><span class=id>R-3</span> </dd>"));
}

TEST_F(HtmlReportTest, FindsTheEvidenceOfARepetition) {
  add("b/fail", Verdict::fail);
  keep("b/fail~7", JournalBuilder().at(1).opened(test::kClientIn).finished());
  EXPECT_THAT(page(), HasSubstr("connects to 127.0.0.1:80"));
}

TEST_F(HtmlReportTest, StaysTextWhateverAPeerSent) {
  auto& failed = add(kHostile, Verdict::fail, kHostile);
  failed.title = failed.where = failed.rerun = failed.configuration = failed.category = kHostile;
  failed.requirements = {kHostile};
  run_.target = {kHostile, {kHostile}, kHostile, {{kHostile, kHostile}}};
  run_.started = run_.suite = run_.tool_version = kHostile;
  run_.findings.push_back({kHostile,
                           kHostile,
                           {kHostile},
                           model::Level::must,
                           kHostile,
                           kHostile,
                           kHostile,
                           kHostile,
                           {kHostile},
                           kHostile,
                           false});
  add("b/fail", Verdict::fail);
  keep("b/fail", JournalBuilder()
                     .opened(test::kClientIn, kHostile)
                     .response(test::kClientIn, journal::v1::RECEIVED, 200, kHostile)
                     .raw(test::kClientIn, journal::v1::RECEIVED, kHostile, kHostile)
                     .finished());
  auto const html = page();
  EXPECT_EQ(count(html, "<img"), 0U);
  EXPECT_EQ(count(html, "onerror=\""), 0U);
  EXPECT_EQ(html.find('\x1b'), std::string::npos);
  EXPECT_EQ(html.find('\xFF'), std::string::npos);
  // Each element of ours is ended once, by ourselves.
  EXPECT_EQ(count(html, "</script>"), count(html, "<script"));
}

TEST_F(HtmlReportTest, SaysWhereEvidenceIsThatHasNoRoom) {
  add("b/fail", Verdict::fail);
  keep("b/fail", JournalBuilder().at(1).opened(test::kClientIn).finished());
  room_ = 10;
  auto const html = page();
  EXPECT_THAT(html, Not(HasSubstr("connects to")));
  EXPECT_THAT(html, HasSubstr("see ladder.txt in " + (folder_ / "cases/b/fail").string()));
}

TEST_F(HtmlReportTest, SaysThatAJournalCannotBeRead) {
  add("b/fail", Verdict::fail);
  keep("b/fail", JournalBuilder());
  std::ofstream(folder_ / "cases/b/fail/journal.bin") << std::string(20, '\x05');
  EXPECT_THAT(page(), HasSubstr("cannot be read"));
}

TEST_F(HtmlReportTest, LooksForNoEvidenceOutsideItsFolder) {
  add("../../b/fail", Verdict::fail);
  keep("../b/fail", JournalBuilder().at(1).opened(test::kClientIn).finished());
  add("/etc/b", Verdict::fail);
  EXPECT_EQ(count(page(), "No journal of this case was kept"), 2U);
}

model::RequirementRegistry page_registry() {
  auto made = model::RequirementRegistry::parse(R"(
- {id: RPCH-3.2.10-01, section: "3.2.10", role: inbound-proxy, level: must, front: n/a, category: http, text: Tenth., observed_at: client, stimulus: s, expect: e}
- {id: RPCH-3.2.9-01, section: "3.2.9", role: inbound-proxy, level: must, front: n/a, category: http, text: Ninth., observed_at: client, stimulus: s, expect: e, why_not: nobody looks}
- {id: RPCH-3.2.9-02, section: "3.2.9", role: inbound-proxy, level: must, front: n/a, category: http, text: More <of> it., observed_at: client, stimulus: s, expect: e}
- {id: PROD-X-01, section: ValidPorts, role: client, level: n/a, front: n/a, category: http, text: Binds nobody., observed_at: client, stimulus: s, expect: e}
)",
                                                "registry");
  EXPECT_TRUE(made) << (made ? "" : to_string(made.error()));
  return made ? *made : model::RequirementRegistry();
}

TEST_F(HtmlReportTest, CountsRequirementsBySectionInTheOrderOfItsNumbers) {
  auto const known = page_registry();
  registry_ = &known;
  add("a/pass", Verdict::pass).requirements = {"RPCH-3.2.9-02"};
  add("a/skip", Verdict::skip).requirements = {"RPCH-3.2.10-01"};
  auto const html = page();
  EXPECT_THAT(html, HasSubstr("1 of 3 requirements tested"));
  EXPECT_LT(html.find(">3.2.9<"), html.find(">3.2.10<"));
  EXPECT_THAT(html, HasSubstr("<span class=\"mark pass\">1 pass</span> <span class=mark>1 not "
                              "tested</span>"));
  EXPECT_THAT(html, HasSubstr("data-requirement=\"RPCH-3.2.9-02\""));
  EXPECT_THAT(html, HasSubstr("More &lt;of&gt; it."));
  EXPECT_THAT(html, HasSubstr("nobody looks"));
  EXPECT_THAT(html, Not(HasSubstr("Binds nobody")));
}

TEST_F(HtmlReportTest, ShowsTheEndOfTheProxysLog) {
  std::ofstream(folder_ / "proxy.log") << "first line\n"
                                       << std::string(200000, 'x') << "\nlast <line>\n";
  std::ofstream(folder_ / "proxy-b.log") << "of configuration b\n";
  std::ofstream(folder_ / "other.log") << "no concern of ours\n";
  auto const html = page();
  EXPECT_THAT(html, HasSubstr("last &lt;line&gt;"));
  EXPECT_THAT(html, Not(HasSubstr("first line")));
  EXPECT_THAT(html, HasSubstr("of which the end is shown"));
  EXPECT_THAT(html, HasSubstr("of configuration b"));
  EXPECT_THAT(html, Not(HasSubstr("no concern")));
}

TEST_F(HtmlReportTest, ShowsWhatTheProxySaidDuringACase) {
  std::ofstream(folder_ / "proxy.log") << "before\nmeanwhile\nafterwards\n";
  add("b/fail", Verdict::fail);
  keep("b/fail", JournalBuilder()
                     .parameter("ProxyLogFrom", "7 proxy.log")
                     .parameter("ProxyLogTo", "17 proxy.log"));
  EXPECT_THAT(page(), HasSubstr("<pre tabindex=0>meanwhile\n</pre>"));
}

TEST_F(HtmlReportTest, ReadsNoLogOutsideTheRunsFolder) {
  std::ofstream(folder_ / "cases.log") << "0123456789";
  add("b/fail", Verdict::fail);
  for (auto const* name : {"../cases.log", "cases.log", "proxy/../../x.log", "/etc/proxy.log"}) {
    keep("b/fail", JournalBuilder()
                       .parameter("ProxyLogFrom", std::string("0 ") + name)
                       .parameter("ProxyLogTo", std::string("9 ") + name));
    EXPECT_THAT(page(), Not(HasSubstr("What the proxy said meanwhile")));
  }
}

TEST_F(HtmlReportTest, NamesTheSlowestCases) {
  add("a/quick", Verdict::pass).duration_s = 0.1;
  add("a/slow", Verdict::pass).duration_s = 31;
  EXPECT_THAT(page(), HasSubstr("The slowest: a/slow <span class=n>31.0 s</span>, a/quick"));
}

TEST_F(HtmlReportTest, AllowsNoScriptButItsOwnAndNoRequest) {
  auto const html = page();
  EXPECT_THAT(html, HasSubstr("default-src 'none'; script-src 'sha256-"));
  EXPECT_EQ(count(html, "http://"), 2U) << "the target's URL, and the name of SVG";
  EXPECT_EQ(count(html, "https://"), 0U);
}

}  // namespace
}  // namespace rpchspec::reports
