/** A Regcred of its own: the real binary, an empty data folder, a free port, and its first person. */
import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Person } from './person.mjs';
import { must, start } from './process.mjs';

/**
 * @typedef {object} Server
 * @property {string} url `http://localhost:PORT`
 * @property {() => string} output Everything that it has written so far.
 * @property {() => Promise<void>} stop
 */

/**
 * @typedef {object} Instance
 * @property {string} data Its data folder.
 * @property {Server} server
 * @property {Person} person Who set it up, signed in.
 */

/**
 * Starts a server that may ask registries and issuers on this machine.
 * @param {import('./scene.mjs').Scene} scene
 * @param {string} data
 * @param {RegExp} ready Its first group is the address.
 * @param {Record<string, string>} [settings]
 * @returns {Promise<Server & { said: RegExpMatchArray }>}
 */
async function startServer(scene, data, ready, settings) {
  const started = await scene.add(
    start(binary('REGCRED_BIN'), ['serve'], ready, {
      REGCRED_DATA: data,
      REGCRED_LISTEN: '127.0.0.1:0',
      REGCRED_PRIVATE_NETWORKS: '127.0.0.0/8,::1',
      REGCRED_LOG: process.env.REGCRED_LOG || 'warn',
      ...settings,
    }),
  );
  return { ...started, url: /** @type {string} */ (started.said[1]) };
}

/**
 * A new instance with the project `acme`.
 * @param {import('./scene.mjs').Scene} scene
 * @param {Record<string, string>} [settings] More of them, by their variables.
 * @returns {Promise<Instance>}
 */
export async function startInstance(scene, settings) {
  const data = await scene.folder();
  const ready = /Regcred listens on (http:\/\/localhost:\d+)\s[^]*the link is in (\S+)\s/;
  const server = await startServer(scene, data, ready, settings);
  const link = new URL((await readFile(/** @type {string} */ (server.said[2]), 'utf8')).trim());
  const person = await Person.setUp(server.url, link.searchParams.get('link') ?? '');
  return { data, server, person };
}

/**
 * One more server over the database of an instance.
 * @param {import('./scene.mjs').Scene} scene
 * @param {Instance} instance
 * @returns {Promise<Server>}
 */
export function startReplica(scene, instance) {
  return startServer(scene, instance.data, /Regcred listens on (http:\/\/localhost:\d+)(?=\s)/);
}

/**
 * Runs a command as the operator of the instance does; gives what it prints.
 * @param {Instance} instance
 * @param {string[]} args
 * @param {string} [input] What it reads, such as a password.
 */
export function operate({ data, server }, args, input) {
  const env = { REGCRED_DATA: data, REGCRED_URL: server.url };
  return must(binary('REGCRED_BIN'), args, { env, input });
}

/**
 * The path of a program that the environment names.
 * @param {string} variable
 */
export function binary(variable) {
  const path = process.env[variable];
  if (!path) throw new Error(`Set ${variable} to the path of the binary.`);
  return path;
}

/**
 * @typedef {object} Receipt
 * @property {string} door
 * @property {string} intent
 * @property {string | null} credential
 * @property {string | null} image
 * @property {string} outcome
 * @property {string | null} reason
 * @property {Record<string, string>} proof
 * @property {Record<string, string>} claims
 */

/**
 * The receipts of a pipeline, in the order they were written. They are durable before an answer
 * leaves, so there is nothing to wait for.
 * @param {Instance} instance
 * @param {string} pipeline its name
 * @returns {Promise<Receipt[]>}
 */
export async function receiptsOf(instance, pipeline) {
  assert.match(pipeline, /^[a-z0-9-]+$/, 'a name that needs no quoting');
  const columns = 'door, intent, credential, image, outcome, reason, proof, claims';
  const query = `SELECT ${columns} FROM pipeline_fetch JOIN receipt USING (chain, seq)
    WHERE pipeline = '${pipeline}' ORDER BY seq, number`;
  const file = join(instance.data, 'regcred.db');
  const rows = await must('sqlite3', ['-readonly', '-json', '-cmd', '.timeout 10000', file, query]);
  return JSON.parse(rows.trim() || '[]').map((/** @type {any} */ row) => ({
    ...row,
    proof: JSON.parse(row.proof || '{}'),
    claims: JSON.parse(row.claims || '{}'),
  }));
}

/**
 * The last of them.
 * @param {Instance} instance
 * @param {string} pipeline
 * @returns {Promise<Receipt>}
 */
export async function lastReceipt(instance, pipeline) {
  const last = (await receiptsOf(instance, pipeline)).at(-1);
  assert.ok(last, `${pipeline} has no receipt`);
  return last;
}
