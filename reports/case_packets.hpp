// The packets of one journal, event by event. Private to reports.

#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "journal/journal.pb.h"
#include "reports/capture.hpp"
#include "reports/pcapng.hpp"
#include "reports/tcp_packets.hpp"

namespace rpchspec::reports {

class CasePackets {
 public:
  /// @param writer  outlives this; packets of other cases may be in it already.
  CasePackets(PcapngWriter& writer, CapturedCase const& of, CaptureLimits const& limits);

  void on_event(journal::v1::Event const& event);

  /// Writes the packet that may still have got a comment. @return how many there were.
  std::size_t finish();

  /// Addresses with what they are: "client", "proxy", "servers", "upstream".
  [[nodiscard]] std::map<Bytes, std::set<std::string>> const& roles() const { return roles_; }

 private:
  using Side = TcpPackets::Side;

  /// What one side has sent.
  struct Told {
    std::uint64_t bytes = 0;
    bool fin = false;
  };

  struct Flow {
    journal::v1::Source source;
    TcpEndpoint local;
    TcpEndpoint remote;
    Side us;
    TcpPackets packets;
    std::vector<std::string> comments{};  // of its next packet
    Told by_us{};
    Told by_peer{};
    bool reset = false;
    std::size_t left_out = 0;  // records since its last packet
  };

  enum class Whose { ours, peers };

  void open(journal::v1::Event const& event);
  void remark_step(journal::v1::Step const& step);
  void remark_mismatch(journal::v1::Event const& event);
  void add_data(Flow& flow, journal::v1::Event const& event);
  void end(Flow& flow, journal::v1::Event const& event);
  void add_fin(Flow& flow, Whose whose);
  void add_reset(Flow& flow, Whose whose);
  void add_missing(Flow& flow, journal::v1::Event const& event);
  void add_bytes(Flow& flow, Whose whose, std::string_view known, std::uint64_t size);
  void add_packet(Flow& flow, TcpPacket packet);
  void hold(CapturedPacket packet);
  [[nodiscard]] std::vector<std::string> take_comments(Flow& flow);
  void remark(std::string comment);
  void write_held();
  [[nodiscard]] std::uint32_t interface_of(journal::v1::Source source, LinkType type);
  [[nodiscard]] bool full() const;

  static Told& told(Flow& flow, Whose whose) {
    return whose == Whose::ours ? flow.by_us : flow.by_peer;
  }

  static Side side_of(Flow const& flow, Whose whose) {
    bool const opener = (flow.us == Side::opener) == (whose == Whose::ours);
    return opener ? Side::opener : Side::acceptor;
  }

  PcapngWriter& writer_;
  CapturedCase const& of_;
  CaptureLimits limits_;
  std::uint64_t began_ns_ = 0;
  std::uint64_t now_ns_ = 0;
  std::map<std::pair<journal::v1::Source, LinkType>, std::uint32_t> interfaces_;
  std::map<std::uint32_t, Flow> flows_;
  std::map<Bytes, std::set<std::string>> roles_;
  std::vector<std::string> comments_;   // of the next packet
  std::optional<CapturedPacket> held_;  // a mismatch is told behind its PDU
  std::size_t count_ = 0;
};

}  // namespace rpchspec::reports
