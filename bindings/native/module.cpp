// rpchspec._native: codecs, journals, scenarios and runs for Python. It prints nothing and installs
// no signal handlers.

#include "bindings/native/parts.hpp"

PYBIND11_MODULE(_native, module) {
  using namespace rpchspec::bindings;
  module.doc() =
      "What is compiled of rpchspec; use rpchspec.wire, rpchspec.journal, rpchspec.scenario and "
      "rpchspec.run.";
  module.attr("version") = RPCHSPEC_VERSION;
  add_errors(module);
  add_rts_commands(module);
  add_dissection(module);
  add_rts(module);
  add_dcerpc(module);
  add_journal(module);
  add_scenarios(module);
  add_run(module);
  add_session(module);
}
