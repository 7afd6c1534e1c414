import { expectAccessible, expectNoSideScroll } from '../support/axe.ts';
import { findOne } from '../support/findings.ts';
import { expect, test } from '../support/test.ts';

test.use({ fresh: true });

test('a finding is accepted with a reason, and opened again', async ({ page, instance }) => {
  const row = await findOne(page, instance);
  await expect(row).toContainText('No credential for a registry');
  await expect(row.getByRole('link', { name: /^Add a credential/ })).toBeVisible();
  await row.getByText('Accept', { exact: true }).click();
  await row.getByLabel('Until').fill(new Date(Date.now() + 86_400_000).toISOString().slice(0, 10));
  await row.getByRole('button', { name: 'Accept finding' }).click();
  await expect(row).toContainText('Enter a reason.');
  await row.getByLabel('Reason').fill('Everything there is public.');
  await row.getByRole('button', { name: 'Accept finding' }).click();
  await expect(page.getByRole('status').filter({ hasText: 'The finding was accepted until' })).toBeVisible();
  await page.getByRole('navigation', { name: 'Findings' }).getByRole('link', { name: 'Accepted' }).click();
  await expect(row).toContainText('Everything there is public.');
  await row.getByRole('button', { name: /^Open again/ }).click();
  await expect(row).toHaveCount(0);
  await page.getByRole('navigation', { name: 'Findings' }).getByRole('link', { name: 'Open' }).click();
  await expect(row).toBeVisible();
});

test('axe finds nothing on a page with findings', async ({ scannable, instance }) => {
  await findOne(scannable, instance);
  await expectAccessible(scannable, 'findings');
});

test.describe('on a narrow screen', () => {
  test.use({ viewport: { width: 360, height: 740 } });

  test('a page with findings is not wider than the screen', async ({ page, instance }) => {
    await findOne(page, instance);
    await expectNoSideScroll(page, 'findings');
  });
});
