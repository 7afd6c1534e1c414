import { addCredential, expectSaid, openRow, pathOf, rowOf } from '../../support/credentials.ts';
import { confirm, expectValues, expectWrong, fillIn } from '../../support/form.ts';
import { addPipeline, fetchConfig, hostsIn, signInFor } from '../../support/pipelines.ts';
import { secret, unique } from '../../support/secrets.ts';
import { expect, test } from '../../support/test.ts';

test('a credential that nothing depends on is deleted with the own password', async ({ page, instance }) => {
  const name = unique('unused');
  await addCredential(page, instance, { name });
  const row = await openRow(page, instance, name);
  await row.getByRole('link', { name: `Delete ${name}`, exact: true }).click();
  const dialog = page.getByRole('dialog', { name: `Delete ${name}` });
  await expect(dialog).toContainText('This action cannot be undone.');
  await expect(dialog).not.toContainText('will fail');
  await expect(dialog).toContainText(/No pipeline has received it since it was created on \d{4}-\d\d-\d\d/);
  await expect(dialog.getByRole('textbox'), 'nothing but the password').toHaveCount(1);
  for (const [typed, sentence] of [['', 'Enter your own password'], ['not the password', 'This is not your password']]) {
    await confirm(dialog, 'Delete', typed!);
    await expectWrong(dialog, 'Your password', sentence!);
  }
  await confirm(dialog, 'Delete', instance.account.password);
  await expectSaid(page, `${name} was deleted.`);
  await openRow(page, instance, name);
  await expect(rowOf(page, name)).toHaveCount(0);
});

test('the dialog names every pipeline that depends on it, and asks for the name', async ({ page, instance }) => {
  const [name, reader, idle] = [unique('used'), unique('reader'), unique('idle')];
  await addCredential(page, instance, { name, registry_url: 'ghcr.io' });
  const token = await addPipeline(page, instance, { name: reader, credentials: [name] });
  await addPipeline(page, instance, { name: idle, credentials: [name] });
  expect((await fetchConfig(instance, token)).status).toBe(200);

  await page.goto(`${await pathOf(page, instance, name)}/delete`);
  const dialog = page.getByRole('dialog', { name: `Delete ${name}` });
  await expect(dialog).toContainText('2 pipelines have a grant for it and will fail to sign in to ghcr.io.');
  const used = dialog.getByRole('row').filter({ hasText: reader });
  await expect(used).toContainText('Once');
  await expect(used).toContainText(/just now|\d+ min ago/);
  await expect(dialog.getByRole('row').filter({ hasText: idle })).toContainText('Never');

  for (const wrong of ['', 'ghcr.io', name.toUpperCase()]) {
    await fillIn(dialog, { [`Type ${name} to confirm`]: wrong });
    await confirm(dialog, 'Delete', instance.account.password);
    await expectWrong(dialog, `Type ${name} to confirm`, 'type the name exactly as shown above');
    await expectValues(dialog, { [`Type ${name} to confirm`]: wrong });
  }
  await fillIn(dialog, { [`Type ${name} to confirm`]: name });
  await confirm(dialog, 'Delete', instance.account.password);
  await expectSaid(page, `${name} was deleted.`);
  expect(await (await fetchConfig(instance, token)).json()).toEqual({ auths: {} });
});

test('deleting a deleted credential says that it is gone', async ({ page, context, instance }) => {
  const name = unique('gone');
  await addCredential(page, instance, { name });
  const path = await pathOf(page, instance, name);
  const other = await context.newPage();
  for (const tab of [page, other]) await tab.goto(`${path}/delete`);
  await confirm(page, 'Delete', instance.account.password);
  await expectSaid(page, `${name} was deleted.`);
  await confirm(other, 'Delete', instance.account.password);
  await expect(other.getByText('What you asked for does not exist or was deleted.')).toBeVisible();

  for (const address of [path, `${path}/edit`, `${path}/delete`]) {
    const response = await page.goto(address);
    expect(response!.status(), address).toBe(404);
    await expect(page.getByText('What you asked for does not exist or was deleted.')).toBeVisible();
    await expect(page.locator('h1')).toHaveCount(1);
  }
});

test('its pipelines can be moved to another credential of the same registry first', async ({ page, instance }) => {
  const [name, other, elsewhere] = [unique('old'), unique('new'), unique('elsewhere')];
  const [host, used, idle, password] = [`${unique('move')}.example.com`, unique('used'), unique('idle'), secret()];
  await addCredential(page, instance, { name, registry_url: host });
  await addCredential(page, instance, { name: elsewhere, registry_url: 'quay.io' });
  const token = await addPipeline(page, instance, { name: used, credentials: [name] });
  await addPipeline(page, instance, { name: idle, credentials: [name] });
  expect((await fetchConfig(instance, token)).status).toBe(200);

  const path = await pathOf(page, instance, name);
  const dialog = page.getByRole('dialog', { name: `Delete ${name}` });
  await page.goto(`${path}/delete`);
  await expect(dialog).toContainText(`No other enabled credential for ${host} has the access these pipelines need.`);
  await addCredential(page, instance, { name: other, registry_url: host, password });
  await page.reload();
  const moving = dialog.locator('form:has(button:text-is("Move grants"))');
  const choice = dialog.getByLabel('Credential to use instead', { exact: true });
  await expect(choice.getByRole('option')).toHaveText(['Choose a credential', `${other} (${host}, pull only)`]);
  await choice.selectOption(`${other} (${host}, pull only)`);

  await confirm(dialog, 'Move grants', 'not the password');
  await expectWrong(moving, 'Your password', 'This is not your password');
  await expectValues(moving, { 'Your password': '' });
  await confirm(dialog, 'Move grants', instance.account.password);
  await expectSaid(page, `2 pipelines now use ${other}.`);
  expect(signInFor(await (await fetchConfig(instance, token)).json(), host)).toEqual(['acme-bot', password]);

  // Who has received it may still use what it received.
  await expect(dialog.getByRole('row').filter({ hasText: used })).toContainText('None');
  await expect(dialog.getByRole('row').filter({ hasText: idle })).toHaveCount(0);
  await expect(choice).toHaveCount(0);
  await fillIn(dialog, { [`Type ${name} to confirm`]: name });
  await confirm(dialog, 'Delete', instance.account.password);
  await expectSaid(page, `${name} was deleted.`);
  expect(await hostsIn(await fetchConfig(instance, token))).toEqual([host]);
});

test('grants that tie after they were moved are told in amber', async ({ page, instance }) => {
  const [old, beside, target, ci] = [unique('old'), unique('beside'), unique('target'), unique('ci')];
  const host = `${unique('tie')}.example.com`;
  await addCredential(page, instance, { name: old, registry_url: `${host}/acme/api` });
  await addCredential(page, instance, { name: beside, registry_url: host });
  await addPipeline(page, instance, { name: ci, credentials: [old, beside] });
  await addCredential(page, instance, { name: target, registry_url: host });
  await page.goto(`${await pathOf(page, instance, old)}/delete`);
  await page.getByLabel('Credential to use instead', { exact: true }).selectOption(`${target} (${host}, pull only)`);
  await confirm(page, 'Move grants', instance.account.password);
  await expectSaid(page, `The grants of 1 pipeline were moved to ${target}.`);
  await expect(page.locator('.alert-warning').filter({ hasText: `${beside} serves ${host} equally well` })).toBeVisible();
  await expect(page.getByRole('link', { name: 'Edit the credential' })).toBeVisible();
});

test('its name is free again afterwards', async ({ page, instance }) => {
  const name = unique('again');
  for (const _ of [1, 2]) {
    await addCredential(page, instance, { name });
    await page.goto(`${await pathOf(page, instance, name)}/delete`);
    await confirm(page, 'Delete', instance.account.password);
    await expectSaid(page, `${name} was deleted.`);
  }
});

test('disabling is offered instead, and can be undone', async ({ page, instance }) => {
  const name = unique('instead');
  await addCredential(page, instance, { name });
  await page.goto(`${await pathOf(page, instance, name)}/delete`);
  await page.getByRole('dialog').getByRole('button', { name: 'Disable', exact: true }).click();
  await expectSaid(page, `${name} is disabled`);
  await expect(await openRow(page, instance, name)).toContainText('Disabled');
});
