#include "reports/ladder.hpp"

#include <deque>
#include <vector>

#include <fmt/format.h>

#include "journal/reader.hpp"
#include "protocol/wire/base64.hpp"
#include "protocol/wire/ee_info.hpp"
#include "protocol/wire/rpc_error.hpp"
#include "reports/connections.hpp"
#include "reports/http_head.hpp"
#include "reports/matching.hpp"
#include "reports/pdu_text.hpp"

namespace rpchspec::reports {

namespace v1 = journal::v1;

namespace {

constexpr std::size_t kWidth = 140;
constexpr std::size_t kLane = 60;  // of the words between two bars

/// The start line; extended error information in words, not in base64.
std::string head_words(v1::Head const& head) {
  auto const line = start_line(head.text());
  auto const reason = wire::parse_rpc_error_reason(head.reason());
  auto const blob =
      reason && reason->ee_info ? wire::base64_decode(*reason->ee_info) : Result<Bytes>(Bytes());
  auto const info = blob ? wire::decode_ee_info(*blob) : Result<wire::ExtendedErrorInfo>();
  if (!reason || !reason->ee_info || !info) {
    return std::string(line);
  }
  return fmt::format("503 RPC Error: {:x}; {}", reason->code, to_string(*info));
}

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

/// A run of RPC PDUs on one leg, in one direction.
struct RpcRun {
  std::vector<std::string> lines;  // the first ones, in case the run stays short
  v1::Event last;
  std::size_t count = 0;
  std::uint64_t bytes = 0;
  std::uint64_t first_ns = 0;
};

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

class Drawing {
 public:
  explicit Drawing(LadderOptions const& options) : options_(options), lines_(options.max_lines) {
    lines_.add(fmt::format("{:>10}  {:<{}}{}", "time", "client", kLane + 3, "proxy"));
    lines_.add(fmt::format("{:>10}  {:<{}}{:>{}}", "", "", kLane, "server", kLane));
  }

  void on_event(v1::Event const& event) {
    auto const* connection = table_.on_event(event);
    if (event.has_pdu() && is_rpc(event.pdu())) {
      add_rpc(event, connection);
      return;
    }
    if (event.has_flow()) {
      return;
    }
    end_run();
    auto const words = words_of(event);
    if (!words.empty()) {
      draw(event, connection, words);
    }
  }

  [[nodiscard]] std::string text() {
    end_run();
    return lines_.text();
  }

 private:
  static std::string words_of(v1::Event const& event) {
    switch (event.what_case()) {
      case v1::Event::kStarted:
        return fmt::format("{} ({}, seed {})", event.started().scenario(),
                           event.started().topology(), event.started().seed());
      case v1::Event::kStep:
        return step_words(event.step());
      case v1::Event::kOpened:
        return fmt::format("{} {} {}", event.opened().accepted() ? "accepts" : "connects",
                           event.opened().accepted() ? event.opened().service() : "to",
                           event.opened().accepted() ? "from " + event.opened().remote()
                                                     : event.opened().remote());
      case v1::Event::kTls:
        return fmt::format("{} {}", event.tls().version(), event.tls().cipher());
      case v1::Event::kHead:
        return head_words(event.head()) + (event.head().log_on() ? " (log-on)" : "");
      case v1::Event::kPdu: {
        auto const fields = key_fields(event);
        return pdu_name(event) + (fields.empty() ? "" : " " + fields) +
               (event.pdu().error().empty() ? "" : " MALFORMED");
      }
      case v1::Event::kRaw:
        return fmt::format("{} bytes: {}", event.raw().size(), event.raw().is());
      case v1::Event::kEnded:
        return std::string(name_of(event.ended().ending())) +
               (event.ended().cut_pdu() == 0
                    ? ""
                    : fmt::format(", {} bytes into a PDU", event.ended().cut_pdu()));
      case v1::Event::kFault:
        return fmt::format("fault {} {}", event.fault().name(), event.fault().detail());
      case v1::Event::kTimer:
        return event.timer().fired() ? fmt::format("timer {} fires", event.timer().name()) : "";
      case v1::Event::kMismatch:
        return fmt::format("PAYLOAD DIFFERS at offset {}", event.mismatch().offset());
      case v1::Event::kNote:
        return event.note().text().empty() ? "" : "note: " + event.note().text();
      case v1::Event::kResources:
        return fmt::format("the proxy holds {} descriptors and {} KiB",
                           event.resources().descriptors(), event.resources().resident() / 1024);
      case v1::Event::kFinished:
        return event.finished().interrupted()     ? "interrupted"
               : event.finished().error().empty() ? "finished"
                                                  : "error: " + event.finished().error();
      default:
        return {};
    }
  }

  static std::string step_words(v1::Step const& step) {
    auto label = fmt::format("step {} {}", step.index() + 1, step.label());
    switch (step.phase()) {
      case v1::Step::BEGAN:
        return label;
      case v1::Step::FAILED:
        return fmt::format("{} FAILED: {}", label, step.error());
      default:
        return {};
    }
  }

  /// "IN", "OUT 2": the leg, and the virtual connection where it is not the first.
  static std::string tag(Connection const* connection) {
    if (connection == nullptr) {
      return {};
    }
    std::string text = connection->leg == v1::IN      ? "IN"
                       : connection->leg == v1::OUT   ? "OUT"
                       : connection->leg == v1::MIXED ? "V1"
                                                      : "?";
    if (connection->virtual_connection > 1) {
      text += fmt::format(" {}", connection->virtual_connection);
    }
    return text;
  }

  static std::string line_of(v1::Event const& event,
                             Connection const* connection,
                             std::string const& words) {
    auto const time = fmt::format("{:>10.3f}", static_cast<double>(event.at_ns()) / 1e9);
    if (event.source() == v1::HARNESS || connection == nullptr) {
      return fmt::format("{}  -- {}", time, ascii(words, kWidth - 16));
    }
    bool const at_client = event.source() == v1::CLIENT;
    bool const rightwards = at_client == (event.direction() == v1::SENT);
    auto const label = fmt::format("{} #{} {}", tag(connection), connection->number, words);
    auto const body = ascii(label, kLane - 6);
    std::string lane;
    if (event.direction() == v1::NO_DIRECTION) {
      lane = fmt::format("  {:<{}}  ", body, kLane - 4);
    } else if (rightwards) {
      lane = fmt::format("- {:-<{}}->", body + " ", kLane - 4);
    } else {
      lane = fmt::format("<-{:-<{}} -", " " + body + " ", kLane - 4);
    }
    auto const blank = std::string(kLane, ' ');
    return fmt::format("{}  |{}|{}|", time, at_client ? lane : blank, at_client ? blank : lane);
  }

  void draw(v1::Event const& event, Connection const* connection, std::string const& words) {
    lines_.add(line_of(event, connection, words));
  }

  /// Runs interleave: the client's sending and the server's receiving are runs side by side.
  void add_rpc(v1::Event const& event, Connection const* connection) {
    RpcRun* run = nullptr;
    for (auto& each : runs_) {
      if (each.last.connection() == event.connection() &&
          each.last.direction() == event.direction()) {
        run = &each;
      }
    }
    if (run == nullptr) {
      runs_.emplace_back();
      run = &runs_.back();
      run->first_ns = event.at_ns();
    }
    if (run->count < options_.run_length) {
      run->lines.push_back(line_of(event, connection, words_of(event)));
    }
    run->last = event;
    ++run->count;
    run->bytes += event.pdu().size();
  }

  void end_run() {
    for (auto const& run : runs_) {
      if (run.count <= options_.run_length) {
        for (auto const& line : run.lines) {
          lines_.add(line);
        }
        continue;
      }
      draw(run.last, table_.find(run.last.connection()),
           fmt::format("{} RPC PDUs, {} bytes, since {}", run.count, run.bytes,
                       seconds_text(run.first_ns)));
    }
    runs_.clear();
  }

  LadderOptions options_;
  Lines lines_;
  ConnectionTable table_;
  std::vector<RpcRun> runs_;
};

template <class Source>
Result<std::string> draw(Source const& journal, LadderOptions const& options) {
  Drawing drawing(options);
  auto const records =
      journal::read(journal, [&](v1::Event const& event) { drawing.on_event(event); });
  if (!records) {
    return tl::unexpected<Error>(records.error());
  }
  return drawing.text();
}

}  // namespace

Result<std::string> ladder(std::filesystem::path const& journal, LadderOptions const& options) {
  return draw(journal, options);
}

Result<std::string> ladder(ByteView journal, LadderOptions const& options) {
  return draw(journal, options);
}

}  // namespace rpchspec::reports
