// npm's graphql-ws client against a server: queries, errors and one live subscription.
//   node subscriber.mjs WS_URL HTTP_URL TOKEN
// Prints one JSON object with what it saw.
import { createClient } from 'graphql-ws';
import WebSocket from 'ws';

const [url, http, token] = process.argv.slice(2);
const client = createClient({
  url,
  webSocketImpl: WebSocket,
  connectionParams: { token },
  retryAttempts: 0,
});

const all = (payload) =>
  new Promise((resolve, reject) => {
    const got = [];
    client.subscribe(payload, {
      next: (value) => got.push(value),
      error: reject,
      complete: () => resolve(got),
    });
  });

const seen = {};
seen.query = await all({ query: '{ __typename }' });
seen.named = await all({
  query: 'query A { __typename } query B { a: __typename }',
  operationName: 'B',
});
seen.invalid = await all({ query: '{ nope }' }).catch((errors) => errors);
seen.syntax = await all({ query: '{' }).catch((errors) => errors);

// The subscription is registered before a later message of the same socket is handled.
const feed = client.iterate({
  query: 'subscription { mytasks { __typename create { id } event { id kind } } }',
});
const first = feed.next();
await all({ query: '{ __typename }' });

const post = (query, variables = {}) =>
  fetch(http, {
    method: 'POST',
    headers: { 'Content-Type': 'application/json', Authorization: `Bearer ${token}` },
    body: JSON.stringify({ query, variables }),
  }).then((answer) => answer.json());

const listed = await post('{ actions(filters: {assignable: true}) { id name } }');
const action = listed.data.actions.find(({ name }) => name === 'Greet');
seen.assigned = await post('mutation ($i: AssignInput!) { assign(input: $i) { id } }', {
  i: { action: action.id, args: {}, capture: false },
});
seen.kinds = [];
for (let change = await first; !change.done; change = await feed.next()) {
  const event = change.value.data.mytasks.event;
  if (event) seen.kinds.push(event.kind);
  if (event?.kind === 'COMPLETED') break;
}
await feed.return();
await client.dispose();
console.log(JSON.stringify(seen));
