import { expect, test } from '../support/test.ts';

test.use({ fresh: true });

test('an admin sees how the jobs went and runs one now', async ({ page, instance }) => {
  await page.goto(`${instance.project}/credentials`);
  await page.getByRole('link', { name: 'Jobs' }).click();
  await expect(page.getByRole('heading', { name: 'Jobs' })).toBeVisible();
  const row = page.getByRole('row', { name: /^Remove expired sessions and tokens/ });
  const run = page.getByRole('button', { name: 'Run now: Remove expired sessions and tokens' });
  // The server runs it by itself, soon after its start.
  await expect(async () => {
    await page.goto('/admin/jobs');
    await expect(row).toContainText('Succeeded', { timeout: 100 });
    await expect(run).toBeVisible({ timeout: 100 });
  }).toPass();
  await run.click();
  await expect(page.getByRole('status').filter({ hasText: 'The job was queued: Remove expired sessions and tokens.' })).toBeVisible();
});
