// Result<T>: a value or an Error, on std::expected. Dropping one is a warning. Constructors cannot
// fail; a static `Make` returns a Result. No exception crosses a room's boundary.
//
//   Result<Snapshot> Load(std::string_view path) {
//     ASSIGN_OR_RETURN(std::string bytes, store.Read(path));
//     RETURN_IF_ERROR(Check(bytes));
//     return Parse(bytes);
//   }
#pragma once

#include <expected>
#include <utility>

#include "base/error.h"

namespace firn {

template <class T>
class [[nodiscard]] Result : public std::expected<T, Error> {
 public:
  using std::expected<T, Error>::expected;
  // NOLINTNEXTLINE(google-explicit-constructor): `return Error(...)` reads as it should.
  Result(Error error) : std::expected<T, Error>(std::unexpect, std::move(error)) {}
};

using Status = Result<void>;

/// What RETURN_IF_ERROR and ASSIGN_OR_RETURN hand on.
template <class T>
Error TakeError(Result<T>&& result) {
  return std::move(result).error();
}

}  // namespace firn

#define FIRN_CONCAT_INNER(a, b) a##b
#define FIRN_CONCAT(a, b) FIRN_CONCAT_INNER(a, b)

#define RETURN_IF_ERROR(expression)                     \
  do {                                                  \
    auto firn_status = (expression);                    \
    if (!firn_status.has_value()) [[unlikely]]          \
      return ::firn::TakeError(std::move(firn_status)); \
  } while (false)

#define ASSIGN_OR_RETURN(declaration, expression) \
  FIRN_ASSIGN_OR_RETURN(FIRN_CONCAT(firn_result_, __LINE__), declaration, expression)

#define FIRN_ASSIGN_OR_RETURN(result, declaration, expression) \
  auto result = (expression);                                  \
  if (!result.has_value()) [[unlikely]]                        \
    return ::firn::TakeError(std::move(result));               \
  declaration = *std::move(result)
