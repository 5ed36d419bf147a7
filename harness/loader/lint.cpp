#include "harness/loader/lint.hpp"

#include <algorithm>
#include <set>

#include "harness/loader/lint_play.hpp"
#include "harness/loader/lint_texts.hpp"
#include "harness/loader/names.hpp"
#include "harness/loader/scenario_words.hpp"
#include "harness/loader/sugar_table.hpp"
#include "harness/loader/suite_version.hpp"
#include "model/suggestion.hpp"

namespace rpchspec::loader {
namespace {

using model::suggestion;
using model::TextErrors;
using scenario::v1::Expectation;
using scenario::v1::Scenario;
using scenario::v1::Step;

std::vector<std::string> known_ids(model::RequirementRegistry const& registry) {
  std::vector<std::string> ids;
  for (auto const& each : registry.all()) {
    ids.push_back(each.id);
  }
  return ids;
}

/// What a step without a label is called.
std::string action_name(Step const& step) {
  auto const* action = step.GetReflection()->GetOneofFieldDescriptor(
      step, Step::descriptor()->FindOneofByName("action"));
  return action ? step_key(action->name()) : "";
}

class Lint {
 public:
  Lint(Scenario const& scenario,
       Places const& places,
       LintContext const& context,
       TextErrors& errors)
      : scenario_(scenario), places_(places), context_(context), errors_(errors) {}

  void run() {
    lint_texts(scenario_, places_, errors_);
    lint_play(scenario_, places_, errors_);
    words();
    id();
    given();
    collect_labels(scenario_.steps());
    for (auto const& step : scenario_.steps()) {
      this->step(step);
    }
    for (auto const& expectation : scenario_.expect()) {
      if (expectation.by_size() == 0) {
        errors_.add(places_.of(expectation), "this expectation cites no requirement; add `by: ID`");
      }
      this->expectation(expectation);
    }
  }

 private:
  void words() {
    if (scenario_.title().empty()) {
      errors_.add(places_.of(scenario_), "a scenario needs a 'title', one sentence");
    }
    if (!is_suite_version(scenario_.since())) {
      errors_.add(places_.of(scenario_, "since"),
                  "'since' wants the version of the suite that brings it, as in \"1.0\"");
    }
    if (scenario_.steps_size() == 0 && scenario_.given_size() == 0) {
      errors_.add(places_.of(scenario_), "a scenario needs 'steps' or 'given'");
    }
    for (int i = 0; i < scenario_.needs_size(); ++i) {
      if (auto why = wrong_need(scenario_.needs(i), context_.wrong_fact); !why.empty()) {
        errors_.add(places_.of(scenario_, "needs", i), std::move(why));
      }
    }
    if (scenario_.expect_size() == 0 && !has_judging_await(scenario_.steps())) {
      errors_.add(places_.of(scenario_), "a scenario needs 'expect', or an await with `by: ID`");
    }
  }

  template <class Steps>
  static bool has_judging_await(Steps const& steps) {
    return std::any_of(steps.begin(), steps.end(), [](Step const& step) {
      auto const& branches = step.parallel().branches();
      return step.by_size() > 0 || std::any_of(branches.begin(), branches.end(), [](auto const& b) {
               return has_judging_await(b.steps());
             });
    });
  }

  void id() {
    auto const where = places_.of(scenario_, "id");
    auto const id = scenario_.id().substr(0, scenario_.id().find('@'));
    if (auto const why = wrong_id(id); !why.empty()) {
      errors_.add(where, why);
    }
    if (auto const found = context_.retired.find(id); found != context_.retired.end()) {
      errors_.add(where,
                  "id '" + id + "' is retired (" + found->second + "); ids are never used again");
    }
  }

  void given() {
    std::vector<std::string> known;
    for (auto const& [name, set_up] : context_.set_ups) {
      known.push_back(name);
    }
    for (int i = 0; i < scenario_.given_size(); ++i) {
      auto const& name = scenario_.given(i);
      labels_.insert("given:" + name);
      if (!context_.set_ups.contains(name)) {
        errors_.add(places_.of(scenario_, "given", i),
                    "unknown set-up '" + name + "'" + suggestion(name, known));
      }
    }
  }

  template <class Steps>
  void collect_labels(Steps const& steps) {
    for (auto const& step : steps) {
      if (step.label().empty()) {
        labels_.insert(action_name(step));
      } else if (!labels_.insert(step.label()).second) {
        errors_.add(places_.of(step, "label"), "label '" + step.label() + "' appears twice");
      }
      for (auto const& branch : step.parallel().branches()) {
        collect_labels(branch.steps());
      }
    }
  }

  void step(Step const& step) {
    if (step.has_await()) {
      expectation(step.await());
    }
    if (step.has_client_send()) {
      send(step.client_send());
    }
    if (step.has_server_send()) {
      send(step.server_send());
    }
    for (auto const& branch : step.parallel().branches()) {
      for (auto const& each : branch.steps()) {
        this->step(each);
      }
    }
  }

  void send(scenario::v1::Send const& send) {
    if (!send.pdu().empty()) {
      values(send, "with", send.with(), wrong_value);
    } else if (!places_.wrote(send, "bytes") && !places_.wrote(send, "hex")) {
      errors_.add(places_.of(send), "nothing to send; give 'pdu', 'bytes' or 'hex'");
    }
    for (auto const& each : send.then()) {
      this->send(each);
    }
  }

  using Values = google::protobuf::Map<std::string, std::string>;
  using WhyNot = std::string (*)(std::string_view, std::string_view, std::string const&);

  /// @param map  its field of that name, "with" or "where".
  template <class Message>
  void values(Message const& message, std::string const& field, Values const& map, WhyNot why_not) {
    if (!is_pdu_name(message.pdu())) {
      return;  // said already
    }
    for (auto const& [meaning, value] : map) {
      auto why = unknown_meaning(message.pdu(), meaning);
      why = why.empty() ? why_not(message.pdu(), meaning, value) : why;
      if (!why.empty()) {
        wrong_value_of(message, field, meaning, why);
      }
    }
  }

  template <class Message>
  void wrong_value_of(Message const& message,
                      std::string const& field,
                      std::string const& meaning,
                      std::string const& why) {
    errors_.add(places_.of(message, field + "." + meaning),
                "'" + meaning + "' in " + message.pdu() + ": " + why);
  }

  void expectation(Expectation const& e) {
    for (int i = 0; i < e.by_size(); ++i) {
      requirement(e, i);
    }
    if (!e.since().empty() && !labels_.contains(e.since())) {
      std::vector<std::string> const known(labels_.begin(), labels_.end());
      errors_.add(places_.of(e, "since"),
                  "no step has the label '" + e.since() + "'" + suggestion(e.since(), known));
    }
    if (e.has_receives()) {
      values(e.receives(), "where", e.receives().where(), wrong_condition);
    }
    if (e.has_receives_not()) {
      values(e.receives_not(), "where", e.receives_not().where(), wrong_condition);
    }
    for (auto const& each : e.any_of()) {
      expectation(each);
    }
  }

  void requirement(Expectation const& e, int i) {
    auto const& id = e.by(i);
    if (!context_.requirements.find(id)) {
      auto const near = model::nearest(id, known_ids(context_.requirements));
      errors_.add(places_.of(e, "by", i), "unknown requirement '" + id + "'" +
                                              (near.empty() ? "; see scenarios/requirements.yaml"
                                                            : "; did you mean '" + near + "'?"));
    }
  }

  Scenario const& scenario_;
  Places const& places_;
  LintContext const& context_;
  TextErrors& errors_;
  std::set<std::string> labels_;
};

}  // namespace

void lint(Scenario const& scenario,
          Places const& places,
          LintContext const& context,
          TextErrors& errors) {
  Lint(scenario, places, context, errors).run();
}

}  // namespace rpchspec::loader
