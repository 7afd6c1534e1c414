/** A registry with two users and two repositories, and an instance that has the credentials of both. */
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { withHelper } from './engines.mjs';
import { writeImage } from './image.mjs';
import { must } from './process.mjs';
import { startRegistry } from './registry.mjs';
import { secret, unique } from './secrets.mjs';
import { startInstance } from './server.mjs';

/** @typedef {{ id: string, name: string, token: string }} Pipeline */

/**
 * @typedef {object} World
 * @property {import('./server.mjs').Instance} instance
 * @property {import('./registry.mjs').Registry} registry
 * @property {string} image The name, for skopeo, of the image that `acme/api` holds as `1`.
 * @property {{ api: string, web: string }} credentials Ids.
 * @property {Pipeline} builds May pull and push with the credential `api`.
 * @property {Pipeline} pulls May pull with it.
 * @property {Pipeline} both May pull with both.
 * @property {(content: unknown) => Promise<string>} file Writes what programs sign in with; gives its path.
 * @property {(by: Pipeline, intent: 'pull' | 'push', more?: Record<string, string>) => import('./engines.mjs').SignIn} helped
 *   Signs in through the helper.
 * @property {(repository: 'acme/api' | 'acme/web') => Promise<string[]>} tags The tags on the registry.
 */

/**
 * @param {import('./scene.mjs').Scene} scene
 * @param {'htpasswd' | 'token'} kind
 * @returns {Promise<World>}
 */
export async function startWorld(scene, kind) {
  const accounts = {
    'api-bot': { password: secret(), repositories: ['acme/api'] },
    'web-bot': { password: secret(), repositories: ['acme/web'] },
  };
  const registry = await startRegistry(scene, kind, accounts);
  const folder = await scene.folder();
  const owners = /** @type {const} */ ({ 'acme/api': 'api-bot', 'acme/web': 'web-bot' });
  const creds = (/** @type {'acme/api' | 'acme/web'} */ of) => `${owners[of]}:${accounts[owners[of]].password}`;
  // Two images without a part in common: else a client looks into the other repository for it.
  const image = await writeImage(join(folder, 'api'), unique('api'));
  await seed(registry.host, image, 'acme/api', ['--dest-creds', creds('acme/api')]);
  const other = await writeImage(join(folder, 'web'), unique('web'));
  await seed(registry.host, other, 'acme/web', ['--dest-creds', creds('acme/web')]);

  const instance = await startInstance(scene);
  const { person, server } = instance;
  const add = (/** @type {string} */ name, /** @type {'acme/api' | 'acme/web'} */ path) =>
    person.addCredential({
      name,
      registry_url: `http://${registry.host}`,
      is_insecure: 'true',
      username: owners[path],
      password: accounts[owners[path]].password,
      paths: path,
      access: 'pull_push',
    });
  const credentials = { api: await add('api', 'acme/api'), web: await add('web', 'acme/web') };

  let files = 0;
  const file = async (/** @type {unknown} */ content) => {
    const path = join(folder, `auth-${(files += 1)}.json`);
    await writeFile(path, JSON.stringify(content), { mode: 0o600 });
    return path;
  };
  const helper = await withHelper(scene);
  const authfile = await file({ credHelpers: { [registry.host]: 'regcred' } });
  return {
    instance,
    registry,
    image,
    credentials,
    builds: await person.addPipeline('builds', [credentials.api], 'pull_push'),
    pulls: await person.addPipeline('pulls', [credentials.api], 'pull'),
    both: await person.addPipeline('both', [credentials.api, credentials.web], 'pull'),
    file,
    helped: (by, intent, more = {}) => {
      const settings = { REGCRED_URL: server.url, REGCRED_TOKEN: by.token, REGCRED_INTENT: intent };
      return { authfile, env: { ...helper, ...settings, ...more } };
    },
    tags: async (repository) => {
      const args = ['list-tags', '--tls-verify=false', '--creds', creds(repository)];
      return JSON.parse(await must('skopeo', [...args, `docker://${registry.host}/${repository}`])).Tags;
    },
  };
}

/**
 * Puts the image on a registry.
 * @param {string} host
 * @param {string} image
 * @param {string} repository
 * @param {string[]} [signIn]
 * @param {string} [tag]
 */
export async function seed(host, image, repository, signIn = [], tag = '1') {
  const to = `docker://${host}/${repository}:${tag}`;
  await must('skopeo', ['--insecure-policy', 'copy', '--dest-tls-verify=false', ...signIn, image, to]);
}
