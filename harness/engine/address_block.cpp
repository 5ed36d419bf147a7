#include "harness/engine/address_block.hpp"

#include <unistd.h>

#include <mutex>

namespace rpchspec::engine {
namespace {

constexpr std::uint32_t kBlocks = 63;
constexpr std::uint32_t kAddresses = 1000;
constexpr std::uint32_t kHosts = 254;  // of a /24: neither .0 nor .255

struct Numbers {
  std::mutex mutex;
  std::uint32_t last = 0;
  std::size_t holders = 0;
};

Numbers& numbers() {
  static Numbers all;
  return all;
}

}  // namespace

AddressBlock::AddressBlock() {
  auto const first = static_cast<std::uint32_t>(getpid()) % kBlocks;
  index_ = first;
  for (std::uint32_t i = 0; i < kBlocks && !held_; ++i) {
    auto const index = (first + i) % kBlocks;
    held_ = net::HeldName::take("rpchspec-127.1-" + std::to_string(index));
    index_ = held_ ? index : first;
  }
}

std::string AddressBlock::address(std::uint32_t number) const {
  auto const host = (index_ * kAddresses + number) % (kBlocks * kAddresses);
  return "127.1." + std::to_string(host / kHosts) + "." + std::to_string(1 + host % kHosts);
}

CaseNumbers::CaseNumbers() {
  std::lock_guard const lock(numbers().mutex);
  ++numbers().holders;
}

CaseNumbers::~CaseNumbers() {
  std::lock_guard const lock(numbers().mutex);
  if (--numbers().holders == 0) {
    numbers().last = 0;
  }
}

std::uint32_t CaseNumbers::next() {
  std::lock_guard const lock(numbers().mutex);
  return ++numbers().last;
}

}  // namespace rpchspec::engine
