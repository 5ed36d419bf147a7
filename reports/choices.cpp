#include "reports/choices.hpp"

#include <algorithm>
#include <array>
#include <map>
#include <tuple>
#include <utility>

namespace rpchspec::reports {

using model::CaseResult;
using model::Choice;
using model::ChoiceResult;

namespace {

constexpr std::size_t kMostOfOneCase = 4;
constexpr std::size_t kMostOfASubject = 8;
constexpr std::string_view kOthers = "others";

constexpr std::array kSubjects{
    ChoiceSubject{"client-address-order", "Byte order of ClientAddress", "AMB-01"},
    ChoiceSubject{"out-r2-a8", "Form of OUT_R2/A8", "AMB-02"},
    ChoiceSubject{"c2-values", "Values of CONN/C2", "AMB-06"},
    ChoiceSubject{"ping-timing", "When it pings", "AMB-07"},
    ChoiceSubject{"connection-timeout", "ConnectionTimeout in CONN/A3", "AMB-08"},
    ChoiceSubject{"server-connect", "When it connects to the server", "AMB-09"},
    ChoiceSubject{"out-r2-order", "Order at an OUT_R2 successor", "AMB-13"},
    ChoiceSubject{"keepalive-0", "ClientKeepalive 0 in CONN/B1", "AMB-17"},
    ChoiceSubject{"ipv6-server", "IPv6 address as the server's name", "AMB-18"},
    ChoiceSubject{"odd-length", "Content-Length outside the defined classes", "AMB-20"},
    ChoiceSubject{"v1-url", "URL of version 1", "AMB-25"},
    ChoiceSubject{"after-echo", "The connection after an echo", "AMB-30"},
    ChoiceSubject{"receive-window", "ReceiveWindowSize in CONN/A2", "2.2.3.5.1"},
    ChoiceSubject{"out-length", "Content-Length of OUT", "2.1.2.1.4"},
    ChoiceSubject{"acks-in", "When it acknowledges the client", "latitude.md, acknowledgements"},
    ChoiceSubject{"acks-out", "When it acknowledges the server", "latitude.md, acknowledgements"},
    ChoiceSubject{"counters", "BytesReceived after OUT_R2", "latitude.md, counters"},
    ChoiceSubject{"close-to-client", "How it closes a client's channel", "latitude.md, closing"},
    ChoiceSubject{"close-to-server", "How it closes a server's connection", "latitude.md, closing"},
    ChoiceSubject{"refusal-time", "When it refuses a server", "latitude.md, HTTP"},
    ChoiceSubject{"error-code", "RPC error codes of a 503", "latitude.md, HTTP"},
    ChoiceSubject{"error-version", "HTTP version of a 503", "latitude.md, HTTP"},
    ChoiceSubject{"error-info", "Extended error information of a 503", "latitude.md, HTTP"},
    ChoiceSubject{"echo-version", "HTTP version of an echo's answer", "latitude.md, HTTP"},
    ChoiceSubject{"no-credentials", "Refusal of a request without credentials",
                  "latitude.md, HTTP"},
    ChoiceSubject{"after-401", "The connection after a 401", "latitude.md, HTTP"},
    ChoiceSubject{"wrong-method", "Answer to another method", "latitude.md, HTTP"},
    ChoiceSubject{"wrong-path", "Answer to another path", "latitude.md, HTTP"},
    ChoiceSubject{"wrong-query", "Answer to a URL without server and port", "latitude.md, HTTP"},
    ChoiceSubject{"no-length", "Answer to a request without Content-Length", "latitude.md, HTTP"},
    ChoiceSubject{"no-host", "HTTP/1.1 without Host", "latitude.md, HTTP"},
};

std::size_t place_of_subject(std::string_view id) {
  auto const found = std::find_if(kSubjects.begin(), kSubjects.end(),
                                  [&](ChoiceSubject const& each) { return each.id == id; });
  return static_cast<std::size_t>(found - kSubjects.begin());
}

ChoiceResult choice_result(std::string const& subject, std::string chosen) {
  ChoiceResult made;
  made.subject = subject;
  if (auto const place = place_of_subject(subject); place < kSubjects.size()) {
    made.what = kSubjects.at(place).what;
    made.allowed_by = kSubjects.at(place).allowed_by;
  }
  made.chosen = std::move(chosen);
  return made;
}

/// By subject, the commonest first; what one subject has too many of becomes one entry.
std::vector<ChoiceResult> in_order_of_subjects(std::vector<ChoiceResult> all) {
  std::sort(all.begin(), all.end(), [](ChoiceResult const& a, ChoiceResult const& b) {
    auto const order = [](ChoiceResult const& each) {
      return std::tuple(place_of_subject(each.subject), std::string_view(each.subject),
                        each.chosen == kOthers, -static_cast<std::ptrdiff_t>(each.cases),
                        std::string_view(each.chosen));
    };
    return order(a) < order(b);
  });
  std::vector<ChoiceResult> kept;
  std::map<std::string, std::size_t> shown;
  for (auto& each : all) {
    auto& count = shown[each.subject];
    if (++count < kMostOfASubject || (count == kMostOfASubject && each.chosen == kOthers)) {
      kept.push_back(std::move(each));
      continue;
    }
    if (kept.back().chosen != kOthers) {
      kept.push_back(choice_result(each.subject, std::string(kOthers)));
      kept.back().what = each.what;
      kept.back().allowed_by = each.allowed_by;
      kept.back().example = each.example;
    }
    kept.back().cases += each.cases;
  }
  return kept;
}

}  // namespace

std::span<ChoiceSubject const> choice_subjects() {
  return kSubjects;
}

void ChoiceObserver::chose(std::string_view subject, std::string chosen) {
  std::size_t known = 0;
  for (auto const& each : choices_) {
    known += each.subject == subject ? 1 : 0;
    if (each.subject == subject && each.chosen == chosen) {
      return;
    }
  }
  if (known < kMostOfOneCase) {
    choices_.push_back({std::string(subject), std::move(chosen)});
  }
}

ChoiceSet::ChoiceSet() {
  for (auto const make : {make_opening_choices, make_http_choices, make_refusal_choices,
                          make_timing_choices, make_channel_choices}) {
    observers_.push_back(make());
  }
}

void ChoiceSet::on_event(Sighting const& sighting) {
  if (sighting.event.has_started() && sighting.around.topology == "http-front") {
    observers_.clear();
  }
  for (auto& observer : observers_) {
    observer->on_event(sighting);
  }
}

void ChoiceSet::finish(Surroundings const& around) {
  for (auto& observer : observers_) {
    observer->finish(around);
  }
}

std::vector<Choice> ChoiceSet::choices() const {
  std::vector<Choice> all;
  for (auto const& observer : observers_) {
    all.insert(all.end(), observer->choices().begin(), observer->choices().end());
  }
  std::stable_sort(all.begin(), all.end(), [](Choice const& a, Choice const& b) {
    return place_of_subject(a.subject) < place_of_subject(b.subject);
  });
  return all;
}

std::vector<ChoiceResult> collect_choices(std::vector<CaseResult> const& cases) {
  std::map<std::pair<std::string, std::string>, ChoiceResult> all;
  for (auto const& result : cases) {
    for (auto const& choice : result.choices) {
      auto& entry = all[{choice.subject, choice.chosen}];
      if (entry.cases++ == 0) {
        entry = choice_result(choice.subject, choice.chosen);
        entry.cases = 1;
        entry.example = result.id;
      }
    }
  }
  std::vector<ChoiceResult> list;
  list.reserve(all.size());
  for (auto& [key, entry] : all) {
    list.push_back(std::move(entry));
  }
  return in_order_of_subjects(std::move(list));
}

void take_choices(std::vector<ChoiceResult>& to, std::vector<ChoiceResult> from) {
  for (auto& choice : from) {
    auto const known = std::find_if(to.begin(), to.end(), [&](ChoiceResult const& each) {
      return each.subject == choice.subject && each.chosen == choice.chosen;
    });
    if (known == to.end()) {
      to.push_back(std::move(choice));
    } else {
      known->cases += choice.cases;
      known->example = std::min(known->example, choice.example);
    }
  }
  to = in_order_of_subjects(std::move(to));
}

void add_choices(CaseResult& to, std::vector<Choice> const& from) {
  for (auto const& choice : from) {
    if (std::find(to.choices.begin(), to.choices.end(), choice) == to.choices.end()) {
      to.choices.push_back(choice);
    }
  }
}

std::vector<ChosenOf> by_subject(std::vector<ChoiceResult> const& choices) {
  std::vector<ChosenOf> subjects;
  for (auto const& choice : choices) {
    if (subjects.empty() || subjects.back().first->subject != choice.subject) {
      subjects.push_back({&choice, {}});
    }
    subjects.back().all.push_back(&choice);
  }
  return subjects;
}

}  // namespace rpchspec::reports
