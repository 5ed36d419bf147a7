#include "harness/loader/names.hpp"

#include <algorithm>

#include "model/suggestion.hpp"
#include "protocol/wire/rts_catalogue.hpp"

namespace rpchspec::loader {
namespace {

bool contains(std::vector<std::string> const& words, std::string_view word) {
  return std::find(words.begin(), words.end(), word) != words.end();
}

/// Values of DCE/RPC PDUs that a condition may name.
std::vector<std::string> const kRpcValues{"call_id", "opnum",  "context_id",  "status",
                                          "reason",  "result", "auth_length", "auth_type"};

}  // namespace

std::vector<std::string> const& rpc_type_names() {
  static std::vector<std::string> const kNames{
      "request",       "response",           "fault", "bind",     "bind_ack",  "bind_nak",
      "alter_context", "alter_context_resp", "auth3", "shutdown", "co_cancel", "orphaned"};
  return kNames;
}

std::vector<std::string> const& pdu_names() {
  static std::vector<std::string> const kNames = [] {
    std::vector<std::string> names{"rpc", "rts", "any"};
    names.insert(names.end(), rpc_type_names().begin(), rpc_type_names().end());
    for (auto const& form : wire::rts_forms()) {
      names.emplace_back(form.name);
    }
    return names;
  }();
  return kNames;
}

bool is_pdu_name(std::string_view name) {
  return contains(pdu_names(), name);
}

std::vector<std::string> const& header_fields() {
  static std::vector<std::string> const kFields{
      "header.rpc_vers",    "header.rpc_vers_minor",    "header.ptype",       "header.pfc_flags",
      "header.packed_drep", "header.frag_length",       "header.auth_length", "header.call_id",
      "header.flags",       "header.number_of_commands"};
  return kFields;
}

std::string unknown_meaning(std::string_view pdu, std::string_view meaning) {
  if (meaning.starts_with("header.")) {
    return contains(header_fields(), meaning)
               ? ""
               : "unknown header field" + model::suggestion(meaning, header_fields());
  }
  auto const* form = wire::find_form(pdu);
  if (!form) {
    return contains(kRpcValues, meaning)
               ? ""
               : "unknown value of an RPC PDU" + model::suggestion(meaning, kRpcValues);
  }
  auto const value = wire::get_by_meaning(wire::make(form->kind), form->kind, meaning);
  return value ? "" : value.error().detail;
}

}  // namespace rpchspec::loader
