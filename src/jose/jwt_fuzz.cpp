// Tokens from anybody: parsing and verifying must neither crash nor accept what was not signed.
#include <cstdint>
#include <cstdlib>

#include "base/error.h"
#include "jose/contract_vectors.h"
#include "jose/key_set.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static const jose::Key key = jose::Key::from_ed25519_seed(jose_testing::contract_seed(), "e1");
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  try {
    const jose::Jws jws = jose::Jws::parse(text);
    const base::Json& algorithm = jws.header["alg"];
    const std::string name = algorithm.is_string() ? algorithm.as_string() : "EdDSA";
    const bool valid = key.verify(name, jws.signing_input, jws.signature);
    if (valid && jws.signature != key.sign("EdDSA", jws.signing_input)) std::abort();
  } catch (const base::Error&) {
  }
  try {
    (void)jose::KeySet::from_json(base::Json::parse(text));
  } catch (const base::Error&) {
  }
  return 0;
}
