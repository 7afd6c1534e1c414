/** Requests that Woodpecker and Drone sign: who made them is believed, and nobody else. */
import assert from 'node:assert/strict';
import { generateKeyPairSync } from 'node:crypto';
import { test } from 'node:test';
import { inScene } from './support/scene.mjs';
import { assertNoSecret, secret, unique } from './support/secrets.mjs';
import { lastReceipt, receiptsOf, startInstance } from './support/server.mjs';
import { drone, seconds, send, woodpecker } from './support/signed.mjs';

const timeout = 120_000;

/** @typedef {{ status: number, text: string }} Answer */

/** Whoever sent it is not believed. @param {Answer} answer */
function assertRefused({ status, text }) {
  assert.ok([401, 403].includes(status), `${status} ${text}`);
  assertNoSecret(text);
}

/**
 * Nothing for it, which CI servers take for: go on with what you have. Woodpecker takes a missing body for a cut
 * answer and asks again, and Drone's library wants none.
 */
const NOTHING = { woodpecker: { status: 200, text: '{"registries":[]}' }, drone: { status: 204, text: '' } };

/**
 * An instance with two credentials and a pipeline that may use them.
 * @param {import('./support/scene.mjs').Scene} scene
 */
async function startScene(scene) {
  const instance = await startInstance(scene);
  const { person } = instance;
  const passwords = { hub: secret(), ghcr: secret() };
  const hub = await person.addCredential({
    name: 'hub', registry_url: 'docker.io', username: 'hub-bot', access: 'pull_push', password: passwords.hub,
  });
  const ghcr = await person.addCredential({
    name: 'ghcr', registry_url: 'ghcr.io', username: 'ghcr-bot', access: 'pull', password: passwords.ghcr,
  });
  const pipeline = await person.addPipeline(unique('signed'));
  await person.grant(pipeline.id, hub, { intent: 'pull', branches: 'main' });
  await person.grant(pipeline.id, ghcr, { intent: 'pull' });
  const expected = [
    { address: 'docker.io', username: 'hub-bot', password: passwords.hub },
    // Their readers compare text, and an image may name the usual port.
    { address: 'ghcr.io', username: 'ghcr-bot', password: passwords.ghcr },
    { address: 'ghcr.io:443', username: 'ghcr-bot', password: passwords.ghcr },
  ];
  return { instance, person, pipeline, expected, url: instance.server.url };
}

/**
 * By the address, since it is nowhere said which comes first.
 * @param {{ address: string }[]} registries
 */
const sorted = (registries) => [...registries].sort((one, other) => (one.address < other.address ? -1 : 1));

/** The start of what both send. */
const REPOSITORY = { id: 7, name: 'api', full_name: 'acme/api', slug: 'acme/api' };
const RUN = { number: 12, event: 'push', ref: 'refs/heads/main', branch: 'main', author: 'dana' };

test('Woodpecker signs with its key', { timeout }, inScene(async (scene, t) => {
  const { instance, person, pipeline, expected, url } = await startScene(scene);
  const own = generateKeyPairSync('ed25519');
  const foreign = generateKeyPairSync('ed25519');
  const pem = own.publicKey.export({ type: 'spki', format: 'pem' }).toString();
  await person.trust(pipeline.id, { provider: 'woodpecker', public_key: pem, claims: { 'repo.id': '7' } });

  const path = '/api/v1/woodpecker/acme';
  const body = (run = {}, repo = {}) => ({ repo: { ...REPOSITORY, ...repo }, pipeline: { ...RUN, commit: 'c0ffee', ...run } });
  const sign = (content = body(), times = `;created=${seconds()}`) => woodpecker(path, content, own.privateKey, times);

  await t.test('it receives the registries of the pipeline, with a receipt that carries the proof', async () => {
    const { status, text } = await send(url, sign());
    assert.equal(status, 200, text);
    const answer = JSON.parse(text);
    assert.deepEqual(Object.keys(answer), ['registries']);
    assert.deepEqual(sorted(answer.registries), expected);
    const receipts = await receiptsOf(instance, pipeline.name);
    assert.deepEqual(receipts.map(({ door, outcome }) => [door, outcome]), Array(2).fill(['woodpecker', 'delivered']));
    const { rule, ...proof } = /** @type {import('./support/server.mjs').Receipt} */ (receipts[0]).proof;
    assert.ok(rule);
    const run = { reference: 'refs/heads/main', event: 'push', run: '12', commit: 'c0ffee', actor: 'dana', is_fork: false };
    assert.deepEqual(proof, { provider: 'woodpecker', subject: 'acme/api', ...run });
  });

  await t.test('a grant for a branch looks at the branch that was signed', async () => {
    const { status, text } = await send(url, sign(body({ ref: 'refs/tags/main' })));
    assert.equal(status, 200, text);
    assert.deepEqual(sorted(JSON.parse(text).registries), expected.slice(1));
  });

  await t.test('a pull request from a fork receives nothing', async () => {
    const proposed = { event: 'pull_request', ref: 'refs/pull/3/head', from_fork: true };
    assert.deepEqual(await send(url, sign(body(proposed))), NOTHING.woodpecker);
    const { outcome, reason } = await lastReceipt(instance, pipeline.name);
    assert.deepEqual([outcome, reason], ['refused', 'the grant does not allow pull requests from forks']);
  });

  await t.test('a repository that no pipeline is for is refused', async () => {
    const { status, text } = await send(url, sign(body({}, { id: 8 })));
    assert.equal(status, 403, text);
    assertNoSecret(text);
  });

  const count = (await receiptsOf(instance, pipeline.name)).length;
  const genuine = sign(body({ number: 14 }));
  const header = (/** @type {Record<string, string>} */ headers) => ({ ...genuine, headers: { ...genuine.headers, ...headers } });
  const minutes = (/** @type {number} */ number) => `;created=${seconds() + number * 60}`;
  const other = sign(body({ number: 13 }));
  /** @type {Record<string, import('./support/signed.mjs').Signed>} */
  const FORGED = {
    'another key': woodpecker(path, body(), foreign.privateKey),
    'another body': { ...genuine, body: other.body },
    'another body with its digest': { ...header({ 'content-digest': other.headers['content-digest'] ?? '' }), body: other.body },
    'a digest of another kind that is right for nothing': header({ 'content-digest': 'sha-512=:AAAA:' }),
    'another project': { ...genuine, path: '/api/v1/woodpecker/other' },
    'a query that was not signed': { ...genuine, path: `${path}?intent=push` },
    'another time than was signed': header({
      'signature-input': (genuine.headers['signature-input'] ?? '').replace(/created=\d+/, `created=${seconds() + 1}`),
    }),
    'a time six minutes ago': sign(body(), minutes(-6)),
    'a time in six minutes': sign(body(), minutes(6)),
    'no time': sign(body(), ''),
    'no signature': { ...genuine, headers: { 'content-type': 'application/json' } },
    'a signature of nothing': header({ signature: 'woodpecker-ci-extensions=::' }),
  };
  for (const [what, request] of Object.entries(FORGED)) {
    await t.test(`${what} is refused`, async () => assertRefused(await send(url, request)));
  }
  await t.test('none of these received anything', async () => {
    assert.equal((await receiptsOf(instance, pipeline.name)).length, count);
  });
  await t.test('the genuine one would have been taken, once', async () => {
    assert.equal((await send(url, genuine)).status, 200);
    const { status, text } = await send(url, genuine);
    assert.equal(status, 409, text);
    assertNoSecret(text);
  });
}));

test('Drone signs with the shared secret', { timeout }, inScene(async (scene, t) => {
  const { instance, person, pipeline, expected, url } = await startScene(scene);
  const claims = { 'repo.id': '7' };
  const shared = await person.trust(pipeline.id, { provider: 'drone', claims });
  assert.match(shared, /^[0-9a-f]{64}$/);
  const elsewhere = await person.addPipeline(unique('elsewhere'));
  const foreign = await person.trust(elsewhere.id, { provider: 'drone', claims: { 'repo.id': '9' } });
  assert.equal(foreign, '', 'a later rule uses the same secret, and does not show it');

  const path = '/api/v1/drone/acme';
  const build = { ...RUN, after: 'c0ffee', author_login: 'dana', author_name: 'Dana Kim' };
  const body = (run = {}, repo = {}) => ({ repo: { ...REPOSITORY, ...repo }, build: { ...build, ...run } });
  const sign = (content = body(), how = {}) => drone(path, content, shared, how);

  await t.test('it receives a bare list of registries, with a receipt that carries the proof', async () => {
    const { status, text } = await send(url, sign());
    assert.equal(status, 200, text);
    assert.deepEqual(sorted(JSON.parse(text)), expected);
    assert.ok(!text.includes(shared));
    const { door, outcome, proof } = await lastReceipt(instance, pipeline.name);
    assert.deepEqual([door, outcome], ['drone', 'delivered']);
    const { provider, subject, reference, event, run, commit } = proof;
    assert.deepEqual([provider, subject, run, commit], ['drone', 'acme/api', '12', 'c0ffee']);
    assert.deepEqual([reference, event], ['refs/heads/main', 'push']);
  });

  await t.test('a pull request from a fork receives nothing', async () => {
    const proposed = { event: 'pull_request', ref: 'refs/pull/3/head', source_repo: 'mallory/api' };
    assert.deepEqual(await send(url, sign(body(proposed))), NOTHING.drone);
  });

  await t.test('a repository without a rule is refused', async () => {
    const { status, text } = await send(url, sign(body({}, { id: 10 })));
    assert.equal(status, 403, text);
    assertNoSecret(text);
  });

  const count = (await receiptsOf(instance, pipeline.name)).length;
  const genuine = sign(body({ number: 14 }));
  const header = (/** @type {Record<string, string>} */ headers) => ({ ...genuine, headers: { ...genuine.headers, ...headers } });
  const shifted = (/** @type {number} */ minutes) => new Date(Date.now() + minutes * 60_000);
  const without = (/** @type {string} */ left) =>
    ['accept', 'accept-encoding', 'content-type', 'date', 'digest'].filter((name) => name !== left);
  const other = sign(body({ number: 13 }));
  /** @type {Record<string, import('./support/signed.mjs').Signed>} */
  const FORGED = {
    'another secret': drone(path, body(), 'f'.repeat(64)),
    'an empty secret': drone(path, body(), ''),
    'another body': { ...genuine, body: other.body },
    'another body with its digest': { ...header({ digest: other.headers.digest ?? '' }), body: other.body },
    'another date than was signed': header({ date: shifted(1).toUTCString() }),
    'a date six minutes ago': sign(body(), { date: shifted(-6) }),
    'a date in six minutes': sign(body(), { date: shifted(6) }),
    'a date that was not signed': sign(body(), { names: without('date') }),
    'a digest that was not signed': sign(body(), { names: without('digest') }),
    'another project': { ...genuine, path: '/api/v1/drone/other' },
    'no signature': header({ signature: '' }),
  };
  for (const [what, request] of Object.entries(FORGED)) {
    await t.test(`${what} is refused`, async () => assertRefused(await send(url, request)));
  }
  await t.test('none of these received anything', async () => {
    assert.equal((await receiptsOf(instance, pipeline.name)).length, count);
  });
  await t.test('the genuine one would have been taken, once', async () => {
    assert.equal((await send(url, genuine)).status, 200);
    const { status, text } = await send(url, genuine);
    assert.equal(status, 409, text);
    assertNoSecret(text);
  });
}));
