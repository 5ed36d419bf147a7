// How rpc_calls_*.cpp make encode_stub and decode_stub out of their write and read functions.

#pragma once

#include <type_traits>

#include "protocol/wire/rpc_calls.hpp"

namespace rpchspec::wire {

/// A call without parameters.
template <class Parameters>
requires std::is_empty_v<Parameters>

void write(NdrWriter&, Parameters const&) {}

template <class Parameters>
requires std::is_empty_v<Parameters>

void read(NdrReader&, Parameters&) {}

/// A [unique] pointer to a string, and the string.
inline void write_name(NdrWriter& writer, std::optional<std::string> const& name) {
  if (writer.unique_pointer(name.has_value())) {
    writer.string(*name);
  }
}

inline std::optional<std::string> read_name(NdrReader& reader, std::string_view parameter) {
  if (!reader.unique_pointer(parameter)) {
    return std::nullopt;
  }
  return reader.string(parameter);
}

/// rpc_if_id_t (C706 appendix N): a UUID and both versions.
inline void write_interface_id(NdrWriter& writer, SyntaxId const& id) {
  writer.uuid(id.uuid);
  writer.u16(id.major_version());
  writer.u16(id.minor_version());
}

inline SyntaxId read_interface_id(NdrReader& reader, std::string_view parameter) {
  auto const uuid = reader.uuid(parameter);
  auto const major_version = reader.u16("vers_major");
  return syntax_id(uuid, major_version, reader.u16("vers_minor"));
}

template <class Parameters>
Bytes encode_stub(Parameters const& parameters, ByteOrder order) {
  NdrWriter writer(order);
  write(writer, parameters);
  return writer.take();
}

template <class Parameters>
Result<Parameters> decode_stub(ByteView stub, ByteOrder order) {
  NdrReader reader(stub, order);
  Parameters parameters;
  read(reader, parameters);
  if (auto const finished = reader.finish(); !finished) {
    return fail(finished.error());
  }
  return parameters;
}

}  // namespace rpchspec::wire

/// Instantiates both for a call's Request and Response.
#define RPCHSPEC_CALL(Call)                                                       \
  template Bytes encode_stub(Call::Request const&, ByteOrder);                    \
  template Bytes encode_stub(Call::Response const&, ByteOrder);                   \
  template Result<Call::Request> decode_stub<Call::Request>(ByteView, ByteOrder); \
  template Result<Call::Response> decode_stub<Call::Response>(ByteView, ByteOrder)
