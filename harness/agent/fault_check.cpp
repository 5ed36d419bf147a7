// Whether a Fault message makes sense, and what is allowed where it does not.

#include <algorithm>
#include <array>

#include "harness/agent/fault_spec.hpp"
#include "protocol/wire/dcerpc.hpp"
#include "protocol/wire/rts_catalogue.hpp"
#include "reference_proxy/defects.hpp"

namespace rpchspec::agent {

namespace {

using What = api::Fault::WhatCase;
using Words = std::vector<std::string>;

constexpr std::size_t kLongestName = 64;
constexpr std::uint32_t kLongestPtype = 19;

Words legs() {
  return {"client.in", "client.out", "server.in", "server.out"};
}

Words kinds() {
  Words names;
  auto const& fields = *api::Fault::descriptor()->FindOneofByName("what");
  for (int i = 0; i < fields.field_count(); ++i) {
    names.push_back(fields.field(i)->name());
  }
  return names;
}

Words pdu_names() {
  Words names = {"rpc", "rts"};
  for (std::uint32_t ptype = 0; ptype <= kLongestPtype; ++ptype) {
    auto const name = wire::name_of(static_cast<wire::Ptype>(ptype));
    if (!name.empty() && name != "unknown") {
      names.emplace_back(name);
    }
  }
  for (auto const& form : wire::rts_forms()) {
    names.emplace_back(form.name);
  }
  return names;
}

Answer<void> check_pdu(std::string const& field, std::string const& name) {
  auto const allowed = pdu_names();
  if (std::ranges::find(allowed, name) == allowed.end()) {
    return refuse(400, "'" + field + "': no PDU is called '" + name + "'", allowed, name);
  }
  return {};
}

Answer<void> check_name(std::string const& name) {
  auto const is_plain = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' ||
           c == '_' || c == '.';
  };
  if (name.empty() || name.size() > kLongestName || !std::ranges::all_of(name, is_plain)) {
    return refuse(400, "'name' wants 1 to " + std::to_string(kLongestName) +
                           " letters, digits, '-', '_' or '.'");
  }
  return {};
}

Answer<void> check_leg(api::Fault const& fault) {
  auto const allowed = legs();
  auto const has_leg = std::ranges::find(allowed, fault.leg()) != allowed.end();
  auto const wants = fault.connection() == 0;
  if ((wants || !fault.leg().empty()) && !has_leg) {
    return refuse(400,
                  fault.leg().empty() ? std::string("'leg' says on which connections")
                                      : "'leg': '" + fault.leg() + "'",
                  allowed, fault.leg());
  }
  return {};
}

Answer<void> check_defect(api::Fault const& fault) {
  if (proxy::find_defect(fault.defect()) != nullptr) {
    return {};
  }
  Words allowed;
  for (auto const& each : proxy::defects()) {
    allowed.emplace_back(each.name);
  }
  return refuse(400, "'defect': no defect is called '" + fault.defect() + "'", allowed,
                fault.defect());
}

/// Numbers that must not be 0, and words.
Answer<void> check_value(api::Fault const& fault) {
  auto const at_least_one = [](std::string const& field) {
    return refuse(400, "'" + field + "' wants 1 or more");
  };
  switch (fault.what_case()) {
    case What::kDrip:
      if (fault.drip().bytes() == 0 || !fault.drip().has_every()) {
        return refuse(400, "'drip' wants bytes and every: {\"bytes\": 1, \"every\": \"0.1s\"}");
      }
      return {};
    case What::kThrottle:
      return fault.throttle() == 0 ? at_least_one("throttle") : Answer<void>();
    case What::kSplit:
      return fault.split() == 0 ? at_least_one("split") : Answer<void>();
    case What::kCoalesce:
      return fault.coalesce() == 0 ? at_least_one("coalesce") : Answer<void>();
    case What::kCorrupt:
      return fault.corrupt() == 0 ? at_least_one("corrupt") : Answer<void>();
    case What::kEnd: {
      Words const allowed = {"fin", "rst", "tls-close-notify", "tls-truncate"};
      if (std::ranges::find(allowed, fault.end()) == allowed.end()) {
        return refuse(400, "'end': '" + fault.end() + "'", allowed, fault.end());
      }
      return {};
    }
    case What::kDefect:
      return check_defect(fault);
    default:
      return {};
  }
}

Answer<void> check_durations(api::Fault const& fault) {
  for (auto const* duration : {&fault.delay(), &fault.drip().every(), &fault.stop_reading()}) {
    if (duration->seconds() < 0 || duration->nanos() < 0 || duration->seconds() > 86400) {
      return refuse(400, "a duration wants 0 to 86400 seconds, as in \"0.5s\"");
    }
  }
  return {};
}

api::Towards default_towards(api::Fault const& fault) {
  if (fault.what_case() == What::kStopReading) {
    return api::TOWARDS_SERVER;
  }
  if (fault.what_case() == What::kEnd || fault.what_case() == What::kHalfClose ||
      fault.has_after()) {
    return api::TOWARDS_CLIENT;
  }
  return fault.leg().ends_with(".in") ? api::TOWARDS_SERVER : api::TOWARDS_CLIENT;
}

/// What does not go together.
Answer<void> check_together(api::Fault const& fault, FaultKind kind) {
  auto const is_of_leg = kind == FaultKind::bytes || kind == FaultKind::pdus;
  if (!is_of_leg && (!fault.leg().empty() || fault.connection() != 0 || fault.has_after() ||
                     fault.times() != 0)) {
    return refuse(400,
                  "a fault of the proxy or of the servers has no leg, connection, after or times");
  }
  if (kind != FaultKind::bytes && (fault.at() != 0 || fault.towards() != 0)) {
    return refuse(400, "'at' and 'towards' go with faults of bytes only");
  }
  if (fault.has_after() && fault.at() != 0) {
    return refuse(400, "'at' and 'after' exclude each other");
  }
  if (kind == FaultKind::bytes && fault.towards() == api::TOWARDS_SERVER && fault.has_after()) {
    return refuse(400, "'after' counts what our end sends: it goes with TOWARDS_CLIENT");
  }
  if (fault.what_case() == What::kStopReading && fault.towards() == api::TOWARDS_CLIENT) {
    return refuse(400, "'stop_reading' goes with TOWARDS_SERVER");
  }
  auto const ends = fault.what_case() == What::kEnd || fault.what_case() == What::kHalfClose;
  if (ends && fault.towards() == api::TOWARDS_SERVER) {
    return refuse(400, "'end' and 'half_close' count what our end sends: TOWARDS_CLIENT");
  }
  return {};
}

}  // namespace

Answer<api::Fault> checked(api::Fault fault) {
  fault.clear_applied();
  if (auto done = check_name(fault.name()); !done) {
    return tl::unexpected(done.error());
  }
  if (fault.what_case() == What::WHAT_NOT_SET) {
    return refuse(400, "a fault wants one of", kinds());
  }
  auto const kind = kind_of(fault);
  if (auto done = check_together(fault, kind); !done) {
    return tl::unexpected(done.error());
  }
  if (kind == FaultKind::bytes || kind == FaultKind::pdus) {
    if (auto done = check_leg(fault); !done) {
      return tl::unexpected(done.error());
    }
  }
  if (auto done = check_value(fault); !done) {
    return tl::unexpected(done.error());
  }
  if (auto done = check_durations(fault); !done) {
    return tl::unexpected(done.error());
  }
  if (kind == FaultKind::pdus) {
    if (auto done = check_pdu("pdu", pdu_of(fault)); !done) {
      return tl::unexpected(done.error());
    }
  }
  if (fault.has_after()) {
    if (auto done = check_pdu("after.pdu", fault.after().pdu()); !done) {
      return tl::unexpected(done.error());
    }
    fault.mutable_after()->set_count(std::max(1U, fault.after().count()));
  }
  if (kind == FaultKind::bytes && fault.towards() == api::TOWARDS_UNSPECIFIED) {
    fault.set_towards(default_towards(fault));
  }
  return fault;
}

}  // namespace rpchspec::agent
