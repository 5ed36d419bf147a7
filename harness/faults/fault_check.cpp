// Whether a Fault message makes sense, and what is allowed where it does not.

#include <algorithm>
#include <array>

#include "harness/faults/fault_spec.hpp"
#include "protocol/wire/dcerpc.hpp"
#include "protocol/wire/rts_catalogue.hpp"
#include "reference_proxy/defects.hpp"

namespace rpchspec::faults {

namespace {

using What = api::Fault::WhatCase;
using Words = std::vector<std::string>;

constexpr std::size_t kLongestName = 64;
constexpr std::uint32_t kLongestPtype = 19;
constexpr std::int32_t kDripEvery = 20'000'000;  // ns

/// "drop": the field that says what goes wrong.
std::string what_of(api::Fault const& fault) {
  return api::Fault::descriptor()->FindFieldByNumber(fault.what_case())->name();
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

Checked<void> check_pdu(std::string const& field, std::string const& name) {
  auto const allowed = pdu_names();
  if (std::ranges::find(allowed, name) == allowed.end()) {
    return refuse(field, "'" + field + "': no PDU is called '" + name + "'", allowed, name);
  }
  return {};
}

Checked<void> check_name(std::string const& name) {
  auto const is_plain = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' ||
           c == '_' || c == '.';
  };
  if (name.empty() || name.size() > kLongestName || !std::ranges::all_of(name, is_plain)) {
    return refuse("name", "'name' wants 1 to " + std::to_string(kLongestName) +
                              " letters, digits, '-', '_' or '.'");
  }
  return {};
}

Checked<void> check_leg(api::Fault const& fault) {
  auto const& allowed = legs();
  auto const has_leg = std::ranges::find(allowed, fault.leg()) != allowed.end();
  auto const wants = fault.connection() == 0;
  if ((wants || !fault.leg().empty()) && !has_leg) {
    return refuse("leg",
                  fault.leg().empty() ? std::string("'leg' says on which connections")
                                      : "'leg': '" + fault.leg() + "'",
                  allowed, fault.leg());
  }
  return {};
}

Checked<void> check_defect(api::Fault const& fault) {
  if (proxy::find_defect(fault.defect()) != nullptr) {
    return {};
  }
  Words allowed;
  for (auto const& each : proxy::defects()) {
    allowed.emplace_back(each.name);
  }
  return refuse("defect", "'defect': no defect is called '" + fault.defect() + "'", allowed,
                fault.defect());
}

/// Numbers that must not be 0, and words.
Checked<void> check_value(api::Fault const& fault) {
  auto const at_least_one = [](std::string const& field) {
    return refuse(field, "'" + field + "' wants 1 or more");
  };
  switch (fault.what_case()) {
    case What::kDrip:
      return fault.drip().bytes() == 0
                 ? refuse("drip", "'drip' wants bytes: {\"bytes\": 1, \"every\": \"0.1s\"}")
                 : Checked<void>();
    case What::kThrottle:
      return fault.throttle() == 0 ? at_least_one("throttle") : Checked<void>();
    case What::kSplit:
      return fault.split() == 0 ? at_least_one("split") : Checked<void>();
    case What::kCoalesce:
      return fault.coalesce() == 0 ? at_least_one("coalesce") : Checked<void>();
    case What::kCorrupt:
      return fault.corrupt() == 0 ? at_least_one("corrupt") : Checked<void>();
    case What::kEnd: {
      Words const allowed = {"fin", "rst", "tls-close-notify", "tls-truncate"};
      if (std::ranges::find(allowed, fault.end()) == allowed.end()) {
        return refuse("end", "'end': '" + fault.end() + "'", allowed, fault.end());
      }
      return {};
    }
    case What::kDefect:
      return check_defect(fault);
    default:
      return {};
  }
}

Checked<void> check_durations(api::Fault const& fault) {
  for (auto const* duration : {&fault.delay(), &fault.drip().every(), &fault.stop_reading()}) {
    if (duration->seconds() < 0 || duration->nanos() < 0 || duration->seconds() > 86400) {
      return refuse(what_of(fault), "a duration wants 0 to 86400 seconds, as in \"0.5s\"");
    }
  }
  return {};
}

api::Towards sent_by(OurEnd end) {
  return end == OurEnd::serving ? api::TOWARDS_CLIENT : api::TOWARDS_SERVER;
}

api::Towards received_by(OurEnd end) {
  return end == OurEnd::serving ? api::TOWARDS_SERVER : api::TOWARDS_CLIENT;
}

bool ends(api::Fault const& fault) {
  return fault.what_case() == What::kEnd || fault.what_case() == What::kHalfClose;
}

api::Towards default_towards(api::Fault const& fault, OurEnd end) {
  if (fault.what_case() == What::kStopReading) {
    return received_by(end);
  }
  if (ends(fault) || fault.has_after()) {
    return sent_by(end);
  }
  return fault.leg().ends_with(".in") ? api::TOWARDS_SERVER : api::TOWARDS_CLIENT;
}

/// What goes the wrong way for our end of the leg.
Checked<void> check_towards(api::Fault const& fault, OurEnd end) {
  auto const only = [](std::string const& what, api::Towards way) {
    return refuse("towards", what + " " + api::Towards_Name(way));
  };
  if (fault.has_after() && fault.towards() == received_by(end)) {
    return only("'after' counts what our end sends: it goes with", sent_by(end));
  }
  if (fault.what_case() == What::kStopReading && fault.towards() == sent_by(end)) {
    return only("'stop_reading' goes with", received_by(end));
  }
  if (ends(fault) && fault.towards() == received_by(end)) {
    return only("'end' and 'half_close' count what our end sends:", sent_by(end));
  }
  return {};
}

/// What does not go together.
Checked<void> check_together(api::Fault const& fault, FaultKind kind) {
  auto const is_of_leg = kind == FaultKind::bytes || kind == FaultKind::pdus;
  if (!is_of_leg && (!fault.leg().empty() || fault.connection() != 0 || fault.has_after() ||
                     fault.times() != 0)) {
    return refuse(what_of(fault),
                  "a fault of the proxy or of the servers has no leg, connection, after or times");
  }
  if (kind != FaultKind::bytes && (fault.at() != 0 || fault.towards() != 0)) {
    return refuse(fault.at() != 0 ? "at" : "towards",
                  "'at' and 'towards' go with faults of bytes only");
  }
  if (fault.has_after() && fault.at() != 0) {
    return refuse("at", "'at' and 'after' exclude each other");
  }
  return {};
}

/// The words in it, and that there are any where they are wanted.
Checked<void> check_names(api::Fault const& fault, FaultKind kind) {
  if (kind == FaultKind::bytes || kind == FaultKind::pdus) {
    if (auto done = check_leg(fault); !done) {
      return done;
    }
  }
  if (kind == FaultKind::pdus) {
    if (auto done = check_pdu(what_of(fault), pdu_of(fault)); !done) {
      return done;
    }
  }
  return fault.has_after() ? check_pdu("after.pdu", fault.after().pdu()) : Checked<void>();
}

void fill_in(api::Fault& fault, FaultKind kind, OurEnd end) {
  if (fault.has_after()) {
    fault.mutable_after()->set_count(std::max(1U, fault.after().count()));
  }
  if (fault.has_drip() && !fault.drip().has_every()) {
    fault.mutable_drip()->mutable_every()->set_nanos(kDripEvery);
  }
  if (kind == FaultKind::bytes && fault.towards() == api::TOWARDS_UNSPECIFIED) {
    fault.set_towards(default_towards(fault, end));
  }
}

}  // namespace

std::vector<std::string> const& legs() {
  static Words const kLegs = {"client.in", "client.out", "server.in", "server.out"};
  return kLegs;
}

Checked<api::Fault> checked(api::Fault fault, OurEnd end) {
  fault.clear_applied();
  if (auto done = check_name(fault.name()); !done) {
    return tl::unexpected(done.error());
  }
  if (fault.what_case() == What::WHAT_NOT_SET) {
    return refuse(Refusal::Why::wrong, "a fault wants one of", kinds());
  }
  auto const kind = kind_of(fault);
  for (auto const& done : {check_together(fault, kind), check_towards(fault, end),
                           check_names(fault, kind), check_value(fault), check_durations(fault)}) {
    if (!done) {
      return tl::unexpected(done.error());
    }
  }
  fill_in(fault, kind, end);
  return fault;
}

}  // namespace rpchspec::faults
