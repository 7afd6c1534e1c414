/**
 * Images of Docker Hub by the credential helper, with the files that the page gives to copy. In the
 * same files stand registries for which nothing can be given, as in anybody's.
 */
import assert from 'node:assert/strict';
import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { test } from 'node:test';
import { startEngineApi } from './support/engine-api.mjs';
import { ENGINES, newEngine, newRemotePodman, storeIn, withWatchedHelper } from './support/engines.mjs';
import { startHub } from './support/hub.mjs';
import { writeImage } from './support/image.mjs';
import { linesOf } from './support/lines.mjs';
import { run } from './support/process.mjs';
import { startRegistry } from './support/registry.mjs';
import { inScene } from './support/scene.mjs';
import { assertNoSecret, secret } from './support/secrets.mjs';
import { receiptsOf, startInstance } from './support/server.mjs';
import { Shell } from './support/shell.mjs';
import { seed } from './support/world.mjs';

const timeout = 300_000;
const NOT_FOUND = 'credentials not found in native keychain';
const IMAGE = 'docker.io/acme/api:1.0';
const HUB = 'https://index.docker.io/v1/';
/** What cannot be given, and whether somebody has to be told why. */
const OTHERS = { 'disabled.example.com': true, 'tied.example.com': true, 'unrelated.example.com': false };

/** @param {import('./support/process.mjs').Ended} ended */
function assertWorked({ status, stdout, stderr }) {
  assert.equal(status, 0, `${stdout}\n${stderr}`);
  assertNoSecret(stdout + stderr);
}

/**
 * A stand-in for Docker Hub with one private image, and a pipeline that may pull it.
 * @param {import('./support/scene.mjs').Scene} scene
 */
async function startScene(scene) {
  const folder = await scene.folder();
  const password = secret();
  const registry = await startRegistry(scene, 'htpasswd', { 'hub-bot': { password, repositories: ['acme/api'] } });
  const signIn = ['--dest-creds', `hub-bot:${password}`];
  await seed(registry.host, await writeImage(join(folder, 'image'), 'Not for everybody.\n'), 'acme/api', signIn, '1.0');
  const hub = await scene.add(startHub(folder, registry));

  const instance = await startInstance(scene);
  const { person, server } = instance;
  const add = (/** @type {string} */ name, /** @type {string} */ host, more = {}) =>
    person.addCredential({ name, registry_url: host, password: secret(), ...more });
  const disabled = await add('disabled', 'disabled.example.com');
  const ids = [
    // The first one's registry is that of the page's examples.
    await add('a-hub', 'docker.io', { username: 'hub-bot', password }),
    await add('own', `http://${registry.host}`, { is_insecure: 'true', username: 'hub-bot', password }),
    disabled,
    await add('tied-1', 'tied.example.com'),
    await add('tied-2', 'tied.example.com'),
  ];
  const pipeline = await person.addPipeline('pulls', ids);
  await person.disable(disabled);
  const helper = await withWatchedHelper(scene);
  const lines = await linesOf(instance, pipeline.id);

  /** A file of the page with one registry more, as people have. @param {string} id */
  const authfile = async (id) => {
    const { credHelpers } = JSON.parse(lines(id));
    const path = join(await scene.folder(), 'config.json');
    await writeFile(path, JSON.stringify({ credHelpers: { ...credHelpers, 'unrelated.example.com': 'regcred' } }));
    return path;
  };
  const env = { ...helper.env, REGCRED_URL: server.url, REGCRED_TOKEN: pipeline.token };
  return { instance, registry, hub, pipeline, helper, lines, authfile, env, password };
}

test('images of Docker Hub by credHelpers', { timeout }, inScene(async (scene, t) => {
  const { instance, registry, hub, pipeline, helper, lines, authfile, env, password } = await startScene(scene);
  const inUse = { ...env, ...hub.env };

  for (const [host, isTold] of Object.entries(OTHERS)) {
    await t.test(`for ${host} the helper has nothing, in the words that clients know`, async () => {
      const told = await run('docker-credential-regcred', ['get'], { env, input: host });
      assert.deepEqual([told.status, told.stdout], [1, `${NOT_FOUND}\n`]);
      assert.ok(told.stderr !== '' || !isTold, 'the reason is for people');
      assertNoSecret(told.stderr);
    });
  }
  await helper.asked();

  for (const name of ENGINES) {
    await t.test(`${name} pulls with the file of the page, and asks for that registry only`, async () => {
      const engine = await newEngine(scene, name);
      const file = await authfile('helper-config');
      assertWorked(await engine.pull(IMAGE, { authfile: file, env: inUse }));
      assert.deepEqual(await helper.asked(), ['docker.io 0']);
    });
  }

  const remote = await newRemotePodman(scene, hub.env);
  const all = ['disabled.example.com 1', 'docker.io 0', `${registry.host} 0`, 'tied.example.com 1', 'unrelated.example.com 1'];

  await t.test('podman --remote asks for every registry, and pulls although most have nothing', async () => {
    assertWorked(await remote.pull(IMAGE, { authfile: await authfile('podman-helper-config'), env }));
    assert.deepEqual(await helper.asked(), all.sort());
  });

  await t.test('podman --remote does not take the file with the name that docker has for Docker Hub', async () => {
    const refused = await remote.pull(IMAGE, { authfile: await authfile('helper-config'), env });
    assert.notEqual(refused.status, 0, 'the page says so: change it if this works one day');
    assert.ok(refused.stderr.includes(HUB), refused.stderr);
    await helper.asked();
  });

  for (const how of ['local', 'remote']) {
    await t.test(`the lines for podman work as they were copied, ${how}`, async () => {
      const shell = await Shell.start(scene);
      const options = how === 'local' ? storeIn(await scene.folder(), 'podman') : ['--remote', '--url', remote.socket];
      await shell.program('podman', `exec ${(await which('podman')) ?? ''} ${options.join(' ')} "$@"`);
      const file = join(shell.folder, '.config/containers/regcred-auth.json');
      await mkdir(dirname(file), { recursive: true });
      await writeFile(file, lines('podman-helper-config'));
      // Docker's file is there, too: the lines see to it that podman does not read it.
      await mkdir(join(shell.folder, '.docker'));
      await writeFile(join(shell.folder, '.docker/config.json'), lines('helper-config'));
      const PATH = `${join(shell.folder, 'bin')}:${env.PATH}`;
      const done = await shell.job(lines('podman-helper'), { ...inUse, PATH });
      assert.ok(done.isComplete, done.log);
    });
  }

  await t.test('the lines for skopeo read the file that was fetched', async () => {
    const shell = await Shell.start(scene);
    await shell.program('skopeo', `exec ${(await which('skopeo')) ?? ''} --insecure-policy "$@"`);
    const done = await shell.job(`${lines('fetch')}\n${lines('skopeo')}`, { ...hub.env, REGCRED_TOKEN: pipeline.token });
    assert.ok(done.isComplete, done.log);
  });
  assert.deepEqual(registry.users('acme/api'), ['hub-bot'], 'everybody signed in');

  const skip = (await which('docker')) ? false : 'there is no docker';
  await t.test('docker signs in at Docker Hub, and pulls although others have nothing', { skip }, async () => {
    const engine = await scene.add(startEngineApi());
    const DOCKER_CONFIG = dirname(await authfile('helper-config'));
    await helper.asked();
    assertWorked(await run('docker', ['pull', IMAGE], { env: { ...env, DOCKER_CONFIG, DOCKER_HOST: engine.host } }));
    assert.deepEqual(await helper.asked(), [`${HUB} 0`]);
    const [{ image, auth } = assert.fail('nothing was pulled')] = engine.pulls;
    assert.deepEqual([image, auth?.username, auth?.password], ['docker.io/acme/api:1.0', 'hub-bot', password]);
    for (const host of Object.keys(OTHERS)) {
      assertWorked(await run('docker', ['pull', `${host}/acme/api:1.0`], { env: { ...env, DOCKER_CONFIG, DOCKER_HOST: engine.host } }));
      assert.equal(engine.pulls.at(-1)?.auth?.password ?? '', '', `${host}: without a credential, as for a public image`);
    }
  });

  await t.test('docker reads an image of a registry of its own', { skip }, async () => {
    const DOCKER_CONFIG = dirname(await authfile('helper-config'));
    const args = ['manifest', 'inspect', '--insecure', `${registry.host}/acme/api:1.0`];
    assertWorked(await run('docker', args, { env: { ...env, DOCKER_CONFIG } }));
  });

  await t.test('nothing was given of what stood beside it', async () => {
    const given = (await receiptsOf(instance, pipeline.name)).filter(({ outcome }) => outcome !== 'refused');
    assert.deepEqual([...new Set(given.map(({ credential }) => credential))].sort(), ['a-hub', 'own']);
  });
}));

/**
 * Where the program is, if it is anywhere.
 * @param {string} program
 */
async function which(program) {
  const { status, stdout } = await run('sh', ['-c', `command -v ${program}`]);
  return status === 0 ? stdout.trim() : undefined;
}
