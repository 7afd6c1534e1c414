/** What others verify the audit log with: Go's own code for signed notes and transparency logs. */
import { randomUUID } from 'node:crypto';
import { existsSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { must, run } from './process.mjs';

/** Where Debian keeps the source of Go's libraries. */
const GOPATH = '/usr/share/gocode';
const SOURCE = fileURLToPath(new URL('checkpoint.go', import.meta.url));

/** Whether it can be built here. */
export async function hasGo() {
  const { status } = await run('sh', ['-c', 'go version']);
  return status === 0 && existsSync(join(GOPATH, 'src/golang.org/x/mod/sumdb/tlog/tlog.go'));
}

/** @typedef {{ links: number, signatures: number }} Accepted How much the note covers, and how many of the keys have signed it. */

/**
 * @typedef {object} Log What somebody has who verifies a log.
 * @property {string} note
 * @property {string} links The export, a line for each link.
 */

export class Verifier {
  #folder;

  /** @param {string} folder */
  constructor(folder) {
    this.#folder = folder;
  }

  /** @param {import('./scene.mjs').Scene} scene */
  static async build(scene) {
    const folder = await scene.folder();
    const env = { GOPATH, GO111MODULE: 'off', GOCACHE: join(folder, 'cache') };
    await must('go', ['build', '-o', join(folder, 'checkpoint'), SOURCE], { env });
    return new Verifier(folder);
  }

  /**
   * Holds an export against the checkpoint, which one of the keys has to have signed. Rejects with the reason.
   * @param {Log} log
   * @param {...string} keys
   * @returns {Promise<Accepted>}
   */
  async verify({ note, links }, ...keys) {
    return this.#run('verify', await this.file(note), await this.file(links), ...keys);
  }

  /**
   * Holds a line of an export against a proof. Rejects with the reason.
   * @param {string} proof
   * @param {string} line
   * @param {string} key
   * @returns {Promise<{ index: number }>}
   */
  async prove(proof, line, key) {
    return this.#run('prove', await this.file(proof), await this.file(line), key);
  }

  /**
   * Holds what a witness was sent against the checkpoint that it has. Rejects with the reason.
   * @param {string} request
   * @param {string} note
   * @param {...string} keys
   * @returns {Promise<{ from: number, to: number }>}
   */
  async follow(request, note, ...keys) {
    return this.#run('follow', await this.file(request), await this.file(note), ...keys);
  }

  /**
   * A note with that text, signed with a new key of that name.
   * @param {string} text
   * @param {string} name
   * @returns {Promise<{ note: string, key: string }>}
   */
  async sign(text, name) {
    return this.#run('sign', await this.file(text), name);
  }

  /** Writes a new file; gives its path. @param {string} text */
  async file(text) {
    const path = join(this.#folder, randomUUID());
    await writeFile(path, text);
    return path;
  }

  /** @param {string[]} args */
  async #run(...args) {
    return JSON.parse(await must(join(this.#folder, 'checkpoint'), args));
  }
}
