// Stubs of the remote management interface (C706 appendix Q).

#include "protocol/wire/rpc_calls_codec.hpp"

namespace rpchspec::wire {

/// rpc_if_id_vector_p_t: a structure that ends in a conformant array of pointers, so the maximum
/// count comes first and the pointers' targets come last.
static void write(NdrWriter& writer, MgmtInqIfIds::Response const& out) {
  if (writer.unique_pointer(out.if_ids.has_value())) {
    auto const count = static_cast<std::uint32_t>(out.if_ids->size());
    writer.conformance(count);
    writer.u32(count);
    for (std::uint32_t i = 0; i < count; ++i) {
      writer.unique_pointer(true);
    }
    for (auto const& id : *out.if_ids) {
      write_interface_id(writer, id);
    }
  }
  writer.u32(out.status);
}

static std::vector<SyntaxId> read_vector(NdrReader& reader) {
  auto const max_count = reader.conformance("if_id");
  if (reader.u32("count") > max_count) {
    reader.refuse("count", "more than the array's maximum count " + std::to_string(max_count));
  }
  std::vector<SyntaxId> ids;
  for (auto const referent : reader.elements<std::uint32_t>(max_count, "if_id")) {
    if (referent != 0 && reader.ok()) {
      ids.push_back(read_interface_id(reader, "if_id"));
    }
  }
  return ids;
}

static void read(NdrReader& reader, MgmtInqIfIds::Response& out) {
  if (reader.unique_pointer("if_id_vector")) {
    out.if_ids = read_vector(reader);
  }
  out.status = reader.u32("status");
}

static void write(NdrWriter& writer, MgmtInqStats::Request const& in) {
  writer.u32(in.count);
}

static void read(NdrReader& reader, MgmtInqStats::Request& in) {
  in.count = reader.u32("count");
}

static void write(NdrWriter& writer, MgmtInqStats::Response const& out) {
  writer.u32(static_cast<std::uint32_t>(out.statistics.size()));
  writer.conformant_array<std::uint32_t>(out.statistics);
  writer.u32(out.status);
}

static void read(NdrReader& reader, MgmtInqStats::Response& out) {
  reader.u32("count");
  out.statistics = reader.conformant_array<std::uint32_t>("statistics");
  out.status = reader.u32("status");
}

static void write(NdrWriter& writer, MgmtIsServerListening::Response const& out) {
  writer.u32(out.status);
  writer.u32(out.listening);
}

static void read(NdrReader& reader, MgmtIsServerListening::Response& out) {
  out.status = reader.u32("status");
  out.listening = reader.u32("return value");
}

static void write(NdrWriter& writer, MgmtStopServerListening::Response const& out) {
  writer.u32(out.status);
}

static void read(NdrReader& reader, MgmtStopServerListening::Response& out) {
  out.status = reader.u32("status");
}

static void write(NdrWriter& writer, MgmtInqPrincName::Request const& in) {
  writer.u32(in.authn_proto);
  writer.u32(in.princ_name_size);
}

static void read(NdrReader& reader, MgmtInqPrincName::Request& in) {
  in.authn_proto = reader.u32("authn_proto");
  in.princ_name_size = reader.u32("princ_name_size");
}

static void write(NdrWriter& writer, MgmtInqPrincName::Response const& out) {
  writer.string(out.princ_name, out.princ_name_size);
  writer.u32(out.status);
}

static void read(NdrReader& reader, MgmtInqPrincName::Response& out) {
  out.princ_name = reader.string("princ_name", &out.princ_name_size);
  out.status = reader.u32("status");
}

RPCHSPEC_CALL(MgmtInqIfIds);
RPCHSPEC_CALL(MgmtInqStats);
RPCHSPEC_CALL(MgmtIsServerListening);
RPCHSPEC_CALL(MgmtStopServerListening);
RPCHSPEC_CALL(MgmtInqPrincName);

}  // namespace rpchspec::wire
