/** The audit log as others verify it: its checkpoints, exports and proofs, read by Go's own code and not by ours. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { get } from './support/api.mjs';
import { Verifier, hasGo } from './support/audit.mjs';
import { inScene } from './support/scene.mjs';
import { assertNoSecret, secret } from './support/secrets.mjs';
import { operate, startInstance } from './support/server.mjs';
import { startWitness } from './support/witness.mjs';

const timeout = 120_000;
const PROJECT = ['--project', 'acme'];
const MISSING = 'there is no Go with golang.org/x/mod (Debian: golang-go and golang-golang-x-mod-dev)';
const skip = (await hasGo()) ? false : MISSING;

/**
 * What somebody keeps of the log of the instance, or of its project. The export comes last, and so it also has
 * what was done after the checkpoint.
 * @param {import('./support/server.mjs').Instance} instance
 * @param {string[]} [of]
 */
async function kept(instance, of = []) {
  const keys = await keysOf(instance, of);
  const note = await operate(instance, ['audit', 'checkpoint', ...of]);
  return { keys, note, links: await operate(instance, ['audit', 'export', '--format', 'links', ...of]) };
}

/**
 * The public keys that verify its checkpoints, the newest first.
 * @param {import('./support/server.mjs').Instance} instance
 * @param {string[]} of
 */
async function keysOf(instance, of) {
  return (await operate(instance, ['audit', 'key', ...of])).trimEnd().split('\n');
}

/** @param {string} links */
const linesOf = (links) => links.trimEnd().split('\n').map((line) => JSON.parse(line));

/**
 * The same export with other lines.
 * @param {string} links
 * @param {(lines: any[]) => any[]} change
 */
const changed = (links, change) => change(linesOf(links)).map((line) => `${JSON.stringify(line)}\n`).join('');

/** The same hash but for its first character. @param {string} hash */
const other = (hash) => (hash.startsWith('0') ? '1' : '0') + hash.slice(1);

test('Go reads the audit log', { timeout, skip }, inScene(async (scene, t) => {
  const instance = await startInstance(scene);
  const { person, server: { url } } = instance;
  const ghcr = await person.addCredential({ name: 'ghcr', registry_url: 'ghcr.io', password: secret() });
  const { token } = await person.addPipeline('builds', [ghcr]);
  const image = 'ghcr.io/acme/api';
  assert.equal((await get(url, 'credential', token, { image })).status, 200);
  assert.equal((await get(url, 'credential', token, { image, intent: 'push' })).status, 403);
  await person.disable(ghcr);

  const verifier = await Verifier.build(scene);
  const log = await kept(instance, PROJECT);
  const [key = '', ...others] = log.keys;
  assert.deepEqual(others, []);
  const [origin = '', size = '', root = ''] = log.note.split('\n');
  const text = `${origin}\n${size}\n${root}\n`;
  const signatures = log.note.slice(text.length);
  const covered = Number(size);

  await t.test('a project and the instance have a log each, which holds', async () => {
    assert.deepEqual(await verifier.verify(log, key), { links: covered, signatures: 1 });
    const kinds = linesOf(log.links).slice(0, covered).map(({ kind }) => kind);
    assert.deepEqual(new Set(kinds), new Set(['event', 'fetch']));
    assertNoSecret(log.links);

    const whole = await kept(instance);
    assert.ok((await verifier.verify(whole, ...whole.keys)).links > 0);
    await assert.rejects(verifier.verify(whole, key), /no verifiable signatures/);
  });

  /** @type {Record<string, [(lines: any[]) => any[], RegExp]>} */
  const EXPORTS = {
    'an event that says something else': [
      ([first, ...rest]) => [{ ...first, fields: first.fields.with(1, 'project.deleted') }, ...rest],
      /link 1 is not what its leaf is of/,
    ],
    'other receipts': [
      (lines) => lines.map((line) => (line.kind === 'fetch' ? { ...line, fields: [line.fields[0], '[]'] } : line)),
      /link \d+ is not what its leaf is of/,
    ],
    'the leaf of something else': [
      ([{ chain, link, leaf }, ...rest]) => [{ chain, link, leaf: other(leaf) }, ...rest],
      /the root is another one/,
    ],
    'links that changed places': [([first, second, ...rest]) => [second, first, ...rest], /the root is another one/],
    'a link too many': [([first, ...rest]) => [first, first, ...rest], /the root is another one/],
    'its last link removed': [(lines) => lines.slice(0, covered - 1), /the export is too short/],
  };
  for (const [what, [change, reason]] of Object.entries(EXPORTS)) {
    await t.test(`an export with ${what} is refused`, async () => {
      const links = changed(log.links, change);
      await assert.rejects(verifier.verify({ ...log, links }, key), reason);
    });
  }

  await t.test('an export holds in which only the leaf of a link is left', async () => {
    const links = changed(log.links, ([{ chain, link, leaf }, ...rest]) => [{ chain, link, leaf }, ...rest]);
    await verifier.verify({ ...log, links }, key);
  });

  await t.test('a checkpoint with another root, size or origin is refused', async () => {
    const forged = [[origin, size, other(root)], [origin, covered - 1, root], [`${origin}/2`, size, root]];
    for (const lines of forged) {
      const said = lines.map((line) => `${line}\n`).join('');
      await assert.rejects(verifier.verify({ ...log, note: said + signatures }, key), /invalid signature/);
    }
  });

  await t.test('a checkpoint that another key has signed is refused, and holds only for that key', async () => {
    const foreign = await verifier.sign(text, origin);
    await assert.rejects(verifier.verify({ ...log, note: foreign.note }, key), /no verifiable signatures/);
    await verifier.verify({ ...log, note: foreign.note }, foreign.key);
    const wrong = await verifier.sign(`${origin}\n${size}\n${other(root)}\n`, origin);
    await assert.rejects(verifier.verify({ ...log, note: wrong.note }, wrong.key), /the root is another one/);
    const misnamed = await verifier.sign(text, `${origin}/2`);
    await assert.rejects(verifier.verify({ ...log, note: misnamed.note }, misnamed.key), /the key is of another log/);
    // Our own verifier takes what Go has signed, too.
    const files = ['--export', await verifier.file(log.links), '--checkpoint', await verifier.file(foreign.note)];
    assert.match(await operate(instance, ['audit', 'verify', ...files, '--key', foreign.key]), /The export holds/);
  });

  await t.test('a proof is of its own link, and of no other one', async () => {
    const lines = log.links.split('\n');
    for (const link of [1, covered]) {
      const proof = await operate(instance, ['audit', 'proof', `${link}`, ...PROJECT]);
      assert.deepEqual(await verifier.prove(proof, lines[link - 1] ?? '', key), { index: link - 1 });
      await assert.rejects(verifier.prove(proof, lines[1] ?? '', key), /invalid transparency proof/);
    }
  });

  await t.test('while the key is replaced, each of the two verifies a checkpoint', async () => {
    await person.rotateKey('checkpoint');
    while ((await keysOf(instance, PROJECT)).length < 2);
    const later = await kept(instance, PROJECT);
    const [fresh = '', old = ''] = later.keys;
    assert.equal(old, key);
    for (const [keys, signatures] of /** @type {const} */ ([[[fresh, old], 2], [[fresh], 1], [[old], 1]])) {
      assert.equal((await verifier.verify(later, ...keys)).signatures, signatures);
    }
    await assert.rejects(verifier.verify(log, fresh), /no verifiable signatures/);
  });
}));

test('Go reads what a witness is sent', { timeout, skip }, inScene(async (scene, t) => {
  const witness = await scene.add(startWitness('witness.example.com/w1'));
  const instance = await startInstance(scene, { REGCRED_WITNESSES: witness.setting });
  const { person } = instance;
  await person.openReview('Spring');
  await witness.sent(1);
  await person.addCredential({ name: 'ghcr', registry_url: 'ghcr.io', password: secret() });
  await person.openReview('Autumn');
  const [first = '', second = ''] = await witness.sent(2);
  const verifier = await Verifier.build(scene);
  const [key = ''] = await keysOf(instance, PROJECT);
  const note = first.slice(first.indexOf('\n\n') + 2);

  await t.test('the later checkpoint follows the earlier one, as it is proved', async () => {
    assert.match(first, /^old 0\n\n/);
    const { from, to } = await verifier.follow(second, note, key);
    assert.ok(from > 0 && to > from);
  });

  await t.test('the proof is of these two checkpoints, and of no others', async () => {
    const forged = second.replace(/(?<=^old \d+\n)./, other);
    await assert.rejects(verifier.follow(forged, note, key), /invalid transparency proof/);
    const elsewhere = second.replace(/^old \d+/, 'old 1');
    await assert.rejects(verifier.follow(elsewhere, note, key), /it follows another checkpoint/);
    const [origin = '', size = '', root = ''] = note.split('\n');
    const foreign = await verifier.sign(`${origin}\n${size}\n${other(root)}\n`, origin);
    await assert.rejects(verifier.follow(second, foreign.note, key, foreign.key), /invalid transparency proof/);
  });

  await t.test('a checkpoint that the witness has cosigned holds', async () => {
    const witnessed = ['--witnessed', '--witnesses', witness.setting];
    const cosigned = await operate(instance, ['audit', 'checkpoint', ...witnessed, ...PROJECT]);
    assert.match(cosigned, /\n— witness\.example\.com\/w1 /);
    const links = await operate(instance, ['audit', 'export', '--format', 'links', ...PROJECT]);
    assert.equal((await verifier.verify({ note: cosigned, links }, key)).signatures, 1);
  });
}));
