// Words that every role shares about virtual channels (MS-RPCH 3.2.1.1.1, 3.2.1.1.4).

#pragma once

#include <optional>
#include <utility>

namespace rpchspec::session {

/// IN and OUT are the client's.
enum class Channel { in, out };

/// While a virtual channel is recycled it has two channels to each neighbour: the one that there
/// was, and its successor. Once the successor has taken the other's place it is called by that
/// name, and who was there before is the former one, as long as it is still of use.
enum class Instance { predecessor, successor, former };

/// How a channel is recycled: through another proxy, or through the one that has the predecessor.
enum class RecyclingSequence { r1, r2 };

/// A plugged channel queues PDUs instead of sending them.
enum class PlugState { unplugged, plugged };

/// The channels of one virtual channel: always a default one, during recycling a second.
template <class OneChannel>
class VirtualChannel {
 public:
  explicit VirtualChannel(OneChannel first) : default_(std::move(first)) {}

  [[nodiscard]] OneChannel& default_channel() { return default_; }

  [[nodiscard]] OneChannel const& default_channel() const { return default_; }

  /// The other channel, or null.
  [[nodiscard]] OneChannel* nondefault() { return nondefault_ ? &*nondefault_ : nullptr; }

  [[nodiscard]] OneChannel const* nondefault() const {
    return nondefault_ ? &*nondefault_ : nullptr;
  }

  /// Adds the successor as nondefault channel. Precondition: there is none.
  OneChannel& add_successor(OneChannel successor) {
    return nondefault_.emplace(std::move(successor));
  }

  /// The successor becomes the default channel, and the predecessor is gone. The default channel
  /// keeps its address. Precondition: there is a successor.
  void switch_default() {
    default_ = std::move(*nondefault_);
    nondefault_.reset();
  }

  void drop_nondefault() { nondefault_.reset(); }

 private:
  OneChannel default_;
  std::optional<OneChannel> nondefault_;
};

}  // namespace rpchspec::session
