#include "reports/traffic.hpp"

#include <algorithm>
#include <cmath>

#include <boost/json.hpp>

#include "reports/pdu_text.hpp"

namespace rpchspec::reports {

namespace json = boost::json;
namespace v1 = journal::v1;

namespace {

constexpr std::size_t kEnough = 16;            // PDUs; fewer are no measurement
constexpr std::size_t kMostSamples = 1000;     // then each second one is left out
constexpr std::size_t kMostUnderWay = 100000;  // PDUs that never arrive must not pile up
constexpr std::size_t kBuckets = 60;
constexpr std::uint64_t kLongEnough = 2'000'000;  // ns; within less the clock measures itself

double rounded(double value, double unit) {
  return std::round(value / unit) * unit;
}

}  // namespace

void Traffic::Way::arrived(Sample sample) {
  ++pdus;
  bytes += sample.bytes;
  pending_bytes += sample.bytes;
  if (pdus % every != 0) {
    return;
  }
  sample.bytes = pending_bytes;
  pending_bytes = 0;
  samples.push_back(sample);
  if (samples.size() < kMostSamples) {
    return;
  }
  std::vector<Sample> kept;
  for (std::size_t i = 1; i < samples.size(); i += 2) {
    kept.push_back(samples[i]);
    kept.back().bytes += samples[i - 1].bytes;
  }
  samples = std::move(kept);
  every *= 2;
}

void Traffic::on_event(v1::Event const& event) {
  if (!event.has_pdu() || !is_rpc(event.pdu()) || event.source() == v1::HARNESS) {
    return;
  }
  bool const at_client = event.source() == v1::CLIENT;
  bool const sent = event.direction() == v1::SENT;
  auto& way = at_client == sent ? in_ : out_;
  auto const digest = event.pdu().digest();
  if (sent) {
    if (way.waiting < kMostUnderWay) {
      way.under_way[digest].push_back(event.at_ns());
      ++way.waiting;
    }
    return;
  }
  auto const found = way.under_way.find(digest);
  if (found == way.under_way.end()) {
    return;
  }
  auto const since = found->second.front();
  found->second.pop_front();
  --way.waiting;
  if (found->second.empty()) {
    way.under_way.erase(found);
  }
  // What was read before its writing was noted took no time that could be measured.
  auto const latency = event.at_ns() > since ? event.at_ns() - since : 0;
  way.arrived({event.at_ns(), latency, event.pdu().size()});
}

json::value Traffic::taken(Way const& way) {
  auto const& samples = way.samples;
  auto const first = samples.front().at_ns;
  auto const span = std::max<std::uint64_t>(samples.back().at_ns - first, 1);
  json::array latency;
  std::vector<std::uint64_t> buckets(kBuckets, 0);
  for (auto const& sample : samples) {
    latency.push_back(json::array{rounded(static_cast<double>(sample.at_ns) / 1e9, 1e-6),
                                  rounded(static_cast<double>(sample.latency_ns) / 1e6, 1e-3)});
    auto const share = static_cast<double>(sample.at_ns - first) / static_cast<double>(span);
    auto const at = static_cast<std::size_t>(share * kBuckets);
    buckets[std::min(at, kBuckets - 1)] += sample.bytes;
  }
  json::array rate;
  auto const width = static_cast<double>(span) / 1e9 / kBuckets;
  for (std::size_t i = 0; i < kBuckets; ++i) {
    auto const at = static_cast<double>(first) / 1e9 + width * static_cast<double>(i);
    rate.push_back(
        json::array{rounded(at, 1e-6), std::round(static_cast<double>(buckets[i]) / width)});
  }
  return {{"pdus", way.pdus},
          {"bytes", way.bytes},
          {"latency", std::move(latency)},
          {"rate", std::move(rate)}};
}

json::value Traffic::take() const {
  json::object made;
  for (auto const& [name, way] : {std::pair("in", &in_), std::pair("out", &out_)}) {
    if (way->pdus >= kEnough &&
        way->samples.back().at_ns - way->samples.front().at_ns >= kLongEnough) {
      made[name] = taken(*way);
    }
  }
  return made.empty() ? json::value(nullptr) : json::value(std::move(made));
}

}  // namespace rpchspec::reports
