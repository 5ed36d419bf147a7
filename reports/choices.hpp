// What a proxy chose where the standard leaves it open: the ambiguities of which either reading is
// accepted, and what lawful variants differ in. Read off the legs, told, and never judged.

#pragma once

#include <cstddef>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "model/verdict.hpp"
#include "reports/monitor.hpp"

namespace rpchspec::reports {

/// One matter that is left to a proxy.
struct ChoiceSubject {
  std::string_view id;
  std::string_view what;        // in words
  std::string_view allowed_by;  // an ambiguity of MS-RPCH (AMB-nn), or its section
};

/// All that are looked at, in the order in which they are told.
[[nodiscard]] std::span<ChoiceSubject const> choice_subjects();

/// Looks at the journal of one case for some of the subjects.
class ChoiceObserver {
 public:
  virtual ~ChoiceObserver() = default;
  virtual void on_event(Sighting const& sighting) = 0;

  /// The journal ended here.
  virtual void finish(Surroundings const&) {}

  [[nodiscard]] std::vector<model::Choice> const& choices() const { return choices_; }

 protected:
  /// Notes it once; of one subject no more than a few.
  void chose(std::string_view subject, std::string chosen);

 private:
  std::vector<model::Choice> choices_;
};

[[nodiscard]] std::unique_ptr<ChoiceObserver> make_opening_choices();
[[nodiscard]] std::unique_ptr<ChoiceObserver> make_http_choices();
[[nodiscard]] std::unique_ptr<ChoiceObserver> make_refusal_choices();
[[nodiscard]] std::unique_ptr<ChoiceObserver> make_timing_choices();
[[nodiscard]] std::unique_ptr<ChoiceObserver> make_channel_choices();

/// All observers over one journal. Behind an HTTP front the choices are those of our own RPC proxy:
/// there nothing is told.
class ChoiceSet {
 public:
  ChoiceSet();

  void on_event(Sighting const& sighting);
  void finish(Surroundings const& around);

  /// In the order of the subjects.
  [[nodiscard]] std::vector<model::Choice> choices() const;

 private:
  std::vector<std::unique_ptr<ChoiceObserver>> observers_;
};

/// The choices of all cases, by subject, the commonest first.
[[nodiscard]] std::vector<model::ChoiceResult> collect_choices(
    std::vector<model::CaseResult> const& cases);

/// Adds those of another shard of the run. A case that both hold counts in both.
void take_choices(std::vector<model::ChoiceResult>& to, std::vector<model::ChoiceResult> from);

/// Adds what another repetition of the case, or another configuration, showed.
void add_choices(model::CaseResult& to, std::vector<model::Choice> const& from);

/// "Byte order of ClientAddress": all that one subject holds, in one piece.
struct ChosenOf {
  model::ChoiceResult const* first;             // for the subject's words
  std::vector<model::ChoiceResult const*> all;  // by count
};

[[nodiscard]] std::vector<ChosenOf> by_subject(std::vector<model::ChoiceResult> const& choices);

}  // namespace rpchspec::reports
