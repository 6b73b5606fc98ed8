// Where an object's file lies, by its key.
//
// A key's parts between slashes are directories and, at its end, a file, under their own names, so that a lab
// can find its data without us. Only what a file system could not hold or would understand otherwise is
// written differently: `%` as `%25`, an empty part as `%`, the parts `.` and `..` with `%2E` for each dot.
#pragma once

#include <string>
#include <string_view>

namespace objects {

/// Relative, without slash at its start. Throws S3Error: InvalidArgument for an empty key or one with U+0000,
/// KeyTooLongError beyond 1,024 bytes or for a part that no file name can hold (255 bytes).
std::string path_of_key(std::string_view key);

/// One part of a key as the name of a file or directory, and back.
std::string name_of_part(std::string_view part);
std::string part_of_name(std::string_view name);

/// Throws S3Error(InvalidBucketName) for what is no bucket's name (3 to 63 of `a-z0-9.-`, a letter or digit
/// at both ends, not `..`): nothing else is ever part of a path.
void check_bucket(std::string_view bucket);

}  // namespace objects
