// Runs the audit of npm's graphql-http against a server; one line of JSON per finding.
//   node audit.mjs URL TOKEN
import { serverAudits } from 'graphql-http';

const [url, token] = process.argv.slice(2);
const authorized = (target, init = {}) =>
  fetch(target, {
    ...init,
    headers: { ...init.headers, Authorization: `Bearer ${token}` },
  });

for (const audit of serverAudits({ url, fetchFn: authorized })) {
  const result = await audit.fn();
  let body = null;
  if (result.response) {
    body = await result.response.clone().text().catch(() => null);
  }
  console.log(
    JSON.stringify({
      id: audit.id,
      name: audit.name,
      status: result.status,
      reason: result.reason ?? null,
      http: result.response?.status ?? null,
      body,
    }),
  );
}
