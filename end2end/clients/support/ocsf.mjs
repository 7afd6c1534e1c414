/** A receiver of audit events, and other people's code that holds them against the schema of OCSF. */
import { fileURLToPath } from 'node:url';
import { must } from './process.mjs';
import { listen } from './stand-in.mjs';

/** The version that is promised. */
const VERSION = '1.8.0';
const SCRIPT = fileURLToPath(new URL('ocsf.py', import.meta.url));

/** @typedef {Record<string, any>} Event */

/**
 * @typedef {import('./stand-in.mjs').StandIn & {
 *   until: (isThere: (events: Event[]) => boolean) => Promise<Event[]>,
 * }} Receiver
 */

/**
 * A webhook, which keeps the events that it is sent.
 * @returns {Promise<Receiver>}
 */
export async function startReceiver() {
  /** @type {Event[]} */
  const events = [];
  let heard = () => {};
  const standIn = await listen(async (request, response) => {
    const { data } = JSON.parse(Buffer.concat(await request.toArray()).toString());
    events.push(...(data.events ?? []));
    response.writeHead(204).end();
    heard();
  });
  const until = (/** @type {(events: Event[]) => boolean} */ isThere) =>
    new Promise((/** @type {(events: Event[]) => void} */ resolve) => {
      heard = () => isThere(events) && resolve(events);
      heard();
    });
  return { ...standIn, until };
}

/**
 * What is wrong with each of the events; nothing, if it is valid.
 * @param {Event[]} events
 * @returns {Promise<string[][]>}
 */
export async function problemsOf(events) {
  const python = process.env.REGCRED_OCSF ?? '';
  return JSON.parse(await must(python, [SCRIPT, VERSION], { input: JSON.stringify(events) }));
}
