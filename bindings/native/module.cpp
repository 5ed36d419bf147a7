// rpchspec._native: the codecs and the journal for Python. It starts no threads, prints nothing and
// installs no signal handlers.

#include "bindings/native/parts.hpp"

PYBIND11_MODULE(_native, module) {
  using namespace rpchspec::bindings;
  module.doc() =
      "The codecs of rpchspec, and its journals; use rpchspec.wire and rpchspec.journal.";
  module.attr("version") = RPCHSPEC_VERSION;
  add_errors(module);
  add_rts_commands(module);
  add_dissection(module);
  add_rts(module);
  add_dcerpc(module);
  add_journal(module);
}
