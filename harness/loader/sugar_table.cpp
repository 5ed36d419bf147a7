#include "harness/loader/sugar_table.hpp"

#include <algorithm>
#include <array>

#include "model/scenario.pb.h"

namespace rpchspec::loader {
namespace {

namespace pb = google::protobuf;
using scenario::v1::Expectation;
using scenario::v1::Step;

constexpr std::array kShorthands{
    Shorthand{"Pause", "for"},          Shorthand{"Close", "channel"},
    Shorthand{"Connect", "channel"},    Shorthand{"Request", "channel"},
    Shorthand{"Call", "operation"},     Shorthand{"Echo", "method"},
    Shorthand{"Closed", "how"},         Shorthand{"StaysOpen", "for"},
    Shorthand{"Response", "status"},    Shorthand{"NoResponse", "for"},
    Shorthand{"Receives", "pdu"},       Shorthand{"ReceivesNot", "pdu"},
    Shorthand{"Data", "at_least"},      Shorthand{"Connected", "service"},
    Shorthand{"NotConnected", "for"},   Shorthand{"RequestHead", "method"},
    Shorthand{"FaultAnswer", "status"}, Shorthand{"Recycle", "channel"},
    Shorthand{"Drip", "bytes"},         Shorthand{"Count", "pdu"},
    Shorthand{"Release", "pdu"},        Shorthand{"Probed", "at_least"},
};

constexpr std::array<std::string_view, 7> kStandAlone{
    "closed", "response", "data", "connected", "request_head", "fault", "probed"};

std::string hyphens(std::string_view text) {
  std::string out(text);
  std::replace(out.begin(), out.end(), '_', '-');
  return out;
}

std::string underscores(std::string_view text) {
  std::string out(text);
  std::replace(out.begin(), out.end(), '-', '_');
  return out;
}

pb::OneofDescriptor const& actions() {
  return *Step::descriptor()->FindOneofByName("action");
}

pb::OneofDescriptor const& predicates() {
  return *Expectation::descriptor()->FindOneofByName("predicate");
}

}  // namespace

std::span<Shorthand const> shorthands() {
  return kShorthands;
}

pb::FieldDescriptor const* shorthand_of(pb::Descriptor const& message) {
  for (auto const& each : kShorthands) {
    if (message.name() == each.message) {
      return message.FindFieldByName(std::string(each.field));
    }
  }
  return nullptr;
}

std::string step_key(std::string_view field) {
  std::string key(field);
  if (auto const at = key.find('_'); at != std::string::npos) {
    key[at] = '.';
  }
  return key;
}

std::vector<std::string> step_keys() {
  std::vector<std::string> keys;
  for (int i = 0; i < actions().field_count(); ++i) {
    keys.push_back(step_key(actions().field(i)->name()));
  }
  return keys;
}

pb::FieldDescriptor const* step_action(std::string_view key) {
  for (int i = 0; i < actions().field_count(); ++i) {
    if (step_key(actions().field(i)->name()) == key) {
      return actions().field(i);
    }
  }
  return nullptr;
}

std::vector<std::string> const& subjects() {
  static std::vector<std::string> const kSubjects{
      "client.in",    "client.out",  "server.in",    "server.out",  "upstream.in",  "upstream.out",
      "client",       "server",      "upstream",     "client.in#1", "client.out#1", "server.in#1",
      "server.out#1", "client.in#2", "client.out#2", "server.in#2", "server.out#2", "client.in#3",
      "client.out#3", "server.in#3", "server.out#3", "client.v1",   "server.v1",    "client.v1#1",
      "server.v1#1",  "client.v1#2", "server.v1#2"};
  return kSubjects;
}

std::vector<std::string> predicate_keys() {
  std::vector<std::string> keys;
  for (int i = 0; i < predicates().field_count(); ++i) {
    keys.push_back(hyphens(predicates().field(i)->name()));
  }
  return keys;
}

pb::FieldDescriptor const* predicate(std::string_view key) {
  auto const* field = Expectation::descriptor()->FindFieldByName(underscores(key));
  return field && field->containing_oneof() == &predicates() ? field : nullptr;
}

bool stands_alone(pb::FieldDescriptor const& predicate) {
  return std::find(kStandAlone.begin(), kStandAlone.end(), predicate.name()) != kStandAlone.end();
}

std::string enumerator_key(pb::EnumValueDescriptor const& value) {
  std::string_view name = value.name();
  for (std::string_view const prefix : {"LEGACY_", "ACCEPT_", "TOWARDS_"}) {
    if (name.starts_with(prefix)) {
      name.remove_prefix(prefix.size());
    }
  }
  auto key = hyphens(name);
  std::transform(key.begin(), key.end(), key.begin(),
                 [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; });
  return key;
}

bool is_size(pb::FieldDescriptor const& field) {
  constexpr std::array<std::string_view, 9> kSmall{"pdu_size", "split",    "cut",
                                                   "bytes",    "coalesce", "content_length",
                                                   "throttle", "at",       "recycle_out_at"};
  return field.cpp_type() == pb::FieldDescriptor::CPPTYPE_UINT64 ||
         (field.cpp_type() == pb::FieldDescriptor::CPPTYPE_UINT32 &&
          std::find(kSmall.begin(), kSmall.end(), field.name()) != kSmall.end());
}

bool is_duration(pb::FieldDescriptor const& field) {
  return field.cpp_type() == pb::FieldDescriptor::CPPTYPE_MESSAGE &&
         field.message_type() == pb::Duration::descriptor();
}

bool filled_by_loader(pb::FieldDescriptor const& field) {
  auto const& name = field.name();
  auto const& message = field.containing_type()->name();
  return (message == "Scenario" && (name == "variant" || name == "category" || name == "file" ||
                                    name == "set_up" || name == "stated")) ||
         (message == "Step" && name == "given") || (message == "Fault" && name == "applied");
}

bool holds_sizes(pb::FieldDescriptor const& field) {
  return field.is_map() && (field.name() == "with" || field.name() == "where");
}

}  // namespace rpchspec::loader
