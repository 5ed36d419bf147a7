// Builds journals event by event for tests: a connection, its heads, PDUs and ends, at given times.

#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include <google/protobuf/io/coded_stream.h>
#include <google/protobuf/io/zero_copy_stream_impl_lite.h>

#include "journal/journal.pb.h"
#include "journal/payload.hpp"
#include "protocol/base/bytes.hpp"
#include "protocol/wire/rts_catalogue.hpp"

namespace rpchspec::reports::test {

namespace v1 = journal::v1;

/// FNV, as good as any digest for a test.
inline std::uint64_t digest_of(ByteView bytes) {
  std::uint64_t hash = 1469598103934665603ULL;
  for (auto const byte : bytes) {
    hash = (hash ^ byte) * 1099511628211ULL;
  }
  return hash;
}

/// One end of a TCP connection.
struct End {
  v1::Source source = v1::CLIENT;
  v1::Leg leg = v1::OUT;
  std::uint32_t number = 1;
  std::uint32_t vc = 1;
};

inline constexpr End kClientIn{v1::CLIENT, v1::IN, 1, 1};
inline constexpr End kClientOut{v1::CLIENT, v1::OUT, 2, 1};
inline constexpr End kServerIn{v1::SERVER, v1::IN, 3, 1};
inline constexpr End kServerOut{v1::SERVER, v1::OUT, 4, 1};

class JournalBuilder {
 public:
  explicit JournalBuilder(std::string topology = "embedded", double scale = 1) {
    v1::Event event;
    auto& started = *event.mutable_started();
    started.set_scenario("test/case");
    started.set_topology(std::move(topology));
    started.set_seed(7);
    started.set_timeout_scale(scale);
    add(event);
  }

  /// Everything that follows happens at this time.
  JournalBuilder& at(double seconds) {
    now_ns_ = static_cast<std::uint64_t>(seconds * 1e9);
    return *this;
  }

  JournalBuilder& step(std::uint32_t index,
                       std::string label,
                       v1::Step::Phase phase,
                       std::string error = {},
                       bool setup = false) {
    v1::Event event;
    auto& step = *event.mutable_step();
    step.set_index(index);
    step.set_label(std::move(label));
    step.set_phase(phase);
    step.set_error(std::move(error));
    step.set_setup(setup);
    return add(event);
  }

  JournalBuilder& done(std::uint32_t index, std::string const& label = "step") {
    step(index, label, v1::Step::BEGAN);
    return step(index, label, v1::Step::DONE);
  }

  JournalBuilder& parameter(std::string name, std::string value) {
    v1::Event event;
    event.mutable_parameter()->set_name(std::move(name));
    event.mutable_parameter()->set_value(std::move(value));
    return add(event);
  }

  JournalBuilder& opened(End const& end,
                         std::string service = "store",
                         std::string local = "127.0.0.1:40000") {
    auto event = of(end, v1::NO_DIRECTION);
    event.mutable_opened()->set_accepted(end.source == v1::SERVER);
    event.mutable_opened()->set_local(std::move(local));
    event.mutable_opened()->set_remote("127.0.0.1:80");
    event.mutable_opened()->set_service(std::move(service));
    return add(event);
  }

  JournalBuilder& rts(End const& end, v1::Direction direction, wire::RtsPdu const& rts) {
    auto const bytes = wire::encode(rts);
    auto event = of(end, direction);
    auto& pdu = *event.mutable_pdu();
    pdu.set_ptype(20);
    pdu.set_size(static_cast<std::uint32_t>(bytes.size()));
    pdu.set_digest(digest_of(bytes));
    pdu.set_prefix(bytes.data(), bytes.size());
    if (auto const back = wire::decode_rts(bytes)) {
      for (auto const kind : wire::identify(*back)) {
        pdu.add_kinds(std::string(wire::form_of(kind).name));
      }
    } else {
      pdu.set_error(to_string(back.error()));
    }
    return add(event);
  }

  /// An RPC PDU whose content is its number: the same number is the same PDU.
  JournalBuilder& rpc(End const& end,
                      v1::Direction direction,
                      std::uint32_t content,
                      std::uint32_t size = 1000,
                      std::uint32_t ptype = 0) {
    auto event = of(end, direction);
    auto& pdu = *event.mutable_pdu();
    pdu.set_ptype(ptype);
    pdu.set_size(size);
    pdu.set_digest(content);
    pdu.set_call_id(content);
    return add(event);
  }

  JournalBuilder& marked(End const& end, v1::Direction direction, journal::PayloadPosition mark) {
    auto event = of(end, direction);
    auto& pdu = *event.mutable_pdu();
    Bytes bytes(24 + journal::kPayloadMarkSize);
    journal::fill_payload(MutableByteView(bytes).subspan(24), 1, mark);
    pdu.set_ptype(0);
    pdu.set_size(static_cast<std::uint32_t>(bytes.size()));
    pdu.set_digest(digest_of(bytes));
    pdu.set_prefix(bytes.data(), bytes.size());
    return add(event);
  }

  JournalBuilder& request(End const& end,
                          v1::Direction direction,
                          std::string method,
                          std::string target = "/rpc/rpcproxy.dll?server:6001",
                          std::string fields = "Content-Length: 76\r\n",
                          std::uint32_t http_version = 11) {
    auto event = of(end, direction);
    auto& head = *event.mutable_head();
    auto const version = http_version == 10 ? " HTTP/1.0\r\n" : " HTTP/1.1\r\n";
    head.set_text(method + " " + target + version + fields + "\r\n");
    head.set_method(std::move(method));
    head.set_target(std::move(target));
    head.set_http_version(http_version);
    return add(event);
  }

  JournalBuilder& response(End const& end,
                           v1::Direction direction,
                           std::uint32_t status,
                           std::string reason,
                           std::string fields = {},
                           std::uint32_t version = 11) {
    auto event = of(end, direction);
    auto& head = *event.mutable_head();
    head.set_response(true);
    head.set_text((version == 10 ? "HTTP/1.0 " : "HTTP/1.1 ") + std::to_string(status) + " " +
                  reason + "\r\n" + fields + "\r\n");
    head.set_status(status);
    head.set_reason(std::move(reason));
    head.set_http_version(version);
    return add(event);
  }

  JournalBuilder& raw(End const& end, v1::Direction direction, std::string bytes, std::string is) {
    auto event = of(end, direction);
    event.mutable_raw()->set_size(bytes.size());
    event.mutable_raw()->set_prefix(std::move(bytes));
    event.mutable_raw()->set_is(std::move(is));
    return add(event);
  }

  JournalBuilder& ended(End const& end,
                        v1::Direction direction,
                        v1::Ending ending,
                        std::string detail = {}) {
    auto event = of(end, direction);
    event.mutable_ended()->set_ending(ending);
    event.mutable_ended()->set_detail(std::move(detail));
    return add(event);
  }

  JournalBuilder& mismatch(End const& end) {
    auto event = of(end, v1::RECEIVED);
    event.mutable_mismatch()->set_offset(77);
    return add(event);
  }

  JournalBuilder& lag(std::uint32_t ms) {
    v1::Event event;
    event.mutable_note()->set_lag_ms(ms);
    return add(event);
  }

  JournalBuilder& finished(bool interrupted = false) {
    v1::Event event;
    event.mutable_finished()->set_interrupted(interrupted);
    return add(event);
  }

  JournalBuilder& add(v1::Event event) {
    event.set_at_ns(now_ns_);
    events_.push_back(std::move(event));
    return *this;
  }

  [[nodiscard]] std::vector<v1::Event> const& events() const { return events_; }

  /// In the reader's form.
  [[nodiscard]] Bytes bytes() const {
    std::string text;
    {
      google::protobuf::io::StringOutputStream stream(&text);
      google::protobuf::io::CodedOutputStream out(&stream);
      for (auto const& event : events_) {
        out.WriteVarint32(static_cast<std::uint32_t>(event.ByteSizeLong()));
        event.SerializeToCodedStream(&out);
      }
    }
    auto const view = as_bytes(text);
    return {view.begin(), view.end()};
  }

 private:
  static v1::Event of(End const& end, v1::Direction direction) {
    v1::Event event;
    event.set_source(end.source);
    event.set_leg(end.leg);
    event.set_connection(end.number);
    event.set_virtual_connection(end.vc);
    event.set_direction(direction);
    return event;
  }

  std::vector<v1::Event> events_;
  std::uint64_t now_ns_ = 0;
};

}  // namespace rpchspec::reports::test
