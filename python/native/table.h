// The tables of `firn._firn`: what they are, scans (table.cc), changes (changes.cc).
#pragma once

#include <nanobind/nanobind.h>

#include "native/catalog.h"

namespace firn::python {

/// Needs the classes of rows.h.
void BindTable(nanobind::module_& module);
/// Of BindTable: what changes rows.
void BindChanges(nanobind::class_<TableHandle>& bound);

}  // namespace firn::python
