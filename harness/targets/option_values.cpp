#include "harness/targets/option_values.hpp"

#include <charconv>

#include "model/scalars.hpp"

namespace rpchspec::targets {

tl::unexpected<Error> wrong_option(std::string why) {
  return fail({ErrorCode::bad_value, 0, {}, {}, std::move(why)});
}

Result<Duration> parse_positive_duration(std::string const& text) {
  auto const parsed = model::parse_duration(text);
  if (!parsed) {
    return wrong_option(parsed.error());
  }
  if (*parsed <= 0) {
    return wrong_option("'" + text + "': must be more than nothing");
  }
  return std::chrono::duration_cast<Duration>(std::chrono::nanoseconds(*parsed));
}

Result<std::uint64_t> parse_count(std::string const& text,
                                  std::uint64_t least,
                                  std::uint64_t most) {
  auto const parsed = model::parse_integer(text);
  if (!parsed) {
    return wrong_option(parsed.error());
  }
  if (*parsed < least || *parsed > most) {
    return wrong_option("'" + text + "' is not in " + std::to_string(least) + ".." +
                        std::to_string(most));
  }
  return *parsed;
}

Result<double> parse_scale(std::string const& text) {
  double scale = 0;
  auto const end = text.data() + text.size();
  auto const [stop, error] = std::from_chars(text.data(), end, scale);
  if (error != std::errc{} || stop != end || !(scale >= 0.1 && scale <= 100)) {
    return wrong_option("'" + text + "' is no number in 0.1..100");
  }
  return scale;
}

Result<loader::Shard> parse_part(std::string const& text) {
  return loader::parse_shard(text);
}

Result<void> check_tls_choice(std::string const& text) {
  auto const comma = text.find(',');
  auto const two_files = comma != std::string::npos && comma > 0 && comma + 1 < text.size();
  if (text != "auto" && text != "front" && !two_files) {
    return wrong_option("'" + text + "': expected auto, front, or CERT,KEY (two PEM files)");
  }
  return {};
}

}  // namespace rpchspec::targets
