/** Real clients and real registries: images are pulled and pushed with what Regcred delivers. */
import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { get } from './support/api.mjs';
import { ENGINES, newEngine, withHelper } from './support/engines.mjs';
import { writeImage } from './support/image.mjs';
import { run } from './support/process.mjs';
import { startRegistry } from './support/registry.mjs';
import { inScene } from './support/scene.mjs';
import { assertNoSecret, secret } from './support/secrets.mjs';
import { lastReceipt, receiptsOf, startInstance } from './support/server.mjs';
import { seed, startWorld } from './support/world.mjs';

const timeout = 300_000;
const NOT_FOUND = 'credentials not found in native keychain';
const PULL_ONLY = 'the grant or the credential is for pulling only';

/** @type {['htpasswd' | 'token', string][]} */
const KINDS = [
  ['htpasswd', 'asks for a password'],
  ['token', 'has a token service'],
];

/** @param {import('./support/process.mjs').Ended} ended */
function assertWorked({ status, stdout, stderr }) {
  assert.equal(status, 0, `${stdout}\n${stderr}`);
}

/**
 * It did not work, and says so.
 * @param {import('./support/process.mjs').Ended} ended
 * @param {RegExp} why
 */
function assertFailed({ status, stderr }, why) {
  assert.notEqual(status, 0, stderr);
  assert.match(stderr, why);
}

for (const [kind, what] of KINDS) {
  test(`with a registry that ${what}`, { timeout }, inScene(async (scene, t) => {
    const world = await startWorld(scene, kind);
    const { instance, registry, builds, pulls, both } = world;
    const { url } = instance.server;
    const api = `${registry.host}/acme/api`;

    for (const name of ENGINES) {
      await t.test(`${name} pulls and pushes through the credential helper`, async () => {
        const engine = await newEngine(scene, name);
        const job = { GITHUB_RUN_ID: `run-${name}` };
        assertWorked(await engine.pull(`${api}:1`, world.helped(builds, 'pull', job)));
        const target = `${api}:${name}-by-helper`;
        assertWorked(await engine.push(`${api}:1`, target, world.helped(builds, 'push', job)));
        assert.ok((await world.tags('acme/api')).includes(`${name}-by-helper`), 'the tag is on the registry');

        const all = await receiptsOf(instance, builds.name);
        const receipts = all.filter((one) => one.claims.run === job.GITHUB_RUN_ID);
        assert.deepEqual([...new Set(receipts.map((one) => one.intent))].sort(), ['pull', 'pull_push']);
        for (const receipt of receipts) {
          const { door, outcome, credential } = receipt;
          assert.deepEqual({ door, outcome, credential }, { door: 'credential', outcome: 'delivered', credential: 'api' });
        }
      });

      await t.test(`${name} pulls and pushes with the config.json that was fetched`, async () => {
        const engine = await newEngine(scene, name);
        /** @param {'pull' | 'push'} intent */
        const fetched = async (intent) => {
          const reply = await get(url, 'docker-config', builds.token, { intent });
          assert.equal(reply.status, 200, reply.text);
          assert.equal(reply.headers.get('cache-control'), 'no-store');
          assert.deepEqual(Object.keys(reply.json.auths), [registry.host]);
          return { authfile: await world.file(reply.json) };
        };
        assertWorked(await engine.pull(`${api}:1`, await fetched('pull')));
        assertWorked(await engine.push(`${api}:1`, `${api}:${name}-by-file`, await fetched('push')));
        assert.ok((await world.tags('acme/api')).includes(`${name}-by-file`), 'the tag is on the registry');
      });

      await t.test(`${name} takes for each path of auth.json the credential for it`, async () => {
        const reply = await get(url, 'auth-json', both.token);
        assert.equal(reply.status, 200, reply.text);
        const keys = [api, `${registry.host}/acme/web`];
        assert.deepEqual(Object.keys(reply.json.auths).sort(), keys);
        const signIn = { authfile: await world.file(reply.json) };
        const engine = await newEngine(scene, name);
        for (const key of keys) assertWorked(await engine.pull(`${key}:1`, signIn));
        // Each user is asked for by its own path only, and never the other way round.
        assert.deepEqual(registry.users('acme/api'), ['api-bot']);
        assert.deepEqual(registry.users('acme/web'), ['web-bot']);
      });

      await t.test(`${name} does not push where only pulling is granted, and says why`, async () => {
        const engine = await newEngine(scene, name);
        assertWorked(await engine.pull(`${api}:1`, world.helped(pulls, 'pull')));
        const refused = await engine.push(`${api}:1`, `${api}:${name}-refused`, world.helped(pulls, 'push'));
        // The client goes on as for a public image, and the registry refuses; who reads the log is told why.
        assertFailed(refused, new RegExp(PULL_ONLY));
        assertNoSecret(refused.stdout + refused.stderr);
        assert.ok(!(await world.tags('acme/api')).includes(`${name}-refused`), 'nothing was pushed');
        const { intent, outcome, reason } = await lastReceipt(instance, pulls.name);
        assert.deepEqual({ intent, outcome, reason }, { intent: 'pull_push', outcome: 'refused', reason: PULL_ONLY });
      });

      await t.test(`${name} is told of both when the helper cannot choose between two`, async () => {
        const engine = await newEngine(scene, name);
        const refused = await engine.pull(`${api}:1`, world.helped(both, 'pull'));
        assertFailed(refused, /regcred: .*\bapi\b.*\bweb\b/);
        const chosen = world.helped(both, 'pull', { REGCRED_REPOSITORY: 'acme/api' });
        assertWorked(await engine.pull(`${api}:1`, chosen));
      });
    }
  }));
}

test('a token for one repository is all that leaves', { timeout }, inScene(async (scene, t) => {
  const { instance, registry, credentials, builds, pulls, image } = await startWorld(scene, 'token');
  const { person, server } = instance;
  const { tokens, host } = registry;
  assert.ok(tokens);
  const ask = (/** @type {string} */ token, intent = 'pull') =>
    get(server.url, 'registry-token', token, { image: `${host}/acme/api:1`, intent });

  await t.test('not before a person has accepted the token service', async () => {
    const shown = tokens.presented.length;
    const reply = await ask(pulls.token);
    assert.equal(reply.status, 409, reply.text);
    assert.equal(reply.json.error.code, 'conflict');
    assert.ok(reply.json.error.message.includes(tokens.origin), reply.text);
    assert.equal(tokens.presented.length, shown, 'the password went nowhere');
  });

  await person.acceptTokenService(credentials.api, tokens.origin);
  const reply = await ask(pulls.token);
  assert.equal(reply.status, 200, reply.text);
  assertNoSecret(reply.text);
  const { token, expires_in, registry: of, repository, actions } = reply.json;
  assert.deepEqual([of, repository, actions], [host, 'acme/api', ['pull']]);
  assert.ok(expires_in > 0 && expires_in <= 3600);
  const { door, outcome, image: named } = await lastReceipt(instance, pulls.name);
  assert.deepEqual([door, outcome, named], ['registry-token', 'delivered', `${host}/acme/api`]);

  const copy = (/** @type {string[]} */ args) => run('skopeo', ['--insecure-policy', 'copy', ...args]);
  const from = (/** @type {string} */ name) => [
    '--src-tls-verify=false', '--src-registry-token', token, `docker://${host}/${name}:1`,
  ];
  const to = (/** @type {string} */ bearer, /** @type {string} */ tag) => [
    '--dest-tls-verify=false', '--dest-registry-token', bearer, image, `docker://${host}/acme/api:${tag}`,
  ];
  const folder = await scene.folder();

  await t.test('skopeo pulls that repository with it', async () => {
    assertWorked(await copy([...from('acme/api'), `oci:${join(folder, 'api')}:1`]));
    const inspect = ['inspect', '--tls-verify=false', '--registry-token', token];
    assertWorked(await run('skopeo', [...inspect, `docker://${host}/acme/api:1`]));
  });
  await t.test('another repository is refused', async () => {
    assertFailed(await copy([...from('acme/web'), `oci:${join(folder, 'web')}:1`]), /denied|unauthorized/);
  });
  await t.test('pushing is refused', async () => {
    assertFailed(await copy(to(token, 'refused')), /denied|unauthorized/);
    assert.equal((await ask(pulls.token, 'push')).status, 403);
  });
  await t.test('a token to push is for who was granted to push', async () => {
    const wide = await ask(builds.token, 'push');
    assert.equal(wide.status, 200, wide.text);
    assert.deepEqual(wide.json.actions, ['pull', 'push']);
    assertWorked(await copy(to(wide.json.token, 'by-token')));
  });
}));

test('a registry without a token service gives none', { timeout }, inScene(async (scene) => {
  const { instance, registry, pulls } = await startWorld(scene, 'htpasswd');
  const image = `${registry.host}/acme/api:1`;
  const reply = await get(instance.server.url, 'registry-token', pulls.token, { image });
  assert.equal(reply.status, 409, reply.text);
  assert.match(reply.json.error.message, /has no token service/);
  assertNoSecret(reply.text);
}));

test('a public image is pulled although the helper is asked', { timeout }, inScene(async (scene, t) => {
  const registry = await startRegistry(scene, 'none', {});
  const folder = await scene.folder();
  await seed(registry.host, await writeImage(join(folder, 'image'), 'For everybody.\n'), 'acme/public');
  const instance = await startInstance(scene);
  const elsewhere = await instance.person.addCredential({ name: 'ghcr', registry_url: 'ghcr.io', password: secret() });
  const pipeline = await instance.person.addPipeline('public', [elsewhere]);
  const env = {
    ...(await withHelper(scene)),
    REGCRED_URL: instance.server.url,
    REGCRED_TOKEN: pipeline.token,
    HOME: folder,
  };
  const authfile = join(folder, 'auth.json');
  await writeFile(authfile, JSON.stringify({ credHelpers: { [registry.host]: 'regcred' } }));

  const told = await run('docker-credential-regcred', ['get'], { env, input: registry.host });
  assert.deepEqual([told.status, told.stdout], [1, `${NOT_FOUND}\n`]);
  for (const name of ENGINES) {
    await t.test(`by ${name}`, async () => {
      const engine = await newEngine(scene, name);
      assertWorked(await engine.pull(`${registry.host}/acme/public:1`, { authfile, env }));
    });
  }
  assert.deepEqual(await receiptsOf(instance, pipeline.name), [], 'nothing was delivered or refused');
}));
