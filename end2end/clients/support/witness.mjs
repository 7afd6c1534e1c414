/** A witness that cosigns whatever checkpoint it is sent, and keeps what it was sent. */
import { createHash, generateKeyPairSync, sign } from 'node:crypto';
import { listen } from './stand-in.mjs';

/** What C2SP calls a cosignature with Ed25519. */
const KIND = Buffer.of(4);

/**
 * @typedef {import('./stand-in.mjs').StandIn & {
 *   setting: string,
 *   sent: (count: number) => Promise<string[]>,
 * }} Witness `setting` is how the operator names it; `sent` waits until it was sent so much, and gives all of it.
 */

/**
 * @param {string} name
 * @returns {Promise<Witness>}
 */
export async function startWitness(name) {
  const { publicKey, privateKey } = generateKeyPairSync('ed25519');
  const key = Buffer.concat([KIND, publicKey.export({ type: 'spki', format: 'der' }).subarray(-32)]);
  const id = createHash('sha256').update(`${name}\n`).update(key).digest().subarray(0, 4);
  const cosigned = (/** @type {string} */ text) => {
    const at = Math.floor(Date.now() / 1000);
    const time = Buffer.alloc(8);
    time.writeBigUInt64BE(BigInt(at));
    const signature = sign(null, Buffer.from(`cosignature/v1\ntime ${at}\n${text}`), privateKey);
    return `— ${name} ${Buffer.concat([id, time, signature]).toString('base64')}\n`;
  };

  /** @type {string[]} */
  const all = [];
  let heard = () => {};
  const standIn = await listen(async (request, response) => {
    const body = Buffer.concat(await request.toArray()).toString();
    const [, text] = body.split('\n\n');
    response.end(cosigned(`${text}\n`));
    all.push(body);
    heard();
  });
  const sent = (/** @type {number} */ count) =>
    new Promise((/** @type {(sent: string[]) => void} */ resolve) => {
      heard = () => all.length >= count && resolve(all);
      heard();
    });
  return { ...standIn, setting: `${name}+${id.toString('hex')}+${key.toString('base64')} ${standIn.url}`, sent };
}
