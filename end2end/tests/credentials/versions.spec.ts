import { addCredential, expectSaid, openEdit, pathOf, send } from '../../support/credentials.ts';
import { confirm, expectWrong, fillIn } from '../../support/form.ts';
import { addPipeline, fetchConfig } from '../../support/pipelines.ts';
import { secret, unique } from '../../support/secrets.ts';
import type { Instance } from '../../support/server.ts';
import { expect, test } from '../../support/test.ts';

const HOST = 'registry.example.com';

/** The password that a pipeline with this token receives. */
async function received(instance: Instance, token: string): Promise<string> {
  const config = await (await fetchConfig(instance, token)).json();
  return Buffer.from(config.auths[HOST].auth, 'base64').toString().split(':')[1]!;
}

test('a secret that was replaced by mistake is made current again', async ({ page, instance }) => {
  const [name, first, second] = [unique('back'), secret(), secret()];
  await addCredential(page, instance, { name, password: first });
  const token = await addPipeline(page, instance, { name: unique('reader'), credentials: [name] });
  const dialog = await openEdit(page, instance, name);
  await fillIn(dialog, { Password: second });
  await send(dialog);
  await expectSaid(page, 'Version 2 of the secret is now current.');
  expect(await received(instance, token)).toBe(second);

  await page.goto(`${await pathOf(page, instance, name)}/versions`);
  const versions = page.getByRole('region', { name: 'Versions of the secret' });
  await expect(versions.getByRole('row').nth(1)).toContainText('Current');
  await versions.getByRole('link', { name: 'Make version 1 current' }).click();
  const asked = page.getByRole('dialog');
  await expect(asked).toContainText('Pipelines receive version 1 instead of version 2');
  await expect(asked).toContainText(/Version 2 was last received .* by reader/);
  await asked.getByRole('button', { name: 'Make current', exact: true }).click();
  await expect(page.getByRole('status').filter({ hasText: `Version 1 of ${name} is now current` })).toBeVisible();
  expect(await received(instance, token)).toBe(first);

  await versions.getByRole('link', { name: 'Destroy version 2' }).click();
  await expect(asked).toContainText(`Destroy version 2 of ${name}?`);
  await confirm(asked, 'Destroy', 'not the password');
  await expectWrong(asked, 'Your password', 'This is not your password');
  await confirm(asked, 'Destroy', instance.account.password);
  await expectSaid(page, `Version 2 of ${name} was destroyed.`);
  await expect(versions.getByRole('row').nth(1)).toContainText('Destroyed');
  await expect(versions.getByRole('link', { name: 'Make version 2 current' })).toHaveCount(0);
});

test('a new secret waits until somebody switches to it', async ({ page, instance }) => {
  const [name, first, next] = [unique('waits'), secret(), secret()];
  await addCredential(page, instance, { name, password: first });
  const token = await addPipeline(page, instance, { name: unique('reader'), credentials: [name] });
  const dialog = await openEdit(page, instance, name);
  await dialog.getByLabel('Stage the new secret').check();
  await fillIn(dialog, { Password: next });
  await send(dialog);
  await expect(page.getByRole('status').filter({ hasText: 'Version 2 of the secret is staged.' })).toBeVisible();
  expect(await received(instance, token)).toBe(first);

  const path = await pathOf(page, instance, name);
  await page.goto(path);
  await expect(page.getByText('Version 2 is staged', { exact: true })).toBeVisible();
  await expect(page.getByText('Version 1 is current.', { exact: true })).toBeVisible();
  const change = page.getByRole('link', { name: 'Make version 2 current' });
  await expect(change).toHaveAttribute('href', `${path}/versions/2/current`);

  await page.goto(`${path}/versions`);
  const versions = page.getByRole('region', { name: 'Versions of the secret' });
  await expect(versions.getByRole('row').nth(1)).toContainText('Staged');
  await versions.getByRole('link', { name: 'Make version 2 current' }).click();
  await page.getByRole('dialog').getByRole('button', { name: 'Make current', exact: true }).click();
  await expect(versions.getByRole('row').nth(1)).toContainText('Current');
  expect(await received(instance, token)).toBe(next);
});

test.describe('in a project of its own', () => {
  // Of a busy project only so many secrets are compared in an hour.
  test.use({ fresh: true });

  test('credentials with the same secret name each other', async ({ page, instance }) => {
    const [one, other, password] = [unique('one'), unique('other'), secret()];
    for (const name of [one, other]) await addCredential(page, instance, { name, password });
    await page.goto(await pathOf(page, instance, one));
    const stored = page.getByRole('region', { name: 'Stored secret' });
    await expect(stored).toContainText('The same secret is stored in other credentials');
    await stored.getByRole('link', { name: other }).click();
    await expect(page.getByRole('heading', { name: other })).toBeVisible();
  });
});
