import { expectNoSideScroll } from '../../support/axe.ts';
import { addCredential, expectSaid, openRow, pathOf } from '../../support/credentials.ts';
import { confirm, fillIn } from '../../support/form.ts';
import { addPipeline, fetchConfig, hostsIn, signInFor } from '../../support/pipelines.ts';
import { secret, unique } from '../../support/secrets.ts';
import { expect, test } from '../../support/test.ts';

test('a compromised credential stops at once, and its checklist follows what is done', async ({ page, instance }) => {
  const [name, reader, next] = [unique('leaked'), unique('reader'), secret()];
  await addCredential(page, instance, { name });
  const token = await addPipeline(page, instance, { name: reader, credentials: [name] });
  expect(await hostsIn(await fetchConfig(instance, token))).toEqual(['registry.example.com']);

  const path = await pathOf(page, instance, name);
  await page.goto(path);
  await page.getByRole('button', { name: `More actions for ${name}` }).click();
  await page.getByRole('link', { name: 'Mark as compromised' }).click();
  const dialog = page.getByRole('dialog', { name: `Mark as compromised: ${name}` });
  const received = dialog.getByRole('row').filter({ hasText: reader });
  await expect(received.getByRole('cell', { name: '1', exact: true })).toBeVisible();
  await dialog.getByRole('button', { name: 'Disable and mark as compromised' }).click();

  await expect(page).toHaveURL(new RegExp(`${path}/compromised`));
  await expectSaid(page, `${name} is disabled and marked as compromised`);
  expect(await hostsIn(await fetchConfig(instance, token))).toEqual([]);
  const step = (what: string) => page.getByRole('row').filter({ hasText: what });
  await expect(step('Store another secret')).toContainText('Open');
  await expect(step('Revoke the old secret at the registry')).toContainText('Check it yourself');
  await expect(step('Let pipelines fetch the new secret')).toContainText(reader);
  await expect(page.getByRole('button', { name: 'Enable', exact: true })).toHaveCount(0);
  await expect(step('Enable the credential again').getByRole('link')).toHaveCount(0);

  await step('Store another secret').getByRole('link', { name: 'Replace secret' }).click();
  await fillIn(page.getByRole('dialog'), { 'Password': next });
  await page.getByRole('dialog').getByRole('button', { name: 'Replace secret' }).click();
  await expect(page.getByRole('dialog')).toHaveCount(0);
  await page.goto(path);
  await page.getByRole('button', { name: 'Enable', exact: true }).click();
  await expect(page.getByRole('button', { name: 'Disable', exact: true })).toBeVisible();
  const config = await (await fetchConfig(instance, token)).json();
  expect(signInFor(config, 'registry.example.com')?.[1]).toBe(next);
  await page.getByRole('link', { name: 'Compromise', exact: true }).click();
  await expect(step('Store another secret')).toContainText('Done');
  await expect(step('Let pipelines fetch the new secret')).toContainText('Done');
});

test('the record of a compromise is printed without what leads elsewhere', async ({ page, instance }) => {
  const name = unique('printed');
  await addCredential(page, instance, { name });
  await page.goto(`${await pathOf(page, instance, name)}/compromise`);
  await page.getByRole('button', { name: 'Disable and mark as compromised' }).click();
  await expect(page.getByRole('heading', { name: 'Checklist' })).toBeVisible();
  await page.setViewportSize({ width: 360, height: 800 });
  await expectNoSideScroll(page, 'the record of a compromise');
  await page.setViewportSize({ width: 1280, height: 800 });
  await page.emulateMedia({ media: 'print' });
  await expect(page.getByRole('heading', { name: 'Checklist' })).toBeVisible();
  await expect(page.getByRole('heading', { level: 1 })).toHaveText(name);
  for (const label of ['Credential', 'Account']) {
    await expect(page.getByRole('navigation', { name: label, exact: true })).toBeHidden();
  }
});

test('a credential is deleted while its pipelines get another one in the same step', async ({ page, instance }) => {
  const [old, next, host] = [unique('old'), unique('next'), `${unique('host')}.example.com`];
  for (const name of [old, next]) await addCredential(page, instance, { name, registry_url: host });
  const token = await addPipeline(page, instance, { name: unique('reader'), credentials: [old] });
  await page.goto(`${await pathOf(page, instance, old)}/delete`);
  const dialog = page.getByRole('dialog', { name: `Delete ${old}` });
  await dialog.getByLabel('Credential to use instead', { exact: true }).selectOption(`${next} (${host}, pull only)`);
  await fillIn(dialog, { [`Type ${old} to delete it as well`]: old });
  await confirm(dialog, 'Move grants and delete', instance.account.password);
  await expectSaid(page, `${old} was deleted.`);
  expect(await hostsIn(await fetchConfig(instance, token))).toEqual([host]);
  await expect(await openRow(page, instance, next)).toBeVisible();
});
