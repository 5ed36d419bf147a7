// Every mistake has its place and its words.

#include "tests/loader/fixture.hpp"

namespace rpchspec::loader::testing {
namespace {

struct Bad {
  char const* name;
  std::string text;
  char const* errors;
};

std::string good_but(std::string const& text) {
  return file_with("given: opened\n" + text);
}

void PrintTo(Bad const& bad, std::ostream* out) {
  *out << bad.name;
}

class BadFile : public ::testing::TestWithParam<Bad> {};

TEST_P(BadFile, IsRefusedWithPlaceAndWords) {
  EXPECT_EQ(errors_of(GetParam().text), GetParam().errors);
}

std::string const kTwoDocuments = file_with("given: opened\n" + kExpect + "---\nid: x\n");

INSTANTIATE_TEST_SUITE_P(
    Yaml,
    BadFile,
    ::testing::Values(
        Bad{"duplicate", "id: reset/a\nid: reset/b\n",
            "x.yaml:2:1: key 'id' appears twice; first in line 1\n"},
        Bad{"anchor", "id: &a reset/a\n",
            "x.yaml:1:5: an anchor (&name); write the value out where it is used\n"},
        Bad{"alias", "id: *a\n", "x.yaml:1:5: the referenced anchor is not defined\n"},
        Bad{"tag", "id: !!str reset/a\n",
            "x.yaml:1:5: a tag (tag:yaml.org,2002:str); the field says what type a value has\n"},
        Bad{"document", kTwoDocuments, "x.yaml:6:1: a second document; a file holds one\n"},
        Bad{"utf8", "id: reset/\xff\n", "x.yaml:1:11: this byte is not UTF-8\n"},
        Bad{"control", std::string("id: a\0b\n", 8), "x.yaml:1:6: a control character\n"},
        Bad{"list", "- id: x\n",
            "x.yaml:1:1: a scenario file is a mapping that begins with `id:`, this is a list\n"},
        Bad{"empty", "",
            "x.yaml:1:1: a scenario file is a mapping that begins with `id:`, this is nothing\n"},
        Bad{"syntax", "id: [a\n", "x.yaml:2:1: end of sequence flow not found\n"}));

INSTANTIATE_TEST_SUITE_P(
    Fields,
    BadFile,
    ::testing::Values(
        Bad{"key", good_but("witle: x\n" + kExpect),
            "x.yaml:5:1: unknown key 'witle' in a scenario; did you mean 'title'?\n"},
        Bad{"filled", good_but("category: reset\n" + kExpect),
            "x.yaml:5:1: 'category' is filled in by the loader; leave it out\n"},
        Bad{"duration", good_but("watchdog: 30\n" + kExpect),
            "x.yaml:5:11: 'watchdog' wants a duration with a unit, got '30'; 30s?\n"},
        Bad{"size", good_but("steps: [{server.send: {channel: out, bytes: lots}}]\n" + kExpect),
            "x.yaml:5:45: 'bytes' wants a number of bytes (65536, 0x10000, 64KiB, 1MiB, 1GiB), got "
            "'lots'\n"},
        Bad{"bool", good_but("exclusive: yes\n" + kExpect),
            "x.yaml:5:12: 'exclusive' wants true or false, got 'yes'\n"},
        Bad{"count", good_but("steps: [{vc: 1KiB, client.open: {}}]\n" + kExpect),
            "x.yaml:5:14: 'vc' wants an unsigned integer, got '1KiB'\n"},
        Bad{"range", good_but("steps: [{vc: 4294967296, client.open: {}}]\n" + kExpect),
            "x.yaml:5:14: 'vc' is at most 4294967295, got '4294967296'\n"},
        Bad{"enumerator",
            good_but("steps: [{server.close: {leg: out, cause: tcp-rts}}]\n" + kExpect),
            "x.yaml:5:42: 'cause' cannot be 'tcp-rts'; did you mean 'tcp-rst'?\n"},
        Bad{"novalue", good_but("why:\n" + kExpect), "x.yaml:5:1: 'why' has no value\n"},
        Bad{"mapping", good_but("client: fast\n" + kExpect),
            "x.yaml:5:9: a client wants a mapping, this is a scalar\n"},
        Bad{"oneof",
            good_but("steps: [{client.fault: {channel: in, drip: 1, delay: 1s}}]\n" + kExpect),
            "x.yaml:5:47: 'delay' and 'drip' exclude each other\n"}));

INSTANTIATE_TEST_SUITE_P(
    Steps,
    BadFile,
    ::testing::Values(
        Bad{"unknown", good_but("steps: [{server.sned: {channel: out}}]\n" + kExpect),
            "x.yaml:5:10: unknown step 'server.sned'; did you mean 'server.send'?\n"},
        Bad{"bare", good_but("steps: [client.opne]\n" + kExpect),
            "x.yaml:5:9: unknown step 'client.opne'; did you mean 'client.open'?\n"},
        Bad{"two", good_but("steps: [{client.open: {}, pause: 1s}]\n" + kExpect),
            "x.yaml:5:9: a step does one thing; write two steps\n"},
        Bad{"none", good_but("steps: [{label: x}]\n" + kExpect),
            "x.yaml:5:9: a step does one thing; this one does nothing\n"},
        Bad{"by", good_but("steps: [{client.open: {}, by: RPCH-1.8-01}]\n" + kExpect),
            "x.yaml:5:27: 'by' belongs to an await or an expectation\n"},
        Bad{"pdu", good_but("steps: [{client.send: {channel: in, pdu: CON/B1}}]\n" + kExpect),
            "x.yaml:5:37: 'pdu' cannot be 'CON/B1'; did you mean 'CONN/B1'?\n"},
        Bad{"meaning",
            good_but("steps: [{client.send: {channel: in, pdu: CONN/A3, with: {Version: 1}}}]\n" +
                     kExpect),
            "x.yaml:5:58: 'Version' in CONN/A3: Version; CONN/A3 has ConnectionTimeout\n"},
        Bad{"header",
            good_but(
                "steps: [{client.send: {channel: in, pdu: Ping, with: {header.pfc_flag: 1}}}]\n" +
                kExpect),
            "x.yaml:5:55: 'header.pfc_flag' in Ping: unknown header field; did you mean "
            "'header.pfc_flags'?\n"},
        Bad{"nothing", good_but("steps: [{client.send: {channel: in}}]\n" + kExpect),
            "x.yaml:5:23: nothing to send; give 'pdu', 'bytes' or 'hex'\n"},
        Bad{"channel", good_but("steps: [{client.send: {channel: inn, bytes: 1}}]\n" + kExpect),
            "x.yaml:5:24: 'channel' wants in, out or v1, got 'inn'; did you mean 'in'?\n"},
        Bad{"label", good_but("steps: [{label: a, pause: 1s}, {label: a, pause: 1s}]\n" + kExpect),
            "x.yaml:5:33: label 'a' appears twice\n"}));

INSTANTIATE_TEST_SUITE_P(
    Expectations,
    BadFile,
    ::testing::Values(
        Bad{"subject", good_but("expect: [{client.uot: closed, by: RPCH-1.8-01}]\n"),
            "x.yaml:5:11: unknown subject or key 'client.uot' in an expectation; did you mean "
            "'client.out'?\n"},
        Bad{"key", good_but("expect: [{client.out: closed, witin: 5s, by: RPCH-1.8-01}]\n"),
            "x.yaml:5:10: an expectation has one subject; write two\n"
            "x.yaml:5:31: unknown subject or key 'witin' in an expectation; did you mean "
            "'within'?\n"},
        Bad{"predicate", good_but("expect: [{client.out: closd, by: RPCH-1.8-01}]\n"),
            "x.yaml:5:23: unknown predicate 'closd'; did you mean 'closed'?\n"},
        Bad{"value", good_but("expect: [{client.out: stays-open, by: RPCH-1.8-01}]\n"),
            "x.yaml:5:23: 'stays-open' wants a value, as in {stays-open: 2s}\n"},
        Bad{"how", good_but("expect: [{client.out: {closed: fni}, by: RPCH-1.8-01}]\n"),
            "x.yaml:5:32: 'how' wants fin, rst, tls-close or tls-truncated, got 'fni'; did you "
            "mean "
            "'fin'?\n"},
        Bad{"requirement", good_but("expect: [{client.out: closed, by: RPCH-3.2.4.5.14-4}]\n"),
            "x.yaml:5:35: unknown requirement 'RPCH-3.2.4.5.14-4'; did you mean "
            "'RPCH-3.2.4.5.14-04'?\n"},
        Bad{"noby", good_but("expect: [{client.out: closed}]\n"),
            "x.yaml:5:10: this expectation cites no requirement; add `by: ID`\n"},
        Bad{"since",
            good_but("steps: [{label: cut, pause: 1s}]\n"
                     "expect: [{client.out: closed, since: cot, by: RPCH-1.8-01}]\n"),
            "x.yaml:6:31: no step has the label 'cot'; did you mean 'cut'?\n"},
        Bad{"none", good_but(""),
            "x.yaml:1:1: a scenario needs 'expect', or an await with `by: ID`\n"}));

std::string headed(std::string const& head) {
  return head + "given: opened\n" + kExpect;
}

INSTANTIATE_TEST_SUITE_P(
    Scenario,
    BadFile,
    ::testing::Values(
        Bad{"title", headed("id: reset/a\ntitle: \"\"\nsince: \"1.0\"\n"),
            "x.yaml:1:1: a scenario needs a 'title', one sentence\n"},
        Bad{"since", headed("id: reset/a\ntitle: T\nsince: one\n"),
            "x.yaml:3:1: 'since' wants the version of the suite that brings it, as in \"1.0\"\n"},
        Bad{"id", headed("id: Reset_A\ntitle: T\nsince: 1.0\n"),
            "x.yaml:1:1: id 'Reset_A' must be category/words: small letters, digits and hyphens\n"},
        Bad{"category", headed("id: resett/a\ntitle: T\nsince: 1.0\n"),
            "x.yaml:1:1: unknown category 'resett'; did you mean 'reset'?\n"},
        Bad{"retired", headed("id: reset/old-words\ntitle: T\nsince: 1.0\n"),
            "x.yaml:1:1: id 'reset/old-words' is retired (reset/new-words); ids are never used "
            "again\n"},
        Bad{"at", headed("id: reset/a@b\ntitle: T\nsince: 1.0\n"),
            "x.yaml:1:1: '@' in an id is for the values of a matrix\n"},
        Bad{"given", "id: reset/a\ntitle: T\nsince: 1.0\ngiven: [opend]\n" + kExpect,
            "x.yaml:4:9: unknown set-up 'opend'; did you mean 'opened'?\n"},
        Bad{"needs", headed("id: reset/a\ntitle: T\nsince: 1.0\nneeds: [topologie:x]\n"),
            "x.yaml:4:9: unknown need 'topologie:x'; allowed: topology:NAME, fact:NAME, "
            "auth:SCHEME, tls, offload, ipv6, two-proxies, two-upstreams, http-hop, v1, mapper, "
            "raw-socket, "
            "one-machine, reconfigure, refused:port, refused:port-below-range, "
            "refused:port-above-range, "
            "refused:server, each also after not:\n"}));

TEST(BadFiles, TellAllTheirErrorsAtOnceInTheirOrder) {
  auto const errors =
      errors_of(good_but("steps: [{client.opne: {}}, {pause: 3}]\n"
                         "expect: [{client.out: closd}]\n"));
  EXPECT_EQ(errors,
            "x.yaml:5:10: unknown step 'client.opne'; did you mean 'client.open'?\n"
            "x.yaml:5:36: 'for' wants a duration with a unit, got '3'; 3s?\n"
            "x.yaml:6:10: this expectation cites no requirement; add `by: ID`\n"
            "x.yaml:6:23: unknown predicate 'closd'; did you mean 'closed'?\n");
}

}  // namespace
}  // namespace rpchspec::loader::testing
