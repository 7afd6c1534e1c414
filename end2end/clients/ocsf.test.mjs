/** Audit events in the format OCSF, as a webhook receives them: other people's code finds them valid by the schema. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { get } from './support/api.mjs';
import { problemsOf, startReceiver } from './support/ocsf.mjs';
import { Person } from './support/person.mjs';
import { inScene } from './support/scene.mjs';
import { assertNoSecret, secret } from './support/secrets.mjs';
import { operate, startInstance, startReplica } from './support/server.mjs';

const timeout = 120_000;
const skip = process.env.REGCRED_OCSF ? false : 'there is no Python with the schema of OCSF (REGCRED_OCSF)';
const [DANA, LEE] = ['dana@example.com', 'lee@example.com'];

/** The class and the activity of what is done below. @type {Record<string, [number, number]>} */
const CHANGES = {
  'session.created': [3002, 1],
  'session.deleted': [3002, 2],
  'session.refused': [3002, 1],
  'user.created': [3001, 1],
  'user.password_set': [3001, 4],
  'user.disabled': [3001, 5],
  'user.enabled': [3001, 2],
  'user.admin_granted': [3001, 7],
  'user.admin_revoked': [3001, 8],
  'member.added': [3005, 1],
  'member.role_changed': [3005, 1],
  'member.removed': [3005, 2],
  'credential.created': [3004, 1],
  'credential.updated': [3004, 3],
  'credential.disabled': [3004, 9],
  'credential.deleted': [3004, 4],
  'pipeline.created': [3004, 1],
  'token.created': [3004, 1],
  'grant.created': [3004, 1],
  'permission.refused': [3004, 99],
  'destination.created': [3004, 1],
};

/** @typedef {import('./support/ocsf.mjs').Event} Event */

/** What makes an event of any class invalid. @type {Record<string, (event: Event) => object>} */
const SPOILED = {
  'nothing is said of where it comes from': ({ metadata, ...event }) => event,
  'it has a field that the class has not': (event) => ({ ...event, regcred: true }),
  'its activity has the name of another one': (event) => ({ ...event, activity_id: 1, activity_name: 'Delete' }),
  'it has an activity that the class has not': (event) => ({ ...event, activity_id: 98 }),
  'its time is a text': (event) => ({ ...event, time: `${event.time}` }),
  'it has an empty value': (event) => ({ ...event, status_detail: null }),
};

test('the schema of OCSF', { timeout, skip }, inScene(async (scene, t) => {
  const instance = await startInstance(scene);
  const { person, server: { url } } = instance;
  const password = secret('correct horse');
  const draft = { name: 'ghcr', registry_url: 'ghcr.io', password: secret() };
  const ghcr = await person.addCredential(draft);
  await person.editCredential(ghcr, { ...draft, password: '', owner: 'Dana Kim', description: 'Images of the API' });
  const { token } = await person.addPipeline('builds', [ghcr]);
  const image = 'ghcr.io/acme/api';
  assert.equal((await get(url, 'credential', token, { image })).status, 200);
  assert.equal((await get(url, 'credential', token, { image, intent: 'push' })).status, 403);
  await person.disable(ghcr);
  await person.deleteCredential(ghcr, 'ghcr');

  const add = ['user', 'add', '--email', LEE, '--name', 'Lee Park', '--project', 'acme', '--role', 'viewer'];
  await operate(instance, add, password);
  const lee = await Person.signIn(url, LEE, password);
  await assert.rejects(lee.addCredential({ name: 'quay', registry_url: 'quay.io', password: secret() }), /403/);
  await lee.signOut();
  await assert.rejects(Person.signIn(url, LEE, 'not the password'), /session\/create/);
  for (const answer of ['--yes', '--no']) await operate(instance, ['user', 'admin', LEE, answer]);
  await operate(instance, ['project', 'member', 'add', 'acme', LEE, 'auditor']);
  await operate(instance, ['project', 'member', 'remove', 'acme', LEE]);
  for (const done of ['disable', 'enable']) await operate(instance, ['user', done, LEE]);
  await operate(instance, ['user', 'password', DANA], password);
  // A server that stops writes down whom it has refused.
  await instance.server.stop();

  const again = await startReplica(scene, instance);
  const dana = await Person.signIn(again.url, DANA, password);
  const receiver = await scene.add(startReceiver());
  await dana.ship('', receiver.url, 'ocsf');
  await dana.ship('acme', receiver.url, 'ocsf');
  // Each log ends with the destination that it goes to.
  const isLast = (/** @type {Event} */ event) => event.unmapped.action === 'destination.created';
  const events = await receiver.until((events) => events.filter(isLast).length === 2);

  await t.test('everything that was done is received, in its class', () => {
    const changes = new Map(events.map((event) => [event.unmapped.action, [event.class_uid, event.activity_id]]));
    for (const [action, kind] of Object.entries(CHANGES)) assert.deepEqual(changes.get(action), kind, action);
    const deliveries = events.filter((event) => event.class_uid === 6003);
    assert.deepEqual(deliveries.map(({ activity_id, status_id }) => [activity_id, status_id]), [[2, 1], [2, 2]]);
    assertNoSecret(JSON.stringify(events));
  });

  await t.test('every event is valid', async () => {
    const problems = await problemsOf(events);
    assert.equal(problems.length, events.length);
    problems.forEach((found, at) => assert.deepEqual(found, [], JSON.stringify(events[at])));
  });

  for (const [how, spoil] of Object.entries(SPOILED)) {
    await t.test(`no event is valid any more when ${how}`, async () => {
      const problems = await problemsOf(events.map(spoil));
      problems.forEach((found, at) => assert.notDeepEqual(found, [], JSON.stringify(events[at])));
    });
  }
}));
