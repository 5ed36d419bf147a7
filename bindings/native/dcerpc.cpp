// Connection-oriented DCE/RPC PDUs (C706 chapter 12).

#include <fmt/format.h>

#include "bindings/native/dcerpc_bodies.hpp"

namespace rpchspec::bindings {

namespace {

struct PythonPdu {
  wire::RpcHeader header;
  PythonBody body;
  py::bytes trailing;
  std::optional<PythonAuth> auth;
};

template <class Body>
PythonBody keep(Body const& body, py::bytes const& source) {
  if constexpr (std::is_constructible_v<PythonBody, Body>) {
    return body;
  } else {
    return Owned<Body>{body, source};
  }
}

PythonPdu decode(py::bytes const& source) {
  auto const pdu = value_of(wire::decode_dcerpc(view_of(source)));
  PythonPdu made{pdu.header,
                 std::visit([&](auto const& body) { return keep(body, source); }, pdu.body),
                 to_python(pdu.trailing), std::nullopt};
  if (pdu.auth) {
    auto& auth = made.auth.emplace(
        PythonAuth{*pdu.auth, to_python(pdu.auth->auth_pad), to_python(pdu.auth->auth_value)});
    auth.auth_pad = view_of(auth.pad);
    auth.auth_value = view_of(auth.value);
  }
  return made;
}

/// It looks into the Python PDU, and lives no longer.
wire::RpcPdu looked_at(PythonPdu const& pdu) {
  wire::RpcPdu made;
  made.header = pdu.header;
  made.body = std::visit([](auto const& body) -> wire::RpcBody { return body; }, pdu.body);
  made.trailing = view_of(pdu.trailing);
  if (pdu.auth) {
    made.auth = *pdu.auth;
  }
  return made;
}

PythonPdu make(std::uint8_t ptype,
               PythonBody body,
               std::uint32_t call_id,
               std::optional<PythonAuth> auth) {
  PythonPdu made{{}, std::move(body), py::bytes(), std::move(auth)};
  made.header.ptype = ptype;
  made.header.call_id = call_id;
  return made;
}

void add_header(py::module_& module) {
  using wire::RpcHeader;
  py::class_<RpcHeader>(module, "RpcHeader",
                        "C706 12.6.3.1; None stands for the value that fits the content.")
      .def(py::init<>())
      .def_readwrite("rpc_vers", &RpcHeader::rpc_vers)
      .def_readwrite("rpc_vers_minor", &RpcHeader::rpc_vers_minor)
      .def_readwrite("ptype", &RpcHeader::ptype)
      .def_readwrite("pfc_flags", &RpcHeader::pfc_flags)
      .def_readwrite("frag_length", &RpcHeader::frag_length)
      .def_readwrite("auth_length", &RpcHeader::auth_length)
      .def_readwrite("call_id", &RpcHeader::call_id)
      .def_property(
          "big_endian", [](RpcHeader const& self) { return self.byte_order() == ByteOrder::big; },
          [](RpcHeader& self, bool big) { self.packed_drep[0] = big ? 0x00 : 0x10; });
}

}  // namespace

void add_dcerpc(py::module_& module) {
  add_dcerpc_bodies(module);
  add_header(module);
  py::class_<PythonPdu>(
      module, "RpcPdu",
      "One DCE/RPC PDU. Any value has an encoding; `validate` says what is not lawful.")
      .def(py::init(&make), py::arg("ptype"), py::arg("body"), py::arg("call_id") = 0,
           py::arg("auth") = py::none())
      .def_static("decode", &decode, py::arg("pdu"),
                  "Reads one whole PDU. DecodeError says where it cannot be read.")
      .def_readwrite("header", &PythonPdu::header)
      .def_readwrite("body", &PythonPdu::body)
      .def_readwrite("trailing", &PythonPdu::trailing)
      .def_readwrite("auth", &PythonPdu::auth)
      .def_property_readonly("name",
                             [](PythonPdu const& self) {
                               auto const ptype = static_cast<wire::Ptype>(self.header.ptype);
                               return std::string(wire::name_of(ptype));
                             })
      .def("encode", [](PythonPdu const& self) { return to_python(wire::encode(looked_at(self))); })
      .def("validate", [](PythonPdu const& self) { return wire::validate(looked_at(self)); })
      .def("__repr__", [](PythonPdu const& self) {
        return fmt::format("<RpcPdu {} call_id={}>",
                           wire::name_of(static_cast<wire::Ptype>(self.header.ptype)),
                           self.header.call_id);
      });
}

}  // namespace rpchspec::bindings
