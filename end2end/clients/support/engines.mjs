/** The programs that pull and push images: skopeo, podman and buildah, each with a store of its own. */
import { mkdir, readFile, symlink, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { pathWith, run, start } from './process.mjs';
import { binary } from './server.mjs';

/**
 * How a program signs in.
 * @typedef {object} SignIn
 * @property {string} authfile The file with credentials, or with the helper that has them.
 * @property {Record<string, string>} [env] More of its environment.
 */

/**
 * @typedef {object} Engine
 * @property {(image: string, signIn: SignIn) => Promise<import('./process.mjs').Ended>} pull
 * @property {(image: string, target: string, signIn: SignIn) => Promise<import('./process.mjs').Ended>} push
 *   Pushes an image that it has pulled.
 */

/** @typedef {'skopeo' | 'podman' | 'buildah'} Name */

/** @type {Name[]} */
export const ENGINES = ['skopeo', 'podman', 'buildah'];

/**
 * One that has pulled nothing yet.
 * @param {import('./scene.mjs').Scene} scene
 * @param {Name} name
 * @returns {Promise<Engine>}
 */
export async function newEngine(scene, name) {
  const folder = await scene.folder();
  return name === 'skopeo' ? skopeo(folder) : withStore(folder, name);
}

/**
 * skopeo copies from and to a folder.
 * @param {string} folder
 * @returns {Engine}
 */
function skopeo(folder) {
  const copy = (/** @type {string[]} */ args, /** @type {SignIn} */ { authfile, env }) =>
    run('skopeo', ['--insecure-policy', 'copy', '--authfile', authfile, ...args], { env: { HOME: folder, ...env } });
  const pulled = `oci:${join(folder, 'pulled')}:1`;
  return {
    pull: (image, signIn) => copy(['--src-tls-verify=false', `docker://${image}`, pulled], signIn),
    push: (_, target, signIn) => copy(['--dest-tls-verify=false', pulled, `docker://${target}`], signIn),
  };
}

/**
 * podman's service, and its client, which sends it every credential that it can get.
 * @param {import('./scene.mjs').Scene} scene
 * @param {Record<string, string>} service More of the service's environment.
 * @returns {Promise<{ socket: string, pull: Engine['pull'] }>}
 */
export async function newRemotePodman(scene, service) {
  const folder = await scene.folder();
  const socket = `unix://${join(folder, 'podman.sock')}`;
  const serve = ['--log-level=info', 'system', 'service', '--time=0', socket];
  const env = { HOME: folder, TMPDIR: folder, ...service };
  await scene.add(start('podman', [...storeIn(folder, 'podman'), ...serve], /API service listening/, env));
  return {
    socket,
    pull: (image, { authfile, env }) =>
      run('podman', ['--remote', '--url', socket, 'pull', '--authfile', authfile, image], { env: { HOME: folder, ...env } }),
  };
}

/**
 * The options for a store in the folder.
 * @param {string} folder
 * @param {'podman' | 'buildah'} program
 */
export function storeIn(folder, program) {
  const store = ['--storage-driver', 'vfs', '--root', join(folder, 'root'), '--runroot', join(folder, 'run')];
  // podman keeps more there than images.
  const own = program === 'podman' ? ['--tmpdir', join(folder, 'tmp'), '--cgroup-manager', 'cgroupfs'] : [];
  return [...store, ...own];
}

/**
 * podman and buildah have the same options.
 * @param {string} folder
 * @param {'podman' | 'buildah'} program
 * @returns {Engine}
 */
function withStore(folder, program) {
  const store = storeIn(folder, program);
  const call = (/** @type {string[]} */ args, /** @type {SignIn} */ { env }) =>
    run(program, [...store, ...args], { env: { HOME: folder, TMPDIR: folder, ...env } });
  const options = (/** @type {SignIn} */ { authfile }) => ['--tls-verify=false', '--authfile', authfile];
  return {
    pull: (image, signIn) => call(['pull', ...options(signIn), image], signIn),
    push: (image, target, signIn) => call(['push', ...options(signIn), image, `docker://${target}`], signIn),
  };
}

/**
 * A helper that writes down what it is asked for, and lets the real one answer.
 * @param {import('./scene.mjs').Scene} scene
 * @returns {Promise<{ env: Record<string, string>, asked: () => Promise<string[]> }>} `asked` gives
 *   each registry with the exit status of the answer to it, sorted, and begins anew.
 */
export async function withWatchedHelper(scene) {
  const folder = await scene.folder();
  const log = join(folder, 'asked');
  const script = [
    'asked="$(cat)"',
    `printf '%s' "$asked" | '${resolve(binary('REGCRED_HELPER_BIN'))}' "$@"`,
    'status=$?',
    `printf '%s %s\n' "$asked" "$status" >> '${log}'`,
    'exit "$status"',
  ];
  await writeFile(join(folder, 'docker-credential-regcred'), `#!/bin/sh\n${script.join('\n')}\n`, { mode: 0o755 });
  await writeFile(log, '');
  return {
    env: { PATH: pathWith(folder) },
    asked: async () => {
      const lines = (await readFile(log, 'utf8')).split('\n').filter(Boolean);
      await writeFile(log, '');
      return [...new Set(lines)].sort();
    },
  };
}

/**
 * The environment in which programs find `docker-credential-regcred`.
 * @param {import('./scene.mjs').Scene} scene
 * @returns {Promise<Record<string, string>>}
 */
export async function withHelper(scene) {
  const folder = join(await scene.folder(), 'bin');
  await mkdir(folder);
  await symlink(resolve(binary('REGCRED_HELPER_BIN')), join(folder, 'docker-credential-regcred'));
  return { PATH: pathWith(folder) };
}
