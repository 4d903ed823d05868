// Reading JSON from outside: the whole text is parsed and checked by simdjson's DOM before anything
// is kept, with limits on size and depth and, for requests, no duplicate keys. Field access that
// names the key and the expected type in its error.
//
// Errors: kInvalidArgument for malformed text, a missing or a mistyped field; kPayloadTooLarge
// above the size limit. Readers of stored files turn them into kInvalidMetadata. Thread-safety: a
// Document may be read from one thread at a time. Views point into the Document.
//
//   ASSIGN_OR_RETURN(json::Document document, json::Document::Parse(body, limits));
//   ASSIGN_OR_RETURN(json::Object root, json::AsObject(document.root(), "request"));
//   ASSIGN_OR_RETURN(std::string_view name, json::GetString(root, "name"));
#pragma once

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <simdjson.h>

#include "base/result.h"

namespace firn::json {

using Element = simdjson::dom::element;
using Object = simdjson::dom::object;
using Array = simdjson::dom::array;

struct ParseLimits {
  size_t max_bytes = 64 << 20;
  size_t max_depth = 128;
  /// True for requests: the same key twice in one object is an error.
  bool reject_duplicate_keys = true;
};

/// For table metadata files: large, and lenient about duplicate keys as other readers are.
inline constexpr ParseLimits kFileLimits{
    .max_bytes = size_t{1} << 30, .max_depth = 256, .reject_duplicate_keys = false};

/// A parsed text and the memory its elements point into.
class Document {
 public:
  static Result<Document> Parse(std::string_view text, const ParseLimits& limits = {});

  Element root() const { return root_; }

 private:
  Document(std::unique_ptr<simdjson::dom::parser> parser, Element root)
      : parser_(std::move(parser)), root_(root) {}

  std::unique_ptr<simdjson::dom::parser> parser_;
  Element root_;
};

/// `what` names the value in the error.
Result<Object> AsObject(Element element, std::string_view what);
Result<Array> AsArray(Element element, std::string_view what);
Result<std::string_view> AsString(Element element, std::string_view what);
Result<int64_t> AsInt64(Element element, std::string_view what);
Result<int32_t> AsInt32(Element element, std::string_view what);
Result<bool> AsBool(Element element, std::string_view what);

/// The value at `key`, or nullopt where it is absent or null.
std::optional<Element> Find(const Object& object, std::string_view key);
/// True where the key is there, null included.
bool Has(const Object& object, std::string_view key);

// Required fields: absent or null is an error.
Result<Element> Get(const Object& object, std::string_view key);
Result<Object> GetObject(const Object& object, std::string_view key);
Result<Array> GetArray(const Object& object, std::string_view key);
Result<std::string_view> GetString(const Object& object, std::string_view key);
Result<int64_t> GetInt64(const Object& object, std::string_view key);
Result<int32_t> GetInt32(const Object& object, std::string_view key);
Result<bool> GetBool(const Object& object, std::string_view key);
Result<std::map<std::string, std::string>> GetStringMap(const Object& object, std::string_view key);
Result<std::vector<std::string>> GetStringList(const Object& object, std::string_view key);
Result<std::vector<int32_t>> GetInt32List(const Object& object, std::string_view key);
Result<std::vector<int64_t>> GetInt64List(const Object& object, std::string_view key);

// Optional fields: absent or null is nullopt; a mistyped value is an error.
Result<std::optional<Object>> FindObject(const Object& object, std::string_view key);
Result<std::optional<Array>> FindArray(const Object& object, std::string_view key);
Result<std::optional<std::string_view>> FindString(const Object& object, std::string_view key);
Result<std::optional<int64_t>> FindInt64(const Object& object, std::string_view key);
Result<std::optional<int32_t>> FindInt32(const Object& object, std::string_view key);
Result<std::optional<bool>> FindBool(const Object& object, std::string_view key);
/// Empty where absent or null.
Result<std::map<std::string, std::string>> FindStringMap(const Object& object,
                                                         std::string_view key);

/// The element as compact JSON, for values that are kept as they came.
std::string ToJson(Element element);

}  // namespace firn::json
