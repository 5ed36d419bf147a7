// capture.pcapng: the journals of a run as packets, decrypted, for Wireshark.
//
// Each TCP connection of a journal becomes one of raw IP packets: its real addresses and ports, a
// handshake, a segment for each head, PDU and run of stray bytes, FIN or RST as it ended. Of bytes
// that the journal did not keep only the number is told: such a packet is cut, its comment says so,
// and sequence numbers stay right. Each case has an interface for each end that recorded:
// "reset/x@tcp-rst client", "... server", "... upstream".
//
// In such a stream Wireshark takes every PDU behind a head for HTTP's "Continuation", port 443 for
// TLS and port 6001 for X11. So each head and PDU follows once more, on an interface "...
// messages", as one that goes straight to the right dissector (display filter: exported_pdu).

#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <ostream>
#include <set>
#include <string>
#include <string_view>

#include "model/verdict.hpp"
#include "protocol/base/bytes.hpp"
#include "protocol/base/error.hpp"
#include "reports/pcapng.hpp"

namespace rpchspec::reports {

/// The parameter of a journal that tells when it began: nanoseconds since 1970, in UTC.
inline constexpr std::string_view kBegan = "began_unix_ns";

struct CaptureLimits {
  std::uint64_t bytes = std::uint64_t{64} << 20;  // of the file; later cases are named, not shown
  std::size_t packets = 20000;                    // of a case; after them only how connections end
};

struct CapturedCase {
  std::string id;
  std::string about{};  // a comment on its first packet: what became of it
};

/// Of a case that is judged. @param id  that of its evidence: a repetition has its number in it.
[[nodiscard]] CapturedCase captured(std::string id, model::CaseResult const& result);

class Capture {
 public:
  /// Writes the beginning of the file. @param to  outlives the capture.
  Capture(std::ostream& to, std::string_view tool_version, CaptureLimits const& limits = {});

  /// Adds the packets of one case.
  /// @return how many; the reader's error for a broken journal (what came before is written).
  Result<std::size_t> add(CapturedCase const& of, std::filesystem::path const& journal);
  Result<std::size_t> add(CapturedCase const& of, ByteView journal);

 private:
  template <class Source>
  Result<std::size_t> add_from(CapturedCase const& of, Source const& journal);

  void name_addresses();

  PcapngWriter writer_;
  CaptureLimits limits_;
  std::map<Bytes, std::set<std::string>> roles_;  // of each address
  std::set<Bytes> named_;
};

}  // namespace rpchspec::reports
