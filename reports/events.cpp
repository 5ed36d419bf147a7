#include "reports/events.hpp"

#include <boost/json.hpp>

#include "journal/json.hpp"
#include "journal/reader.hpp"

namespace rpchspec::reports {
namespace {

template <class Source>
Result<std::size_t> write(std::ostream& to, std::string_view case_id, Source const& journal) {
  auto const start = "{\"case\":" + boost::json::serialize(boost::json::value(case_id));
  return journal::read(journal, [&](journal::v1::Event const& event) {
    auto const object = journal::to_json(event);
    to << start << (object.size() > 2 ? "," : "") << std::string_view(object).substr(1) << '\n';
  });
}

}  // namespace

Result<std::size_t> write_events(std::ostream& to,
                                 std::string_view case_id,
                                 std::filesystem::path const& journal) {
  return write(to, case_id, journal);
}

Result<std::size_t> write_events(std::ostream& to, std::string_view case_id, ByteView journal) {
  return write(to, case_id, journal);
}

}  // namespace rpchspec::reports
