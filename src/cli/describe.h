// A server's answers as text for people. Each takes a JSON body and gives lines, each ended.
//
// A name with a line break in it breaks a line here: scripts take --json.
// Errors: kInternal where the answer is not what a catalog answers. Thread-safety: pure functions.
#pragma once

#include <string>
#include <string_view>

#include "base/result.h"

namespace firn::cli {

/// Namespaces, tables or views, one a line, as ParseDotted... reads them.
Result<std::string> DescribeListing(std::string_view answer);
Result<std::string> DescribeNamespace(std::string_view answer);
/// What an update of properties changed.
Result<std::string> DescribeProperties(std::string_view answer);
Result<std::string> DescribeTable(std::string_view answer);
Result<std::string> DescribeView(std::string_view answer);
/// The metadata file of a table that was unregistered, which `register` takes back.
Result<std::string> DescribeUnregistered(std::string_view answer);
/// A table with a head.
Result<std::string> DescribeWarehouses(std::string_view answer);
Result<std::string> DescribeJobs(std::string_view answer);
Result<std::string> DescribeJob(std::string_view answer);

}  // namespace firn::cli
