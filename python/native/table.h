// The tables of `firn._firn`: what they are, scans (scans.cc), changes (changes.cc).
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include <nanobind/nanobind.h>

#include "native/catalog.h"
#include "table/plan/snapshot_selection.h"

namespace firn::python {

/// Needs the classes of rows.h.
void BindTable(nanobind::module_& module);
/// What one of them names; the current snapshot where none is given.
table::SnapshotSelector SelectorOf(std::optional<int64_t> snapshot_id,
                                   std::optional<int64_t> as_of_ms,
                                   std::optional<std::string> ref);

/// Of BindTable: what reads rows.
void BindScans(nanobind::class_<TableHandle>& bound);
/// Of BindTable: what changes rows.
void BindChanges(nanobind::class_<TableHandle>& bound);

}  // namespace firn::python
