// Messages of rpchspec.v1 as JSON, and how a request is refused.

#pragma once

#include <string>
#include <string_view>
#include <vector>

#include <google/protobuf/message.h>
#include <tl/expected.hpp>

#include "harness/agent/proto/rpchspec/v1/control.pb.h"

namespace rpchspec::agent {

namespace api = rpchspec::v1;

/// An HTTP status and what is said with it.
struct Refusal {
  unsigned status = 400;
  api::Error error;
};

template <class T>
using Answer = tl::expected<T, Refusal>;

[[nodiscard]] tl::unexpected<Refusal> refuse(unsigned status, std::string text);

/// The same with what is allowed, and the nearest of that to what was said.
[[nodiscard]] tl::unexpected<Refusal> refuse(unsigned status,
                                             std::string text,
                                             std::vector<std::string> const& allowed,
                                             std::string_view said = {});

/// protobuf's JSON form with the names of the .proto file, on one line.
[[nodiscard]] std::string to_json(google::protobuf::Message const& message);

/// Fills `message`. An unknown field is refused with those there are. An empty text is `{}`.
[[nodiscard]] Answer<void> from_json(std::string_view text, google::protobuf::Message& message);

/// The names of a message's fields, for refusals.
[[nodiscard]] std::vector<std::string> fields_of(google::protobuf::Descriptor const& descriptor);

}  // namespace rpchspec::agent
