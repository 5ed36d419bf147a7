#include "harness/loader/suite_version.hpp"
#include "harness/targets/option_table.hpp"
#include "harness/targets/option_values.hpp"

namespace rpchspec::targets {

namespace {

using Text = std::string const&;
using enum OptionKind;

template <auto Member, auto Parse>
Result<void> put_parsed(Settings& settings, Text value) {
  auto const parsed = Parse(value);
  if (!parsed) {
    return tl::unexpected(parsed.error());
  }
  settings.*Member = *parsed;
  return {};
}

template <auto Member, std::uint64_t Least, std::uint64_t Most>
Result<void> put_count(Settings& settings, Text value) {
  auto const parsed = parse_count(value, Least, Most);
  if (!parsed) {
    return tl::unexpected(parsed.error());
  }
  auto& member = settings.*Member;
  member = static_cast<std::remove_reference_t<decltype(member)>>(*parsed);
  return {};
}

Result<void> put_as_of(Settings& settings, Text value) {
  settings.as_of = value;
  if (!loader::is_suite_version(value)) {
    return fail(
        {ErrorCode::bad_value, 0, {}, {}, "'" + value + "' is no version of the suite, as 1.0 is"});
  }
  if (loader::before(loader::kSuiteVersion, value)) {
    return fail({ErrorCode::bad_value,
                 0,
                 {},
                 {},
                 "'" + value + "' is later than this program's suite, which is " +
                     std::string(loader::kSuiteVersion)});
  }
  return {};
}

Result<void> put_progress(Settings& settings, Text value) {
  settings.progress = value == "plain"    ? Progress::plain
                      : value == "github" ? Progress::github
                      : value == "json"   ? Progress::json
                      : value == "none"   ? Progress::none
                                          : Progress::automatic;
  return {};
}

Result<void> put_evidence(Settings& settings, Text value) {
  settings.evidence = value == "all"    ? KeepEvidence::all
                      : value == "none" ? KeepEvidence::none
                                        : KeepEvidence::failed;
  return {};
}

}  // namespace

std::vector<Option> options_which() {
  constexpr auto which = OptionGroup::which;
  return {
      {"exclude",
       0,
       list,
       which,
       "GLOB",
       "leaves these out",
       {},
       [](Settings& s, Text v) {
         s.target.excludes.push_back(v);
         return Result<void>();
       }},
      {"requirement",
       0,
       list,
       which,
       "ID-PREFIX",
       "only what checks such requirements",
       {},
       [](Settings& s, Text v) {
         s.requirements.push_back(v);
         return Result<void>();
       },
       [](Settings& s) { s.requirements.clear(); }},
      {"level",
       0,
       value,
       which,
       "L",
       "only what checks requirements of this level or a higher one",
       {"must", "should", "may", "product"},
       put_text<&Settings::level>},
      {"last-failed",
       0,
       flag,
       which,
       "",
       "only what failed in the last run of --out",
       {},
       put_flag<&Settings::last_failed>},
      {"as-of", 0, value, which, "SUITE", "only what suite SUITE had, as in 1.0", {}, put_as_of},
      {"quick", 0, flag, which, "", "no case over 5 s", {}, put_flag<&Settings::quick>},
      {"soak", 0, flag, which, "", "also cases over 150 s", {}, put_flag<&Settings::soak>},
      {"max-case",
       0,
       value,
       which,
       "D",
       "no case longer than D",
       {},
       put_parsed<&Settings::max_case, parse_positive_duration>},
      {"shard",
       0,
       value,
       which,
       "I/N",
       "part I of N",
       {},
       put_parsed<&Settings::shard, parse_part>},
  };
}

std::vector<Option> options_how() {
  constexpr auto how = OptionGroup::how;
  return {
      {"jobs",
       'j',
       value,
       how,
       "N",
       "cases at a time (default: all, up to 64)",
       {},
       put_count<&Settings::jobs, 1, 1024>},
      {"max-time",
       0,
       value,
       how,
       "D",
       "ends the run after D",
       {},
       put_parsed<&Settings::max_time, parse_positive_duration>},
      {"timeout-scale",
       0,
       value,
       how,
       "X",
       "makes every bound of ours X times as long",
       {},
       put_parsed<&Settings::timeout_scale, parse_scale>},
      {"seed",
       0,
       value,
       how,
       "N",
       "of every random choice (default 0)",
       {},
       put_count<&Settings::seed, 0, UINT64_MAX>},
      {"repeat",
       0,
       value,
       how,
       "N",
       "runs each case N times",
       {},
       put_count<&Settings::repeat, 1, 100000>},
      {"fail-fast",
       'x',
       flag,
       how,
       "",
       "stops at the first failure",
       {},
       put_flag<&Settings::fail_fast>},
      {"strict",
       'S',
       flag,
       how,
       "",
       "counts a warning as a failure",
       {},
       put_flag<&Settings::strict>},
      {"progress",
       0,
       value,
       how,
       "auto|plain|github|json|none",
       "how progress is shown; json: a line an event, for programs",
       {"auto", "plain", "github", "json", "none"},
       put_progress},
  };
}

std::vector<Option> options_output() {
  constexpr auto output = OptionGroup::output;
  return {
      {"out",
       0,
       value,
       output,
       "DIR",
       "folder of the results (default rpchspec-out)",
       {},
       put_text<&Settings::out>},
      {"junit",
       0,
       value,
       output,
       "F",
       "a further copy of junit.xml",
       {},
       put_text<&Settings::junit>},
      {"suite-name",
       0,
       value,
       output,
       "S",
       "name in JUnit's class names",
       {},
       put_text<&Settings::suite_name>},
      {"write-baseline",
       0,
       value,
       output,
       "F",
       "writes waivers for what failed",
       {},
       put_text<&Settings::write_baseline>},
      {"evidence",
       0,
       value,
       output,
       "failed|all|none",
       "of which cases journals are kept",
       {"failed", "all", "none"},
       put_evidence},
      {"quiet", 'q', flag, output, "", "only the summary", {}, put_flag<&Settings::quiet>},
      {"verbose",
       'v',
       flag,
       output,
       "",
       "every case, and why some were skipped",
       {},
       put_flag<&Settings::verbose>},
  };
}

}  // namespace rpchspec::targets
