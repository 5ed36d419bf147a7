// What a message says.

#pragma once

#include <vector>

#include <google/protobuf/message.h>

namespace rpchspec::explore {

/// The fields that are set, by their numbers.
[[nodiscard]] inline std::vector<google::protobuf::FieldDescriptor const*> set_fields(
    google::protobuf::Message const& message) {
  std::vector<google::protobuf::FieldDescriptor const*> fields;
  message.GetReflection()->ListFields(message, &fields);
  return fields;
}

}  // namespace rpchspec::explore
