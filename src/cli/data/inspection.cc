#include "cli/data/inspection.h"

#include "cli/data/commands.h"

namespace firn::cli {
namespace {

void AddDiffFlags(CLI::App& app, DiffArguments& diff) {
  app.add_option("from", diff.from, "A branch, tag or snapshot id")->required();
  app.add_option("to", diff.to, "Likewise")->required();
}

}  // namespace

void AddTableInspection(CLI::App& group, Chosen& chosen) {
  AddTableCommand(group, chosen,
                  {"history", "Print when which snapshot became current", PrintHistory});
  AddTableCommand(group, chosen,
                  {"snapshots", "Print the snapshots and what they changed", PrintSnapshots});
  AddTableCommand(group, chosen, {"refs", "Print branches and tags", PrintRefs});
  AddTableCommandWith<Selection>(group, chosen, {"files", "Print data and delete files"},
                                 PrintFiles, AddSelectionFlags);
  AddTableCommandWith<Selection>(group, chosen, {"partitions", "Print what each partition holds"},
                                 PrintPartitions, AddSelectionFlags);
  AddTableCommandWith<DiffArguments>(
      group, chosen, {"diff", "Print what changed between two states"}, PrintDiff, AddDiffFlags);
}

}  // namespace firn::cli
