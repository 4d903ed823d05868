// Router: from method and path to an operation and the names in the path.
//
// Behind /v1, a reserved word means the default warehouse; any other segment is a warehouse's name.
// Behind /features/v1 there is one where two segments follow. Names are percent-decoded; a
// namespace's levels are separated by %1F, or by the configured separator.
//
// Errors: kNotFound for an unknown path, kUnsupported for a known path with another method,
// kInvalidArgument for a broken escape or an empty level.
// Thread-safety: immutable after construction.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "base/table_identifier.h"
#include "server/http/message.h"
#include "server/rest/operations.h"

namespace firn::rest {

struct Route {
  const OperationSpec* spec = nullptr;
  /// The warehouse's name; empty for the default one.
  std::string prefix;
  NamespacePath name_space;
  /// Table, view, warehouse or job.
  std::string name;
  /// What is behind the table's name: a plan.
  std::string item;
};

class Router {
 public:
  /// `separator` is percent-encoded, for example %1F or %2E.
  static Result<Router> Make(std::string_view separator);

  Result<Route> Match(http::Method method, std::string_view path) const;
  /// For an Allow header: `GET, POST`; empty where no route has that path.
  std::string AllowedMethods(std::string_view path) const;

  /// Levels of a decoded namespace text, as in the path or the `parent` parameter.
  Result<NamespacePath> SplitNamespace(std::string_view text) const;

 private:
  enum class SegmentKind : uint8_t { kLiteral, kPrefix, kNamespace, kName };
  struct Segment {
    SegmentKind kind;
    std::string_view text;
  };
  struct Pattern {
    const OperationSpec* spec;
    std::vector<Segment> segments;
  };

  explicit Router(std::string separator);

  /// Fits the segments of `path`, the prefix perhaps absent.
  static bool Fits(const Pattern& pattern,
                   const std::vector<std::string_view>& segments,
                   bool prefixed);
  Result<Route> Bind(const Pattern& pattern,
                     const std::vector<std::string_view>& segments,
                     bool prefixed) const;

  std::string separator_;
  std::vector<Pattern> patterns_;
};

}  // namespace firn::rest
