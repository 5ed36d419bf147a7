// The fields of a PDU one by one; a stream cut into PDUs.

#include <fmt/format.h>

#include "bindings/native/parts.hpp"
#include "protocol/wire/dcerpc.hpp"
#include "protocol/wire/pdu_stream.hpp"
#include "protocol/wire/rts.hpp"

namespace rpchspec::bindings {

namespace {

constexpr std::size_t kPtypeOffset = 2;

std::vector<wire::DissectedField> dissect(py::bytes const& pdu) {
  auto const bytes = view_of(pdu);
  auto const is_rts = bytes.size() > kPtypeOffset && bytes[kPtypeOffset] == wire::kPtypeRts;
  return is_rts ? wire::dissect_rts(bytes) : wire::dissect_dcerpc(bytes);
}

/// The whole PDUs at the front of a stream, and what is left.
std::pair<std::vector<py::bytes>, py::bytes> split(py::bytes const& stream) {
  auto left = view_of(stream);
  std::vector<py::bytes> pdus;
  while (auto const next = value_of(wire::next_pdu(left))) {
    pdus.push_back(to_python(next->bytes));
  }
  return {std::move(pdus), to_python(left)};
}

}  // namespace

void add_dissection(py::module_& module) {
  using wire::DissectedField;
  using wire::Violation;
  py::class_<Violation>(module, "Violation", "Something that a requirement forbids.")
      .def_property_readonly("requirement",
                             [](Violation const& v) { return std::string(v.requirement); })
      .def_readonly("offset", &Violation::offset)
      .def_readonly("detail", &Violation::detail)
      .def("__repr__", [](Violation const& self) {
        return fmt::format("<Violation {} at {}: {}>", self.requirement, self.offset, self.detail);
      });
  py::class_<DissectedField>(module, "Field", "One field of a dissected PDU; offsets in bytes.")
      .def_readonly("offset", &DissectedField::offset)
      .def_readonly("size", &DissectedField::size)
      .def_readonly("name", &DissectedField::name)
      .def_readonly("value", &DissectedField::value)
      .def_property_readonly("section",
                             [](DissectedField const& f) { return std::string(f.section); })
      .def("__repr__", [](DissectedField const& self) {
        return fmt::format("<Field {}+{} {} = {}>", self.offset, self.size, self.name, self.value);
      });
  module.def("dissect", &dissect, py::arg("pdu"),
             "Every field that can be read of an RTS or DCE/RPC PDU, also of a broken one.");
  module.def("split", &split, py::arg("stream"),
             "The whole PDUs at the front of a stream, and the bytes that are left.");
}

}  // namespace rpchspec::bindings
