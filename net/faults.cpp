#include "net/faults.hpp"

#include <algorithm>
#include <limits>
#include <utility>

namespace rpchspec::net {

namespace {

template <class... F>
struct Overloaded : F... {
  using F::operator()...;
};

template <class... F>
Overloaded(F...) -> Overloaded<F...>;

std::string milliseconds(Duration d) {
  return std::to_string(std::chrono::duration_cast<std::chrono::milliseconds>(d).count()) + " ms";
}

// Those that end or silence the direction hold for good, whatever `times` says.
bool is_final(Fault::What const& what) {
  return std::holds_alternative<Truncate>(what) || std::holds_alternative<End>(what) ||
         std::holds_alternative<HalfClose>(what);
}

std::string words(Fault::What const& what) {
  return std::visit(
      Overloaded{
          [](Delay const& f) { return milliseconds(f.by); },
          [](Drip const& f) {
            return std::to_string(f.bytes) + " bytes every " + milliseconds(f.every);
          },
          [](Throttle const& f) { return std::to_string(f.bytes_per_second) + " bytes/s"; },
          [](Split const& f) { return "pieces of " + std::to_string(f.bytes) + " bytes"; },
          [](Coalesce const& f) { return "until " + std::to_string(f.bytes) + " bytes"; },
          [](Truncate const&) { return std::string("the rest is dropped"); },
          [](Corrupt const& f) { return "XOR " + std::to_string(f.mask); },
          [](StopReading const& f) {
            return f.during == Duration::max() ? std::string("for ever") : milliseconds(f.during);
          },
          [](End const& f) { return std::string(to_string(f.how)); },
          [](HalfClose const&) { return std::string("FIN, reading goes on"); },
      },
      what);
}

}  // namespace

std::string_view name_of(Fault const& fault) {
  return std::visit(Overloaded{
                        [](Delay const&) { return "delay"; },
                        [](Drip const&) { return "drip"; },
                        [](Throttle const&) { return "throttle"; },
                        [](Split const&) { return "split"; },
                        [](Coalesce const&) { return "coalesce"; },
                        [](Truncate const&) { return "truncate"; },
                        [](Corrupt const&) { return "corrupt"; },
                        [](StopReading const&) { return "stop_reading"; },
                        [](End const&) { return "end"; },
                        [](HalfClose const&) { return "half_close"; },
                    },
                    fault.what);
}

std::string describe(Fault const& fault) {
  auto text = words(fault.what) + ", at byte " + std::to_string(fault.at);
  if (!is_final(fault.what)) {
    text += fault.times == 0 ? ", always" : ", times " + std::to_string(fault.times);
  }
  return text;
}

FaultLine::FaultLine(std::vector<Fault> faults) {
  for (auto& fault : faults) {
    auto const endless = fault.times == 0 || is_final(fault.what);
    auto const times = fault.times;
    faults_.push_back({std::move(fault), times, endless});
  }
}

bool FaultLine::idle() const {
  return std::all_of(faults_.begin(), faults_.end(), spent);
}

void FaultLine::use(Active& active, FaultStep& step) {
  if (!active.endless) {
    --active.left;
  }
  if (!active.told) {
    active.told = true;
    step.applied.push_back({std::string(name_of(active.fault)), describe(active.fault)});
  }
}

bool FaultLine::holds_back(std::size_t at_hand, bool last) const {
  return !last && std::any_of(faults_.begin(), faults_.end(), [&](Active const& a) {
    auto const* coalesce = std::get_if<Coalesce>(&a.fault.what);
    return coalesce != nullptr && !spent(a) && a.fault.at <= position_ && at_hand < coalesce->bytes;
  });
}

bool FaultLine::ends_here(FaultStep& step) {
  for (auto& a : faults_) {
    auto const* end = std::get_if<End>(&a.fault.what);
    auto const half = std::holds_alternative<HalfClose>(a.fault.what);
    if ((end != nullptr || half) && a.fault.at <= position_ + step.size) {
      use(a, step);
      step.end = end != nullptr ? std::optional(end->how) : std::nullopt;
      step.half_close = half;
      return true;
    }
  }
  return false;
}

// The largest piece that no fault cuts, starts behind, or paces smaller.
std::size_t FaultLine::piece_size(std::size_t at_hand) const {
  auto size = at_hand;
  auto const at_most = [&](std::uint64_t n) {
    size = static_cast<std::size_t>(std::min<std::uint64_t>(size, std::max<std::uint64_t>(n, 1)));
  };
  for (auto const& a : faults_) {
    if (spent(a)) {
      continue;
    }
    if (a.fault.at > position_) {
      at_most(a.fault.at - position_);
    } else if (auto const* drip = std::get_if<Drip>(&a.fault.what)) {
      at_most(drip->bytes);
    } else if (auto const* throttle = std::get_if<Throttle>(&a.fault.what)) {
      at_most(throttle->bytes_per_second / 10);
    } else if (auto const* split = std::get_if<Split>(&a.fault.what)) {
      at_most(split->bytes);
    } else if (auto const* corrupt = std::get_if<Corrupt>(&a.fault.what)) {
      at_most(a.endless || a.left > 1 ? corrupt->every : size);
    }
  }
  return size;
}

void FaultLine::apply(Active& a, MutableByteView at_hand, FaultStep& step) {
  if (auto const* delay = std::get_if<Delay>(&a.fault.what)) {
    step.wait += delay->by;
  } else if (auto const* drip = std::get_if<Drip>(&a.fault.what)) {
    step.wait += drip->every;
  } else if (auto const* throttle = std::get_if<Throttle>(&a.fault.what)) {
    auto const rate = std::max<std::uint64_t>(throttle->bytes_per_second, 1);
    step.wait += std::chrono::nanoseconds(step.size * 1'000'000'000ULL / rate);
  } else if (auto const* corrupt = std::get_if<Corrupt>(&a.fault.what)) {
    at_hand.front() ^= corrupt->mask;
    a.fault.at = position_ + std::max<std::uint64_t>(corrupt->every, 1);
  } else if (std::holds_alternative<Truncate>(a.fault.what)) {
    step.drop = true;
  } else if (std::holds_alternative<StopReading>(a.fault.what)) {
    return;  // stop_reading() takes it
  }
  use(a, step);
}

FaultStep FaultLine::next(MutableByteView at_hand, bool last) {
  FaultStep step;
  if (ends_here(step) || holds_back(at_hand.size(), last)) {
    return step;
  }
  step.size = piece_size(at_hand.size());
  for (auto& a : faults_) {
    if (!spent(a) && a.fault.at <= position_) {
      apply(a, at_hand, step);
    }
  }
  ends_here(step);
  position_ += step.size;
  return step;
}

std::optional<Duration> FaultLine::stop_reading(FaultStep& step) {
  for (auto& a : faults_) {
    auto const* stop = std::get_if<StopReading>(&a.fault.what);
    if (stop != nullptr && !spent(a) && a.fault.at <= position_) {
      use(a, step);
      return stop->during;
    }
  }
  return std::nullopt;
}

std::uint64_t FaultLine::bytes_before_stop() const {
  auto bytes = std::numeric_limits<std::uint64_t>::max();
  for (auto const& a : faults_) {
    if (std::holds_alternative<StopReading>(a.fault.what) && !spent(a)) {
      bytes = std::min(bytes, a.fault.at > position_ ? a.fault.at - position_ : 0);
    }
  }
  return bytes;
}

}  // namespace rpchspec::net
