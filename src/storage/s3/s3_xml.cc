#include "storage/s3/s3_xml.h"

#include <charconv>
#include <chrono>
#include <optional>
#include <utility>

#include <fmt/format.h>
#include <simdjson.h>

#include "storage/http/uri.h"
#include "storage/s3/xml_reader_internal.h"

namespace firn::storage::s3 {
namespace {

Error Unusable(std::string_view what) {
  return Error(ErrorCode::kIoError, fmt::format("An answer of S3 has no valid {}", what));
}

template <class Number>
std::optional<Number> ParseNumber(std::string_view text) {
  Number value{};
  auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size()) {
    return std::nullopt;
  }
  return value;
}

/// `2013-09-17T18:07:53.000Z`, with or without a fraction.
std::optional<TimestampMs> ParseTime(std::string_view text) {
  if (text.size() < 20 || text[4] != '-' || text[7] != '-' || text[10] != 'T' || text[13] != ':' ||
      text[16] != ':' || text.back() != 'Z') {
    return std::nullopt;
  }
  auto year = ParseNumber<int>(text.substr(0, 4));
  auto month = ParseNumber<unsigned>(text.substr(5, 2));
  auto day = ParseNumber<unsigned>(text.substr(8, 2));
  auto hour = ParseNumber<int>(text.substr(11, 2));
  auto minute = ParseNumber<int>(text.substr(14, 2));
  auto second = ParseNumber<int>(text.substr(17, 2));
  if (!year || !month || !day || !hour || !minute || !second) {
    return std::nullopt;
  }
  std::chrono::year_month_day date{std::chrono::year(*year), std::chrono::month(*month),
                                   std::chrono::day(*day)};
  if (!date.ok() || *hour > 23 || *minute > 59 || *second > 60) {
    return std::nullopt;
  }
  int64_t days = std::chrono::sys_days(date).time_since_epoch().count();
  int64_t seconds = ((days * 24 + *hour) * 60 + *minute) * 60 + *second;
  int64_t thousandths = 0;
  if (text.size() >= 24 && text[19] == '.') {
    thousandths = ParseNumber<int>(text.substr(20, 3)).value_or(0);
  }
  return TimestampMs(seconds * 1000 + thousandths);
}

void Escape(std::string& xml, std::string_view text) {
  for (char c : text) {
    switch (c) {
      case '&':
        xml += "&amp;";
        break;
      case '<':
        xml += "&lt;";
        break;
      case '>':
        xml += "&gt;";
        break;
      case '"':
        xml += "&quot;";
        break;
      default:
        xml += c;
    }
  }
}

constexpr std::string_view kNamespace = "http://s3.amazonaws.com/doc/2006-03-01/";

/// Takes a ListBucketResult in, element by element.
class PageBuilder {
 public:
  void Take(std::string_view path, std::string_view text) {
    if (path == "ListBucketResult/Contents/Key") {
      next_.key = http::UriDecode(PlusAsBlank(text));
    } else if (path == "ListBucketResult/Contents/Size") {
      auto size = ParseNumber<int64_t>(text);
      defect_ = size.has_value() && *size >= 0 ? defect_ : "Size";
      next_.size_bytes = size.value_or(0);
    } else if (path == "ListBucketResult/Contents/LastModified") {
      auto modified = ParseTime(text);
      defect_ = modified.has_value() ? defect_ : "LastModified";
      next_.modified = modified.value_or(TimestampMs(0));
    } else if (path == "ListBucketResult/Contents") {
      Add();
    } else if (path == "ListBucketResult/IsTruncated") {
      page_.is_truncated = text == "true";
      told_ = told_ || text == "true" || text == "false";
    }
  }

  Result<ObjectPage> Finish() {
    if (!told_) {
      return Unusable("IsTruncated");
    }
    if (!defect_.empty()) {
      return Unusable(defect_);
    }
    return std::move(page_);
  }

 private:
  /// `encoding-type=url` makes a blank a plus sign, and a plus sign %2B.
  static std::string PlusAsBlank(std::string_view text) {
    std::string blanks(text);
    for (char& c : blanks) {
      c = c == '+' ? ' ' : c;
    }
    return blanks;
  }

  void Add() {
    if (next_.key.empty()) {
      defect_ = "Key";
    } else if (page_.objects.size() >= kMaxXmlItems) {
      defect_ = "number of objects";
    } else {
      page_.objects.push_back(std::move(next_));
    }
    next_ = {};
  }

  ObjectPage page_;
  ListedObject next_;
  std::string_view defect_;
  bool told_ = false;
};

}  // namespace

Result<ObjectPage> ParseObjectPage(std::string_view xml) {
  PageBuilder builder;
  RETURN_IF_ERROR(WalkXml(xml, {[&](auto path, auto text) { builder.Take(path, text); }}));
  return builder.Finish();
}

Result<std::vector<S3Failure>> ParseDeleteResult(std::string_view xml) {
  std::vector<S3Failure> failures;
  S3Failure next;
  bool is_result = false;
  bool too_many = false;
  RETURN_IF_ERROR(WalkXml(xml, {[&](std::string_view path, std::string_view text) {
                            if (path == "DeleteResult/Error/Key") {
                              next.key = text;
                            } else if (path == "DeleteResult/Error/Code") {
                              next.code = text;
                            } else if (path == "DeleteResult/Error/Message") {
                              next.message = text;
                            } else if (path == "DeleteResult/Error") {
                              too_many = too_many || failures.size() >= kMaxXmlItems;
                              if (!too_many) {
                                failures.push_back(std::exchange(next, {}));
                              }
                            } else if (path == "DeleteResult") {
                              is_result = true;
                            }
                          }}));
  if (!is_result || too_many) {
    return Unusable("DeleteResult");
  }
  return failures;
}

Result<std::string> ParseUploadId(std::string_view xml) {
  std::string id;
  RETURN_IF_ERROR(WalkXml(xml, {[&](std::string_view path, std::string_view text) {
                            if (path == "InitiateMultipartUploadResult/UploadId") {
                              id = text;
                            }
                          }}));
  if (id.empty()) {
    return Unusable("UploadId");
  }
  return id;
}

S3Failure ParseFailure(std::string_view xml) {
  S3Failure failure;
  Status walked = WalkXml(xml, {[&](std::string_view path, std::string_view text) {
                            if (path == "Error/Code") {
                              failure.code = text;
                            } else if (path == "Error/Message") {
                              failure.message = text;
                            }
                          }});
  return walked.has_value() ? failure : S3Failure{};
}

std::string PrintDelete(std::span<const std::string> keys) {
  std::string xml = fmt::format("<Delete xmlns=\"{}\"><Quiet>true</Quiet>", kNamespace);
  for (const std::string& key : keys) {
    xml += "<Object><Key>";
    Escape(xml, key);
    xml += "</Key></Object>";
  }
  return xml + "</Delete>";
}

std::string PrintCompleteUpload(std::span<const UploadedPart> parts) {
  std::string xml = fmt::format("<CompleteMultipartUpload xmlns=\"{}\">", kNamespace);
  for (const UploadedPart& part : parts) {
    xml += fmt::format("<Part><PartNumber>{}</PartNumber><ETag>", part.number);
    Escape(xml, part.etag);
    xml += "</ETag></Part>";
  }
  return xml + "</CompleteMultipartUpload>";
}

bool FitsIntoXml(std::string_view key) {
  for (char c : key) {
    if (static_cast<unsigned char>(c) < 0x20) {
      return false;
    }
  }
  // U+FFFE and U+FFFF are no characters of XML.
  return simdjson::validate_utf8(key.data(), key.size()) && !key.contains("\xEF\xBF\xBE") &&
         !key.contains("\xEF\xBF\xBF");
}

}  // namespace firn::storage::s3
