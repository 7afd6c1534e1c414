import { addCredential, expectSaid, pathOf } from '../support/credentials.ts';
import { confirm, expectValues, expectWrong, fillIn } from '../support/form.ts';
import { addMember, signIn } from '../support/members.ts';
import {
  addPipeline, credentialBox, fetchConfig, hostsIn, openNewPipeline, openPart, pushBox, readToken, signInFor,
} from '../support/pipelines.ts';
import { secret, unique } from '../support/secrets.ts';
import { expect, test } from '../support/test.ts';

test.describe('in a new project', () => {
  test.use({ fresh: true });

  test('the empty list teaches what a pipeline is', async ({ page, instance }) => {
    await page.goto(`${instance.project}/pipelines`);
    await expect(page.getByRole('heading', { name: 'No pipelines yet' })).toBeVisible();
    await page.getByRole('main').getByRole('link', { name: 'Add Pipeline' }).last().click();
    const dialog = page.getByRole('dialog', { name: 'Add Pipeline' });
    await expect(dialog).toContainText('This project has no registry credentials yet.');
    await expectValues(dialog, { 'Token expires after (days)': '90' });
  });
});

test('a token is shown once', async ({ page, instance }) => {
  const name = unique('once');
  const token = await addPipeline(page, instance, { name });
  await page.reload();
  await expect(page.getByText('The new token was already shown.')).toBeVisible();
  await expect(page.getByRole('region', { name: 'New token' })).toHaveCount(0);
  expect(await page.content()).not.toContain(token.split('_')[2]!);
  expect(page.url()).not.toContain(token);
  await openPart(page, 'identity');
  await expect(page.getByRole('region', { name: 'Tokens', exact: true })).toContainText(token.split('_')[1]!);
});

test('a pipeline receives what it was granted, and nothing else', async ({ page, instance }) => {
  const [granted, other, password] = [unique('granted'), unique('other'), secret()];
  await addCredential(page, instance, { name: granted, registry_url: 'ghcr.io', password });
  await addCredential(page, instance, { name: other, registry_url: 'quay.io' });
  const token = await addPipeline(page, instance, { name: unique('ci'), credentials: [granted] });
  const response = await fetchConfig(instance, token);
  expect(response.status).toBe(200);
  expect(response.headers.get('cache-control')).toBe('no-store');
  expect(response.headers.get('content-type')).toContain('application/json');
  expect(response.headers.get('set-cookie')).toBeNull();
  expect(await hostsIn(response.clone())).toEqual(['ghcr.io']);
  const config = await response.json();
  expect(signInFor(config, 'ghcr.io')).toEqual(['acme-bot', password]);
});

test('Docker Hub has the key under which docker looks for it', async ({ page, instance }) => {
  const [name, password] = [unique('hub'), secret()];
  await addCredential(page, instance, { name, registry_url: 'registry-1.docker.io', password });
  const token = await addPipeline(page, instance, { name: unique('ci'), credentials: [name] });
  const config = await (await fetchConfig(instance, token)).json();
  expect(signInFor(config, 'https://index.docker.io/v1/')).toEqual(['acme-bot', password]);
});

test('a pull grant is not delivered for a push', async ({ page, instance }) => {
  const name = unique('pull');
  await addCredential(page, instance, { name, access: 'pull_push' });
  const token = await addPipeline(page, instance, { name: unique('ci'), credentials: [name], access: 'Pull' });
  expect(await hostsIn(await fetchConfig(instance, token))).toHaveLength(1);
  const push = await fetchConfig(instance, token, { intent: 'push' });
  expect(await push.json()).toEqual({ auths: {} });
  expect(push.headers.get('regcred-left-out')).toContain('for pulling only');
});

test('every receipt says which run it was for, on both pages', async ({ page, instance }) => {
  const [name, pipeline] = [unique('receipt'), unique('acme/api')];
  await addCredential(page, instance, { name });
  const token = await addPipeline(page, instance, { name: pipeline, credentials: [name] });
  const onPipeline = page.url();
  const run = { 'Regcred-Run': 'run-4711', 'Regcred-Commit': '0a1b2c3d', 'Regcred-Branch': 'main', 'Regcred-Actor': 'dana' };
  expect((await fetchConfig(instance, token, { run })).status).toBe(200);

  await page.goto(await pathOf(page, instance, name));
  const used = page.getByRole('region', { name: 'Used by' }).getByRole('row').filter({ hasText: pipeline });
  for (const text of ['Pull', 'Once', '1 current']) await expect(used).toContainText(text);
  await page.getByRole('link', { name: 'Deliveries', exact: true }).click();
  const receipt = page.getByRole('region', { name: 'Fetches' }).getByRole('row').filter({ hasText: pipeline });
  for (const text of ['run-4711', '0a1b2c3d', 'main', 'dana', 'Delivered', '127.0.0.1']) await expect(receipt).toContainText(text);
  await receipt.getByRole('link', { name: pipeline }).click();

  await expect(page).toHaveURL(onPipeline.replace(/\?.*/, ''));
  await page.getByRole('navigation', { name: 'Pipeline', exact: true }).getByRole('link', { name: 'Deliveries' }).click();
  await expect(page).toHaveURL(/\/deliveries$/);
  const same = page.getByRole('region', { name: 'Fetches' }).getByRole('row').filter({ hasText: name });
  for (const text of ['run-4711', '0a1b2c3d', 'main', 'dana', 'Delivered']) await expect(same).toContainText(text);
});

test('granting needs the own password, and a wrong one keeps the form', async ({ page, stranger, instance }) => {
  const [name, credential] = [unique('wrong'), unique('chosen')];
  await addCredential(page, instance, { name: credential, access: 'pull_push' });
  // In a session in which nobody has typed it yet.
  const kim = await addMember(instance, 'maintainer');
  await signIn(stranger, kim, `${instance.project}/pipelines/new`);
  await expect(stranger.getByRole('dialog', { name: 'Add Pipeline' })).toBeVisible();
  const dialog = await openNewPipeline(stranger, instance, { name, credentials: [credential], access: 'Pull and push' });
  await fillIn(dialog, { 'Description': 'Nightly', 'Token expires after (days)': '30' });
  for (const [password, sentence] of [['', 'Enter your own password'], ['not the password', 'This is not your password']]) {
    await fillIn(dialog, { 'Your password': password! });
    await dialog.getByRole('button', { name: 'Create' }).click();
    await expectWrong(dialog, 'Your password', sentence!);
    await expectValues(dialog, {
      'Name': name,
      'Description': 'Nightly',
      'Token expires after (days)': '30',
      'Your password': '',
    });
    await expect(credentialBox(dialog, credential)).toBeChecked();
    await expect(pushBox(dialog, credential)).toBeChecked();
  }
  await page.goto(`${instance.project}/pipelines`);
  await expect(page.getByRole('link', { name, exact: true })).toHaveCount(0);
});

test('errors of the pipeline form stand at their fields', async ({ page, instance }) => {
  const [name, pullOnly] = [unique('Taken'), unique('pull-only')];
  await addCredential(page, instance, { name: pullOnly });
  await addPipeline(page, instance, { name });
  const dialog = await openNewPipeline(page, instance, { name: name.toLowerCase(), credentials: [pullOnly] });
  // It cannot be chosen for what it cannot do.
  await expect(pushBox(dialog, pullOnly)).toHaveCount(0);
  await fillIn(dialog, {
    'Description': 'x'.repeat(1001),
    'Token expires after (days)': '366',
    'Your password': 'not the password',
  });
  await dialog.getByRole('button', { name: 'Create' }).click();
  await expectWrong(dialog, 'Your password', 'This is not your password');
  await expectWrong(dialog, 'Name', 'Another pipeline in this project has this name');
  await expectWrong(dialog, 'Description', 'Use at most 1000 characters');
  await expectWrong(dialog, 'Token expires after (days)', 'from 1 to 365');
});

test('a revoked token is refused from the next request on, while another one works', async ({ page, instance }) => {
  const credential = unique('tokens');
  await addCredential(page, instance, { name: credential });
  const first = await addPipeline(page, instance, { name: unique('ci'), credentials: [credential] });
  await openPart(page, 'identity');
  const tokens = page.getByRole('region', { name: 'Tokens', exact: true });
  await tokens.getByText('Create another token', { exact: true }).click();
  await fillIn(tokens, { 'Token name': 'GitHub secret', 'Token expires after (days)': '7', 'Your password': instance.account.password });
  await tokens.getByRole('button', { name: 'Create token' }).click();
  const second = await readToken(page);
  expect(second).not.toBe(first);
  expect((await fetchConfig(instance, first)).status).toBe(200);

  await expect(tokens.getByRole('row').filter({ hasText: second.split('_')[1]! })).toContainText('GitHub secret');

  await tokens.getByRole('link', { name: 'Revoke token First token' }).click();
  const dialog = page.getByRole('dialog', { name: 'Revoke token First token?' });
  await expect(dialog).toContainText('last used it');
  await dialog.getByRole('link', { name: 'Cancel' }).click();
  await expect(dialog).toHaveCount(0);
  expect((await fetchConfig(instance, first)).status).toBe(200);
  await tokens.getByRole('link', { name: 'Revoke token First token' }).click();
  await dialog.getByRole('button', { name: 'Revoke', exact: true }).click();
  await expectSaid(page, 'The token was revoked and no longer works.');
  const refused = await fetchConfig(instance, first);
  expect(refused.status).toBe(401);
  expect(refused.headers.get('www-authenticate')).toContain('Bearer');
  expect((await fetchConfig(instance, second)).status).toBe(200);
  await expect(tokens.getByRole('row').filter({ hasText: first.split('_')[1]! })).toContainText('Revoked');
});

test('a credential is granted later and revoked', async ({ page, instance }) => {
  const name = unique('later');
  await addCredential(page, instance, { name, registry_url: 'quay.io' });
  const token = await addPipeline(page, instance, { name: unique('ci') });
  const hosts = async () => hostsIn(await fetchConfig(instance, token));
  expect(await hosts()).toEqual([]);

  const grants = page.getByRole('region', { name: 'Grants' });
  const choice = { Credential: `${name} (quay.io, pull only)`, Access: 'Pull' };
  await fillIn(grants, { ...choice, 'Your password': 'not the password' });
  await grants.getByRole('button', { name: 'Grant', exact: true }).click();
  await expectWrong(grants, 'Your password', 'This is not your password');
  await expect(grants.getByLabel('Credential', { exact: true }).getByRole('option', { selected: true })).toHaveText(choice.Credential);
  await fillIn(grants, { 'Your password': instance.account.password });
  await grants.getByRole('button', { name: 'Grant', exact: true }).click();
  await expectSaid(page, `can now pull with ${name}.`);
  expect(await hosts()).toEqual(['quay.io']);

  await grants.getByRole('link', { name: `Revoke ${name}` }).click();
  const question = page.getByRole('dialog', { name: `Revoke ${name}` });
  await expect(question).toContainText('The pipeline last received this credential');
  await question.getByRole('button', { name: 'Revoke', exact: true }).click();
  await expectSaid(page, `The grant of ${name} to`);
  expect(await hosts()).toEqual([]);
});

test('a pipeline is deleted by its name, and its tokens with it', async ({ page, instance }) => {
  const [name, credential] = [unique('gone'), unique('kept')];
  await addCredential(page, instance, { name: credential });
  const token = await addPipeline(page, instance, { name, credentials: [credential] });
  expect((await fetchConfig(instance, token)).status).toBe(200);
  await page.getByRole('link', { name: 'Delete', exact: true }).click();
  const dialog = page.getByRole('dialog', { name: `Delete ${name}` });
  await fillIn(dialog, { [`Type ${name} to confirm`]: 'something else' });
  await confirm(dialog, 'Delete', instance.account.password);
  await expectWrong(dialog, `Type ${name} to confirm`, 'type the name exactly');
  await fillIn(dialog, { [`Type ${name} to confirm`]: name });
  await confirm(dialog, 'Delete', instance.account.password);
  await expectSaid(page, `${name} was deleted.`);
  expect((await fetchConfig(instance, token)).status).toBe(401);

  // Its name stays on record, and leads nowhere.
  await page.goto(await pathOf(page, instance, credential));
  await expect(page.getByRole('region', { name: 'Used by' })).toContainText(name);
  await expect(page.getByRole('link', { name, exact: true })).toHaveCount(0);
  await page.getByRole('link', { name: 'Deliveries', exact: true }).click();
  await expect(page.getByRole('region', { name: 'Fetches' })).toContainText(name);
  await expect(page.getByRole('link', { name, exact: true })).toHaveCount(0);
});

test('a pipeline is renamed, and a save over a newer one is told', async ({ page, instance }) => {
  const [name, renamed] = [unique('before'), unique('after')];
  await addPipeline(page, instance, { name });
  const path = new URL(page.url()).pathname;
  await page.goto(path);
  await page.getByRole('link', { name: 'Edit', exact: true }).click();
  const dialog = page.getByRole('dialog', { name: `Edit ${name}` });
  await expectValues(dialog, { Name: name, Description: '' });
  await fillIn(dialog, { Name: '' });
  await dialog.getByRole('button', { name: 'Save Changes' }).click();
  await expectWrong(page.getByRole('dialog'), 'Name', 'Give the pipeline a name.');
  await fillIn(page.getByRole('dialog'), { Name: renamed, Description: 'Nightly' });
  await page.getByRole('dialog').getByRole('button', { name: 'Save Changes' }).click();
  await expectSaid(page, `${renamed} was saved.`);
  await expect(page).toHaveURL(new RegExp(`^[^?]*${path}`));
  await expect(page.getByRole('heading', { level: 1 })).toHaveText(renamed);
  await openPart(page, 'activity');
  await expect(page.getByRole('region', { name: 'Activity' })).toContainText('edited the pipeline');
});

test('the list is searched, sorted by its heads, and says how a pipeline signs in', async ({ page, instance }) => {
  const prefix = unique('listed');
  const [one, two] = [`${prefix}-a`, `${prefix}-b`];
  await addPipeline(page, instance, { name: one });
  await addPipeline(page, instance, { name: two });
  await page.goto(`${instance.project}/pipelines?q=${prefix}`);
  const names = page.getByRole('row').getByRole('link', { name: new RegExp(`^${prefix}`) });
  await expect(names).toHaveText([one, two]);
  await expect(page.getByRole('row').filter({ hasText: one })).toContainText('1 token');
  // A dialog of a row leads back to what was searched for.
  await page.getByRole('link', { name: `Edit ${one}`, exact: true }).click();
  await page.getByRole('dialog', { name: `Edit ${one}` }).getByRole('link', { name: 'Cancel' }).click();
  await expect(page).toHaveURL(`${instance.project}/pipelines?q=${prefix}`);
  await expect(names).toHaveText([one, two]);
  await page.getByRole('columnheader', { name: 'Created' }).getByRole('link').click();
  await expect(page.getByRole('columnheader', { name: 'Created' })).toHaveAttribute('aria-sort', 'descending');
  await expect(names).toHaveText([two, one]);
  await page.getByLabel('Search pipelines').fill(two);
  await page.getByLabel('Search pipelines').press('Enter');
  await expect(names).toHaveText([two]);
});

test('the own password is good for the next form', async ({ page, instance }) => {
  const name = unique('twice');
  await addPipeline(page, instance, { name: unique('once') });
  const dialog = await openNewPipeline(page, instance, { name });
  await expect(dialog).toContainText('You can leave this blank.');
  await dialog.getByRole('button', { name: 'Create' }).click();
  await readToken(page);
  await expect(page.getByRole('heading', { level: 1 })).toHaveText(name);
});
