#include "storage/aws/profile_file.h"

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <utility>

namespace firn::storage::aws {
namespace {

using Settings = std::map<std::string, std::string, std::less<>>;

std::string_view Trim(std::string_view text) {
  constexpr std::string_view kBlank = " \t\r";
  size_t begin = std::min(text.find_first_not_of(kBlank), text.size());
  size_t end = text.find_last_not_of(kBlank);
  return end == std::string_view::npos ? std::string_view() : text.substr(begin, end + 1 - begin);
}

/// Without `# ...` after a blank.
std::string_view WithoutComment(std::string_view value) {
  for (size_t i = 1; i < value.size(); ++i) {
    bool begins = value[i] == '#' || value[i] == ';';
    if (begins && (value[i - 1] == ' ' || value[i - 1] == '\t')) {
      return Trim(value.substr(0, i));
    }
  }
  return value;
}

/// The name in `[ name ]` with single blanks inside; empty where the line is no section.
std::string SectionName(std::string_view line) {
  if (!line.starts_with('[')) {
    return {};
  }
  std::istringstream words{std::string(line.substr(1, line.find(']') - 1))};
  std::string name;
  std::string word;
  while (words >> word) {
    name += (name.empty() ? "" : " ") + word;
  }
  return name;
}

/// Empty where there is no such file.
Result<std::string> ReadTextFile(const std::string& path) {
  std::error_code error;
  if (path.empty() || !std::filesystem::exists(path, error)) {
    return std::string();
  }
  std::ifstream file(path, std::ios::binary);
  auto size = static_cast<int64_t>(std::filesystem::file_size(path, error));
  if (!file || error || size > kMaxProfileFileBytes) {
    return Error(ErrorCode::kIoError, "AWS profile file cannot be read").With("path", path);
  }
  std::string text(static_cast<size_t>(size), '\0');
  file.read(text.data(), size);
  text.resize(static_cast<size_t>(std::max<std::streamsize>(file.gcount(), 0)));
  return text;
}

std::string PathOf(const EnvironmentLookup& lookup,
                   std::string_view variable,
                   std::string_view below_home) {
  if (auto given = lookup(variable); given.has_value() && !given->empty()) {
    return *given;
  }
  auto home = lookup("HOME");
  return home.has_value() ? *home + std::string(below_home) : std::string();
}

}  // namespace

Settings ReadSection(std::string_view text, std::string_view name) {
  Settings settings;
  bool inside = false;
  while (!text.empty()) {
    size_t end = std::min(text.find('\n'), text.size());
    std::string_view line = text.substr(0, end);
    text.remove_prefix(std::min(end + 1, text.size()));
    if (line.starts_with(' ') || line.starts_with('\t')) {
      continue;
    }
    line = Trim(line);
    if (line.starts_with('#') || line.starts_with(';')) {
      continue;
    }
    if (line.starts_with('[')) {
      inside = SectionName(line) == name;
      continue;
    }
    size_t equals = line.find('=');
    if (inside && equals != std::string_view::npos) {
      std::string_view value = WithoutComment(Trim(line.substr(equals + 1)));
      settings.insert_or_assign(std::string(Trim(line.substr(0, equals))), std::string(value));
    }
  }
  return settings;
}

Result<Profile> LoadProfile(const EnvironmentLookup& lookup, std::string name) {
  if (name.empty()) {
    name = lookup("AWS_PROFILE").value_or("");
  }
  Profile profile{.name = name.empty() ? "default" : std::move(name)};
  ASSIGN_OR_RETURN(std::string keys, ReadTextFile(PathOf(lookup, "AWS_SHARED_CREDENTIALS_FILE",
                                                         "/.aws/credentials")));
  ASSIGN_OR_RETURN(std::string config,
                   ReadTextFile(PathOf(lookup, "AWS_CONFIG_FILE", "/.aws/config")));
  Settings settings = ReadSection(keys, profile.name);
  settings.merge(ReadSection(
      config, profile.name == "default" ? std::string("default") : "profile " + profile.name));
  if (profile.name == "default") {
    settings.merge(ReadSection(config, "profile default"));
  }
  Credentials credentials{.access_key_id = settings["aws_access_key_id"],
                          .secret_access_key = settings["aws_secret_access_key"],
                          .session_token = settings["aws_session_token"]};
  if (!credentials.access_key_id.empty() && !credentials.secret_access_key.empty()) {
    profile.credentials = std::move(credentials);
  }
  profile.region = settings["region"];
  return profile;
}

}  // namespace firn::storage::aws
