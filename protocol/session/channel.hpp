// Words that every role shares about virtual channels (MS-RPCH 3.2.1.1.1, 3.2.1.1.4).

#pragma once

#include <optional>
#include <utility>

namespace rpchspec::session {

/// A plugged channel queues PDUs instead of sending them.
enum class PlugState { unplugged, plugged };

/// While a channel is replaced a virtual channel has two instances. RPC PDUs go to the default one.
enum class ChannelPosition { default_channel, nondefault };

/// The instances of one virtual channel: always a default one, during recycling a second.
template <class Instance>
class VirtualChannel {
 public:
  explicit VirtualChannel(Instance first) : default_(std::move(first)) {}

  [[nodiscard]] Instance& default_channel() { return default_; }

  [[nodiscard]] Instance const& default_channel() const { return default_; }

  /// The other instance, or null.
  [[nodiscard]] Instance* nondefault() { return nondefault_ ? &*nondefault_ : nullptr; }

  /// Adds the successor as nondefault channel. Precondition: there is none.
  Instance& add_successor(Instance successor) { return nondefault_.emplace(std::move(successor)); }

  /// The nondefault channel becomes the default one. Precondition: there is one.
  void switch_default() { std::swap(default_, *nondefault_); }

  void drop_nondefault() { nondefault_.reset(); }

 private:
  Instance default_;
  std::optional<Instance> nondefault_;
};

}  // namespace rpchspec::session
