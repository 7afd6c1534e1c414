/** A CI's job that runs lines in a shell, and what its programs were told on the way. */
import { existsSync } from 'node:fs';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { must, pathWith, run } from './process.mjs';

/** How CI servers start a shell; the last prints each command with what it was given. */
export const SHELLS = [['bash'], ['bash', '-eo', 'pipefail'], ['sh', '-e'], ['sh', '-xe']];

/** The line of a script that is reached when nothing stopped it. */
export const END = 'printf "\\nThe end is reached.\\n"';
const REACHED = /^The end is reached\.$/m;

/**
 * What `docker` found when it was run.
 * @typedef {object} Docker
 * @property {string} args
 * @property {any} config Its config.json.
 * @property {boolean} hasVariable Whether `DOCKER_AUTH_CONFIG` was set to anything.
 */

/**
 * @typedef {object} Done
 * @property {number} status
 * @property {string} log All that the job printed.
 * @property {boolean} isComplete Whether the last line was run.
 * @property {string} args All that curl was given as arguments, which every user of a machine can read.
 * @property {Docker[]} docker
 */

export class Shell {
  #folder;

  /** @param {string} folder */
  constructor(folder) {
    this.#folder = folder;
  }

  /**
   * One whose `curl` is watched, and whose `docker` says what it would have read. `programs` are
   * shell scripts besides, by name.
   * @param {import('./scene.mjs').Scene} scene
   * @param {Record<string, string>} [programs]
   */
  static async start(scene, programs = {}) {
    const shell = new Shell(await scene.folder());
    await mkdir(join(shell.folder, 'bin'));
    const curl = (await must('sh', ['-c', 'command -v curl'])).trim();
    await shell.program('curl', `printf '%s\\n' "$@" >> "$HOME/args"\nexec ${curl} "$@"`);
    await shell.program(
      'docker',
      `{ printf '%s\\n%s\\n' "$*" "$DOCKER_AUTH_CONFIG"; cat "$DOCKER_CONFIG/config.json" 2>&- || printf '{}'; printf '\\0'; } >> "$HOME/docker"`,
    );
    for (const [name, script] of Object.entries(programs)) await shell.program(name, script);
    return shell;
  }

  get folder() {
    return this.#folder;
  }

  /** The PATH on which its programs come first. */
  get path() {
    return pathWith(join(this.#folder, 'bin'));
  }

  /**
   * @param {string} name
   * @param {string} script
   */
  async program(name, script) {
    await writeFile(join(this.#folder, 'bin', name), `#!/bin/sh\n${script}\n`, { mode: 0o755 });
  }

  /**
   * Runs lines as a job does.
   * @param {string} script
   * @param {Record<string, string>} [env]
   * @param {string[]} [shell]
   * @returns {Promise<Done>}
   */
  async job(script, env = {}, shell = ['bash', '-eo', 'pipefail']) {
    for (const name of ['args', 'docker']) await writeFile(join(this.#folder, name), '');
    const file = join(this.#folder, 'job.sh');
    await writeFile(file, `cd "$HOME"\n${script}\n${END}\n`);
    const [program = 'sh', ...options] = shell;
    const own = { HOME: this.#folder, TMPDIR: this.#folder, PATH: this.path };
    const { status, stdout, stderr } = await run(program, [...options, file], { env: { ...own, ...env } });
    return {
      status,
      log: `${stdout}${stderr}`,
      isComplete: REACHED.test(stdout),
      args: await this.read('args'),
      docker: (await this.read('docker')).split('\0').slice(0, -1).map(heard),
    };
  }

  /**
   * What a job wrote into its home; nothing when there is no such file.
   * @param {string} name
   */
  async read(name) {
    const file = join(this.#folder, name);
    return existsSync(file) ? readFile(file, 'utf8') : '';
  }

  /**
   * The files of this name that jobs left behind.
   * @param {string} name
   */
  async left(name) {
    const own = ['-path', join(this.#folder, 'bin'), '-prune'];
    const found = await must('find', [this.#folder, ...own, '-o', '-name', name, '-print']);
    return found.split('\n').filter(Boolean);
  }
}

/**
 * @param {string} text
 * @returns {Docker}
 */
function heard(text) {
  const [args = '', variable = '', ...config] = text.split('\n');
  return { args, hasVariable: variable !== '', config: JSON.parse(config.join('\n')) };
}
