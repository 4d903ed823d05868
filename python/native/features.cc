#include "native/features.h"

#include <limits>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include <nanobind/stl/optional.h>
#include <nanobind/stl/pair.h>
#include <nanobind/stl/shared_ptr.h>
#include <nanobind/stl/string.h>
#include <nanobind/stl/vector.h>

#include "base/clock.h"
#include "base/duration.h"
#include "columnar/io/arrow_status.h"
#include "features/entities/entity_rows.h"
#include "features/join/point_in_time_join.h"
#include "features/latest/latest_rows.h"
#include "features/request/as_of.h"
#include "features/request/requested_join.h"
#include "native/arrow_exchange.h"
#include "native/catalog.h"
#include "native/errors.h"
#include "native/join_rows.h"
#include "native/rows.h"

namespace firn::python {
namespace {

namespace nb = nanobind;
using Pairs = std::vector<std::pair<std::string, std::string>>;

struct View {
  features::ViewText text;
  std::shared_ptr<TableHandle> table;

  features::RequestedView requested() const {
    features::RequestedView view{text, std::nullopt};
    if (table != nullptr) {
      view.table = *table->usable();
    }
    return view;
  }
};

void MakeView(View* self,
              std::vector<std::string> identifier,
              std::shared_ptr<TableHandle> table,
              std::string name,
              const Pairs& features,
              bool all_features,
              const std::optional<Pairs>& keys,
              std::string timestamp,
              std::string created,
              int64_t ttl_us,
              bool created_later_counts,
              std::optional<int64_t> snapshot_id,
              std::optional<int32_t> schema_id,
              std::optional<std::string> ref) {
  features::ViewText text{.name = std::move(name),
                          .table = IdentifierOf(std::move(identifier)),
                          .all_features = all_features,
                          .timestamp_column = std::move(timestamp),
                          .created_column = std::move(created),
                          .ttl_us = ttl_us};
  text.created_later =
      created_later_counts ? features::CreatedLater::kCounts : features::CreatedLater::kDoesNot;
  if (snapshot_id) {
    text.snapshot = iceberg::SnapshotId(*snapshot_id);
  } else if (ref) {
    text.snapshot = table::RefName{*std::move(ref)};
  }
  text.schema = schema_id.transform([](int32_t id) { return iceberg::SchemaId(id); });
  for (const auto& [column, output] : features) {
    text.features.push_back({column, output});
  }
  for (const auto& [entity, column] : keys.value_or(Pairs{})) {
    text.keys.push_back({entity, column});
  }
  text.no_keys = keys ? features::NoKeys::kByTimeAlone : features::NoKeys::kAsCanBeMeant;
  new (self) View{std::move(text), std::move(table)};
}

/// What View is made of.
nb::dict ParseView(const std::string& text) {
  const features::ViewText view = ValueOf(features::ParseViewText(text));
  Pairs features;
  for (const auto& feature : view.features) {
    features.emplace_back(feature.table_column, feature.output_name);
  }
  Pairs keys;
  for (const auto& key : view.keys) {
    keys.emplace_back(key.entity_column, key.table_column);
  }
  nb::dict named;
  named["table"] = LevelsOf(view.table);
  named["name"] = view.name;
  named["features"] = features;
  named["all_features"] = view.all_features;
  named["keys"] = keys;
  named["timestamp"] = view.timestamp_column;
  named["created"] = view.created_column;
  named["ttl_us"] = view.ttl_us;
  named["created_later_counts"] = view.created_later == features::CreatedLater::kCounts;
  const auto* id = view.snapshot ? std::get_if<iceberg::SnapshotId>(&*view.snapshot) : nullptr;
  const auto* ref = view.snapshot ? std::get_if<table::RefName>(&*view.snapshot) : nullptr;
  named["snapshot_id"] = id ? std::optional(id->value()) : std::nullopt;
  named["schema_id"] =
      view.schema.transform([](iceberg::SchemaId schema) { return schema.value(); });
  named["ref"] = ref ? std::optional(ref->name) : std::nullopt;
  return named;
}

table::SnapshotSelector SelectorOf(std::optional<int64_t> as_of_ms) {
  return ValueOf(features::StateAsOf(as_of_ms.transform([](int64_t ms) { return TimestampMs(ms); }),
                                     SystemClock()));
}

/// What `work(context)` says of a session, without the GIL and ended by Ctrl-C.
template <class Body>
auto Worked(const SessionPtr& session, size_t threads, Body work) {
  auto answer = Released([&] {
    Call call;
    table::ScanContext scan = session->scan_context();
    scan.readers = threads == 0 ? scan.readers : threads;
    scan.read.stop = call.token();
    auto done = call.Run([&] { return work(features::JoinContext{.scan = scan}); });
    if (call.interrupt() != nullptr) {
      std::rethrow_exception(call.interrupt());
    }
    return done;
  });
  return ValueOf(std::move(answer));
}

Result<std::shared_ptr<arrow::Table>> ReadAll(arrow::RecordBatchReader& reader) {
  arrow::RecordBatchVector batches;
  while (true) {
    HandleSignals();
    ASSIGN_OR_RETURN(auto batch, NextOf(reader));
    if (batch == nullptr) {
      return columnar::ToResult(
          arrow::Table::FromRecordBatches(reader.schema(), std::move(batches)),
          ErrorCode::kInvalidArgument);
    }
    batches.push_back(std::move(batch));
  }
}

/// A join, of which `entities` may be null: then the views' tables say for which.
struct Joining {
  features::RequestedJoin requested;
  std::shared_ptr<arrow::Table> entities;
  features::EntityWindow window;
};

constexpr int64_t kUnlimited = std::numeric_limits<int64_t>::max();

/// Sets `joining.entities` where there are none, of at most so many bytes.
Result<features::JoinRequest> RequestOf(const features::JoinContext& context,
                                        catalog::Catalog& catalog,
                                        Joining& joining,
                                        std::optional<int64_t> memory_bytes) {
  const arrow::Schema* frame = joining.entities ? joining.entities->schema().get() : nullptr;
  ASSIGN_OR_RETURN(features::JoinRequest request,
                   features::MakeJoinRequest(catalog, joining.requested, frame));
  if (frame == nullptr) {
    ASSIGN_OR_RETURN(joining.entities, features::EntityRows(context, request.views, joining.window,
                                                            request.event_timestamp,
                                                            memory_bytes.value_or(kUnlimited)));
  }
  return request;
}

std::shared_ptr<Rows> Join(CatalogHandle& self,
                           nb::handle data,
                           const std::vector<View>& views,
                           std::string event_timestamp,
                           bool full_feature_names,
                           std::optional<int64_t> as_of_ms,
                           std::optional<int64_t> start_us,
                           std::optional<int64_t> end_us,
                           size_t threads,
                           std::optional<int64_t> memory_bytes) {
  Joining joining{.requested = {.event_timestamp = std::move(event_timestamp),
                                .snapshot = SelectorOf(as_of_ms)}};
  joining.requested.names =
      full_feature_names ? features::FeatureNames::kFull : features::FeatureNames::kShort;
  for (const View& view : views) {
    joining.requested.views.push_back(view.requested());
  }
  joining.window.start_us = start_us.value_or(joining.window.start_us);
  joining.window.end_us = end_us.value_or(joining.window.end_us);
  const SessionPtr session = self.session();
  if (!data.is_none()) {
    auto input = ReaderOf(data);
    joining.entities = ValueOf(Released([&] { return ReadAll(*input); }));
  }
  return Worked(
      session, threads, [&](const features::JoinContext& context) -> Result<std::shared_ptr<Rows>> {
        ASSIGN_OR_RETURN(features::JoinRequest request,
                         RequestOf(context, session->catalog(), joining, memory_bytes));
        if (memory_bytes) {
          return RowsOfJoin(session, joining.entities, std::move(request), threads, *memory_bytes);
        }
        ASSIGN_OR_RETURN(auto joined,
                         features::PointInTimeJoin(context, joining.entities, request));
        return RowsOfTable(joined);
      });
}

std::shared_ptr<Rows> Latest(CatalogHandle& self,
                             const View& view,
                             std::optional<int64_t> start_us,
                             std::optional<int64_t> end_us,
                             std::optional<int64_t> as_of_ms,
                             size_t threads) {
  const features::RequestedView requested = view.requested();
  const table::SnapshotSelector snapshot = SelectorOf(as_of_ms);
  const SessionPtr session = self.session();
  return Worked(session, threads,
                [&](const features::JoinContext& context) -> Result<std::shared_ptr<Rows>> {
                  std::optional<table::Table> table = requested.table;
                  if (!table) {
                    ASSIGN_OR_RETURN(table, session->catalog().Load(requested.text.table));
                  }
                  features::LatestRequest request;
                  ASSIGN_OR_RETURN(request.view,
                                   features::MakeView(requested.text, *std::move(table), snapshot,
                                                      features::FeatureNames::kShort));
                  request.start_us = start_us.value_or(request.start_us);
                  request.end_us = end_us.value_or(request.end_us);
                  ASSIGN_OR_RETURN(auto rows, features::LatestRows(context, request));
                  return RowsOfTable(rows);
                });
}

}  // namespace

void BindFeatures(nb::module_& module) {
  nb::class_<View>(module, "View")
      .def("__init__", &MakeView, nb::arg("identifier"), nb::arg("table").none(), nb::arg("name"),
           nb::arg("features"), nb::arg("all_features"), nb::arg("keys").none(),
           nb::arg("timestamp"), nb::arg("created"), nb::arg("ttl_us"),
           nb::arg("created_later_counts"), nb::arg("snapshot_id").none(),
           nb::arg("schema_id").none(), nb::arg("ref").none());
  module.def("parse_view", &ParseView);
  module.def("parse_duration",
             [](const std::string& text) { return ValueOf(ParseDuration(text)); });
  module.def("join", &Join, nb::arg("catalog"), nb::arg("entities").none(), nb::arg("views"),
             nb::arg("event_timestamp"), nb::arg("full_feature_names"), nb::arg("as_of_ms").none(),
             nb::arg("start_us").none(), nb::arg("end_us").none(), nb::arg("threads"),
             nb::arg("memory_bytes").none());
  module.def("latest", &Latest, nb::arg("catalog"), nb::arg("view"), nb::arg("start_us").none(),
             nb::arg("end_us").none(), nb::arg("as_of_ms").none(), nb::arg("threads"));
}

}  // namespace firn::python
