#include "journal/merge.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <fstream>
#include <memory>
#include <system_error>
#include <unordered_map>

#include <google/protobuf/io/zero_copy_stream_impl.h>
#include <google/protobuf/util/delimited_message_util.h>

#include "journal/causality.hpp"

namespace rpchspec::journal {
namespace {

/// The records of a half, one after the other.
class Half {
 public:
  static Result<Half> open(std::filesystem::path const& path, PeerClock const* clock) {
    auto const number = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
    if (number < 0) {
      return fail({errno == ENOENT ? ErrorCode::not_found : ErrorCode::io, 0, "file", "",
                   path.string() + ": " + std::generic_category().message(errno)});
    }
    return Half(number, clock);
  }

  /// What its clock says is wrong where that cannot be.
  void correct_by(Causality const& causality) { causality_ = &causality; }

  /// False: no whole record is left.
  bool next() {
    event_.Clear();  // or it keeps what the record before it had
    there_ =
        google::protobuf::util::ParseDelimitedFromZeroCopyStream(&event_, input_.get(), nullptr);
    if (there_) {
      take();
    }
    return there_;
  }

  [[nodiscard]] bool there() const { return there_; }

  [[nodiscard]] v1::Event& event() { return event_; }

  [[nodiscard]] std::int64_t at_ns() const { return at_ns_; }

  /// Of this record and those before it: what it is ordered by.
  [[nodiscard]] std::int64_t latest_ns() const { return latest_ns_; }

 private:
  Half(int number, PeerClock const* clock)
      : clock_(clock), input_(std::make_unique<google::protobuf::io::FileInputStream>(number)) {
    input_->SetCloseOnDelete(true);
  }

  void take() {
    auto const at = static_cast<std::int64_t>(event_.at_ns());
    at_ns_ = clock_ == nullptr ? at : clock_->ours(at);
    told_ns_ = std::max(told_ns_, at_ns_);
    auto const corrected =
        causality_ == nullptr ? told_ns_ : causality_->corrected(records_, told_ns_);
    at_ns_ = std::max<std::int64_t>(at_ns_ + corrected - told_ns_, 0);
    latest_ns_ = std::max(latest_ns_, corrected);
    ++records_;
  }

  PeerClock const* clock_;  // null: ours
  Causality const* causality_ = nullptr;
  std::unique_ptr<google::protobuf::io::FileInputStream> input_;
  v1::Event event_;
  std::uint64_t records_ = 0;
  std::int64_t at_ns_ = 0;
  std::int64_t told_ns_ = 0;  // the latest, by its clock
  std::int64_t latest_ns_ = 0;
  bool there_ = false;
};

enum class Side { ours, peers };

/// Numbers of connections, as they come.
class Numbers {
 public:
  void give(v1::Event& event, Side side) {
    if (event.connection() == 0) {
      return;
    }
    auto& known = of_[static_cast<std::size_t>(side)][event.connection()];
    known = known == 0 ? ++last_ : known;
    event.set_connection(known);
  }

 private:
  std::array<std::unordered_map<std::uint32_t, std::uint32_t>, 2> of_;
  std::uint32_t last_ = 0;
};

Result<Causality> causality_of(Halves const& halves) {
  Causality causality(halves.clock.error_ns());
  auto ours = Half::open(halves.ours, nullptr);
  auto peers = Half::open(halves.peers, &halves.clock);
  if (!ours || !peers) {
    return tl::unexpected(ours ? peers.error() : ours.error());
  }
  while (ours->next()) {
    causality.add_ours(ours->event(), ours->latest_ns());
  }
  while (peers->next()) {
    causality.add_peers(peers->event(), peers->latest_ns());
  }
  causality.conclude();
  return causality;
}

class Merging {
 public:
  Merging(Halves const& halves, PeerClock const& clock, std::ostream& to)
      : halves_(halves), clock_(clock), to_(to) {}

  void run(Half& ours, Half& peers) {
    ours.next();
    peers.next();
    while (ours.there() || peers.there()) {
      auto const finished = ours.there() && ours.event().has_finished();
      auto const ours_next =
          ours.there() && (!peers.there() || (!finished && is_first(ours, peers)));
      if (ours_next) {
        put(ours, Side::ours);
      } else {
        put(peers, Side::peers);
      }
    }
  }

 private:
  static bool is_first(Half const& ours, Half const& peers) {
    return ours.latest_ns() <= peers.latest_ns();
  }

  void put(Half& half, Side side) {
    auto& event = half.event();
    // The last record may not be older than what a peer's clock put before it.
    latest_ns_ = std::max(latest_ns_, half.at_ns());
    event.set_at_ns(static_cast<std::uint64_t>(event.has_finished() ? latest_ns_ : half.at_ns()));
    numbers_.give(event, side);
    if (event.has_started()) {
      auto& elsewhere = *event.mutable_started()->mutable_elsewhere();
      elsewhere = halves_.elsewhere;
      elsewhere.set_clock_error_ns(clock_.error_ns());
      elsewhere.set_clock_offset_ns(clock_.offset_ns());
    }
    google::protobuf::util::SerializeDelimitedToOstream(event, &to_);
    half.next();
  }

  Halves const& halves_;
  PeerClock const& clock_;
  std::ostream& to_;
  Numbers numbers_;
  std::int64_t latest_ns_ = 0;
};

}  // namespace

Result<void> merge(Halves const& halves, std::filesystem::path const& to) {
  auto const causality = causality_of(halves);
  if (!causality) {
    return tl::unexpected(causality.error());
  }
  auto ours = Half::open(halves.ours, nullptr);
  auto peers = Half::open(halves.peers, &halves.clock);
  if (!ours || !peers) {
    return tl::unexpected(ours ? peers.error() : ours.error());
  }
  peers->correct_by(*causality);
  errno = 0;
  std::ofstream out(to, std::ios::binary | std::ios::trunc);
  Merging(halves, halves.clock.moved(causality->shift()), out).run(*ours, *peers);
  out.close();
  if (!out) {
    return fail({ErrorCode::io, 0, "file", "",
                 "cannot write " + to.string() + ": " + std::generic_category().message(errno)});
  }
  return {};
}

}  // namespace rpchspec::journal
