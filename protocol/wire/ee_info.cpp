#include "protocol/wire/ee_info.hpp"

#include <algorithm>
#include <array>

#include "protocol/wire/ndr.hpp"

namespace rpchspec::wire {
namespace {

constexpr std::string_view kSection = "MS-EERR 2.2.1.6";
constexpr std::size_t kHeaders = 16;  // common and private, of type serialization version 1
constexpr std::uint8_t kVersion = 1;
constexpr std::uint8_t kLittleEndian = 0x10;
constexpr std::uint16_t kCommonHeaderLength = 8;
constexpr std::uint32_t kFiller = 0xCCCCCCCC;
constexpr std::uint16_t kNamePresent = 1;
constexpr std::uint16_t kNameAbsent = 2;
constexpr std::uint16_t kMostParameters = 64;
constexpr std::size_t kArmAlignment = 8;  // of a parameter: the pointer's 64 bits

// In the order of EeParameter.
constexpr std::array<std::uint16_t, 7> kTypes{6, 1, 2, 3, 4, 5, 7};

void write_counted(NdrWriter& out, std::size_t size) {
  out.u16(static_cast<std::uint16_t>(size));
  static_cast<void>(out.unique_pointer(true));
}

struct ArmWriter {
  NdrWriter& out;

  void operator()(std::monostate) const {}

  void operator()(std::string const& text) const { write_counted(out, text.size()); }

  void operator()(std::u16string const& text) const { write_counted(out, text.size()); }

  void operator()(std::int32_t value) const { out.u32(static_cast<std::uint32_t>(value)); }

  void operator()(std::int16_t value) const { out.u16(static_cast<std::uint16_t>(value)); }

  void operator()(EePointer pointer) const { out.u64(pointer.value); }

  void operator()(Bytes const& bytes) const { write_counted(out, bytes.size()); }
};

struct ReferentWriter {
  NdrWriter& out;

  template <class Other>
  void operator()(Other const&) const {}

  void operator()(std::string const& text) const {
    out.conformant_array(std::span<std::uint8_t const>(as_bytes(text)));
  }

  void operator()(std::u16string const& text) const {
    std::vector<std::uint16_t> const units(text.begin(), text.end());
    out.conformant_array(std::span<std::uint16_t const>(units));
  }

  void operator()(Bytes const& bytes) const {
    out.conformant_array(std::span<std::uint8_t const>(bytes));
  }
};

void write_record(NdrWriter& out, std::span<ExtendedErrorRecord const> records) {
  auto const& record = records.front();
  out.conformance(static_cast<std::uint32_t>(record.parameters.size()));
  out.align(kArmAlignment);
  auto const has_next = out.unique_pointer(records.size() > 1);
  auto const type = record.computer_name ? kNamePresent : kNameAbsent;
  out.u16(type);
  out.u16(type);  // the union's discriminant
  if (record.computer_name) {
    write_counted(out, record.computer_name->size());
  }
  out.u32(record.process_id);
  out.u64(record.time_stamp);
  out.u32(record.generating_component);
  out.u32(record.status);
  out.u16(record.detection_location);
  out.u16(record.flags);
  out.u16(static_cast<std::uint16_t>(record.parameters.size()));
  for (auto const& parameter : record.parameters) {
    out.align(kArmAlignment);
    out.u16(kTypes[parameter.index()]);
    out.u16(kTypes[parameter.index()]);
    out.align(kArmAlignment);
    std::visit(ArmWriter{out}, parameter);
  }
  if (has_next) {
    write_record(out, records.subspan(1));
  }
  if (record.computer_name) {
    ReferentWriter{out}(*record.computer_name);
  }
  for (auto const& parameter : record.parameters) {
    std::visit(ReferentWriter{out}, parameter);
  }
}

/// A counted string or blob whose referent is still to come.
struct Counted {
  std::uint16_t size = 0;
  bool present = false;
};

Counted read_counted(NdrReader& in, std::string_view name) {
  Counted counted;
  counted.size = in.u16(name);
  counted.present = in.unique_pointer(name);
  return counted;
}

template <class Unit, class Text>
Text read_referent(NdrReader& in, Counted const& counted, std::string_view name) {
  if (!counted.present) {
    return {};
  }
  auto const units = in.conformant_array<Unit>(name);
  if (units.size() != counted.size) {
    in.refuse(name, "expected " + std::to_string(counted.size) + " elements, as its length says");
  }
  return Text(units.begin(), units.end());
}

struct ParameterHead {
  std::uint16_t type = 0;
  Counted counted{};
  EeParameter value{};
};

ParameterHead read_parameter(NdrReader& in) {
  ParameterHead head;
  in.align(kArmAlignment, "Params");
  head.type = in.u16("Params.Type");
  if (in.u16("Params.switch") != head.type) {
    in.refuse("Params.switch", "expected the parameter's Type");
  }
  in.align(kArmAlignment, "Params");
  switch (head.type) {
    case 1:
    case 2:
    case 7:
      head.counted = read_counted(in, "Params.nLength");
      break;
    case 3:
      head.value = static_cast<std::int32_t>(in.u32("Params.LVal"));
      break;
    case 4:
      head.value = static_cast<std::int16_t>(in.u16("Params.IVal"));
      break;
    case 5:
      head.value = EePointer{in.u64("Params.PVal")};
      break;
    case 6:
      break;
    default:
      in.refuse("Params.Type", "expected 1 to 7");
  }
  return head;
}

EeParameter finish_parameter(NdrReader& in, ParameterHead head) {
  switch (head.type) {
    case 1:
      return read_referent<std::uint8_t, std::string>(in, head.counted, "Params.AnsiString");
    case 2:
      return read_referent<std::uint16_t, std::u16string>(in, head.counted, "Params.UnicodeString");
    case 7:
      return read_referent<std::uint8_t, Bytes>(in, head.counted, "Params.Blob");
    default:
      return std::move(head.value);
  }
}

void read_record(NdrReader& in, std::vector<ExtendedErrorRecord>& records) {
  NdrReader::Nesting const nesting(in, "Next");
  auto const max_count = in.conformance("nLen");
  in.align(kArmAlignment, "Next");
  auto const has_next = in.unique_pointer("Next");
  auto const at = records.size();
  records.emplace_back();
  ExtendedErrorRecord record;
  auto const type = in.u16("ComputerName.Type");
  if (in.u16("ComputerName.switch") != type || (type != kNamePresent && type != kNameAbsent)) {
    in.refuse("ComputerName.Type", "expected 1 or 2, twice");
  }
  auto const name = type == kNamePresent ? read_counted(in, "ComputerName.nLength") : Counted{};
  record.process_id = in.u32("ProcessID");
  record.time_stamp = in.u64("TimeStamp");
  record.generating_component = in.u32("GeneratingComponent");
  record.status = in.u32("Status");
  record.detection_location = in.u16("DetectionLocation");
  record.flags = in.u16("Flags");
  auto const count = in.u16("nLen");
  if (count != max_count || count > kMostParameters) {
    in.refuse("nLen", "expected the array's count, at most " + std::to_string(kMostParameters));
  }
  std::vector<ParameterHead> heads;
  while (in.ok() && heads.size() < count) {
    heads.push_back(read_parameter(in));
  }
  if (has_next && in.ok()) {
    read_record(in, records);
  }
  if (type == kNamePresent) {
    record.computer_name = read_referent<std::uint16_t, std::u16string>(in, name, "ComputerName");
  }
  for (auto& head : heads) {
    record.parameters.push_back(finish_parameter(in, std::move(head)));
  }
  records[at] = std::move(record);
}

tl::unexpected<Error> bad(std::size_t offset, std::string_view field, std::string expected) {
  return fail({ErrorCode::bad_value, offset, field, kSection, "expected " + std::move(expected)});
}

/// What can be shown of a name anywhere.
std::string shown(std::u16string const& name) {
  std::string text;
  for (auto const unit : name.substr(0, name.find(u'\0'))) {
    text += unit > 0x20 && unit < 0x7F ? static_cast<char>(unit) : '?';
  }
  return text;
}

}  // namespace

Bytes encode(ExtendedErrorInfo const& info) {
  NdrWriter object;
  if (object.unique_pointer(!info.records.empty())) {
    write_record(object,
                 std::span(info.records).first(std::min(info.records.size(), kMostEeRecords)));
  }
  object.align(8);
  NdrWriter out;
  out.u8(kVersion);
  out.u8(kLittleEndian);
  out.u16(kCommonHeaderLength);
  out.u32(kFiller);
  out.u32(static_cast<std::uint32_t>(object.bytes().size()));
  out.u32(0);
  auto bytes = out.take();
  append(bytes, object.bytes());
  return bytes;
}

Result<ExtendedErrorInfo> decode_ee_info(ByteView bytes) {
  if (bytes.size() < kHeaders) {
    return bad(bytes.size(), "header", "16 bytes of serialization headers");
  }
  if (bytes[0] != kVersion || (bytes[1] != kLittleEndian && bytes[1] != 0)) {
    return bad(0, "header", "type serialization version 1");
  }
  auto const order = bytes[1] == kLittleEndian ? ByteOrder::little : ByteOrder::big;
  auto const length = load<std::uint32_t>(bytes, 8, order);
  auto const object = bytes.subspan(kHeaders);
  if (length > object.size()) {
    return bad(8, "ObjectBufferLength",
               "at most the " + std::to_string(object.size()) + " bytes there");
  }
  NdrLimits limits;
  limits.max_depth = kMostEeRecords;
  limits.max_elements = 4096;
  NdrReader in(object.first(length), order, limits);
  ExtendedErrorInfo info;
  if (in.unique_pointer("ExtendedErrorInfo")) {
    read_record(in, info.records);
  }
  if (auto const done = in.finish(); !done) {
    return tl::unexpected(done.error());
  }
  return info;
}

std::string to_string(ExtendedErrorInfo const& info) {
  std::string text;
  for (auto const& record : info.records) {
    text += (text.empty() ? "" : "; ") + ("status " + std::to_string(record.status)) +
            " of component " + std::to_string(record.generating_component);
    text += record.computer_name ? " on " + shown(*record.computer_name) : "";
  }
  return text.empty() ? "no record" : text;
}

}  // namespace rpchspec::wire
