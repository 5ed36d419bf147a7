// The sugar of the dialect as one table: the loader takes it out, the JSON Schema is made from it.

#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include <google/protobuf/descriptor.h>

namespace rpchspec::loader {

/// A message that may be written as one scalar, which then is this field: `pause: 3s`.
struct Shorthand {
  std::string_view message;  // "Pause"
  std::string_view field;    // "for"
};

/// What a fault step may say instead of `leg`, which has the actor's name in it.
inline constexpr std::string_view kFaultChannel = "channel";

[[nodiscard]] std::span<Shorthand const> shorthands();

/// The field that a scalar stands for in this message; null when it has no shorthand.
[[nodiscard]] google::protobuf::FieldDescriptor const* shorthand_of(
    google::protobuf::Descriptor const& message);

/// Field name "server_send" as a key: "server.send"; "await" stays.
[[nodiscard]] std::string step_key(std::string_view field);

/// Keys of steps ("client.open", "await", ...), in the order of scenario.proto.
[[nodiscard]] std::vector<std::string> step_keys();

/// The Step action of a key; null when there is none.
[[nodiscard]] google::protobuf::FieldDescriptor const* step_action(std::string_view key);

/// What an expectation may be about: "client.out", ...
[[nodiscard]] std::vector<std::string> const& subjects();

/// Predicate names as keys: "closed", "stays-open", ...
[[nodiscard]] std::vector<std::string> predicate_keys();

/// The Expectation predicate of a key, with hyphens or underscores; null when there is none.
[[nodiscard]] google::protobuf::FieldDescriptor const* predicate(std::string_view key);

/// True when the predicate says something with no value at all: `client.out: closed`.
[[nodiscard]] bool stands_alone(google::protobuf::FieldDescriptor const& predicate);

/// How an enumerator is written: "tcp-rst" for TCP_RST. `legacy_response: absent` and
/// `on_accept: rst` leave the enum's own prefix out.
[[nodiscard]] std::string enumerator_key(google::protobuf::EnumValueDescriptor const& value);

/// True for fields that hold a number of bytes, where units are allowed.
[[nodiscard]] bool is_size(google::protobuf::FieldDescriptor const& field);

/// True for fields that hold a duration, with its unit.
[[nodiscard]] bool is_duration(google::protobuf::FieldDescriptor const& field);

/// True for fields that the loader fills and no file may set.
[[nodiscard]] bool filled_by_loader(google::protobuf::FieldDescriptor const& field);

/// True for `map<string, string>` fields whose values may be sizes with units (`with`, `where`).
[[nodiscard]] bool holds_sizes(google::protobuf::FieldDescriptor const& field);

}  // namespace rpchspec::loader
