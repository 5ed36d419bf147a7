// What AgentService's methods share.

#pragma once

#include "harness/agent/service/agent_service.hpp"

namespace rpchspec::service {

/// The value of an outcome into `place`.
template <class T, class Place>
[[nodiscard]] supervisor::Outcome<void> put(supervisor::Outcome<T> outcome, Place& place) {
  if (!outcome) {
    return tl::unexpected(std::move(outcome.error()));
  }
  place = std::move(*outcome);
  return {};
}

/// Work for a caller who may ask for it. What it throws is not told to him.
template <class Work>
grpc::Status AgentService::answer(Context const& context, Work&& work) {
  if (auto admitted = admit(context); !admitted.ok()) {
    return admitted;
  }
  try {
    auto const done = work();
    return done ? grpc::Status::OK : status_of(done.error());
  } catch (std::exception const& error) {
    log_failure(error.what());
    return {grpc::StatusCode::INTERNAL, "the agent failed; its log says more"};
  }
}

}  // namespace rpchspec::service
