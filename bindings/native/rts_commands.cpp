// The commands of RTS PDUs (MS-RPCH 2.2.3.5), one class each.

#include <fmt/format.h>

#include "bindings/native/parts.hpp"
#include "protocol/wire/client_address.hpp"
#include "protocol/wire/rts.hpp"

namespace rpchspec::bindings {

namespace {

/// 16 bytes, or ValueError.
template <class Cookie>
Cookie cookie_of(py::bytes const& bytes) {
  auto const view = view_of(bytes);
  Cookie cookie;
  if (view.size() != cookie.bytes.size()) {
    throw py::value_error(fmt::format("a cookie is 16 bytes, not {}", view.size()));
  }
  std::copy(view.begin(), view.end(), cookie.bytes.begin());
  return cookie;
}

template <class Command>
py::class_<Command> command(py::module_& module, char const* name, char const* text) {
  auto made = py::class_<Command>(module, name, text);
  made.def("__eq__", &equal<Command>, py::is_operator());
  made.attr("__hash__") = py::none();
  return made;
}

/// A command that is one number.
template <class Command, class Int>
void number(py::module_& module, char const* name, char const* text) {
  command<Command>(module, name, text)
      .def(py::init([](Int value) {
             Command made;
             if constexpr (std::is_arithmetic_v<decltype(made.value)>) {
               made.value = value;
             } else {
               made.value = decltype(made.value)(value);
             }
             return made;
           }),
           py::arg("value"))
      .def_property_readonly("value",
                             [](Command const& self) {
                               if constexpr (std::is_arithmetic_v<decltype(self.value)>) {
                                 return Int{self.value};
                               } else if constexpr (std::is_enum_v<decltype(self.value)>) {
                                 return static_cast<Int>(self.value);
                               } else {
                                 return Int{self.value.value};
                               }
                             })
      .def("__repr__", [name = std::string(name)](py::object const& self) {
        return fmt::format("{}({})", name, py::cast<Int>(self.attr("value")));
      });
}

/// A command that is a cookie or an id of 16 bytes.
template <class Command>
void cookie(py::module_& module, char const* name, char const* text) {
  command<Command>(module, name, text)
      .def(py::init([](py::bytes const& value) {
             return Command{cookie_of<decltype(Command::value)>(value)};
           }),
           py::arg("value"))
      .def_property_readonly("value",
                             [](Command const& self) { return to_python(self.value.bytes); })
      .def("__repr__", [name = std::string(name)](Command const& self) {
        return fmt::format("{}(bytes.fromhex('{}'))", name, to_hex(self.value));
      });
}

template <class Command>
void empty(py::module_& module, char const* name, char const* text) {
  command<Command>(module, name, text)
      .def(py::init<>())
      .def("__repr__", [name = std::string(name)](Command const&) { return name + "()"; });
}

void add_numbers(py::module_& module) {
  using Number = std::uint32_t;
  number<wire::ReceiveWindowSizeCommand, Number>(module, "ReceiveWindowSize", "2.2.3.5.1, bytes.");
  number<wire::ConnectionTimeoutCommand, Number>(module, "ConnectionTimeout",
                                                 "2.2.3.5.3, milliseconds.");
  number<wire::ChannelLifetimeCommand, Number>(module, "ChannelLifetime", "2.2.3.5.5, bytes.");
  number<wire::ClientKeepaliveCommand, Number>(module, "ClientKeepalive",
                                               "2.2.3.5.6, milliseconds; 0 stands for 300000.");
  number<wire::VersionCommand, Number>(module, "Version", "2.2.3.5.7.");
  number<wire::DestinationCommand, Number>(
      module, "Destination",
      "2.2.3.5.14: FDClient 0, FDInProxy 1, FDServer 2, FDOutProxy 3; any 32-bit value.");
}

void add_cookies(py::module_& module) {
  cookie<wire::CookieCommand>(module, "Cookie", "2.2.3.5.4: 16 bytes; its place gives it meaning.");
  cookie<wire::AssociationGroupIdCommand>(module, "AssociationGroupId", "2.2.3.5.13: 16 bytes.");
  command<wire::FlowControlAckCommand>(module, "FlowControlAck", "2.2.3.5.2; both in bytes.")
      .def(py::init([](std::uint32_t received, std::uint32_t window, py::bytes const& channel) {
             return wire::FlowControlAckCommand{BytesReceived(received), AvailableWindow(window),
                                                cookie_of<RtsCookie>(channel)};
           }),
           py::arg("bytes_received"), py::arg("available_window"), py::arg("channel_cookie"))
      .def_property_readonly(
          "bytes_received",
          [](wire::FlowControlAckCommand const& self) { return self.bytes_received.value; })
      .def_property_readonly(
          "available_window",
          [](wire::FlowControlAckCommand const& self) { return self.available_window.value; })
      .def_property_readonly("channel_cookie",
                             [](wire::FlowControlAckCommand const& self) {
                               return to_python(self.channel_cookie.bytes);
                             })
      .def("__repr__", [](wire::FlowControlAckCommand const& self) {
        return fmt::format("FlowControlAck({}, {}, bytes.fromhex('{}'))", self.bytes_received.value,
                           self.available_window.value, to_hex(self.channel_cookie));
      });
}

void add_others(py::module_& module) {
  empty<wire::EmptyCommand>(module, "Empty", "2.2.3.5.8.");
  empty<wire::NegativeAnceCommand>(module, "NegativeAnce", "2.2.3.5.10.");
  empty<wire::AnceCommand>(module, "Ance", "2.2.3.5.11.");
  command<wire::PingTrafficSentNotifyCommand>(module, "PingTrafficSentNotify",
                                              "2.2.3.5.15, bytes of pings.")
      .def(py::init([](std::uint32_t sent) { return wire::PingTrafficSentNotifyCommand{sent}; }),
           py::arg("value"))
      .def_property_readonly(
          "value",
          [](wire::PingTrafficSentNotifyCommand const& self) { return self.ping_traffic_sent; })
      .def("__repr__", [](wire::PingTrafficSentNotifyCommand const& self) {
        return fmt::format("PingTrafficSentNotify({})", self.ping_traffic_sent);
      });
  command<wire::PaddingCommand>(module, "Padding",
                                "2.2.3.5.9; `count` lies about the length when it is set.")
      .def(py::init([](py::bytes const& padding, std::optional<std::uint32_t> count) {
             auto const view = view_of(padding);
             return wire::PaddingCommand{{view.begin(), view.end()}, count};
           }),
           py::arg("padding"), py::arg("count") = py::none())
      .def_property_readonly(
          "padding", [](wire::PaddingCommand const& self) { return to_python(self.padding); })
      .def_property_readonly(
          "count", [](wire::PaddingCommand const& self) { return self.conformance_count; })
      .def("__repr__", [](wire::PaddingCommand const& self) {
        return fmt::format("Padding(bytes({}))", self.padding.size());
      });
  command<wire::ClientAddressCommand>(module, "ClientAddress",
                                      "2.2.3.5.12: an IPv4 or IPv6 address as text.")
      .def(py::init(
               [](std::string const& address) { return value_of(wire::client_address(address)); }),
           py::arg("address"))
      .def_property_readonly(
          "address", [](wire::ClientAddressCommand const& self) { return wire::to_string(self); })
      .def_property_readonly(
          "address_type", [](wire::ClientAddressCommand const& self) { return self.address_type; })
      .def("__repr__", [](wire::ClientAddressCommand const& self) {
        return fmt::format("ClientAddress('{}')", wire::to_string(self));
      });
  command<wire::UnknownCommand>(module, "UnknownCommand",
                                "One that no section defines; it is encoded, and never decoded.")
      .def(py::init([](std::uint32_t type, py::bytes const& content) {
             auto const view = view_of(content);
             return wire::UnknownCommand{type, {view.begin(), view.end()}};
           }),
           py::arg("type"), py::arg("content"))
      .def_property_readonly("type", [](wire::UnknownCommand const& self) { return self.type; })
      .def_property_readonly(
          "content", [](wire::UnknownCommand const& self) { return to_python(self.content); })
      .def("__repr__", [](wire::UnknownCommand const& self) {
        return fmt::format("UnknownCommand({}, bytes({}))", self.type, self.content.size());
      });
}

}  // namespace

void add_rts_commands(py::module_& module) {
  add_numbers(module);
  add_cookies(module);
  add_others(module);
}

}  // namespace rpchspec::bindings
