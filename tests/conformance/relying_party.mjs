// A program that people sign in to, on npm's openid-client, and the person before it: one JSON object with what
// both saw.
//   node relying_party.mjs ISSUER CLIENT_ID SECRET CALLBACK BYE USERNAME PASSWORD
// An empty SECRET is a program that cannot keep one.
import * as oidc from 'openid-client';

const [issuer, clientId, secret, callback, bye, username, password] = process.argv.slice(2);

// A browser without scripts: keeps cookies, follows redirects within its origin, fills in forms.
class Browser {
  cookies = new Map();

  async open(url, form) {
    const headers = { Cookie: [...this.cookies].map(([name, value]) => `${name}=${value}`).join('; ') };
    if (form) headers.Origin = new URL(issuer).origin;
    const answer = await fetch(url, {
      method: form ? 'POST' : 'GET',
      body: form && new URLSearchParams(form),
      headers,
      redirect: 'manual',
    });
    for (const cookie of answer.headers.getSetCookie()) {
      const [, name, value] = /^([^=]+)=([^;]*)/.exec(cookie);
      this.cookies.set(name, value);
    }
    const location = answer.headers.get('location');
    if (location === null) return { url: String(url), status: answer.status, html: await answer.text() };
    const next = new URL(location, url);
    return next.origin === new URL(issuer).origin ? this.open(next) : { url: next.href, html: '' };
  }

  submit(page, values) {
    const action = /<form method="post" action="([^"]*)"/.exec(page.html)[1];
    const unescaped = (text) => text.replaceAll('&#39;', "'").replaceAll('&quot;', '"').replaceAll('&amp;', '&');
    const hidden = [...page.html.matchAll(/<input type="hidden" name="([^"]*)" value="([^"]*)"/g)];
    const fields = hidden.map(([, name, value]) => [name, unescaped(value)]);
    return this.open(new URL(action, page.url), [...fields, ...Object.entries(values)]);
  }
}

const authentication = secret ? undefined : oidc.None();
const options = { execute: [oidc.allowInsecureRequests] };
const config = await oidc.discovery(new URL(issuer), clientId, secret || undefined, authentication, options);

const browser = new Browser();
const signIn = async (parameters = {}) => {
  const pkceCodeVerifier = oidc.randomPKCECodeVerifier();
  const expected = { pkceCodeVerifier, expectedState: oidc.randomState(), expectedNonce: oidc.randomNonce() };
  const link = oidc.buildAuthorizationUrl(config, {
    redirect_uri: callback,
    scope: 'openid profile email offline_access',
    code_challenge: await oidc.calculatePKCECodeChallenge(pkceCodeVerifier),
    code_challenge_method: 'S256',
    state: expected.expectedState,
    nonce: expected.expectedNonce,
    ...parameters,
  });
  return { link, expected };
};
const collect = ({ expected }, page) =>
  oidc.authorizationCodeGrant(config, new URL(page.url), { ...expected, idTokenExpected: true });

const first = await signIn();
const signInPage = await browser.open(first.link);
const consentPage = await browser.submit(signInPage, { username, password });
const back = await browser.submit(consentPage, { decision: 'allow' });
const tokens = await collect(first, back);

const claims = tokens.claims();
const person = await oidc.fetchUserInfo(config, tokens.access_token, claims.sub);
const renewed = await oidc.refreshTokenGrant(config, tokens.refresh_token);
const personAgain = await oidc.fetchUserInfo(config, renewed.access_token, claims.sub);

// Signed in and agreed: no page is shown, and none may be. Whoever has no secret has to ask again.
const second = await signIn(secret ? { prompt: 'none', max_age: '600' } : {});
const shown = await browser.open(second.link);
const silent = await collect(second, secret ? shown : await browser.submit(shown, { decision: 'allow' }));

const introspected = {};
if (secret) {
  introspected.good = await oidc.tokenIntrospection(config, silent.access_token);
  introspected.none = await oidc.tokenIntrospection(config, 'no token');
}

const refused = async (attempt) => {
  try {
    await attempt();
    return null;
  } catch (error) {
    return error.error ?? error.cause?.error ?? String(error);
  }
};
const replayed = await refused(() => collect(first, back));
const afterReplay = await refused(() => oidc.refreshTokenGrant(config, renewed.refresh_token));
await oidc.tokenRevocation(config, silent.refresh_token);
const revoked = await refused(() => oidc.refreshTokenGrant(config, silent.refresh_token));

const leaving = oidc.buildEndSessionUrl(config, {
  id_token_hint: silent.id_token,
  post_logout_redirect_uri: bye,
  state: 'left',
});
const left = await browser.open(leaving);
const third = await signIn({ prompt: 'none' });
const signedOut = await refused(async () => collect(third, await browser.open(third.link)));

console.log(
  JSON.stringify({
    issuer: config.serverMetadata().issuer,
    titles: [signInPage, consentPage].map((page) => /<title>(.*?) ·/.exec(page.html)[1]),
    claims,
    accessToken: silent.access_token,
    scope: tokens.scope,
    person,
    personAgain,
    rotated: renewed.refresh_token !== tokens.refresh_token,
    silent: silent.claims().sub,
    introspected,
    replayed,
    afterReplay,
    revoked,
    left: left.url,
    signedOut,
  }),
);
