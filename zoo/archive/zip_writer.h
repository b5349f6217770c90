// Writes zip archives as torch.save lays them out: stored records, each aligned so that it can be mapped,
// with its CRC-32. Reference: PKWARE APPNOTE 6.3.10.
#pragma once

#include <string>
#include <vector>

#include "zoo/base/bytes.h"
#include "zoo/base/file.h"

namespace zoo {

struct ZipContent {
  std::string name;
  ByteSpan bytes;  // written from where they lie
};

// The same records give the same bytes. Checksums are computed on all cores. Numbers beyond 32 bits and more
// than 65,534 records take zip64. Throws Error{io}.
void write_zip(AtomicFile& file, const std::vector<ZipContent>& records);

}  // namespace zoo
