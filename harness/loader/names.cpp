#include "harness/loader/names.hpp"

#include <algorithm>

#include "harness/loader/text_forms.hpp"
#include "model/suggestion.hpp"
#include "protocol/wire/client_address.hpp"
#include "protocol/wire/rts_catalogue.hpp"

namespace rpchspec::loader {
namespace {

/// Values of DCE/RPC PDUs that a condition may name.
std::vector<std::string> const kRpcValues{"call_id", "opnum",  "context_id",  "status",
                                          "reason",  "result", "auth_length", "auth_type"};

bool is_number(std::string_view text) {
  return may_match_number(text) && text.find_first_of("$*|. ") == std::string_view::npos;
}

}  // namespace

bool contains(std::vector<std::string> const& words, std::string_view word) {
  return std::find(words.begin(), words.end(), word) != words.end();
}

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
    names.insert(names.end(), rts_names().begin(), rts_names().end());
    return names;
  }();
  return kNames;
}

std::vector<std::string> const& rts_names() {
  static std::vector<std::string> const kNames = [] {
    std::vector<std::string> names;
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
  if (meaning == wire::kAddressPadding && form->kind == wire::RtsPduKind::ConnB2) {
    return "";
  }
  auto const value = wire::get_by_meaning(wire::make(form->kind), form->kind, meaning);
  return value ? "" : value.error().detail;
}

std::string wrong_value(std::string_view pdu, std::string_view meaning, std::string const& value) {
  if (value.starts_with('$')) {
    return {};
  }
  if (meaning.starts_with("header.")) {
    return is_number(value) ? "" : "'" + value + "' is no number";
  }
  auto const* form = wire::find_form(pdu);
  if (form == nullptr) {
    return {};
  }
  auto sent = wire::make(form->kind);
  auto const set = wire::set_by_meaning(sent, form->kind, meaning, value);
  return set ? "" : set.error().detail;
}

std::string wrong_condition(std::string_view pdu,
                            std::string_view meaning,
                            std::string const& wanted) {
  auto numeric = meaning.starts_with("header.");
  if (auto const* form = wire::find_form(pdu); form != nullptr && !numeric) {
    auto const usual = wire::get_by_meaning(wire::make(form->kind), form->kind, meaning);
    auto const is_cookie = usual && usual->size() == 32;
    numeric = usual && is_number(*usual) && !is_cookie;
  }
  return !numeric || may_match_number(wanted)
             ? ""
             : "'" + wanted + "' is no number, range a..b, $Parameter, or a|b of these";
}

}  // namespace rpchspec::loader
