/** A real OpenID provider signs for jobs: whose word is taken, what it proves, and what is refused. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { exchange } from './support/api.mjs';
import { ANY_REFERENCE, Jobs, PROPOSED, TAGGED } from './support/jobs.mjs';
import { inScene } from './support/scene.mjs';
import { assertNoSecret } from './support/secrets.mjs';
import { lastReceipt, receiptsOf } from './support/server.mjs';

const timeout = 120_000;
/** @type {('github' | 'gitlab')[]} */
const PROVIDERS = ['github', 'gitlab'];
const ID = { github: 'repository_id', gitlab: 'project_id' };
const REFERENCE = { github: 'ref', gitlab: 'ref_path' };
const NAME = { github: 'repository', gitlab: 'project_path' };

/**
 * The last receipt says that a job's token was refused, and for what.
 * @param {Jobs} jobs
 * @param {{ name: string }} pipeline
 * @param {string} reason
 */
async function assertRefusal(jobs, pipeline, reason) {
  const { door, outcome, reason: noted, proof } = await lastReceipt(jobs.instance, pipeline.name);
  assert.deepEqual([door, outcome, noted], ['token', 'refused', reason]);
  assert.equal(proof.subject, 'acme/api', 'what the token says of itself is noted');
}

/**
 * The credential is held back for this reason, and a receipt says so.
 * @param {Jobs} jobs
 * @param {{ name: string }} pipeline
 * @param {string} token
 * @param {'pull' | 'push'} intent
 * @param {string} reason
 */
async function assertHeldBack(jobs, pipeline, token, intent, reason) {
  const reply = await jobs.fetch(token, intent);
  assert.equal(reply.status, 403, reply.text);
  assert.ok(reply.json.error.message.includes(reason), reply.text);
  assertNoSecret(reply.text);
  const receipt = await lastReceipt(jobs.instance, pipeline.name);
  assert.deepEqual([receipt.door, receipt.outcome, receipt.reason], ['credential', 'refused', reason]);
}

test('which tokens are accepted, and for what', { timeout }, inScene(async (scene, t) => {
  const jobs = await Jobs.start(scene);
  const issuer = await jobs.newIssuer();
  const now = Math.floor(Date.now() / 1000);

  for (const provider of PROVIDERS) {
    await t.test(`${provider}: a job of the repository is let in, and its receipt carries the proof`, async () => {
      const pipeline = await jobs.pipeline(provider, issuer, { terms: { branches: 'main', events: 'push' } });
      const token = await jobs.accepted(pipeline, await jobs.token(provider, issuer));
      for (const intent of /** @type {const} */ (['pull', 'push'])) {
        const reply = await jobs.fetch(token, intent);
        assert.equal(reply.status, 200, reply.text);
        assert.deepEqual([reply.json.registry, reply.json.username], ['ghcr.io', 'acme-bot']);
      }
      const receipts = await receiptsOf(jobs.instance, pipeline.name);
      assert.deepEqual(receipts.map(({ outcome, intent }) => [outcome, intent]), [
        ['delivered', 'pull'],
        ['delivered', 'pull_push'],
      ]);
      for (const { proof } of receipts) {
        const { rule, commit, ...proved } = proof;
        assert.match(rule ?? '', /^[0-9a-f-]{36}$/);
        assert.match(commit ?? '', /^6cc2a1f4/);
        const job = { reference: 'refs/heads/main', event: 'push', run: '9001', actor: 'dana' };
        // Only GitLab says of a push whose code it is.
        const own = provider === 'gitlab' ? { is_fork: false } : {};
        assert.deepEqual(proved, { provider, subject: 'acme/api', ...job, ...own });
      }
    });

    await t.test(`${provider}: a job of another repository is refused`, async () => {
      const pipeline = await jobs.pipeline(provider, issuer);
      const token = await jobs.token(provider, issuer, { [ID[provider]]: '7002' });
      const reason = `${ID[provider]} is not what the trust rule asks for`;
      await jobs.refused(pipeline, token, new RegExp(reason));
      await assertRefusal(jobs, pipeline, reason);
    });

    await t.test(`${provider}: a name that changed hands opens nothing, and a renamed repository still does`, async () => {
      const pipeline = await jobs.pipeline(provider, issuer);
      const taken = await jobs.token(provider, issuer, { [ID[provider]]: '70011' });
      await jobs.refused(pipeline, taken, /is not what the trust rule asks for/);
      const renamed = await jobs.token(provider, issuer, { [NAME[provider]]: 'acme/renamed' });
      await jobs.accepted(pipeline, renamed);
    });

    await t.test(`${provider}: a tag that is called like the branch is not the branch of the rule`, async () => {
      const pipeline = await jobs.pipeline(provider, issuer);
      const differs = `${REFERENCE[provider]} is not what the trust rule asks for`;
      // GitLab says in a claim of its own that it is a tag.
      const reason = provider === 'gitlab' ? `${differs}: the run is for a tag, and a tag is not a branch` : differs;
      await jobs.refused(pipeline, await jobs.token(provider, issuer, TAGGED[provider]), new RegExp(reason));
      await assertRefusal(jobs, pipeline, reason);
    });

    await t.test(`${provider}: a tag that is called like the branch is not the branch of the grant`, async () => {
      const other = { rule: ANY_REFERENCE[provider], terms: { branches: 'main' } };
      const pipeline = await jobs.pipeline(provider, issuer, other);
      const token = await jobs.accepted(pipeline, await jobs.token(provider, issuer, TAGGED[provider]));
      await assertHeldBack(jobs, pipeline, token, 'pull', 'the grant is for other branches');
    });

    await t.test(`${provider}: a proposed change gets nothing unless the grant says so, and never pushes`, async () => {
      const why = 'the grant does not allow pull requests from forks';
      const rule = ANY_REFERENCE[provider];
      const usual = await jobs.pipeline(provider, issuer, { rule });
      const token = await jobs.accepted(usual, await jobs.token(provider, issuer, PROPOSED[provider]));
      await assertHeldBack(jobs, usual, token, 'pull', why);
      await assertHeldBack(jobs, usual, token, 'push', why);

      const open = await jobs.pipeline(provider, issuer, { rule, terms: { forks: 'pull' } });
      const another = await jobs.accepted(open, await jobs.token(provider, issuer, PROPOSED[provider]));
      const reply = await jobs.fetch(another, 'pull');
      assert.equal(reply.status, 200, reply.text);
      await assertHeldBack(jobs, open, another, 'push', why);
    });

    await t.test(`${provider}: an expired token is refused`, async () => {
      const pipeline = await jobs.pipeline(provider, issuer);
      const times = { iat: now - 900, exp: now - 300 };
      await jobs.refused(pipeline, await jobs.token(provider, issuer, {}, { times }), /expired/);
    });

    await t.test(`${provider}: a token that is meant for somebody else is refused`, async () => {
      const pipeline = await jobs.pipeline(provider, issuer);
      for (const audience of ['https://regcred.example.com', 'http://localhost', `${jobs.url}/`]) {
        const token = await jobs.token(provider, issuer, {}, { audience });
        await jobs.refused(pipeline, token, /meant for another audience/);
        const { outcome, reason } = await lastReceipt(jobs.instance, pipeline.name);
        assert.equal(outcome, 'refused');
        assert.ok(reason?.includes(`it is for ${audience},`) && reason.includes(jobs.url), reason);
      }
    });

    await t.test(`${provider}: a token that was changed on the way is refused`, async () => {
      const pipeline = await jobs.pipeline(provider, issuer);
      const [header, payload, signature] = (await jobs.token(provider, issuer, TAGGED[provider])).split('.');
      const claims = JSON.parse(Buffer.from(payload ?? '', 'base64url').toString());
      const better = JSON.stringify({ ...claims, [REFERENCE[provider]]: 'refs/heads/main' });
      const changed = `${header}.${Buffer.from(better).toString('base64url')}.${signature}`;
      await jobs.refused(pipeline, changed, /signature is wrong/);
    });
  }

  await t.test('github: a token that was issued long ago is refused although it has not expired', async () => {
    const pipeline = await jobs.pipeline('github', issuer);
    const times = { iat: now - 1200, exp: now + 1200 };
    await jobs.refused(pipeline, await jobs.token('github', issuer, {}, { times }), /too long ago/);
  });

  await t.test('an issuer that no rule names is not even asked', async () => {
    const stranger = await jobs.newIssuer();
    const pipeline = await jobs.pipeline('github', issuer);
    await jobs.refused(pipeline, await jobs.token('github', stranger), /names the issuer/);
    assert.equal(stranger.keyFetches(), 0);
  });

  await t.test('a trust rule of one pipeline is not for another', async () => {
    const pipeline = await jobs.pipeline('github', issuer);
    const bare = await jobs.instance.person.addPipeline('bare');
    const token = await jobs.token('github', issuer);
    await jobs.refused(bare, token, /names the issuer/);
    await jobs.refused({ id: '00000000-0000-7000-8000-000000000000' }, token, /names the issuer/);
    await jobs.accepted(pipeline, token);
  });
}));

test('how often a token is accepted', { timeout }, inScene(async (scene, t) => {
  const jobs = await Jobs.start(scene);
  const issuer = await jobs.newIssuer();
  const replica = await jobs.replica();
  const again = 'the token was already used';

  await t.test('github: once, and again only within seconds, for an answer that was lost, whichever server it is shown to', async () => {
    const pipeline = await jobs.pipeline('github', issuer);
    const token = await jobs.token('github', issuer);
    const tokens = [await jobs.accepted(pipeline, token), await jobs.accepted(pipeline, token, replica)];
    assert.equal(new Set(tokens).size, 2, 'another token is given for it');
    await jobs.usedUp(pipeline, token);
    await jobs.refused(pipeline, token, new RegExp(again));
    await assertRefusal(jobs, pipeline, again);
    await jobs.refused(pipeline, token, new RegExp(again), replica);
    await jobs.accepted(pipeline, await jobs.token('github', issuer), replica);
  });

  await t.test('github: shown to both servers many times at once it is one run, and later nobody', async () => {
    const pipeline = await jobs.pipeline('github', issuer);
    const token = await jobs.token('github', issuer);
    const urls = Array.from({ length: 8 }, (_, at) => (at % 2 === 0 ? jobs.url : replica));
    const replies = await Promise.all(urls.map((url) => exchange(url, pipeline.id, token)));
    assert.deepEqual(replies.map(({ status }) => status), Array(8).fill(200));
    const runs = new Set();
    for (const { json } of replies) {
      await jobs.fetch(json.token, 'pull');
      const { proof } = await lastReceipt(jobs.instance, pipeline.name);
      runs.add(proof.run);
    }
    assert.deepEqual([...runs], ['9001']);
    await jobs.usedUp(pipeline, token);
    const later = await Promise.all(urls.map((url) => exchange(url, pipeline.id, token)));
    assert.deepEqual(later.map(({ status }) => status), Array(8).fill(403));
  });

  await t.test('gitlab: as long as its job runs, and by every server', async () => {
    const pipeline = await jobs.pipeline('gitlab', issuer);
    const token = await jobs.token('gitlab', issuer);
    const tokens = [];
    for (const url of [jobs.url, jobs.url, replica]) tokens.push(await jobs.accepted(pipeline, token, url));
    assert.equal(new Set(tokens).size, 3, 'each time another token is given for it');
  });
}));

test('keys that change, and a provider that is down', { timeout }, inScene(async (scene, t) => {
  const jobs = await Jobs.start(scene);
  const issuer = await jobs.newIssuer();
  const pipeline = await jobs.pipeline('gitlab', issuer);
  const before = await jobs.token('gitlab', issuer);
  await jobs.accepted(pipeline, before);
  assert.equal(issuer.keyFetches(), 1);

  await issuer.changeKeys();
  const after = await jobs.token('gitlab', issuer);

  // A server asks for an unknown key once a minute, and has just asked.
  await t.test('a key that the server has not seen is refused, and costs the provider nothing', async () => {
    for (let time = 0; time < 5; time += 1) {
      await jobs.refused(pipeline, after, /signature is wrong/);
    }
    assert.equal(issuer.keyFetches(), 1);
  });

  const replica = await jobs.replica();
  await t.test('a server that asks anew takes the new key and not the one that was withdrawn', async () => {
    await jobs.accepted(pipeline, after, replica);
    await jobs.refused(pipeline, before, /signature is wrong/, replica);
    assert.equal(issuer.keyFetches(), 2);
  });

  await issuer.stop();
  await t.test('while the provider is down, keys that were fetched still work', async () => {
    await jobs.accepted(pipeline, before);
    await jobs.accepted(pipeline, after, replica);
  });

  await t.test('an issuer that cannot be reached is a temporary failure, not a refusal', async () => {
    const third = await jobs.replica();
    const reply = await exchange(third, pipeline.id, after);
    assert.equal(reply.status, 503, reply.text);
    assert.equal(reply.json.error.code, 'upstream');
    assert.equal(reply.headers.get('retry-after'), '30');
    assert.ok(reply.json.error.message.includes(new URL(issuer.url).host), 'the issuer is named');
    assertNoSecret(reply.text);
  });
}));
