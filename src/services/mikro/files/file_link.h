// Which data a file's bytes became, and which data a file was written from.
#pragma once

#include "entity/registry.h"

namespace mikro {

/// Links made and undone, what they link, and the filters of files and datasets about them.
void add_file_links(entity::Registry& registry);

}  // namespace mikro
