#include "server/rest/jobs.h"

#include <algorithm>
#include <array>
#include <charconv>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "base/json_writer.h"

namespace firn::rest {
namespace {

constexpr int64_t kMaxListed = 1000;

/// By JobState.
constexpr std::array<std::string_view, 5> kStates = {"queued", "running", "done", "failed",
                                                     "cancelled"};

Result<store::JobState> ParseState(std::string_view text) {
  const auto* found = std::ranges::find(kStates, text);
  if (found == kStates.end()) {
    return Error(ErrorCode::kInvalidArgument,
                 fmt::format("No state of a job: {}; they are {}", text, fmt::join(kStates, ", ")));
  }
  return static_cast<store::JobState>(found - kStates.begin());
}

Result<int64_t> ParsePositive(std::string_view name, std::string_view text) {
  int64_t number = 0;
  auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc() || end != text.data() + text.size() || number < 1) {
    return Error(ErrorCode::kInvalidArgument,
                 fmt::format("{} must be a number of at least 1, not: {}", name, text));
  }
  return number;
}

void AppendJob(JsonWriter& writer,
               const store::JobRecord& job,
               const service::WarehouseDirectory::List& warehouses) {
  writer.BeginObject()
      .Field("id", job.id.value())
      .Field("kind", job.kind)
      .Field("state", kStates[static_cast<size_t>(job.state)])
      .Field("attempts", job.attempts)
      .Field("error", job.last_error)
      .Field("run-after-ms", job.run_after.value());
  auto warehouse = std::ranges::find(warehouses, job.warehouse, &store::WarehouseRecord::id);
  if (warehouse != warehouses.end()) {
    writer.Field("warehouse", warehouse->name);
  }
  writer.RawField("payload", job.payload.empty() ? "{}" : job.payload)
      .RawField("progress", job.progress.empty() ? "{}" : job.progress)
      .EndObject();
}

}  // namespace

Result<store::JobFilter> ParseJobFilter(const http::Query& query) {
  store::JobFilter filter;
  filter.limit = kMaxListed;
  if (auto kind = query.Find("kind"); kind && !kind->empty()) {
    filter.kind = *kind;
  }
  if (auto state = query.Find("state"); state && !state->empty()) {
    ASSIGN_OR_RETURN(filter.state, ParseState(*state));
  }
  if (auto before = query.Find("before"); before && !before->empty()) {
    ASSIGN_OR_RETURN(int64_t id, ParsePositive("before", *before));
    filter.before = store::JobId(id);
  }
  if (auto limit = query.Find("limit"); limit && !limit->empty()) {
    ASSIGN_OR_RETURN(int64_t wanted, ParsePositive("limit", *limit));
    filter.limit = std::min(wanted, kMaxListed);
  }
  return filter;
}

Result<store::JobId> ParseJobId(std::string_view text) {
  auto id = ParsePositive("job", text);
  if (!id.has_value()) {
    return Error(ErrorCode::kNotFound, fmt::format("Job does not exist: {}", text));
  }
  return store::JobId(*id);
}

std::string PrintJob(const store::JobRecord& job,
                     const service::WarehouseDirectory::List& warehouses) {
  std::string body;
  JsonWriter writer(body);
  AppendJob(writer, job, warehouses);
  return body;
}

std::string PrintJobs(const std::vector<store::JobRecord>& jobs,
                      const service::WarehouseDirectory::List& warehouses) {
  std::string body;
  JsonWriter writer(body);
  writer.BeginObject().Key("jobs").BeginArray();
  for (const store::JobRecord& job : jobs) {
    AppendJob(writer, job, warehouses);
  }
  writer.EndArray().EndObject();
  return body;
}

}  // namespace firn::rest
