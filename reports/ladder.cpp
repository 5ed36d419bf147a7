#include "reports/ladder.hpp"

#include <deque>
#include <vector>

#include <fmt/format.h>

#include "journal/reader.hpp"
#include "reports/ladder_rows.hpp"

namespace rpchspec::reports {

namespace v1 = journal::v1;

namespace {

constexpr std::size_t kWidth = 140;
constexpr std::size_t kLane = 60;  // of the words between two bars

std::string ascii(std::string_view text, std::size_t most) {
  std::string out;
  for (char const c : text) {
    out += c >= ' ' && c <= '~' ? c : '?';
  }
  if (out.size() > most) {
    out.resize(most - 3);
    out += "...";
  }
  return out;
}

/// Writes lines; of too many it keeps the first and the last half.
class Lines {
 public:
  explicit Lines(std::size_t most) : most_(most < 4 ? 4 : most) {}

  void add(std::string line) {
    line.resize(std::min(line.size(), kWidth));
    while (!line.empty() && line.back() == ' ') {
      line.pop_back();
    }
    if (head_.size() < most_ / 2) {
      head_.push_back(std::move(line));
      return;
    }
    tail_.push_back(std::move(line));
    if (tail_.size() > most_ - most_ / 2 - 1) {
      tail_.pop_front();
      ++left_out_;
    }
  }

  [[nodiscard]] std::string text() const {
    std::string text;
    for (auto const& line : head_) {
      text += line + "\n";
    }
    if (left_out_ != 0) {
      text += fmt::format("           ... {} lines left out ...\n", left_out_);
    }
    for (auto const& line : tail_) {
      text += line + "\n";
    }
    return text;
  }

 private:
  std::size_t most_;
  std::vector<std::string> head_;
  std::deque<std::string> tail_;
  std::size_t left_out_ = 0;
};

std::string line_of(LadderRow const& row) {
  auto const time = fmt::format("{:>10.3f}", static_cast<double>(row.at_ns) / 1e9);
  if (row.place == LadderRow::Place::between) {
    return fmt::format("{}  -- {}", time, ascii(row.words, kWidth - 16));
  }
  auto const body = ascii(fmt::format("{} #{} {}", row.tag, row.connection, row.words), kLane - 6);
  std::string lane;
  switch (row.way) {
    case LadderRow::Way::none:
      lane = fmt::format("  {:<{}}  ", body, kLane - 4);
      break;
    case LadderRow::Way::right:
      lane = fmt::format("- {:-<{}}->", body + " ", kLane - 4);
      break;
    case LadderRow::Way::left:
      lane = fmt::format("<-{:-<{}} -", " " + body + " ", kLane - 4);
      break;
  }
  auto const blank = std::string(kLane, ' ');
  bool const at_client = row.place == LadderRow::Place::client;
  return fmt::format("{}  |{}|{}|", time, at_client ? lane : blank, at_client ? blank : lane);
}

template <class Source>
Result<std::string> draw(Source const& journal, LadderOptions const& options) {
  Lines lines(options.max_lines);
  lines.add(fmt::format("{:>10}  {:<{}}{}", "time", "client", kLane + 3, "proxy"));
  lines.add(fmt::format("{:>10}  {:<{}}{:>{}}", "", "", kLane, "server", kLane));
  LadderRows rows({options.run_length}, [&](LadderRow const& row) { lines.add(line_of(row)); });
  auto const records =
      journal::read(journal, [&](v1::Event const& event) { rows.on_event(event); });
  if (!records) {
    return tl::unexpected<Error>(records.error());
  }
  rows.finish();
  return lines.text();
}

}  // namespace

Result<std::string> ladder(std::filesystem::path const& journal, LadderOptions const& options) {
  return draw(journal, options);
}

Result<std::string> ladder(ByteView journal, LadderOptions const& options) {
  return draw(journal, options);
}

}  // namespace rpchspec::reports
