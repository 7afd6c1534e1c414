/** The lines for CI servers that sign for their jobs, run with tokens that a real provider signs. */
import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { exchange } from './support/api.mjs';
import { startTokens } from './support/ci-tokens.mjs';
import { SCRIPTS, byRegistry, linesOf } from './support/lines.mjs';
import { startProvider } from './support/provider.mjs';
import { inScene } from './support/scene.mjs';
import { assertNoSecret, secret } from './support/secrets.mjs';
import { startInstance } from './support/server.mjs';
import { SHELLS, Shell } from './support/shell.mjs';

const timeout = 240_000;
const CIS = ['github', 'gitlab', 'circleci', 'buildkite', 'azure'];
/** The agents' programs: they write down what they are asked for, and print the token of the job. */
const PROGRAMS = {
  'circleci': 'printf "%s\\n" "$@" > "$HOME/asked"\ncat "$HOME/jwt"',
  'buildkite-agent': 'printf "%s\\n" "$@" > "$HOME/asked"\ncat "$HOME/jwt"',
};

test('lines that prove themselves with an identity token', { timeout }, inScene(async (scene, t) => {
  const instance = await startInstance(scene);
  const { person, server: { url } } = instance;
  const password = secret();
  const draft = { name: 'ghcr', registry_url: 'ghcr.io', access: 'pull_push', password };
  const pipeline = await person.addPipeline('ci', [await person.addCredential(draft)], 'pull_push');
  const issuer = await scene.add(startProvider());
  // Any provider's word is taken in the same way: what differs is how a job gets its token.
  await person.trust(pipeline.id, { provider: 'oidc', issuer: issuer.url, audience: url, claims: { sub: 'ci' } });
  const lines = await linesOf(instance, pipeline.id);
  const sign = (/** @type {string} */ audience) => issuer.sign({ audience, claims: {} });
  const service = await scene.add(startTokens(url, sign));
  const expected = { 'ghcr.io': { auth: Buffer.from(`acme-bot:${password}`).toString('base64') } };

  /**
   * A job of the CI, whose identity token is this one where the CI does not ask for it by http.
   * @param {string} ci
   * @param {string} jwt
   * @param {string[]} [how]
   */
  const job = async (ci, jwt, how) => {
    const shell = await Shell.start(scene, PROGRAMS);
    await writeFile(join(shell.folder, 'jwt'), `${jwt}\n`);
    const env = {
      ACTIONS_ID_TOKEN_REQUEST_URL: `${service.url}/github?api-version=2.0`,
      ACTIONS_ID_TOKEN_REQUEST_TOKEN: service.token,
      GITHUB_ENV: join(shell.folder, 'github-env'),
      REGCRED_ID_TOKEN: jwt,
      SYSTEM_OIDCREQUESTURI: `${service.url}/azure`,
      SYSTEM_ACCESSTOKEN: service.token,
      DOCKER_AUTH_CONFIG: '{"auths":{}}',
    };
    const script = /** @type {(yaml: string) => string} */ (SCRIPTS[ci])(lines(ci));
    return { shell, env, done: await shell.job(script, env, how) };
  };
  /** @param {import('./support/shell.mjs').Done} done @param {string} jwt */
  const assertQuiet = ({ log, args }, jwt) => {
    for (const text of [log, args]) {
      assertNoSecret(text);
      for (const value of [jwt, service.token, 'rgc_']) assert.ok(!text.includes(value), 'a token is in sight');
    }
  };

  for (const ci of CIS) {
    await t.test(`${ci}: a job pushes with what it was given, in every shell`, async () => {
      for (const how of SHELLS) {
        const jwt = await sign(url);
        const { shell, env, done } = await job(ci, jwt, how);
        assert.ok(done.status === 0 && done.isComplete, done.log);
        assertQuiet(done, jwt);
        let docker = done.docker;
        if (ci === 'github') {
          // The next step is another process: it has what this one wrote for it.
          const handed = await shell.read('github-env');
          const more = Object.fromEntries(handed.trim().split('\n').map((line) => line.split(/=(.*)/).slice(0, 2)));
          assert.deepEqual(Object.keys(more), ['DOCKER_CONFIG', 'DOCKER_AUTH_CONFIG']);
          docker = (await shell.job('docker push ghcr.io/acme/api:1.0', { ...env, ...more }, how)).docker;
        }
        const [{ args, config, hasVariable } = assert.fail('docker was not run')] = docker;
        assert.deepEqual([args, hasVariable], ['push ghcr.io/acme/api:1.0', false]);
        assert.deepEqual(byRegistry(config.auths), expected);
      }
    });

    await t.test(`${ci}: why a token is refused is read in the log, and the job stops`, async () => {
      const jwt = await sign('https://elsewhere.example.com');
      const { message } = (await exchange(url, pipeline.id, jwt)).json.error;
      const elsewhere = await scene.add(startTokens('', async () => jwt));
      const { url: usual, token } = service;
      Object.assign(service, { url: elsewhere.url, token: elsewhere.token });
      const { done } = await job(ci, jwt).finally(() => Object.assign(service, { url: usual, token }));
      assert.ok(!done.isComplete && done.status !== 0, done.log);
      assert.ok(done.log.includes(message), `${message} is seen in ${done.log}`);
      assertQuiet(done, jwt);
      assert.deepEqual(done.docker, [], 'nothing was pushed');
    });
  }

  await t.test('circleci and buildkite are asked for the audience, and for the ids', async () => {
    const { shell } = await job('circleci', await sign(url));
    const [run, oidc, get, option, claims] = (await shell.read('asked')).split('\n');
    assert.deepEqual([run, oidc, get, option], ['run', 'oidc', 'get', '--claims']);
    assert.deepEqual(JSON.parse(claims ?? ''), { aud: url });
    const { shell: agent } = await job('buildkite', await sign(url));
    const ids = ['--claim', 'organization_id', '--claim', 'pipeline_id'];
    const asked = ['oidc', 'request-token', '--audience', url, ...ids];
    assert.deepEqual((await agent.read('asked')).trim().split('\n'), asked);
  });

  await t.test('if a CI issues no token, it says why and the job stops', async () => {
    service.refuse('This job may not have an identity token.');
    for (const ci of ['github', 'azure']) {
      const { done } = await job(ci, await sign(url));
      assert.ok(!done.isComplete && done.log.includes('may not have an identity token'), done.log);
    }
    for (const ci of ['circleci', 'buildkite']) {
      const shell = await Shell.start(scene, { 'circleci': 'exit 3', 'buildkite-agent': 'exit 3' });
      const script = /** @type {(yaml: string) => string} */ (SCRIPTS[ci])(lines(ci));
      const done = await shell.job(script, {}, ['bash']);
      assert.ok(!done.isComplete && done.status !== 0, ci);
      assert.ok(!done.args.includes('/api/v1/token'), 'nothing was asked for with an empty token');
    }
  });
}));
