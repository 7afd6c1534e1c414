/** As much of Docker's engine as its client needs to pull: it only writes down who signs in. */
import { createServer } from 'node:http';

/**
 * @typedef {object} EngineApi
 * @property {string} host What `DOCKER_HOST` has to be.
 * @property {{ image: string, auth: any }[]} pulls The images that were asked for, and with what.
 * @property {() => Promise<void>} stop
 */

/**
 * Starts one.
 * @returns {Promise<EngineApi>}
 */
export async function startEngineApi() {
  /** @type {{ image: string, auth: any }[]} */
  const pulls = [];
  const server = createServer((request, response) => {
    const { pathname, searchParams } = new URL(request.url ?? '/', 'http://localhost');
    request.resume();
    response.setHeader('api-version', '1.44').setHeader('ostype', 'linux').setHeader('content-type', 'application/json');
    if (pathname.endsWith('/_ping')) return response.end('OK');
    if (!pathname.endsWith('/images/create')) return response.writeHead(404).end('{"message":"There is no such thing."}');
    const header = String(request.headers['x-registry-auth'] ?? '');
    const auth = header ? JSON.parse(Buffer.from(header, 'base64url').toString()) : undefined;
    pulls.push({ image: `${searchParams.get('fromImage')}:${searchParams.get('tag')}`, auth });
    return response.end('{"status":"Status: Downloaded newer image"}\r\n');
  });
  await new Promise((resolve) => server.listen(0, '127.0.0.1', () => resolve(undefined)));
  const { port } = /** @type {import('node:net').AddressInfo} */ (server.address());
  return {
    host: `tcp://127.0.0.1:${port}`,
    pulls,
    stop: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}
