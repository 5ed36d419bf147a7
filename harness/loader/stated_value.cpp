#include "harness/loader/stated_value.hpp"

#include <algorithm>
#include <charconv>
#include <limits>
#include <optional>

#include <google/protobuf/duration.pb.h>

#include "harness/loader/names.hpp"
#include "harness/loader/sugar_table.hpp"
#include "model/scalars.hpp"
#include "model/suggestion.hpp"

namespace rpchspec::loader {
namespace {

namespace pb = google::protobuf;
using scenario::v1::ProxyNeeds;
using Amount = tl::expected<std::uint64_t, std::string>;  // or why there is none

constexpr std::uint64_t kNsInSecond = 1'000'000'000;   // ns
constexpr std::uint64_t kNsInMillisecond = 1'000'000;  // ns
constexpr std::string_view kAuth = "auth";

bool is_quantity(pb::FieldDescriptor const& field) {
  return is_duration(field) || field.cpp_type() == pb::FieldDescriptor::CPPTYPE_UINT64;
}

bool is_time(std::string_view fact) {
  auto const* const field = ProxyNeeds::descriptor()->FindFieldByName(std::string(fact));
  return field != nullptr && is_duration(*field);
}

/// How long the name is that stands behind a '$'.
std::size_t length_of_name(std::string_view text) {
  auto const* const end = std::find_if(text.begin(), text.end(),
                                       [](char c) { return c != '_' && (c < 'a' || c > 'z'); });
  return static_cast<std::size_t>(end - text.begin());
}

Amount value_of(std::string_view fact, FactValues const& values) {
  auto const found = values.quantities.find(fact);
  if (found == values.quantities.end()) {
    return tl::unexpected("follows $" + std::string(fact) + ", which `proxy` does not state");
  }
  return found->second;
}

/// "*2" or "/2", taken off the front; 1 of each where there is none.
struct Factor {
  std::uint64_t times = 1;
  std::uint64_t parts = 1;
};

std::optional<Factor> take_factor(std::string_view& rest) {
  Factor factor;
  if (rest.empty() || (rest[0] != '*' && rest[0] != '/')) {
    return factor;
  }
  auto& number = rest[0] == '*' ? factor.times : factor.parts;
  auto const* const begin = rest.data() + 1;
  auto const [end, error] = std::from_chars(begin, rest.data() + rest.size(), number);
  rest.remove_prefix(static_cast<std::size_t>(end - rest.data()));
  return error == std::errc{} && number != 0 ? std::optional(factor) : std::nullopt;
}

Amount parse_amount(std::string_view text, bool time) {
  if (!time) {
    return model::parse_size(text);
  }
  auto const parsed = model::parse_duration(text);
  return parsed ? Amount(static_cast<std::uint64_t>(*parsed)) : tl::unexpected(parsed.error());
}

Amount amount_of(std::string_view text, bool time, FactValues const& values) {
  auto const name = text.substr(1, length_of_name(text.substr(1)));
  if (name == kAuth || is_time(name) != time) {
    return tl::unexpected("wants a " + std::string(time ? "duration" : "size") + ", $" +
                          std::string(name) + " is none");
  }
  auto value = value_of(name, values);
  auto rest = text.substr(1 + name.size());
  auto const factor = take_factor(rest);
  if (!value || (factor && rest.empty())) {
    return value ? Amount(*value * factor->times / factor->parts) : value;
  }
  auto const sign = rest.empty() ? ' ' : rest[0];
  if (!factor || (sign != '+' && sign != '-')) {
    return tl::unexpected("wants $NAME, *N or /N behind it, and then +V or -V, got '" +
                          std::string(text) + "'");
  }
  auto const other = parse_amount(rest.substr(1), time);
  auto const product = *value * factor->times / factor->parts;
  if (!other || (sign == '-' && *other > product)) {
    return other ? tl::unexpected(std::string("is below 0")) : other;
  }
  return sign == '+' ? product + *other : product - *other;
}

/// Each "$NAME" of it as a number: a PDU has milliseconds, a head and a PDU bytes.
tl::expected<std::string, std::string> text_of(std::string_view text, FactValues const& values) {
  std::string out;
  while (!text.empty()) {
    auto const at = std::min(text.find('$'), text.size());
    out += text.substr(0, at);
    text.remove_prefix(at);
    auto const name = text.empty() ? text : text.substr(1, length_of_name(text.substr(1)));
    if (!loader::contains(followed_facts(), name)) {
      out += text.substr(0, 1);
      text.remove_prefix(std::min<std::size_t>(text.size(), 1));
      continue;
    }
    auto const value = value_of(name, values);
    if (!value) {
      return tl::unexpected(value.error());
    }
    out += std::to_string(is_time(name) ? *value / kNsInMillisecond : *value);
    text.remove_prefix(1 + name.size());
  }
  return out;
}

/// A field of a message, or an entry of a map or list of it.
struct Place {
  pb::Message* message = nullptr;
  pb::FieldDescriptor const* field = nullptr;
  int index = -1;  // in a list
};

/// The entry of a map of texts.
Place entry_of(pb::Message& message, pb::FieldDescriptor const& map, std::string_view key) {
  auto const& reflection = *message.GetReflection();
  for (int i = 0; i < reflection.FieldSize(message, &map); ++i) {
    auto& entry = *reflection.MutableRepeatedMessage(&message, &map, i);
    if (entry.GetReflection()->GetString(entry, map.message_type()->map_key()) == key) {
      return {&entry, map.message_type()->map_value(), -1};
    }
  }
  return {};
}

std::string_view take_word(std::string_view& path) {
  auto const slash = std::min(path.find('/'), path.size());
  auto const word = path.substr(0, slash);
  path.remove_prefix(std::min(slash + 1, path.size()));
  return word;
}

Place find(pb::Message& root, std::string_view path) {
  auto* message = &root;
  for (;;) {
    auto const* const field =
        message->GetDescriptor()->FindFieldByName(std::string(take_word(path)));
    if (field == nullptr || path.empty()) {
      return {message, field, -1};
    }
    if (field->is_map()) {
      return entry_of(*message, *field, path);
    }
    auto const& reflection = *message->GetReflection();
    if (!field->is_repeated()) {
      message = reflection.MutableMessage(message, field);
      continue;
    }
    auto const index = std::atoi(std::string(take_word(path)).c_str());
    if (index >= reflection.FieldSize(*message, field) || path.empty()) {
      return {message, index < reflection.FieldSize(*message, field) ? field : nullptr, index};
    }
    message = reflection.MutableRepeatedMessage(message, field, index);
  }
}

std::string set_amount(Place const& place, std::uint64_t amount) {
  auto const& reflection = *place.message->GetReflection();
  if (is_duration(*place.field)) {
    pb::Duration duration;
    duration.set_seconds(static_cast<std::int64_t>(amount / kNsInSecond));
    duration.set_nanos(static_cast<std::int32_t>(amount % kNsInSecond));
    reflection.MutableMessage(place.message, place.field)->CopyFrom(duration);
  } else if (place.field->cpp_type() == pb::FieldDescriptor::CPPTYPE_UINT64) {
    reflection.SetUInt64(place.message, place.field, amount);
  } else if (amount > std::numeric_limits<std::uint32_t>::max()) {
    return "is more than 4294967295";
  } else {
    reflection.SetUInt32(place.message, place.field, static_cast<std::uint32_t>(amount));
  }
  return {};
}

std::string set_text(Place const& place, std::string_view value, FactValues const& values) {
  auto const& reflection = *place.message->GetReflection();
  if (place.field->is_repeated() && value == "$auth") {
    if (values.auth.empty()) {
      return "follows $auth, and `proxy` states no scheme";
    }
    reflection.ClearField(place.message, place.field);
    for (auto const& scheme : values.auth) {
      reflection.AddString(place.message, place.field, scheme);
    }
    return {};
  }
  auto const text = text_of(value, values);
  if (!text) {
    return text.error();
  }
  place.index < 0 ? reflection.SetString(place.message, place.field, *text)
                  : reflection.SetRepeatedString(place.message, place.field, place.index, *text);
  return {};
}

}  // namespace

std::vector<std::string> const& followed_facts() {
  static auto const kNames = [] {
    std::vector<std::string> names{std::string(kAuth)};
    auto const& proxy = *ProxyNeeds::descriptor();
    for (int i = 0; i < proxy.field_count(); ++i) {
      if (is_quantity(*proxy.field(i))) {
        names.push_back(proxy.field(i)->name());
      }
    }
    return names;
  }();
  return kNames;
}

bool follows_a_fact(std::string_view value) {
  for (auto at = value.find('$'); at != value.npos; at = value.find('$', at + 1)) {
    auto const behind = value.substr(at + 1);
    if (loader::contains(followed_facts(), behind.substr(0, length_of_name(behind)))) {
      return true;
    }
  }
  return false;
}

FactValues values_of(ProxyNeeds const& proxy) {
  FactValues values;
  auto const& reflection = *proxy.GetReflection();
  auto const& descriptor = *ProxyNeeds::descriptor();
  for (int i = 0; i < descriptor.field_count(); ++i) {
    auto const& field = *descriptor.field(i);
    if (is_duration(field) && reflection.HasField(proxy, &field)) {
      auto const& stated = static_cast<pb::Duration const&>(reflection.GetMessage(proxy, &field));
      values.quantities[field.name()] = static_cast<std::uint64_t>(stated.seconds()) * kNsInSecond +
                                        static_cast<std::uint64_t>(stated.nanos());
    } else if (is_quantity(field) && reflection.HasField(proxy, &field)) {
      values.quantities[field.name()] = reflection.GetUInt64(proxy, &field);
    }
  }
  for (auto const scheme : proxy.auth()) {
    values.auth.push_back(
        enumerator_key(*scenario::v1::Scheme_descriptor()->FindValueByNumber(scheme)));
  }
  return values;
}

std::string put(scenario::v1::Scenario& scenario,
                scenario::v1::StatedValue const& stated,
                FactValues const& values) {
  auto const place = find(scenario, stated.at());
  if (place.message == nullptr || place.field == nullptr) {
    return "is nowhere";
  }
  switch (place.field->cpp_type()) {
    case pb::FieldDescriptor::CPPTYPE_STRING:
      return set_text(place, stated.value(), values);
    case pb::FieldDescriptor::CPPTYPE_UINT32:
    case pb::FieldDescriptor::CPPTYPE_UINT64:
    case pb::FieldDescriptor::CPPTYPE_MESSAGE: {
      auto const time = is_duration(*place.field);
      auto const amount = amount_of(stated.value(), time, values);
      return amount ? set_amount(place, *amount) : amount.error();
    }
    default:
      return "cannot follow a fact";
  }
}

void put_all(scenario::v1::Scenario& scenario, FactValues const& values) {
  auto const all = scenario.stated();
  for (auto const& stated : all) {
    static_cast<void>(put(scenario, stated, values));
  }
}

}  // namespace rpchspec::loader
