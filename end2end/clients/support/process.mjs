/** Child processes: some run to their end, some say when they are ready and are stopped. */
import { spawn } from 'node:child_process';
import { delimiter } from 'node:path';

/** How long a process may take to be ready, and to end when it is told to, in milliseconds. */
const PATIENCE = 20_000;
/** How long a program may take that runs to its end. */
const LONGEST = 120_000;

/** @type {Set<import('node:child_process').ChildProcess>} */
const living = new Set();
process.once('exit', () => living.forEach((child) => child.kill('SIGKILL')));

/**
 * @typedef {object} Ended
 * @property {number} status Its exit status; -1 when a signal ended it.
 * @property {string} stdout
 * @property {string} stderr
 */

/**
 * Runs a program to its end, whatever that is. Of this environment it gets PATH only.
 * @param {string} program
 * @param {string[]} args
 * @param {{ env?: Record<string, string>, input?: string }} [options]
 * @returns {Promise<Ended>}
 */
export function run(program, args, { env = {}, input = '' } = {}) {
  return new Promise((resolve, reject) => {
    const child = spawn(program, args, { env: environment(env), stdio: 'pipe' });
    follow(child);
    const timer = setTimeout(() => child.kill('SIGKILL'), LONGEST);
    const written = { stdout: '', stderr: '' };
    child.stdout.setEncoding('utf8').on('data', (chunk) => (written.stdout += chunk));
    child.stderr.setEncoding('utf8').on('data', (chunk) => (written.stderr += chunk));
    // Who does not read its input may be gone before all of it is written.
    child.stdin.on('error', () => {});
    child.stdin.end(input);
    child.once('error', (error) => {
      clearTimeout(timer);
      reject(error);
    });
    child.once('close', (status) => {
      clearTimeout(timer);
      resolve({ status: status ?? -1, ...written });
    });
  });
}

/**
 * The same, for what has to go well. Rejects with what the program wrote.
 * @param {string} program
 * @param {string[]} args
 * @param {{ env?: Record<string, string>, input?: string }} [options]
 * @returns {Promise<string>} its standard output
 */
export async function must(program, args, options) {
  const { status, stdout, stderr } = await run(program, args, options);
  if (status !== 0) throw new Error(`${program} ended with status ${status}:\n${stdout}\n${stderr}`);
  return stdout;
}

/**
 * @typedef {object} Running
 * @property {RegExpMatchArray} said What `ready` matched.
 * @property {() => string} output Everything it has written so far.
 * @property {() => Promise<void>} stop Asks it to end, and waits until it has.
 */

/**
 * Starts a program and waits until `ready` matches what it writes.
 * @param {string} program
 * @param {string[]} args
 * @param {RegExp} ready
 * @param {Record<string, string>} [env]
 * @returns {Promise<Running>}
 */
export async function start(program, args, ready, env = {}) {
  const child = spawn(program, args, { env: environment(env), stdio: ['ignore', 'pipe', 'pipe'] });
  follow(child);
  const gone = new Promise((resolve) => {
    child.once('error', (error) => resolve(error.message));
    child.once('exit', (code, signal) => resolve(signal ?? `status ${code}`));
  });
  let written = '';
  /** @type {Promise<RegExpMatchArray>} */
  const matched = new Promise((resolve, reject) => {
    let isReady = false;
    const read = (/** @type {string} */ chunk) => {
      written += chunk;
      const match = isReady ? null : written.match(ready);
      if (!match) return;
      isReady = true;
      resolve(match);
    };
    child.stdout.setEncoding('utf8').on('data', read);
    child.stderr.setEncoding('utf8').on('data', read);
    void gone.then((how) => reject(new Error(`${program} ended (${how})`)));
  });
  try {
    const said = await within(`${program} was not ready`, matched);
    return {
      said,
      output: () => written,
      stop: async () => {
        child.kill('SIGTERM');
        await within(`${program} did not end`, gone).finally(() => child.kill('SIGKILL'));
      },
    };
  } catch (error) {
    child.kill('SIGKILL');
    throw new Error(`${/** @type {Error} */ (error).message}\n${written}`);
  }
}

/** @param {Record<string, string>} more */
function environment(more) {
  return { PATH: process.env.PATH ?? '', LC_ALL: 'C.UTF-8', ...more };
}

/**
 * PATH with a folder before all others.
 * @param {string} folder
 */
export function pathWith(folder) {
  return `${folder}${delimiter}${process.env.PATH ?? ''}`;
}

/** @param {import('node:child_process').ChildProcess} child */
function follow(child) {
  living.add(child);
  child.once('exit', () => living.delete(child));
  child.once('error', () => living.delete(child));
}

/**
 * @template T
 * @param {string} otherwise
 * @param {Promise<T>} work
 * @returns {Promise<T>}
 */
async function within(otherwise, work) {
  /** @type {NodeJS.Timeout | undefined} */
  let timer;
  const late = new Promise((_, reject) => {
    timer = setTimeout(() => reject(new Error(`${otherwise} within ${PATIENCE / 1000} s`)), PATIENCE);
  });
  return Promise.race([work, late]).finally(() => clearTimeout(timer));
}
