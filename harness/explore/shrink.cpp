#include "harness/explore/shrink.hpp"

#include <algorithm>

#include "harness/explore/fields.hpp"
#include "harness/explore/render.hpp"

namespace rpchspec::explore {
namespace {

namespace pb = google::protobuf;

constexpr std::uint64_t kLeastBytes = 48;

std::vector<pb::Message*> parts(scenario::v1::Scenario& frame) {
  std::vector<pb::Message*> out;
  if (frame.has_client()) {
    out.push_back(frame.mutable_client());
  }
  if (frame.has_server()) {
    out.push_back(frame.mutable_server());
  }
  if (frame.has_proxy()) {
    out.push_back(frame.mutable_proxy());
  }
  return out;
}

/// Numbers that say how much, and how elaborately.
std::uint64_t size_of(Move const& move) {
  return move.bytes + 8 * (move.split != 0) + 4 * (move.pdu_size != 0) + move.choice;
}

class Candidates {
 public:
  explicit Candidates(History const& from) : from_(from) {}

  std::vector<History> all(std::size_t most) {
    without_moves();
    simpler_frames();
    simpler_moves();
    std::stable_sort(made_.begin(), made_.end(),
                     [](History const& a, History const& b) { return weight(a) < weight(b); });
    made_.resize(std::min(made_.size(), most));
    return std::move(made_);
  }

 private:
  void add(History candidate) {
    // What cannot be made any more is not part of it.
    candidate.moves = render(candidate).moves;
    if (!candidate.moves.empty() && weight(candidate) < weight(from_)) {
      made_.push_back(std::move(candidate));
    }
  }

  void without_moves() {
    auto const size = from_.moves.size();
    for (auto length = size / 2; length > 0; length /= 2) {
      for (std::size_t at = 0; at < size; at += length) {
        auto candidate = from_;
        auto const begin = candidate.moves.begin() + static_cast<std::ptrdiff_t>(at);
        auto const end =
            candidate.moves.begin() + static_cast<std::ptrdiff_t>(std::min(at + length, size));
        candidate.moves.erase(begin, end);
        add(std::move(candidate));
      }
    }
  }

  void simpler_frames() {
    auto whole = from_;
    for (auto* part : parts(whole.frame)) {
      part->Clear();
    }
    add(std::move(whole));
    auto same = from_;
    auto const count = parts(same.frame).size();
    for (std::size_t i = 0; i < count; ++i) {
      for (auto const* field : set_fields(*parts(same.frame)[i])) {
        auto candidate = from_;
        auto* part = parts(candidate.frame)[i];
        part->GetReflection()->ClearField(part, field);
        add(std::move(candidate));
      }
    }
  }

  template <class Change>
  void with(std::size_t index, Change change) {
    auto candidate = from_;
    change(candidate.moves[index]);
    if (!(candidate.moves[index] == from_.moves[index])) {
      add(std::move(candidate));
    }
  }

  void simpler_moves() {
    for (std::size_t i = 0; i < from_.moves.size(); ++i) {
      for (std::uint64_t const part : {16, 4, 2}) {
        with(i, [&](Move& move) {
          move.bytes = std::min(move.bytes, std::max(kLeastBytes, move.bytes / part));
        });
      }
      with(i, [](Move& move) { move.pdu_size = 0; });
      with(i, [](Move& move) { move.split = 0; });
      with(i, [](Move& move) { move.choice = 0; });
      with(i, [](Move& move) { move.choice &= move.choice - 1; });  // its lowest bit
      with(i, [](Move& move) {
        move.pdu_size = move.split = move.choice = 0;
        move.bytes = std::min(move.bytes, kLeastBytes);
      });
    }
  }

  History const& from_;
  std::vector<History> made_;
};

}  // namespace

std::uint64_t weight(History const& history) {
  constexpr std::uint64_t kMove = std::uint64_t{1} << 40;
  constexpr std::uint64_t kField = std::uint64_t{1} << 32;
  auto frame = history.frame;
  std::uint64_t sum = kMove * history.moves.size();
  for (auto const* part : parts(frame)) {
    sum += kField * set_fields(*part).size();
  }
  for (auto const& move : history.moves) {
    sum += size_of(move);
  }
  return sum;
}

History shrink(History failing, StillFail const& still_fail, ShrinkLimits limits) {
  for (std::size_t round = 0; round < limits.rounds; ++round) {
    auto const candidates = Candidates(failing).all(limits.candidates);
    if (candidates.empty()) {
      break;
    }
    auto const fails = still_fail(candidates);
    auto const first = std::find(fails.begin(), fails.end(), true);
    if (first == fails.end()) {
      break;
    }
    failing = candidates[static_cast<std::size_t>(first - fails.begin())];  // lightest first
  }
  return failing;
}

}  // namespace rpchspec::explore
