#include "harness/agent/supervisor/progress_line.hpp"

#include <boost/json.hpp>

#include "journal/utf8.hpp"

namespace rpchspec::supervisor {

namespace {

namespace json = boost::json;

std::string text_at(json::object const& object, std::string_view key) {
  auto const* value = object.if_contains(key);
  return value != nullptr && value->is_string() ? std::string(value->get_string()) : std::string();
}

double number_of(json::object const& object, std::string_view key) {
  auto const* value = object.if_contains(key);
  json::error_code error;
  auto const number = value == nullptr ? 0 : value->to_number<double>(error);
  return error ? 0 : number;
}

void fill(api::RunEstimate& estimate, json::object const& told) {
  estimate.set_cases(static_cast<std::uint64_t>(number_of(told, "cases")));
  estimate.set_seconds(number_of(told, "seconds"));
  estimate.set_bytes(static_cast<std::uint64_t>(number_of(told, "bytes")));
  estimate.set_jobs(static_cast<std::uint32_t>(number_of(told, "jobs")));
  estimate.set_target(text_at(told, "target"));
  estimate.set_alone(static_cast<std::uint64_t>(number_of(told, "alone")));
  estimate.set_alone_seconds(number_of(told, "alone_seconds"));
}

void fill(api::CaseEnd& end, json::object const& told) {
  end.set_id(text_at(told, "id"));
  end.set_verdict(text_at(told, "verdict"));
  end.set_duration_s(number_of(told, "duration_s"));
  end.set_message(text_at(told, "message"));
  end.set_json(json::serialize(told));
}

}  // namespace

std::optional<api::RunEvent> event_of(std::string_view line) {
  json::error_code error;
  auto const value = json::parse(journal::to_utf8(std::string(line)), error);
  if (error || !value.is_object() || value.get_object().size() != 1) {
    return std::nullopt;
  }
  auto const& [key, told] = *value.get_object().begin();
  api::RunEvent event;
  if (key == "estimate" && told.is_object()) {
    fill(*event.mutable_estimate(), told.get_object());
  } else if (key == "case" && told.is_object()) {
    fill(*event.mutable_case_(), told.get_object());
  } else if (key == "started" && told.is_string()) {
    event.set_started(std::string(told.get_string()));
  } else if (key == "note" && told.is_string()) {
    event.set_note(std::string(told.get_string()));
  } else {
    return std::nullopt;
  }
  return event;
}

}  // namespace rpchspec::supervisor
