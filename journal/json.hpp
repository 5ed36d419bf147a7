// An event as one line of JSON, for events.jsonl.

#pragma once

#include <string>

#include "journal/journal.pb.h"

namespace rpchspec::journal {

/// One object without a line end; field names as in journal.proto, unset fields left out.
///
/// Bytes and digests are lower-case hex, enums their names; a 64-bit number above 2^53 is a string,
/// because half of the JSON readers would round it. The text of an HTTP head is a JSON string: its
/// bytes above 0x7E stand as the characters U+007F to U+00FF.
[[nodiscard]] std::string to_json(v1::Event const& event);

}  // namespace rpchspec::journal
