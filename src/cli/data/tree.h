// Tree: lines of a tree on standard output; each branch knows whether it is the last of its parent.
//
// Thread-safety: none needed.
#pragma once

#include <string_view>

#include <fmt/format.h>

#include "cli/command/remote_command.h"

namespace firn::cli {

class Tree {
 public:
  void Root(std::string_view text) { PrintLine(text); }
  void Branch(std::string_view text) { Print("", "├─ ", text); }
  void LastBranch(std::string_view text) { Print("", "└─ ", text); }
  void Leaf(std::string_view text, bool last) { Print("│  ", last ? "└─ " : "├─ ", text); }
  void LastLeaf(std::string_view text, bool last) { Print("   ", last ? "└─ " : "├─ ", text); }

 private:
  static void Print(std::string_view indent, std::string_view mark, std::string_view text) {
    PrintLine(fmt::format("{}{}{}", indent, mark, text));
  }
};

}  // namespace firn::cli
