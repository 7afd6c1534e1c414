/** Wrong tokens are charged to whoever sends them, and a job with a right one is let in all the same. */
import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { test } from 'node:test';
import { exchange } from './support/api.mjs';
import { Jobs } from './support/jobs.mjs';
import { inScene } from './support/scene.mjs';

const timeout = 120_000;

test('after 301 made-up tokens a right one is taken', { timeout }, inScene(async (scene) => {
  const jobs = await Jobs.start(scene);
  const issuer = await jobs.newIssuer();
  const pipeline = await jobs.pipeline('gitlab', issuer);
  const right = await jobs.token('gitlab', issuer);
  const [header, payload] = right.split('.');
  const forged = `${header}.${payload}.${Buffer.alloc(256).toString('base64url')}`;

  for (let sent = 0; sent < 301; sent += 10) {
    // Half of them for no pipeline that is there, and half for this one.
    const ids = Array.from({ length: 10 }, (_, nth) => (nth % 2 === 0 ? randomUUID() : pipeline.id));
    const replies = await Promise.all(ids.map((id) => exchange(jobs.url, id, forged)));
    for (const { status, text } of replies) assert.ok(status === 403 || status === 429, text);
  }
  const late = await exchange(jobs.url, pipeline.id, forged);
  assert.equal(late.status, 429, late.text);
  assert.equal(late.headers.get('retry-after'), '60');

  const taken = await Promise.all(Array.from({ length: 5 }, () => jobs.accepted(pipeline, right)));
  for (const token of taken) assert.equal((await jobs.fetch(token, 'pull')).status, 200);
}));
