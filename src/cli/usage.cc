#include "cli/usage.h"

#include <algorithm>
#include <vector>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "base/nearest.h"
#include "server/config/settings.h"

namespace firn::cli {
namespace {

/// The command that was reached, with the words that led to it.
struct Reached {
  const CLI::App* command;
  std::string path;
};

Reached DeepestCommand(const CLI::App& app) {
  Reached reached{&app, app.get_name()};
  while (!reached.command->get_subcommands().empty()) {
    reached.command = reached.command->get_subcommands().front();
    reached.path += " " + reached.command->get_name();
  }
  return reached;
}

std::vector<std::string> CommandNames(const CLI::App& app) {
  std::vector<std::string> names;
  for (const CLI::App* command : app.get_subcommands([](const CLI::App*) { return true; })) {
    names.push_back(command->get_name());
  }
  return names;
}

std::vector<std::string> FlagNames(const CLI::App& app) {
  std::vector<std::string> names;
  for (const CLI::Option* option : app.get_options()) {
    for (const std::string& name : option->get_lnames()) {
      names.push_back("--" + name);
    }
  }
  return names;
}

/// `; the nearest is --listen`; nothing where none is near.
std::string Nearest(const std::string& word, const std::vector<std::string>& known) {
  if (known.empty()) {
    return "";
  }
  const std::string& nearest = known[NearestOf(word, known)];
  bool near = EditDistance(word, nearest) <= word.size() / 2;
  return near ? "; the nearest is " + nearest : "";
}

bool IsSetting(const CLI::Option& option) {
  return std::ranges::any_of(config::Keys(), [&](const config::Key& key) {
    return option.check_lname(config::FlagName(key));
  });
}

bool IsFlag(const std::string& word) { return word.starts_with("-"); }

std::string Explain(const CLI::App& app, const CLI::App& command, const CLI::ParseError& error) {
  std::vector<std::string> rest = app.remaining(true);
  auto flag = std::ranges::find_if(rest, IsFlag);
  if (flag != rest.end()) {
    std::string name = flag->substr(0, flag->find('='));
    return fmt::format("unknown option {}{}", name, Nearest(name, FlagNames(command)));
  }
  std::vector<std::string> commands = CommandNames(command);
  if (!rest.empty() && !commands.empty()) {
    return fmt::format("unknown command {}{}", rest.front(), Nearest(rest.front(), commands));
  }
  if (!rest.empty()) {
    return fmt::format("unexpected argument {}", rest.front());
  }
  if (!commands.empty()) {
    return fmt::format("needs a command: {}", fmt::join(commands, ", "));
  }
  return error.what();
}

}  // namespace

bool NamesUnknownCommand(const CLI::App& app) {
  return !CommandNames(*DeepestCommand(app).command).empty() &&
         !std::ranges::all_of(app.remaining(true), IsFlag);
}

void RefuseEmptyValues(CLI::App& app) {
  const CLI::Validator refuse(
      [](const std::string& text) {
        return text.empty() ? "an empty value; leave it out, or give one" : "";
      },
      "");
  for (CLI::Option* option : app.get_options()) {
    if (option->nonpositional() && option->get_items_expected_max() > 0 && !IsSetting(*option)) {
      option->check(refuse);
    }
  }
  for (CLI::App* command : app.get_subcommands([](const CLI::App*) { return true; })) {
    RefuseEmptyValues(*command);
  }
}

std::string ExplainUsage(const CLI::App& app, const CLI::ParseError& error) {
  Reached reached = DeepestCommand(app);
  return fmt::format("{} ({} --help tells more)", Explain(app, *reached.command, error),
                     reached.path);
}

}  // namespace firn::cli
