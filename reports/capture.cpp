#include "reports/capture.hpp"

#include <fmt/format.h>

#include "journal/reader.hpp"
#include "reports/case_packets.hpp"

namespace rpchspec::reports {

CapturedCase captured(std::string id, model::CaseResult const& result) {
  auto about = fmt::format("{}: {}", id, model::to_string(result.verdict));
  if (!result.message.empty()) {
    about += "\n" + result.message;
  }
  return {std::move(id), std::move(about)};
}

Capture::Capture(std::ostream& to, std::string_view tool_version, CaptureLimits const& limits)
    : writer_(to, fmt::format("rpchspec {}, from its journals", tool_version)), limits_(limits) {}

template <class Source>
Result<std::size_t> Capture::add_from(CapturedCase const& of, Source const& journal) {
  if (writer_.written() >= limits_.bytes) {
    writer_.add_interface({of.id, "left out: no more room in this file"});
    return 0;
  }
  CasePackets packets(writer_, of, limits_);
  auto const records =
      journal::read(journal, [&](journal::v1::Event const& event) { packets.on_event(event); });
  auto const count = packets.finish();
  for (auto const& [address, roles] : packets.roles()) {
    roles_[address].insert(roles.begin(), roles.end());
  }
  name_addresses();
  return records ? Result<std::size_t>(count) : tl::unexpected<Error>(records.error());
}

/// An address on which ours and the proxy's meet, as on loopback, says nothing: it has no name.
void Capture::name_addresses() {
  for (auto const& [address, roles] : roles_) {
    bool const shared = roles.size() > 1 && roles.contains("proxy");
    if (!shared && named_.insert(address).second) {
      writer_.add_name(address, roles.size() == 1 ? *roles.begin() : std::string("rpchspec"));
    }
  }
}

Result<std::size_t> Capture::add(CapturedCase const& of, std::filesystem::path const& journal) {
  return add_from(of, journal);
}

Result<std::size_t> Capture::add(CapturedCase const& of, ByteView journal) {
  return add_from(of, journal);
}

}  // namespace rpchspec::reports
