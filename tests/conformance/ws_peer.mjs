// npm's ws as a peer: fragments, pings, big and small frames, closing.
//   node ws_peer.mjs WS_URL TOKEN
import { once } from 'node:events';
import WebSocket from 'ws';

const [url, token] = process.argv.slice(2);
const seen = {};

async function open(options = {}) {
  const socket = new WebSocket(url, 'graphql-transport-ws', options);
  const inbox = [];
  const waiting = [];
  socket.on('message', (data, binary) => {
    const message = binary ? { binary: true } : JSON.parse(data.toString());
    const next = waiting.shift();
    next ? next(message) : inbox.push(message);
  });
  socket.receive = () =>
    inbox.length ? Promise.resolve(inbox.shift()) : new Promise((resolve) => waiting.push(resolve));
  await once(socket, 'open');
  return socket;
}

async function acknowledged(socket) {
  socket.send(JSON.stringify({ type: 'connection_init', payload: { token } }));
  return (await socket.receive()).type;
}

{
  const socket = await open();
  seen.subprotocol = socket.protocol;
  // A message in many fragments, with a ping between them.
  const message = Buffer.from(JSON.stringify({ type: 'connection_init', payload: { token } }));
  const pong = once(socket, 'pong');
  for (let at = 0; at < message.length; at += 7) {
    if (at === 14) socket.ping('between');
    socket.send(message.subarray(at, at + 7), { binary: false, fin: at + 7 >= message.length });
  }
  seen.pong = (await pong)[0].toString();
  seen.fragmented = (await socket.receive()).type;

  // Lengths around the borders of the frame header's encodings.
  seen.lengths = [];
  for (const length of [125, 126, 127, 65535, 65536, 70000]) {
    const query = '{ __typename }'.padEnd(length - 64, ' ');
    socket.send(JSON.stringify({ id: `${length}`, type: 'subscribe', payload: { query } }));
    const next = await socket.receive();
    const complete = await socket.receive();
    seen.lengths.push([next.type, next.payload?.data?.__typename, complete.type]);
  }
  socket.close(1000, 'done');
  seen.closed = (await once(socket, 'close'))[0];
}

{
  const socket = await open({ perMessageDeflate: true });
  seen.deflate = socket.extensions;
  seen.withDeflateOffered = await acknowledged(socket);
  socket.terminate();
}

async function closedAfter(...messages) {
  const socket = await open();
  for (const message of messages) {
    socket.send(typeof message === 'string' ? message : JSON.stringify(message));
  }
  return (await once(socket, 'close'))[0];
}

const init = { type: 'connection_init', payload: { token } };
const endless = {
  id: '1',
  type: 'subscribe',
  payload: { query: 'subscription { mytasks { __typename } }' },
};
seen.notJson = await closedAfter('not json');
seen.beforeInit = await closedAfter(endless);
seen.twoInits = await closedAfter(init, init);
seen.sameId = await closedAfter(init, endless, endless);

console.log(JSON.stringify(seen));
process.exit(0);
