#include "reports/predicate.hpp"

#include <fmt/format.h>

namespace rpchspec::reports {

using scenario::v1::Expectation;

std::unique_ptr<Predicate> make_predicate(Expectation const& expectation,
                                          Subject subject,
                                          PredicateTimes const& times) {
  switch (expectation.predicate_case()) {
    case Expectation::kClosed:
    case Expectation::kStaysOpen:
      return make_state_predicate(expectation, subject);
    case Expectation::kConnected:
    case Expectation::kNotConnected:
    case Expectation::kProbed:
      return make_connected_predicate(expectation, subject);
    case Expectation::kResponse:
    case Expectation::kNoResponse:
      return make_response_predicate(expectation, subject);
    case Expectation::kRequestHead:
      return make_request_predicate(expectation, subject);
    case Expectation::kReceives:
    case Expectation::kReceivesNot:
      return make_pdu_predicate(expectation, subject, times);
    case Expectation::kData:
    case Expectation::kFault:
      return make_data_predicate(expectation, subject, times);
    case Expectation::PREDICATE_NOT_SET:
      return nullptr;
  }
  return nullptr;
}

std::uint64_t to_ns(google::protobuf::Duration const& duration) {
  if (duration.seconds() < 0 || duration.nanos() < 0) {
    return 0;
  }
  return static_cast<std::uint64_t>(duration.seconds()) * kSecond +
         static_cast<std::uint64_t>(duration.nanos());
}

std::uint64_t negative_ns(bool has_for,
                          google::protobuf::Duration const& for_this_long,
                          Expectation const& expectation) {
  if (has_for) {
    return to_ns(for_this_long);
  }
  return expectation.has_within() ? to_ns(expectation.within()) : kSecond;
}

std::string span_text(std::uint64_t ns) {
  if (ns < kSecond) {
    return fmt::format("{} ms", ns / kMillisecond);
  }
  return ns % kSecond == 0 ? fmt::format("{} s", ns / kSecond)
                           : fmt::format("{:.1f} s", static_cast<double>(ns) / 1e9);
}

std::string subject_text(Subject const& subject) {
  auto text = leg_name(subject.source, subject.leg);
  if (subject.virtual_connection > 1) {
    text += fmt::format(" of virtual connection {}", subject.virtual_connection);
  }
  return text;
}

}  // namespace rpchspec::reports
