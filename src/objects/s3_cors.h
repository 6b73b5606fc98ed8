// Pages of any origin may use the store: its keys are in their requests, never in cookies. Source: Fetch
// standard, "CORS protocol".
#pragma once

#include "net/http.h"

namespace objects {

/// To a browser that asks what it may send.
net::HttpResponse answer_preflight(const net::HttpRequest& request);
/// Lets a page read the answer and the headers that S3's clients look at.
void add_cors(net::HttpResponse& response);

}  // namespace objects
