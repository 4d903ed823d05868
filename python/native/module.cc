// The module `firn._firn`. What of it is public is in the Python files of `firn`.
#include <nanobind/nanobind.h>
#include <nanobind/stl/string.h>
#include <nanobind/stl/vector.h>

#include "base/table_identifier.h"
#include "native/calls.h"
#include "native/catalog.h"
#include "native/errors.h"
#include "native/features.h"
#include "native/rows.h"
#include "native/table.h"

namespace nb = nanobind;
namespace py = firn::python;

NB_MODULE(_firn, module) {
  // What a program still holds when it ends is no mistake of its own.
  nb::set_leak_warnings(false);
  py::PrepareCalls();
  module.attr("VERSION") = FIRN_VERSION_NUMBER;
  module.attr("ARROW_VERSION") = FIRN_ARROW_VERSION;
  module.def("parse_path", [](const std::string& text) {
    return py::ValueOf(firn::ParseDottedNamespace(text)).levels;
  });
  module.def("shut_down", [] { py::Released([] { py::EndAll(); }); });
  py::BindRows(module);
  py::BindCatalog(module);
  py::BindTable(module);
  py::BindFeatures(module);
}
