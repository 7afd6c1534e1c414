import { isAwake } from '../../support/awake.ts';
import { addCredential, expectSaid, openEdit, openNew, openReplace, openRow, pathOf, send } from '../../support/credentials.ts';
import { expectValues, expectWrong, fillIn } from '../../support/form.ts';
import { addPipeline, fetchConfig, signInFor } from '../../support/pipelines.ts';
import { secret, unique } from '../../support/secrets.ts';
import { expect, test } from '../../support/test.ts';

const HOST = 'registry.example.com';
const FINE_GRAINED = 'github_pat_example';
// Tokens that say when they end, signed by nobody: on 2020-01-31, and on 2099-01-31.
const EXPIRED = 'eyJhbGciOiJub25lIn0.eyJleHAiOjE1ODA0Mjg4MDB9.AAAA';
const VALID = 'eyJhbGciOiJub25lIn0.eyJleHAiOjQwNzM1NDQwMDB9.AAAA';

for (const { what, typed, label, sentence } of [
  { what: 'a fine-grained token for ghcr.io', typed: { 'Registry URL': 'ghcr.io', 'Password': FINE_GRAINED }, label: 'Password', sentence: /looks like a fine-grained GitHub token/ },
  { what: 'an AWS key as a password', typed: { 'Registry URL': 'quay.io', 'Password': 'AKIAEXAMPLEEXAMPLE00' }, label: 'Password', sentence: /looks like an AWS access key ID/ },
  { what: 'a GitLab token elsewhere', typed: { 'Registry URL': 'ghcr.io', 'Password': 'glpat-example' }, label: 'Password', sentence: /the registry is not GitLab's/ },
  { what: 'a token that has expired', typed: { 'Registry URL': HOST, 'Password': EXPIRED }, label: 'Password', sentence: /The token says that it has expired\./ },
  { what: 'a date in the past', typed: { 'Registry URL': 'ghcr.io', 'Password': 'a token', 'Expires on (Optional)': '2020-01-31' }, label: 'Expires on (Optional)', sentence: 'This day has passed. Correct the date or clear the field.' },
]) {
  test(`${what} is asked about before it is saved`, async ({ page, instance, javaScriptEnabled }) => {
    const name = unique('asked');
    const dialog = await openNew(page, instance);
    const isKept = javaScriptEnabled !== false;
    if (isKept) await isAwake(page);
    await fillIn(dialog, { Name: name, Username: 'acme-bot', ...typed });
    await send(dialog);
    await expect(dialog.getByRole('button', { name: 'Save anyway' })).toBeVisible();
    await expectWrong(dialog, label, sentence);
    // Where scripts run the form was not sent yet, so nothing is to be typed again.
    await expectValues(dialog, { Name: name, Password: isKept ? typed.Password : '' });
    if (!isKept) {
      await expect(dialog.getByText('Nothing was saved yet.')).toBeVisible();
      await expect(dialog.getByLabel('Password', { exact: true })).toHaveAccessibleDescription(/Enter it again/);
    }
    await expect(await openRow(page, instance, name)).toHaveCount(0);
  });
}

test('a token in the field of the username is asked about before everybody can read it', async ({ page, instance }) => {
  const name = unique('swapped');
  const dialog = await openNew(page, instance);
  await fillIn(dialog, { 'Name': name, 'Registry URL': HOST, 'Username': `ghp_${unique('example')}`, 'Password': secret() });
  await send(dialog);
  await expect(dialog.getByRole('button', { name: 'Save anyway' })).toBeVisible();
  await expectWrong(dialog, 'Username', /This looks like a token\. Usernames are not hidden/);
  await fillIn(dialog, { Username: 'acme-bot', Password: secret() });
  await send(dialog);
  await expectSaid(page, `${name} was created for ${HOST}.`);
});

test('a secret that was saved anyway is marked until it is replaced', async ({ page, instance }) => {
  const name = unique('anyway');
  const dialog = await openNew(page, instance);
  await fillIn(dialog, { 'Name': name, 'Registry URL': 'ghcr.io', 'Username': 'acme-bot', 'Password': FINE_GRAINED, 'Access': 'Pull' });
  await send(dialog);
  await fillIn(dialog, { Password: FINE_GRAINED });
  await dialog.getByRole('button', { name: 'Save anyway' }).click();
  await expectSaid(page, `${name} was created for ghcr.io.`);
  await expectSaid(page, 'This looks like a fine-grained GitHub token');
  await expect(await openRow(page, instance, name)).toContainText('Secret looks wrong');

  const replace = await openReplace(page, instance, name);
  await expect(replace.getByText('Secret looks wrong')).toBeVisible();
  await fillIn(replace, { Password: secret() });
  await send(replace);
  await expectSaid(page, 'Version 2 of the secret is now current.');
  await expect(await openRow(page, instance, name)).not.toContainText('Secret looks wrong');
});

test('the secret is replaced by itself, with a new date', async ({ page, instance }) => {
  const [name, password] = [unique('replaced'), secret()];
  await addCredential(page, instance, { name, description: 'Kept', expires_on: '2020-01-31' });
  const token = await addPipeline(page, instance, { name: unique('reader'), credentials: [name] });
  await page.goto(await pathOf(page, instance, name));
  const own = page.url();
  await page.getByRole('link', { name: 'Replace secret' }).click();
  const dialog = page.getByRole('dialog', { name: `Replace secret of ${name}` });
  await expect(dialog.getByLabel('Expires on (Optional)')).toHaveAccessibleDescription(/The current one ends on 2020-01-31/);
  await fillIn(dialog, { 'Password': password, 'Expires on (Optional)': '2099-01-31' });
  await send(dialog);
  await expectSaid(page, `${name} was saved.`);
  expect(page.url().split('?')[0]).toBe(own);
  expect(signInFor(await (await fetchConfig(instance, token)).json(), HOST)).toEqual(['acme-bot', password]);
  await expectValues(await openEdit(page, instance, name), { 'Expires on (Optional)': '2099-01-31', 'Description': 'Kept' });
});

test('a secret without a date says that the credential lost its own, and leads to where one is set', async ({ page, instance }) => {
  const name = unique('undated');
  // No other one of the project serves the same.
  await addCredential(page, instance, { name, expires_on: '2099-01-31', paths: `acme/${name}` });
  const dialog = await openReplace(page, instance, name);
  const field = dialog.getByLabel('Expires on (Optional)');
  await expect(field).toHaveValue('');
  await expect(field).toHaveAccessibleDescription(/The current one ends on 2099-01-31\. That date is not carried over: leave this blank only if the new secret has no last day\./);
  await fillIn(dialog, { Password: secret() });
  await send(dialog);
  await expectSaid(page, `${name} no longer has an expiry date. Until now it was 2099-01-31.`);
  await page.getByRole('link', { name: 'Set the expiry date' }).click();
  const edit = page.getByRole('dialog', { name: `Edit ${name}` });
  await expectValues(edit, { 'Expires on (Optional)': '' });
  await fillIn(edit, { 'Expires on (Optional)': '2099-12-31' });
  await send(edit);
  await expectSaid(page, `${name} was saved.`);
});

test('a token that tells its end brings the expiry date with it', async ({ page, instance }) => {
  const name = unique('tells');
  await addCredential(page, instance, { name, expires_on: '2098-01-31', paths: `acme/${name}` });
  const dialog = await openReplace(page, instance, name);
  await fillIn(dialog, { Password: VALID });
  await send(dialog);
  await expectSaid(page, 'The token says that it expires on 2099-01-31, so this date was stored.');
  await expectValues(await openEdit(page, instance, name), { 'Expires on (Optional)': '2099-01-31' });
});

test('a secret that waits is not delivered, and a missing one is asked for', async ({ page, instance }) => {
  const [name, password] = [unique('waits'), secret()];
  await addCredential(page, instance, { name, password });
  const token = await addPipeline(page, instance, { name: unique('reader'), credentials: [name] });
  const dialog = await openReplace(page, instance, name);
  await send(dialog);
  await expectWrong(dialog, 'Password', /Enter the new password or token/);
  await fillIn(dialog, { Password: secret() });
  await dialog.getByLabel('Stage the new secret').check();
  await send(dialog);
  await expectSaid(page, 'Version 2 of the secret is staged.');
  expect(signInFor(await (await fetchConfig(instance, token)).json(), HOST)).toEqual(['acme-bot', password]);
});

test('an edit that replaces the secret of an expired credential asks for the new date', async ({ page, instance }) => {
  const name = unique('expired');
  await addCredential(page, instance, { name, expires_on: '2020-01-31' });
  const dialog = await openEdit(page, instance, name);
  await fillIn(dialog, { Password: secret() });
  await send(dialog);
  await expectWrong(dialog, 'Expires on (Optional)', /belongs to the secret that you replace/);
  await fillIn(dialog, { 'Password': secret(), 'Expires on (Optional)': '2099-01-31' });
  await send(dialog);
  await expectSaid(page, `${name} was saved.`);
});

test('a save without the secret that was typed first says that it was not replaced', async ({ page, instance }) => {
  const name = unique('lost');
  await addCredential(page, instance, { name });
  const dialog = await openEdit(page, instance, name);
  await fillIn(dialog, { Username: 'a:b', Password: secret() });
  await send(dialog);
  await expectWrong(dialog, 'Username', /colon/);
  await fillIn(dialog, { Username: 'acme-other' });
  await send(dialog);
  await expectSaid(page, 'The secret was not replaced');
  await page.getByRole('link', { name: 'Replace the secret' }).click();
  await expect(page.getByRole('dialog', { name: `Replace secret of ${name}` })).toBeVisible();
});

test('a change that would stop a pipeline names it before it is saved', async ({ page, instance }) => {
  const [name, ci] = [unique('narrowed'), unique('ci')];
  const host = `${name}.example.com`;
  await addCredential(page, instance, { name, registry_url: host, access: 'pull_push' });
  const token = await addPipeline(page, instance, { name: ci, credentials: [name], access: 'Pull and push' });
  expect((await fetchConfig(instance, token, { intent: 'push', image: `${host}/acme/api` })).status).toBe(200);
  const dialog = await openEdit(page, instance, name);
  await fillIn(dialog, { 'Access': 'Pull', 'Repository path (Optional)': 'acme/web' });
  // What is asked about a folded field is seen, too.
  await dialog.locator('summary', { hasText: 'More options' }).click();
  await expect(dialog.getByLabel('Repository path (Optional)')).toBeHidden();
  await send(dialog);
  await expect(dialog.getByLabel('Repository path (Optional)')).toBeVisible();
  await expectWrong(dialog, 'Access', `${ci} received this credential to push in the last 30 days. If you save this, Regcred no longer delivers it to push.`);
  await expectWrong(dialog, 'Repository path (Optional)', `${ci} received this credential for acme/api in the last 30 days. If you save this, Regcred no longer delivers it for that repository.`);
  await expect(dialog.getByRole('row').filter({ hasText: ci }), 'with its last use').toContainText('Used once');
  await dialog.getByRole('button', { name: 'Save anyway' }).click();
  await expectSaid(page, `${name} was saved.`);
  await expectValues(await openEdit(page, instance, name), { 'Access': 'pull', 'Repository path (Optional)': 'acme/web' });
});

test('a twin is told with the way to it', async ({ page, instance }) => {
  const [name, host] = [unique('twin'), `${unique('twin')}.example.com`];
  await addCredential(page, instance, { name, registry_url: host });
  const dialog = await openNew(page, instance);
  await fillIn(dialog, { 'Name': `${name}-2`, 'Registry URL': host, 'Username': 'acme-bot', 'Password': secret(), 'Access': 'Pull' });
  await send(dialog);
  await expectSaid(page, `${name} is for the same registry, repository path and access.`);
  await page.getByRole('link', { name: `Show ${name}`, exact: true }).click();
  await expect(page.getByRole('heading', { name, exact: true })).toBeVisible();
});

test('an edit that was opened on the credential leads back to it', async ({ page, instance }) => {
  const name = unique('there');
  await addCredential(page, instance, { name });
  await page.goto(await pathOf(page, instance, name));
  const own = page.url();
  for (const way of ['Cancel', 'Save Changes']) {
    await page.getByRole('link', { name: 'Edit', exact: true }).click();
    const dialog = page.getByRole('dialog', { name: `Edit ${name}` });
    await dialog.getByRole(way === 'Cancel' ? 'link' : 'button', { name: way, exact: true }).click();
    await expect(page.getByRole('dialog')).toHaveCount(0);
    expect(page.url().split('?')[0]).toBe(own);
  }
});

for (const viewport of [{ width: 1280, height: 800 }, { width: 390, height: 844 }]) {
  test.describe(`at ${viewport.width} x ${viewport.height}`, () => {
    test.use({ viewport });

    for (const preset of ['', '?preset=docker-hub', '?preset=ghcr']) {
      test(`all that is required is on the first screen ${preset}`, async ({ page, instance }) => {
        await page.goto(`${instance.project}/credentials/new${preset}`);
        const dialog = page.getByRole('dialog', { name: 'Add Registry' });
        for (const label of ['Registry URL', 'Authentication method', 'Username', 'Password', 'Name', 'Access']) {
          await expect(dialog.getByLabel(label, { exact: true }), label).toBeInViewport({ ratio: 1 });
        }
        await expect(dialog.getByRole('button', { name: 'Create', exact: true })).toBeInViewport({ ratio: 1 });
      });
    }
  });
}
