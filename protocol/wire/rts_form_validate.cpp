// A PDU against the form of the kind it should be (MS-RPCH 2.2.4).

#include <algorithm>
#include <array>
#include <utility>

#include "protocol/wire/rts_catalogue.hpp"

namespace rpchspec::wire {
namespace {

/// The entry of the requirement catalogue that states each form, in the order of the kinds. Some
/// sections share one: the replacement channels' PDUs are described once, by the R1 section.
constexpr std::array<std::string_view, kRtsPduKinds> kFormRequirements{
    "RPCH-2.2.4.2-01",  "RPCH-2.2.4.3-01",  "RPCH-2.2.4.4-01",   "RPCH-2.2.4.5-01",
    "RPCH-2.2.4.6-01",  "RPCH-2.2.4.7-01",  "RPCH-2.2.4.8-01",   "RPCH-2.2.4.9-01",
    "RPCH-2.2.4.10-01", "RPCH-2.2.4.11-01", "RPCH-2.2.4.12-01",  "RPCH-2.2.4.13-01",
    "RPCH-2.2.4.14-01", "RPCH-2.2.4.15-01", "RPCH-2.2.4.16-01",  "RPCH-2.2.4.17-01",
    "RPCH-2.2.4.18-01", "RPCH-2.2.4.19-01", "RPCH-2.2.4.20-01",  "RPCH-2.2.4.21-01",
    "RPCH-2.2.4.22-01", "RPCH-2.2.4.23-01", "RPCH-2.2.4.24-01",  "RPCH-2.2.4.25-01",
    "RPCH-2.2.4.26-01", "RPCH-2.2.4.27-01", "RPCH-2.2.4.28-01",  "RPCH-2.2.4.29-01",
    "RPCH-2.2.4.30-01", "RPCH-2.2.4.31-01", "RPCH-2.2.4.32-01",  "RPCH-2.2.4.33-01",
    "RPCH-2.2.4.23-01", "RPCH-2.2.4.24-01", "RPCH-2.2.4.25-01",  "RPCH-2.2.4.37-01",
    "RPCH-2.2.4.38-01", "RPCH-2.2.4.39-01", "RPCH-2.2.4.40-01",  "RPCH-2.2.4.41-01",
    "RPCH-2.2.4.42-01", "RPCH-2.2.4.43-01", "RPCH-2.2.4.44-01",  "RPCH-2.2.4.45-01",
    "RPCH-2.2.4.46-01", "RPCH-2.2.4.47-01", "RPCH-2.1.2.1.6-07", "RPCH-2.2.4.49-01",
    "RPCH-2.2.4.50-01", "RPCH-2.2.4.51-01"};

std::string types_text(std::vector<RtsCommandType> const& types) {
  std::string text;
  for (auto const type : types) {
    text += (text.empty() ? "" : ", ") + std::string(name_of(type));
  }
  return text.empty() ? "no command" : text;
}

void check_commands(RtsPdu const& pdu, RtsPduKind kind, std::vector<Violation>& out) {
  std::vector<RtsCommandType> found;
  for (auto const& command : pdu.commands) {
    found.push_back(type_of(command));
  }
  std::vector<RtsCommandType> expected;
  for (auto const& slot : slots_of(pdu, kind)) {
    expected.push_back(slot.type);
  }
  if (found == expected) {
    return;
  }
  auto const [at, ignored] =
      std::mismatch(found.begin(), found.end(), expected.begin(), expected.end());
  std::uint64_t offset = kRtsHeaderSize;
  for (std::ptrdiff_t i = 0; i < at - found.begin(); ++i) {
    offset += encoded_size(pdu.commands[static_cast<std::size_t>(i)]);
  }
  auto const same_set =
      std::is_permutation(found.begin(), found.end(), expected.begin(), expected.end());
  out.push_back({same_set ? "RPCH-2.2.3.6.2-02" : form_requirement(kind), offset,
                 "found " + types_text(found) + ", expected " + types_text(expected)});
}

void check_destination(RtsPdu const& pdu, RtsPduKind kind, std::vector<Violation>& out) {
  auto const required = destination_of(kind);
  if (!required || pdu.commands.empty()) {
    return;
  }
  auto const* destination = std::get_if<DestinationCommand>(&pdu.commands.front());
  if (destination != nullptr && destination->value != *required) {
    out.push_back({form_requirement(kind), kRtsHeaderSize + 4,
                   "found Destination " +
                       std::to_string(static_cast<std::uint32_t>(destination->value)) +
                       ", expected " + std::to_string(static_cast<std::uint32_t>(*required))});
  }
}

}  // namespace

std::string_view form_requirement(RtsPduKind kind) {
  return kFormRequirements[static_cast<std::size_t>(kind)];
}

std::optional<ForwardDestination> destination_of(RtsPduKind kind) {
  switch (kind) {
    case RtsPduKind::InR1A3:
    case RtsPduKind::InR1A4:
    case RtsPduKind::InR2A3:
    case RtsPduKind::InR2A4:
    case RtsPduKind::OutR1A1:
    case RtsPduKind::OutR1A2:
    case RtsPduKind::OutR1A5:
    case RtsPduKind::OutR1A6:
    case RtsPduKind::OutR2A1:
    case RtsPduKind::OutR2A2:
    case RtsPduKind::OutR2A5:
    case RtsPduKind::OutR2A6:
      return ForwardDestination::FDClient;
    case RtsPduKind::OutR1A7:
    case RtsPduKind::OutR1A8:
    case RtsPduKind::OutR2A7:
    case RtsPduKind::OutR2A8:
      return ForwardDestination::FDServer;
    default:
      return std::nullopt;
  }
}

std::vector<Violation> validate(RtsPdu const& pdu, RtsPduKind kind) {
  auto violations = validate(pdu);
  auto const& form = form_of(kind);
  if (pdu.flags != form.flags) {
    violations.push_back({"RPCH-2.2.3.6.1-09", 16,
                          "found Flags " + std::to_string(pdu.flags) + ", expected " +
                              std::to_string(form.flags) + " for " + std::string(form.name)});
  }
  check_commands(pdu, kind, violations);
  check_destination(pdu, kind, violations);
  auto const size = encoded_size(pdu);
  if (kind == RtsPduKind::OutR2C1 && find<PaddingCommand>(pdu) != nullptr) {
    violations.push_back(
        {form_requirement(kind), 8,
         "found a PDU of " + std::to_string(size) + " bytes, expected 24: the size of OUT_R1/A11"});
  }
  return violations;
}

}  // namespace rpchspec::wire
