#include "features/definitions/sql/open_definitions.h"

#include <string>
#include <utility>

#include "features/definitions/registry_file.h"
#include "features/definitions/shared_definitions.h"
#include "features/definitions/sql/registry_database.h"
#include "features/definitions/sql/registry_url.h"
#include "features/definitions/sql/sql_registry.h"

namespace firn::features {
namespace {

std::string_view Trimmed(std::string_view text) {
  constexpr std::string_view kBlanks = " \t\r\n";
  const size_t begin = text.find_first_not_of(kBlanks);
  return begin == std::string_view::npos
             ? ""
             : text.substr(begin, text.find_last_not_of(kBlanks) - begin + 1);
}

std::unique_ptr<Definitions> Shared(std::unique_ptr<Definitions> definitions) {
  return std::make_unique<SharedDefinitions>(std::move(definitions));
}

}  // namespace

Result<std::unique_ptr<Definitions>> OpenDefinitions(std::string_view text,
                                                     OnLoadTrouble on_trouble) {
  const std::string_view place = Trimmed(text);
  if (!IsRegistryUrl(place)) {
    RETURN_IF_ERROR(CheckRegistryPath(place));
    return Shared(std::make_unique<RegistryFile>(std::string(place), std::move(on_trouble)));
  }
  ASSIGN_OR_RETURN(RegistryUrl url, ParseRegistryUrl(place));
  url.options.busy_timeout = kLockTime;
  auto database = OpenRegistryDatabase(url);
  return Shared(std::make_unique<SqlRegistry>(std::move(url.shown), std::move(database),
                                              std::move(on_trouble)));
}

}  // namespace firn::features
