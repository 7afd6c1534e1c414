/** The programs that pull and push images: skopeo, podman and buildah, each with a store of its own. */
import { mkdir, symlink } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { pathWith, run } from './process.mjs';
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
 * podman and buildah have the same options.
 * @param {string} folder
 * @param {'podman' | 'buildah'} program
 * @returns {Engine}
 */
function withStore(folder, program) {
  const store = ['--storage-driver', 'vfs', '--root', join(folder, 'root'), '--runroot', join(folder, 'run')];
  // podman keeps more there than images.
  const own = program === 'podman' ? ['--tmpdir', join(folder, 'tmp'), '--cgroup-manager', 'cgroupfs'] : [];
  const call = (/** @type {string[]} */ args, /** @type {SignIn} */ { env }) =>
    run(program, [...store, ...own, ...args], { env: { HOME: folder, TMPDIR: folder, ...env } });
  const options = (/** @type {SignIn} */ { authfile }) => ['--tls-verify=false', '--authfile', authfile];
  return {
    pull: (image, signIn) => call(['pull', ...options(signIn), image], signIn),
    push: (image, target, signIn) => call(['push', ...options(signIn), image, `docker://${target}`], signIn),
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
