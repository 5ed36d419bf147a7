// Random choices that are the same on every machine: the standard's distributions are not.

#pragma once

#include <cstdint>
#include <random>
#include <span>

namespace rpchspec::explore {

class Dice {
 public:
  explicit Dice(std::uint64_t seed) : engine_(seed) {}

  /// 0 to n - 1; n must not be 0. The bias of the remainder does not matter here.
  std::uint64_t below(std::uint64_t n) { return engine_() % n; }

  std::uint64_t between(std::uint64_t least, std::uint64_t most) {
    return least + below(most - least + 1);
  }

  bool percent(std::uint64_t chance) { return below(100) < chance; }

  template <class T, std::size_t Size>
  T const& one_of(T const (&values)[Size]) {
    return values[below(Size)];
  }

 private:
  std::mt19937_64 engine_;
};

}  // namespace rpchspec::explore
