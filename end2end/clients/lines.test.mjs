/** The lines of a pipeline's page, run as a CI runs them: what arrives, what is seen, what stops. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { get } from './support/api.mjs';
import { SCRIPTS, byRegistry, linesOf } from './support/lines.mjs';
import { inScene } from './support/scene.mjs';
import { assertNoSecret, secret } from './support/secrets.mjs';
import { startInstance } from './support/server.mjs';
import { SHELLS, Shell } from './support/shell.mjs';
import { startBreakingOff, startRefusing } from './support/stand-in.mjs';

const timeout = 240_000;
const HUB = 'https://index.docker.io/v1/';
/** The blocks that ask with the stored token. */
const ASKING = [
  'fetch', 'fetch-push', 'fetch-image', 'podman', 'buildx', 'docker-auth-config', 'kubernetes', 'woodpecker-step',
  'jenkins', 'tekton',
];
/** Those that leave a config.json in $DOCKER_CONFIG, and the registries in it. */
const FILES = {
  'fetch': [HUB, 'ghcr.io'],
  'fetch-push': [HUB, 'ghcr.io'],
  'fetch-image': ['ghcr.io'],
  'woodpecker-step': [HUB, 'ghcr.io'],
  'jenkins': [HUB, 'ghcr.io'],
};
/** The shape of a token, and nobody's. */
const NOBODY = `rgc_${'A'.repeat(22)}_${'B'.repeat(43)}_000000`;
/** What a runner has set for its own image, and docker would prefer. */
const RUNNERS = '{"auths":{}}';
const PROGRAMS = {
  podman: 'cat "$REGISTRY_AUTH_FILE" > "$HOME/podman"',
  kubectl: '{ printf "%s\\n" "$*"; cat; } > "$HOME/kubectl"',
};

/** @param {import('./support/scene.mjs').Scene} scene */
async function startScene(scene) {
  const instance = await startInstance(scene);
  const { person, server } = instance;
  const passwords = { 'ghcr.io': secret(), [HUB]: secret() };
  const ghcr = await person.addCredential({
    name: 'a-ghcr', registry_url: 'ghcr.io', paths: 'acme/api', access: 'pull_push', password: passwords['ghcr.io'],
  });
  const hub = await person.addCredential({
    name: 'b-hub', registry_url: 'docker.io', access: 'pull_push', password: passwords[HUB] ?? '',
  });
  const pipeline = await person.addPipeline('builds', [ghcr, hub], 'pull_push');
  const lines = await linesOf(instance, pipeline.id);
  const script = (/** @type {string} */ id) => (SCRIPTS[id] ?? ((text) => text))(lines(id));
  /** What signs in at these registries. @param {string[]} keys */
  const auths = (keys) => {
    const auth = (/** @type {string} */ key) => Buffer.from(`acme-bot:${passwords[key]}`).toString('base64');
    return Object.fromEntries(keys.map((key) => [key, { auth: auth(key) }]));
  };
  /** No secret was printed, or in anybody's sight. @param {import('./support/shell.mjs').Done} done */
  const assertQuiet = ({ log, args }, token = pipeline.token) => {
    for (const text of [log, args]) {
      assertNoSecret(text);
      const hidden = [token, ...Object.values(auths([HUB, 'ghcr.io'])).map(({ auth }) => auth)];
      for (const value of hidden) assert.ok(!text.includes(value), 'a secret is in the log or in arguments');
    }
  };
  const env = { REGCRED_TOKEN: pipeline.token, DOCKER_AUTH_CONFIG: RUNNERS };
  return { instance, url: server.url, pipeline, script, auths, assertQuiet, env };
}

/** @param {import('./support/shell.mjs').Done} done */
function assertDone({ status, log, isComplete }) {
  assert.ok(status === 0 && isComplete, log);
}

test('lines that ask with a token', { timeout }, inScene(async (scene, t) => {
  const { url, script, auths, assertQuiet, env } = await startScene(scene);
  const { message } = (await get(url, 'docker-config', NOBODY)).json.error;

  for (const how of SHELLS) {
    const name = how.join(' ');

    await t.test(`${name}: docker reads what was fetched, and no variable wins`, async () => {
      const shell = await Shell.start(scene);
      for (const [id, keys] of Object.entries(FILES)) {
        const done = await shell.job(`${script(id)}\ndocker push acme`, env, how);
        assertDone(done);
        assertQuiet(done);
        const docker = done.docker.at(-1);
        assert.deepEqual(byRegistry(docker?.config.auths), auths(keys), id);
        assert.equal(docker?.hasVariable, false, id);
      }
    });

    await t.test(`${name}: every other client reads what was fetched`, async () => {
      const shell = await Shell.start(scene, PROGRAMS);
      const run = async (/** @type {string} */ lines) => {
        const done = await shell.job(lines, env, how);
        assertDone(done);
        assertQuiet(done);
        return done;
      };
      const file = async (/** @type {string} */ name) => byRegistry(JSON.parse(await shell.read(name)).auths);
      await run(script('podman'));
      const { 'ghcr.io': ghcr, [HUB]: hub } = auths(['ghcr.io', HUB]);
      assert.deepEqual(await file('podman'), { 'ghcr.io/acme/api': ghcr, 'docker.io': hub });

      await run(`${script('docker-auth-config')}\nprintf '%s' "$DOCKER_AUTH_CONFIG" > variable`);
      assert.deepEqual(await file('variable'), auths([HUB, 'ghcr.io']));

      await run(script('tekton'));
      assert.deepEqual(await file('.docker/config.json'), auths([HUB, 'ghcr.io']));

      await run(script('kubernetes'));
      const [args, ...manifest] = (await shell.read('kubectl')).split('\n');
      assert.equal(args, 'apply --server-side --force-conflicts -f -');
      assert.equal(JSON.parse(manifest.join('\n')).type, 'kubernetes.io/dockerconfigjson');

      const { docker } = await run(script('buildx'));
      assert.match(docker.at(-1)?.args ?? '', /^buildx build --push -t ghcr\.io\/acme\/api:1\.0 \.$/);
      const scoped = (await shell.left('config.json')).filter((file) => file.includes('/buildx/config/ghcr.io/acme/api'));
      assert.equal(scoped.length, 1, 'a folder for the repository');
      assert.deepEqual(await shell.left('buildx.tar'), []);
    });

    await t.test(`${name}: a refusal is read in the log, stops the job and leaves nothing`, async () => {
      const shell = await Shell.start(scene, PROGRAMS);
      for (const id of ASKING) {
        const done = await shell.job(script(id), { ...env, REGCRED_TOKEN: NOBODY }, how);
        assert.ok(!done.isComplete && done.status !== 0, `${id}: the shell went on`);
        assert.ok(done.log.includes(message), `${id}: the sentence is seen in ${done.log}`);
        assertQuiet(done, NOBODY);
      }
      for (const file of ['config.json', 'auth.json', 'buildx.tar', 'podman', 'kubectl']) {
        assert.deepEqual(await shell.left(file), [], file);
      }
    });
  }
}));

test('what a report says', { timeout }, inScene(async (scene) => {
  const { script, assertQuiet, env } = await startScene(scene);
  const shell = await Shell.start(scene);
  const run = { CI_RUN: 'run-4711', CI_COMMIT: '0a1b2c3d', CI_BRANCH: 'main', CI_ACTOR: 'dana' };
  const done = await shell.job(`${script('fetch-push')}\n${script('report')}`, { ...env, ...run });
  assertDone(done);
  assertQuiet(done);
  assert.match(done.args, /\/api\/v1\/deliveries\/[0-9a-f-]{36}\/outcome/);
  const nothing = await shell.job(`${script('fetch')}\n: > "$DOCKER_CONFIG/headers"\n${script('report')}`, env);
  assert.ok(!nothing.isComplete, 'a report of nothing is not taken for one');
}));

test('a server in trouble', { timeout }, inScene(async (scene, t) => {
  const { url, script, assertQuiet, env } = await startScene(scene);

  await t.test('every status of a refusal comes with its sentence', async () => {
    const sentence = 'Two credentials serve ghcr.io: api and web.';
    for (const status of [400, 403, 409, 429, 503]) {
      const standIn = await scene.add(startRefusing(status, sentence));
      const shell = await Shell.start(scene, PROGRAMS);
      for (const id of ASKING) {
        const done = await shell.job(script(id).replaceAll(url, standIn.url), env);
        assert.ok(!done.isComplete && done.log.includes(sentence), `${status} ${id}: ${done.log}`);
      }
    }
  });

  await t.test('an answer that breaks off is not printed: there may be a secret in it', async () => {
    const standIn = await scene.add(startBreakingOff(`{"auths":{"ghcr.io":{"auth":"${secret()}`));
    const shell = await Shell.start(scene, PROGRAMS);
    for (const id of ASKING) {
      const done = await shell.job(script(id).replaceAll(url, standIn.url), env);
      assert.ok(!done.isComplete, `${id}: the shell went on`);
      assertQuiet(done);
    }
    for (const file of ['config.json', 'auth.json', 'kubectl']) assert.deepEqual(await shell.left(file), [], file);
  });

  await t.test('an unreachable server stops the job, too', async () => {
    const shell = await Shell.start(scene, PROGRAMS);
    for (const id of ASKING) {
      const done = await shell.job(script(id).replaceAll(url, 'http://127.0.0.1:9'), env);
      assert.ok(!done.isComplete && done.status !== 0, id);
      assert.match(done.log, /curl: \(7\)/, id);
    }
  });
}));
