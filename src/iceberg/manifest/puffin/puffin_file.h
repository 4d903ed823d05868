// Puffin files: blobs (deletion vectors, sketches) and a footer that describes them. The footer is
// at the end of the file, so that a reader fetches the last bytes, then the blobs it needs. Source:
// Puffin specification.
//
// Errors: kInvalidMetadata where the file is corrupt, naming it and the byte offset; kUnsupported
// for a flag or codec that the specification does not name; kPayloadTooLarge above a limit.
// Thread-safety: plain values and pure functions.
//
//   ASSIGN_OR_RETURN(int64_t footer_bytes, PuffinFooterBytes(tail, file_bytes, path));
//   ASSIGN_OR_RETURN(PuffinFooter footer, ReadPuffinFooter(end_of_file, file_bytes, path));
//   ASSIGN_OR_RETURN(std::string content, UnpackBlob(footer.blobs[0], blob_bytes, path));
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "iceberg/manifest/puffin/frame_codec.h"
#include "iceberg/schema/ids.h"

namespace firn::iceberg {

inline constexpr std::string_view kDeletionVectorBlob = "deletion-vector-v1";

/// So many bytes at the end of a file say how long its footer is.
inline constexpr size_t kPuffinTailBytes = 12;
/// A footer has at most so many bytes, packed or not.
inline constexpr size_t kMaxPuffinFooterBytes = size_t{64} << 20;
/// A blob inflates to at most so many.
inline constexpr size_t kMaxPuffinBlobBytes = size_t{256} << 20;

struct PuffinBlob {
  std::string type;
  /// The columns it is about.
  std::vector<FieldId> fields;
  // -1 where they are not known when the file is written (deletion vectors).
  SnapshotId snapshot_id{-1};
  SequenceNumber sequence_number{-1};
  /// Where its bytes are in the file, as they are stored.
  int64_t offset = 0;
  int64_t length_bytes = 0;
  FrameCodec codec = FrameCodec::kNone;
  std::map<std::string, std::string> properties;

  friend bool operator==(const PuffinBlob&, const PuffinBlob&) = default;
};

struct PuffinFooter {
  /// In the order of the file.
  std::vector<PuffinBlob> blobs;
  std::map<std::string, std::string> properties;

  friend bool operator==(const PuffinFooter&, const PuffinFooter&) = default;
};

/// The length of the footer with its magics. `tail` is the last kPuffinTailBytes of the file.
Result<int64_t> PuffinFooterBytes(std::string_view tail, int64_t file_bytes, std::string_view path);

/// `end` is at least the footer, at most the whole file. Every blob lies between the file's magic
/// and its footer.
Result<PuffinFooter> ReadPuffinFooter(std::string_view end,
                                      int64_t file_bytes,
                                      std::string_view path);

/// The blob's content. `stored` is what the file has at its offset.
Result<std::string> UnpackBlob(const PuffinBlob& blob,
                               std::string_view stored,
                               std::string_view path);

}  // namespace firn::iceberg
