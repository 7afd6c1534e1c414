import { addCredential, expectSaid, openEdit, openRow, pathOf, send } from '../../support/credentials.ts';
import { expectValues, expectWrong, fillIn } from '../../support/form.ts';
import { addPipeline, fetchConfig, signInFor } from '../../support/pipelines.ts';
import { secret, unique } from '../../support/secrets.ts';
import { expect, test } from '../../support/test.ts';

const HOST = 'registry.example.com';

test('the dialog shows everything but the secret', async ({ page, instance }) => {
  const name = unique('shown');
  await addCredential(page, instance, { name, description: 'A < B & C', access: 'pull_push', paths: 'acme', email: 'ops@example.com' });
  const dialog = await openEdit(page, instance, name);
  await expectValues(dialog, {
    'Name': name,
    'Description': 'A < B & C',
    'Registry URL': HOST,
    'Access': 'pull_push',
    'Repository path (Optional)': 'acme',
    'Email (Optional)': 'ops@example.com',
    'Authentication method': 'password',
    'Username': 'acme-bot',
    'Password': '',
  });
  await expect(dialog.getByLabel('Password', { exact: true })).toHaveAccessibleDescription('Leave blank to keep the existing value');
  await expect(dialog.getByText(/^Version 1, set .* by Dana Kim\. The value is never shown\.$/)).toBeVisible();
});

test('a blank password keeps the stored one', async ({ page, instance }) => {
  const [name, password] = [unique('blank'), secret()];
  await addCredential(page, instance, { name, password });
  const token = await addPipeline(page, instance, { name: unique('reader'), credentials: [name] });
  const dialog = await openEdit(page, instance, name);
  await fillIn(dialog, { Username: 'acme-other', Description: 'Changed' });
  await send(dialog);
  await expectSaid(page, `${name} was saved.`);
  expect(signInFor(await (await fetchConfig(instance, token)).json(), HOST)).toEqual(['acme-other', password]);
  await expect((await openEdit(page, instance, name)).getByText(/^Version 1,/)).toBeVisible();
});

test('a new password becomes the next version, and pipelines receive it at once', async ({ page, instance }) => {
  const [name, password] = [unique('rotated'), secret()];
  await addCredential(page, instance, { name });
  const token = await addPipeline(page, instance, { name: unique('reader'), credentials: [name] });
  const dialog = await openEdit(page, instance, name);
  await fillIn(dialog, { Password: password });
  await send(dialog);
  await expectSaid(page, 'Version 2 of the secret is now current.');
  expect(signInFor(await (await fetchConfig(instance, token)).json(), HOST)).toEqual(['acme-bot', password]);
  await expect((await openEdit(page, instance, name)).getByText(/^Version 2,/)).toBeVisible();
});

test('the host cannot be changed, and the form says why', async ({ page, instance }) => {
  const name = unique('fixed');
  await addCredential(page, instance, { name });
  const dialog = await openEdit(page, instance, name);
  const host = dialog.getByLabel('Registry URL', { exact: true });
  await expect(host).not.toBeEditable();
  await expect(host).toHaveAccessibleDescription(/The secret is bound to this host/);
  await host.evaluate((input: HTMLInputElement) => {
    input.readOnly = false;
    input.value = 'evil.example.com';
  });
  await fillIn(dialog, { Description: 'Kept' });
  await send(dialog);
  await expectWrong(dialog, 'Registry URL', /The registry of a credential cannot change/);
  await expectValues(dialog, { 'Description': 'Kept', 'Registry URL': HOST });
  const row = await openRow(page, instance, name);
  await expect(row.getByText(HOST, { exact: true })).toBeVisible();
  await expect(row).not.toContainText('Kept');
});

test('a save over a newer one is refused, shows what changed, and loses nothing typed', async ({ page, context, instance }) => {
  const name = unique('both');
  await addCredential(page, instance, { name });
  const slow = await openEdit(page, instance, name);
  const other = await context.newPage();
  const quick = await openEdit(other, instance, name);

  await fillIn(quick, { Username: 'quick-bot', Password: secret() });
  await send(quick);
  await expectSaid(other, `${name} was saved.`);

  await fillIn(slow, { Username: 'slow-bot', Description: 'Typed slowly' });
  await send(slow);
  const told = slow.getByRole('alert');
  await expect(told).toContainText('A newer version was saved while you were editing. Nothing was overwritten.');
  await expect(told).toContainText('Saved by Dana Kim');
  await expect(told.getByRole('listitem').filter({ hasText: 'Username' })).toContainText('now quick-bot');
  await expect(told.getByRole('listitem').filter({ hasText: 'Password' })).toContainText('version 2 is stored');
  await expectValues(slow, { Username: 'slow-bot', Description: 'Typed slowly' });
  await expect(slow.getByLabel('Name', { exact: true })).toBeFocused();
  await expectValues(await openEdit(other, instance, name), { Username: 'quick-bot' });

  await send(slow);
  await expectSaid(page, `${name} was saved.`);
  const saved = await openEdit(page, instance, name);
  await expectValues(saved, { Username: 'slow-bot' });
  await expect(saved.getByText(/^Version 2,/)).toBeVisible();
});

test('another method needs a new secret', async ({ page, instance }) => {
  const name = unique('method');
  await addCredential(page, instance, { name, registry_url: 'gcr.io' });
  const dialog = await openEdit(page, instance, name);
  await fillIn(dialog, { 'Authentication method': 'GCP service account key' });
  await send(dialog);
  await expectWrong(dialog, 'Service account key (JSON)', /Another authentication method needs a new secret/);
  await expectValues(dialog, { 'Authentication method': 'gcp_service_account_key' });
});

test('a save that changes nothing says so', async ({ page, instance }) => {
  const name = unique('same');
  await addCredential(page, instance, { name });
  await send(await openEdit(page, instance, name));
  await expectSaid(page, 'No changes to save.');
});

test('a bad value is refused, and the dialog keeps what was typed', async ({ page, instance }) => {
  const name = unique('bad');
  await addCredential(page, instance, { name });
  await addCredential(page, instance, { name: `${name}-taken` });
  const dialog = await openEdit(page, instance, name);
  await fillIn(dialog, { 'Name': `${name}-TAKEN`, 'Username': 'a:b', 'Repository path (Optional)': 'acme/web' });
  await send(dialog);
  await expectWrong(dialog, 'Name', /has this name/);
  await expectWrong(dialog, 'Username', /colon/);
  await expectValues(dialog, { 'Name': `${name}-TAKEN`, 'Username': 'a:b', 'Repository path (Optional)': 'acme/web' });
});

test('a password that was typed into a refused edit is asked for again', async ({ page, instance }) => {
  const name = unique('retype');
  await addCredential(page, instance, { name });
  const dialog = await openEdit(page, instance, name);
  const password = dialog.getByLabel('Password', { exact: true });
  await fillIn(dialog, { Username: 'a:b' });
  await send(dialog);
  await expectWrong(dialog, 'Username', /colon/);
  await expect(password).toHaveAccessibleDescription('Leave blank to keep the existing value');

  await fillIn(dialog, { Password: secret() });
  await send(dialog);
  const sentence = 'Enter it again. A secret is never shown after it was typed. Leave blank to keep the stored one.';
  await expect(password).toHaveAccessibleDescription(sentence);
  await expectWrong(dialog, 'Username', /colon/);
  await expectValues(dialog, { Username: 'a:b', Password: '' });
});

test('what was edited is on record, by name of the field and never by secret', async ({ page, instance }) => {
  const name = unique('record');
  await addCredential(page, instance, { name });
  const dialog = await openEdit(page, instance, name);
  await fillIn(dialog, { Username: 'acme-other', Password: secret() });
  await send(dialog);
  await expectSaid(page, `${name} was saved.`);
  await page.goto(`${await pathOf(page, instance, name)}/activity`);
  const activity = page.getByRole('region', { name: 'Activity' });
  await expect(activity.getByRole('row').nth(1)).toContainText(`Dana Kim replaced the secret of ${name}`);
  await expect(activity.getByRole('row').nth(1)).toContainText('Username: acme-bot → acme-other; Password or key');
  await expect(activity.getByRole('row').nth(2)).toContainText(`Dana Kim created ${name}`);
});
