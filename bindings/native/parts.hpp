// What the files of rpchspec._native share.

#pragma once

#include <pybind11/pybind11.h>
#include <pybind11/stl.h>

#include "protocol/base/bytes.hpp"
#include "protocol/base/error.hpp"

namespace rpchspec::bindings {

namespace py = pybind11;

// Each adds one subject to the module.
void add_errors(py::module_& module);
void add_rts_commands(py::module_& module);
void add_rts(py::module_& module);
void add_dcerpc(py::module_& module);
void add_dissection(py::module_& module);
void add_journal(py::module_& module);
void add_scenarios(py::module_& module);
void add_run(py::module_& module);
void add_session(py::module_& module);

/// A DecodeError in Python: code, offset, field, section and detail are its attributes.
[[noreturn]] void raise(Error const& error);

/// The value, or its error as an exception.
template <class T>
T value_of(Result<T> result) {
  if (!result) {
    raise(result.error());
  }
  return std::move(*result);
}

/// For `__eq__`; of other types Python is told so by py::is_operator.
template <class T>
bool equal(T const& one, T const& other) {
  return one == other;
}

/// The bytes of a Python object, which the caller keeps.
inline ByteView view_of(py::bytes const& bytes) {
  char* data = nullptr;
  Py_ssize_t size = 0;
  if (PyBytes_AsStringAndSize(bytes.ptr(), &data, &size) != 0) {
    throw py::error_already_set();
  }
  return {reinterpret_cast<std::uint8_t const*>(data), static_cast<std::size_t>(size)};
}

inline py::bytes to_python(ByteView bytes) {
  auto const text = as_text(bytes);
  return {text.data(), text.size()};
}

}  // namespace rpchspec::bindings
