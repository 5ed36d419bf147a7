#include "harness/agent/service/agent_service.hpp"
#include "harness/agent/supervisor/told_text.hpp"

namespace rpchspec::service {

namespace {

using supervisor::Why;

constexpr std::string_view kBearer = "Bearer ";

// A status goes as metadata, of which callers take 8 KiB: its text with three bytes for what is no
// plain character, its details in base64.
constexpr std::size_t kMostText = 2048;
constexpr std::size_t kMostDetails = 3072;
constexpr std::size_t kMostDetailsText = 512;
constexpr std::size_t kMostProblemText = 768;
constexpr std::size_t kMostPlace = 128;  // a field, a file
constexpr std::size_t kRoom = 128;       // for what is around problems

grpc::StatusCode code_of(Why why) {
  switch (why) {
    case Why::invalid:
      return grpc::StatusCode::INVALID_ARGUMENT;
    case Why::not_found:
      return grpc::StatusCode::NOT_FOUND;
    case Why::exists:
      return grpc::StatusCode::ALREADY_EXISTS;
    case Why::not_now:
      return grpc::StatusCode::FAILED_PRECONDITION;
    case Why::exhausted:
      return grpc::StatusCode::RESOURCE_EXHAUSTED;
    case Why::unavailable:
      break;
  }
  return grpc::StatusCode::UNAVAILABLE;
}

/// As much of it as goes in so many bytes.
std::string fit(std::string const& text, std::size_t most) {
  std::size_t sent = 0;
  std::size_t count = 0;
  for (; count < text.size() && sent <= most; ++count) {
    sent += text[count] >= ' ' && text[count] <= '~' && text[count] != '%' ? 1 : 3;
  }
  return supervisor::told_text(text, count);
}

api::Problem shortened(api::Problem problem) {
  problem.set_field(supervisor::told_text(problem.field(), kMostPlace));
  problem.set_file(supervisor::told_text(problem.file(), kMostPlace));
  problem.set_text(supervisor::told_text(problem.text(), kMostProblemText));
  return problem;
}

/// Those that there is room for, and how many more there are.
api::Problems shortened(supervisor::Refused const& refused, std::size_t most) {
  api::Problems told;
  std::size_t count = 0;
  for (auto const& each : refused.problems) {
    *told.add_problems() = shortened(each);
    if (told.ByteSizeLong() > most) {
      told.mutable_problems()->RemoveLast();
      break;
    }
    ++count;
  }
  told.set_more(static_cast<std::uint32_t>(refused.problems.size() - count + refused.more));
  return told;
}

}  // namespace

grpc::Status check_token(std::multimap<grpc::string_ref, grpc::string_ref> const& metadata,
                         agent::Token const& token) {
  auto const found = metadata.find("authorization");
  std::string_view const said = found == metadata.end()
                                    ? std::string_view()
                                    : std::string_view(found->second.data(), found->second.size());
  if (said.starts_with(kBearer) && token.matches(said.substr(kBearer.size()))) {
    return grpc::Status::OK;
  }
  return {grpc::StatusCode::UNAUTHENTICATED,
          "wants the metadata authorization: Bearer TOKEN, with the right token"};
}

grpc::Status status_of(supervisor::Refused const& refused) {
  auto const code = code_of(refused.why);
  if (refused.problems.empty()) {
    return {code, fit(refused.text, kMostText + kMostDetails)};
  }
  api::RpcStatus details;
  details.set_code(static_cast<int>(code));
  details.set_message(supervisor::told_text(refused.text, kMostDetailsText));
  auto const room = kMostDetails - kRoom - details.ByteSizeLong();
  details.add_details()->PackFrom(shortened(refused, room));
  return {code, fit(refused.text, kMostText), details.SerializeAsString()};
}

}  // namespace rpchspec::service
