// Bodies of DCE/RPC PDUs as Python keeps them: with the bytes that they look into.

#pragma once

#include <utility>
#include <variant>

#include "bindings/native/parts.hpp"
#include "protocol/wire/dcerpc.hpp"

namespace rpchspec::bindings {

/// A structure with a view, and what it looks into: copies share the bytes.
template <class Body>
struct Owned : Body {
  py::bytes owner;
};

/// In the order of wire::RpcBody.
using PythonBody = std::variant<Owned<wire::OpaqueBody>,
                                wire::BindBody,
                                wire::BindAckBody,
                                wire::BindNakBody,
                                Owned<wire::RequestBody>,
                                Owned<wire::ResponseBody>,
                                Owned<wire::FaultBody>,
                                wire::Auth3Body>;

struct PythonAuth : wire::AuthVerifier {
  py::bytes pad;
  py::bytes value;
};

/// A view of these bytes, which are kept beside it.
template <class Body>
void own(Owned<Body>& body, ByteView Body::*view, py::bytes const& bytes) {
  body.owner = bytes;
  body.*view = view_of(bytes);
}

void add_dcerpc_bodies(py::module_& module);

}  // namespace rpchspec::bindings
