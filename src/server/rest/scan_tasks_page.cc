#include "server/rest/scan_tasks_page.h"

#include "iceberg/expression/bind.h"
#include "iceberg/expression/expression_json.h"

namespace firn::rest {

Result<size_t> ScanTasksPage::Take(const table::ScanPlan& plan, const table::ManifestTasks& tasks) {
  if (tasks.files.empty()) {
    return size_t{0};
  }
  ASSIGN_OR_RETURN(ContentFilePrinter printer,
                   ContentFilePrinter::Make(plan.table(), *tasks.manifest, stats_));
  residuals_.assign(tasks.manifest->partitions.size(), {});
  size_t next = 0;
  while (next < tasks.files.size() && !full()) {
    RETURN_IF_ERROR(AppendTask(plan, tasks, tasks.files[next], printer));
    ++next;
    ++files_;
  }
  return next;
}

Status ScanTasksPage::AppendTask(const table::ScanPlan& plan,
                                 const table::ManifestTasks& tasks,
                                 const table::FileTask& file,
                                 ContentFilePrinter& printer) {
  tasks_ += tasks_.empty() ? "{\"data-file\":" : ",{\"data-file\":";
  RETURN_IF_ERROR(printer.Append(file.row, tasks_));
  for (size_t i = 0; i < file.deletes.size(); ++i) {
    ASSIGN_OR_RETURN(size_t place, PlaceOf(plan, file.deletes[i]));
    tasks_ += i == 0 ? ",\"delete-file-references\":[" : ",";
    tasks_ += std::to_string(place);
  }
  tasks_ += file.deletes.empty() ? "" : "]";
  std::string& residual = residuals_[tasks.manifest->partition_ids[file.row]];
  if (residual.empty()) {
    residual = iceberg::PrintExpression(iceberg::Unbind(plan.ResidualOf(tasks, file)));
    late_ = std::chrono::steady_clock::now() >= limits_.until;  // a large filter takes its time
  }
  tasks_ += ",\"residual-filter\":";
  tasks_ += residual;
  tasks_ += '}';
  return {};
}

Result<size_t> ScanTasksPage::PlaceOf(const table::ScanPlan& plan, uint32_t file) {
  auto [place, is_new] = places_.try_emplace(file, places_.size());
  if (is_new) {
    const table::DeleteFileRef& ref = plan.deletes().files()[file];
    const iceberg::ManifestColumns* columns = ref.manifest.get();
    auto printer = delete_printers_.find(columns);
    if (printer == delete_printers_.end()) {
      ASSIGN_OR_RETURN(ContentFilePrinter made,
                       ContentFilePrinter::Make(plan.table(), *columns, {}));
      printer = delete_printers_.emplace(columns, std::move(made)).first;
    }
    deletes_ += deletes_.empty() ? "" : ",";
    RETURN_IF_ERROR(printer->second.Append(ref.row, deletes_));
  }
  return place->second;
}

void ScanTasksPage::AppendTo(JsonWriter& out, const std::vector<std::string>& plan_tasks) const {
  if (!deletes_.empty()) {
    out.Key("delete-files").BeginArray().Raw(deletes_).EndArray();
  }
  out.Key("file-scan-tasks").BeginArray();
  if (!tasks_.empty()) {
    out.Raw(tasks_);
  }
  out.EndArray().Key("plan-tasks").BeginArray();
  for (const std::string& task : plan_tasks) {
    out.String(task);
  }
  out.EndArray();
}

}  // namespace firn::rest
