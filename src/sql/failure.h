// What a driver throws: an Error that also tells the writer whether running the
// body again can help.
#pragma once

#include <string>
#include <string_view>

#include "base/error.h"

namespace sql {

enum class Failure {
  kStatement,      ///< this statement; the transaction can be rolled back to before it
  kSerialization,  ///< lost against a concurrent transaction: run it again
  kConnection,     ///< the connection is gone, and its transaction with it
};

class DriverError : public base::Error {
 public:
  DriverError(Failure failure, std::string_view code, std::string message)
      : Error(code, std::move(message)), failure_(failure) {}

  Failure failure() const { return failure_; }

 private:
  Failure failure_;
};

}  // namespace sql
