#include "bindings/native/course.hpp"
#include "bindings/native/waiting.hpp"

namespace rpchspec::bindings {

namespace {

std::optional<std::string> next(Course& course) {
  std::optional<std::string> line;
  wait_with_signals([&](auto tick) {
    line = course.next(tick);
    return line || course.end();
  });
  return line;
}

py::tuple end(Course const& course) {
  auto const end = course.end();
  if (!end) {
    throw std::runtime_error("the run has not ended, or lines of it are left");
  }
  return py::make_tuple(end->exit_code, end->why);
}

}  // namespace

void add_run(py::module_& module) {
  py::class_<Course, std::unique_ptr<Course, Unlocked<Course>>>(
      module, "Run", "A run that goes on beside Python; use rpchspec.run(..., in_process=True).")
      .def(py::init([](std::vector<std::string> words, std::string password) {
             return std::unique_ptr<Course, Unlocked<Course>>(
                 new Course({std::move(words), std::move(password)}));
           }),
           py::arg("words"), py::arg("password") = "")
      .def("next", &next,
           "Waits for the next line of `rpchspec run --progress json`; None when the run is over.")
      .def("stop", &Course::stop, py::arg("signal"),
           "Ends it early, as this signal would; what finished is reported.")
      .def("end", &end,
           "The exit code, and what the program would say on its standard error; behind the last "
           "line.");
}

}  // namespace rpchspec::bindings
