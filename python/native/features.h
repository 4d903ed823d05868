// Joins and the newest rows, of `firn._firn`.
#pragma once

#include <nanobind/nanobind.h>

namespace firn::python {

/// Needs the classes of rows.h and catalog.h.
void BindFeatures(nanobind::module_& module);

}  // namespace firn::python
