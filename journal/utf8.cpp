#include "journal/utf8.hpp"

#include <cstdint>
#include <vector>

#include <google/protobuf/descriptor.h>

namespace rpchspec::journal {

namespace {

using Field = google::protobuf::FieldDescriptor;

bool is_tail(char c) {
  return (static_cast<unsigned char>(c) & 0xC0) == 0x80;
}

/// Bytes of the character at the front; 0 when it is malformed.
std::size_t character_size(std::string_view text) {
  auto const at = [&](std::size_t i) { return static_cast<unsigned char>(text[i]); };
  auto const lead = at(0);
  if (lead < 0x80) {
    return 1;
  }
  std::size_t const size = lead >= 0xC2 && lead <= 0xDF   ? 2
                           : lead >= 0xE0 && lead <= 0xEF ? 3
                           : lead >= 0xF0 && lead <= 0xF4 ? 4
                                                          : 0;
  if (size == 0 || text.size() < size) {
    return 0;
  }
  for (std::size_t i = 1; i < size; ++i) {
    if (!is_tail(text[i])) {
      return 0;
    }
  }
  bool const overlong = (lead == 0xE0 && at(1) < 0xA0) || (lead == 0xF0 && at(1) < 0x90);
  bool const surrogate = lead == 0xED && at(1) > 0x9F;
  bool const beyond = lead == 0xF4 && at(1) > 0x8F;
  return overlong || surrogate || beyond ? 0 : size;
}

/// A field of text, or its i-th text where it is repeated.
void make_text_utf8(google::protobuf::Message& message, Field const* field, int i) {
  auto const* reflection = message.GetReflection();
  auto const text = field->is_repeated() ? reflection->GetRepeatedString(message, field, i)
                                         : reflection->GetString(message, field);
  if (valid_utf8_prefix(text) == text.size()) {
    return;
  }
  if (field->is_repeated()) {
    reflection->SetRepeatedString(&message, field, i, to_utf8(text));
  } else {
    reflection->SetString(&message, field, to_utf8(text));
  }
}

}  // namespace

std::size_t valid_utf8_prefix(std::string_view text) {
  std::size_t done = 0;
  while (done < text.size()) {
    auto const size = character_size(text.substr(done));
    if (size == 0) {
      break;
    }
    done += size;
  }
  return done;
}

std::string to_utf8(std::string text) {
  for (std::size_t at = valid_utf8_prefix(text); at < text.size();) {
    text[at] = '?';
    at += valid_utf8_prefix(std::string_view(text).substr(at));
  }
  return text;
}

void make_utf8(google::protobuf::Message& message) {
  auto const* reflection = message.GetReflection();
  std::vector<Field const*> fields;
  reflection->ListFields(message, &fields);
  for (auto const* field : fields) {
    int const count = field->is_repeated() ? reflection->FieldSize(message, field) : 1;
    for (int i = 0; i < count; ++i) {
      if (field->cpp_type() == Field::CPPTYPE_MESSAGE) {
        make_utf8(field->is_repeated() ? *reflection->MutableRepeatedMessage(&message, field, i)
                                       : *reflection->MutableMessage(&message, field));
      } else if (field->type() == Field::TYPE_STRING) {
        make_text_utf8(message, field, i);
      }
    }
  }
}

}  // namespace rpchspec::journal
