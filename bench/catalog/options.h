// Options: what the load generator does, from its command line.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace firn::bench {

enum class Kind : uint8_t {
  kPath,           ///< GET of --path
  kLoadTable,      ///< GET of a table
  kLoadNamespace,  ///< GET of the namespace
  kListTables,     ///< GET of the namespace's tables
  kCreateTable,    ///< POST of a new table
  kSetProperties,  ///< commit of one property
  kAppend,         ///< commit as an append makes it: add-snapshot and set-snapshot-ref
};

inline constexpr size_t kKinds = 7;

std::string_view ToString(Kind kind);

/// One operation of the mix; `weight` is its share among the others.
struct Share {
  Kind kind = Kind::kPath;
  unsigned weight = 1;
};

struct Options {
  uint16_t port = 0;
  unsigned connections = 1;
  unsigned threads = 1;
  /// No request is sent later than this after the start.
  double seconds = 5;
  /// Requests altogether; 0 for no bound but the time.
  int64_t count = 0;
  std::vector<Share> mix;
  /// The target of kPath.
  std::string path = "/";
  /// What comes before `/namespaces`.
  std::string prefix = "/v1";
  std::string name_space = "bench";
  /// Tables are named `table` and a number below `tables`.
  std::string table = "t";
  unsigned tables = 1;
  /// Where set, GETs go to this table alone, and `tables` are for commits: tables that are
  /// committed to grow, and a GET of them with them.
  std::string read_table;
  /// Names of created tables begin so.
  std::string created = "c";
  /// Added to GETs of a table, for example `snapshots=refs`.
  std::string query;
  /// Header lines of every request, each without its end of line.
  std::vector<std::string> headers;
};

/// nullopt after a line on standard error that says what is wrong.
std::optional<Options> ParseOptions(int argc, char** argv);

}  // namespace firn::bench
