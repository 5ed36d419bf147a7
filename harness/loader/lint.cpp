#include "harness/loader/lint.hpp"

#include <algorithm>
#include <array>
#include <set>

#include "harness/loader/names.hpp"
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

constexpr std::array<std::string_view, 4> kNeedPrefixes{"topology:", "fact:", "auth:", "not:"};
constexpr std::array<std::string_view, 7> kPlainNeeds{
    "tls", "offload", "ipv6", "two-proxies", "http-hop", "v1", "raw-socket"};

bool contains(std::vector<std::string> const& words, std::string_view word) {
  return std::find(words.begin(), words.end(), word) != words.end();
}

bool is_id_word(std::string_view word) {
  return !word.empty() && std::all_of(word.begin(), word.end(), [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-';
  });
}

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
    auto const& through = scenario_.client().forward_proxy();
    if (!through.empty() && through != "origin-form" && through != "absolute-form") {
      errors_.add(places_.of(scenario_.client(), "forward_proxy"),
                  "'forward_proxy' is origin-form or absolute-form, got '" + through + "'");
    }
    for (int i = 0; i < scenario_.needs_size(); ++i) {
      if (!is_need(scenario_.needs(i))) {
        errors_.add(places_.of(scenario_, "needs", i),
                    "unknown need '" + scenario_.needs(i) +
                        "'; allowed: topology:NAME, fact:NAME, auth:SCHEME, tls, offload, ipv6, "
                        "two-proxies, http-hop, v1, raw-socket, each also after not:");
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
    if (step.has_client_open()) {
      dialect(step.client_open());
    }
    for (auto const& branch : step.parallel().branches()) {
      for (auto const& each : branch.steps()) {
        this->step(each);
      }
    }
  }

  void send(scenario::v1::Send const& send) {
    check_channel(send, send.channel());
    if (!send.pdu().empty()) {
      pdu(send, send.pdu(), "with", send.with());
    } else if (!places_.wrote(send, "bytes") && !places_.wrote(send, "hex")) {
      errors_.add(places_.of(send), "nothing to send; give 'pdu', 'bytes' or 'hex'");
    }
    for (auto const& each : send.then()) {
      this->send(each);
    }
  }

  void dialect(scenario::v1::Open const& open) {
    auto const& dialect = open.dialect();
    if (!dialect.empty() && dialect != "v1" && dialect != "v2") {
      errors_.add(places_.of(open, "dialect"), "'dialect' is v1 or v2, got '" + dialect + "'");
    }
  }

  template <class Message>
  void check_channel(Message const& message, std::string const& channel) {
    if (!channel.empty() && channel != "in" && channel != "out" && channel != "v1") {
      errors_.add(places_.of(message, "channel"),
                  "'channel' is in, out or v1, got '" + channel + "'");
    }
  }

  template <class Message, class Map>
  void pdu(Message const& message,
           std::string const& name,
           std::string const& field,
           Map const& map) {
    if (!is_pdu_name(name)) {
      auto const near = model::nearest(name, pdu_names());
      return errors_.add(places_.of(message, "pdu"),
                         "unknown PDU '" + name + "'" +
                             (near.empty() ? "; a name of MS-RPCH 2.2.4, a DCE/RPC type, or rpc"
                                           : "; did you mean '" + near + "'?"));
    }
    for (auto const& [meaning, value] : map) {
      if (auto const why = unknown_meaning(name, meaning); !why.empty()) {
        errors_.add(places_.of(message, field + "." + meaning),
                    "'" + meaning + "' in " + name + ": " + why);
      }
    }
  }

  void expectation(Expectation const& e) {
    for (int i = 0; i < e.by_size(); ++i) {
      requirement(e, i);
    }
    if (!e.subject().empty() && !contains(subjects(), e.subject())) {
      errors_.add(places_.of(e, "subject"),
                  "unknown subject '" + e.subject() + "'" + suggestion(e.subject(), subjects()));
    }
    if (!e.since().empty() && !labels_.contains(e.since())) {
      std::vector<std::string> const known(labels_.begin(), labels_.end());
      errors_.add(places_.of(e, "since"),
                  "no step has the label '" + e.since() + "'" + suggestion(e.since(), known));
    }
    if (e.has_receives()) {
      pdu(e.receives(), e.receives().pdu(), "where", e.receives().where());
    }
    if (e.has_receives_not()) {
      pdu(e.receives_not(), e.receives_not().pdu(), "where", e.receives_not().where());
    }
    if (e.has_closed()) {
      closed(e.closed());
    }
    for (auto const& each : e.any_of()) {
      expectation(each);
    }
  }

  void closed(scenario::v1::Closed const& closed) {
    std::vector<std::string> const known{"fin", "rst", "tls-close", "tls-truncated"};
    for (int i = 0; i < closed.how_size(); ++i) {
      if (!contains(known, closed.how(i))) {
        errors_.add(places_.of(closed, "how", i), "a connection cannot end by '" + closed.how(i) +
                                                      "'" + suggestion(closed.how(i), known));
      }
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

std::vector<std::string> const& categories() {
  static std::vector<std::string> const kCategories{
      "connection", "http",         "uri",       "auth",    "tls",   "echo",
      "forwarding", "flow-control", "keepalive", "timeout", "reset", "protocol-error",
      "recycling",  "version",      "v1",        "limits"};
  return kCategories;
}

std::string wrong_id(std::string_view id) {
  auto const slash = id.find('/');
  if (slash == std::string::npos || !is_id_word(id.substr(slash + 1)) ||
      !is_id_word(id.substr(0, slash))) {
    return "id '" + std::string(id) + "' must be category/words: small letters, digits and hyphens";
  }
  auto const category = id.substr(0, slash);
  return contains(categories(), category) ? ""
                                          : "unknown category '" + std::string(category) + "'" +
                                                suggestion(category, categories());
}

bool is_need(std::string_view need) {
  if (need.starts_with("not:")) {
    need.remove_prefix(4);
  }
  auto const plain = std::find(kPlainNeeds.begin(), kPlainNeeds.end(), need) != kPlainNeeds.end();
  return plain || std::any_of(kNeedPrefixes.begin(), kNeedPrefixes.end() - 1, [&](auto prefix) {
           return need.starts_with(prefix) && need.size() > prefix.size();
         });
}

void lint(Scenario const& scenario,
          Places const& places,
          LintContext const& context,
          TextErrors& errors) {
  Lint(scenario, places, context, errors).run();
}

}  // namespace rpchspec::loader
