// A proxy whose connections have all ended holds no more than before (where its pid is known).
//
// No standard sets a bound: what a proxy keeps for the next client is its own affair. Judged is
// only growth in step with the connections, over at least a dozen of them.

#include <algorithm>
#include <optional>

#include <fmt/format.h>

#include "reports/monitor.hpp"

namespace rpchspec::reports {

namespace v1 = journal::v1;

namespace {

constexpr std::string_view kDescriptors = "PROD-Resources-01";
constexpr std::string_view kMemory = "PROD-Resources-02";
constexpr std::uint64_t kLeastConnections = 12;
constexpr std::uint64_t kMebibyte = 1U << 20;
constexpr std::uint64_t kLeastGrowth = 64 * kMebibyte;  // an allocator's reserve, a warm cache

class ResourcesMonitor final : public Monitor {
 public:
  [[nodiscard]] std::string_view name() const override { return "resources"; }

  [[nodiscard]] std::vector<std::string_view> requirements() const override {
    return {kDescriptors, kMemory};
  }

  void on_event(Sighting const& sighting) override {
    auto const& event = sighting.event;
    if (event.has_resources()) {
      auto& slot = first_ ? last_ : first_;
      slot = event.resources();
      at_ns_ = event.at_ns();
    } else if (event.has_opened() && event.source() == v1::CLIENT && first_ && !last_) {
      ++connections_;
    }
  }

  void finish(Surroundings const&) override {
    if (!first_ || !last_ || connections_ < kLeastConnections) {
      return;
    }
    if (last_->descriptors() > first_->descriptors() + connections_ / 2) {
      object(at_ns_, "proxy",
             {kDescriptors, "descriptors left",
              fmt::format("about {} descriptors, as before its {} connections",
                          first_->descriptors(), connections_),
              fmt::format("{} when all of them had ended", last_->descriptors())});
    }
    if (last_->resident() > first_->resident() + std::max(kLeastGrowth, connections_ * kMebibyte)) {
      object(at_ns_, "proxy",
             {kMemory, "memory left",
              fmt::format("about {} MiB, as before its {} connections",
                          first_->resident() / kMebibyte, connections_),
              fmt::format("{} MiB when all of them had ended", last_->resident() / kMebibyte)});
    }
  }

 private:
  std::optional<v1::Resources> first_;
  std::optional<v1::Resources> last_;
  std::uint64_t connections_ = 0;
  std::uint64_t at_ns_ = 0;
};

}  // namespace

std::unique_ptr<Monitor> make_resources_monitor() {
  return std::make_unique<ResourcesMonitor>();
}

}  // namespace rpchspec::reports
