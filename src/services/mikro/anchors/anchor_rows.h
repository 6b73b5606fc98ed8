// Coordinate anchors as rows, and what follows from them for their array.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "services/mikro/anchors/new_anchor.h"
#include "services/mikro/ownership.h"
#include "sql/database.h"

namespace mikro {

/// The dataset and its level-0 array, held until the transaction ends: two that anchor to it take turns.
/// Throws NOT_FOUND if the organization has no such dataset.
AnchoredArray hold_array(sql::Writer& writer, std::int64_t organization, std::int64_t dataset);
/// The same without holding it.
AnchoredArray find_array(sql::Reader& reader, std::int64_t organization, std::int64_t dataset);

/// The anchor of the dataset at that place, made if it is not there, with what is said: a spoke that was
/// there already is replaced. The dataset is held, or was made in this transaction. What follows is derived
/// by derive_acquisition(), once for all.
std::int64_t put_anchor(sql::Writer& writer, const Maker& maker, std::int64_t dataset,
                        const NewAnchor& anchor);

/// When the dataset was acquired, from the windows of its anchors. An anchor holds over another that pins
/// what it pins and more; one that says it began before (ended after) what holds over it contradicts that,
/// which leaves the column null and writes a conflict.
void derive_acquisition(sql::Writer& writer, std::int64_t dataset);

/// All of a new dataset's anchors.
void write_anchors(sql::Writer& writer, const Maker& maker, std::int64_t dataset,
                   std::span<const NewAnchor> anchors);

}  // namespace mikro
