// How the files of a REST catalog's tables are reached: by credentials that the catalog vends and
// that are asked for anew before they end, or by requests that it signs.
//
// New credentials come from `client.refresh-credentials-endpoint` where the catalog names one, else
// from the credentials endpoint where it offers that, else from loading the table again;
// `client.refresh-credentials-enabled` turns that off. Requests are signed at
// `s3.signer.endpoint` (`signer.endpoint`) below `s3.signer.uri` (`signer.uri`, else the catalog's
// own), else at the table's own signing endpoint where the catalog offers it or sends a
// `remote-signing-config`, else at kOldSignPath. Neither is asked of another host than the
// catalog's: our token goes along; only the user's own configuration may name one
// (kForbidden).
//
// Thread-safety: any thread.
#pragma once

#include <memory>
#include <string_view>

#include "base/result.h"
#include "base/table_identifier.h"
#include "catalog/files/table_files.h"
#include "catalog/rest/rest_core.h"
#include "catalog/rest/rest_messages.h"

namespace firn::catalog::rest {

/// Where catalogs sign that have no endpoint a table.
inline constexpr std::string_view kOldSignPath = "v1/aws/s3/sign";

/// Asks for both ways to the files.
storage::http::HeaderList DelegationHeaders();

/// Of a table as the catalog sent it.
FileAccess AccessTo(const std::shared_ptr<RestCore>& core,
                    const TableIdentifier& identifier,
                    const LoadedTable& loaded);

}  // namespace firn::catalog::rest
