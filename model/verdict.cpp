#include "model/verdict.hpp"

namespace rpchspec::model {

std::string_view to_string(Verdict verdict) {
  switch (verdict) {
    case Verdict::pass:
      return "pass";
    case Verdict::warn:
      return "warn";
    case Verdict::fail:
      return "fail";
    case Verdict::waived:
      return "waived";
    case Verdict::skip:
      return "skip";
    case Verdict::not_run:
      return "not-run";
    case Verdict::blocked:
      return "blocked";
    case Verdict::error:
      return "error";
  }
  return "error";
}

std::string_view to_string(Level level) {
  switch (level) {
    case Level::must:
      return "must";
    case Level::should:
      return "should";
    case Level::may:
      return "may";
    case Level::product:
      return "product";
    case Level::not_applicable:
      return "n/a";
  }
  return "n/a";
}

}  // namespace rpchspec::model
