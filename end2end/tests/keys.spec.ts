import { addCredential } from '../support/credentials.ts';
import { confirm } from '../support/form.ts';
import { addPipeline, fetchConfig } from '../support/pipelines.ts';
import { expect, test } from '../support/test.ts';

test.use({ fresh: true });

test('an admin rotates the data key, retires the old one and destroys it', async ({ page, instance }) => {
  await addCredential(page, instance, { name: 'ghcr', registry_url: 'ghcr.io' });
  const token = await addPipeline(page, instance, { name: 'reader', credentials: ['ghcr'] });
  const before = await (await fetchConfig(instance, token)).json();

  await page.goto(`${instance.project}/credentials`);
  await page.getByRole('link', { name: 'Encryption keys' }).click();
  await expect(page.getByRole('heading', { name: 'Encryption keys' })).toBeVisible();
  await page.getByRole('button', { name: 'Rotate data key', exact: true }).click();
  await expect(page.getByRole('status').filter({ hasText: 'Data key 2 was created.' })).toBeVisible();

  // The server does it by itself, soon; the page says how far it is whenever it is loaded.
  const keys = page.getByRole('table', { name: 'Data keys for secrets' });
  const row = (version: number) => keys.getByRole('row', { name: new RegExp(`^${version} (Active|Archived|Retired|Destroyed)`) });
  const retire = page.locator('summary', { hasText: 'Retire data key 1' });
  await expect(async () => {
    await page.goto('/admin/keys');
    await expect(row(2)).toContainText('Active', { timeout: 100 });
    await expect(retire).toBeVisible({ timeout: 100 });
    await expect(page.getByText('All readable secrets use the active data key.')).toBeVisible({ timeout: 100 });
  }).toPass();
  expect(await (await fetchConfig(instance, token)).json()).toEqual(before);

  await retire.click();
  await confirm(page, 'Retire data key 1', instance.account.password);
  await expect(page.getByRole('status').filter({ hasText: 'Data key 1 was retired' })).toBeVisible();
  await page.locator('summary', { hasText: 'Destroy data key 1' }).click();
  await confirm(page, 'Destroy data key 1', instance.account.password);
  await expect(row(1)).toContainText('Destroyed');
  await page.getByRole('button', { name: 'Rotate data key for the audit log' }).click();
  await expect(page.getByRole('status').filter({ hasText: 'Data key 2 for the audit log was created.' })).toBeVisible();
  expect(await (await fetchConfig(instance, token)).json()).toEqual(before);
});
