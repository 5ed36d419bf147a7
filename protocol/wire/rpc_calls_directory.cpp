// Stubs of the referral service and of the address book (MS-OXABREF 3.1.4, MS-OXNSPI 3.1.4.1).

#include <algorithm>

#include "protocol/wire/rpc_calls_codec.hpp"

namespace rpchspec::wire {

namespace {

void write_optional(NdrWriter& writer, OptionalName const& name) {
  if (writer.unique_pointer(name.present)) {
    write_name(writer, name.text);
  }
}

OptionalName read_optional(NdrReader& reader, std::string_view parameter) {
  OptionalName name;
  name.present = reader.unique_pointer(parameter);
  if (name.present) {
    name.text = read_name(reader, parameter);
  }
  return name;
}

void write_guid(NdrWriter& writer, std::optional<FlatUid> const& guid) {
  if (writer.unique_pointer(guid.has_value())) {
    writer.elements<std::uint8_t>(*guid);
  }
}

std::optional<FlatUid> read_guid(NdrReader& reader) {
  if (!reader.unique_pointer("pServerGuid")) {
    return std::nullopt;
  }
  FlatUid guid{};
  std::ranges::generate(guid, [&] { return reader.u8("pServerGuid"); });
  return guid;
}

}  // namespace

static void write(NdrWriter& writer, RfrGetNewDSA::Request const& in) {
  writer.u32(in.flags);
  writer.string(in.user_dn);
  write_optional(writer, in.unused);
  write_optional(writer, in.server);
}

static void read(NdrReader& reader, RfrGetNewDSA::Request& in) {
  in.flags = reader.u32("ulFlags");
  in.user_dn = reader.string("pUserDN");
  in.unused = read_optional(reader, "ppszUnused");
  in.server = read_optional(reader, "ppszServer");
}

static void write(NdrWriter& writer, RfrGetNewDSA::Response const& out) {
  write_optional(writer, out.unused);
  write_optional(writer, out.server);
  writer.u32(out.return_value);
}

static void read(NdrReader& reader, RfrGetNewDSA::Response& out) {
  out.unused = read_optional(reader, "ppszUnused");
  out.server = read_optional(reader, "ppszServer");
  out.return_value = reader.u32("return value");
}

static void write(NdrWriter& writer, RfrGetFQDNFromServerDN::Request const& in) {
  writer.u32(in.flags);
  writer.u32(static_cast<std::uint32_t>(in.mailbox_server_dn.size() + 1));
  writer.string(in.mailbox_server_dn);
}

static void read(NdrReader& reader, RfrGetFQDNFromServerDN::Request& in) {
  in.flags = reader.u32("ulFlags");
  auto const size = reader.u32("cbMailboxServerDN");
  std::uint32_t max_count = 0;
  in.mailbox_server_dn = reader.string("szMailboxServerDN", &max_count);
  if (!reader.ok()) {
    return;
  }
  if (size < 10 || size > 1024) {
    reader.refuse("cbMailboxServerDN", std::to_string(size) + ", expected 10 to 1024");
  } else if (size != max_count) {
    reader.refuse(
        "cbMailboxServerDN",
        std::to_string(size) + ", but the string's maximum count is " + std::to_string(max_count));
  }
}

static void write(NdrWriter& writer, RfrGetFQDNFromServerDN::Response const& out) {
  write_name(writer, out.server_fqdn);
  writer.u32(out.return_value);
}

static void read(NdrReader& reader, RfrGetFQDNFromServerDN::Response& out) {
  out.server_fqdn = read_name(reader, "ppszServerFQDN");
  out.return_value = reader.u32("return value");
}

static void write(NdrWriter& writer, NspiBind::Request const& in) {
  writer.u32(in.flags);
  writer.u32(in.stat.sort_type);
  writer.u32(in.stat.container_id);
  writer.u32(in.stat.current_rec);
  writer.integer<std::int32_t>(in.stat.delta);
  writer.u32(in.stat.num_pos);
  writer.u32(in.stat.total_recs);
  writer.u32(in.stat.code_page);
  writer.u32(in.stat.template_locale);
  writer.u32(in.stat.sort_locale);
  write_guid(writer, in.server_guid);
}

static void read(NdrReader& reader, NspiBind::Request& in) {
  in.flags = reader.u32("dwFlags");
  in.stat.sort_type = reader.u32("SortType");
  in.stat.container_id = reader.u32("ContainerID");
  in.stat.current_rec = reader.u32("CurrentRec");
  in.stat.delta = reader.integer<std::int32_t>("Delta");
  in.stat.num_pos = reader.u32("NumPos");
  in.stat.total_recs = reader.u32("TotalRecs");
  in.stat.code_page = reader.u32("CodePage");
  in.stat.template_locale = reader.u32("TemplateLocale");
  in.stat.sort_locale = reader.u32("SortLocale");
  in.server_guid = read_guid(reader);
}

static void write(NdrWriter& writer, NspiBind::Response const& out) {
  write_guid(writer, out.server_guid);
  writer.context_handle(out.context);
  writer.u32(out.return_value);
}

static void read(NdrReader& reader, NspiBind::Response& out) {
  out.server_guid = read_guid(reader);
  out.context = reader.context_handle("contextHandle");
  out.return_value = reader.u32("return value");
}

static void write(NdrWriter& writer, NspiUnbind::Request const& in) {
  writer.context_handle(in.context);
  writer.u32(in.reserved);
}

static void read(NdrReader& reader, NspiUnbind::Request& in) {
  in.context = reader.context_handle("contextHandle");
  in.reserved = reader.u32("Reserved");
}

static void write(NdrWriter& writer, NspiUnbind::Response const& out) {
  writer.context_handle(out.context);
  writer.u32(out.return_value);
}

static void read(NdrReader& reader, NspiUnbind::Response& out) {
  out.context = reader.context_handle("contextHandle");
  out.return_value = reader.u32("return value");
}

RPCHSPEC_CALL(RfrGetNewDSA);
RPCHSPEC_CALL(RfrGetFQDNFromServerDN);
RPCHSPEC_CALL(NspiBind);
RPCHSPEC_CALL(NspiUnbind);

}  // namespace rpchspec::wire
