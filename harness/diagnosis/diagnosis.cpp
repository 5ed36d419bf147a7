#include "harness/diagnosis/diagnosis.hpp"

#include <algorithm>

namespace rpchspec::diagnosis {

std::string_view to_string(StepName step) {
  switch (step) {
    case StepName::name:
      return "name";
    case StepName::tcp:
      return "tcp";
    case StepName::tls:
      return "tls";
    case StepName::authentication:
      return "authentication";
    case StepName::echo:
      return "echo";
    case StepName::out_channel:
      return "out-channel";
    case StepName::in_channel:
      return "in-channel";
    case StepName::conn:
      return "conn";
    case StepName::bind:
      return "bind";
    case StepName::call:
      return "call";
  }
  return "unknown";
}

std::string_view title_of(StepName step) {
  switch (step) {
    case StepName::name:
      return "name resolution";
    case StepName::tcp:
      return "TCP connection";
    case StepName::tls:
      return "TLS handshake and certificate";
    case StepName::authentication:
      return "HTTP authentication";
    case StepName::echo:
      return "echo requests";
    case StepName::out_channel:
      return "OUT channel, to CONN/A3";
    case StepName::in_channel:
      return "IN channel, with CONN/B1";
    case StepName::conn:
      return "virtual connection, to CONN/C2";
    case StepName::bind:
      return "RPC bind";
    case StepName::call:
      return "RPC call";
  }
  return "unknown";
}

std::string_view to_string(StepVerdict verdict) {
  switch (verdict) {
    case StepVerdict::well:
      return "well";
    case StepVerdict::broke:
      return "broke";
    case StepVerdict::left_out:
      return "left-out";
    case StepVerdict::not_reached:
      return "not-reached";
  }
  return "unknown";
}

Step const* Diagnosis::broken() const {
  auto const found = std::find_if(steps.begin(), steps.end(), [](Step const& step) {
    return step.verdict == StepVerdict::broke;
  });
  return found == steps.end() ? nullptr : &*found;
}

}  // namespace rpchspec::diagnosis
