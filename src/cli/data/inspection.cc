#include "cli/data/inspection.h"

#include <memory>
#include <string>
#include <utility>

#include "cli/data/commands.h"

namespace firn::cli {
namespace {

/// A command whose action wants flags of its own.
template <class Flags>
void AddWith(CLI::App& group,
             Chosen& chosen,
             std::pair<const char*, const char*> name_and_help,
             Status (*action)(OpenTable&, const TableArguments&, const Flags&),
             void (*add_flags)(CLI::App&, Flags&)) {
  auto flags = std::make_shared<Flags>();
  auto command =
      AddTableCommand(group, chosen,
                      {name_and_help.first, name_and_help.second,
                       [flags, action](OpenTable& open, const TableArguments& arguments) {
                         return action(open, arguments, *flags);
                       }});
  add_flags(*command.app, *flags);
}

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
  AddWith<Selection>(group, chosen, {"files", "Print data and delete files"}, PrintFiles,
                     AddSelectionFlags);
  AddWith<Selection>(group, chosen, {"partitions", "Print what each partition holds"},
                     PrintPartitions, AddSelectionFlags);
  AddWith<DiffArguments>(group, chosen, {"diff", "Print what changed between two states"},
                         PrintDiff, AddDiffFlags);
}

}  // namespace firn::cli
