// The JSON Schema of scenario files, made from the descriptor, its comments and the sugar table:
// editors complete and explain with it.

#pragma once

#include <filesystem>
#include <string>

#include "protocol/base/error.hpp"

namespace rpchspec::loader {

/// Draft-07 as text, from a FileDescriptorSet that protoc made of model/scenario.proto with its
/// imports and with --include_source_info, as the build does; not_found when the file is not one.
[[nodiscard]] Result<std::string> make_schema(std::filesystem::path const& descriptor_set);

}  // namespace rpchspec::loader
