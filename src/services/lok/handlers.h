// Endpoints as handlers of the server.
#pragma once

#include <functional>
#include <memory>
#include <utility>

#include "net/http.h"
#include "net/worker_pool.h"

namespace lok {

using Answer = std::function<net::HttpResponse(const net::HttpRequest&)>;

/// For what never blocks.
inline net::HttpHandler at_once(Answer answer) {
  return [answer = std::move(answer)](net::HttpRequest request, net::Respond respond) {
    respond(answer(request));
  };
}

/// `busy` is answered if the pool takes no more. The pool must outlive the server.
inline net::HttpHandler on_worker(Answer answer, net::WorkerPool& workers, net::HttpResponse busy) {
  auto shared = std::make_shared<const Answer>(std::move(answer));
  return [shared, &workers, busy = std::move(busy)](net::HttpRequest request, net::Respond respond) {
    const bool taken =
        workers.post([shared, request = std::move(request), respond] { respond((*shared)(request)); });
    if (!taken) respond(busy);
  };
}

}  // namespace lok
