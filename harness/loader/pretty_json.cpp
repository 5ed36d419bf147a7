#include "harness/loader/pretty_json.hpp"

#include <string_view>

namespace rpchspec::loader {
namespace {

namespace json = boost::json;
constexpr std::size_t kLineLength = 100;

class Printer {
 public:
  std::string print(json::value const& value) {
    write(value, 0);
    return out_ + "\n";
  }

 private:
  void write(json::value const& value, std::size_t level) {
    auto const line = json::serialize(value);
    bool const nested = value.is_object() || value.is_array();
    if (!nested || line.size() + 2 * level < kLineLength) {
      out_ += line;
    } else if (value.is_object()) {
      open("{");
      for (auto const& [key, each] : value.get_object()) {
        next(level);
        out_ += json::serialize(json::string(key)) + ": ";
        write(each, level + 1);
      }
      close("}", level);
    } else {
      open("[");
      for (auto const& each : value.get_array()) {
        next(level);
        write(each, level + 1);
      }
      close("]", level);
    }
  }

  void open(std::string_view bracket) {
    out_ += bracket;
    first_ = true;
  }

  void next(std::size_t level) {
    out_ += first_ ? "\n" : ",\n";
    out_.append(2 * (level + 1), ' ');
    first_ = false;
  }

  void close(std::string_view bracket, std::size_t level) {
    out_ += "\n";
    out_.append(2 * level, ' ');
    out_ += bracket;
    first_ = false;
  }

  std::string out_;
  bool first_ = true;
};

}  // namespace

std::string pretty(json::value const& value) {
  return Printer().print(value);
}

}  // namespace rpchspec::loader
