#include "journal/causality.hpp"

#include <algorithm>
#include <iterator>

namespace rpchspec::journal {
namespace {

constexpr std::size_t kMostMoments = std::size_t{1} << 18;

}  // namespace

void Causality::add_ours(v1::Event const& event, std::int64_t at_ns) {
  of_ours_.of(event, [&](Knot const& knot) {
    auto& moments = ours_[{knot.thread, knot.is_effect}];
    bool const is_next = moments.empty() || moments.back().number < knot.number;
    if (is_next && kept_ < kMostMoments) {
      moments.push_back({knot.number, at_ns});
      ++kept_;
    }
  });
}

void Causality::add_peers(v1::Event const& event, std::int64_t at_ns) {
  of_peers_.of(event, [&](Knot const& knot) { meet(knot, at_ns); });
  ++records_;
}

/// An effect comes after the first cause with its number or more: ours, or the peer's.
void Causality::meet(Knot const& knot, std::int64_t at_ns) {
  auto const least = knot.is_effect ? knot.number : last_cause_[knot.thread] + 1;
  if (!knot.is_effect) {
    last_cause_[knot.thread] = std::max(least - 1, knot.number);
  }
  auto const others = ours_.find({knot.thread, !knot.is_effect});
  if (others == ours_.end()) {
    return;
  }
  auto const& moments = others->second;
  auto const other = std::lower_bound(
      moments.begin(), moments.end(), least,
      [](Moment const& moment, std::uint64_t number) { return moment.number < number; });
  if (other == moments.end() || (!knot.is_effect && other->number > knot.number)) {
    return;
  }
  // Of what comes at the same time ours goes first.
  auto const bound = knot.is_effect ? other->at_ns : other->at_ns - 1;
  auto const by = bound - at_ns;
  if (knot.is_effect ? by <= error_ns_ : by >= -error_ns_) {
    (knot.is_effect ? no_earlier_ : no_later_).push_back({records_, bound, by, knot.is_certain});
  }
}

/// By how much all may be moved.
Causality::Range Causality::room(Trust trust) const {
  Range room;
  for (auto const& bound : no_earlier_) {
    if (bound.is_certain || trust == Trust::likely) {
      room.from = std::max(room.from, bound.by_ns);
    }
  }
  for (auto const& bound : no_later_) {
    if (bound.is_certain || trust == Trust::likely) {
      room.to = std::min(room.to, bound.by_ns);
    }
  }
  return room;
}

/// Where both ways were quick, the middle, as if they took the same time; else as little as
/// possible.
void Causality::choose_shift() {
  for (auto const trust : {Trust::likely, Trust::certain}) {
    auto const [from, to] = room(trust);
    if (from <= to) {
      bool const both_known = from >= -error_ns_ && to <= error_ns_;
      auto const wanted = both_known ? from + (to - from) / 2 : 0;
      shift_ = std::clamp(std::clamp(wanted, from, to), -error_ns_, error_ns_);
      return;
    }
  }
}

Causality::Limits::Limits(Bounds no_earlier, Bounds no_later)
    : no_earlier_(std::move(no_earlier)), no_later_(std::move(no_later)) {
  for (std::size_t i = 1; i < no_earlier_.size(); ++i) {
    no_earlier_[i].at_ns = std::max(no_earlier_[i].at_ns, no_earlier_[i - 1].at_ns);
  }
  for (auto i = no_later_.size(); i-- > 1;) {
    no_later_[i - 1].at_ns = std::min(no_later_[i - 1].at_ns, no_later_[i].at_ns);
  }
}

/// Neither side's own order is broken: what is true of a record is true of those behind it, or
/// before it.
Causality::Range Causality::Limits::of(std::uint64_t record) const {
  Range range;
  auto const after =
      std::upper_bound(no_earlier_.begin(), no_earlier_.end(), record,
                       [](std::uint64_t number, Bound const& b) { return number < b.record; });
  if (after != no_earlier_.begin()) {
    range.from = std::prev(after)->at_ns;
  }
  auto const before =
      std::lower_bound(no_later_.begin(), no_later_.end(), record,
                       [](Bound const& b, std::uint64_t number) { return b.record < number; });
  if (before != no_later_.end()) {
    range.to = before->at_ns;
  }
  return range;
}

void Causality::conclude() {
  choose_shift();
  auto const those = [](Bounds const& bounds, auto const& is_meant) {
    Bounds chosen;
    std::copy_if(bounds.begin(), bounds.end(), std::back_inserter(chosen), is_meant);
    return chosen;
  };
  auto const is_certain = [](Bound const& bound) { return bound.is_certain; };
  certain_ = Limits(those(no_earlier_, is_certain), those(no_later_, is_certain));
  likely_ = Limits(
      those(no_earlier_, [&](Bound const& b) { return b.at_ns <= certain_.of(b.record).to; }),
      those(no_later_, [&](Bound const& b) { return b.at_ns >= certain_.of(b.record).from; }));
}

std::int64_t Causality::corrected(std::uint64_t record, std::int64_t at_ns) const {
  auto corrected = at_ns + shift_;
  for (auto const* limits : {&likely_, &certain_}) {
    auto const [from, to] = limits->of(record);
    if (from <= to) {
      corrected = std::clamp(corrected, from, to);
    }
  }
  return std::clamp(corrected, at_ns - error_ns_, at_ns + error_ns_);
}

}  // namespace rpchspec::journal
