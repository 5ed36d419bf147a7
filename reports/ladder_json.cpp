#include "reports/ladder_json.hpp"

#include <algorithm>
#include <cmath>
#include <deque>
#include <map>

#include <boost/json.hpp>
#include <fmt/format.h>

#include "journal/reader.hpp"
#include "protocol/wire/dcerpc.hpp"
#include "reports/json_text.hpp"
#include "reports/ladder_rows.hpp"
#include "reports/matching.hpp"
#include "reports/pdu_text.hpp"
#include "reports/traffic.hpp"
#include "reports/unmet.hpp"

namespace rpchspec::reports {

namespace json = boost::json;
namespace v1 = journal::v1;

namespace {

double seconds(std::uint64_t ns) {
  return std::round(static_cast<double>(ns) / 1e3) / 1e6;
}

std::string_view kind_of(v1::Event const& event) {
  switch (event.what_case()) {
    case v1::Event::kStep:
      return "step";
    case v1::Event::kOpened:
      return "open";
    case v1::Event::kTls:
      return "tls";
    case v1::Event::kHead:
      return "head";
    case v1::Event::kPdu:
      return "pdu";
    case v1::Event::kRaw:
      return "raw";
    case v1::Event::kEnded:
      return "end";
    case v1::Event::kFault:
      return "fault";
    case v1::Event::kTimer:
      return "timer";
    case v1::Event::kMismatch:
      return "mismatch";
    case v1::Event::kNote:
      return "note";
    default:
      return "other";
  }
}

/// A row that may yet be left out: its JSON is made when it is known to stay.
struct Kept {
  explicit Kept(LadderRow const& from)
      : row(from), events(from.events.begin(), from.events.end()) {}

  LadderRow row;  // its own `events` are gone
  std::vector<v1::Event> events;
};

/// What the rows of a ladder become.
class Collector {
 public:
  explicit Collector(LadderJsonLimits const& limits) : limits_(limits) {}

  void add(LadderRow const& row) {
    if (row.place != LadderRow::Place::between) {
      sides_[row.connection] = row.place;
    }
    if (head_.size() < limits_.rows / 2) {
      head_.emplace_back(row);
      return;
    }
    tail_.emplace_back(row);
    if (tail_.size() > limits_.rows - limits_.rows / 2) {
      tail_.pop_front();
      ++left_out_;
    }
  }

  json::value take(std::optional<Unmet> const& unmet) {
    std::vector<json::object> rows;
    for (auto const& kept : head_) {
      rows.push_back(row_of(kept));
    }
    if (left_out_ != 0) {
      rows.push_back({{"t", seconds(tail_.front().row.at_ns)},
                      {"k", "gap"},
                      {"w", fmt::format("{} rows left out", left_out_)}});
    }
    for (auto const& kept : tail_) {
      rows.push_back(row_of(kept));
    }
    if (unmet) {
      insert(rows, *unmet);
    }
    json::array array;
    for (auto& row : rows) {
      array.emplace_back(std::move(row));
    }
    return {{"rows", std::move(array)}, {"layouts", std::move(layouts_)}};
  }

 private:
  json::object row_of(Kept const& kept) {
    auto const& row = kept.row;
    json::object made{{"t", seconds(row.at_ns)},
                      {"k", row.count > 1         ? "run"
                            : kept.events.empty() ? "other"
                                                  : kind_of(kept.events.front())},
                      {"w", utf8(row.words)}};
    if (row.place != LadderRow::Place::between) {
      add_place(made, row.place, row.connection);
      made["g"] = row.tag;
      if (row.way != LadderRow::Way::none) {
        made["d"] = row.way == LadderRow::Way::right ? 1 : -1;
      }
    }
    if (row.count > 1) {
      made["m"] = row.count;
    }
    json::array items;
    for (auto const& event : kept.events) {
      if (auto item = item_of(event); !item.empty()) {
        items.emplace_back(std::move(item));
      }
    }
    if (!items.empty()) {
      made["i"] = std::move(items);
    }
    return made;
  }

  static void add_place(json::object& row, LadderRow::Place place, std::uint32_t connection) {
    row["s"] = place == LadderRow::Place::client ? "c" : "s";
    row["n"] = connection;
  }

  /// Behind all that had happened by then.
  void insert(std::vector<json::object>& rows, Unmet const& unmet) const {
    auto const put = [&](std::uint64_t at_ns, std::string_view kind, std::string const& words) {
      json::object row{{"t", seconds(at_ns)}, {"k", kind}, {"w", utf8(words)}};
      if (auto const side = sides_.find(unmet.connection); side != sides_.end()) {
        add_place(row, side->second, unmet.connection);
      }
      auto const behind = std::find_if(rows.begin(), rows.end(), [&](json::object const& each) {
        return each.at("t").as_double() > seconds(at_ns);
      });
      rows.insert(behind, std::move(row));
    };
    if (unmet.due_ns) {
      put(*unmet.due_ns, "due", "deadline: " + unmet.expected);
    }
    auto const last = rows.empty() ? 0 : rows.back().at("t").as_double();
    put(unmet.at_ns.value_or(static_cast<std::uint64_t>(last * 1e9)), "unmet",
        "expected: " + unmet.expected + "\nseen: " + unmet.seen);
  }

  json::object item_of(v1::Event const& event) {
    json::object item;
    if (event.has_pdu()) {
      item = pdu_item(event);
    } else if (event.has_head()) {
      item = {{"head", utf8(event.head().text())}, {"size", event.head().size()}};
      if (!event.head().error().empty()) {
        item["e"] = utf8(event.head().error());
      }
    } else if (event.has_raw()) {
      item = {{"is", utf8(event.raw().is())},
              {"size", event.raw().size()},
              {"x", hex(event.raw().prefix())}};
    } else {
      return {};
    }
    item["t"] = seconds(event.at_ns());
    return item;
  }

  json::object pdu_item(v1::Event const& event) {
    auto const& pdu = event.pdu();
    auto const bytes = as_bytes(pdu.prefix());
    auto const fields = is_rpc(pdu) ? wire::dissect_dcerpc(bytes) : wire::dissect_rts(bytes);
    json::array layout;
    json::array values;
    for (auto const& field : fields) {
      layout.push_back(json::array{field.offset, field.size, field.name, field.section});
      values.emplace_back(utf8(field.value));
    }
    json::object item{{"name", pdu_name(event)}, {"size", pdu.size()},
                      {"at", pdu.offset()},      {"x", hex(pdu.prefix())},
                      {"l", layout_of(layout)},  {"v", std::move(values)}};
    if (!pdu.error().empty()) {
      item["e"] = utf8(pdu.error());
    }
    return item;
  }

  /// PDUs of one form share the names of their fields.
  std::size_t layout_of(json::array const& layout) {
    auto const [found, is_new] = known_layouts_.emplace(json::serialize(layout), layouts_.size());
    if (is_new) {
      layouts_.emplace_back(layout);
    }
    return found->second;
  }

  LadderJsonLimits limits_;
  std::vector<Kept> head_;
  std::deque<Kept> tail_;
  std::size_t left_out_ = 0;
  std::map<std::uint32_t, LadderRow::Place> sides_;
  json::array layouts_;
  std::map<std::string, std::size_t> known_layouts_;
};

}  // namespace

Result<json::value> ladder_json(std::filesystem::path const& journal,
                                model::CaseResult const& result,
                                LadderJsonLimits const& limits) {
  Collector collector(limits);
  StepTimes steps;
  Traffic traffic;
  LadderRows rows({3, limits.run}, [&](LadderRow const& row) { collector.add(row); });
  auto const records = journal::read(journal, [&](v1::Event const& event) {
    steps.on_event(event);
    traffic.on_event(event);
    rows.on_event(event);
  });
  if (!records) {
    return tl::unexpected<Error>(records.error());
  }
  rows.finish();
  auto data = collector.take(unmet_of(result, steps));
  data.as_object()["traffic"] = traffic.take();
  return data;
}

}  // namespace rpchspec::reports
