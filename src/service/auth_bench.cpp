// A caller in the middle of its work: what authentication adds to each request, beside the hash that limits
// it.
#include <benchmark/benchmark.h>

#include "service/auth.h"
#include "service/auth_testing.h"

namespace service {
namespace {

struct FixedDirectory : IdentityDirectory {
  IdentityRows expand(const Claims&) override { return {.organization = 1, .user = 1}; }
  bool refresh(IdentityRows&) override { return true; }
};

struct Door {
  FixedDirectory directory;
  TokenVerifier verifier{service_testing::config()};
  Authenticator authenticator{verifier, directory};
  const std::string token = service_testing::token(service_testing::claims());
};

Door& door() {
  static Door door;
  return door;
}

void known_caller(benchmark::State& state) {
  for (auto _ : state) benchmark::DoNotOptimize(door().authenticator.authenticate_token(door().token));
}

void hash_alone(benchmark::State& state) {
  for (auto _ : state) benchmark::DoNotOptimize(jose::sha256(door().token));
}

void new_caller(benchmark::State& state) {
  for (auto _ : state) benchmark::DoNotOptimize(door().verifier.verify(door().token));
}

BENCHMARK(known_caller)->ThreadRange(1, 2)->UseRealTime();
BENCHMARK(hash_alone);
BENCHMARK(new_caller);

}  // namespace
}  // namespace service

BENCHMARK_MAIN();
