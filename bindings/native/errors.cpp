#include "bindings/native/parts.hpp"

namespace rpchspec::bindings {

namespace {

// The type is the module's for as long as Python runs.
PyObject* decode_error = nullptr;

}  // namespace

void add_errors(py::module_& module) {
  auto made = py::exception<Error>(module, "DecodeError", PyExc_ValueError);
  made.doc() =
      "Bytes, a name or a value that cannot be read: code, offset, field, section and detail say "
      "why.";
  decode_error = made.release().ptr();
}

void raise(Error const& error) {
  auto const type = py::reinterpret_borrow<py::object>(decode_error);
  auto thrown = type(to_string(error));
  thrown.attr("code") = std::string(to_string(error.code));
  thrown.attr("offset") = error.offset;
  thrown.attr("field") = std::string(error.field);
  thrown.attr("section") = std::string(error.section);
  thrown.attr("detail") = error.detail;
  PyErr_SetObject(decode_error, thrown.ptr());
  throw py::error_already_set();
}

}  // namespace rpchspec::bindings
