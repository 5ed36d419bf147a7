// RTS PDUs (MS-RPCH 2.2.3.6, 2.2.4).

#include "protocol/wire/rts.hpp"

#include <fmt/format.h>

#include "bindings/native/parts.hpp"
#include "protocol/wire/rts_catalogue.hpp"

namespace rpchspec::bindings {

namespace {

wire::RtsForm const& form(std::string const& name) {
  auto const* found = wire::find_form(name);
  if (found == nullptr) {
    raise({ErrorCode::not_found, 0, "name", "MS-RPCH 2.2.4", "'" + name + "' is no RTS PDU"});
  }
  return *found;
}

std::vector<std::string> names(wire::RtsPdu const& pdu) {
  std::vector<std::string> found;
  for (auto const kind : wire::identify(pdu)) {
    found.emplace_back(wire::form_of(kind).name);
  }
  return found;
}

/// What a meaning is set to: a number, 16 bytes, or a text in either notation.
std::string text_of(py::handle value) {
  if (py::isinstance<py::bytes>(value)) {
    std::string text;
    for (auto const byte : view_of(py::reinterpret_borrow<py::bytes>(value))) {
      text += fmt::format("{:02x}", byte);
    }
    return text;
  }
  return py::str(value);
}

wire::RtsPdu make(std::string const& name, py::kwargs const& meanings) {
  auto const kind = form(name).kind;
  auto pdu = wire::make(kind);
  for (auto const& [meaning, value] : meanings) {
    auto const set =
        wire::set_by_meaning(pdu, kind, py::cast<std::string>(meaning), text_of(value));
    if (!set) {
      raise(set.error());
    }
  }
  return pdu;
}

std::vector<wire::Violation> validated(wire::RtsPdu const& pdu,
                                       std::optional<std::string> const& name) {
  return name ? wire::validate(pdu, form(*name).kind) : wire::validate(pdu);
}

py::bytes encoded(wire::RtsPdu const& pdu) {
  return to_python(wire::encode(pdu));
}

void add_header(py::module_& module) {
  using wire::RtsHeader;
  py::class_<RtsHeader>(module, "RtsHeader",
                        "2.2.3.6.1; None stands for the value that fits the content.")
      .def(py::init<>())
      .def("__eq__", &equal<RtsHeader>, py::is_operator())
      .def_readwrite("rpc_vers", &RtsHeader::rpc_vers)
      .def_readwrite("rpc_vers_minor", &RtsHeader::rpc_vers_minor)
      .def_readwrite("ptype", &RtsHeader::ptype)
      .def_readwrite("pfc_flags", &RtsHeader::pfc_flags)
      .def_property(
          "packed_drep", [](RtsHeader const& self) { return to_python(self.packed_drep); },
          [](RtsHeader& self, py::bytes const& value) {
            auto const view = view_of(value);
            if (view.size() != self.packed_drep.size()) {
              throw py::value_error("packed_drep is 4 bytes");
            }
            std::copy(view.begin(), view.end(), self.packed_drep.begin());
          })
      .def_readwrite("frag_length", &RtsHeader::frag_length)
      .def_readwrite("auth_length", &RtsHeader::auth_length)
      .def_readwrite("call_id", &RtsHeader::call_id)
      .def_readwrite("number_of_commands", &RtsHeader::number_of_commands)
      .attr("__hash__") = py::none();
}

}  // namespace

void add_rts(py::module_& module) {
  using wire::RtsPdu;
  add_header(module);
  py::class_<RtsPdu>(module, "RtsPdu",
                     "One RTS PDU. Any value has an encoding; `validate` says what is not lawful.")
      .def(py::init([](std::uint16_t flags, std::vector<wire::RtsCommand> commands) {
             return RtsPdu{flags, std::move(commands)};
           }),
           py::arg("flags") = 0, py::arg("commands") = std::vector<wire::RtsCommand>())
      .def("__eq__", &equal<RtsPdu>, py::is_operator())
      .def_static("make", &make, py::arg("name"), py::pos_only(),
                  "A lawful PDU of this name of 2.2.4 (\"CONN/A1\"), with values by their meaning.")
      .def_static(
          "decode",
          [](py::bytes const& bytes) { return value_of(wire::decode_rts(view_of(bytes))); },
          py::arg("pdu"), "Reads one whole PDU. DecodeError says where it cannot be read.")
      .def_readwrite("flags", &RtsPdu::flags)
      .def_readwrite("commands", &RtsPdu::commands, "A copy: assign the list to change it.")
      .def_readwrite("header", &RtsPdu::header)
      .def_property_readonly("names", &names, "Every name of 2.2.4 that has this form.")
      .def("encode", &encoded)
      .def("validate", &validated, py::arg("name") = py::none(),
           "What requirements forbid; with a name, also of the form of that PDU.")
      .def(
          "get",
          [](RtsPdu const& self, std::string const& name, std::string const& meaning) {
            return value_of(wire::get_by_meaning(self, form(name).kind, meaning));
          },
          py::arg("name"), py::arg("meaning"), "The value of a meaning, as text.")
      .def("__repr__",
           [](RtsPdu const& self) {
             return fmt::format("<RtsPdu {} flags=0x{:04x} commands={}>",
                                fmt::join(names(self), "|"), self.flags, self.commands.size());
           })
      .attr("__hash__") = py::none();
  std::vector<std::string> all;
  for (auto const& each : wire::rts_forms()) {
    all.emplace_back(each.name);
  }
  module.attr("RTS_NAMES") = py::tuple(py::cast(all));
}

}  // namespace rpchspec::bindings
