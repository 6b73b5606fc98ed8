// `load tasks|progress|idle|objects`: reads what to do as JSON from standard input, because it has tokens in
// it, and prints what was measured as JSON.
#include <cstdio>
#include <exception>
#include <iostream>
#include <iterator>
#include <string>
#include <string_view>

#include "object_load.h"
#include "runs.h"

namespace {

using Run = base::Json (*)(const base::Json& plan);

Run find(std::string_view what) {
  if (what == "tasks") return [](const base::Json& plan) { return load::run_tasks(load::Plan::read(plan)); };
  if (what == "progress")
    return [](const base::Json& plan) { return load::run_progress(load::Plan::read(plan)); };
  if (what == "idle") return [](const base::Json& plan) { return load::run_idle(load::Plan::read(plan)); };
  if (what == "objects")
    return [](const base::Json& plan) { return load::run_objects(load::ObjectPlan::read(plan)); };
  return nullptr;
}

}  // namespace

int main(int count, char** arguments) {
  const Run run = count == 2 ? find(arguments[1]) : nullptr;
  if (run == nullptr) {
    std::fputs("Usage: load tasks|progress|idle|objects < plan.json\n", stderr);
    return 2;
  }
  try {
    const std::string text{std::istreambuf_iterator<char>(std::cin), {}};
    std::puts(run(base::Json::parse(text)).dump().c_str());
    return 0;
  } catch (const std::exception& error) {
    std::fprintf(stderr, "load: %s\n", error.what());
    return 1;
  }
}
