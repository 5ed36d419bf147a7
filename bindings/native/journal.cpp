#include <filesystem>

#include "bindings/native/parts.hpp"
#include "journal/json.hpp"
#include "journal/reader.hpp"

namespace rpchspec::bindings {

namespace {

/// Each event as a line of JSON. Python's lock is held only where Python is called.
std::size_t read_journal(std::string const& file, py::function const& each) {
  py::gil_scoped_release const released;
  auto read = journal::read(std::filesystem::path(file), [&](journal::v1::Event const& event) {
    auto const line = journal::to_json(event);
    py::gil_scoped_acquire const held;
    each(py::str(line));
  });
  py::gil_scoped_acquire const held;
  return value_of(std::move(read));
}

}  // namespace

void add_journal(py::module_& module) {
  module.def("read_journal", &read_journal, py::arg("file"), py::arg("each"),
             "Calls each with every event of a journal as JSON; returns how many there were.");
}

}  // namespace rpchspec::bindings
