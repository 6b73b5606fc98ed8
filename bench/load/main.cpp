// `load tasks|progress|idle`: reads what to do as JSON from standard input, because it has tokens in it, and
// prints what was measured as JSON.
#include <cstdio>
#include <exception>
#include <iostream>
#include <iterator>
#include <string>
#include <string_view>

#include "runs.h"

int main(int count, char** arguments) {
  const std::string_view what = count == 2 ? arguments[1] : "";
  const auto run = what == "tasks"      ? &load::run_tasks
                   : what == "progress" ? &load::run_progress
                   : what == "idle"     ? &load::run_idle
                                        : nullptr;
  if (run == nullptr) {
    std::fputs("Usage: load tasks|progress|idle < plan.json\n", stderr);
    return 2;
  }
  try {
    const std::string text{std::istreambuf_iterator<char>(std::cin), {}};
    std::puts(run(load::Plan::read(base::Json::parse(text))).dump().c_str());
    return 0;
  } catch (const std::exception& error) {
    std::fprintf(stderr, "load: %s\n", error.what());
    return 1;
  }
}
