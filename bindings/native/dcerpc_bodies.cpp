#include "bindings/native/dcerpc_bodies.hpp"

#include <fmt/format.h>

namespace rpchspec::bindings {

namespace {

using Number16 = std::uint16_t;
using Number32 = std::uint32_t;

wire::Uuid uuid_of(std::string const& text) {
  auto const uuid = wire::parse_uuid(text);
  if (!uuid) {
    throw py::value_error("'" + text + "' is no UUID");
  }
  return *uuid;
}

void add_syntax(py::module_& module) {
  using wire::PresentationContext;
  using wire::SyntaxId;
  py::class_<SyntaxId>(module, "SyntaxId", "C706 12.6.3.1: a UUID, and a version, major lowest.")
      .def(py::init([](std::string const& uuid, Number32 version) {
             return SyntaxId{uuid_of(uuid), version};
           }),
           py::arg("uuid"), py::arg("version"))
      .def_property_readonly("uuid", [](SyntaxId const& self) { return to_string(self.uuid); })
      .def_readonly("version", &SyntaxId::version)
      .def("__eq__", [](SyntaxId const& self, SyntaxId const& other) { return self == other; })
      .def("__hash__", [](SyntaxId const& self) { return py::hash(py::str(to_string(self.uuid))); })
      .def("__repr__", [](SyntaxId const& self) {
        return fmt::format("SyntaxId('{}', {})", to_string(self.uuid), self.version);
      });
  module.attr("NDR") = wire::kNdr;
  module.attr("NDR64") = wire::kNdr64;
  py::class_<PresentationContext>(module, "PresentationContext", "p_cont_elem_t.")
      .def(py::init([](Number16 id, SyntaxId const& abstract, std::vector<SyntaxId> transfer) {
             return PresentationContext{id, abstract, std::move(transfer)};
           }),
           py::arg("p_cont_id"), py::arg("abstract_syntax"), py::arg("transfer_syntaxes"))
      .def_readwrite("p_cont_id", &PresentationContext::p_cont_id)
      .def_readwrite("abstract_syntax", &PresentationContext::abstract_syntax)
      .def_readwrite("transfer_syntaxes", &PresentationContext::transfer_syntaxes)
      .def_readwrite("n_transfer_syn", &PresentationContext::n_transfer_syn);
}

void add_binds(py::module_& module) {
  using wire::BindAckBody;
  using wire::BindBody;
  using wire::PresentationResult;
  py::class_<BindBody>(module, "Bind", "Of bind and alter_context (C706 12.6.4.3).")
      .def(py::init([](std::vector<wire::PresentationContext> contexts, Number32 group) {
             BindBody made;
             made.contexts = std::move(contexts);
             made.assoc_group_id = group;
             return made;
           }),
           py::arg("contexts"), py::arg("assoc_group_id") = 0)
      .def_readwrite("max_xmit_frag", &BindBody::max_xmit_frag)
      .def_readwrite("max_recv_frag", &BindBody::max_recv_frag)
      .def_readwrite("assoc_group_id", &BindBody::assoc_group_id)
      .def_readwrite("contexts", &BindBody::contexts, "A copy: assign the list to change it.")
      .def_readwrite("n_context_elem", &BindBody::n_context_elem);
  py::class_<PresentationResult>(module, "PresentationResult", "p_result_t.")
      .def(py::init([](Number16 result, Number16 reason, wire::SyntaxId const& syntax) {
             return PresentationResult{result, reason, syntax};
           }),
           py::arg("result"), py::arg("reason"), py::arg("transfer_syntax"))
      .def_readwrite("result", &PresentationResult::result)
      .def_readwrite("reason", &PresentationResult::reason)
      .def_readwrite("transfer_syntax", &PresentationResult::transfer_syntax);
  py::class_<BindAckBody>(module, "BindAck", "Of bind_ack and alter_context_resp (12.6.4.4).")
      .def(py::init([](std::vector<PresentationResult> results, Number32 group,
                       py::bytes const& sec_addr) {
             BindAckBody made;
             made.results = std::move(results);
             made.assoc_group_id = group;
             made.sec_addr = sec_addr;
             return made;
           }),
           py::arg("results"), py::arg("assoc_group_id") = 0, py::arg("sec_addr") = py::bytes())
      .def_readwrite("max_xmit_frag", &BindAckBody::max_xmit_frag)
      .def_readwrite("max_recv_frag", &BindAckBody::max_recv_frag)
      .def_readwrite("assoc_group_id", &BindAckBody::assoc_group_id)
      .def_property(
          "sec_addr", [](BindAckBody const& self) { return py::bytes(self.sec_addr); },
          [](BindAckBody& self, py::bytes const& value) { self.sec_addr = value; })
      .def_readwrite("results", &BindAckBody::results, "A copy: assign the list to change it.")
      .def_readwrite("n_results", &BindAckBody::n_results);
  py::class_<wire::BindNakBody>(module, "BindNak", "Of bind_nak (C706 12.6.4.5).")
      .def(py::init([](Number16 reason) { return wire::BindNakBody{reason}; }),
           py::arg("provider_reject_reason") = 0)
      .def_readwrite("provider_reject_reason", &wire::BindNakBody::provider_reject_reason);
}

template <class Body>
py::class_<Owned<Body>> with_stub(py::module_& module, char const* name, char const* text) {
  return py::class_<Owned<Body>>(module, name, text)
      .def(py::init([](py::bytes const& stub, Number16 context) {
             Owned<Body> made;
             own(made, &Body::stub, stub);
             made.p_cont_id = context;
             made.alloc_hint = static_cast<Number32>(view_of(stub).size());
             return made;
           }),
           py::arg("stub") = py::bytes(), py::arg("p_cont_id") = 0)
      .def_readwrite("alloc_hint", &Owned<Body>::alloc_hint)
      .def_readwrite("p_cont_id", &Owned<Body>::p_cont_id)
      .def_property(
          "stub", [](Owned<Body> const& self) { return to_python(self.stub); },
          [](Owned<Body>& self, py::bytes const& value) { own(self, &Body::stub, value); });
}

void add_calls(py::module_& module) {
  using Request = Owned<wire::RequestBody>;
  using Response = Owned<wire::ResponseBody>;
  using Fault = Owned<wire::FaultBody>;
  with_stub<wire::RequestBody>(module, "Request", "Of request (C706 12.6.4.9).")
      .def_readwrite("opnum", &Request::opnum)
      .def_property(
          "object",
          [](Request const& self) {
            return self.object ? std::optional(to_string(*self.object)) : std::nullopt;
          },
          [](Request& self, std::optional<std::string> const& uuid) {
            self.object = uuid ? std::optional(uuid_of(*uuid)) : std::nullopt;
          });
  with_stub<wire::ResponseBody>(module, "Response", "Of response (C706 12.6.4.10).")
      .def_readwrite("cancel_count", &Response::cancel_count);
  with_stub<wire::FaultBody>(module, "Fault", "Of fault (C706 12.6.4.7).")
      .def_readwrite("status", &Fault::status)
      .def_readwrite("cancel_count", &Fault::cancel_count)
      .def_property_readonly("status_name", [](Fault const& self) {
        return std::string(wire::name_of_fault(self.status));
      });
}

void add_rest(py::module_& module) {
  using Opaque = Owned<wire::OpaqueBody>;
  py::class_<wire::Auth3Body>(module, "Auth3", "Of auth3 (MS-RPCE 2.2.2.5).").def(py::init<>());
  py::class_<Opaque>(module, "Opaque", "Of shutdown, co_cancel, orphaned and unknown types.")
      .def(py::init([](py::bytes const& bytes) {
             Opaque made;
             own(made, &wire::OpaqueBody::bytes, bytes);
             return made;
           }),
           py::arg("content") = py::bytes())
      .def_property_readonly("content", [](Opaque const& self) { return to_python(self.bytes); });
  py::class_<PythonAuth>(module, "AuthVerifier", "sec_trailer and its token (MS-RPCE 2.2.2.11).")
      .def(py::init([](std::uint8_t type, std::uint8_t level, py::bytes const& value,
                       py::bytes const& pad, Number32 context) {
             PythonAuth made;
             made.auth_type = type;
             made.auth_level = level;
             made.auth_context_id = context;
             made.value = value;
             made.pad = pad;
             made.auth_value = view_of(value);
             made.auth_pad = view_of(pad);
             return made;
           }),
           py::arg("auth_type"), py::arg("auth_level"), py::arg("auth_value"),
           py::arg("auth_pad") = py::bytes(), py::arg("auth_context_id") = 0)
      .def_readwrite("auth_type", &PythonAuth::auth_type)
      .def_readwrite("auth_level", &PythonAuth::auth_level)
      .def_readwrite("auth_context_id", &PythonAuth::auth_context_id)
      .def_property_readonly("auth_value", [](PythonAuth const& self) { return self.value; })
      .def_property_readonly("auth_pad", [](PythonAuth const& self) { return self.pad; });
}

}  // namespace

void add_dcerpc_bodies(py::module_& module) {
  add_syntax(module);
  add_binds(module);
  add_calls(module);
  add_rest(module);
}

}  // namespace rpchspec::bindings
