// JsonWriter: prints JSON into a string it does not own, without building a tree. Raw() splices
// text that is JSON already, so that unchanged parts are never printed again.
//
// The caller keeps begin/end balanced and writes a Key before each value inside an object; input
// strings are UTF-8. Thread-safety: one thread at a time.
//
//   JsonWriter(out).BeginObject().Field("name", name).Key("ids").BeginArray().Int(1).EndArray()
//       .EndObject();
#pragma once

#include <concepts>
#include <cstdint>
#include <string>
#include <string_view>

namespace firn {

class JsonWriter {
 public:
  explicit JsonWriter(std::string& out) : out_(out) {}

  JsonWriter& BeginObject() { return Open('{'); }
  JsonWriter& EndObject() { return Close('}'); }
  JsonWriter& BeginArray() { return Open('['); }
  JsonWriter& EndArray() { return Close(']'); }

  JsonWriter& Key(std::string_view key);
  JsonWriter& String(std::string_view value);
  JsonWriter& Int(int64_t value);
  /// Shortest text that reads back as the same double; NaN and infinities become null.
  JsonWriter& Double(double value);
  JsonWriter& Bool(bool value) { return Raw(value ? "true" : "false"); }
  JsonWriter& Null() { return Raw("null"); }
  /// `json` is one complete JSON value.
  JsonWriter& Raw(std::string_view json);

  JsonWriter& Field(std::string_view key, std::string_view value) { return Key(key).String(value); }
  JsonWriter& Field(std::string_view key, const char* value) { return Key(key).String(value); }
  JsonWriter& Field(std::string_view key, std::same_as<bool> auto value) {
    return Key(key).Bool(value);
  }
  JsonWriter& Field(std::string_view key, std::integral auto value)
    requires(!std::same_as<decltype(value), bool>)
  {
    return Key(key).Int(static_cast<int64_t>(value));
  }
  JsonWriter& RawField(std::string_view key, std::string_view json) { return Key(key).Raw(json); }

 private:
  JsonWriter& Open(char bracket);
  JsonWriter& Close(char bracket);
  void Separate();

  std::string& out_;
  bool need_comma_ = false;
};

/// Appends `value` as a JSON string with its quotes.
void AppendJsonString(std::string& out, std::string_view value);

}  // namespace firn
