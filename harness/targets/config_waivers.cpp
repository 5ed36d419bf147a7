#include "harness/targets/config.hpp"
#include "model/suggestion.hpp"
#include "reports/waivers.hpp"

namespace rpchspec::targets {

namespace {

std::string* field_of(WaiverEntry& waiver, std::string_view key) {
  return key == "finding"       ? &waiver.finding
         : key == "requirement" ? &waiver.requirement
         : key == "id"          ? &waiver.id
         : key == "reason"      ? &waiver.reason
         : key == "owner"       ? &waiver.owner
         : key == "until"       ? &waiver.until
                                : nullptr;
}

void read_cases(model::YamlNode const& list, WaiverEntry& waiver) {
  for (auto const& item : list.items) {
    waiver.cases.push_back(item.text);
  }
}

WaiverEntry read_waiver(model::YamlNode const& node, model::TextErrors& errors) {
  WaiverEntry waiver;
  if (!node.is_mapping()) {
    errors.add(node.mark, "a waiver is a mapping, not " + std::string(model::describe(node)));
    return waiver;
  }
  for (auto const& entry : node.entries) {
    if (entry.key == "cases" && entry.value.is_sequence()) {
      read_cases(entry.value, waiver);
    } else if (auto* field = field_of(waiver, entry.key);
               field != nullptr && entry.value.is_scalar()) {
      *field = entry.value.text;
    } else if (field != nullptr || entry.key == "cases") {
      errors.add(entry.value.mark,
                 entry.key + ": " + std::string(model::describe(entry.value)) + " does not fit");
    } else {
      errors.add(entry.mark,
                 "unknown key '" + entry.key + "' of a waiver" +
                     model::suggestion(entry.key, {"finding", "requirement", "id", "reason",
                                                   "owner", "until", "cases"}));
    }
  }
  if (waiver.finding.empty() && waiver.requirement.empty() && waiver.id.empty()) {
    errors.add(node.mark, "a waiver says what may fail: finding, requirement or id");
  }
  if (waiver.reason.empty() || waiver.owner.empty()) {
    errors.add(node.mark, "a waiver has a reason and an owner");
  }
  if (!reports::is_date(waiver.until)) {
    errors.add(node.mark, "a waiver ends: until: YYYY-MM-DD" +
                              (waiver.until.empty() ? "" : ", not '" + waiver.until + "'"));
  }
  return waiver;
}

}  // namespace

std::vector<WaiverEntry> read_waivers(model::YamlNode const& list, model::TextErrors& errors) {
  std::vector<WaiverEntry> waivers;
  if (!list.is_sequence() && !list.is_null()) {
    errors.add(list.mark, "waivers: expected a list, found " + std::string(model::describe(list)));
  }
  for (auto const& item : list.items) {
    waivers.push_back(read_waiver(item, errors));
  }
  return waivers;
}

}  // namespace rpchspec::targets
