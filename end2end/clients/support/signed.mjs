/** The requests that Woodpecker and Drone sign, made as their sources make them. */
import { createHash, createHmac, sign } from 'node:crypto';
import { request } from 'node:http';

/**
 * @typedef {object} Signed
 * @property {string} path With the query.
 * @property {Record<string, string>} headers
 * @property {string} body
 */

/** What Woodpecker calls its signature. */
const LABEL = 'woodpecker-ci-extensions';
/** What Drone signs, in its order. */
const SIGNED = ['accept', 'accept-encoding', 'content-type', 'date', 'digest'];

const sha256 = (/** @type {string} */ text) => createHash('sha256').update(text).digest('base64');

/** The time, in the seconds that Woodpecker writes. */
export const seconds = () => Math.floor(Date.now() / 1000);

/**
 * What Woodpecker's registry extension sends: RFC 9421, as its client `httpsign` does it.
 * @param {string} path
 * @param {unknown} content
 * @param {import('node:crypto').KeyObject} key
 * @param {string} [times] The parameters that say when.
 * @returns {Signed}
 */
export function woodpecker(path, content, key, times = `;created=${seconds()}`) {
  // Go's encoder ends what it writes with a line break.
  const body = `${JSON.stringify(content)}\n`;
  const digest = `sha-256=:${sha256(body)}:`;
  const parameters = `("@request-target" "content-digest")${times};alg="ed25519"`;
  const base = [
    `"@request-target": ${path}`,
    `"content-digest": ${digest}`,
    `"@signature-params": ${parameters}`,
  ].join('\n');
  const signature = sign(null, Buffer.from(base), key).toString('base64');
  const headers = {
    'content-type': 'application/json',
    'content-digest': digest,
    'signature-input': `${LABEL}=${parameters}`,
    'signature': `${LABEL}=:${signature}:`,
  };
  return { path, headers, body };
}

/**
 * What Drone's runner sends to a registry plugin: draft-cavage, as `drone-go` does it.
 * @param {string} path
 * @param {unknown} content
 * @param {string} secret
 * @param {{ date?: Date, names?: string[], label?: string }} [other] What is not as Drone does it.
 * @returns {Signed}
 */
export function drone(path, content, secret, { date = new Date(), names = SIGNED, label = 'hmac-key' } = {}) {
  const body = JSON.stringify(content);
  /** @type {Record<string, string>} */
  const headers = {
    'accept': 'application/vnd.drone.registry.v1+json',
    'accept-encoding': 'identity',
    'content-type': 'application/json',
    'date': date.toUTCString(),
    'digest': `SHA-256=${sha256(body)}`,
  };
  const base = names.map((name) => `${name}: ${headers[name]}`).join('\n');
  const signature = createHmac('sha256', secret).update(base).digest('base64');
  headers.signature = `keyId="${label}",algorithm="hmac-sha256",signature="${signature}",headers="${names.join(' ')}"`;
  return { path, headers, body };
}

/**
 * Sends it with these headers and no others that matter.
 * @param {string} url of the server
 * @param {Signed} signed
 * @returns {Promise<{ status: number, text: string }>}
 */
export function send(url, { path, headers, body }) {
  return new Promise((resolve, reject) => {
    const length = { 'content-length': Buffer.byteLength(body), 'connection': 'close' };
    const sent = request(url + path, { method: 'POST', headers: { ...headers, ...length } }, (response) => {
      let text = '';
      response.setEncoding('utf8').on('data', (chunk) => (text += chunk));
      response.once('error', reject);
      response.once('end', () => resolve({ status: response.statusCode ?? 0, text }));
    });
    sent.once('error', reject);
    sent.end(body);
  });
}
