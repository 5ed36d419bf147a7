#include "harness/agent/message.hpp"

#include <boost/json.hpp>
#include <google/protobuf/util/json_util.h>

#include "model/suggestion.hpp"

namespace rpchspec::agent {

namespace {

namespace json = boost::json;
namespace pb = google::protobuf;

constexpr std::string_view kWellKnown = "google.protobuf.";

Answer<void> check_object(json::value const& value,
                          pb::Descriptor const& descriptor,
                          std::string const& path);

Answer<void> check_value(json::value const& value,
                         pb::FieldDescriptor const& field,
                         std::string const& path) {
  auto const* message = field.is_map() ? nullptr : field.message_type();
  if (message == nullptr || message->full_name().starts_with(kWellKnown)) {
    return {};
  }
  if (!field.is_repeated()) {
    return check_object(value, *message, path);
  }
  auto const* items = value.if_array();
  if (items == nullptr) {
    return refuse(400, "'" + path + "' wants a list");
  }
  for (auto const& item : *items) {
    if (auto checked = check_object(item, *message, path); !checked) {
      return checked;
    }
  }
  return {};
}

/// What protobuf's own parser says of an unknown field does not say which there are.
Answer<void> check_object(json::value const& value,
                          pb::Descriptor const& descriptor,
                          std::string const& path) {
  auto const* object = value.if_object();
  if (object == nullptr) {
    return refuse(400, (path.empty() ? "the body" : "'" + path + "'") + " wants an object, {...}");
  }
  for (auto const& entry : *object) {
    std::string const key(entry.key());
    auto const* field = descriptor.FindFieldByName(key);
    if (field == nullptr) {
      return refuse(
          400,
          "unknown field '" + key + "' in " + (path.empty() ? descriptor.name() : "'" + path + "'"),
          fields_of(descriptor), key);
    }
    auto const inner = path.empty() ? key : path + "." + key;
    if (auto checked = check_value(entry.value(), *field, inner); !checked) {
      return checked;
    }
  }
  return {};
}

}  // namespace

tl::unexpected<Refusal> refuse(unsigned status, std::string text) {
  Refusal refusal;
  refusal.status = status;
  refusal.error.set_error(std::move(text));
  return tl::unexpected(std::move(refusal));
}

tl::unexpected<Refusal> refuse(unsigned status,
                               std::string text,
                               std::vector<std::string> const& allowed,
                               std::string_view said) {
  auto refusal = refuse(status, std::move(text));
  auto& error = refusal.value().error;
  error.mutable_allowed()->Add(allowed.begin(), allowed.end());
  if (!said.empty()) {
    error.set_meant(model::nearest(said, allowed));
  }
  return refusal;
}

std::vector<std::string> fields_of(pb::Descriptor const& descriptor) {
  std::vector<std::string> names;
  for (int i = 0; i < descriptor.field_count(); ++i) {
    names.push_back(descriptor.field(i)->name());
  }
  return names;
}

std::string to_json(pb::Message const& message) {
  pb::util::JsonPrintOptions options;
  options.preserve_proto_field_names = true;
  std::string text;
  if (!pb::util::MessageToJsonString(message, &text, options).ok()) {
    text = "{}";
  }
  return text;
}

Answer<void> from_json(std::string_view text, pb::Message& message) {
  message.Clear();
  if (text.find_first_not_of(" \t\r\n") == std::string_view::npos) {
    return {};
  }
  boost::system::error_code error;
  auto const value = json::parse(text, error);
  if (error) {
    return refuse(400, "the body is no JSON: " + error.message());
  }
  if (auto checked = check_object(value, *message.GetDescriptor(), ""); !checked) {
    return checked;
  }
  auto const parsed = pb::util::JsonStringToMessage(std::string(text), &message);
  if (!parsed.ok()) {
    return refuse(400, "the body is no " + message.GetDescriptor()->name() + ": " +
                           std::string(parsed.message()));
  }
  return {};
}

}  // namespace rpchspec::agent
