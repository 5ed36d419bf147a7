#include "journal/json.hpp"

#include <cmath>
#include <cstdint>
#include <cstdio>
#include <string_view>
#include <vector>

#include <google/protobuf/descriptor.h>
#include <google/protobuf/message.h>

namespace rpchspec::journal {

namespace {

using google::protobuf::Message;
using Field = google::protobuf::FieldDescriptor;

constexpr std::uint64_t kLargestExact = std::uint64_t{1} << 53;

void append_hex(std::string& out, std::string_view bytes) {
  static constexpr char kDigits[] = "0123456789abcdef";
  out += '"';
  for (auto const c : bytes) {
    auto const byte = static_cast<unsigned char>(c);
    out += kDigits[byte >> 4];
    out += kDigits[byte & 15];
  }
  out += '"';
}

void append_string(std::string& out, std::string_view text, bool latin1) {
  out += '"';
  for (auto const c : text) {
    auto const byte = static_cast<unsigned char>(c);
    if (c == '"' || c == '\\') {
      out += '\\';
      out += c;
    } else if (c == '\r') {
      out += "\\r";
    } else if (c == '\n') {
      out += "\\n";
    } else if (c == '\t') {
      out += "\\t";
    } else if (byte < 0x20 || (latin1 && byte > 0x7E)) {
      char escape[8];
      std::snprintf(escape, sizeof escape, "\\u%04x", unsigned{byte});
      out += escape;
    } else {
      out += c;
    }
  }
  out += '"';
}

void append_unsigned(std::string& out, std::uint64_t value) {
  auto const text = std::to_string(value);
  out += value > kLargestExact ? '"' + text + '"' : text;
}

void append_double(std::string& out, double value) {
  if (!std::isfinite(value)) {
    out += "null";
    return;
  }
  char text[32];
  std::snprintf(text, sizeof text, "%.17g", value);
  out += text;
}

void append_digest(std::string& out, std::uint64_t value) {
  char text[20];
  std::snprintf(text, sizeof text, "\"%016llx\"", static_cast<unsigned long long>(value));
  out += text;
}

void append_message(std::string& out, Message const& message);

/// One value; `index` is -1 for a field that is not repeated.
void append_value(std::string& out, Message const& message, Field const* field, int index) {
  auto const& r = *message.GetReflection();
  bool const one = index < 0;
  switch (field->cpp_type()) {
    case Field::CPPTYPE_MESSAGE:
      append_message(
          out, one ? r.GetMessage(message, field) : r.GetRepeatedMessage(message, field, index));
      break;
    case Field::CPPTYPE_STRING: {
      auto const text =
          one ? r.GetString(message, field) : r.GetRepeatedString(message, field, index);
      bool const bytes = field->type() == Field::TYPE_BYTES;
      bool const head = bytes && field->full_name() == "rpchspec.journal.v1.Head.text";
      bytes && !head ? append_hex(out, text) : append_string(out, text, head);
      break;
    }
    case Field::CPPTYPE_ENUM:
      append_string(
          out, (one ? r.GetEnum(message, field) : r.GetRepeatedEnum(message, field, index))->name(),
          false);
      break;
    case Field::CPPTYPE_BOOL:
      out += (one ? r.GetBool(message, field) : r.GetRepeatedBool(message, field, index)) ? "true"
                                                                                          : "false";
      break;
    case Field::CPPTYPE_UINT32:
      append_unsigned(
          out, one ? r.GetUInt32(message, field) : r.GetRepeatedUInt32(message, field, index));
      break;
    case Field::CPPTYPE_UINT64: {
      auto const value =
          one ? r.GetUInt64(message, field) : r.GetRepeatedUInt64(message, field, index);
      field->type() == Field::TYPE_FIXED64 ? append_digest(out, value)
                                           : append_unsigned(out, value);
      break;
    }
    case Field::CPPTYPE_INT32:
      out += std::to_string(one ? r.GetInt32(message, field)
                                : r.GetRepeatedInt32(message, field, index));
      break;
    case Field::CPPTYPE_INT64:
      out += std::to_string(one ? r.GetInt64(message, field)
                                : r.GetRepeatedInt64(message, field, index));
      break;
    case Field::CPPTYPE_FLOAT:
      append_double(out,
                    one ? r.GetFloat(message, field) : r.GetRepeatedFloat(message, field, index));
      break;
    case Field::CPPTYPE_DOUBLE:
      append_double(out,
                    one ? r.GetDouble(message, field) : r.GetRepeatedDouble(message, field, index));
      break;
  }
}

void append_map(std::string& out, Message const& message, Field const* field) {
  auto const& r = *message.GetReflection();
  auto const* const key = field->message_type()->map_key();
  auto const* const value = field->message_type()->map_value();
  out += '{';
  for (int i = 0; i < r.FieldSize(message, field); ++i) {
    auto const& entry = r.GetRepeatedMessage(message, field, i);
    out += i == 0 ? "" : ",";
    append_value(out, entry, key, -1);  // every map of the journal has text for keys
    out += ':';
    append_value(out, entry, value, -1);
  }
  out += '}';
}

void append_message(std::string& out, Message const& message) {
  auto const& r = *message.GetReflection();
  std::vector<Field const*> fields;
  r.ListFields(message, &fields);
  out += '{';
  bool first = true;
  for (auto const* field : fields) {
    out += first ? "\"" : ",\"";
    first = false;
    out += field->name();
    out += "\":";
    if (field->is_map()) {
      append_map(out, message, field);
    } else if (field->is_repeated()) {
      out += '[';
      for (int i = 0; i < r.FieldSize(message, field); ++i) {
        out += i == 0 ? "" : ",";
        append_value(out, message, field, i);
      }
      out += ']';
    } else {
      append_value(out, message, field, -1);
    }
  }
  out += '}';
}

}  // namespace

std::string to_json(v1::Event const& event) {
  std::string out;
  append_message(out, event);
  return out;
}

}  // namespace rpchspec::journal
