// What a Key shares between its copies. Internal to this folder.
#pragma once

#include <string>

#include "jose/algorithm.h"
#include "jose/jose.h"
#include "jose/openssl.h"

namespace jose {

struct Key::Core {
  KeyPointer pointer;
  KeyType type;
  bool is_private;
  std::string only_algorithm;  ///< from a JWK's `alg`; empty: any that fits

  /// May this key be used with that algorithm?
  bool accepts(const Algorithm& algorithm) const;
};

/// The core of a default-constructed Key. Throws Error(kInternal).
[[noreturn]] void throw_empty_key();

}  // namespace jose
