/** A real OpenID provider, `oidc-provider`, that signs the tokens of made-up CI jobs. */
import { generateKeyPairSync, randomBytes } from 'node:crypto';
import { createServer } from 'node:http';
import Provider from 'oidc-provider';

/** Seconds that its tokens work. */
const LIFE = 600;
const CLIENT = { client_id: 'ci', client_secret: randomBytes(16).toString('hex') };

/**
 * @typedef {object} Wanted
 * @property {string} audience Whom the token is for.
 * @property {Record<string, string>} claims What it says of the job.
 * @property {{ iat: number, exp: number }} [times] Other times than from now on.
 */

/**
 * @typedef {object} Issuer
 * @property {string} url The `iss` of its tokens.
 * @property {(wanted: Wanted) => Promise<string>} sign A token that it signs, each with a `jti` of its own.
 * @property {() => Promise<void>} changeKeys From now on it signs with another key, and publishes no older one.
 * @property {() => number} keyFetches How often its keys were fetched.
 * @property {() => Promise<void>} stop
 */

/**
 * Starts a provider on a free port.
 * @returns {Promise<Issuer>}
 */
export async function startProvider() {
  let fetches = 0;
  /** @type {import('node:http').RequestListener} */
  let answer = (_, response) => response.writeHead(503).end();
  const server = createServer((request, response) => {
    if (request.url === '/jwks') fetches += 1;
    answer(request, response);
  });
  await new Promise((resolve) => server.listen(0, '127.0.0.1', () => resolve(undefined)));
  const { port } = /** @type {import('node:net').AddressInfo} */ (server.address());
  const url = `http://127.0.0.1:${port}`;

  /** @type {Wanted | undefined} What the token that is being signed has to say. */
  let wanted;
  const changeKeys = async () => {
    const provider = new Provider(url, configuration(() => /** @type {Wanted} */ (wanted)));
    answer = provider.callback();
  };
  await changeKeys();
  return {
    url,
    changeKeys,
    keyFetches: () => fetches,
    sign: async (next) => {
      // One at a time: the provider is told of the job beside the request, which has no place for it.
      if (wanted) throw new Error('Wait for one token before asking for the next.');
      wanted = next;
      return ask(url, next.audience).finally(() => (wanted = undefined));
    },
    stop: () =>
      new Promise((resolve) => {
        // Some tests have stopped it already.
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

/**
 * Asks for an access token for the audience, as a client of the provider.
 * @param {string} url
 * @param {string} audience
 */
async function ask(url, audience) {
  const body = new URLSearchParams({ grant_type: 'client_credentials', resource: audience, ...CLIENT });
  const response = await fetch(`${url}/token`, { method: 'POST', body });
  const text = await response.text();
  if (!response.ok) throw new Error(`The provider signed nothing: ${response.status} ${text}`);
  return /** @type {string} */ (JSON.parse(text).access_token);
}

/**
 * What it signs, with a new key.
 * @param {() => Wanted} wanted
 */
function configuration(wanted) {
  /** @type {(context: unknown, of: unknown, token: { payload: object }) => Promise<object>} */
  const retime = async (_, __, token) => {
    Object.assign(token.payload, wanted().times);
    return token;
  };
  const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
  const kid = randomBytes(8).toString('hex');
  return {
    jwks: { keys: [{ ...privateKey.export({ format: 'jwk' }), kid, use: 'sig', alg: 'RS256' }] },
    cookies: { keys: [randomBytes(16).toString('hex')] },
    clients: [
      {
        ...CLIENT,
        grant_types: ['client_credentials'],
        token_endpoint_auth_method: 'client_secret_post',
        redirect_uris: [],
        response_types: [],
      },
    ],
    features: {
      clientCredentials: { enabled: true },
      devInteractions: { enabled: false },
      resourceIndicators: {
        enabled: true,
        getResourceServerInfo: async (/** @type {unknown} */ _, /** @type {string} */ audience) => ({
          scope: '',
          audience,
          accessTokenTTL: LIFE,
          accessTokenFormat: 'jwt',
          jwt: { sign: { alg: 'RS256' } },
        }),
      },
    },
    ttl: { ClientCredentials: LIFE },
    extraTokenClaims: async () => wanted().claims,
    formats: { customizers: { jwt: retime } },
  };
}
