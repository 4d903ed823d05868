#include "base/table_identifier.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

namespace firn {
namespace {

/// Reads one level starting at `position` and leaves `position` behind it.
Result<std::string> ReadLevel(std::string_view text, size_t& position) {
  std::string level;
  if (position < text.size() && text[position] == '"') {
    ++position;
    while (position < text.size()) {
      char c = text[position++];
      if (c != '"') {
        level += c;
      } else if (position < text.size() && text[position] == '"') {
        level += '"';
        ++position;
      } else {
        return level;
      }
    }
    return Error(ErrorCode::kInvalidArgument, fmt::format("Unclosed quote in name: {}", text));
  }
  while (position < text.size() && text[position] != '.') {
    level += text[position++];
  }
  return level;
}

void AppendLevel(std::string& text, std::string_view level) {
  if (level.find('.') == std::string_view::npos && !level.starts_with('"') && !level.empty()) {
    text += level;
    return;
  }
  text += '"';
  for (char c : level) {
    text += c;
    if (c == '"') {
      text += c;
    }
  }
  text += '"';
}

}  // namespace

std::string NamespacePath::ToString() const { return fmt::format("{}", fmt::join(levels, ".")); }

NamespacePath NamespacePath::Parent() const {
  return NamespacePath{{levels.begin(), levels.end() - 1}};
}

std::string TableIdentifier::ToString() const {
  return name_space.empty() ? name : name_space.ToString() + "." + name;
}

Result<NamespacePath> ParseDottedNamespace(std::string_view text) {
  NamespacePath path;
  size_t position = 0;
  while (true) {
    ASSIGN_OR_RETURN(std::string level, ReadLevel(text, position));
    if (level.empty()) {
      return Error(ErrorCode::kInvalidArgument, fmt::format("Empty level in name: {}", text));
    }
    path.levels.push_back(std::move(level));
    if (position == text.size()) {
      return path;
    }
    if (text[position] != '.') {
      return Error(ErrorCode::kInvalidArgument, fmt::format("Expected '.' in name: {}", text));
    }
    ++position;
  }
}

std::string ToDotted(const NamespacePath& path) {
  std::string text;
  for (const std::string& level : path.levels) {
    text += text.empty() ? "" : ".";
    AppendLevel(text, level);
  }
  return text;
}

std::string ToDotted(const TableIdentifier& identifier) {
  NamespacePath path = identifier.name_space;
  path.levels.push_back(identifier.name);
  return ToDotted(path);
}

Result<TableIdentifier> ParseDottedIdentifier(std::string_view text) {
  ASSIGN_OR_RETURN(NamespacePath path, ParseDottedNamespace(text));
  TableIdentifier identifier;
  identifier.name = std::move(path.levels.back());
  path.levels.pop_back();
  identifier.name_space = std::move(path);
  return identifier;
}

}  // namespace firn
