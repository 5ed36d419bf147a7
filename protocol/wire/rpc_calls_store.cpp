// Stubs of EMSMDB and AsyncEMSMDB (MS-OXCRPC 3.1.4, 3.3.4).

#include "protocol/wire/rpc_calls_codec.hpp"

namespace rpchspec::wire {

namespace {

/// [size_is(count)] bytes and, after them, the count itself, which must agree.
void write_sized(NdrWriter& writer, Bytes const& bytes) {
  writer.conformant_array<std::uint8_t>(bytes);
  writer.u32(static_cast<std::uint32_t>(bytes.size()));
}

Bytes read_sized(NdrReader& reader, std::string_view array, std::string_view count) {
  auto bytes = reader.conformant_array<std::uint8_t>(array);
  auto const size = reader.u32(count);
  if (reader.ok() && size != bytes.size()) {
    reader.refuse(count, std::to_string(size) + ", but the array has " +
                             std::to_string(bytes.size()) + " elements");
  }
  return bytes;
}

/// [length_is(*pcb), size_is(*pcb)] bytes and the count.
void write_returned(NdrWriter& writer, Bytes const& bytes) {
  auto const size = static_cast<std::uint32_t>(bytes.size());
  writer.conformant_varying_array<std::uint8_t>(bytes, size);
  writer.u32(size);
}

Bytes read_returned(NdrReader& reader, std::string_view array, std::string_view count) {
  auto bytes = reader.conformant_varying_array<std::uint8_t>(array);
  reader.u32(count);
  return bytes;
}

std::uint32_t read_ranged(NdrReader& reader, std::string_view name, std::uint32_t maximum) {
  auto const value = reader.u32(name);
  if (value > maximum) {
    reader.refuse(name, std::to_string(value) + ", at most " + std::to_string(maximum));
  }
  return value;
}

void write_version(NdrWriter& writer, std::array<std::uint16_t, 3> const& version) {
  writer.elements<std::uint16_t>(version);
}

void read_version(NdrReader& reader, std::array<std::uint16_t, 3>& version, std::string_view name) {
  for (auto& part : version) {
    part = reader.u16(name);
  }
}

}  // namespace

static void write(NdrWriter& writer, EcDoConnectEx::Request const& in) {
  writer.string(in.user_dn);
  writer.u32(in.flags);
  writer.u32(in.con_mod);
  writer.u32(in.cb_limit);
  writer.u32(in.cpid);
  writer.u32(in.lcid_string);
  writer.u32(in.lcid_sort);
  writer.u32(in.icxr_link);
  writer.u16(in.can_convert_code_pages);
  write_version(writer, in.client_version);
  writer.u32(in.time_stamp);
  write_sized(writer, in.aux_in);
  writer.u32(in.cb_aux_out);
}

static void read(NdrReader& reader, EcDoConnectEx::Request& in) {
  in.user_dn = reader.string("szUserDN");
  in.flags = reader.u32("ulFlags");
  in.con_mod = reader.u32("ulConMod");
  in.cb_limit = reader.u32("cbLimit");
  in.cpid = reader.u32("ulCpid");
  in.lcid_string = reader.u32("ulLcidString");
  in.lcid_sort = reader.u32("ulLcidSort");
  in.icxr_link = reader.u32("ulIcxrLink");
  in.can_convert_code_pages = reader.u16("usFCanConvertCodePages");
  read_version(reader, in.client_version, "rgwClientVersion");
  in.time_stamp = reader.u32("pulTimeStamp");
  in.aux_in = read_sized(reader, "rgbAuxIn", "cbAuxIn");
  in.cb_aux_out = read_ranged(reader, "pcbAuxOut", kMaxAuxiliaryBuffer);
}

static void write(NdrWriter& writer, EcDoConnectEx::Response const& out) {
  writer.context_handle(out.cxh);
  writer.u32(out.polls_max_ms);
  writer.u32(out.retry);
  writer.u32(out.retry_delay_ms);
  writer.u16(out.icxr);
  write_name(writer, out.dn_prefix);
  write_name(writer, out.display_name);
  write_version(writer, out.server_version);
  write_version(writer, out.best_version);
  writer.u32(out.time_stamp);
  write_returned(writer, out.aux_out);
  writer.u32(out.return_value);
}

static void read(NdrReader& reader, EcDoConnectEx::Response& out) {
  out.cxh = reader.context_handle("pcxh");
  out.polls_max_ms = reader.u32("pcmsPollsMax");
  out.retry = reader.u32("pcRetry");
  out.retry_delay_ms = reader.u32("pcmsRetryDelay");
  out.icxr = reader.u16("picxr");
  out.dn_prefix = read_name(reader, "szDNPrefix");
  out.display_name = read_name(reader, "szDisplayName");
  read_version(reader, out.server_version, "rgwServerVersion");
  read_version(reader, out.best_version, "rgwBestVersion");
  out.time_stamp = reader.u32("pulTimeStamp");
  out.aux_out = read_returned(reader, "rgbAuxOut", "pcbAuxOut");
  out.return_value = reader.u32("return value");
}

static void write(NdrWriter& writer, EcDoDisconnect::Request const& in) {
  writer.context_handle(in.cxh);
}

static void read(NdrReader& reader, EcDoDisconnect::Request& in) {
  in.cxh = reader.context_handle("pcxh");
}

static void write(NdrWriter& writer, EcDoDisconnect::Response const& out) {
  writer.context_handle(out.cxh);
  writer.u32(out.return_value);
}

static void read(NdrReader& reader, EcDoDisconnect::Response& out) {
  out.cxh = reader.context_handle("pcxh");
  out.return_value = reader.u32("return value");
}

static void write(NdrWriter& writer, EcDoRpcExt2::Request const& in) {
  writer.context_handle(in.cxh);
  writer.u32(in.flags);
  write_sized(writer, in.in);
  writer.u32(in.cb_out);
  write_sized(writer, in.aux_in);
  writer.u32(in.cb_aux_out);
}

static void read(NdrReader& reader, EcDoRpcExt2::Request& in) {
  in.cxh = reader.context_handle("pcxh");
  in.flags = reader.u32("pulFlags");
  in.in = read_sized(reader, "rgbIn", "cbIn");
  in.cb_out = read_ranged(reader, "pcbOut", kMaxRopBuffer);
  in.aux_in = read_sized(reader, "rgbAuxIn", "cbAuxIn");
  in.cb_aux_out = read_ranged(reader, "pcbAuxOut", kMaxAuxiliaryBuffer);
}

static void write(NdrWriter& writer, EcDoRpcExt2::Response const& out) {
  writer.context_handle(out.cxh);
  writer.u32(out.flags);
  write_returned(writer, out.out);
  write_returned(writer, out.aux_out);
  writer.u32(out.trans_time_ms);
  writer.u32(out.return_value);
}

static void read(NdrReader& reader, EcDoRpcExt2::Response& out) {
  out.cxh = reader.context_handle("pcxh");
  out.flags = reader.u32("pulFlags");
  out.out = read_returned(reader, "rgbOut", "pcbOut");
  out.aux_out = read_returned(reader, "rgbAuxOut", "pcbAuxOut");
  out.trans_time_ms = reader.u32("pulTransTime");
  out.return_value = reader.u32("return value");
}

static void write(NdrWriter& writer, EcDoAsyncConnectEx::Request const& in) {
  writer.context_handle(in.cxh);
}

static void read(NdrReader& reader, EcDoAsyncConnectEx::Request& in) {
  in.cxh = reader.context_handle("cxh");
}

static void write(NdrWriter& writer, EcDoAsyncConnectEx::Response const& out) {
  writer.context_handle(out.acxh);
  writer.u32(out.return_value);
}

static void read(NdrReader& reader, EcDoAsyncConnectEx::Response& out) {
  out.acxh = reader.context_handle("pacxh");
  out.return_value = reader.u32("return value");
}

static void write(NdrWriter& writer, EcDoAsyncWaitEx::Request const& in) {
  writer.context_handle(in.acxh);
  writer.u32(in.flags_in);
}

static void read(NdrReader& reader, EcDoAsyncWaitEx::Request& in) {
  in.acxh = reader.context_handle("acxh");
  in.flags_in = reader.u32("ulFlagsIn");
}

static void write(NdrWriter& writer, EcDoAsyncWaitEx::Response const& out) {
  writer.u32(out.flags_out);
  writer.u32(out.return_value);
}

static void read(NdrReader& reader, EcDoAsyncWaitEx::Response& out) {
  out.flags_out = reader.u32("pulFlagsOut");
  out.return_value = reader.u32("return value");
}

static void write(NdrWriter& writer, EcDummyRpc::Response const& out) {
  writer.u32(out.return_value);
}

static void read(NdrReader& reader, EcDummyRpc::Response& out) {
  out.return_value = reader.u32("return value");
}

RPCHSPEC_CALL(EcDoConnectEx);
RPCHSPEC_CALL(EcDoDisconnect);
RPCHSPEC_CALL(EcDoRpcExt2);
RPCHSPEC_CALL(EcDoAsyncConnectEx);
RPCHSPEC_CALL(EcDoAsyncWaitEx);
RPCHSPEC_CALL(EcDummyRpc);

}  // namespace rpchspec::wire
