#include "reports/case_packets.hpp"

#include <algorithm>
#include <utility>

#include <fmt/format.h>

#include "reports/capture_words.hpp"
#include "reports/connections.hpp"
#include "reports/exported_pdu.hpp"
#include "reports/matching.hpp"
#include "reports/pdu_text.hpp"

namespace rpchspec::reports {

namespace v1 = journal::v1;

namespace {

constexpr std::size_t kMostComments = 16;  // that wait for a packet

/// The stretch of the wire that a record stands for, and its first bytes.
struct Stretch {
  std::string_view known;
  std::uint64_t size = 0;
  std::string what;                      // a comment; may be empty
  std::optional<Dissector> dissector{};  // empty: no message that Wireshark could take apart
};

Stretch stretch_of(v1::Event const& event) {
  if (event.has_head()) {
    auto const& head = event.head();
    return {head.text(), head.size(), head.error().empty() ? "" : "head: " + head.error(),
            Dissector::http};
  }
  if (event.has_pdu()) {
    auto const& pdu = event.pdu();
    auto what = is_rpc(pdu) ? "" : pdu_name(event);
    return {pdu.prefix(), pdu.size(), pdu.error().empty() ? what : what + ": " + pdu.error(),
            Dissector::dcerpc};
  }
  auto const& raw = event.raw();
  return {raw.prefix(), raw.size(), raw.is()};
}

std::string cut_text(std::uint64_t known, std::uint64_t size) {
  return fmt::format("the journal keeps the first {} of these {} bytes", known, size);
}

void keep(std::vector<std::string>& comments, std::string comment) {
  if (comments.size() < kMostComments && !comment.empty()) {
    comments.push_back(std::move(comment));
  }
}

}  // namespace

CasePackets::CasePackets(PcapngWriter& writer, CapturedCase const& of, CaptureLimits const& limits)
    : writer_(writer), of_(of), limits_(limits) {
  remark(of.about.empty() ? of.id : of.about);
}

void CasePackets::on_event(v1::Event const& event) {
  now_ns_ = event.at_ns();
  auto const found = flows_.find(event.connection());
  auto* const flow = found == flows_.end() ? nullptr : &found->second;
  switch (event.what_case()) {
    case v1::Event::kParameter:
      if (event.parameter().name() == kBegan) {
        began_ns_ = number(event.parameter().value()).value_or(began_ns_);
      }
      return;
    case v1::Event::kStep:
      return remark_step(event.step());
    case v1::Event::kOpened:
      return open(event);
    case v1::Event::kMismatch:
      return remark_mismatch(event);
    case v1::Event::kFault:
      return remark(fmt::format("fault {} {}", event.fault().name(), event.fault().detail()));
    case v1::Event::kTimer:
      return event.timer().fired() ? remark("timer " + event.timer().name() + " fires") : void();
    case v1::Event::kNote:
      return remark(event.note().text());
    default:
      break;
  }
  if (flow == nullptr) {
    return;
  }
  if (event.has_identified()) {
    keep(flow->comments,
         fmt::format("{} of virtual connection {}", leg_name(event.source(), event.leg()),
                     event.virtual_connection()));
  } else if (event.has_tls()) {
    keep(flow->comments,
         fmt::format("{} {}: shown decrypted", event.tls().version(), event.tls().cipher()));
  } else if (event.has_head() || event.has_pdu() || event.has_raw()) {
    add_data(*flow, event);
  } else if (event.has_ended()) {
    end(*flow, event);
  }
}

std::size_t CasePackets::finish() {
  write_held();
  return count_;
}

void CasePackets::open(v1::Event const& event) {
  auto const local = parse_endpoint(event.opened().local());
  auto const remote = parse_endpoint(event.opened().remote());
  if (!local || !remote || local->address.size() != remote->address.size() || full()) {
    return;  // without addresses: the peer was gone before they could be asked for
  }
  roles_[local->address].emplace(role_of(event.source()));
  roles_[remote->address].emplace("proxy");
  bool const accepted = event.opened().accepted();
  flows_.erase(event.connection());
  auto const made =
      flows_.emplace(event.connection(),
                     Flow{event.source(), *local, *remote, accepted ? Side::acceptor : Side::opener,
                          accepted ? TcpPackets(*remote, *local) : TcpPackets(*local, *remote)});
  auto& flow = made.first->second;
  auto const leg = leg_name(event.source(), event.leg());
  keep(flow.comments,
       event.virtual_connection() == 0
           ? fmt::format("{} {}", leg, event.opened().service())
           : fmt::format("{} of virtual connection {}", leg, event.virtual_connection()));
  for (auto& packet : flow.packets.handshake()) {
    add_packet(flow, std::move(packet));
  }
}

void CasePackets::remark_step(v1::Step const& step) {
  auto const label = fmt::format("step {} {}", step.index() + 1, step.label());
  if (step.phase() == v1::Step::BEGAN) {
    remark(label);
  } else if (step.phase() == v1::Step::FAILED) {
    remark(label + " FAILED: " + step.error());
  }
}

/// It follows the record of its PDU, which is the packet held.
void CasePackets::remark_mismatch(v1::Event const& event) {
  auto const& mismatch = event.mismatch();
  keep(held_ ? held_->comments : comments_,
       fmt::format("PAYLOAD DIFFERS at offset {}: {}", mismatch.offset(), mismatch.detail()));
}

/// Segments, and the whole of a head or PDU for the dissector that it is for: it is that which has
/// the comments.
void CasePackets::add_data(Flow& flow, v1::Event const& event) {
  auto const stretch = stretch_of(event);
  auto const size = std::max<std::uint64_t>(stretch.size, stretch.known.size());
  keep(flow.comments, stretch.what);
  if (stretch.known.size() < size) {
    keep(flow.comments, cut_text(stretch.known.size(), size));
  }
  auto const whose = event.direction() == v1::SENT ? Whose::ours : Whose::peers;
  if (full() || !stretch.dissector) {
    return add_bytes(flow, whose, stretch.known, size);
  }
  auto comments = take_comments(flow);
  add_bytes(flow, whose, stretch.known, size);
  bool const ours = whose == Whose::ours;
  CapturedPacket message;
  message.interface = interface_of(flow.source, LinkType::exported_pdu);
  message.bytes = exported_pdu_tags(*stretch.dissector, ours ? flow.local : flow.remote,
                                    ours ? flow.remote : flow.local);
  message.size = static_cast<std::uint32_t>(message.bytes.size() + size);
  append(message.bytes, as_bytes(stretch.known));
  message.comments = std::move(comments);
  hold(std::move(message));
}

void CasePackets::end(Flow& flow, v1::Event const& event) {
  auto const& ended = event.ended();
  add_missing(flow, event);
  bool const both = event.direction() == v1::NO_DIRECTION;
  // An RST that our own writing ran into has the system's words for it.
  bool const ours = event.direction() == v1::SENT;
  switch (ended.ending()) {
    case v1::RST:
      return add_reset(flow, ours && ended.detail().empty() ? Whose::ours : Whose::peers);
    case v1::FIN:
      break;
    case v1::TLS_CLOSE_NOTIFY:
    case v1::TLS_TRUNCATED:
      keep(flow.comments, std::string(name_of(ended.ending())));
      break;
    default:  // nothing that a packet would show
      keep(flow.comments, fmt::format("{}: {}", name_of(ended.ending()), ended.detail()));
      return add_packet(
          flow, flow.packets.segment(side_of(flow, Whose::ours), TcpPackets::Flag::none, {}, 0));
  }
  if (!ours || both) {
    add_fin(flow, Whose::peers);
  }
  if (ours || both) {
    add_fin(flow, Whose::ours);
  }
}

void CasePackets::add_fin(Flow& flow, Whose whose) {
  if (!std::exchange(told(flow, whose).fin, true) && !flow.reset) {
    add_packet(flow, flow.packets.segment(side_of(flow, whose), TcpPackets::Flag::fin, {}, 0));
  }
}

void CasePackets::add_reset(Flow& flow, Whose whose) {
  if (!std::exchange(flow.reset, true)) {
    add_packet(flow, flow.packets.segment(side_of(flow, whose), TcpPackets::Flag::rst, {}, 0));
  }
}

/// A PDU or head that was under way has no record; how many bytes there were is told at the end.
void CasePackets::add_missing(Flow& flow, v1::Event const& event) {
  auto const whose = event.direction() == v1::SENT ? Whose::ours : Whose::peers;
  auto const known = event.direction() == v1::NO_DIRECTION ? flow.by_us.bytes + flow.by_peer.bytes
                                                           : told(flow, whose).bytes;
  if (event.ended().bytes() > known) {
    auto const missing = event.ended().bytes() - known;
    keep(flow.comments, "not whole when the connection ended; " + cut_text(0, missing));
    add_bytes(flow, whose, {}, missing);
  }
}

void CasePackets::add_bytes(Flow& flow, Whose whose, std::string_view known, std::uint64_t size) {
  told(flow, whose).bytes += size;
  auto const from = side_of(flow, whose);
  while (size > 0 && !full()) {
    auto const part = static_cast<std::size_t>(std::min<std::uint64_t>(size, kLargestSegment));
    auto const shown = known.substr(0, part);
    add_packet(flow, flow.packets.segment(from, TcpPackets::Flag::push, as_bytes(shown), part));
    known.remove_prefix(shown.size());
    size -= part;
  }
  if (size > 0) {
    flow.packets.skip(from, size);
    flow.comments.clear();
    ++flow.left_out;
  }
}

void CasePackets::add_packet(Flow& flow, TcpPacket packet) {
  CapturedPacket made;
  made.interface = interface_of(flow.source, LinkType::raw_ip);
  made.bytes = std::move(packet.bytes);
  made.size = packet.size;
  made.comments = take_comments(flow);
  if (auto const left_out = std::exchange(flow.left_out, 0); left_out != 0) {
    made.comments.push_back(fmt::format(
        "{} records left out before this: what is shown of a case is bounded", left_out));
  }
  hold(std::move(made));
}

void CasePackets::hold(CapturedPacket packet) {
  write_held();
  held_ = std::move(packet);
  held_->at_ns = began_ns_ + now_ns_;
  ++count_;
}

std::vector<std::string> CasePackets::take_comments(Flow& flow) {
  auto comments = std::exchange(comments_, {});
  for (auto& comment : std::exchange(flow.comments, {})) {
    comments.push_back(std::move(comment));
  }
  return comments;
}

void CasePackets::remark(std::string comment) {
  keep(comments_, std::move(comment));
}

void CasePackets::write_held() {
  if (held_) {
    writer_.add_packet(*held_);
    held_.reset();
  }
}

std::uint32_t CasePackets::interface_of(v1::Source source, LinkType type) {
  auto const known = interfaces_.find({source, type});
  if (known != interfaces_.end()) {
    return known->second;
  }
  bool const messages = type == LinkType::exported_pdu;
  InterfaceInfo info;
  info.name = fmt::format("{} {}{}", of_.id, end_name(source), messages ? " messages" : "");
  info.description = fmt::format("{}{}", messages ? "heads and PDUs " : "", between(source));
  info.type = type;
  auto const made = writer_.add_interface(info);
  return interfaces_.emplace(std::pair(source, type), made).first->second;
}

bool CasePackets::full() const {
  return count_ >= limits_.packets || writer_.written() >= limits_.bytes;
}

}  // namespace rpchspec::reports
