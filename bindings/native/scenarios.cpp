#include <filesystem>
#include <memory>

#include <google/protobuf/util/json_util.h>

#include "bindings/native/library.hpp"
#include "harness/loader/data_dir.hpp"
#include "harness/loader/load.hpp"
#include "harness/loader/selector.hpp"
#include "harness/targets/needed_fact.hpp"

namespace rpchspec::bindings {

namespace {

// The type is the module's for as long as Python runs.
PyObject* load_error = nullptr;

[[noreturn]] void raise_load_error(std::vector<loader::LoadError> const& errors) {
  py::list problems;
  for (auto const& error : errors) {
    problems.append(py::make_tuple(error.file, error.line, error.column, error.message));
  }
  auto thrown = py::reinterpret_borrow<py::object>(load_error)(loader::to_string(errors));
  thrown.attr("problems") = problems;
  PyErr_SetObject(load_error, thrown.ptr());
  throw py::error_already_set();
}

template <class T>
T loaded(loader::Loaded<T> result) {
  if (!result) {
    raise_load_error(result.error());
  }
  return std::move(*result);
}

std::string to_json(scenario::v1::Scenario const& scenario) {
  google::protobuf::util::JsonPrintOptions options;
  options.preserve_proto_field_names = true;
  std::string json;
  auto const status = google::protobuf::util::MessageToJsonString(scenario, &json, options);
  if (!status.ok()) {
    throw std::runtime_error(scenario.id() + ": " + status.ToString());
  }
  return json;
}

py::list told(loader::Suite const& suite) {
  py::list cases;
  for (auto const& each : suite.scenarios) {
    auto const expected = std::chrono::duration<double>(loader::expected_duration(each));
    cases.append(py::make_tuple(each.id(), each.file(), expected.count(), loader::cited(each),
                                to_json(each)));
  }
  return cases;
}

template <class F>
auto unlocked(F const& read) {
  py::gil_scoped_release const released;
  return read();
}

}  // namespace

Library::Library(std::optional<std::string> const& directory) {
  auto const found =
      directory ? Result<std::filesystem::path>(*directory) : loader::find_data_dir();
  if (!found) {
    PyErr_SetString(PyExc_FileNotFoundError, to_string(found.error()).c_str());
    throw py::error_already_set();
  }
  library_ =
      loaded(unlocked([&found] { return loader::load_library(*found, targets::wrong_fact); }));
}

loader::Suite Library::read(std::string const& yaml, std::string const& name) const {
  return loaded(unlocked([&] { return loader::load_text(yaml, name, library_); }));
}

py::list Library::load_text(std::string const& yaml, std::string const& name) const {
  return told(read(yaml, name));
}

py::list Library::load_path(std::string const& path) const {
  return told(loaded(unlocked([&] {
    return std::filesystem::is_directory(path) ? loader::load_suite(path, library_)
                                               : loader::load_file(path, library_);
  })));
}

void add_scenarios(py::module_& module) {
  auto made = py::exception<loader::LoadError>(module, "LoadError", PyExc_ValueError);
  made.doc() = "Scenarios that are not right: problems are (file, line, column, text).";
  load_error = made.release().ptr();
  py::class_<Library>(module, "Library",
                      "The suite's requirements and set-ups. A case is (id, file, seconds that it "
                      "takes, requirements it cites, its intermediate form as JSON).")
      .def(py::init<std::optional<std::string> const&>(), py::arg("directory") = py::none())
      .def("load_text", &Library::load_text, py::arg("yaml"), py::arg("name"),
           "The linted cases of a text; name stands in the errors.")
      .def("load_path", &Library::load_path, py::arg("path"),
           "The linted cases of a file, or of all files of a folder.")
      .def_property_readonly("directory", &Library::directory);
}

}  // namespace rpchspec::bindings
