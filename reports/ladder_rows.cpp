#include "reports/ladder_rows.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "protocol/wire/base64.hpp"
#include "protocol/wire/ee_info.hpp"
#include "protocol/wire/rpc_error.hpp"
#include "reports/http_head.hpp"
#include "reports/matching.hpp"
#include "reports/pdu_text.hpp"

namespace rpchspec::reports {

namespace v1 = journal::v1;

namespace {

/// The start line; extended error information in words, not in base64.
std::string head_words(v1::Head const& head) {
  auto const line = start_line(head.text());
  auto const reason = wire::parse_rpc_error_reason(head.reason());
  auto const blob =
      reason && reason->ee_info ? wire::base64_decode(*reason->ee_info) : Result<Bytes>(Bytes());
  auto const info = blob ? wire::decode_ee_info(*blob) : Result<wire::ExtendedErrorInfo>();
  if (!reason || !reason->ee_info || !info) {
    return std::string(line);
  }
  return fmt::format("503 RPC Error: {:x}; {}", reason->code, to_string(*info));
}

std::string step_words(v1::Step const& step) {
  auto label = fmt::format("step {} {}", step.index() + 1, step.label());
  switch (step.phase()) {
    case v1::Step::BEGAN:
      return label;
    case v1::Step::FAILED:
      return fmt::format("{} FAILED: {}", label, step.error());
    default:
      return {};
  }
}

/// Which end another machine played, and how well its clock is known.
std::string elsewhere_words(v1::Elsewhere const& elsewhere) {
  if (elsewhere.source() == v1::HARNESS) {
    return {};
  }
  return fmt::format("; the {} at {}, its clock known to {:.3f} ms",
                     elsewhere.source() == v1::CLIENT ? "client" : "servers", elsewhere.address(),
                     static_cast<double>(elsewhere.clock_error_ns()) / 1e6);
}

std::string words_of(v1::Event const& event) {
  switch (event.what_case()) {
    case v1::Event::kStarted:
      return fmt::format("{} ({}, seed {}){}", event.started().scenario(),
                         event.started().topology(), event.started().seed(),
                         elsewhere_words(event.started().elsewhere()));
    case v1::Event::kStep:
      return step_words(event.step());
    case v1::Event::kOpened:
      return fmt::format(
          "{} {} {}", event.opened().accepted() ? "accepts" : "connects",
          event.opened().accepted() ? event.opened().service() : "to",
          event.opened().accepted() ? "from " + event.opened().remote() : event.opened().remote());
    case v1::Event::kTls:
      return fmt::format("{}{} {}{}{}", event.connection() == 0 ? "TLS to our upstream: " : "",
                         event.tls().version(), event.tls().cipher(),
                         event.tls().alpn().empty() ? "" : " ALPN ", event.tls().alpn());
    case v1::Event::kHead:
      return head_words(event.head()) + (event.head().log_on() ? " (log-on)" : "");
    case v1::Event::kPdu: {
      auto const fields = key_fields(event);
      return pdu_name(event) + (fields.empty() ? "" : " " + fields) +
             (event.pdu().error().empty() ? "" : " MALFORMED");
    }
    case v1::Event::kRaw:
      return fmt::format("{} bytes: {}", event.raw().size(), event.raw().is());
    case v1::Event::kEnded:
      return std::string(name_of(event.ended().ending())) +
             (event.ended().cut_pdu() == 0
                  ? ""
                  : fmt::format(", {} bytes into a PDU", event.ended().cut_pdu()));
    case v1::Event::kFault:
      return fmt::format("fault {} {}", event.fault().name(), event.fault().detail());
    case v1::Event::kTimer:
      return event.timer().fired() ? fmt::format("timer {} fires", event.timer().name()) : "";
    case v1::Event::kMismatch:
      return fmt::format("PAYLOAD DIFFERS at offset {}", event.mismatch().offset());
    case v1::Event::kNote:
      return event.note().text().empty() ? "" : "note: " + event.note().text();
    case v1::Event::kResources:
      return fmt::format("the proxy holds {} descriptors and {} KiB",
                         event.resources().descriptors(), event.resources().resident() / 1024);
    case v1::Event::kFinished:
      return event.finished().interrupted()     ? "interrupted"
             : event.finished().error().empty() ? "finished"
                                                : "error: " + event.finished().error();
    default:
      return {};
  }
}

/// "IN", "OUT 2": the leg, and the virtual connection where it is not the first.
std::string tag(Connection const& connection) {
  std::string text = connection.leg == v1::IN      ? "IN"
                     : connection.leg == v1::OUT   ? "OUT"
                     : connection.leg == v1::MIXED ? "V1"
                                                   : "?";
  if (connection.virtual_connection > 1) {
    text += fmt::format(" {}", connection.virtual_connection);
  }
  return text;
}

}  // namespace

LadderRows::LadderRows(LadderRuns const& runs, std::function<void(LadderRow const&)> each)
    : runs_(runs), each_(std::move(each)) {
  runs_.kept = std::max(runs_.kept, runs_.longest);
}

void LadderRows::on_event(v1::Event const& event) {
  table_.on_event(event);
  if (event.has_pdu() && is_rpc(event.pdu())) {
    add_rpc(event);
    return;
  }
  if (event.has_flow()) {
    return;
  }
  end_runs();
  if (auto words = words_of(event); !words.empty()) {
    tell(event, std::move(words));
  }
}

void LadderRows::finish() {
  end_runs();
}

void LadderRows::add_rpc(v1::Event const& event) {
  auto run = std::find_if(open_.begin(), open_.end(), [&](Run const& each) {
    return each.last.connection() == event.connection() &&
           each.last.direction() == event.direction();
  });
  if (run == open_.end()) {
    run = open_.emplace(open_.end());
  }
  if (run->count < runs_.kept) {
    run->first.push_back(event);
  }
  run->last = event;
  ++run->count;
  run->bytes += event.pdu().size();
}

void LadderRows::end_runs() {
  for (auto const& run : open_) {
    if (run.count > runs_.longest) {
      tell(run);
      continue;
    }
    for (auto const& event : run.first) {
      tell(event, words_of(event));
    }
  }
  open_.clear();
}

void LadderRows::tell(v1::Event const& event, std::string words) {
  auto row = row_of(event);
  row.words = std::move(words);
  row.events = {&event, 1};
  each_(row);
}

void LadderRows::tell(Run const& run) {
  auto row = row_of(run.last);
  row.words = fmt::format("{} RPC PDUs, {} bytes, since {}", run.count, run.bytes,
                          seconds_text(run.first.front().at_ns()));
  row.count = run.count;
  row.events = run.first;
  each_(row);
}

LadderRow LadderRows::row_of(v1::Event const& event) const {
  LadderRow row;
  row.at_ns = event.at_ns();
  auto const* connection = table_.find(event.connection());
  if (event.source() == v1::HARNESS || connection == nullptr) {
    return row;
  }
  bool const at_client = event.source() == v1::CLIENT;
  row.place = at_client ? LadderRow::Place::client : LadderRow::Place::server;
  if (event.direction() != v1::NO_DIRECTION) {
    row.way =
        at_client == (event.direction() == v1::SENT) ? LadderRow::Way::right : LadderRow::Way::left;
  }
  row.connection = connection->number;
  row.tag = tag(*connection);
  return row;
}

}  // namespace rpchspec::reports
