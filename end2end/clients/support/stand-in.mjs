/** Servers that stand in for others: for Regcred, when it is to do what a healthy one does not. */
import { createServer } from 'node:http';

/**
 * @typedef {object} StandIn
 * @property {string} url
 * @property {() => Promise<void>} stop
 */

/**
 * Refuses everything with this status and sentence, in Regcred's form.
 * @param {number} status
 * @param {string} message
 */
export function startRefusing(status, message) {
  return listen((_, response) => {
    const body = JSON.stringify({ error: { code: 'conflict', message } });
    response.writeHead(status, { 'content-type': 'application/json' }).end(body);
  });
}

/**
 * Begins to answer with this text, and hangs up before it is complete.
 * @param {string} text
 */
export function startBreakingOff(text) {
  return listen((_, response) => {
    response.writeHead(200, { 'content-length': String(text.length + 100) });
    response.write(text, () => response.destroy());
  });
}

/**
 * Answers what it is asked on a free port of this machine.
 * @param {import('node:http').RequestListener} answer
 * @returns {Promise<StandIn>}
 */
export async function listen(answer) {
  const server = createServer(answer);
  await new Promise((resolve) => server.listen(0, '127.0.0.1', () => resolve(undefined)));
  const { port } = /** @type {import('node:net').AddressInfo} */ (server.address());
  return {
    url: `http://127.0.0.1:${port}`,
    stop: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}
