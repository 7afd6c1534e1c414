/** The services that GitHub and Azure DevOps have in a job: they give it identity tokens. */
import { randomBytes } from 'node:crypto';
import { createServer } from 'node:http';

/**
 * @typedef {object} Tokens
 * @property {string} url
 * @property {string} token What the job has to show.
 * @property {(refusal: string) => void} refuse From now on, with this text.
 * @property {() => Promise<void>} stop
 */

/**
 * Starts a service that answers with what `sign` gives for the audience.
 * @param {string} otherwise The audience where a job asks for none, as on Azure.
 * @param {(audience: string) => Promise<string>} sign
 * @returns {Promise<Tokens>}
 */
export async function startTokens(otherwise, sign) {
  const token = randomBytes(16).toString('hex');
  let refusal = '';
  const server = createServer(async ({ method, url = '/', headers }, response) => {
    const { pathname, searchParams } = new URL(url, 'http://localhost');
    const say = (/** @type {number} */ status, /** @type {object} */ body) =>
      response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
    if (headers.authorization?.toLowerCase() !== `bearer ${token}`) return say(401, { message: 'Who is asking?' });
    if (refusal) return say(403, { message: refusal });
    const jwt = await sign(searchParams.get('audience') ?? otherwise);
    if (method === 'GET' && pathname === '/github') return say(200, { count: 1, value: jwt });
    if (method !== 'POST' || pathname !== '/azure') return say(404, {});
    const isJson = headers['content-type'] === 'application/json' && headers['content-length'] === '0';
    return isJson && searchParams.get('api-version') === '7.1' ? say(200, { oidcToken: jwt }) : say(400, {});
  });
  await new Promise((resolve) => server.listen(0, '127.0.0.1', () => resolve(undefined)));
  const { port } = /** @type {import('node:net').AddressInfo} */ (server.address());
  return {
    url: `http://127.0.0.1:${port}`,
    token,
    refuse: (text) => {
      refusal = text;
    },
    stop: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}
