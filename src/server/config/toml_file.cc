#include <cerrno>
#include <filesystem>
#include <fstream>
#include <system_error>

#include <fmt/format.h>

#include "server/config/toml_file_internal.h"

namespace firn::config {

std::optional<std::string> TomlText(const toml::node& node) {
  if (const auto* text = node.as_string()) {
    return text->get();
  }
  if (const auto* number = node.as_integer()) {
    return fmt::format("{}", number->get());
  }
  if (const auto* flag = node.as_boolean()) {
    return flag->get() ? "true" : "false";
  }
  if (const auto* list = node.as_array()) {
    std::string joined;
    for (const toml::node& item : *list) {
      const auto* text = item.as_string();
      if (text == nullptr || text->get().find(',') != std::string::npos) {
        return std::nullopt;
      }
      joined += (joined.empty() ? "" : ",") + text->get();
    }
    return joined;
  }
  return std::nullopt;
}

Result<toml::table> ParseTomlFile(const std::string& path) {
  std::error_code error;
  if (std::filesystem::is_directory(path, error)) {
    error = std::make_error_code(std::errc::is_a_directory);
  }
  std::ifstream file(path, std::ios::binary);
  if (error || !file) {
    return Error(ErrorCode::kInvalidArgument,
                 fmt::format("Cannot read {}: {}", path,
                             error ? error.message() : std::generic_category().message(errno)));
  }
  try {
    return toml::parse(file, path);
  } catch (const toml::parse_error& wrong) {
    return Error(ErrorCode::kInvalidArgument,
                 fmt::format("{}:{}: {}", path, wrong.source().begin.line,
                             std::string_view(wrong.description())));
  }
}

}  // namespace firn::config
