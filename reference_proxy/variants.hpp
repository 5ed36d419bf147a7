// The catalogue of lawful variants: the reference proxy as other correct proxies are. The suite
// must pass on every one; what it says against one is a false alarm.

#pragma once

#include <span>
#include <string_view>

#include "reference_proxy/config.hpp"

namespace rpchspec::proxy {

struct Variant {
  std::string_view name;    // "window-8k"
  std::string_view title;   // one sentence
  std::string_view allows;  // where the choice is left: a section, AMB-nn, or latitude.md
  void (*apply)(ProxyConfig&) = nullptr;
  std::uint32_t in_channel_lifetime = 0;  // bytes that clients announce beside it; 0: as always
  std::string_view fact = {};             // that cases ask for, and that it changes: "pings=false"
};

[[nodiscard]] std::span<Variant const> variants();

/// By name; null when there is none.
[[nodiscard]] Variant const* find_variant(std::string_view name);

}  // namespace rpchspec::proxy
